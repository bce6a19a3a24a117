# SPDX-License-Identifier: MIT
"""Recorded programs: an apitrace of a native run is replayed natively and through the split, and
every frame must come out as the same PNG file, octet for octet."""
import recording

from case import case

SMALL = ["-s", "160x120"]

# name: (api, replayer, program). glmark2's scenes turn with the clock: only the recording knows.
TRACES = {
    "glxgears": ("gl", "glretrace", ["glxgears", "-geometry", "120x120"]),
    "es2gears": ("egl", "eglretrace", ["es2gears_x11"]),
    "glxheads": ("gl", "glretrace", ["glxheads"]),
    "build": ("gl", "glretrace", ["glmark2", "-b", "build:use-vbo=false:nframes=3"]),
    "build-vbo": ("gl", "glretrace", ["glmark2", "-b", "build:use-vbo=true:nframes=3"]),
    "texture": ("gl", "glretrace", ["glmark2", "-b", "texture:texture-filter=mipmap:nframes=3"]),
    "shading": ("gl", "glretrace", ["glmark2", "-b", "shading:shading=phong:nframes=3"]),
    "bump": ("gl", "glretrace", ["glmark2", "-b", "bump:bump-render=height:nframes=3"]),
    "effect2d": ("gl", "glretrace", ["glmark2", "-b",
                                     "effect2d:kernel=0,1,0;1,-4,1;0,1,0;:nframes=2"]),
    "buffer-map": ("gl", "glretrace", ["glmark2", "-b",
                                       "buffer:columns=20:update-method=map:nframes=3"]),
    "buffer-subdata": ("gl", "glretrace", ["glmark2", "-b",
                                           "buffer:columns=20:update-method=subdata:nframes=3"]),
    "desktop": ("gl", "glretrace", ["glmark2", "-b", "desktop:effect=shadow:nframes=3"]),
    "ideas": ("gl", "glretrace", ["glmark2", "-b", "ideas:nframes=40"]),
    "jellyfish": ("gl", "glretrace", ["glmark2", "-b", "jellyfish:nframes=3"]),
    "shadow": ("gl", "glretrace", ["glmark2", "-b", "shadow:nframes=3"]),
    "refract": ("gl", "glretrace", ["glmark2", "-b", "refract:nframes=2"]),
    "es2-terrain": ("egl", "eglretrace", ["glmark2-es2", "-b", "terrain:nframes=2"]),
    "es2-shading": ("egl", "eglretrace", ["glmark2-es2", "-b",
                                          "shading:shading=gouraud:nframes=3"]),
    "es2-jellyfish": ("egl", "eglretrace", ["glmark2-es2", "-b", "jellyfish:nframes=3"]),
}
FAST = ("glxgears", "es2gears", "build", "shading")
FRAMES = 3
STILL = ("effect2d",)  # every frame is the same picture
# The replayer draws their first frame while its window still takes its size: natively it comes out
# black or not, as it happens, so it cannot be compared.
UNSTEADY = ("glxgears", "glxheads", "es2gears")


def replay(test, name):
    api, _, argv = TRACES[name]
    if argv[0].startswith("glmark2"):  # it ends by itself
        recorded = recording.record(test, name, api, argv[:1] + SMALL + argv[1:], lambda *_: 0)
    else:
        recorded = recording.record(test, name, api, argv, recording.some_pictures(FRAMES + 2), FRAMES)
    recording.compare(test, recorded, name in STILL, name in UNSTEADY)


def add(name, tools, groups):
    if not tools[1].startswith("glmark2"):
        tools = tools + ["xdotool"]

    @case("gl/trace/" + name, groups=groups, needs=["Xvfb", "apitrace"] + tools, timeout=180)
    def _(test):
        replay(test, name)


for name_, (_, replayer_, argv_) in TRACES.items():
    add(name_, [replayer_, argv_[0]], ("gl", "fast") if name_ in FAST else ("gl",))

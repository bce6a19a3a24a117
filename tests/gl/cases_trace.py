# SPDX-License-Identifier: MIT
"""Recorded programs: an apitrace of a native run is replayed natively and through the split, and
every frame must come out as the same PNG file, octet for octet."""
import glob
import os
import shutil
import signal

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


def record(test, name, api, argv):
    """A trace of the native program: kept in the build folder, since one recording serves all."""
    folder = os.path.join(test.options.build, "test-traces")
    path = os.path.join(folder, name + ".trace")
    recipe = " ".join(argv)
    try:
        with open(path + ".recipe", encoding="utf-8") as f:
            if f.read() == recipe and os.path.exists(path):
                return path
    except OSError:
        pass
    os.makedirs(folder, exist_ok=True)
    server = test.x(test.native)

    def some_frames(process):
        if argv[0].startswith("glmark2"):
            return 0  # ends by itself
        server.changing_pictures(process, 30, FRAMES + 2)
        server.press_escape(process)  # a program that ends by itself leaves a complete file
        return signal.SIGTERM

    full = os.path.join(test.dir, name + ".full.trace")
    run = test.run(test.native, ["apitrace", "trace", "-a", api, "-o", full] + argv, x=True,
                   meanwhile=some_frames)
    if not os.path.exists(full):
        test.skip("a trace of %s: apitrace could not record it (exit code %d)" % (name, run.rc))
    if argv[0].startswith("glmark2"):
        shutil.move(full, path)
    else:  # it left more frames than are needed
        trim = test.run(test.native, ["apitrace", "trim", "--frames=0-%d" % FRAMES, "-o", path,
                                      full])
        test.check(trim.rc == 0, "apitrace trim failed: %s" % trim.err[-200:])
        os.unlink(full)
    test.check(os.path.getsize(path) > 1000, "the recording of %s is empty" % name)
    with open(path + ".recipe", "w", encoding="utf-8") as f:
        f.write(recipe)
    return path


def frames(test, world, trace):
    """Replay in a world. Returns the run and {name of the frame: octets of its PNG}."""
    folder = os.path.join(test.dir, "frames-" + world.key)
    os.makedirs(folder)
    run = test.run(world, ["apitrace", "dump-images", "-o", folder + "/f", trace], x=True)
    pictures = {}
    for path in sorted(glob.glob(folder + "/*.png")):
        with open(path, "rb") as f:
            pictures[os.path.basename(path)] = f.read()
    return run, pictures


def replay(test, name):
    api, _, argv = TRACES[name]
    if argv[0].startswith("glmark2"):
        argv = argv[:1] + SMALL + argv[1:]
    trace = record(test, name, api, argv)
    native, a = frames(test, test.native, trace)
    test.check(native.rc == 0 and a, "the native replay gave %d frames, exit code %d: %s" % (
        len(a), native.rc, native.err[-200:]))
    test.check(len(set(a.values())) > 1 or name in STILL,
               "all native frames are the same: the trace proves nothing")
    second, b = frames(test, test.second, trace)
    test.check(second.rc == 0, "the replay ended with %d: %s" % (second.rc, second.err[-300:]))
    test.check_same(sorted(a), sorted(b), "the list of frames")
    compared = sorted(a)[1:] if name in UNSTEADY else sorted(a)
    wrong = [frame for frame in compared if a[frame] != b[frame]]
    test.check(not wrong, "%d of %d frames differ, first %s" % (
        len(wrong), len(compared), wrong[0] if wrong else ""))
    test.check_drawn(second)
    test.note("%d frames equal" % len(compared))


def add(name, tools, groups):
    if not tools[1].startswith("glmark2"):
        tools = tools + ["xdotool"]

    @case("gl/trace/" + name, groups=groups, needs=["Xvfb", "apitrace"] + tools, timeout=180)
    def _(test):
        replay(test, name)


for name_, (_, replayer_, argv_) in TRACES.items():
    add(name_, [replayer_, argv_[0]], ("gl", "fast") if name_ in FAST else ("gl",))

# SPDX-License-Identifier: MIT
"""Whole programs as people run them: GTK 4, SDL 2, mpv, kitty, on X11 through GLX and EGL and on
Wayland. Those with a still picture put the very same pixels on the screen; those that move are
recorded, and every frame of the recording is the same. Tux Racer stands in cases_tuxracer.py,
glmark2 in tests/gl/cases_glmark2.py."""
import os
import signal
import subprocess

import recording
from case import case
from compositor import Weston

SDL_TESTS = "/usr/libexec/installed-tests/SDL2"
WAIT = 45  # seconds for the first picture
GTK = {"GTK_THEME": "Default", "GSETTINGS_BACKEND": "memory", "GTK_A11Y": "none",
       "NO_AT_BRIDGE": "1", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}


def own_home(test):
    """Programs find no settings of the user's, and leave none."""
    home = os.path.join(test.dir, "home")
    os.makedirs(os.path.join(home, "run"), mode=0o700, exist_ok=True)
    return {"HOME": home, "XDG_RUNTIME_DIR": os.path.join(home, "run"),
            "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "XDG_DATA_HOME": home}


def same_screen(test, argv, env, wayland=False):
    """The settled screen, pixel for pixel."""
    pictures = []
    for world in (test.native, test.second):
        server, shot = test.x(world), []
        mine = dict(own_home(test), **env)
        compositor = None
        if wayland:
            compositor = Weston(test, world, server, mine["XDG_RUNTIME_DIR"])
            mine["WAYLAND_DISPLAY"] = compositor.display

        def look(process, server=server, shot=shot):
            shot.append(server.settled_picture(process, WAIT, still=1.5))
            return signal.SIGTERM
        try:
            run = test.run(world, argv, x=not wayland, env=mine, meanwhile=look)
        finally:
            if compositor:
                compositor.stop()
        if shot[0]:
            shot[0].write_png("%s/%s.png" % (test.dir, world.key))
        pictures.append((run, shot[0]))
    (native, a), (second, b) = pictures
    if a is None:
        test.skip("a native %s that draws (exit code %d: %s)" % (argv[0], native.rc,
                                                                 native.err.strip()[-200:]))
    test.check(b is not None, "nothing on the screen: %s" % second.err.strip()[-300:])
    colours = {a.pixels[i:i + 3] for i in range(0, len(a.pixels), 4 * 97)}
    test.check(len(colours) > 3, "natively %d colours: this proves nothing" % len(colours))
    count, largest = a.difference(b)
    test.check(count == 0, "%d pixels differ, by up to %d of 255" % (count, largest))
    test.check_drawn(second, frames=1)


# ---- GTK 4: it loads libEGL.so.1 and libGL.so.1 itself, through libepoxy ---------------

GTK_STILL = ("glarea", "css_shadows", "fontrendering")


def add_gtk(demo, backend, groups):
    @case("apps/gtk4-%s-%s" % (demo, backend), groups=groups, timeout=90,
          needs=["Xvfb", "gtk4-demo"] + (["weston"] if backend == "wayland" else []))
    def _(test):
        env = dict(GTK, GSK_RENDERER="gl", GDK_BACKEND=backend)
        same_screen(test, ["gtk4-demo", "--run=" + demo], env, backend == "wayland")


for demo_ in GTK_STILL:
    add_gtk(demo_, "x11", ("apps", "gl") if demo_ == "glarea" else ("apps",))
add_gtk("glarea", "wayland", ("apps", "gl"))
add_gtk("css_shadows", "wayland", ("apps",))


def recorded(name, api, argv, env, needs, groups, enough, keep=8, unsteady=True, still=False,
             cwd=None):
    """A case that records argv natively and compares the replays. api: what apitrace traces."""
    @case("apps/" + name, groups=groups, needs=["Xvfb", "apitrace"] + needs, timeout=240)
    def _(test):
        if os.path.isabs(argv[0]) and not os.path.exists(argv[0]):
            test.skip("%s (apt-get install libsdl2-tests)" % argv[0])
        path = recording.record(test, name, api, argv, enough, keep,
                                dict(own_home(test), **env), cwd)
        recording.compare(test, path, still=still, unsteady=unsteady)


def pictures_then_key(count, key=None):
    """Enough: that many different pictures, then a key that ends the program, else SIGTERM."""
    def enough(process, server):
        server.changing_pictures(process, WAIT, count)
        if key:
            server.press(key)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        return signal.SIGTERM
    return enough


# Through GLX: apitrace's EGL half cannot be loaded by libepoxy, which aborts natively.
GLX_GTK = dict(GTK, GSK_RENDERER="gl", GDK_BACKEND="x11", GDK_DEBUG="gl-glx")
recorded("gtk4-widget-factory-frames", "gl", ["gtk4-widget-factory"], GLX_GTK,
         ["gtk4-widget-factory"], ("apps", "gl"), pictures_then_key(12, "ctrl+q"))
recorded("gtk4-gears-frames", "gl", ["gtk4-demo", "--run=gears"], GLX_GTK, ["gtk4-demo"],
         ("apps",), pictures_then_key(12))

# ---- SDL 2 ---------------------------------------------------------------------------------

# name: (does it move?, options)
SDL_PROGRAMS = {
    "testgl2": (True, []), "testspriteminimal": (True, []), "testshader": (False, []),
    "testdrawchessboard": (False, []), "testrendertarget": (True, ["--renderer", "opengl"]),
    "testgeometry": (False, ["--renderer", "opengl"]),
    "testsprite2": (True, ["--renderer", "opengl", "20"]),
}
for name_, (moves_, options_) in SDL_PROGRAMS.items():
    recorded("sdl2-%s-frames" % name_, "gl", [os.path.join(SDL_TESTS, name_)] + options_,
             {"SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}, [],
             ("apps", "gl") if name_ in ("testgl2", "testrendertarget") else ("apps",),
             pictures_then_key(6 if moves_ else 1, "Escape"), still=not moves_, cwd=SDL_TESTS)


# ---- mpv -------------------------------------------------------------------------------------

MPV = ["mpv", "--no-config", "--vo=gpu", "--no-audio", "--no-osc", "--osd-level=0", "--hwdec=no",
       "--geometry=320x240+10+10"]


def clip(test):
    """One second of a test picture, without loss."""
    path = os.path.join(test.options.build, "test-traces", "clip.mkv")
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        made = test.run(test.native, [
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
            "testsrc2=size=320x240:rate=10:duration=1", "-c:v", "ffv1", path])
        test.check(made.rc == 0, "ffmpeg made no clip: %s" % made.err[-200:])
    return path


@case("apps/mpv-frames", groups=("apps", "gl"), needs=["Xvfb", "mpv", "ffmpeg", "apitrace"])
def mpv_frames(test):
    """Every frame of the clip, recorded once, replayed natively and through the split."""
    argv = MPV + ["--gpu-context=x11egl", clip(test)]
    path = recording.record(test, "mpv", "egl", argv, lambda *_: 0, None, own_home(test))
    recording.compare(test, path, unsteady=True)


@case("apps/mpv-still", groups=("apps", "gl"), needs=["Xvfb", "mpv", "ffmpeg"], timeout=60)
def mpv_still(test):
    same_screen(test, MPV + ["--gpu-context=x11egl", "--pause", "--start=0.5", "--keep-open",
                             clip(test)], {})


# ---- kitty: loads libGL.so.1 itself, by GLFW ---------------------------------------------------


@case("apps/kitty", groups=("apps", "gl"), needs=["Xvfb", "kitty"], timeout=60)
def kitty(test):
    """A terminal with text, colours and ligatures: the whole window."""
    same_screen(test, ["kitty", "--config", "NONE", "-o", "cursor_blink_interval=0", "-o",
                       "enable_audio_bell=no", "-o", "update_check_interval=0", "-o",
                       "remember_window_size=no", "-o", "initial_window_width=640", "-o",
                       "initial_window_height=400", "sh", "-c",
                       r"seq 1 15; printf '\033[31mred \033[44mon blue\033[0m\n'; exec sleep 60"],
                {"LIBGL_ALWAYS_SOFTWARE": "1"})

# SPDX-License-Identifier: MIT
"""The programs of mesa-utils, unmodified. Those with a still picture must put the very same pixels
on the screen; the animated ones must draw, keep drawing and end as they do natively."""
import signal

from case import case

# Programs that draw one picture and wait.
STILL = {
    "glxdemo": ["glxdemo"],
    "es2tri": ["es2tri"],
}

# Programs that draw for ever: what they are started with.
ANIMATED = {
    "glxgears": ["glxgears"],
    "glxgears-samples": ["glxgears", "-samples", "4"],
    "glxgears-geometry": ["glxgears", "-geometry", "640x480+20+30"],
    "es2gears_x11": ["es2gears_x11"],
    "glxheads": ["glxheads"],
}
WAIT = 30  # seconds for the first picture


def still(test, argv):
    pictures = []
    for world in (test.native, test.second):
        server, shot = test.x(world), []

        def look(process, server=server, shot=shot):
            shot.append(server.settled_picture(process, WAIT))
            return signal.SIGTERM

        run = test.run(world, argv, x=True, meanwhile=look)
        if shot[0]:
            shot[0].write_png("%s/%s.png" % (test.dir, world.key))
        pictures.append((run, shot[0]))
    (native, a), (second, b) = pictures
    if a is None:
        test.skip("a native %s that draws (exit code %d)" % (argv[0], native.rc))
    test.check(b is not None, "nothing on the screen: %s" % second.err.strip()[-300:])
    count, largest = a.difference(b)
    test.check(count == 0, "%d pixels differ, by up to %d of 255" % (count, largest))
    test.check(second.rc == native.rc, "ended with %d, natively with %d" % (second.rc, native.rc))
    # glxdemo and es2tri draw one frame each time the window is exposed
    test.check_drawn(second)


def animated(test, argv):
    ends = []
    for world in (test.native, test.second):
        server, shots = test.x(world), []

        def look(process, server=server, shots=shots):
            shots.extend(server.changing_pictures(process, WAIT))
            return signal.SIGTERM

        run = test.run(world, argv, x=True, meanwhile=look)
        if shots:
            shots[-1].write_png("%s/%s.png" % (test.dir, world.key))
        ends.append((run, len(shots)))
    (native, a), (second, b) = ends
    if a < 3:
        test.skip("a native %s that draws (exit code %d)" % (argv[0], native.rc))
    test.check(b >= 3, "%d different pictures on the screen, 3 expected: %s" % (
        b, second.err.strip()[-300:]))
    test.check(second.rc == native.rc, "ended with %d, natively with %d" % (second.rc, native.rc))
    test.check_drawn(second, frames=3)


def escape(test, argv):
    """The Escape key ends the program by itself: destroying windows and contexts, exit code 0."""
    codes = []
    for world in (test.native, test.second):
        server = test.x(world)

        def press(process, server=server):
            server.changing_pictures(process, WAIT, 1)
            server.press_escape(process)
            return signal.SIGTERM

        codes.append(test.run(world, argv, x=True, meanwhile=press).rc)
    if codes[0] != 0:
        test.skip("a native %s that Escape ends" % argv[0])
    test.check(codes[1] == 0, "ended with %d, natively with 0" % codes[1])


def add(kind, name, argv, groups):
    needs = ["Xvfb", argv[0]] + (["xdotool"] if kind is escape else [])

    @case("gl/programs/" + name, groups=groups, needs=needs, timeout=60)
    def _(test):
        kind(test, argv)


for name_, argv_ in STILL.items():
    add(still, name_, argv_, ("gl", "fast"))
for name_, argv_ in ANIMATED.items():
    add(animated, name_, argv_, ("gl", "fast", *(["tsan"] if name_ == "glxgears" else [])) if name_ == argv_[0]
        else ("gl",))
for name_ in ("glxgears", "es2gears_x11", "es2tri"):
    add(escape, name_ + "-escape", [name_], ("gl",))

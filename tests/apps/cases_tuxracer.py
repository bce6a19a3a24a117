# SPDX-License-Identifier: MIT
"""Extreme Tux Racer. Its menus are recorded and compared frame by frame. A race cannot be recorded
(apitrace crashes natively when one starts), and its picture depends on when each frame was drawn;
so two native races say how much races differ, and the split's may differ as little."""
import os
import pwd
import signal
import time

import recording
from case import case

ETR = "/usr/games/etr"
QUIET = {"ALSOFT_DRIVERS": "null"}
SERIES, SECONDS = 60, 9.0  # pictures of a race, and how long they are taken
RACE = 18                  # distance from the menus, 0 to 255, that only the race has


class Home:
    """The game finds its folder by the user's entry in the password file, whatever HOME says. An
    empty one that was not there before is removed."""

    def __init__(self, test):
        if not os.path.exists(ETR):
            test.skip("%s (apt-get install extremetuxracer)" % ETR)
        self.folder = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".etr")
        self.was_there = os.path.exists(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.was_there:
            try:
                os.rmdir(self.folder)
            except OSError:
                pass


def sample(picture):
    """Every 16th pixel of every 16th row, blue, green and red apart."""
    stride = 4 * picture.width
    rows = [picture.pixels[y * stride:(y + 1) * stride] for y in range(8, picture.height, 16)]
    return b"".join(row[32 + i::64] for row in rows for i in range(3))


def distance(a, b):
    """Mean difference of two samples, 0 to 255."""
    return sum(map(abs, map(int.__sub__, a, b))) / len(a)


def nearest(shots, others):
    """How far each of shots is from that of the others which is most like it: the median."""
    found = sorted(min(distance(a, b) for b in others) for a in shots)
    return found[len(found) // 2]


def wait_until(process, seconds, condition):
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def enter_race(process, server, menu):
    """Return until the picture is none of the menus': five times, if none gets lost."""
    if not wait_until(process, 60, lambda: not server.picture().blank()):
        return False
    time.sleep(2)
    menu.append(sample(server.picture()))
    for _ in range(8):
        server.press("Return")
        if wait_until(process, 2.5, lambda: distance(sample(server.picture()), menu[0]) > RACE):
            return True
        menu.append(sample(server.picture()))
    return wait_until(process, 60, lambda: distance(sample(server.picture()), menu[0]) > RACE)


def race(test, world):
    server, menu, shots = test.x(world), [], []

    def look(process):
        if not enter_race(process, server, menu):
            return signal.SIGTERM
        began = time.monotonic()
        for i in range(SERIES):
            time.sleep(max(0.0, began + SECONDS * i / SERIES - time.monotonic()))
            now = server.picture()
            shots.append(sample(now))
            if i in (SERIES // 3, SERIES - 1):
                now.write_png("%s/%s-%d.png" % (test.dir, world.key, i))
        return signal.SIGTERM
    run = test.run(world, [ETR], x=True, env=QUIET, meanwhile=look)
    return run, menu, [shot for i, shot in enumerate(shots) if i == 0 or shot != shots[i - 1]]


@case("apps/tuxracer-race", groups=("apps",), needs=["Xvfb", "xdotool"], timeout=240)
def tuxracer_race(test):
    """Three races: two natively, one through the split."""
    with Home(test):
        again = type(test.native)("native", test.options)
        races = [race(test, world) for world in (test.native, again, test.second)]
    for name, (run, menu, shots) in zip(("natively", "natively again", "the split"), races):
        test.log("%s: %d menus, %d pictures of the race" % (name, len(menu), len(shots)))
        if name != "the split" and len(shots) < 5:
            test.skip("a native race (%d pictures: %s)" % (len(shots), run.err.strip()[-200:]))
    (_, menu, a), (_, _, b), (run, split_menu, c) = races
    test.check(len(c) >= 5, "only %d different pictures of the race: %s" % (
        len(c), run.err.strip()[-200:]))
    few = [shots[::max(1, len(shots) // 15)] for shots in (b, c)]
    base, far = nearest(few[0], a), nearest(few[0], menu)
    split = nearest(few[1], a + b)
    menus = nearest(split_menu, menu)
    test.note("distance %.1f, of native races %.1f, of a race from the menus %.1f; menus %.1f" % (
        split, base, far, menus))
    test.check(far > 2 * base, "native races differ as much as race and menus do: "
               "the test does not see")
    test.check(split <= 1.5 * base + 2, "the race looks different: %.1f, natively %.1f" % (
        split, base))
    test.check(menus < 4, "the menus look different: %.1f" % menus)
    test.check_drawn(run, frames=20)


@case("apps/tuxracer-menus-frames", groups=("apps",),
      needs=["Xvfb", "xdotool", "apitrace"], timeout=240)
def tuxracer_menus(test):
    def enough(process, server):
        if not wait_until(process, 60, lambda: not server.picture().blank()):
            return signal.SIGTERM
        time.sleep(2)
        for _ in range(2):  # player, main menu, event
            server.press("Return")
            time.sleep(1.5)
        return signal.SIGTERM
    with Home(test):
        path = recording.record(test, "tuxracer", "gl", [ETR], enough, None, QUIET)
    calls = recording.frame_calls(test, path)
    test.check(len(calls) > 20, "the recording has %d frames" % len(calls))
    recording.compare(test, path, calls=calls[len(calls) // 12 - 1::len(calls) // 12])

# SPDX-License-Identifier: MIT
"""GLX beside drawing: scenes of our own (glx_scenes.c), whose output must be the same natively and
through the split, and piglit's GLX tests, none of which may do worse than natively."""
import os
import re

from case import case

SCENES = ("window", "single", "pixmap", "pbuffer", "font", "texture_from_pixmap", "two_windows",
          "threads", "window_goes")
PIGLIT = "/usr/lib/x86_64-linux-gnu/piglit"
# What the split does not offer, though the native library answers: nothing to compare.
NOT_OFFERED = {
    "glx-swap-copy", "glx-swap-exchange",
    # Passes where a clear is still waiting at a switch without a flush. The worker may have
    # drawn it by then, which it is free to do; the program then skips itself.
    "glx-context-flush-control",
}
RANK = {"fail": 0, "crash": 0, "warn": 1, "skip": 1, "pass": 2}


def scene(test, name):
    native, second = test.both([test.build("tests/gl/glx_scenes"), name], x=True)
    test.check_same(native.out, second.out, "what %s prints" % name)
    test.check_drawn(second)


for scene_name in SCENES:
    case("glx/scene-" + scene_name)(lambda test, name=scene_name: scene(test, name))


def result_of(run):
    found = re.findall(r'PIGLIT: \{"result": "(\w+)"', run.out)
    return found[-1] if found else "crash"


def piglit(test, prefix, environment):
    worse, better, n = [], [], 0
    for name in sorted(os.listdir(PIGLIT + "/bin")):
        if not name.startswith(prefix) or name in NOT_OFFERED:
            continue
        argv = [PIGLIT + "/bin/" + name, "-auto"]
        native, second = [test.run(world, argv, x=True, cwd=PIGLIT, env=environment)
                          for world in (test.native, test.second)]
        a, b = result_of(native), result_of(second)
        n += 1
        if RANK.get(b, 0) < RANK.get(a, 0):
            worse.append("%s: %s, natively %s" % (name, b, a))
        elif RANK.get(b, 0) > RANK.get(a, 0):
            better.append(name)
    test.check(n > 0, "no %s test in %s" % (prefix, PIGLIT))
    test.note("%d programs, %d better than natively" % (n, len(better)))
    test.check(not worse, "; ".join(worse))


@case("glx/piglit", needs=("piglit",), timeout=60)
def glx_piglit(test):
    piglit(test, "glx-", {})


@case("egl/piglit", needs=("piglit",), timeout=60)
def egl_piglit(test):
    piglit(test, "egl", {"PIGLIT_PLATFORM": "x11_egl"})


def egl_surfaces(test, environment):
    native, second = test.both([test.build("tests/gl/egl_surfaces")], x=True, env=environment)
    test.check_same(native.out.splitlines()[1:], second.out.splitlines()[1:], "what it prints")
    test.check_drawn(second)


@case("egl/surfaces", groups=("gl", "fast"), needs=["Xvfb"])
def surfaces(test):
    """Windows, pixmaps, pbuffers, syncs, threads, buffer age: tests/gl/egl_surfaces.c."""
    egl_surfaces(test, {})


@case("egl/surfaces-copied", needs=["Xvfb"])
def surfaces_copied(test):
    """The same where the X server cannot map the frame pool, as on Xen."""
    egl_surfaces(test, {"VGPU_PRESENT": "copy"})

# SPDX-License-Identifier: MIT
"""Test cases: how they are declared, what they may ask for, how they end.

A case is a function that takes a `Test`. It passes when it returns, fails when it
raises `Failed` (usually through Test.check), and is skipped when it raises `Skipped`,
which always says what was missing.
"""
import os
import shutil
import time

from launch import Run, World, launch
from xserver import XServer

CASES = {}


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


class Case:
    def __init__(self, name, function, groups, needs, timeout):
        self.name, self.function = name, function
        self.groups, self.needs, self.timeout = groups, needs, timeout


# The Debian package that brings a command, for the text of a skip.
PACKAGES = {
    "Xvfb": "xvfb", "glxinfo": "mesa-utils", "glxgears": "mesa-utils", "glxheads": "mesa-utils",
    "glxdemo": "mesa-utils", "eglinfo": "mesa-utils", "es2_info": "mesa-utils",
    "es2gears_x11": "mesa-utils", "es2tri": "mesa-utils", "glmark2": "glmark2-x11",
    "glmark2-es2": "glmark2-es2-x11", "apitrace": "apitrace", "glretrace": "apitrace",
    "eglretrace": "apitrace", "piglit": "piglit", "wflinfo": "waffle-utils",
    "xdotool": "xdotool", "etr": "extremetuxracer", "mpv": "mpv", "ffmpeg": "ffmpeg",
    "kitty": "kitty", "gtk4-demo": "gtk-4-examples", "gtk4-widget-factory": "gtk-4-examples",
    "weston": "weston",
}


def case(name, groups=("gl",), needs=(), timeout=120):
    """Declare a case. groups: the make targets it belongs to; needs: commands or files under B;
    timeout: seconds for each program it starts."""
    def add(function):
        if name in CASES:
            raise ValueError("two cases are named " + name)
        CASES[name] = Case(name, function, tuple(groups), tuple(needs), timeout)
        return function
    return add


class Test:
    """What a running case has: the two worlds, X servers, programs, a folder for its logs."""

    def __init__(self, case_, options, folder):
        self.case, self.options, self.dir = case_, options, folder
        self.native = World("native", options)
        self.second = World(options.second, options)
        self._xservers = {}
        self._log = open(os.path.join(folder, "log.txt"), "w", encoding="utf-8")
        self._runs = 0
        self.notes = []

    # ---- checks ------------------------------------------------------------------
    def log(self, text):
        self._log.write(text.rstrip("\n") + "\n")
        self._log.flush()

    def note(self, text):
        """One more word on the case's line."""
        self.notes.append(text)
        self.log("note: " + text)

    def check(self, condition, text):
        if not condition:
            self.log("FAILED: " + text)
            raise Failed(text)

    def skip(self, missing):
        raise Skipped(missing)

    def check_same(self, native, second, what):
        """Two texts or lists of lines are equal; says where they begin to differ."""
        if native == second:
            return
        if isinstance(native, str):
            native, second = native.splitlines(), second.splitlines()
        only_native = [line for line in native if line not in set(second)]
        only_second = [line for line in second if line not in set(native)]
        self.log("--- %s, only natively:\n  %s" % (what, "\n  ".join(map(str, only_native))))
        self.log("+++ %s, only in the %s run:\n  %s" % (
            what, self.second.name, "\n  ".join(map(str, only_second))))
        for i, (a, b) in enumerate(zip(native, second)):
            if a != b:
                self.check(False, "%s differs in line %d: natively %r, %s %r" % (
                    what, i + 1, a, self.second.name, b))
        self.check(False, "%s has %d lines natively, %d %s" % (
            what, len(native), len(second), self.second.name))

    def check_drawn(self, run, frames=0):
        """The worker has drawn it: its counters say so. Nothing to ask where there is no worker."""
        if not self.second.is_split:
            return
        self.check(run.stats is not None, "vgpu-run wrote no counters: %s" % run.err[-300:])
        totals = run.stats["totals"]
        self.log("counters: %s" % totals)
        self.check(totals["calls"] > 0 and run.stats["connections"],
                   "the worker replayed nothing: the split did not draw it")
        self.check(totals["frames"] >= frames,
                   "the worker drew %d frames, at least %d expected" % (totals["frames"], frames))

    # ---- programs ------------------------------------------------------------------
    def x(self, world):
        """The X server of this case in that world, with nothing else on it."""
        if world.key not in self._xservers:
            self._xservers[world.key] = XServer(os.path.join(self.dir, "x-" + world.key))
        return self._xservers[world.key]

    def run(self, world, argv, **how):
        """Run a program to its end, see launch(). x=True gives it the world's X server."""
        if how.pop("x", False):
            how["display"] = self.x(world).display
        how.setdefault("timeout", self.case.timeout)
        self._runs += 1
        prefix = os.path.join(self.dir, "%02d-%s" % (self._runs, world.key))
        run = launch(world, argv, prefix=prefix, log=self.log, **how)
        self.check(not run.sanitizer, "a sanitizer complained: %s" % run.sanitizer)
        return run

    def both(self, argv, ok=True, **how):
        """Run natively and in the second world. With ok, both must exit with 0, and where the
        native run did not, the case is skipped: there is nothing to compare with."""
        native = self.run(self.native, argv, **how)
        if ok and native.rc != 0:
            self.skip("a working native %s (exit code %d: %s)" % (
                argv[0], native.rc, native.err.strip()[-200:]))
        second = self.run(self.second, argv, **how)
        if ok:
            self.check(not second.timed_out, "%s ran longer than %d s (natively %.1f s)" % (
                argv[0], self.case.timeout, native.seconds))
            self.check(second.rc == 0, "%s: exit code %d, natively 0: %s" % (
                argv[0], second.rc, second.err.strip()[-300:]))
        return native, second

    def build(self, name):
        """A file of the build folder; skipped when it is not built."""
        path = os.path.join(self.options.build, name)
        if not os.path.exists(path):
            self.skip("%s (make it first)" % path)
        return path

    def close(self):
        for server in self._xservers.values():
            server.stop()
        self._log.close()


def run_case(case_, options):
    """Run one case. Returns (status, reason, seconds, notes)."""
    folder = os.path.join(options.logs, case_.name.replace("/", "."))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    began = time.monotonic()
    test = Test(case_, options, folder)
    try:
        for need in case_.needs:
            if not shutil.which(need):
                raise Skipped("%s (apt-get install %s)" % (need, PACKAGES.get(need, need)))
        if test.second.is_split:
            test.build("bin/vgpu-run")
        case_.function(test)
        status, reason = "PASS", ""
    except Failed as e:
        status, reason = "FAIL", str(e)
    except Skipped as e:
        status, reason = "SKIP", "missing: %s" % e
    except Exception as e:  # a broken case is a failure, never a silent pass
        import traceback
        test.log(traceback.format_exc())
        status, reason = "FAIL", "the test itself broke: %s: %s" % (type(e).__name__, e)
    finally:
        test.close()
    return status, reason, time.monotonic() - began, test.notes

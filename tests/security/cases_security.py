# SPDX-License-Identifier: MIT
"""A guest that lies (tests/security/hostile.c), against a real daemon and its worker. Its tests are
named after the points of the checklist in docs/security.md."""
import os
import re
import subprocess

from backend import Backend
from case import case

VRAM_MB = "64"   # what 37-memory-is-capped expects
STUCK_S = "4"


def hostile(test, backend, names, timeout=240):
    """Run some of its tests. Returns the finished process; all its lines go to the log."""
    env = backend.program_environment()
    run = subprocess.run([test.build("tests/security/hostile")] + names, env=env, timeout=timeout,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    test.log(run.stdout + run.stderr)
    return run


def points(test, names):
    backend = Backend(test, {"VGPU_WORKER_VRAM_MB": VRAM_MB})
    try:
        run = hostile(test, backend, names)
        failed = [line for line in run.stdout.splitlines() if line.startswith("FAIL")]
        last = run.stdout.strip().splitlines()[-1:] or [run.stderr.strip()[-200:]]
        test.check(not failed, "; ".join(failed[:3]))
        test.check(run.returncode == 0, "exit code %d: %s" % (run.returncode, last[0]))
        test.check(not backend.complaints(), "a sanitizer complains: %s" % backend.complaints())
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8", errors="replace") as f:
            log = f.read()
        raw = [c for c in log if ord(c) < 32 and c != "\n"]
        test.check(not raw, "the log holds control characters: %r" % raw[:5])
        _, busy = backend.quiet(20)
        test.check(busy == 0, "%d programs were not taken down" % busy)
        test.note(last[0])
    finally:
        backend.stop()


GROUPS = {
    "rings": ["01", "02", "03", "04", "06", "08", "09", "10", "12", "13"],
    "decoding": ["11", "14", "15", "16", "17", "18", "19"],
    "state": ["20", "21", "22", "23", "24", "25", "26", "27", "28"],
    "maps": ["29"],
    "answers-and-caps": ["30", "31", "32", "34", "35", "37", "38", "41", "45"],
}
for group_, names_ in GROUPS.items():
    def check(test, names=names_):
        points(test, names)
    case("security/" + group_, groups=("security", "gl", "fast"), timeout=300)(check)


@case("security/40-endless-command", groups=("security", "gl"), timeout=120)
def endless_command(test):
    """The watchdog ends the worker; the program is told why, and the next one gets another."""
    backend = Backend(test, {"VGPU_WORKER_STUCK_S": STUCK_S})
    try:
        run = hostile(test, backend, ["--endless"], timeout=90)
        test.check(run.returncode == 0, "the program that never ends: %s" % run.stdout[-200:])
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8", errors="replace") as f:
            log = f.read()
        test.check(re.search(r"has been in \w+ for more than %s s" % STUCK_S, log),
                   "the log does not say what was stuck: %s" % log[-300:])
        run = hostile(test, backend, ["02"])
        test.check(run.returncode == 0, "no worker after that: %s" % run.stdout[-200:])
    finally:
        backend.stop()

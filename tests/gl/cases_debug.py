# SPDX-License-Identifier: MIT
"""VGPU_DEBUG=sync and VGPU_DEBUG=verify (docs/env.md)."""
import re

from case import case

LINE = re.compile(r"^vgpu: +(\d+) +[\d.]+ +[\d.]+  (.{32}) \S+\+0x[0-9a-f]+$", re.M)
TOTAL = re.compile(r"^vgpu: waited (\d+) times, [\d.]+ ms in all$", re.M)


@case("gl/debug/sync", groups=("gl", "fast"), timeout=60)
def sync(test):
    """Every round trip that the worker counted is in the program's own account of who waited."""
    run = test.run(test.second, [test.build("tests/gl/draw_memory")],
                   env={"VGPU_DEBUG": "sync"})
    test.check_drawn(run)
    waits = {}
    for times, what in LINE.findall(run.err):
        waits[what.strip()] = waits.get(what.strip(), 0) + int(times)
    test.check(waits.get("glReadPixels", 0) > 0, "no glReadPixels waited: %s" % run.err[:300])
    ring = waits.get("room in the ring", 0)
    counted = sum(int(n) for n in TOTAL.findall(run.err)) - ring
    replayed = run.stats["totals"]["round_trips"]
    test.check(counted == replayed, "the program counted %d waits for answers, the worker %d" % (
        counted, replayed))
    test.note("%d waits of %d kinds" % (counted, len(waits)))


def verified(name):
    @case("gl/debug/verify-" + name, timeout=120)
    def _(test):
        """What the library answers by itself is what the host says, all through a program."""
        argv = [test.build("tests/gl/" + name)]
        native = test.run(test.native, argv)
        run = test.run(test.second, argv, env={"VGPU_DEBUG": "verify"})
        test.check(run.rc == 0, "exit code %d: %s" % (run.rc, run.err[-300:]))
        test.check_same(native.out, run.out, "the output")
        test.check_drawn(run)


for name_ in ("draw_old", "draw_new", "draw_memory"):
    verified(name_)

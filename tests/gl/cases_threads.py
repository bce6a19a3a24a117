# SPDX-License-Identifier: MIT
"""Threads: the same program again and again, COUNT times (25), against one backend. Every run must
print the lines of the native one; natively they are the same each time."""
import os
import subprocess

from backend import Backend
from case import case


def run_once(test, argv, env):
    """(exit code, output, errors); exit code None: it hung."""
    try:
        run = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=test.case.timeout, check=False)
        return run.returncode, run.stdout, run.stderr
    except subprocess.TimeoutExpired as e:
        return None, str(e.stdout), str(e.stderr)


@case("gl/threads/image", groups=("gl", "threads", "tsan"), timeout=60)
def image(test):
    """tests/gl/threads_image.c: four contexts, one share group; moved; ended while drawing."""
    # ThreadSanitizer makes a run ten times as long and sees in one what takes luck otherwise
    count = int(os.environ.get("COUNT", "5" if "tsan" in test.options.preload else "25"))
    argv = [test.build("tests/gl/threads_image")]
    natives = [run_once(test, argv, test.native.environment(None)) for _ in range(3)]
    for code, out, err in natives:
        if code != 0 or len(out.splitlines()) != 4:
            test.skip("a native run that ends well (%s: %s%s)" % (code, out, err[-200:]))
        test.check_same(natives[0][1], out, "the output of native runs")
    test.check(len(set(natives[0][1].split()[2::3])) == 4, "all contexts have the same image")
    if not test.second.is_split:
        for i in range(count):
            code, out, err = run_once(test, argv, test.second.environment(None))
            test.check(code == 0, "run %d ended with %s: %s" % (i, code, err[-300:]))
            test.check_same(natives[0][1], out, "run %d" % i)
        return
    proof = test.run(test.second, argv)
    test.check(proof.rc == 0, "exit code %d: %s" % (proof.rc, proof.err[-300:]))
    test.check_same(natives[0][1], proof.out, "the output")
    test.check_drawn(proof)
    backend = Backend(test)
    try:
        env, bad = backend.program_environment(), []
        for i in range(count):
            code, out, err = run_once(test, argv, env)
            if code != 0 or out != natives[0][1]:
                test.log("run %d: exit code %s\n%s%s" % (i, code, out, err))
                bad.append(i)
        state, busy = backend.quiet(30)
        test.check(busy == 0, "%d programs linger" % busy)
        test.check(state["workers"], "no worker: the programs never connected")
        test.check(not bad, "%d of %d runs went wrong, first run %d" % (
            len(bad), count, bad[0] if bad else 0))
    finally:
        backend.stop()
    test.check(not backend.complaints(), "a sanitizer complained: %s" % backend.complaints())
    test.note("%d of %d runs equal" % (count, count))

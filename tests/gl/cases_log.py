# SPDX-License-Identifier: MIT
"""vgpu-ctl log: what was said about a guest stays, also when its worker is gone."""
import json
import os
import signal
import subprocess
import time

from backend import Backend
from case import case


def ctl(test, backend, *arguments):
    return subprocess.run([test.build("bin/vgpu-ctl"), *arguments],
                          env=dict(os.environ, VGPU_SOCKET=backend.socket), timeout=60,
                          capture_output=True, text=True, check=False)


@case("gl/log/lost-worker", groups=("gl",), timeout=60)
def lost_worker(test):
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend, guest = Backend(test), str(os.getuid())
    try:
        run = ctl(test, backend, "log", "no-such-guest")
        test.check(run.returncode == (3 if guest == "0" else 4) and "hint" in run.stderr,
                   "an unknown guest: %d, %s" % (run.returncode, run.stderr))
        good = subprocess.run([test.build("tests/gl/threads_load"), "1"], timeout=60, check=False,
                              env=backend.program_environment(), capture_output=True, text=True)
        test.check(good.returncode == 0, "threads_load: %s%s" % (good.stdout, good.stderr))
        (worker,) = backend.workers()
        os.kill(worker, signal.SIGSEGV)
        end = time.monotonic() + 20
        while os.path.exists("/proc/%d" % worker) and time.monotonic() < end:
            time.sleep(0.05)
        run = ctl(test, backend, "log")
        test.check(run.returncode == 0, "log: %s" % run.stderr)
        test.check("worker %d of user %s" % (worker, guest) in run.stdout,
                   "the lost worker is not told: %s" % run.stdout)
        answer = json.loads(ctl(test, backend, "log", "--json", guest).stdout)
        test.check(answer["schema"] == 1 and answer["guest"] == guest and answer["lines"],
                   "as JSON: %s" % answer)
        test.check(ctl(test, backend, "log", "-n", "0", guest).stdout == "", "-n 0 prints lines")
        test.check(ctl(test, backend, "log", "a", "b").returncode == 2, "two guests are not 2")
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8") as f:
            test.check("worker %d of user" % worker in f.read(), "the journal does not have it")
    finally:
        backend.stop()
    test.check(ctl(test, backend, "log").returncode == 5, "no daemon: not 5")

# SPDX-License-Identifier: MIT
"""vgpu-ctl top on a worker that draws: the numbers agree with the counters, the screen works."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from backend import Backend
from case import case


def ctl(test, backend, *arguments, **how):
    return subprocess.run([test.build("bin/vgpu-ctl"), *arguments],
                          env=dict(os.environ, VGPU_SOCKET=backend.socket), timeout=60,
                          capture_output=True, text=True, check=False, **how)


def on_terminal(test, backend, keys, *arguments):
    """Run it on a terminal of 120 columns; the keys are typed when it has drawn. Returns its exit
    code and what it wrote, without the terminal's codes."""
    pid, fd = pty.fork()
    if pid == 0:
        env = dict(os.environ, VGPU_SOCKET=backend.socket, TERM="xterm")
        os.execve(test.build("bin/vgpu-ctl"), ["vgpu-ctl", *arguments], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    out, end, typed = b"", time.monotonic() + 30, False
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                more = os.read(fd, 65536)
            except OSError:
                break
            if not more:
                break
            out += more
        if keys and not typed and b"quit" in out:
            os.write(fd, keys)
            typed = True
    else:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    os.close(fd)
    text = re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|\(B|[=>])", " ", out.decode("ascii", "replace"))
    test.log("on a terminal: %d\n%s" % (status, text))
    return os.waitstatus_to_exitcode(status), text


@case("gl/top/glxgears", groups=("gl",), needs=["Xvfb", "glxgears"], timeout=60)
def top(test):
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend, server = Backend(test), test.x(test.second)
    gears = None
    try:
        test.check(ctl(test, backend, "top", "-b", "-n", "1", "-d", "0.1").returncode == 0,
                   "top fails where nothing draws")
        gears = subprocess.Popen(["glxgears"], env=backend.program_environment(server),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 start_new_session=True)
        test.check(len(server.changing_pictures(gears, 30)) == 3, "glxgears does not draw")
        before = backend.list()["workers"][0]["programs"][0]
        run = ctl(test, backend, "top", "--json", "--iterations", "2", "--delay", "1")
        after = backend.list()["workers"][0]["programs"][0]
        test.check(run.returncode == 0, "top --json: %s" % run.stderr)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        test.check(len(lines) == 2, "two tables, please: %s" % run.stdout)
        (guest,) = lines[1]["guests"]
        (program,) = guest["programs"]
        test.check(program["name"] == "glxgears" and program["pid"] == gears.pid,
                   "another program: %s" % program)
        # what it says it drew, against the counters around it
        drawn = sum(line["guests"][0]["frames_per_s"] * line["seconds"] for line in lines)
        test.check(0 < drawn <= after["frames"] - before["frames"] + 0.01,
                   "it says %s frames, the counters %d" % (
                       drawn, after["frames"] - before["frames"]))
        test.check(program["calls_per_s"] > program["frames_per_s"], "calls: %s" % program)
        test.check(program["vram"] >= 300 * 300 * 4, "memory: %s" % program)
        table = ctl(test, backend, "top", "-n", "1", "-d", "0.3", "--sort", "name")
        test.check(table.returncode == 0 and "glxgears" in table.stdout
                   and "FRAMES/s" in table.stdout, "without a terminal: %s" % table.stdout)
        rc, text = on_terminal(test, backend, b"crq", "top", "--delay", "0.3")
        test.check(rc == 0 and "glxgears" in text and "reversed" in text, "on a terminal: %d, %s" % (
            rc, text[-400:]))
        rc, text = on_terminal(test, backend, b"", "top", "-d", "0.2", "-n", "2")
        test.check(rc == 0 and "glxgears" in text, "--iterations on a terminal: %d" % rc)
    finally:
        if gears:
            os.killpg(gears.pid, signal.SIGKILL)
            gears.wait()
        backend.stop()
    test.check(ctl(test, backend, "top", "-b").returncode == 5, "no daemon: not 5")
    for wrong in (["-d", "0"], ["-d", "nan"], ["-n", "0"], ["-s", "NOPE"], ["--nope"], ["x"]):
        test.check(ctl(test, backend, "top", *wrong).returncode == 2, "top %s is not 2" % wrong)

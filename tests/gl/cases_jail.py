# SPDX-License-Identifier: MIT
"""The jail of a worker that draws: what the kernel says about the process, what the daemon says
about it, and that it ends when it does what a worker never does. The rules themselves are broken
one by one in tests/unit/test_jail.c."""
import os
import re
import subprocess

from backend import Backend
from case import case


def status(pid):
    with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def drawing(test, backend):
    """A program draws with the right picture; then the one worker and what is said of it."""
    good = subprocess.run([test.build("tests/gl/threads_load"), "1"],
                          env=backend.program_environment(), capture_output=True, text=True,
                          timeout=60, check=False)
    test.check(good.returncode == 0, "threads_load: %s%s" % (good.stdout, good.stderr))
    (worker,) = backend.list()["workers"]
    return worker["pid"], worker["jail"]


@case("gl/jail/worker", groups=("gl", "fast"), timeout=60)
def jailed_worker(test):
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend = Backend(test)
    try:
        pid, jail = drawing(test, backend)
        test.log("jail: %s" % jail)
        test.check(jail["on"], "the jail is off")
        for rule in ("descriptors", "privileges", "files", "calls"):
            test.check(rule in jail["active"], "rule %s does not hold: %s" % (
                rule, jail["missing"].get(rule)))
        of_it = status(pid)
        test.check(of_it["Seccomp"] == "2", "no seccomp filter")
        test.check(of_it["NoNewPrivs"] == "1", "it can gain privileges")
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd"):
            # without privileges to begin with, a bounding set may stay: it gives nothing
            if name != "CapBnd" or os.getuid() == 0:
                test.check(int(of_it[name], 16) == 0, "%s is %s" % (name, of_it[name]))
        for task in os.listdir("/proc/%d/task" % pid):
            test.check(status(int(task))["Seccomp"] == "2", "thread %s has no filter" % task)
        fds = {int(n): os.readlink("/proc/%d/fd/%s" % (pid, n))
               for n in os.listdir("/proc/%d/fd" % pid)}
        test.log("descriptors: %s" % fds)
        sockets = [n for n, to in fds.items() if to.startswith("socket:")]
        test.check(sockets == [3], "sockets: %s" % sockets)
        allowed = re.compile(r"/dev/(null|dri/|nvidia)|socket:|anon_inode:|/memfd:|pipe:")
        other = {n: to for n, to in fds.items() if n > 2 and not allowed.match(to)}
        test.check(not other, "it holds files: %s" % other)
        if "network" in jail["active"]:
            test.check(os.readlink("/proc/%d/ns/net" % pid) != os.readlink("/proc/self/ns/net"),
                       "it is in our network")
        if "user" in jail["active"]:
            test.check("0" not in of_it["Uid"].split(), "it is root: %s" % of_it["Uid"])
        test.note("%d rules hold%s" % (len(jail["active"]), "".join(
            ", no %s" % rule for rule in jail["missing"])))
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8") as f:
            log = f.read()
        test.check("the jail refused" not in log, "a driver wanted what the jail refuses: " + log)
        for rule in jail["missing"]:
            test.check(log.count('without the rule "%s"' % rule) == 1,
                       "the missing rule %s is not told once: %s" % (rule, log))
    finally:
        backend.stop()


@case("gl/jail/off", groups=("gl",), timeout=60)
def off(test):
    """Developers can switch it off, and are told."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend = Backend(test, environment={"VGPU_WORKER_JAIL": "off"})
    try:
        pid, jail = drawing(test, backend)
        test.check(not jail["on"] and not jail["active"], "it is on: %s" % jail)
        test.check(status(pid)["Seccomp"] == "0", "a filter, although it is off")
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8") as f:
            test.check("jail is off" in f.read(), "nobody is told")
    finally:
        backend.stop()

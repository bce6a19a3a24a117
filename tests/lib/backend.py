# SPDX-License-Identifier: MIT
"""A backend that outlives its programs, and what its processes hold: for the tests that kill."""
import json
import os
import re
import subprocess
import tempfile
import time

from launch import sanitizer_environment


class Holdings:
    """What one process holds, as /proc tells."""

    def __init__(self, pid):
        self.pid = pid
        self.fds = self._kinds(pid)
        self.threads = len(os.listdir("/proc/%d/task" % pid))
        with open("/proc/%d/maps" % pid, encoding="ascii", errors="replace") as f:
            maps = f.read().splitlines()
        self.maps = len(maps)
        self.shared = sum("memfd:" in line or "/dev/shm" in line or "SYSV" in line
                          for line in maps)
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as f:
            self.rss_kib = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    @staticmethod
    def _kinds(pid):
        """{what a descriptor is: how many}, so that a leak has a name."""
        folder, kinds = "/proc/%d/fd" % pid, {}
        for fd in os.listdir(folder):
            try:
                target = os.readlink(os.path.join(folder, fd))
            except OSError:
                continue
            kind = re.sub(r"[:\[]?\[?\d+\]?.*$|\s*\(deleted\)$", "", target)
            kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def __str__(self):
        return "fds %s, threads %d, maps %d (shared %d), %.1f MiB" % (
            sum(self.fds.values()), self.threads, self.maps, self.shared, self.rss_kib / 1024)


class Backend:
    def __init__(self, test, environment=None, options=()):
        """environment: more variables for the daemon, some of which it passes to its
        workers; options: more of vgpu-backendd's."""
        self.test = test
        self.folder = tempfile.mkdtemp(prefix="vgpu-test-b-")
        self.socket = os.path.join(self.folder, "vgpu.sock")
        self.env = guest_environment(test, self.socket)
        read_end, write_end = os.pipe()
        environment = dict(test.native.environment(None), **(environment or {}))
        if test.options.preload:
            report = os.path.join(test.dir, "backend-asan")
            environment.update(sanitizer_environment(report))
        with open(os.path.join(test.dir, "backend.log"), "wb") as log:
            self.process = subprocess.Popen(
                [test.build("bin/vgpu-backendd"), "--embedded", "--socket", self.socket,
                 "--ready-fd", str(write_end), *options], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, pass_fds=[write_end], start_new_session=True)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as f:
            if not f.read(1):
                self.stop()
                test.check(False, "vgpu-backendd did not start, see backend.log")

    def program_environment(self, server=None):
        """What a program is started with that shall use this backend."""
        env = self.test.native.environment(server.display if server else None)
        env.update(self.env)
        if self.test.options.preload:
            report = os.path.join(self.test.dir, "program-asan")
            env.update(sanitizer_environment(report))
        return env

    def complaints(self):
        """Reports that a sanitizer has written, of the backend or of programs."""
        return [n for n in os.listdir(self.test.dir) if "-asan." in n]

    def list(self):
        """vgpu-ctl list --json."""
        run = subprocess.run([self.test.build("bin/vgpu-ctl"), "list", "--json"],
                             env=dict(os.environ, VGPU_SOCKET=self.socket), timeout=30,
                             capture_output=True, text=True, check=False)
        self.test.check(run.returncode == 0, "vgpu-ctl list: exit code %d: %s" % (
            run.returncode, run.stderr))
        return json.loads(run.stdout)

    def workers(self):
        return [worker["pid"] for worker in self.list()["workers"]]

    def quiet(self, seconds):
        """Wait until no program is left, and of the workers one that waits. Returns the last list."""
        end = time.monotonic() + seconds
        while True:
            state = self.list()
            busy = sum(len(w.get("programs", [])) + int(w.get("ending", 0))
                       for w in state["workers"])
            settled = busy == 0 and len(state["workers"]) <= 1 and len(self.children()) <= 1
            if settled or time.monotonic() > end:
                return state, busy
            time.sleep(0.1)

    def holdings(self):
        """[daemon's, each worker's]"""
        workers = [Holdings(pid) for pid in sorted(self.workers())]
        time.sleep(0.1)  # the connection that has asked for the list is closed by now
        return [Holdings(self.process.pid)] + workers

    def children(self):
        """Processes whose parent is the daemon."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open("/proc/%s/stat" % name, encoding="ascii", errors="replace") as f:
                        words = f.read().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(words[1]) == self.process.pid:
                    found.append(int(name))
        return found

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        import shutil
        workers = self.children() if self.alive() else []
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        end = time.monotonic() + 5
        while [pid for pid in workers if os.path.exists("/proc/%d" % pid)]:
            if time.monotonic() > end:
                break
            time.sleep(0.05)
        self.left = [pid for pid in workers if os.path.exists("/proc/%d" % pid)]
        for pid in self.left:
            os.kill(pid, 9)
        shutil.rmtree(self.folder, ignore_errors=True)


def guest_environment(test, socket):
    """What vgpu-run sets for a program (it says so itself), with another socket."""
    run = test.run(test.second, ["env", "-0"])
    test.check(run.rc == 0, "vgpu-run env: exit code %d: %s" % (run.rc, run.err))
    pairs = dict(p.split("=", 1) for p in run.out.split("\0") if "=" in p)
    env = {k: v for k, v in pairs.items()
           if k in ("__EGL_VENDOR_LIBRARY_FILENAMES", "__EGL_VENDOR_LIBRARY_DIRS",
                    "__GLX_VENDOR_LIBRARY_NAME", "LD_LIBRARY_PATH", "LD_PRELOAD")}
    test.check("vgpu" in " ".join(env.values()), "vgpu-run sets nothing: %s" % env)
    env["VGPU_SOCKET"] = socket
    return env

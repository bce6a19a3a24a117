# SPDX-License-Identifier: MIT
"""Programs that are killed at any moment leave nothing behind; a worker that is killed takes its
contexts with it and nothing else."""
import os
import random
import signal
import subprocess
import time

from backend import Backend, Holdings
from case import case

WARM_UP = 12      # kills before the first count: drivers and malloc keep some things for ever
MAPS_SLACK = 16   # anonymous mappings: malloc's arenas come and go
RSS_SLACK_MIB = 48


def start(test, backend, argv, folder, server=None):
    env = backend.program_environment(server)
    env["TMPDIR"] = env["XDG_RUNTIME_DIR"] = folder
    with open(os.path.join(test.dir, "programs.log"), "ab") as log:
        return subprocess.Popen(argv, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=log,
                                stderr=log, start_new_session=True)


def kill_after(process, seconds):
    """SIGKILL at that moment. Returns False when it had ended by itself."""
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def segments_of(pids):
    """System V shared memory (MIT-SHM) made by one of these processes."""
    with open("/proc/sysvipc/shm", encoding="ascii") as f:
        rows = [line.split() for line in f.read().splitlines()[1:]]
    return [row[1] for row in rows if int(row[4]) in pids]


def compare(test, before, after):
    """Fails when something is held that was not before. Returns what has grown that may also be
    the memory allocator's: mappings, resident memory."""
    maybe = []
    for a, b in zip(before, after):
        name = "the daemon" if a is before[0] else "the worker"
        test.log("%s before: %s\n%s after:  %s" % (name, a, name, b))
        test.check(a.pid == b.pid, "%s is another process now" % name)
        grown = {k: (a.fds.get(k, 0), n) for k, n in b.fds.items() if n > a.fds.get(k, 0)}
        test.check(not grown, "%s holds more descriptors: %s" % (name, grown))
        test.check(b.threads <= a.threads, "%s has %d threads, before %d" % (
            name, b.threads, a.threads))
        test.check(b.shared <= a.shared, "%s has %d shared mappings, before %d" % (
            name, b.shared, a.shared))
        if test.options.preload:
            continue  # a sanitizer's own bookkeeping grows with every free
        if b.maps > a.maps + MAPS_SLACK:
            maybe.append("%s has %d mappings, before %d" % (name, b.maps, a.maps))
        if b.rss_kib > a.rss_kib + RSS_SLACK_MIB * 1024:
            maybe.append("%s has grown from %d to %d MiB" % (name, a.rss_kib // 1024,
                                                             b.rss_kib // 1024))
    return maybe


@case("gl/kill/programs", groups=("kill",), needs=["Xvfb", "glxgears", "glmark2"], timeout=600)
def programs(test):
    """KILLS programs (200) die by SIGKILL at random moments; SEED repeats a run."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    kills = int(os.environ.get("KILLS", "200"))
    seed = int(os.environ.get("SEED", "0")) or int(time.time())
    chance = random.Random(seed)
    test.note("SEED=%d" % seed)
    loads = [[test.build("tests/gl/threads_load")], ["glxgears", "-geometry", "100x100"],
             ["glmark2", "-s", "160x120", "-b", "buffer:columns=20:duration=20"],
             ["es2gears_x11"]]
    backend, server = Backend(test), test.x(test.second)
    folder = os.path.join(test.dir, "tmp")
    os.makedirs(folder)
    pids, hit, shm_before = set(), 0, os.listdir("/dev/shm")
    try:
        before, i, end = None, 0, WARM_UP + kills
        while i < end:
            if i == WARM_UP:
                _, busy = backend.quiet(20)
                test.check(busy == 0, "%d programs linger after the warm-up" % busy)
                before = backend.holdings()
            # the first in a while draws undisturbed, so that late moments are met as well
            process = start(test, backend, chance.choice(loads), folder, server)
            pids.add(process.pid)
            moment = 1.5 if i % 20 == 0 else chance.uniform(0.0, 0.4)
            hit += kill_after(process, moment)
            test.check(backend.alive(), "the daemon died at kill %d" % i)
            i += 1
            if i == WARM_UP + kills and before:
                _, busy = backend.quiet(20)
                test.check(busy == 0, "%d programs linger" % busy)
                middle = backend.holdings()
                grown = compare(test, before, middle)
                if grown:
                    # a leak grows again by as much; what an allocator once took does not
                    test.note("%s; killing as many again" % "; ".join(grown))
                    before, end = middle, end + kills
        state, busy = backend.quiet(20)
        test.check(busy == 0, "%d programs are still listed: %s" % (busy, state))
        test.check(hit >= (end - WARM_UP) * 0.9, "only %d of %d programs lived to be killed" % (hit, end))
        after = backend.holdings()
        test.check(len(after) == len(before), "%d workers, before %d" % (
            len(after) - 1, len(before) - 1))
        test.check(len(before) > 1, "no worker: the programs never connected")
        grown = compare(test, before, after)
        test.check(not grown, "again: " + "; ".join(grown))
        test.check(sorted(backend.children()) == sorted(backend.workers()),
                   "the daemon has processes that are no workers: %s" % backend.children())
        test.check(not segments_of(pids), "System V segments were left: %s" % segments_of(pids))
        shm = [n for n in os.listdir("/dev/shm") if "vgpu" in n and n not in shm_before]
        # the tests of the passthrough tool work in /dev/shm, perhaps at this moment
        shm = [n for n in shm if not n.startswith("vgpu-pci")]
        test.check(not shm, "files were left in /dev/shm: %s" % shm)
        left = os.listdir(folder)
        test.check(not left, "files were left: %s" % left)
        seen = sum(len(w.get("ended", [])) for w in state["workers"])
        test.note("%d killed, the worker remembers %d of them" % (hit, seen))
        good = subprocess.run([loads[0][0], "1"], env=backend.program_environment(),
                              capture_output=True, text=True, timeout=60, check=False)
        test.check(good.returncode == 0, "the next program fails: %s%s" % (good.stdout,
                                                                           good.stderr))
    finally:
        backend.stop()
    test.check(not backend.complaints(), "a sanitizer complained: %s" % backend.complaints())
    test.check(not backend.left, "workers outlived the daemon: %s" % backend.left)


def wait_line(path, line, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with open(path, encoding="utf-8", errors="replace") as f:
            if line in f.read():
                return True
        time.sleep(0.05)
    return False


def worker_dies(test, number):
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend, path = Backend(test), os.path.join(test.dir, "lost.txt")
    env = backend.program_environment()
    try:
        with open(path, "wb") as out:
            process = subprocess.Popen([test.build("tests/gl/lost")], env=env, stdout=out,
                                       stderr=out, start_new_session=True)
        try:
            test.check(wait_line(path, "drawing", 30), "the program does not draw")
            (worker,) = backend.workers()
            time.sleep(0.3)
            os.kill(worker, number)
            try:
                rc = process.wait(60)
            except subprocess.TimeoutExpired:
                rc = None
            with open(path, encoding="utf-8") as f:
                said = f.read()
            test.log(said)
            test.check(rc is not None, "the program hangs; it said: %s" % said)
            test.check(rc == 0, "the program ended with %d: %s" % (rc, said))
            test.check("reset status" in said and "no time" in said
                       and "a new context draws" in said, "unexpected: %s" % said)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        test.check(backend.alive(), "the daemon died with its worker")
        good = subprocess.run([test.build("tests/gl/threads_load"), "1"], env=env,
                              capture_output=True, text=True, timeout=60, check=False)
        test.check(good.returncode == 0, "the next program fails: %s%s" % (good.stdout,
                                                                           good.stderr))
        test.check(worker not in backend.workers(), "the dead worker is still listed")
        if number == signal.SIGKILL:
            test.check(not backend.complaints(), "a sanitizer complained: %s" %
                       backend.complaints())
    finally:
        backend.stop()


@case("gl/kill/worker-killed", groups=("kill", "fast"), timeout=120)
def worker_killed(test):
    worker_dies(test, signal.SIGKILL)


@case("gl/kill/worker-crashed", groups=("kill",), timeout=120)
def worker_crashed(test):
    worker_dies(test, signal.SIGSEGV)


@case("gl/kill/worker-of-old-program", groups=("kill",), needs=["Xvfb", "glxgears"], timeout=120)
def old_program(test):
    """A program that knows nothing of lost contexts neither hangs nor dies of the loss."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend, server = Backend(test), test.x(test.second)
    try:
        process = start(test, backend, ["glxgears"], test.dir, server)
        try:
            test.check(len(server.changing_pictures(process, 30)) == 3, "glxgears does not draw")
            (worker,) = backend.workers()
            os.kill(worker, signal.SIGKILL)
            time.sleep(2)
            rc = process.poll()
            test.check(rc is None or rc in (0, 1), "glxgears ended with %s" % rc)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                test.check(False, "glxgears hangs after the loss")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        test.check(backend.alive(), "the daemon died with its worker")
        process = start(test, backend, ["glxgears"], test.dir, server)
        try:
            test.check(len(server.changing_pictures(process, 30)) == 3,
                       "the next glxgears does not draw")
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    finally:
        backend.stop()


@case("gl/kill/backend-gone", groups=("kill",), timeout=120)
def backend_gone(test):
    """The daemon itself is killed: its worker goes too, the program is told, nothing hangs."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend, path = Backend(test), os.path.join(test.dir, "lost.txt")
    env = backend.program_environment()
    with open(path, "wb") as out:
        process = subprocess.Popen([test.build("tests/gl/lost"), "for-good"], env=env, stdout=out,
                                   stderr=out, start_new_session=True)
    try:
        test.check(wait_line(path, "drawing", 30), "the program does not draw")
        workers = backend.workers()
        backend.process.kill()
        backend.process.wait()
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        test.check(wait_line(path, "reset status", 1), "the program was not told")
        test.check(process.poll() is not None, "the program hangs")
        end = time.monotonic() + 10
        while [p for p in workers if os.path.exists("/proc/%d" % p)] and time.monotonic() < end:
            time.sleep(0.1)
        left = [p for p in workers if os.path.exists("/proc/%d" % p)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        test.check(not left, "the worker outlived the daemon")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        backend.stop()


@case("gl/kill/worker-anytime", groups=("kill",), timeout=60)
def worker_anytime(test):
    """WORKER_KILLS workers (10) die by SIGKILL at random moments: while a program connects, while
    it draws in four threads, while it waits. No program hangs or crashes, the daemon stays."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    kills = int(os.environ.get("WORKER_KILLS", "10"))
    seed = int(os.environ.get("SEED", "0")) or int(time.time())
    chance = random.Random(seed)
    test.note("SEED=%d" % seed)
    backend, path = Backend(test), os.path.join(test.dir, "program.txt")
    env, told, killed, before = backend.program_environment(), 0, 0, None
    try:
        for i in range(kills):
            drawing = i % 2 == 0
            argv = [test.build("tests/gl/lost"), "for-good"] if drawing else [
                test.build("tests/gl/threads_load"), "1"]
            with open(path, "wb") as out:
                process = subprocess.Popen(argv, env=env, stdout=out, stderr=out,
                                           start_new_session=True)
            try:
                if drawing:
                    test.check(wait_line(path, "drawing", 30), "kill %d: it does not draw" % i)
                time.sleep(chance.uniform(0.0, 0.2 if drawing else 0.8))
                for pid in backend.children():
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
                try:
                    rc = process.wait(test.case.timeout)
                except subprocess.TimeoutExpired:
                    rc = None
                with open(path, encoding="utf-8", errors="replace") as f:
                    said = f.read()
                test.check(rc is not None, "kill %d: the program hangs: %s" % (i, said[-300:]))
                test.check(rc >= 0, "kill %d: the program died by signal %d" % (i, -rc))
                if drawing:
                    test.check(rc == 0 and "reset status" in said,
                               "kill %d: exit code %d, it said %s" % (i, rc, said[-300:]))
                    told += 1
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            test.check(backend.alive(), "the daemon died at kill %d" % i)
            if i == 1:
                before = Holdings(backend.process.pid)
        test.check(killed >= kills * 0.5, "only %d of %d workers were hit" % (killed, kills))
        end = time.monotonic() + 90  # the back-off of workers that never became ready
        while True:
            good = subprocess.run([test.build("tests/gl/threads_load"), "1"], env=env,
                                  capture_output=True, text=True, timeout=60, check=False)
            if (good.returncode == 0 and backend.workers()) or time.monotonic() > end:
                break
        test.check(good.returncode == 0 and backend.workers(), "the next program fails: %s%s" % (
            good.stdout, good.stderr))
        for pid in backend.children():
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while backend.children() and time.monotonic() < end:
            time.sleep(0.05)
        after = Holdings(backend.process.pid)
        test.log("the daemon before: %s, after: %s" % (before, after))
        test.check(sum(after.fds.values()) <= sum(before.fds.values()),
                   "the daemon holds more descriptors: %s, before %s" % (after.fds, before.fds))
        test.note("%d workers killed, %d programs told" % (killed, told))
    finally:
        backend.stop()


@case("gl/kill/failing-worker", groups=("kill", "fast"), timeout=60)
def failing_worker(test):
    """A worker that cannot draw is not started anew for each program that asks."""
    if not test.second.is_split:
        test.skip("the split (this case has no native counterpart)")
    backend = Backend(test, options=["--device", "/nonexistent/device"])
    env = dict(backend.program_environment(), VGPU_DEBUG="1")
    try:
        said = []
        for _ in range(10):
            run = subprocess.run([test.build("tests/gl/draw_old"), "immediate"], env=env,
                                 capture_output=True, text=True, timeout=60, check=False)
            said.append(run.stderr)
            test.log(run.stderr[:300])
        with open(os.path.join(test.dir, "backend.log"), encoding="utf-8") as f:
            started = f.read().count("of user ")
        test.check(0 < started < 10, "%d workers were started for 10 programs" % started)
        test.check(any("in a row" in text for text in said), "nobody was told: %r" % said[-1])
        test.check(backend.alive(), "the daemon died")
        test.note("%d workers for 10 programs" % started)
    finally:
        backend.stop()

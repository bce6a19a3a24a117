#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a GL program costs before and while it does nothing: time to start, memory of a context,
wake-ups. Native and split in turns; the backend runs already, as on a real system. Nothing is
judged here; the exit code says only whether everything could be measured."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CONTEXTS = 8


def processes(root):
    """A process and all below it."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        try:
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as f:
                    todo += [int(child) for child in f.read().split()]
        except OSError:
            pass
    return found


def memory(roots):
    """KiB of memory, each shared page counted once."""
    total = 0
    for pid in {p for root in roots for p in processes(root)}:
        try:
            with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return total


def wakeups(roots):
    """How often the threads have been put to sleep, which is how often they woke."""
    total = 0
    for pid in {p for root in roots for p in processes(root)}:
        try:
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/status" % (pid, task), encoding="ascii") as f:
                    total += sum(int(line.split()[1]) for line in f
                                 if line.startswith("voluntary_ctxt_switches"))
        except OSError:
            pass
    return total


class World:
    def __init__(self, build, split):
        self.backend = None
        self.prefix = []
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("VGPU_")}
        if split:
            self.folder = tempfile.mkdtemp(prefix="vgpu-bench-")
            self.env["VGPU_SOCKET"] = os.path.join(self.folder, "sock")
            self.backend = subprocess.Popen([os.path.join(build, "bin/vgpu-backendd"), "--socket",
                                             self.env["VGPU_SOCKET"]], stderr=subprocess.DEVNULL)
            self.prefix = [os.path.join(build, "bin/vgpu-run")]
            for _ in range(100):
                if os.path.exists(self.env["VGPU_SOCKET"]):
                    break
                time.sleep(0.05)
        # a program that stays, so that the worker does not end between two measurements
        self.keeper = self.hold(build, ["contexts", "0"]) if split else None

    def hold(self, build, arguments):
        program = subprocess.Popen(self.prefix + [os.path.join(build, "tests/bench/hold")] +
                                   arguments, env=self.env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        if not program.stdout.readline().strip():
            raise RuntimeError("hold %s printed nothing" % " ".join(arguments))
        return program

    @staticmethod
    def go_on(program):
        program.stdin.write("\n")
        program.stdin.flush()
        return program.stdout.readline().strip()

    def roots(self, program):
        return [program.pid] + ([self.backend.pid] if self.backend else [])

    def start(self, argv):
        began = time.monotonic()
        subprocess.run(self.prefix + argv, env=self.env, stdout=subprocess.DEVNULL, check=True,
                       timeout=60)
        return (time.monotonic() - began) * 1000

    def context_memory(self, build):
        """KiB for each context, and of the first with all that goes with it."""
        program = self.hold(build, ["contexts", str(CONTEXTS)])
        one = memory(self.roots(program))
        if self.go_on(program) != "all":
            raise RuntimeError("not all contexts came into being")
        result = (memory(self.roots(program)) - one) / CONTEXTS
        self.go_on(program)
        program.wait(60)
        return result

    def idle(self, build, seconds):
        program = self.hold(build, ["idle"])
        time.sleep(1.5)
        before = wakeups(self.roots(program))
        time.sleep(seconds)
        result = wakeups(self.roots(program)) - before
        self.go_on(program)
        program.wait(60)
        return result

    def close(self):
        if self.keeper:
            self.go_on(self.keeper)
            self.go_on(self.keeper)
            self.keeper.wait(60)
        if self.backend:
            self.backend.terminate()
            self.backend.wait(60)
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10, help="of idling")
    args = parser.parse_args()
    worlds = [World(args.build, False), World(args.build, True)]
    starts = [["surfaceless_egl", "gl"]] + ([["glx", "gl"]] if os.environ.get("DISPLAY") else [])
    results, failed = {}, 0
    for platform, api in starts:
        argv = ["wflinfo", "-p", platform, "-a", api]
        times = [[], []]
        try:
            for _ in range(args.rounds):
                for i, world in enumerate(worlds):
                    times[i].append(world.start(argv))
            results["start-" + platform] = [statistics.median(t) for t in times] + ["ms"]
        except (OSError, subprocess.SubprocessError) as e:
            print("start-%s: %s" % (platform, e), file=sys.stderr)
            failed = 1
    measures = [("context-memory", "KiB", lambda w: w.context_memory(args.build))]
    if os.environ.get("DISPLAY"):
        measures.append(("idle-wakeups", "in %g s" % args.seconds,
                         lambda w: w.idle(args.build, args.seconds)))
    for name, unit, measure in measures:
        try:
            results[name] = [measure(world) for world in worlds] + [unit]
        except (OSError, RuntimeError, subprocess.SubprocessError) as e:
            print("%s: %s" % (name, e), file=sys.stderr)
            failed = 1
    for world in worlds:
        world.close()
    print("%-24s %10s %10s %10s" % ("measure", "native", "split", "added"))
    for name, (native, split, unit) in results.items():
        print("%-24s %10.1f %10.1f %10.1f %s" % (name, native, split, split - native, unit))
    if args.json:
        with open(args.json, "w", encoding="ascii") as f:
            json.dump({name: {"native": n, "split": s, "unit": u}
                       for name, (n, s, u) in results.items()}, f, indent=2)
    return failed


if __name__ == "__main__":
    sys.exit(main())

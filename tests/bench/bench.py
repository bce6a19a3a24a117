#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures GL natively and through the split, in turns, and prints one table.

"speed" is the split's relative to native: 1.00 the same, larger is faster, whatever the unit. Each
number is the best of the rounds: what else the machine does only ever makes it slower. Nothing is
judged here; the exit code says only whether everything could be measured.
"""
import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

# The eight scenes of the project's targets.
SCENES = ["build:use-vbo=true", "texture:texture-filter=linear", "shading:shading=phong",
          "buffer:columns=200:update-fraction=0.5:update-dispersion=0.9:update-method=map",
          "ideas:speed=duration", "terrain", "desktop:effect=shadow:windows=4", "refract"]


class Worlds:
    """The two ways to run a command."""

    def __init__(self, build, failures):
        self.run_tool = os.path.join(build, "bin", "vgpu-run")
        self.failures = failures
        self.counters = tempfile.NamedTemporaryFile(suffix=".json")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("VGPU_")}

    def run(self, split, argv, timeout=600):
        """Output of a command, or None after noting why not."""
        command = [self.run_tool, "-e", "-j", self.counters.name] + argv if split else argv
        name = ("split: " if split else "native: ") + " ".join(argv)[:100]
        try:
            run = subprocess.run(command, env=self.env, capture_output=True, text=True,
                                 timeout=timeout, check=False, errors="replace")
        except (OSError, subprocess.TimeoutExpired) as e:
            self.failures.append("%s: %s" % (name, e))
            return None
        if run.returncode != 0:
            self.failures.append("%s: exit code %d: %s" % (name, run.returncode,
                                                           run.stderr.strip()[-300:]))
            return None
        if split and not self.drew():
            self.failures.append("%s: the worker's counters did not move" % name)
            return None
        for line in run.stderr.splitlines():
            if line.startswith("bench: "):
                self.renderer = line[7:]
        return run.stdout

    renderer = "?"

    def drew(self):
        try:
            with open(self.counters.name, encoding="utf-8") as f:
                return json.load(f)["totals"]["calls"] > 0
        except (OSError, ValueError, KeyError):
            return False


# 1920x1080 octets BGRA, in 10^9
FRAME = 1920 * 1080 * 4 * 1e-9


def compare_frames(results):
    """Frames from swap to the X server, against native read-back by pixel buffers and one copy."""
    window, read = (results.table.get(n, {}) for n in ("window-frames-1080p", "read-async-1080p"))
    if window.get("split") and read.get("native"):
        results.table["frames-1080p"] = {"unit": "frames/s", "native": read["native"] / FRAME,
                                         "split": window["split"]}


def compare_scaling(results, count):
    """What several programs at once draw, in sum against one."""
    one, all_ = (results.table.get("programs-%d" % n, {}) for n in (1, count))
    entry = {"unit": "of-one/s"}
    for world in ("native", "split"):
        entry[world] = all_[world] / one[world] if all_.get(world) and one.get(world) else None
    if entry["native"] or entry["split"]:
        results.table["programs-scaling"] = entry


class Results:
    """{name: {"native": v, "split": v, "unit": u}}, the best of several rounds."""

    def __init__(self):
        self.table = {}

    def add(self, world, name, value, unit):
        entry = self.table.setdefault(name, {"unit": unit, "native": None, "split": None})
        old = entry[world]
        rate = "/s" in unit
        entry[world] = value if old is None else max(old, value) if rate else min(old, value)

    def lines(self, world, text):
        for line in (text or "").splitlines():
            m = re.match(r"^([a-z0-9-]+) ([-+.0-9e]+) (\S+)$", line)
            if m:
                self.add(world, m.group(1), float(m.group(2)), m.group(3))

    def speed(self, name):
        entry = self.table[name]
        a, b = entry["native"], entry["split"]
        if not a or not b:
            return None
        return b / a if "/s" in entry["unit"] else a / b


def glmark2(worlds, results, off_screen, seconds):
    for world, split in (("native", False), ("split", True)):
        argv = ["glmark2", "-s", "800x600"] + (["--off-screen"] if off_screen else [])
        for scene in SCENES:
            argv += ["-b", "%s:duration=%g" % (scene, seconds)]
        text = worlds.run(split, argv)
        for m in re.finditer(r"\[(\w+)\][^\n]*FrameTime: ([\d.]+) ms", (text or "").replace("\r", "\n")):
            where = "offscreen" if off_screen else "screen"
            results.add(world, "glmark2-%s-%s" % (where, m.group(1)), 1000 / max(float(m.group(2)), 1e-3),
                        "frames/s")


def several(worlds, bench, split, count, seconds):
    """Sum of frames/s of count programs at once."""
    script = "for i in $(seq %d); do '%s' frames %g & done; wait" % (count, bench, seconds)
    text = worlds.run(split, ["sh", "-c", script]) or ""
    rates = [float(m.group(1)) for m in re.finditer(r"^frames (\S+)", text, re.M)]
    return sum(rates) if len(rates) == count else None


def round_of(worlds, results, options, bench):
    t = str(options.time)
    for world, split in (("native", False), ("split", True)):
        results.lines(world, worlds.run(split, [bench, "-t", t, "calls"]))
        results.lines(world, worlds.run(split, [bench, "starts", "10"]))
        for count in (1, options.programs):
            total = several(worlds, bench, split, count, max(1.0, 2 * options.time))
            if total:
                results.add(world, "programs-%d" % count, total, "frames/s")
        if options.display:
            results.lines(world, worlds.run(split, [bench, "-t", t, "window"]))
    if options.display and shutil.which("glmark2") and not options.no_glmark2:
        for off_screen in (False, True):
            glmark2(worlds, results, off_screen, options.scene_time)


def geometric(results, prefix):
    speeds = [results.speed(n) for n in results.table if n.startswith(prefix)]
    speeds = [s for s in speeds if s]
    return math.exp(sum(map(math.log, speeds)) / len(speeds)) if speeds else None


def number(value):
    return "-" if value is None else "%.4g" % value


def print_table(results, renderer):
    print("\n%s, %d processors\n" % (renderer, os.cpu_count()))
    print("%-30s %12s %12s %-9s %6s" % ("measure", "native", "split", "unit", "speed"))
    for name, entry in results.table.items():
        speed = results.speed(name)
        print("%-30s %12s %12s %-9s %6s" % (
            name, number(entry["native"]), number(entry["split"]), entry["unit"],
            "-" if speed is None else "%.2f" % speed))
    for where in ("screen", "offscreen"):
        mean = geometric(results, "glmark2-%s-" % where)
        if mean:
            print("%-30s %12s %12s %-9s %6.2f" % ("glmark2-%s geometric mean" % where, "", "", "",
                                                  mean))


def start_display():
    """An Xvfb of 1920x1080, or the display there is; None without either."""
    if os.environ.get("BENCH_DISPLAY"):
        return None, os.environ["BENCH_DISPLAY"]
    if not shutil.which("Xvfb"):
        return None, None
    read_end, write_end = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-nolisten", "tcp",
                               "-noreset", "-screen", "0", "1920x1080x24"], pass_fds=[write_end],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as f:
        display = f.readline().strip().decode()
    return server, ":" + display if display else None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="where bin/vgpu-run is")
    parser.add_argument("--json", help="write the numbers there as well")
    parser.add_argument("--time", type=float, default=0.4, help="seconds a measure")
    parser.add_argument("--scene-time", type=float, default=1.0, help="seconds a glmark2 scene")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--programs", type=int, default=8, help="how many at once")
    parser.add_argument("--no-glmark2", action="store_true")
    parser.add_argument("--no-x", action="store_true", help="nothing that needs an X server")
    options = parser.parse_args()
    bench = os.path.abspath(os.path.join(options.build, "tests", "bench", "bench"))
    failures, results = [], Results()
    worlds = Worlds(os.path.abspath(options.build), failures)
    server, options.display = (None, None) if options.no_x else start_display()
    if options.display:
        worlds.env["DISPLAY"] = options.display
    else:
        worlds.env.pop("DISPLAY", None)
        print("no X server (Xvfb is not installed): windows and glmark2 are left out")
    began = time.monotonic()
    try:
        for _ in range(options.rounds):
            round_of(worlds, results, options, bench)
    finally:
        if server:
            server.terminate()
            server.wait()
    compare_frames(results)
    compare_scaling(results, options.programs)
    print_table(results, worlds.renderer)
    print("\nbest of %d rounds, %.0f s" % (options.rounds, time.monotonic() - began))
    if options.json:
        table = {name: dict(entry, speed=results.speed(name))
                 for name, entry in results.table.items()}
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump({"schema": 1, "renderer": worlds.renderer, "processors": os.cpu_count(),
                       "measures": table,
                       "glmark2": {w: geometric(results, "glmark2-%s-" % w)
                                   for w in ("screen", "offscreen")},
                       "failures": failures}, f, indent=1)
            f.write("\n")
    for failure in failures:
        print("not measured: " + failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

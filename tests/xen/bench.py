#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make bench-xen: the transport on Xen against the embedded one, in one emulated machine.

    python3 tests/xen/bench.py --build build [--json build/bench-xen.json] [--time 0.5]

tests/bench/bench runs in Dom0 with vgpu-run (memfd, eventfd) and in a guest (granted pages, the
event channel), in turns; "speed" is Xen's relative to embedded, larger is faster. Emulation makes
every number small: only the ratios say something. Events are those of the guest's channel, both
directions, while a program draws the same picture into a window.
"""
import argparse
import json
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "scenarios"))

import gl  # noqa: E402
import image  # noqa: E402
from files import files_for_host  # noqa: E402
from host import Host, StepError  # noqa: E402
from small import as_user, small_guest  # noqa: E402
from vgpu_hostile import STEADY, counters, good_guest  # noqa: E402

MEASURES = ("get-error", "finish", "finish-asleep", "eventfd-asleep", "uniform-draw",
            "buffer-64k", "buffer-1m", "map-1m", "texture-1080p")
WINDOW_FRAMES = 60


class Table:
    """{name: {"embedded": v, "xen": v, "unit": u}}, the best of the rounds, as tests/bench does."""

    def __init__(self):
        self.rows = {}

    def add(self, world, name, value, unit):
        row = self.rows.setdefault(name, {"unit": unit, "embedded": None, "xen": None})
        best = max if "/s" in unit else min
        row[world] = value if row[world] is None else best(row[world], value)

    def lines(self, world, text):
        for name, value, unit in re.findall(r"^([a-z0-9-]+) ([-+.0-9e]+) (\S+)$",
                                            text.replace("\r", ""), re.M):
            self.add(world, name, float(value), unit)

    def speed(self, name):
        row = self.rows[name]
        if not row["embedded"] or not row["xen"]:
            return None
        ratio = row["xen"] / row["embedded"]
        return ratio if "/s" in row["unit"] else 1 / ratio

    def print(self):
        print(f"{'measure':24} {'embedded':>10} {'xen':>10} {'':10} {'speed':>6}")
        for name, row in self.rows.items():
            cells = [f"{row[w]:10.3g}" if row[w] is not None else f"{'-':>10}"
                     for w in ("embedded", "xen")]
            speed = self.speed(name)
            print(f"{name:24} {cells[0]} {cells[1]} {row['unit']:10} "
                  f"{f'{speed:.2f}' if speed else '-':>6}")


def measure(host, guest, table, seconds):
    for name in MEASURES:  # one at a time: a worker that was awake before does not help the next
        line = f"/mnt/test/bench/bench -t {seconds} -o {name} calls"
        table.lines("embedded", host.check(f"vgpu-run -e {line}", limit=120).out)
        inside = line.replace("/mnt/test/bench/", "")
        table.lines("xen", guest.check(as_user(inside, "VGPU_SOCKET=/run/vgpu/vgpu.sock"),
                                       limit=120).out)


def events(host, table):
    guest = good_guest(host)
    gl.start_program(guest, STEADY)
    gl.until_frames(host, guest, 5)
    began, first = time.monotonic(), counters(host, guest)
    gl.until_frames(host, guest, first[1] + WINDOW_FRAMES)
    sent, frames, calls = (b - a for a, b in zip(first, counters(host, guest)))
    table.add("xen", "window-frames", frames / (time.monotonic() - began), "frames/s")
    table.add("xen", "calls-per-frame", calls / frames, "calls")
    table.add("xen", "events-per-frame", sent / frames, "events")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--time", type=float, default=0.5, help="seconds for each measure, about")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    table, machine = Table(), gl.HOST
    try:
        with Host(image.ensure(machine.flavour), iommu=machine.iommu, boot_vga=False,
                  memory_mib=machine.memory_mib, dom0_mib=machine.dom0_mib, guest_root=True,
                  log_dir=args.build / "xen-logs" / "bench",
                  files=files_for_host(args.build)) as host:
            host.boot()
            gl.install(host)
            guest = small_guest(host, "bench", memory_mib=256)
            for _ in range(args.rounds):
                measure(host, guest, table, args.time)
            guest.destroy()
            events(host, table)
    except StepError as error:
        print(f"bench-xen: {error}", file=sys.stderr)
        return 1
    table.print()
    if args.json:
        args.json.write_text(json.dumps({"schema": 1, "measures": table.rows}, indent=2) + "\n")
    return 0 if all(row["xen"] for row in table.rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

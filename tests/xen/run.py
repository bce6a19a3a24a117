#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs scenarios on emulated Xen hosts: `make check-xen`, or

    python3 tests/xen/run.py --build build [--logs DIR] [--list] [NAME-PATTERN...]

One PASS, FAIL or SKIP line each and a summary. Exit status 0: nothing failed; 1:
something did; 77: nothing could run. Logs: DIR/MACHINE/{console,transcript,qemu}.log.
"""
import argparse
import fnmatch
import importlib
import pathlib
import shutil
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import image  # noqa: E402
from files import files_for_host  # noqa: E402
from host import PV_CPU, Host, StepError  # noqa: E402
from scenario import SCENARIOS, Skip  # noqa: E402

NEEDED = ("qemu-system-x86_64", "qemu-img", "mmdebstrap", "mke2fs", "zcat")


def load_scenarios():
    for path in sorted((HERE / "scenarios").glob("[a-z]*.py")):
        importlib.import_module(f"scenarios.{path.stem}")


class Runner:
    def __init__(self, build, logs):
        self.build = build
        self.logs = logs
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def report(self, verdict, name, started, text=""):
        self.counts[verdict] += 1
        print(f"{verdict}  {name}  ({time.monotonic() - started:.0f} s)", flush=True)
        for line in text.rstrip().splitlines():
            print(f"      {line}", flush=True)

    def boot(self, machine, attempt):
        logs = self.logs / (machine.name + (f".{attempt}" if attempt else ""))
        host = Host(image.ensure(machine.flavour), devices=machine.devices,
                    extra=machine.extra, iommu=machine.iommu, log_dir=logs,
                    memory_mib=machine.memory_mib, dom0_mib=machine.dom0_mib,
                    cpu=machine.cpu or PV_CPU, guest_root=machine.guest_root,
                    boot_vga=not machine.guest_root, xen_args=machine.xen_args,
                    files=files_for_host(self.build))
        host.__enter__()
        try:
            host.boot()
        except BaseException:
            host.__exit__()
            raise
        return host

    def machine(self, machine, scenarios):
        """All scenarios of one machine; after a failure the rest gets a fresh one."""
        host, attempt = None, 0
        try:
            for one in scenarios:
                started = time.monotonic()
                try:
                    if host is None:
                        host = self.boot(machine, attempt)
                        attempt += 1
                        print(f"      {machine.name} is up "
                              f"({time.monotonic() - started:.0f} s)", flush=True)
                        started = time.monotonic()
                    one.run(host)
                    self.report("PASS", one.name, started)
                except Skip as skip:
                    self.report("SKIP", one.name, started, str(skip))
                except (StepError, AssertionError, ValueError, KeyError, OSError) as error:
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    self.report("FAIL", one.name, started,
                                f"{where.filename}:{where.lineno}: {error}\n"
                                f"logs: {host.log_dir if host else self.logs}\n"
                                f"again: python3 tests/xen/run.py --build {self.build} {one.name}")
                    if host:
                        host.__exit__()
                        host = None
        finally:
            if host:
                host.__exit__()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--logs", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("patterns", nargs="*")
    args = parser.parse_args()
    load_scenarios()
    chosen = [s for s in SCENARIOS
              if not args.patterns or any(fnmatch.fnmatch(s.name, p) for p in args.patterns)]
    if args.list:
        print("\n".join(s.name for s in chosen))
        return 0
    runner = Runner(args.build, args.logs or args.build / "xen-logs")
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        for one in chosen:
            runner.report("SKIP", one.name, time.monotonic(),
                          f"{', '.join(missing)} not installed; make setup SETUP_GROUPS=xen")
    else:
        machines = {}
        for one in chosen:
            machines.setdefault(one.machine, []).append(one)
        for machine, scenarios in machines.items():
            runner.machine(machine, scenarios)
    counts = runner.counts
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0 if counts["PASS"] else 77


sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs scenarios on emulated Xen hosts: `make check-xen`, or

    python3 tests/xen/run.py --build build [--logs DIR] [--list] [NAME-PATTERN...]

One PASS, FAIL or SKIP line each and a summary. Exit status 0: nothing failed; 1:
something did; 77: nothing could run. Logs: DIR/MACHINE/{console,transcript,qemu}.log, and
DIR/failed/SCENARIO/ with what Dom0 and its guests knew when a scenario had failed.
"""
import argparse
import fnmatch
import importlib
import json
import pathlib
import shutil
import signal
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import image  # noqa: E402
from files import files_for_host  # noqa: E402
from host import PV_CPU, Host, StepError  # noqa: E402
from scenario import SCENARIOS, Skip  # noqa: E402

# What is worth keeping of a Dom0 in which a scenario has failed, and the guests' own logs.
AUTOPSY = {
    "backend.log": "cat /run/vgpu-backendd.log",
    "unit.log": "journalctl -b -o short-monotonic -u vgpu-backendd --no-pager | tail -n 200",
    "vgpus.json": "VGPU_SOCKET=/run/vgpu-backend.sock timeout 20 /mnt/test/bin/vgpu-ctl list --json",
    "xenstore.txt": "xenstore-ls -f",
    "xen.log": "xl dmesg",
    "dom0.log": "dmesg",
    "state.txt": "xl list; free -m; ps axo pid,ppid,user,stat,etimes,times,args; xentop -b -i 2 -d 2; ls -l /dev/shm",
    "xl.txt": "tail -n 40 /var/log/xen/*.log",
}
NEEDED = ("qemu-system-x86_64", "qemu-img", "mmdebstrap", "mke2fs", "zcat")


def load_scenarios():
    for path in sorted((HERE / "scenarios").glob("[a-z]*.py")):
        importlib.import_module(f"scenarios.{path.stem}")


class TimeIsUp(Exception):
    """All scenarios together took longer than they may."""


class Runner:
    def __init__(self, build, logs, minutes):
        self.build = build
        self.logs = logs
        self.minutes = minutes
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}
        self.failed = []
        self.in_scenario = self.time_is_up = False
        if minutes:
            signal.signal(signal.SIGALRM, self.on_alarm)
            signal.setitimer(signal.ITIMER_REAL, minutes * 60)

    def on_alarm(self, *_):
        self.time_is_up = True
        if self.in_scenario:
            raise TimeIsUp(f"all scenarios together may take {self.minutes:g} minutes")

    def report(self, verdict, name, started, text=""):
        self.counts[verdict] += 1
        if verdict == "FAIL":
            self.failed.append(name)
        print(f"{verdict}  {name}  ({time.monotonic() - started:.0f} s)", flush=True)
        for line in text.rstrip().splitlines():
            print(f"      {line}", flush=True)

    def boot(self, machine, attempt):
        """A host without scenarios yet. Emulation may hang in a boot: that is tried once more."""
        logs = self.logs / (machine.name + (f".{attempt}" if attempt else ""))
        for last in (False, True):
            host = Host(image.ensure(machine.flavour), devices=machine.devices,
                        extra=machine.extra, iommu=machine.iommu, log_dir=logs,
                        memory_mib=machine.memory_mib, dom0_mib=machine.dom0_mib,
                        cpu=machine.cpu or PV_CPU, guest_root=machine.guest_root,
                        boot_vga=not machine.guest_root, xen_args=machine.xen_args,
                        files=files_for_host(self.build))
            host.__enter__()
            try:
                return host.boot()
            except BaseException as error:
                host.__exit__()
                if last or not isinstance(error, StepError):
                    raise
                kept = logs.with_name(logs.name + ".no-boot")
                shutil.rmtree(kept, ignore_errors=True)
                logs.rename(kept)
                print(f"NOTE  {machine.name} has not booted, before any scenario; once more. "
                      f"Logs: {kept}\n      {str(error).splitlines()[0]}", flush=True)
        return None

    def autopsy(self, host, name):
        """What is known where a scenario failed; returns the folder."""
        folder = self.logs / "failed" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        commands = dict(AUTOPSY)
        for guest in host.guests:
            commands[f"guest-{guest.name}.log"] = (
                guest, "xenstore-ls device; cat /tmp/agent.log /tmp/program.log /tmp/hostile.log; "
                "journalctl -b -o short-monotonic -u 'vgpu-*' --no-pager | tail -n 100; "
                "free -m; ps ax -o pid,user,stat,etimes,times,args; dmesg | tail -n 40")
        for file, command in commands.items():
            try:
                result = host.run(command, 10) if isinstance(command, str) \
                    else command[0].run(command[1], 10)
                (folder / file).write_text(result.out + result.err)
            except (StepError, OSError) as error:
                (folder / file).write_text(f"not to be had: {error}\n")
                if host.qemu is None or host.qemu.poll() is not None:
                    break
        return folder

    def fail(self, one, host, started, error):
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{where.filename}:{where.lineno}: {type(error).__name__}: {error}\n"
        if host:
            text += f"logs: {host.log_dir}, {self.autopsy(host, one.name)}\n"
        else:
            text += f"logs: {self.logs / one.machine.name}*\n"
        self.report("FAIL", one.name, started,
                    text + f"again: python3 tests/xen/run.py --build {self.build} {one.name}")

    def machine(self, machine, scenarios):
        """All scenarios of one machine; after a failure the rest gets a fresh one."""
        host, attempt = None, 0
        try:
            for one in scenarios:
                started = time.monotonic()
                if self.time_is_up:
                    self.report("FAIL", one.name, started, "not begun: all scenarios together "
                                f"may take {self.minutes:g} minutes")
                    continue
                try:
                    self.in_scenario = True
                    if host is None:
                        host = self.boot(machine, attempt)
                        attempt += 1
                        print(f"      {machine.name} is up "
                              f"({time.monotonic() - started:.0f} s)", flush=True)
                        started = time.monotonic()
                    one.run(host)
                    self.in_scenario = False
                    self.report("PASS", one.name, started)
                except Skip as skip:
                    self.in_scenario = False
                    self.report("SKIP", one.name, started, str(skip))
                except (StepError, AssertionError, TimeIsUp, LookupError, ValueError,
                        TypeError, OSError) as error:
                    self.in_scenario = False
                    self.fail(one, host, started, error)
                    if host:
                        host.__exit__()
                        host = None
        finally:
            if host:
                host.__exit__()


def on_term(*_):
    """Ends with the hosts' processes and folders gone."""
    raise SystemExit(143)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--logs", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--minutes", type=float, default=0,
                        help="all scenarios together may take so long; what is left fails")
    parser.add_argument("--counts", type=pathlib.Path, help="write the counts as JSON")
    parser.add_argument("--listed", type=pathlib.Path,
                        help="only the scenarios that this file names, a pattern a line")
    parser.add_argument("patterns", nargs="*")
    args = parser.parse_args()
    load_scenarios()
    patterns = list(args.patterns)
    if args.listed:
        patterns += [line for line in args.listed.read_text().split("\n")
                     if line and not line.startswith("#")]
    chosen = [s for s in SCENARIOS
              if not patterns or any(fnmatch.fnmatch(s.name, p) for p in patterns)]
    if args.list:
        print("\n".join(s.name for s in chosen))
        return 0
    signal.signal(signal.SIGTERM, on_term)
    runner = Runner(args.build, args.logs or args.build / "xen-logs", args.minutes)
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
    if args.counts:
        args.counts.write_text(json.dumps({**counts, "failed": runner.failed}))
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0 if counts["PASS"] else 77


sys.exit(main())

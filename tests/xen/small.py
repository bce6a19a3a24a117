# SPDX-License-Identifier: MIT
"""Small guests with a vgpu: no disk and no X server, up in seconds (small/mkvgpu.sh)."""
import re
import time

from gl import attach, start_agent, start_backend, until_connected
from host import PATIENCE, StepError

RAMDISK = "/root/vgpu.cpio"


def small_guest(host, name, config="", memory_mib=160, options="", connect=True):
    """Started, and unless connect is False with an agent that is connected."""
    start_backend(host)
    host.check(f"[ -e {RAMDISK} ] || sh /mnt/test/small/mkvgpu.sh {RAMDISK}", limit=90)
    guest = host.start_guest(name, config, memory_mib, ramdisk=RAMDISK)
    if connect:
        attach(host, guest)
        start_agent(guest, options)
        until_connected(guest)
    return guest


def as_user(command, env=""):
    """A shell line that runs command as an ordinary user of the group vgpu."""
    return f"su -s /bin/sh user -c '{env} {command}'"


def start(guest, command, log="/tmp/program.log", env=""):
    """A program in the background; its output is in log, its process in log.pid."""
    guest.check(f"setsid {as_user(command, env)} >{log} 2>&1 </dev/null & echo $! >{log}.pid")


def said(guest, log="/tmp/program.log"):
    return guest.run(f"tail -n 30 {log}").out


def until_said(guest, pattern, what, limit=60, log="/tmp/program.log"):
    """Wait for a line that matches; returns the whole output."""
    deadline = time.monotonic() + limit * PATIENCE
    while True:
        # alive first: what it said last is then in the log
        result = guest.run(f"kill -0 $(cat {log}.pid) 2>/dev/null && echo @@alive; "
                           f"grep -Eq '{pattern}' {log}")
        if result.rc == 0:
            return guest.run(f"cat {log}").out
        if "@@alive" not in result.out or time.monotonic() > deadline:
            raise StepError(f"guest {guest.name}: {what}: not said:\n{said(guest, log)}\n"
                            f"{guest.run('tail /tmp/agent.log').out}")
        time.sleep(0.5)


def frames(guest, log="/tmp/program.log"):
    """(frames, wrong ones) of a running "steady"."""
    found = re.findall(r"frame (\d+) wrong (\d+)", guest.run(f"tail -n 2 {log}").out)
    return tuple(map(int, found[-1])) if found else (0, 0)


def until_more_frames(guest, more, log="/tmp/program.log", limit=90):
    """Wait until "steady" has drawn so many more frames, all of them right; how many it has."""
    first, _ = frames(guest, log)
    guest.until(f"{more} more frames",
                f"[ $(grep -c ^frame {log}) -ge {first + more} ] || {{ tail -n 3 {log}; false; }}",
                limit)
    now, wrong = frames(guest, log)
    if wrong or now < first + more:
        raise StepError(f"guest {guest.name}: {wrong} of {now} frames are wrong\n"
                        f"{said(guest, log)}")
    return now


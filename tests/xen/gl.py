# SPDX-License-Identifier: MIT
"""What the vgpu scenarios share: a backend in Dom0, guests with an agent and a screen."""
import json
import re
import shlex
import time

from host import PATIENCE, StepError
from picture import Picture
from scenario import Machine, expect

HOST = Machine("vgpu", iommu=False, memory_mib=4096, dom0_mib=2048, guest_root=True)
BACKEND = "sh /mnt/test/guest/backend.sh"
SCREEN = "sh /mnt/test/guest/screen.sh"
USER = "user"


def start_backend(host):
    """vgpu-backendd in Dom0, if it does not run."""
    host.check("kill -0 $(cat /run/vgpu-backendd.pid) 2>/dev/null || "
               f"{{ modprobe -a xen-gntdev xen-evtchn; {BACKEND} start; }}", limit=60)


def backend_log(host):
    return host.run(f"{BACKEND} log").out


def attach(host, guest):
    host.check(f"{BACKEND} attach {guest.domid}")


def detach(host, guest):
    host.check(f"{BACKEND} detach {guest.domid}", limit=30)


def start_agent(guest, options=""):
    guest.check("setsid vgpu-agentd " + options
                + " >>/tmp/agent.log 2>&1 </dev/null & echo $! >/tmp/agent.pid")


def until_connected(guest):
    guest.until("the guest's vgpu is connected",
                "[ \"$(xenstore-read device/vgpu/0/state)\" = 4 ] || { cat /tmp/agent.log; false; }",
                limit=30)


def gl_guest(host, name, screen=True, **kwargs):
    """A guest whose programs are drawn by the backend: started, attached, connected."""
    start_backend(host)
    guest = host.start_system_guest(name, **kwargs)
    attach(host, guest)
    start_agent(guest)
    until_connected(guest)
    if screen:
        guest.check(f"{SCREEN} start", limit=30)
    return guest


def as_user(command, env=""):
    """A shell line that runs command as an ordinary user with that user's environment."""
    return f"su -l {USER} -c {shlex.quote(f'export DISPLAY=:1 {env}; {command}')}"


def start_program(guest, command, env=""):
    """In the background; the number of its process stands in /tmp/program.pid."""
    guest.check(f"{{ setsid {as_user(command, env)} >/tmp/program.log 2>&1 </dev/null & }}; "
                "echo $! >/tmp/program.pid")


def stop_program(guest):
    guest.run("kill -- -$(cat /tmp/program.pid)")


def look(guest, path="/tmp/screen.xwd"):
    guest.check(f"{SCREEN} grab {path}")
    return Picture.from_xwd(guest.fetch(path, limit=120))


def programs(host, guest):
    """What the backend's workers say about a guest's programs."""
    report = json.loads(host.check("VGPU_SOCKET=/run/vgpu-backend.sock "
                                   "/mnt/test/bin/vgpu-ctl list --json").out)
    found = []
    for worker in report["workers"]:
        if worker.get("domid") == guest.domid or worker.get("guest") == guest.name:
            found += worker.get("programs", [])
    return found


def until_frames(host, guest, frames, limit=90):
    """Wait until every program of the guest has so many frames; what the worker says of them."""
    deadline = time.monotonic() + limit * PATIENCE
    while True:
        found = programs(host, guest)
        if found and all(p["frames"] >= frames for p in found):
            return found
        if time.monotonic() > deadline:
            raise StepError(f"guest {guest.name}: not {frames} frames in {limit * PATIENCE:.0f} s: "
                            f"{found}\n{guest.run('cat /tmp/program.log /tmp/agent.log').out}\n"
                            f"{backend_log(host)}")
        time.sleep(1)


LEFTOVERS = r"""
xenstore-ls -f | grep vgpu | grep -v '^/tool' | sed 's/ = .*//' | grep -v '/backend/vgpu$' | sort
ls /dev/shm | sed 's/^/shm /'
pgrep -c vgpu-worker | sed 's/^/workers /'
ls /proc/$(cat /run/vgpu-backendd.pid)/fd | wc -l | sed 's/^/descriptors /'
grep -c gntdev /proc/$(cat /run/vgpu-backendd.pid)/maps | sed 's/^/mappings /'
true
"""


def grants(host, guest=None):
    """The grants that Dom0 has mapped from a guest (or all), as Xen's debug key tells them."""
    host.check("xl dmesg -c >/dev/null; xl debug-keys g; sleep 1")
    tables = re.split(r"grant-table for remote d(\d+)", host.check("xl dmesg").out)
    counts = {}
    for domid, text in zip(tables[1::2], tables[2::2]):
        # an active entry: "[ref] localdom mfn pin ..."
        counts[int(domid)] = len(re.findall(r"^(?:\(XEN\) )?\[ *\d+\]", text, re.M))
    return counts.get(guest.domid, 0) if guest else sum(counts.values())


def until_same(host, before, what, limit=30):
    """What Dom0 holds for vgpus is what it was; workers may take a moment to end."""
    deadline = time.monotonic() + limit * PATIENCE
    while True:
        now = host.check(LEFTOVERS).out
        if now == before:
            return
        if time.monotonic() > deadline:
            raise StepError(f"left over after {what}\n--- before\n{before}--- now\n{now}"
                            f"{backend_log(host)[-2000:]}")
        time.sleep(1)


def keep(host, name, picture):
    """Leave a picture in the logs for people."""
    (host.log_dir / f"{name}.png").write_bytes(picture.png())


def expect_drawn(picture, colours=8):
    expect(picture.colours() >= colours, f"the screen shows {picture.colours()} colours only")

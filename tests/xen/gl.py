# SPDX-License-Identifier: MIT
"""What the vgpu scenarios share: a backend in Dom0, guests with an agent and a screen."""
import re
import shlex
import time
import weakref

from host import PATIENCE, StepError
from picture import Picture
from scenario import Machine, expect

# With SVM and nested paging, so that PVH guests run beside paravirtual ones.
HOST = Machine("vgpu", iommu=False, memory_mib=4096, dom0_mib=2048, guest_root=True,
               cpu="Opteron_G3,+npt,-rdtscp,+nrip-save")
BACKEND = "sh /mnt/test/guest/backend.sh"
SCREEN = "sh /mnt/test/guest/screen.sh"
USER = "user"


def start_backend(host):
    """A vgpu-backendd in Dom0 that is the scenario's to kill, if it does not run."""
    end_unit(host)
    host.check("kill -0 $(cat /run/vgpu-backendd.pid) 2>/dev/null || "
               f"{{ modprobe -a xen-gntdev xen-evtchn; {BACKEND} start; }}", limit=60)


# ---- as an admin installs it ----------------------------------------------------------------

def install(host):
    """In Dom0, what "make install PREFIX=/usr" makes. No GPU is emulated: the CPU draws."""
    host.check("[ -e /usr/lib/systemd/system/vgpu-backendd.service ] || "
               "{ sh /mnt/test/guest/installed.sh && systemctl daemon-reload; }", limit=60)
    host.check("echo 'VGPU_BACKENDD_OPTIONS=\"--device surfaceless\"' "
               ">/etc/default/vgpu-backendd")


def start_unit(host):
    """vgpu-backendd as the unit of xen-configs/, if it does not run; not the scenario's own."""
    host.check(f"{BACKEND} stop")
    install(host)
    host.check("systemctl start vgpu-backendd", limit=60)


def end_unit(host):
    """Away with the unit, and with the guests that scenarios shared."""
    end_shared(host)
    host.check("! systemctl is-active -q vgpu-backendd || systemctl stop vgpu-backendd", limit=60)


shared = weakref.WeakKeyDictionary()  # of a host: its guests by name


def shared_guest(host, name, make):
    """The guest of this name, made when a scenario first asks; starting one takes long."""
    guests = shared.setdefault(host, {})
    if name not in guests:
        guests[name] = make()
    return guests[name]


def end_shared(host):
    """A scenario needs the room."""
    for guest in shared.pop(host, {}).values():
        guest.destroy()


def ctl(host, arguments, **kwargs):
    """vgpu-ctl in Dom0."""
    return host.check(f"{BACKEND} ctl {arguments}", **kwargs)


# ---- a backend and agents that are the scenario's --------------------------------------------

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
                "[ \"$(xenstore-read device/vgpu/0/state)\" = 4 ] || "
                "{ cat /tmp/agent.log; false; }",
                limit=30)


def gl_guest(host, name, screen=True, **kwargs):
    """A guest whose programs are drawn by the backend: started, attached, connected."""
    start_backend(host)
    guest = host.start_system_guest(name, **kwargs)
    attach(host, guest)
    start_agent(guest)
    until_connected(guest)
    if screen:
        start_screen(guest)
    return guest


def start_screen(where):
    """An X server in a guest or in Dom0, if there is none."""
    where.check(f"[ -e /tmp/.X11-unix/X1 ] || {SCREEN} start", limit=60)


def as_user(command, env=""):
    """A shell line that runs command as an ordinary user with that user's environment."""
    return f"su -l {USER} -c {shlex.quote(f'export DISPLAY=:1 {env}; exec {command}')}"


def start_program(guest, command, env="", name="program"):
    """In the background; the number of its process stands in /tmp/NAME.pid."""
    guest.check(f"{{ setsid {as_user(command, env)} >/tmp/{name}.log 2>&1 </dev/null & }}; "
                f"echo $! >/tmp/{name}.pid")


def stop_program(guest, name="program"):
    guest.run(f"kill -- -$(cat /tmp/{name}.pid)")


def look(guest, path="/tmp/screen.xwd"):
    guest.check(f"{SCREEN} grab {path}")
    return Picture.from_xwd(guest.fetch(path, limit=120))


def programs(host, guest):
    """What the backend's workers say about a guest's programs."""
    report = ctl(host, "list --json").json()
    found = []
    for worker in report["workers"]:
        if worker.get("domid") == guest.domid or worker.get("guest") == guest.name:
            found += worker.get("programs", [])
    return found


def until_frames(host, guest, frames, limit=90, names=None):
    """Wait until every program of the guest has so many frames, and those with these names do
    draw; what the worker says of them."""
    deadline = time.monotonic() + limit * PATIENCE
    while True:
        found = programs(host, guest)
        drawing = {p["name"] for p in found if p["frames"] >= frames}
        if found and (drawing >= set(names) if names else all(p["name"] in drawing for p in found)):
            return found
        if time.monotonic() > deadline:
            raise StepError(f"guest {guest.name}: not {frames} frames in {limit * PATIENCE:.0f} s: "
                            f"{found}\n{guest.run('cat /tmp/*.log').out}\n"
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

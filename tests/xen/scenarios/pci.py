# SPDX-License-Identifier: MIT
"""Whole GPUs for guests: vgpu-ctl pci on a host with VT-d, and on one without."""
import contextlib
import itertools
import json
import os
import re

from scenario import Machine, expect, scenario

BOCHS = "00:03.0"      # a display device
VIRTIO = "00:04.0"     # a display device of another driver
PAIR = "00:05.0"       # a display device with a sound function
PAIR_SOUND = "00:05.1"
CONSOLE = "00:02.0"    # the boot VGA

DEVICES = ("bochs-display,addr=03.0",
           "virtio-gpu-pci,addr=04.0",
           "bochs-display,addr=05.0,multifunction=on",
           "intel-hda,addr=05.1,id=hda",
           "hda-output,bus=hda.0,audiodev=quiet")
SOUND = ("-audiodev", "none,id=quiet")
HOST = Machine("pci-iommu", DEVICES, SOUND)
HOST_WITHOUT_IOMMU = Machine("pci-without-iommu", DEVICES, SOUND, iommu=False)

# device -> {function: (Dom0's driver, the guest's driver)}
FUNCTIONS = {
    BOCHS: {BOCHS: ("bochs-drm", "bochs-drm")},
    VIRTIO: {VIRTIO: ("virtio-pci", "virtio-pci")},
    PAIR: {PAIR: ("bochs-drm", "bochs-drm"),
           PAIR_SOUND: ("snd_hda_intel", "snd_hda_intel")},
}

FULL = os.environ.get("XEN_VGPU_FULL") == "1"
TURNS = int(os.environ.get("XEN_VGPU_TURNS", "10" if FULL else "2"))
PCI = "/mnt/test/bin/vgpu-ctl pci"
DONE, FAILED, USAGE, NOT_FOUND, REFUSED, TIMED_OUT = 0, 1, 2, 3, 6, 124

# Everything that assign and release touch, as one text; few processes, they are slow here.
STATE = r"""
cd /sys/bus/pci/devices && stat -c %N */driver
[ ! -e ../drivers/pciback/slots ] || sed 's/^/slot /' ../drivers/pciback/slots
xenstore-ls -f /libxl/pci 2>/dev/null
xenstore-ls -f /local/domain/0/backend/pci 2>/dev/null
ls /run/vgpu/pci/*.json 2>/dev/null
true
"""


def full(bdf):
    return "0000:" + bdf


def pci(host, line, code=DONE, words=""):
    """Run the command; its status and a piece of what it says must be as told."""
    result = host.run(f"{PCI} {line}", limit=120)
    said = result.out + result.err
    expect(result.rc == code and words in said,
           f"vgpu-ctl pci {line}: exit {result.rc}, not {code} with {words!r}\n{said}")
    if code not in (DONE, FAILED) and not line.startswith("check"):
        expect("hint: " in result.err, f"vgpu-ctl pci {line}: refused without a hint\n{said}")
    return result


def state(host):
    return host.check(STATE).out


def driver_in(now, function):
    """A function's driver by the text of STATE, "none" when it has none."""
    found = re.search(rf"^'{full(function)}/driver' -> '.*/([^/]+)'$", now, re.M)
    return found.group(1) if found else "none"


def expect_dom0_has(host, bdf, before):
    now = state(host)
    for function, (driver, _) in FUNCTIONS[bdf].items():
        expect(driver_in(now, function) == driver,
               f"{function} has driver {driver_in(now, function)} in Dom0")
    expect(now == before, f"left over\n--- before\n{before}--- now\n{now}")


def expect_pciback_has(host, bdf):
    now = state(host)
    for function in FUNCTIONS[bdf]:
        expect(driver_in(now, function) == "pciback", f"{function} is not with pciback\n{now}")


def held_by(host, bdf):
    """What list --json says about who has a device."""
    report = json.loads(pci(host, "list --json").out)
    expect(report["schema"] == 1, "schema")
    device = next(d for d in report["devices"] if d["bdf"] == full(bdf))
    return device["held_by"]


def prepare(host):
    return host.check("modprobe xen-pciback && rm -rf /run/vgpu && udevadm settle || exit 1"
                      + STATE).out


def guest_drivers(bdf):
    return sorted(guest for _, guest in FUNCTIONS[bdf].values())


# the small guest has no udev: load what hot-plugged devices ask for
COLDPLUG = ("for a in /sys/bus/pci/devices/*/modalias /sys/bus/virtio/devices/*/modalias; do "
            "modprobe -q $(cat $a) 2>/dev/null; done")
SEE = "for d in /sys/bus/pci/devices/*; do readlink $d/driver; done 2>/dev/null"
NOTHING = "[ -z \"$(ls /sys/bus/pci/devices)\" ]"


def expect_guest_has(guest, bdf):
    """The guest sees every function, no other one, and its drivers have taken them."""
    count = f"[ $(ls /sys/bus/pci/devices | wc -l) = {len(FUNCTIONS[bdf])} ]"
    tests = " && ".join([count] + [
        f"[ $({SEE} | grep -c /{driver}$) = {guest_drivers(bdf).count(driver)} ]"
        for driver in sorted(set(guest_drivers(bdf)))])
    guest.until(f"the guest's driver has {bdf}", f"{tests} || {{ {COLDPLUG}; {tests}; }}",
                limit=60)


def expect_guest_has_nothing(guest):
    guest.until("the guest's PCI bus is empty", NOTHING, limit=60)


def standing_guest(host):
    """A guest that takes devices while it runs; kept for the next scenario, as it started."""
    guest = getattr(host, "pci_guest", None)
    if guest is None:
        guest = host.start_guest("standing", 'passthrough="enabled"\ne820_host=1')
        host.pci_guest = guest
    expect_guest_has_nothing(guest)
    return guest


def destroy_standing_guest(host):
    guest, host.pci_guest = host.pci_guest, None
    guest.destroy()


# ---- the whole way, ten times ------------------------------------------------------


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=VIRTIO)
@scenario(HOST, device=PAIR)
def pci_ten_times(host, device):
    """With XEN_VGPU_FULL=1 ten times, else twice."""
    before = prepare(host)
    for turn in range(TURNS):
        holder = held_by(host, device)
        expect(holder["kind"] == "dom0", f"turn {turn}: held by {holder}")
        pci(host, f"check {device}", DONE, "Xen 4.17")
        pci(host, f"assign {device}", DONE, "free for a guest")
        if turn == 0:
            expect(held_by(host, device)["kind"] == "pciback", "not with pciback")
            lines = json.loads(pci(host, f"config {device} --json").out)["pv"]
        guest = host.start_guest(f"turn{turn}", lines)
        expect_guest_has(guest, device)
        holder = held_by(host, device)
        expect((holder["kind"], holder["guest"]) == ("guest", guest.name), f"held by {holder}")
        pci(host, f"release {device}", DONE, "could not be reset")
        expect_guest_has_nothing(guest)
        guest.destroy()
        expect_dom0_has(host, device, before)


# ---- guests that run -------------------------------------------------------------------


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=PAIR)
def pci_hot_plug(host, device):
    """A running guest gets the device, and loses it, and gets it again."""
    guest = standing_guest(host)
    before = prepare(host)
    for _ in range(2):
        pci(host, f"assign {device} {guest.name}", DONE, f"guest {guest.name} has it")
        expect_guest_has(guest, device)
        pci(host, f"assign {device} {guest.domid}", DONE)  # nothing left to do
        pci(host, f"release {device}", DONE)
        expect_guest_has_nothing(guest)
    expect_dom0_has(host, device, before)


# ---- refusals ---------------------------------------------------------------------------


@contextlib.contextmanager
def bare_domain(host, name, config=""):
    """A guest that is there and does nothing: paused before its first instruction."""
    host.write_file(f"/etc/xen/{name}.cfg", f'name="{name}"\ntype="pv"\nmemory=128\n'
                    f'kernel="/boot/vmlinux"\n{config}')
    host.check(f"xl create -p /etc/xen/{name}.cfg", limit=90)
    yield
    host.check(f"xl destroy {name} && rm /etc/xen/{name}.cfg")


@scenario(HOST)
def pci_refuses_console(host):
    before = prepare(host)
    pci(host, f"assign {CONSOLE}", REFUSED, "is the console")
    pci(host, f"check {CONSOLE}", REFUSED, "console")
    pci(host, f"assign -n --force {CONSOLE}", DONE, "would make 0000:00:02.0 assignable")
    expect(state(host) == before, "something changed")
    pci(host, f"assign --force {CONSOLE}", DONE)
    pci(host, f"release {CONSOLE}", DONE)
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_backends_gpu(host):
    """A process of the backend's name has the device's DRM node open."""
    before = prepare(host)
    node = host.check(f"ls /sys/bus/pci/devices/{full(BOCHS)}/drm | grep card").out.split()[0]
    host.check(f"cp /bin/sleep /root/vgpu-worker && "
               f"(/root/vgpu-worker 600 3</dev/dri/{node} >/dev/null 2>&1 & echo $! >/run/pid)")
    try:
        expect(held_by(host, BOCHS)["kind"] == "backend", "list does not see the backend")
        pci(host, f"assign {BOCHS}", REFUSED, "the vgpu backend draws on 0000:00:03.0")
        pci(host, f"assign --force {BOCHS}", REFUSED, "vgpu-worker")
    finally:
        host.check("kill $(cat /run/pid)")
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_open_device(host):
    before = prepare(host)
    node = host.check(f"ls /sys/bus/pci/devices/{full(BOCHS)}/drm | grep card").out.split()[0]
    host.check(f"(sleep 600 3</dev/dri/{node} >/dev/null 2>&1 & echo $! >/run/pid)")
    try:
        pci(host, f"assign {BOCHS}", REFUSED, "is used in Dom0: sleep")
    finally:
        host.check("kill $(cat /run/pid)")
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_missing_guest(host):
    before = prepare(host)
    pci(host, f"assign {BOCHS} nobody", NOT_FOUND, "no guest nobody")
    pci(host, f"assign {BOCHS} 4711", NOT_FOUND, "no guest 4711")
    pci(host, f"check {BOCHS} nobody", NOT_FOUND, "no guest nobody")
    pci(host, "assign 00:1e.7", NOT_FOUND, "no PCI device 0000:00:1e.7")
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_wrong_guests(host):
    """PVH by its file; a running guest that was started without passthrough."""
    before = prepare(host)
    host.write_file("/etc/xen/shadow.cfg", 'name="shadow"\ntype="pvh"\nmemory=128\n')
    pci(host, f"assign {BOCHS} shadow", REFUSED, "guest shadow is PVH")
    pci(host, f"check {BOCHS} shadow", REFUSED, "PVH")
    host.check("rm /etc/xen/shadow.cfg")
    with bare_domain(host, "plain"):
        pci(host, f"assign {BOCHS} plain", REFUSED, "started without passthrough")
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_held_device(host):
    """Another guest has the device, or one function of it."""
    owner = standing_guest(host)
    before = prepare(host)
    with bare_domain(host, "other", 'passthrough="enabled"\ne820_host=1\n'):
        pci(host, f"assign {BOCHS} {owner.name}")
        pci(host, f"assign {BOCHS} other", REFUSED, f"is held by guest {owner.name}")
        pci(host, f"assign {BOCHS}", REFUSED, f"is held by guest {owner.name}")
        pci(host, f"release {BOCHS}")
        # one function, given away behind our back
        host.check(f"xl pci-assignable-add {PAIR_SOUND} && "
                   f"xl pci-attach {owner.name} {PAIR_SOUND}")
        pci(host, f"assign {PAIR} other", REFUSED, f"{full(PAIR_SOUND)} (")
        pci(host, f"assign {PAIR}", REFUSED, f"is held by guest {owner.name}")
        pci(host, f"release {PAIR}", DONE)
    expect_guest_has_nothing(owner)
    expect_dom0_has(host, PAIR, before)


@scenario(HOST)
def pci_refuses_function_left_behind(host):
    before = prepare(host)
    pci(host, f"assign {PAIR_SOUND}", REFUSED, f"is a function of {full(PAIR)}")
    pci(host, f"release {PAIR_SOUND}", REFUSED, f"is a function of {full(PAIR)}")
    host.write_file("/etc/xen/half.cfg", f'name="half"\ntype="pv"\nmemory=128\npci=["{PAIR}"]\n')
    pci(host, f"assign {PAIR} half", REFUSED, f"leaves function {full(PAIR_SOUND)}")
    host.check("rm /etc/xen/half.cfg")
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_without_pciback(host):
    host.check("modprobe -r xen-pciback")
    before = state(host)
    pci(host, f"check {BOCHS}", REFUSED, "modprobe xen-pciback")
    pci(host, f"assign {BOCHS}", REFUSED, "pciback driver is not loaded")
    expect(state(host) == before, "something changed")
    host.check("modprobe xen-pciback")


@scenario(HOST_WITHOUT_IOMMU)
def pci_refuses_without_iommu(host):
    before = prepare(host)
    report = json.loads(pci(host, "list --json").out)
    expect(report["iommu"] is False, "list says there is an IOMMU")
    for device in report["devices"]:
        expect(not device["passthrough"] and not device["passthrough_with_force"],
               f"{device['bdf']} can be passed through, it says")
    for device in FUNCTIONS:
        pci(host, f"check {device}", REFUSED, "no IOMMU")
        pci(host, f"assign {device}", REFUSED, "no IOMMU")
        pci(host, f"assign --force {device}", REFUSED, "no IOMMU")
        pci(host, f"assign -n {device}", REFUSED, "no IOMMU")
        pci(host, f"release {device}", DONE, "is with Dom0 already")
        pci(host, f"config {device}", DONE, "xen-pciback.hide=")
    pci(host, f"assign {CONSOLE}", REFUSED)
    pci(host, f"assign {BOCHS} nobody", NOT_FOUND)
    expect(state(host) == before, "something changed")


# ---- killed half way --------------------------------------------------------------------


def killed(host, line, level, after):
    """Run and be killed after the n-th change; False when there were fewer."""
    env = f"KILL_LEVEL={level} KILL_AFTER={after} LD_PRELOAD=/mnt/test/xen/killafter.so"
    result = host.run(f"{env} {PCI} {line}")
    expect(result.rc in (0, 137), f"{line} killed at {level} {after}: exit {result.rc}\n"
           f"{result.out}{result.err}")
    return result.rc == 137


def kill_everywhere(host, device, guest, level):
    """
    Every step of assign and of release is the last one before a kill, and then either
    command must complete or undo it: for each step once around
        Dom0's -> assign killed, assign -> release killed, assign -> release killed, release
               -> assign killed, release -> Dom0's
    Returns how many steps assign and release have.
    """
    before = prepare(host)
    to = f" {guest.name}" if guest else ""
    assign, release = f"assign {device}{to}", f"release {device}"
    points = {assign: 0, release: 0}
    for after in itertools.count(1):
        for first, second in ((assign, assign), (release, assign), (release, release),
                              (assign, release)):
            if killed(host, first, level, after):
                points[first] = after
            pci(host, second, DONE)
            if second == release:
                expect_dom0_has(host, device, before)
            elif guest is None:
                expect_pciback_has(host, device)
            if guest and second == assign:
                expect_guest_has(guest, device)
            elif guest:
                expect_guest_has_nothing(guest)
        if after > max(points.values()):
            return list(points.values())


@scenario(HOST)
def pci_killed_after_each_libxl_call(host):
    points = kill_everywhere(host, PAIR, standing_guest(host), "libxl")
    # two functions: made assignable and attached; detached and given back
    expect(points == [4, 4], f"libxl calls: {points}")


@scenario(HOST)
def pci_killed_inside_libxl(host):
    points = kill_everywhere(host, BOCHS, None, "deep")
    expect(min(points) >= 4, f"changes: {points}")


# ---- guests that do not answer, or end -----------------------------------------------------


@scenario(HOST)
def pci_guest_does_not_answer(host):
    """A guest that does not let go: release says so, completes later, or takes the device."""
    guest = standing_guest(host)
    backend = f"/local/domain/0/backend/pci/{guest.domid}/0"
    before = prepare(host)
    pci(host, f"assign {PAIR} {guest.name}")
    expect_guest_has(guest, PAIR)
    for after in (f"release {PAIR}", f"assign {PAIR} {guest.name}"):
        host.until("the guest is at rest", f"[ $(xenstore-read {backend}/state) = 4 ]")
        host.check(f"xl pause {guest.name}")
        pci(host, f"release {PAIR} --wait 1", TIMED_OUT, "did not answer in 1 s")
        expect(held_by(host, PAIR)["guest"] == guest.name, "not with the guest any more")
        host.check(f"xl unpause {guest.name}")
        if after.startswith("release"):
            pci(host, after, DONE)
            expect_guest_has_nothing(guest)
            expect_dom0_has(host, PAIR, before)
            pci(host, f"assign {PAIR} {guest.name}")
        else:
            host.until("the guest has answered", f"[ $(xenstore-read {backend}/state) = 4 ]")
            pci(host, after, DONE)
        expect_guest_has(guest, PAIR)
    host.check(f"xl pause {guest.name}")
    pci(host, f"release {PAIR} --force", DONE)
    expect_dom0_has(host, PAIR, before)
    destroy_standing_guest(host)
    expect_dom0_has(host, PAIR, before)


@scenario(HOST)
def pci_guest_ends(host):
    """The guest goes away with the device; release still brings it home."""
    guest = standing_guest(host)
    before = prepare(host)
    pci(host, f"assign {BOCHS} {guest.name}")
    expect_guest_has(guest, BOCHS)
    destroy_standing_guest(host)
    expect(held_by(host, BOCHS)["kind"] == "pciback", "not back with pciback")
    pci(host, f"release {BOCHS}", DONE)
    expect_dom0_has(host, BOCHS, before)


# ---- what outlives a restart ---------------------------------------------------------------


@scenario(HOST)
def pci_persistent(host):
    """The boot part is written after asking, and kmod obeys it."""
    before = prepare(host)
    pci(host, f"assign {PAIR} --persistent", REFUSED, "nobody to ask")
    pci(host, f"assign {PAIR} --persistent --yes", DONE, "update-initramfs")
    order = host.check("modprobe --show-depends --ignore-install bochs; "
                       "modprobe -c | grep -E 'xen.pciback|softdep (bochs|snd_hda_intel)'").out
    expect(f"hide=({full(PAIR)})({full(PAIR_SOUND)})" in order, f"kmod's options\n{order}")
    expect("softdep bochs pre: xen-pciback" in order, f"kmod's order\n{order}")
    # a driver that comes later does not get it
    host.check("modprobe -r snd_hda_intel; modprobe snd_hda_intel", limit=60)
    pci(host, f"release {PAIR}", DONE, "the next boot still hides it")
    pci(host, f"release {PAIR} --persistent --yes", DONE)
    host.check("! ls /etc/modprobe.d/vgpu-pci.conf /etc/default/grub.d/vgpu-pci.cfg "
               "/etc/modules-load.d/vgpu-pci.conf 2>/dev/null | grep .")
    expect_dom0_has(host, PAIR, before)

# SPDX-License-Identifier: MIT
"""Whole GPUs for guests: vgpu-ctl pci on a host with VT-d, and on one without."""
import contextlib
import itertools
import json
import os

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

TURNS = int(os.environ.get("XEN_VGPU_TURNS", "10"))  # fewer while working on a scenario
PCI = "/mnt/test/bin/vgpu-ctl pci"
DONE, FAILED, USAGE, NOT_FOUND, REFUSED = 0, 1, 2, 3, 6

# Everything that assign and release touch, as one text.
STATE = r"""
for dev in /sys/bus/pci/devices/*; do
    echo "$(basename "$dev") $(basename "$(readlink "$dev/driver")")"
done
[ ! -e /sys/bus/pci/drivers/pciback/slots ] || sed 's/^/slot /' /sys/bus/pci/drivers/pciback/slots
xenstore-ls -f /libxl/pci 2>/dev/null
xenstore-ls -f /local/domain/0/backend/pci 2>/dev/null
ls /run/vgpu/pci/*.json 2>/dev/null
true
"""


def full(bdf):
    return "0000:" + bdf


def pci(host, line, code=DONE, words="", env=""):
    """Run the command; its status and a piece of what it says must be as told."""
    result = host.run(f"{env} {PCI} {line}", limit=60)
    said = result.out + result.err
    expect(result.rc == code and words in said,
           f"vgpu-ctl pci {line}: exit {result.rc}, not {code} with {words!r}\n{said}")
    if code not in (DONE, FAILED) and not line.startswith("check"):
        expect("hint: " in result.err, f"vgpu-ctl pci {line}: refused without a hint\n{said}")
    return result


def state(host):
    return host.check(STATE).out


def drivers(host, bdf):
    """The drivers of a device's functions in Dom0."""
    return {function: host.check(f"basename $(readlink /sys/bus/pci/devices/{full(function)}"
                                 "/driver || echo none)").out.strip()
            for function in FUNCTIONS[bdf]}


def expect_dom0_has(host, bdf, before):
    for function, driver in drivers(host, bdf).items():
        expect(driver == FUNCTIONS[bdf][function][0], f"{function} has driver {driver} in Dom0")
    now = state(host)
    expect(now == before, f"left over\n--- before\n{before}--- now\n{now}")


def held_by(host, bdf):
    """What list --json says about who has a device."""
    report = json.loads(pci(host, "list --json").out)
    expect(report["schema"] == 1, "schema")
    device = next(d for d in report["devices"] if d["bdf"] == full(bdf))
    return device["held_by"], device


def prepare(host):
    host.check("modprobe xen-pciback")
    host.check("rm -rf /run/vgpu && udevadm settle", limit=30)
    return state(host)


def guest_drivers(bdf):
    return sorted(guest for _, guest in FUNCTIONS[bdf].values())


# the small guest has no udev: load what hot-plugged devices ask for
COLDPLUG = ("for a in /sys/bus/*/devices/*/modalias; do modprobe -q $(cat $a) 2>/dev/null; "
            "done")
SEE = "for d in /sys/bus/pci/devices/*; do readlink $d/driver; done 2>/dev/null"


def expect_guest_has(guest, bdf):
    """The guest sees every function and its driver has taken it."""
    tests = " && ".join(f"[ $({SEE} | grep -c /{driver}$) = {guest_drivers(bdf).count(driver)} ]"
                        for driver in set(guest_drivers(bdf)))
    guest.until(f"the guest's driver has {bdf}", f"{COLDPLUG}; {tests}", limit=30)
    expect(guest.run("ls /sys/bus/pci/devices | wc -l").out.split()[-1]
           == str(len(FUNCTIONS[bdf])), "functions in the guest")


def expect_guest_has_nothing(guest):
    guest.until("the guest's PCI bus is empty", "[ -z \"$(ls /sys/bus/pci/devices)\" ]", limit=30)


# ---- the whole way, ten times ------------------------------------------------------


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=VIRTIO)
@scenario(HOST, device=PAIR)
def pci_ten_times(host, device):
    before = prepare(host)
    for turn in range(TURNS):
        holder, _ = held_by(host, device)
        expect(holder["kind"] == "dom0", f"turn {turn}: held by {holder}")
        pci(host, f"check {device}", DONE, "Xen 4.17")
        pci(host, f"assign {device}", DONE, "free for a guest")
        expect(held_by(host, device)[0]["kind"] == "pciback", "not with pciback")
        lines = json.loads(pci(host, f"config {device} --json").out)["pv"]
        guest = host.start_guest(f"turn{turn}", lines)
        expect_guest_has(guest, device)
        holder, _ = held_by(host, device)
        expect((holder["kind"], holder["guest"]) == ("guest", guest.name), f"held by {holder}")
        pci(host, f"release {device}", DONE, "could not be reset")
        expect_guest_has_nothing(guest)
        guest.destroy()
        expect_dom0_has(host, device, before)


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=PAIR)
def pci_hot_plug(host, device):
    """A running guest gets the device, and loses it, and gets it again."""
    before = prepare(host)
    guest = host.start_guest("hot", 'passthrough="enabled"\ne820_host=1')
    for _ in range(3):
        pci(host, f"assign {device} hot", DONE, "guest hot has it")
        expect_guest_has(guest, device)
        pci(host, f"assign {device} {guest.domid}", DONE)  # nothing left to do
        pci(host, f"release {device}", DONE)
        expect_guest_has_nothing(guest)
    guest.destroy()
    expect_dom0_has(host, device, before)


@scenario(HOST)
def pci_guest_ends(host):
    """The guest goes away with the device; release still brings it home."""
    before = prepare(host)
    pci(host, f"assign {BOCHS}")
    lines = json.loads(pci(host, f"config {BOCHS} --json").out)["pv"]
    guest = host.start_guest("ends", lines)
    guest.destroy()
    expect(held_by(host, BOCHS)[0]["kind"] == "pciback", "not back with pciback")
    pci(host, f"release {BOCHS}", DONE)
    expect_dom0_has(host, BOCHS, before)


# ---- refusals ---------------------------------------------------------------------------


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
        expect(held_by(host, BOCHS)[0]["kind"] == "backend", "list does not see the backend")
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
    guest = host.start_guest("plain")
    pci(host, f"assign {BOCHS} plain", REFUSED, "started without passthrough")
    guest.destroy()
    expect(state(host) == before, "something changed")


@scenario(HOST)
def pci_refuses_held_device(host):
    """Another guest has the device, or one function of it."""
    before = prepare(host)
    owner = host.start_guest("owner", 'passthrough="enabled"\ne820_host=1')
    other = host.start_guest("other", 'passthrough="enabled"\ne820_host=1')
    pci(host, f"assign {BOCHS} owner")
    pci(host, f"assign {BOCHS} other", REFUSED, "is held by guest owner")
    pci(host, f"assign {BOCHS}", REFUSED, "is held by guest owner")
    pci(host, f"release {BOCHS}")
    # one function, given away behind our back
    host.check(f"xl pci-assignable-add {PAIR_SOUND} && xl pci-attach owner {PAIR_SOUND}")
    pci(host, f"assign {PAIR} other", REFUSED, f"{full(PAIR_SOUND)} (")
    pci(host, f"assign {PAIR}", REFUSED, "is held by guest owner")
    pci(host, f"release {PAIR}", DONE)
    other.destroy()
    owner.destroy()
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


@contextlib.contextmanager
def running(host, name):
    guest = host.start_guest(name, 'passthrough="enabled"\ne820_host=1')
    yield guest
    guest.destroy()


def kill_everywhere(host, device, guest, level):
    """Every step of assign and of release, each followed by either command."""
    before = prepare(host)
    to = f" {guest.name}" if guest else ""
    assign, release = f"assign {device}{to}", f"release {device}"
    points = {}
    for first, second in itertools.product((assign, release), repeat=2):
        for after in itertools.count(1):
            if first == release:
                pci(host, assign, DONE)
            if not killed(host, first, level, after):
                break
            pci(host, second, DONE)
            if second == assign:
                expect(held_by(host, device)[0]["kind"] == ("guest" if guest else "pciback"),
                       f"{first} killed at {after}: assign did not complete")
                if guest:
                    expect_guest_has(guest, device)
                pci(host, release, DONE)
            if guest:
                expect_guest_has_nothing(guest)
            expect_dom0_has(host, device, before)
        points[first.split()[0], second.split()[0]] = after - 1
        pci(host, release, DONE)
        expect_dom0_has(host, device, before)
    return points


@scenario(HOST)
def pci_killed_after_each_libxl_call(host):
    with running(host, "kill") as guest:
        points = kill_everywhere(host, PAIR, guest, "libxl")
    # two functions: made assignable and attached; detached and given back
    expect(all(count == 4 for count in points.values()), f"libxl calls: {points}")


@scenario(HOST)
def pci_killed_inside_libxl(host):
    points = kill_everywhere(host, BOCHS, None, "deep")
    expect(all(count >= 4 for count in points.values()), f"changes: {points}")


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

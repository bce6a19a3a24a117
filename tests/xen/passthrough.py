# SPDX-License-Identifier: MIT
"""What the pci scenarios share: the machines, the command, who has which device."""
import json
import os
import re

from host import PATIENCE
from scenario import Machine, expect

BOCHS = "00:03.0"      # a display device
VIRTIO = "00:04.0"     # a display device of another driver
PAIR = "00:05.0"       # a display device with a sound function
PAIR_SOUND = "00:05.1"
CONSOLE = "00:02.0"    # the boot VGA

DEVICES = ("bochs-display,addr=03.0",
           "virtio-gpu-pci,addr=04.0",
           "bochs-display,addr=05.0,multifunction=on",
           "intel-hda,addr=05.1")  # without a codec: probing one takes long here
HOST = Machine("pci-iommu", DEVICES)
HOST_WITHOUT_IOMMU = Machine("pci-without-iommu", DEVICES, iommu=False)

# device -> {function: (Dom0's driver, the guest's driver)}
FUNCTIONS = {
    BOCHS: {BOCHS: ("bochs-drm", "bochs-drm")},
    VIRTIO: {VIRTIO: ("virtio-pci", "virtio-pci")},
    PAIR: {PAIR: ("bochs-drm", "bochs-drm"),
           PAIR_SOUND: ("snd_hda_intel", "snd_hda_intel")},
}

FULL = os.environ.get("XEN_VGPU_FULL") == "1"
PCI = "/mnt/test/bin/vgpu-ctl pci"
DONE, FAILED, USAGE, NOT_FOUND, REFUSED, TIMED_OUT = 0, 1, 2, 3, 6, 124

# Everything that assign and release touch, as one text; few processes, they are slow here.
STATE = r"""
cd /sys/bus/pci/devices && stat -c %N */driver
[ ! -e ../drivers/pciback/slots ] || sed 's/^/slot /' ../drivers/pciback/slots
xenstore-ls -f /libxl/pci 2>/dev/null
xenstore-ls -f /local/domain/0/backend/pci 2>/dev/null
ls /run/vgpu/pci/*.json 2>/dev/null
echo GPUs: $(echo /dev/dri/card* | wc -w)
"""


def full(bdf):
    return "0000:" + bdf


def command(line, env=""):
    """The command in Dom0; a guest may be as slow as the machine is."""
    patient = line.startswith(("assign", "release")) and "--wait" not in line
    return f"{env} {PCI} {line}" + (f" --wait {60 * PATIENCE:.0f}" if patient else "")


def pci(host, line, code=DONE, words=""):
    """Run the command; its status and a piece of what it says must be as told."""
    result = host.run(command(line), limit=180)
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
COUNT = "$(ls /sys/bus/pci/devices | wc -l)"


def wait(test):
    return f"until {test}; do sleep 0.3; done"


def expect_guest_has(guest, bdf):
    """The guest sees every function, no other one, and its drivers have taken them."""
    seen = f"[ {COUNT} = {len(FUNCTIONS[bdf])} ]"
    bound = " && ".join(f"[ $({SEE} | grep -c /{name}$) = {guest_drivers(bdf).count(name)} ]"
                        for name in sorted(set(guest_drivers(bdf))))
    bound += " && [ $(ls /dev/dri | grep -c ^card) = 1 ]"  # it is a GPU for the guest
    guest.check(f"{seen} && {bound} || {{ {wait(seen)}; {COLDPLUG}; {wait(bound)}; }}", limit=90)


def expect_guest_has_nothing(guest):
    guest.check(wait(f"[ {COUNT} = 0 ]"), limit=90)


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

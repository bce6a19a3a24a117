# SPDX-License-Identifier: MIT
"""Whole GPUs for guests: vgpu-ctl pci from Dom0's driver to a guest's and back."""
import json
import os
import pathlib

from passthrough import (BOCHS, DONE, FULL, HOST, PAIR, PAIR_SOUND, REFUSED, VIRTIO,
                         expect_dom0_has, expect_guest_has, expect_guest_has_nothing, full,
                         held_by, pci, prepare, standing_guest)
from scenario import expect, scenario

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "xen-configs"
TURNS = int(os.environ.get("XEN_VGPU_TURNS", "10" if FULL else "0"))  # 0: by device


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=VIRTIO)
@scenario(HOST, device=PAIR)
def pci_ten_times(host, device):
    """With XEN_VGPU_FULL=1 ten times, else once or twice."""
    before = prepare(host)
    for turn in range(TURNS or (2 if device == BOCHS else 1)):
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


@scenario(HOST, device=BOCHS)
@scenario(HOST, device=PAIR)
def pci_hot_plug(host, device):
    """A running guest gets the device, and loses it, and gets it again."""
    guest = standing_guest(host)
    before = prepare(host)
    for _ in range(2 if FULL or device == BOCHS else 1):
        pci(host, f"assign {device} {guest.name}", DONE, f"guest {guest.name} has it")
        expect_guest_has(guest, device)
        pci(host, f"assign {device} {guest.domid}", DONE)  # nothing left to do
        pci(host, f"release {device}", DONE)
        expect_guest_has_nothing(guest)
    expect_dom0_has(host, device, before)


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


@scenario(HOST)
def pci_example_guests(host):
    """xl takes the examples of xen-configs, and what config prints for an HVM guest."""
    lines = json.loads(pci(host, f"config {PAIR} --json").out)["hvm"]
    texts = {name: (EXAMPLES / f"passthrough-{name}.cfg").read_text() for name in ("hvm", "pv")}
    texts["printed"] = 'name="printed"\ntype="hvm"\nmemory=256\n' + lines
    for name, text in texts.items():
        host.write_file(f"/root/{name}.cfg", text)
        guest = json.loads(host.check(f"xl create -n /root/{name}.cfg").out)
        expect(len(guest["pcidevs"]) == 2, f"{name}: {guest}")

# SPDX-License-Identifier: MIT
"""What vgpu-ctl pci refuses, on a host with VT-d and on one without."""
import contextlib
import json

from passthrough import (BOCHS, CONSOLE, FUNCTIONS, HOST, HOST_WITHOUT_IOMMU, PAIR, PAIR_SOUND,
                         DONE, NOT_FOUND, REFUSED, expect_dom0_has, expect_guest_has_nothing,
                         full, held_by, pci, prepare, standing_guest, state)
from scenario import expect, scenario


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

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the recorded sysfs trees beside this file: `python3 layouts.py`.

Each is laid out after a kind of real machine: addresses, classes, ids, bridges,
capabilities, interrupt lines and register windows as `lspci -vvv` shows them there,
what Linux hangs on the devices (drivers, DRM, frame buffer, sound), and for some the
open files of Dom0's programs. The trees are checked in; record.sh writes the same
format from a running machine.

    dir PATH | file PATH TEXT | link PATH TARGET | hex PATH SIZE OFFSET:BYTES...
"""
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
ROOT_PORT, UPSTREAM, DOWNSTREAM, TO_PCI, ENDPOINT, LEGACY, INTEGRATED = 4, 5, 6, 7, 0, 1, 9


class Machine:
    def __init__(self, name):
        self.name = name
        self.lines = []
        self.paths = {}
        self.drivers = set()
        self.fb = 0
        self.card = 0
        self.sound = 0

    def line(self, *words):
        self.lines.append(" ".join(words))

    def device(self, bdf, ids, cls, *, parent=None, driver=None, module=None, pcie=ENDPOINT,
               irq=0, pin=1, bars=(), flr=False, reset=None, boot_vga=None, msi=True,
               acs=None, pm_reset=False, display=False, sound=False, framebuffer=False):
        full = "0000:" + bdf
        above = self.paths[parent] if parent else "/sys/devices/pci0000:00"
        path = self.paths[bdf] = f"{above}/{full}"
        vendor, device = ids.split(":")
        self.line("dir", path)
        self.line("link", f"/sys/bus/pci/devices/{full}", "../../.." + path[len("/sys"):])
        for key, value in (("vendor", f"0x{vendor}"), ("device", f"0x{device}"),
                           ("subsystem_vendor", "0x1458"), ("subsystem_device", "0x37a9"),
                           ("class", f"0x{cls}"), ("irq", str(irq))):
            self.line("file", f"{path}/{key}", value)
        if boot_vga is not None:
            self.line("file", f"{path}/boot_vga", str(int(boot_vga)))
        if reset:
            self.line("file", f"{path}/reset", "")
            self.line("file", f"{path}/reset_method", reset)
        resource = list(bars) + [(0, 0, 0)] * (7 - len(bars))
        self.line("file", f"{path}/resource",
                  "\\n".join("0x%016x 0x%016x 0x%016x" % bar for bar in resource))
        self.line("hex", f"{path}/config",
                  config(vendor, device, cls, pin, pcie, flr, msi, acs, pm_reset))
        if driver:
            self.bind(bdf, driver, module or driver)
        if display:
            for node in (f"card{self.card}", f"renderD{128 + self.card}"):
                self.line("dir", f"{path}/drm/{node}")
                self.line("link", f"/sys/class/drm/{node}", f"../..{path[4:]}/drm/{node}")
            self.card += 1
        if framebuffer:
            self.line("dir", f"{path}/graphics/fb{self.fb}")
            self.line("link", f"/sys/class/graphics/fb{self.fb}",
                      f"../..{path[4:]}/graphics/fb{self.fb}")
            self.fb += 1
        if sound:
            node = f"controlC{self.sound}"
            self.line("dir", f"{path}/sound/card{self.sound}/{node}")
            self.line("link", f"/sys/class/sound/{node}",
                      f"../..{path[4:]}/sound/card{self.sound}/{node}")
            self.sound += 1

    def bind(self, bdf, driver, module):
        where = f"/sys/bus/pci/drivers/{driver}"
        if driver not in self.drivers:
            self.drivers.add(driver)
            self.line("dir", where)
            self.line("dir", f"/sys/module/{module}")
            self.line("link", f"{where}/module", f"../../../../module/{module}")
            self.line("file", f"{where}/bind", "")
        path = self.paths[bdf]
        up = "../" * (path.count("/") - 1)
        self.line("link", f"{path}/driver", f"{up}bus/pci/drivers/{driver}")
        self.line("link", f"{where}/0000:{bdf}", f"../../../..{path[len('/sys'):]}")

    def pciback(self):
        self.line("dir", "/sys/bus/pci/drivers/pciback")

    def fbcon(self):
        self.line("file", "/sys/class/vtconsole/vtcon0/name", "(S) dummy device")
        self.line("file", "/sys/class/vtconsole/vtcon0/bind", "0")
        self.line("file", "/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device")
        self.line("file", "/sys/class/vtconsole/vtcon1/bind", "1")

    def process(self, pid, comm, *nodes, cmdline=()):
        if cmdline:
            self.line("file", f"/proc/{pid}/cmdline", "\\0".join(cmdline) + "\\0")
        self.line("file", f"/proc/{pid}/comm", comm)
        for number, node in enumerate(("/dev/null", *nodes)):
            self.line("link", f"/proc/{pid}/fd/{number}", node)

    def write(self):
        header = (f"# SPDX-License-Identifier: MIT\n# {self.name}: written by layouts.py\n")
        (HERE / f"{self.name}.tree").write_text(header + "\n".join(self.lines) + "\n")


def config(vendor, device, cls, pin, pcie, flr, msi, acs, pm_reset):
    """Config space with a capability list: power management, MSI, PCI Express, ACS."""
    pieces = {0x00: struct.pack("<HH", int(vendor, 16), int(device, 16)),
              0x06: struct.pack("<H", 0x0010), 0x34: b"\x40", 0x3d: bytes([pin]),
              0x08: bytes([0xa1]) + bytes.fromhex(cls)[::-1],
              0x40: bytes([0x01, 0x50 if msi else 0x60]) + struct.pack("<HH", 0x0003,
                                                                 0 if pm_reset else 8)}
    if msi:
        pieces[0x50] = bytes([0x05, 0x60])
    size = 256
    if pcie is not None:
        pieces[0x60] = bytes([0x10, 0x00]) + struct.pack("<HI", 2 | pcie << 4,
                                                         0x8000 | (flr << 28))
        size = 4096
        if acs is not None:
            pieces[0x100] = struct.pack("<I", 0x0001 | 1 << 16 | 0x148 << 20)  # AER, then
            pieces[0x148] = struct.pack("<IHH", 0x000d | 1 << 16, 0x5f, acs)
    else:
        pieces[0x50 if msi else 0x40] = bytes([0x05 if msi else 0x01, 0x00])
    return f"{size} " + " ".join(f"{at:x}:{data.hex()}" for at, data in sorted(pieces.items()))


def mem(start, size, pref=False):
    return start, start + size - 1, 0x14220c if pref else 0x40200


def chipset(m):
    m.device("00:00.0", "8086:3e30", "060000", pcie=None, pin=0, msi=False)
    m.device("00:14.0", "8086:a36d", "0c0330", driver="xhci_hcd", module="xhci_pci",
             pcie=None, irq=127, bars=[mem(0xa1200000, 0x10000)], reset="pm")
    m.device("00:1f.3", "8086:a348", "040300", driver="snd_hda_intel", pcie=None, irq=143,
             bars=[mem(0xa1210000, 0x4000), mem(0xa1000000, 0x100000)], reset="pm", sound=True)


def single():
    """A desktop with one AMD card, which is the console."""
    m = Machine("single")
    m.device("00:01.0", "8086:1901", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=122)
    m.device("01:00.0", "1002:699f", "030000", parent="00:01.0", driver="amdgpu", irq=146,
             pcie=LEGACY, boot_vga=True, display=True, framebuffer=True,
             bars=[mem(0x80000000, 0x10000000, True), mem(0x90000000, 0x200000, True)])
    m.device("01:00.1", "1002:aae0", "040300", parent="00:01.0", driver="snd_hda_intel", irq=17,
             pin=2, pcie=LEGACY, sound=True, bars=[mem(0xa0060000, 0x4000)])
    chipset(m)
    m.fbcon()
    m.process(640, "Xorg", "/dev/dri/card0", "/dev/input/event0")
    m.process(812, "vgpu-worker", "/dev/dri/renderD128", "/dev/dri/renderD128")
    m.write()


def dual():
    """A console card, and an NVIDIA card with sound, USB and USB-C of its own."""
    m = Machine("dual")
    m.device("00:01.0", "8086:1901", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=122)
    m.device("00:01.1", "8086:1905", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=123)
    m.device("01:00.0", "1002:67df", "030000", parent="00:01.0", driver="amdgpu", irq=146,
             pcie=LEGACY, boot_vga=True, display=True, framebuffer=True,
             bars=[mem(0x80000000, 0x10000000, True)], reset="bus")
    m.device("01:00.1", "1002:aaf0", "040300", parent="00:01.0", driver="snd_hda_intel", irq=17,
             pin=2, pcie=LEGACY, sound=True, bars=[mem(0xa0060000, 0x4000)], reset="bus")
    m.device("02:00.0", "10de:1f02", "030000", parent="00:01.1", driver="nouveau", irq=147,
             boot_vga=False, pcie=LEGACY, display=True, framebuffer=True, reset="flr bus",
             flr=True, bars=[mem(0xa2000000, 0x1000000), mem(0xb0000000, 0x10000000, True)])
    m.device("02:00.1", "10de:10f9", "040300", parent="00:01.1", driver="snd_hda_intel", irq=17,
             pin=2, sound=True, bars=[mem(0xa3080000, 0x4000)], reset="bus")
    m.device("02:00.2", "10de:1ada", "0c0330", parent="00:01.1", driver="xhci_hcd",
             module="xhci_pci", irq=18, pin=3, bars=[mem(0xb2000000, 0x40000, True)],
             reset="bus")
    m.device("02:00.3", "10de:1adb", "0c8000", parent="00:01.1", driver="nvidia-gpu",
             module="i2c_nvidia_gpu", irq=19, pin=4, bars=[mem(0xa3084000, 0x1000)],
             reset="bus")
    chipset(m)
    m.fbcon()
    m.pciback()
    m.process(812, "vgpu-worker", "/dev/dri/renderD128")
    m.process(900, "vgpu-backendd", "/dev/null")
    m.write()


def hybrid():
    """A laptop: Intel's GPU has the screen, NVIDIA's 3D controller has none."""
    m = Machine("hybrid")
    m.device("00:02.0", "8086:3e9b", "030000", driver="i915", irq=128, pcie=INTEGRATED,
             boot_vga=True, display=True, framebuffer=True, flr=True, reset="flr pm",
             bars=[mem(0xa0000000, 0x1000000), mem(0x90000000, 0x10000000, True)])
    m.device("00:01.0", "8086:1901", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=122)
    m.device("01:00.0", "10de:1f91", "030200", parent="00:01.0", driver="nvidia", irq=145,
             pcie=ENDPOINT, display=True, reset="flr bus", flr=True,
             bars=[mem(0xa3000000, 0x1000000), mem(0xb0000000, 0x10000000, True)])
    m.device("01:00.1", "10de:10fa", "040300", parent="00:01.0", driver="snd_hda_intel", irq=17,
             pin=2, bars=[mem(0xa4000000, 0x4000)], reset="bus", sound=True)
    chipset(m)
    m.fbcon()
    m.pciback()
    m.line("file", "/proc/driver/nvidia/gpus/0000:01:00.0/information",
           "Model: \\t\\t NVIDIA GeForce GTX 1650\\nIRQ:   \\t\\t 145\\nDevice Minor: \\t 0")
    m.process(640, "Xorg", "/dev/dri/card0")
    m.process(700, "python3", "/dev/nvidia0", "/dev/nvidiactl")
    m.process(812, "vgpu-worker", "/dev/dri/renderD128")
    m.write()


def switch():
    """A server: a PLX switch with an NVIDIA card and an AMD card that has a switch itself."""
    m = Machine("switch")
    m.device("00:02.0", "102b:0536", "030000", driver="mgag200", pcie=LEGACY, boot_vga=True,
             display=True, framebuffer=True, irq=16, bars=[mem(0x91000000, 0x1000000, True)])
    m.device("00:03.0", "8086:2030", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=122, acs=0x1d)
    m.device("01:00.0", "10b5:8747", "060400", parent="00:03.0", driver="pcieport",
             pcie=UPSTREAM, irq=123)
    m.device("02:08.0", "10b5:8747", "060400", parent="01:00.0", driver="pcieport",
             pcie=DOWNSTREAM, irq=124, acs=0x1d)
    m.device("02:10.0", "10b5:8747", "060400", parent="01:00.0", driver="pcieport",
             pcie=DOWNSTREAM, irq=125, acs=0x00)
    m.device("03:00.0", "10de:1eb8", "030200", parent="02:08.0", driver="nouveau", irq=150,
             display=True, flr=True, reset="flr bus",
             bars=[mem(0xc0000000, 0x1000000), mem(0x38000000000, 0x10000000, True)])
    m.device("04:00.0", "1002:1478", "060400", parent="02:10.0", driver="pcieport",
             pcie=UPSTREAM, irq=126)
    m.device("05:00.0", "1002:1479", "060400", parent="04:00.0", driver="pcieport",
             pcie=DOWNSTREAM, irq=127, acs=0x1d)
    m.device("06:00.0", "1002:73bf", "030000", parent="05:00.0", driver="amdgpu", irq=151,
             boot_vga=False, pcie=LEGACY, display=True,
             bars=[mem(0x39000000000, 0x10000000, True), mem(0xc2000000, 0x100000)])
    m.device("06:00.1", "1002:ab28", "040300", parent="05:00.0", driver="snd_hda_intel", irq=152,
             pin=2, bars=[mem(0xc2120000, 0x4000)], sound=True)
    m.process(900, "vgpu-backendd",
              cmdline=("vgpu-backendd", "--device", "/dev/dri/renderD129"))
    m.fbcon()
    m.pciback()
    m.write()


def legacy():
    """An old board: a card behind a bridge to conventional PCI, registers below a page."""
    m = Machine("legacy")
    m.device("00:1c.0", "8086:1c10", "060400", driver="pcieport", module="pcieportdrv",
             pcie=ROOT_PORT, irq=40)
    m.device("01:00.0", "1b21:1080", "060400", parent="00:1c.0", pcie=TO_PCI, irq=0, pin=0)
    m.device("02:00.0", "102b:0525", "030000", parent="01:00.0", pcie=None, irq=16,
             boot_vga=False, bars=[mem(0xe0000000, 0x4000)])
    m.device("02:01.0", "8086:107c", "020000", parent="01:00.0", driver="e1000", pcie=None,
             irq=17, bars=[mem(0xe0020000, 0x20000)])
    m.device("00:05.0", "5333:8904", "038000", pcie=None, irq=20, msi=False, boot_vga=None,
             bars=[mem(0xf0000000, 0x800)])
    m.device("00:06.0", "10ec:8139", "020000", driver="8139too", pcie=None, irq=20, msi=False,
             bars=[mem(0xf0000800, 0x100)])
    m.device("00:07.0", "1002:5159", "030000", driver="radeon", pcie=None, irq=21,
             boot_vga=True, display=True, framebuffer=True,
             bars=[mem(0xd0000000, 0x8000000, True)])
    m.fbcon()
    m.pciback()
    m.write()


for write in (single, dual, hybrid, switch, legacy):
    write()

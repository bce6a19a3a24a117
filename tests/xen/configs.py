# SPDX-License-Identifier: MIT
"""The xl configs of xen-configs/, made to run on an emulated host."""
import pathlib
import re

from host import SYSTEM_DISKS

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "xen-configs"
SHELL = "console=hvc0 quiet mitigations=off"
SYSTEMD = f"{SHELL} vgpu_init=/mnt/test/guest/systemd-init systemd.show_status=0"
NOT_HERE = ("vif", "pci", "e820_host")  # this host has neither a bridge nor a GPU to hand over


def adapted(name, memory_mib, extra=SHELL, **more):
    """xen-configs/NAME.cfg with this host's kernel and disks and what there is of memory; more
    keys replace whole lines as they are given. Everything else stays as an admin copies it."""
    text = (FOLDER / f"{name}.cfg").read_text()
    own = {"kernel": '"/boot/vmlinux"', "ramdisk": '"/boot/root.cpio"', "extra": f'"{extra}"',
           "memory": memory_mib, "vcpus": 1, "disk": SYSTEM_DISKS, **more}
    for key in NOT_HERE:
        text = re.sub(rf"^{key} = .*\n", "", text, flags=re.M)
    for key, value in own.items():
        text, count = re.subn(rf"^{key} = .*$", lambda _, k=key, v=value: f"{k} = {v}", text,
                              flags=re.M)
        if count != 1:
            raise ValueError(f"{name}.cfg has {count} lines of {key}")
    return text


def guest_name(text):
    """The name= of a config."""
    return re.search(r'^name = "(.*)"', text, re.M).group(1)

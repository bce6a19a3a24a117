# SPDX-License-Identifier: MIT
"""An emulated Xen host: boot it, run commands in its Dom0, start guests, see what went wrong.

    with Host(image.ensure(), devices=["bochs-display,addr=03.0"], log_dir=logs) as host:
        host.boot()
        print(host.run("xl info").out)

Every wait has a name and a limit; when one fails, StepError says which, and the
serial console, the guests' consoles and the commands' transcript are in log_dir.
QEMU emulates (TCG), so this needs nothing of the machine it runs on.
"""
import base64
import contextlib
import dataclasses
import gzip
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

from image import Image

XEN_ARGS = ("console=com1 com1=115200,8n1 dom0_mem={dom0_mib}M,max:{dom0_mib}M dom0_max_vcpus=2 "
            "loglvl=info guest_loglvl=info noreboot spec-ctrl=no xpti=no pv-l1tf=false vga=none "
            "sched=credit2 conring_size=512k")  # the debug keys say much
DOM0_ARGS = ("console=hvc0 root=/dev/vda rw net.ifnames=0 mitigations=off panic=1 "
             "systemd.show_status=0 loglevel=4 "
             # the disks' grants come and go with their use: only those of a vgpu are counted
             "xen_blkback.feature_persistent=0")
PV_CPU = "Nehalem"  # what boots Xen under TCG; other models hang, see docs/passthrough.md
# How much slower than an idle two-core machine the limits below may assume.
PATIENCE = float(os.environ.get("XEN_VGPU_PATIENCE", "3"))


def disk(device, name):
    """A device of Dom0's as a guest's disk: an entry of disk= in an xl config."""
    return f"format=raw,vdev={name},access=ro,script=/mnt/test/guest/block,target=/dev/{device}"


# of guests that boot the image's own system: it, and the programs under test
SYSTEM_DISKS = str([disk("vdc", "xvda"), disk("vdb", "xvdb")])


class StepError(Exception):
    """A named step failed or ran out of time."""


@dataclasses.dataclass(frozen=True)
class Result:
    command: str
    rc: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


class Host:
    """One QEMU process with Xen in it."""

    def __init__(self, image: Image, *, devices=(), extra=(), iommu=True, log_dir, files=None,
                 memory_mib=4096, dom0_mib=2048, cpu=PV_CPU, boot_vga=True, guest_root=False,
                 xen_args="", dom0_args=""):
        self.image = image
        self.devices = list(devices)
        self.extra = list(extra)
        self.iommu = iommu
        self.log_dir = pathlib.Path(log_dir)
        self.files = dict(files or {})  # path inside -> path here, on the disk /mnt/test
        self.memory_mib = memory_mib
        self.cpu = cpu
        self.boot_vga = boot_vga
        self.guest_root = guest_root  # the image once more, read-only, as /dev/vdc for guests
        self.xen_args = XEN_ARGS.format(dom0_mib=dom0_mib) + " " + xen_args
        self.dom0_args = DOM0_ARGS + " " + dom0_args
        self.console_path = self.log_dir / "console.log"
        self.work = None
        self.qemu = None
        self.sock = None
        self.pending = b""
        self.replies = {}
        self.hellos = 0
        self.ids = itertools.count(1)
        self.guests = []  # that run, for what is looked at when a scenario has failed

    # ---- life -----------------------------------------------------------

    def __enter__(self):
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self.transcript = open(self.log_dir / "transcript.log", "w", buffering=1)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="xen-vgpu-"))
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)
        self.transcript.close()

    def boot(self, limit=120):
        """Start QEMU and wait until Dom0 answers and Xen's daemons are up."""
        self._make_overlay()
        files = self._make_files_disk()
        agent = self.work / "agent.sock"
        argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
                "-display", "none", "-monitor", "none", "-machine", "q35",
                "-accel", "tcg,thread=multi,tb-size=512", "-cpu", self.cpu, "-smp", "2",
                "-m", str(self.memory_mib), "-no-reboot",
                "-serial", f"file:{self.console_path}",
                "-kernel", str(self.image.xen), "-append", self.xen_args,
                "-initrd", f"{self.image.kernel} {self.dom0_args},{self.image.initrd}"]
        if self.iommu:
            argv += ["-device", "intel-iommu"]
        if self.boot_vga:
            argv += ["-device", "VGA,addr=02.0,id=bootvga"]
        argv += ["-drive", f"file={self.work / 'overlay.qcow2'},if=none,id=root,cache=unsafe",
                 "-device", "virtio-blk-pci,drive=root,addr=10.0",
                 "-drive", f"file={files},if=none,id=files,format=raw,readonly=on",
                 "-device", "virtio-blk-pci,drive=files,addr=11.0",
                 "-device", "virtio-serial-pci,addr=12.0",
                 "-chardev", f"socket,id=agent,path={agent},server=on,wait=off",
                 "-device", "virtserialport,chardev=agent,name=xen-vgpu-test"]
        if self.guest_root:
            argv += ["-drive", f"file={self.image.disk},if=none,id=guest,readonly=on",
                     "-device", "virtio-blk-pci,drive=guest,addr=13.0"]
        argv += self.extra
        for device in self.devices:
            argv += ["-device", device]
        self._note(" ".join(argv))
        self.qemu = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                     stdout=open(self.log_dir / "qemu.log", "w"),
                                     stderr=subprocess.STDOUT)
        self.sock = self._connect(agent)
        self._wait("Dom0's agent answers", lambda: self.hellos > 0, limit)
        self.check("mkdir -p /mnt/test && mount -o ro /dev/vdb /mnt/test", limit=30)
        self.until("xenstored and Dom0's own records are up",
                   "xl list && xenstore-read /local/domain/0/name && udevadm settle", limit=60)
        return self

    def stop(self):
        if self.sock:
            self.sock.close()
            self.sock = None
        if self.qemu:
            self.qemu.kill()  # the overlay is thrown away, nothing is worth a shutdown
            self.qemu.wait()
            self.qemu = None

    def _make_overlay(self):
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2",
                        "-b", str(self.image.disk), str(self.work / "overlay.qcow2")], check=True)

    def _make_files_disk(self):
        """The programs under test, as a read-only disk."""
        stage = self.work / "files"
        stage.mkdir()
        for inside, here in self.files.items():
            (stage / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, stage / inside)
            if (stage / inside).read_bytes()[:4] == b"\x7fELF":
                subprocess.run(["strip", "--strip-debug", stage / inside], check=False,
                               stderr=subprocess.DEVNULL)
        size = sum(f.stat().st_size for f in stage.rglob("*") if f.is_file())
        disk = self.work / "files.img"
        subprocess.run(["truncate", "-s", str((size // 2**20 + 1) * 2 * 2**20 + 2**23), disk],
                       check=True)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(stage), str(disk)], check=True)
        return disk

    # ---- commands in Dom0 -------------------------------------------------

    def run(self, command, limit=60) -> Result:
        """A shell command in Dom0; its exit status is the caller's business."""
        number = next(self.ids)
        return self._call(number, command,
                          {"id": number, "sh": command, "timeout": limit * PATIENCE}, limit)

    def check(self, command, limit=60) -> Result:
        """A shell command that must succeed."""
        result = self.run(command, limit)
        if result.rc:
            raise StepError(f"Dom0: {command!r}: exit {result.rc}\n{result.out}{result.err}")
        return result

    def until(self, what, command, limit=60) -> Result:
        """Repeat a command until it succeeds."""
        deadline = time.monotonic() + limit * PATIENCE
        while True:
            result = self.run(command, limit)
            if result.rc == 0:
                return result
            if time.monotonic() > deadline:
                raise StepError(f"not in {limit * PATIENCE:.0f} s: {what}\n"
                                f"{result.out}{result.err}")
            time.sleep(0.5)

    def fetch(self, path, limit=60) -> bytes:
        """A file of Dom0."""
        return gzip.decompress(base64.b64decode(self.check(f"gzip -c {path} | base64",
                                                           limit).out))

    def console(self, domid, line, until, limit=60) -> Result:
        """Type a line at a guest's console and wait for a pattern."""
        number = next(self.ids)
        return self._call(number, f"dom{domid}> {line}",
                          {"id": number, "guest": domid, "line": line, "until": until,
                           "timeout": limit * PATIENCE}, limit)

    def write_file(self, path, text):
        """A file in Dom0 with this text."""
        marker = "XEN_VGPU_END_OF_FILE"
        self.check(f"mkdir -p $(dirname {path}) && cat >{path} <<'{marker}'\n{text}\n{marker}")

    # ---- guests -----------------------------------------------------------

    def start_guest(self, name, config="", memory_mib=256, limit=90,
                    ramdisk="/boot/guest.cpio") -> "Guest":
        """The small paravirtual guest of the image (or another), up to its ready marker."""
        self.write_file(f"/etc/xen/{name}.cfg",
                        f'name="{name}"\ntype="pv"\nmemory={memory_mib}\nvcpus=1\n'
                        f'kernel="/boot/vmlinux"\nramdisk="{ramdisk}"\n'
                        f'extra="console=hvc0 quiet mitigations=off"\non_crash="preserve"\n'
                        f'on_reboot="destroy"\n{config}')
        self.check(f"xl create /etc/xen/{name}.cfg", limit=limit)
        domid = int(self.check(f"xl domid {name}").out)
        return self._wait_ready(name, domid, limit)

    def start_system_guest(self, name, config="", memory_mib=640, kind="pv", args="",
                           limit=120) -> "Guest":
        """A guest with the image's own system and the test disk; needs guest_root."""
        kernel = "/boot/vmlinux"
        if kind == "hvm":  # its firmware unpacks the kernel
            kernel = self.check("ls /boot/vmlinuz-*").out.split()[0]
        return self.create_guest(name, f'name="{name}"\ntype="{kind}"\nmemory={memory_mib}\n'
                                 f'vcpus=1\nkernel="{kernel}"\nramdisk="/boot/root.cpio"\n'
                                 f'extra="console=hvc0 quiet mitigations=off {args}"\n'
                                 f'disk={SYSTEM_DISKS}\n{config}', limit)

    def create_guest(self, name, config, limit=120) -> "Guest":
        """A guest from an xl config (its text), up to its ready marker."""
        self.write_file(f"/etc/xen/{name}.cfg",
                        f'{config}\non_crash="preserve"\non_reboot="destroy"')
        self.check(f"xl create /etc/xen/{name}.cfg", limit=limit)
        domid = int(self.check(f"xl domid {name}").out)
        return self._wait_ready(name, domid, limit)

    def _wait_ready(self, name, domid, limit):
        """In pieces, so that a guest that crashed is not waited for."""
        deadline = time.monotonic() + limit * PATIENCE
        said = ""
        while True:
            result = self.console(domid, "", r"^@@ready", 15 / PATIENCE)
            said += result.out
            if result.rc == 0:
                self.guests.append(Guest(self, name, domid))
                return self.guests[-1]
            crashed = self.run(f"xl list {name} | grep -q ' [-a-z]*c[-a-z]* *[0-9.]*$'").rc == 0
            if crashed or time.monotonic() > deadline:
                raise StepError(f"guest {name}: {'crashed' if crashed else 'no ready marker'}\n"
                                f"{said[-4000:]}")

    # ---- wires ------------------------------------------------------------

    def _call(self, number, what, request, limit):
        started = time.monotonic()
        self.sock.sendall(json.dumps(request).encode() + b"\n")
        self._wait(what, lambda: number in self.replies, limit + 10)
        reply = self.replies.pop(number)
        result = Result(what, reply["rc"], reply["out"], reply["err"])
        self._note(f"[{time.monotonic() - started:5.1f}s] {what}\n  -> {result.rc}\n"
                   + _indent(result.out) + _indent(result.err))
        return result

    def _connect(self, path):
        deadline = time.monotonic() + 30
        while True:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(str(path))
                sock.settimeout(0.5)
                return sock
            except OSError:
                sock.close()
                if self.qemu.poll() is not None or time.monotonic() > deadline:
                    raise StepError("QEMU did not start, see qemu.log:\n"
                                    + (self.log_dir / "qemu.log").read_text()) from None
                time.sleep(0.1)

    def _wait(self, what, done, limit):
        deadline = time.monotonic() + limit * PATIENCE
        while not done():
            try:
                data = self.sock.recv(65536)
                self.pending += data
            except socket.timeout:
                data = None
            while b"\n" in self.pending:
                line, self.pending = self.pending.split(b"\n", 1)
                message = json.loads(line)
                if "hello" in message:
                    self.hellos += 1
                else:
                    self.replies[message["id"]] = message
            if data == b"" or self.qemu.poll() is not None:
                raise StepError(f"the host died while: {what}\n{self.console_tail()}")
            if time.monotonic() > deadline:
                raise StepError(f"not in {limit * PATIENCE:.0f} s: {what}\n{self.console_tail()}")

    def console_tail(self, lines=25):
        with open(self.console_path, errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def note(self, text):
        """A line for people, in the transcript and in the output."""
        self._note(text)
        print(f"      {text.strip()}", flush=True)

    def _note(self, text):
        self.transcript.write(text + "\n")


@dataclasses.dataclass
class Guest:
    """A small guest: shell lines in, output and status out."""
    host: Host
    name: str
    domid: int

    def run(self, line, limit=60) -> Result:
        result = self.host.console(self.domid, line, r"^@@rc \d+", limit)
        if result.rc:
            raise StepError(f"guest {self.name}: {line!r}: no answer\n{result.out[-2000:]}")
        status = re.search(r"^@@rc (\d+)", result.out, re.M)
        out = result.out[:status.start()].replace("\r", "")
        return Result(line, int(status.group(1)), out, "")

    def check(self, line, limit=60) -> Result:
        result = self.run(line, limit)
        if result.rc:
            raise StepError(f"guest {self.name}: {line!r}: exit {result.rc}\n{result.out}")
        return result

    def fetch(self, path, limit=60) -> bytes:
        """A file of the guest, over its console; a console may lose octets, so it is checked."""
        for _ in range(3):
            result = self.check(f"gzip -c {path} >/tmp/fetch.gz; base64 -w 200 /tmp/fetch.gz; "
                                "echo @@sum $(sha256sum </tmp/fetch.gz)", limit)
            text, _, checksum = result.out.partition("@@sum ")
            with contextlib.suppress(ValueError):
                data = base64.b64decode(text)
                if hashlib.sha256(data).hexdigest() == checksum.split()[0]:
                    return gzip.decompress(data)
        raise StepError(f"guest {self.name}: {path} did not come over the console whole")

    def until(self, what, line, limit=60) -> Result:
        deadline = time.monotonic() + limit * PATIENCE
        while True:
            result = self.run(line, limit)
            if result.rc == 0:
                return result
            if time.monotonic() > deadline:
                raise StepError(f"guest {self.name}: not in {limit * PATIENCE:.0f} s: {what}\n"
                                f"{result.out}")
            time.sleep(0.5)

    def destroy(self, limit=60):
        self.host.check(f"xl destroy {self.name}", limit)
        self.host.until(f"guest {self.name} is gone", f"! xl domid {self.name}", limit)
        self.host.guests = [g for g in self.host.guests if g.domid != self.domid]


def _indent(text):
    return "".join(f"  | {line}\n" for line in text.splitlines())

# SPDX-License-Identifier: MIT
"""Builds the disk image of the emulated Xen host and keeps it outside the tree.

The image is a plain Debian with Xen's tools, a kernel, a small agent that the
driver on this side talks to (guest/agent.py), and a tiny initramfs for paravirtual
guests (guest/mkguest.sh). Everything comes from Debian's packages. It lives in
${XDG_CACHE_HOME:-~/.cache}/xen-vgpu/image-HASH, where HASH covers the recipe and
every file that goes in, so that a changed recipe builds a new one and the old one
can be deleted at leisure. Booted hosts use a throw-away overlay and never write it.

    python3 tests/xen/image.py [FLAVOUR]     build if missing, print the directory
"""
import contextlib
import dataclasses
import fcntl
import hashlib
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
XEN = "4.17"
MIRROR = os.environ.get("XEN_VGPU_MIRROR", "http://deb.debian.org/debian")
SECURITY = os.environ.get("XEN_VGPU_SECURITY_MIRROR", "http://deb.debian.org/debian-security")

BASE_PACKAGES = (
    "systemd-sysv", "udev", "kmod", "procps", "iproute2", "bridge-utils", "pciutils",
    # the device model of fully virtualised guests
    "qemu-system-xen",
    "linux-image-amd64", "initramfs-tools", "zstd", "cpio", "busybox-static", "e2fsprogs",
    f"xen-hypervisor-{XEN}-amd64", f"xen-utils-{XEN}", "xenstore-utils", "python3-minimal",
    # what the programs under test link to
    "libjson-c5", "libsmartcols1", "libpci3", "libseccomp2", "libsystemd0",
    # GL programs and their window system, in Dom0 and in guests that boot from this image
    "libgl1-mesa-dri", "libegl1", "libegl-mesa0", "libgl1", "libglx-mesa0", "libgles2",
    "libwayland-client0", "libwayland-egl1", "libxcb-randr0", "libxcb-shm0", "libx11-xcb1",
    "xvfb", "x11-apps", "x11-utils", "mesa-utils", "mesa-utils-bin", "glmark2-x11",
    "glmark2-es2-x11", "apitrace", "gtk-4-examples", "fonts-dejavu-core", "bsdextrautils",
)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What goes into an image. Scenarios that need more add a flavour below."""
    name: str
    packages: tuple[str, ...] = BASE_PACKAGES
    suite: str = "bookworm"
    size_mib: int = 4096
    inside: tuple[str, ...] = ("agent.py", "agent.service", "mkguest.sh", "guest-init",
                               "mkroot.sh", "root-init", "setup.sh")

    def key(self) -> str:
        digest = hashlib.sha256(repr(self).encode() + pathlib.Path(__file__).read_bytes())
        for name in self.inside:
            digest.update((HERE / "guest" / name).read_bytes())
        return digest.hexdigest()[:16]


FLAVOURS = {
    "base": Recipe("base"),
}


def cache_dir() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "xen-vgpu"


@dataclasses.dataclass(frozen=True)
class Image:
    """A built image: the four files that QEMU is started with."""
    path: pathlib.Path

    @property
    def disk(self) -> pathlib.Path:
        return self.path / "disk.qcow2"

    @property
    def xen(self) -> pathlib.Path:
        return self.path / "xen.elf"

    @property
    def kernel(self) -> pathlib.Path:
        return self.path / "vmlinux"

    @property
    def initrd(self) -> pathlib.Path:
        return self.path / "initrd.img"


def _run(*argv, **kwargs):
    subprocess.run([str(a) for a in argv], check=True, **kwargs)


def unpack_kernel(bzimage: bytes) -> bytes:
    """The ELF file in a bzImage: unpacking it at every start is slow under emulation.

    The offsets are those of Linux's boot protocol (Documentation/x86/boot.rst).
    """
    assert bzimage[0x202:0x206], "no boot sector"
    (setup_sectors,) = struct.unpack_from("<B", bzimage, 0x1f1)
    offset, length = struct.unpack_from("<II", bzimage, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = bzimage[start:start + length]
    if not payload.startswith(b"\xfd7zXZ"):
        raise SystemExit("image: the kernel is not packed with xz, teach unpack_kernel its format")
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(payload)


def _build(recipe: Recipe, out: pathlib.Path, log) -> None:
    root = out / "root"
    inside = HERE / "guest"
    hooks = [
        # before linux-image comes in: only what boots this host goes into its initramfs
        "--essential-hook=mkdir -p \"$1/etc/initramfs-tools/conf.d\"",
        "--essential-hook=echo MODULES=list > \"$1/etc/initramfs-tools/conf.d/small\"",
        "--customize-hook=mkdir -p \"$1/usr/lib/xen-vgpu-test\"",
        *[f"--customize-hook=cp {inside / name} \"$1/usr/lib/xen-vgpu-test/\""
          for name in recipe.inside],
        "--customize-hook=chroot \"$1\" sh /usr/lib/xen-vgpu-test/setup.sh",
    ]
    _run("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
         "--include=" + ",".join(recipe.packages),
         "--aptopt=Acquire::Retries \"3\"", *hooks, recipe.suite, root,
         f"deb {MIRROR} {recipe.suite} main", f"deb {MIRROR} {recipe.suite}-updates main",
         f"deb {SECURITY} {recipe.suite}-security main",
         stdout=log, stderr=subprocess.STDOUT)
    boot = root / "boot"
    (out / "vmlinux").write_bytes(unpack_kernel(next(boot.glob("vmlinuz-*")).read_bytes()))
    shutil.copy(out / "vmlinux", boot / "vmlinux")  # what guests are started with
    shutil.copy(next(boot.glob("initrd.img-*")), out / "initrd.img")
    with open(out / "xen.elf", "wb") as elf:
        _run("zcat", boot / f"xen-{XEN}-amd64.gz", stdout=elf)
    raw = out / "disk.raw"
    _run("truncate", "-s", f"{recipe.size_mib}M", raw)
    _run("mke2fs", "-q", "-t", "ext4", "-L", "dom0", "-d", root, raw, stdout=log, stderr=log)
    _run("qemu-img", "convert", "-O", "qcow2", raw, out / "disk.qcow2")
    raw.unlink()
    shutil.rmtree(root)


def ensure(flavour: str = "base") -> Image:
    """The image of a flavour, built now if it is not in the cache."""
    recipe = FLAVOURS[flavour]
    cache = cache_dir()
    cache.mkdir(parents=True, exist_ok=True)
    final = cache / f"image-{recipe.name}-{recipe.key()}"
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once build one image
        if final.is_dir():
            return Image(final)
        work = pathlib.Path(tempfile.mkdtemp(prefix="building-", dir=cache))
        log_path = cache / f"build-{recipe.name}.log"
        print(f"building {final} (log: {log_path})", file=sys.stderr, flush=True)
        try:
            with open(log_path, "w") as log:
                _build(recipe, work, log)
            work.chmod(0o755)
            work.rename(final)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"image: {error.cmd[0]} failed ({error.returncode}), "
                             f"see {log_path}") from error
        finally:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(work)
    return Image(final)


if __name__ == "__main__":
    print(ensure(*sys.argv[1:2]).path)

# SPDX-License-Identifier: MIT
"""What the hosts and their guests find in /mnt/test."""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def files_for_host(build):
    """What the hosts find in /mnt/test."""
    files = {}
    for here in (*(build / "bin").glob("*"), *(build / "lib").glob("*.so*"),
                 *(build / "xen").glob("*"), *(build / "tests" / "gl").glob("*")):
        if here.is_file() and here.suffix not in (".o", ".d"):
            files[f"{here.parent.name}/{here.name}"] = here
    for name in ("shell-init", "systemd-init", "console-shell", "install.sh", "installed.sh",
                 "backend.sh", "screen.sh", "trace.sh", "block"):
        files[f"guest/{name}"] = HERE / "guest" / name
    for here in (HERE / "small").glob("*"):
        files[f"small/{here.name}"] = here
    files["bench/bench"] = build / "tests" / "bench" / "bench"
    for here in (HERE.parent / "fuzz" / "seeds" / "fuzz_decode").glob("*"):
        files[f"seeds/{here.name}"] = here
    for name in ("40_vgpu.json", "vgpu.sh"):
        files[f"share/{name}"] = HERE.parent.parent / "xen-configs" / name
    return files

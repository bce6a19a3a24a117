#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make run-xen: an unmodified program in a guest, drawn in Dom0, its screen as a PNG.

    python3 tests/xen/demo.py --build build [--out screen.png] [PROGRAM [ARGS]]
"""
import argparse
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import gl  # noqa: E402
import image  # noqa: E402
from files import files_for_host  # noqa: E402
from host import PV_CPU, Host, StepError  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("program", nargs="*", default=["glxgears", "-geometry", "300x300+0+0"])
    args = parser.parse_args()
    out = args.out or args.build / "run-xen.png"
    began = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - began:5.0f} s  {text}", flush=True)

    machine = gl.HOST
    try:
        say("an emulated machine with Xen boots (the first time its image is built)")
        with Host(image.ensure(machine.flavour), iommu=machine.iommu, boot_vga=False,
                  cpu=machine.cpu or PV_CPU,
                  memory_mib=machine.memory_mib, dom0_mib=machine.dom0_mib,
                  guest_root=True, log_dir=args.build / "xen-logs" / "run-xen",
                  files=files_for_host(args.build)) as host:
            host.boot()
            say("Dom0 is up; a guest starts and gets a vgpu")
            guest = gl.gl_guest(host, "demo")
            say(f"an ordinary user in the guest runs: {' '.join(args.program)}")
            gl.start_program(guest, " ".join(args.program))
            found = gl.until_frames(host, guest, 3)
            picture = gl.look(guest)
            out.write_bytes(picture.png())
            for program in found:
                say(f"vgpu-worker in Dom0 drew {program['frames']} frames of {program['name']} "
                    f"(pid {program['pid']} in the guest) from {program['calls']} GL calls")
            say(f"the guest's screen: {out}")
            return 0 if picture.colours() > 2 else 1
    except StepError as error:
        say(f"failed: {error}")
        return 1


sys.exit(main())

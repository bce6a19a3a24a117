# SPDX-License-Identifier: MIT
"""What needs no GL: headers that compile alone, the generator, documentation, installation, shell
scripts. Each is a make target or a tool, and one case here."""
import glob
import os
import subprocess

from case import case


def make(test, target):
    run = test.run(test.native, ["make", "-C", test.options.root, "--no-print-directory",
                                 "B=" + os.path.relpath(test.options.build, test.options.root),
                                 target])
    said = (run.err or run.out).strip().splitlines()
    test.check(run.rc == 0, "make %s: %s" % (target, " / ".join(said[-4:])))


for target_ in ("check-headers", "check-gen", "check-docs", "check-install"):
    def check(test, target=target_):
        make(test, target)
    case("static/" + target_[6:], groups=("static",), timeout=600)(check)


@case("static/shellcheck", groups=("static",), needs=["shellcheck"], timeout=60)
def shellcheck(test):
    names = subprocess.run(["git", "-C", test.options.root, "ls-files", "*.sh", ".ci/run"],
                           capture_output=True, text=True, check=False).stdout.split()
    if not names:
        names = [os.path.relpath(p, test.options.root) for p in
                 glob.glob(test.options.root + "/t*/**/*.sh", recursive=True)]
    run = test.run(test.native, ["shellcheck"] + names, cwd=test.options.root)
    test.check(run.rc == 0, run.out.strip()[:400])


@case("static/exports", groups=("static",), needs=["nm"], timeout=30)
def exports(test):
    """Each guest library exports the one symbol that libglvnd looks for, and nothing else."""
    for library, symbol in (("libEGL_vgpu.so.0", "__egl_Main"), ("libGLX_vgpu.so.0", "__glx_Main")):
        path = test.build("lib/" + library)
        run = test.run(test.native, ["nm", "-D", "--defined-only", path])
        names = [line.split()[-1] for line in run.out.splitlines()]
        names = [n.split("@")[0] for n in names]
        test.check(names == [symbol], "%s exports %s" % (library, " ".join(names[:10])))

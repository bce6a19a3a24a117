# SPDX-License-Identifier: MIT
"""vgpu-ctl doctor on machines that it is shown: a Dom0 and guests, right and wrong."""
import json
import os
import subprocess

from case import case

XL = """#!/bin/sh
echo 'host                   : test'
echo 'xen_version            : 4.17.7'
echo 'xen_commandline        : dom0_mem=3072M %s sched=credit2'
"""


def tree(test, name, files):
    """A machine: {path: contents}."""
    root = os.path.join(test.dir, name)
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        if path == "xl":
            os.chmod(full, 0o755)
    return root


def doctor(test, root, *arguments):
    env = dict(os.environ, VGPU_SOCKET=os.path.join(test.dir, "none.sock"))
    run = subprocess.run([test.build("bin/vgpu-ctl"), "doctor", "--root", root,
                          "--xl", os.path.join(root, "xl"), *arguments], env=env, timeout=120,
                         capture_output=True, text=True, check=False)
    test.log(run.stdout + run.stderr)
    return run


def verdicts(test, root):
    """({area/check: verdict}, exit code); each FAIL and WARN says how to mend it."""
    run = doctor(test, root, "--json")
    answer = json.loads(run.stdout)
    test.check(answer["schema"] == 1, "schema %s" % answer["schema"])
    for check in answer["checks"]:
        test.check(check["verdict"] == "PASS" or check["fix"], "no way to mend: %s" % check)
    found = {"%s/%s" % (c["area"], c["check"]): c["verdict"] for c in answer["checks"]}
    for verdict, n in answer["summary"].items():
        test.check(n == sum(c["verdict"] == verdict.upper() for c in answer["checks"]),
                   "the sum of %s is wrong" % verdict)
    return found, run.returncode


def expect(test, found, wanted):
    for check, verdict in wanted.items():
        test.check(found.get(check) == verdict, "%s is %s, expected %s" % (
            check, found.get(check), verdict))


@case("unit/doctor", groups=("unit",), timeout=120)
def machines(test):
    here, rc = verdicts(test, tree(test, "plain", {"dev/null": ""}))
    expect(test, here, {"Xen/hypervisor": "PASS", "GPU/device": "WARN", "backend/socket": "WARN",
                        "backend/worker": "PASS", "jail/calls": "PASS", "jail/privileges": "PASS"})
    test.check(rc == 0, "nothing failed, and it ends with %d" % rc)

    dom0 = {"sys/hypervisor/type": "xen\n", "proc/xen/capabilities": "control_d\n",
            "dev/xen/gntdev": "", "dev/xen/evtchn": "", "dev/xen/xenbus": "",
            "xl": XL % "gnttab_max_frames=256 gnttab_max_maptrack_frames=4096",
            "dev/nvidia0": "", "dev/nvidiactl": ""}
    root = tree(test, "dom0", dom0)
    os.chmod(os.path.join(root, "dev/nvidia0"), 0o666)
    found, rc = verdicts(test, root)
    expect(test, found, {"Xen/device-gntdev": "PASS", "Xen/device-evtchn": "PASS", "Xen/xl": "PASS",
                         "Xen/xenstore": "PASS", "Xen/gnttab_max_frames": "PASS",
                         "Xen/gnttab_max_maptrack_frames": "PASS", "GPU/device": "PASS"})
    test.check(rc == 0, "a good Dom0 ends with %d" % rc)

    bad = dict(dom0, xl=XL % "gnttab_max_frames=32")
    del bad["dev/xen/gntdev"], bad["dev/xen/xenbus"]
    root = tree(test, "bad", bad)
    os.chmod(os.path.join(root, "dev/nvidia0"), 0)
    found, rc = verdicts(test, root)
    expect(test, found, {"Xen/device-gntdev": "FAIL", "Xen/device-evtchn": "PASS",
                         "Xen/xenstore": "FAIL", "Xen/gnttab_max_frames": "WARN",
                         "Xen/gnttab_max_maptrack_frames": "WARN", "GPU/device": "FAIL"})
    test.check(rc == 1, "failures end with %d" % rc)
    text = doctor(test, root).stdout
    test.check("FAIL" in text and "fix: modprobe xen_gntdev" in text, "as a table: %s" % text)

    del bad["xl"]
    found, rc = verdicts(test, tree(test, "no-xl", bad))
    expect(test, found, {"Xen/xl": "FAIL"})

    guest = {"sys/hypervisor/type": "xen\n", "proc/xen/capabilities": "\n", "dev/xen/evtchn": "",
             "dev/xen/gntalloc": "", "sys/module/xen_gntalloc/parameters/limit": "1024\n"}
    root = tree(test, "guest", guest)
    found, rc = verdicts(test, root)
    expect(test, found, {"Xen/device-gntalloc": "PASS", "Xen/gntalloc-limit": "WARN"})
    test.check("Xen/xl" not in found, "a guest is asked for xl")
    with open(os.path.join(root, "sys/module/xen_gntalloc/parameters/limit"), "w",
              encoding="ascii") as f:
        f.write("65536\n")
    found, rc = verdicts(test, root)
    expect(test, found, {"Xen/gntalloc-limit": "PASS"})
    run = doctor(test, root, "--nonsense")
    test.check(run.returncode == 2, "a wrong option ends with %d" % run.returncode)

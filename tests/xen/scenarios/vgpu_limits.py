# SPDX-License-Identifier: MIT
"""What runs out: the program fails cleanly, the admin reads which key to raise."""
import dataclasses

from gl import HOST, attach, backend_log, start_agent, start_backend, until_connected
from scenario import expect, scenario
from small import as_user, small_guest, start, until_more_frames, until_said

# A stream of 4 MiB rings has 2049 pages: more than any of the limits below.
LARGE = "--ring-bytes 4194304"
SMALL = "--ring-bytes 65536"
HALF = "--ring-bytes 1048576"  # one such stream fits into two frames of grants, not two

# A Dom0 that maps at most 4 x 256 grants; a page of a PV Dom0's takes two of them.
FEW_MAPS = dataclasses.replace(HOST, name="vgpu-maptrack", guest_root=False,
                               xen_args="gnttab_max_maptrack_frames=4")


def refused(guest, words):
    """A program cannot draw, says why to those who ask, and neither hangs nor crashes."""
    result = guest.run(as_user("steady -n 1", "VGPU_DEBUG=1"), limit=60)
    expect(result.rc == 1 and "cannot draw" in result.out, f"exit {result.rc}:\n{result.out}")
    expect(words in result.out, f"{words!r} is not in what the program is told:\n{result.out}")
    quiet = guest.run(as_user("steady -n 1"), limit=60).out
    expect(quiet.lstrip().startswith("cannot draw"),  # a console begins a line now and then
           f"something is printed that nobody asked for:\n{quiet}")


def restart_agent(guest, options):
    guest.check("kill $(cat /tmp/agent.pid); while kill -0 $(cat /tmp/agent.pid) 2>/dev/null; do "
                "sleep 0.1; done; : >/tmp/agent.log")
    start_agent(guest, options)
    until_connected(guest)


def draws(guest):
    start(guest, "steady -n 2")
    until_said(guest, "^frame 2 wrong 0", "a program draws")


@scenario(HOST)
def vgpu_limit_of_gntalloc(host):
    """The kernel's default of 1024 pages for all of a guest's user space."""
    guest = small_guest(host, "poor", options=f"--gntalloc-pages 0 {LARGE}")
    refused(guest, "no grants are left")
    log = guest.run("cat /tmp/agent.log").out
    expect("xen_gntalloc limit=" in log and "now 1024 pages" in log
           and "max_grant_frames" not in log, f"no key in the log:\n{log}")
    expect(guest.run("xenstore-read device/vgpu/0/state").out.split()[-1] == "4",
           "the device is no longer connected")
    restart_agent(guest, f"--gntalloc-pages 0 {SMALL}")  # what fits is served
    draws(guest)
    guest.destroy()


@scenario(HOST)
def vgpu_limit_of_the_grant_table(host):
    """A guest with two frames of grants, 1016 (Linux does not boot with one); gntalloc allows more."""
    guest = small_guest(host, "frames", config="max_grant_frames=2\n", options=HALF)
    start(guest, "steady -p 100")
    until_more_frames(guest, 2)
    refused(guest, "no grants are left")
    log = guest.run("cat /tmp/agent.log").out
    expect("max_grant_frames" in log and "modprobe.d" not in log, f"no key in the log:\n{log}")
    until_more_frames(guest, 2)  # who has his pages goes on
    guest.destroy()


@scenario(HOST)
def vgpu_limit_of_pages(host):
    """What the admin allows with pages= (XSA-300: Linux has no such limit of its own)."""
    start_backend(host)
    guest = small_guest(host, "pages", connect=False)
    host.check(f"xenstore-write /local/domain/0/backend/vgpu/{guest.domid}/0/pages 1024")
    attach(host, guest)
    start_agent(guest, LARGE)
    until_connected(guest)
    refused(guest, "the backend allows this guest")
    log = guest.run("cat /tmp/agent.log").out
    expect("raise pages=" in log, f"no key in the log:\n{log}")
    guest.destroy()


@scenario(FEW_MAPS)
def vgpu_limit_of_maptrack(host):
    """Dom0 cannot map any more: what is refused is one program's stream, and Xen's key is named."""
    guest = small_guest(host, "maptrack", config="max_maptrack_frames=1\n", options=LARGE)
    pid = host.check("cat /run/vgpu-backendd.pid").out
    refused(guest, "the backend refused")
    log = backend_log(host)
    expect("gnttab_max_maptrack_frames" in log, f"no key in the daemon's log:\n{log[-2000:]}")
    host.check(f"kill -0 {pid}")
    expect(guest.run("xenstore-read device/vgpu/0/state").out.split()[-1] == "4",
           "the device is no longer connected")
    restart_agent(guest, SMALL)
    draws(guest)
    guest.destroy()

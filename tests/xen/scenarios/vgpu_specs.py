# SPDX-License-Identifier: MIT
"""What xl configs may not say: refused with file, line, key and what is allowed, and nothing
half-attached remains."""
import shlex

from gl import HOST, start_unit
from scenario import expect, scenario

# One line of an xl config, and what is said of it (%s: FILE:LINE).
WRONG = (
    ("vgpu = [ 'gpu=auto,weight=lots' ]", "%s: vgpu: weight=lots: allowed is 1 to 65535"),
    ("vgpu = [ 'gpu=auto,wieght=7' ]",
     "%s: vgpu: unknown key 'wieght' (keys: backend, gpu, vram, weight, cap, pages)"),
    ("vgpu = [ 'cap=10,cap=20' ]", "%s: vgpu: cap is given twice"),
    ("vgpu = 'gpu=auto'", "%s: vgpu: allowed is a list: vgpu = [ 'KEY=VALUE,...' ]"),
    ("vgpu = [ 'gpu=auto', 'gpu=auto' ]", "%s: vgpu: one entry, a guest has one vgpu"),
    ("vgpu = [ 'backend=nobody' ]", "no backend domain 'nobody' runs here"),
    ("vgpu = [ 'gpu=0000:01:00.0' ]", "the backend refuses guest 'wrong'"),
)
PATH = "/etc/xen/wrong.cfg"
LINE = 7  # of the key in the file


@scenario(HOST)
def vgpu_bad_specs_attach_nothing(host):
    """Of a paused guest, which is what it is when the daemon first sees it. The first line is
    the daemon's, by itself; the others are read when an admin attaches by hand."""
    start_unit(host)
    for number, (line, said) in enumerate(WRONG):
        host.write_file(PATH, 'name = "wrong"\ntype = "pv"\nmemory = 96\nvcpus = 1\n'
                        f'kernel = "/boot/vmlinux"\n# the next line is wrong\n{line}')
        text = said % f"{PATH}:{LINE}" if "%s" in said else said
        if number == 0:
            host.check(f"xl create -p {PATH}", limit=60)
            host.until(f"the daemon's log says what is wrong with {line}",
                       f"journalctl -q -o cat -u vgpu-backendd | grep -F {shlex.quote(text)}",
                       limit=30)
            expect_nothing(host, line)
        by_hand = host.run("vgpu-ctl attach wrong", limit=30)
        expect(by_hand.rc not in (0, 124) and text in by_hand.err,
               f"{line}: exit {by_hand.rc}\n{by_hand.err}")
        expect_nothing(host, line)
    host.check(f"xl destroy wrong; rm {PATH}")


def expect_nothing(host, line):
    left = host.run("id=$(xl domid wrong); xenstore-ls -f | grep -e /vgpu/$id -e "
                    "^/local/domain/$id/device/vgpu -e ^/libxl/$id/device/vgpu").out
    expect(not left.strip(), f"left over after {line}:\n{left}")

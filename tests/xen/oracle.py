# SPDX-License-Identifier: MIT
"""What programs draw in Dom0 with its native driver, to compare with what they draw in guests:
recordings, whose replays must give the same files octet for octet, and whole screens."""
import weakref

from gl import SCREEN, as_user, keep, look, start_program, start_screen, stop_program
from host import StepError, disk
from scenario import expect

TRACE = "sh /mnt/test/guest/trace.sh"
SIZE = "-s 64x48"
# name: what apitrace records, frames to keep, program
PROGRAMS = {
    "glxgears": ("gl", 3, "glxgears -geometry 100x100"),
    "es2gears": ("egl", 3, "es2gears_x11"),
    "glmark2-texture": ("gl", 2, f"glmark2 {SIZE} -b texture:texture-filter=mipmap:nframes=2"),
    "glmark2-pulsar": ("gl", 2, f"glmark2 {SIZE} -b pulsar:nframes=2"),
    "glmark2-es2-build": ("egl", 2, f"glmark2-es2 {SIZE} -b build:use-vbo=true:nframes=2"),
    "glmark2-es2-effect2d": ("egl", 2, f"glmark2-es2 {SIZE} -b effect2d:kernel=1,1,1\\;:nframes=2"),
}
# While their first frame is drawn the window may still be taking its size, here and there
# (docs/testing.md, "Differences that are allowed").
UNSTEADY = ("glxgears", "es2gears")


recorded = weakref.WeakKeyDictionary()


def recordings(host):
    """Records all programs once for a host; {name: lines of "FRAME SHA256"}."""
    if host in recorded:
        return recorded[host]
    start_screen(host)
    sums = {}
    for name, (api, frames, command) in PROGRAMS.items():
        host.check(f"export DISPLAY=:1; {TRACE} record {name} {api} {frames} {command}", limit=180)
        sums[name] = host.check(f"export DISPLAY=:1; {TRACE} sums {name}", limit=180).out
    host.check(f"{TRACE} disk")
    recorded[host] = sums
    return sums


def insert_traces(host, guest):
    """The recordings as a disk of the guest."""
    host.check(f"xl block-attach {guest.name} {disk('loop0', 'xvdc')}")
    guest.until("the disk with the recordings is there", "[ -b /dev/xvdc ]", limit=30)
    guest.check("mkdir -p /mnt/traces && mount -t ext4 -o ro,noload /dev/xvdc /mnt/traces")


def start_replays(guest, *names):
    """All at once in the background, each as the same ordinary user."""
    for name in names:
        replay = as_user(f"{TRACE} sums {name} /mnt/traces")
        guest.check(f"rm -f /tmp/{name}.sums; "
                    f"{{ setsid {replay} >/tmp/{name}.part 2>&1 </dev/null; "
                    f"echo $? >>/tmp/{name}.part; mv /tmp/{name}.part /tmp/{name}.sums; }} &")


def expect_replayed(host, guest, *names):
    """Wait for the replays; every frame but those that are unsteady is Dom0's."""
    for name in names:
        guest.until(f"the replay of {name} ends", f"[ -e /tmp/{name}.sums ]", limit=240)
        *frames, status = guest.check(f"cat /tmp/{name}.sums").out.strip().splitlines()
        native = recordings(host)[name].strip().splitlines()
        expect(status == "0", f"replaying {name}: exit {status}\n" + "\n".join(frames))
        first = 1 if name in UNSTEADY else 0
        expect(len(native) > first and native[first:] == frames[first:],
               f"{name}: frames differ\n--- Dom0\n{native}\n--- {guest.name}\n{frames}")


# ---- still pictures --------------------------------------------------------------------------

NATIVE = ("__GLX_VENDOR_LIBRARY_NAME=mesa "
          "__EGL_VENDOR_LIBRARY_FILENAMES=/usr/share/glvnd/egl_vendor.d/50_mesa.json")
GTK = ("GSK_RENDERER=gl GDK_BACKEND=x11 GTK_THEME=Default GSETTINGS_BACKEND=memory GTK_A11Y=none "
       "NO_AT_BRIDGE=1 DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
# name: environment, program, width and height from the left corner that it draws to
STILL = {
    "gtk4": (GTK, "gtk4-demo --run=links", "640 480"),
    "glxdemo": ("", "glxdemo", "320 320"),
    "es2tri": ("", "es2tri", "310 310"),
}
seen = weakref.WeakKeyDictionary()


def native_sum(host, name):
    """Of the pixels of Dom0's screen, once the program has settled."""
    sums = seen.setdefault(host, {})
    if name not in sums:
        env, command, region = STILL[name]
        start_screen(host)
        empty = host.check(f"{SCREEN} sum {region}").out
        start_program(host, command, f"{env} {NATIVE}")
        host.until(f"{name} shows something in Dom0", f"kill -0 $(cat /tmp/program.pid) && "
                   f"[ $({SCREEN} sum {region}) != {empty.strip()} ]", limit=90)
        host.check(f"{SCREEN} settled user", limit=120)
        sums[name] = host.check(f"{SCREEN} sum {region}").out.strip()
        stop_program(host)
        host.until(f"{name} is off the screen again",
                   f"[ $({SCREEN} sum {region}) = {empty.strip()} ]", limit=30)
    return sums[name]


def start_still(guest, name):
    env, command, _ = STILL[name]
    start_program(guest, command, env, name)


def until_same_picture(host, guest, name, limit=120):
    """The program's part of the guest's screen is Dom0's, pixel for pixel."""
    region = STILL[name][2]
    try:
        guest.until(f"the picture of {name} is Dom0's",
                    f"[ $({SCREEN} sum {region}) = {native_sum(host, name)} ] || "
                    f"{{ cat /tmp/{name}.log; false; }}", limit)
    except StepError:
        keep(host, f"{name}-differs", look(guest))
        raise

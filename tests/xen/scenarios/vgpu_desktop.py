# SPDX-License-Identifier: MIT
"""xen-configs/vgpu-pv.cfg as an admin uses it: "make install" in Dom0 and in a guest with
systemd, xl create, and from then on everything happens by itself."""
import configs
from gl import (HOST, SCREEN, ctl, keep, look, programs, shared_guest, start_program,
                start_screen, start_unit, stop_program, until_frames)
from oracle import native_sum, start_still, until_same_picture
from scenario import expect, scenario

MEMORY = 640  # MiB; what the system writes is in memory, too
CONNECTED = "[ \"$(xenstore-read device/vgpu/0/state)\" = 4 ]"
PROGRAMS = {"glxgears": "glxgears -geometry 100x100+320+0",
            "es2gears_x11": "es2gears_x11",
            "glmark2": "glmark2 -s 64x48 -b texture:duration=100000",
            "glmark2-es2": "glmark2-es2 -s 64x48 -b effect2d:duration=100000"}


def desktop(host):
    """The guest of vgpu-pv.cfg, with a screen."""
    def make():
        text = configs.adapted("vgpu-pv", MEMORY, configs.SYSTEMD)
        guest = host.create_guest(configs.guest_name(text), text, limit=240)
        start_screen(guest)
        return guest
    start_unit(host)
    return shared_guest(host, "desktop", make)


@scenario(HOST)
def vgpu_desktop_comes_up_by_itself(host):
    """The key in the xl config, the daemon's unit in Dom0, the guest's udev rule and unit."""
    guest = desktop(host)
    unit = host.check("systemctl show -p Type,ActiveState,WatchdogUSec vgpu-backendd").out
    for line in ("Type=notify", "ActiveState=active", "WatchdogUSec=1min"):
        expect(line in unit, unit)
    guest.until("udev has started vgpu-agentd.service, which is connected",
                f"systemctl is-active -q vgpu-agentd && {CONNECTED} || "
                "{ systemctl status --no-pager vgpu-agentd; false; }", limit=60)
    expect(guest.run("systemctl is-enabled vgpu-agentd").out.strip() == "disabled",
           "the agent is enabled: this proves nothing of the udev rule")
    found = ctl(host, f"show --json {guest.name}").json()["guests"][0]
    for key, value in (("vram", 512 << 20), ("state", "Connected"), ("backend", 0),
                       ("frontend_state", "Connected"), ("gpu", "auto")):
        expect(found[key] == value, f"{key}: {found}")


@scenario(HOST)
def vgpu_desktop_serves_its_group_only(host):
    """user is in group vgpu, stranger is not; who is refused reads what to do."""
    guest = desktop(host)
    seen = guest.run("su -l stranger -c 'vgpu-info'", limit=120)
    expect(seen.rc != 0 and "may not connect to vgpu-agentd at /run/vgpu/vgpu.sock" in seen.out
           and "adduser USER vgpu" in seen.out, seen.out)
    seen = guest.run("su -l stranger -c 'eglinfo -B -p surfaceless' | grep EGL.vendor",
                     limit=60).out
    expect("xen-vgpu" not in seen, f"a stranger gets the vgpu: {seen}")
    seen = guest.run("su -l user -c 'vgpu-info'", limit=120).out
    # not its last link: a program that it starts, and for which it waits a fixed time only
    expect("xen-vgpu worker" in seen and "llvmpipe" in seen, seen)


@scenario(HOST)
def vgpu_desktop_draws_a_gtk_program_as_dom0_does(host):
    """A still GTK 4 program: every pixel of the screen."""
    guest = desktop(host)
    native_sum(host, "gtk4")
    start_still(guest, "gtk4")
    until_same_picture(host, guest, "gtk4")
    picture = look(guest)
    keep(host, "gtk4", picture)
    found = programs(host, guest)
    stop_program(guest, "gtk4")
    expect(picture.colours() > 8, "an empty screen: this proves nothing")
    # GTK looks at GLX, too, which is a connection of its own
    expect({p["name"] for p in found} == {"gtk4-demo"} and sum(p["frames"] for p in found) > 0,
           f"{found}")


@scenario(HOST)
def vgpu_desktop_draws_many_programs(host):
    """At once; the worker's counters say that it drew each of them."""
    guest = desktop(host)
    for name, command in PROGRAMS.items():
        start_program(guest, command, name=name)
    until_frames(host, guest, 3, limit=180, names=PROGRAMS)
    counters = ctl(host, f"show --json {guest.name}").json()["guests"][0]["counters"]
    expect(counters["events_in"] > 0 and counters["events_out"] > 0, f"no events: {counters}")
    guest.check(f"{SCREEN} changes 3 $(cat /tmp/glxgears.pid)")
    keep(host, "programs", look(guest))
    for name in PROGRAMS:
        stop_program(guest, name)


def until_connected_to_unit(host, guest):
    """To this very process: xenstore may still hold what an earlier one wrote."""
    host.until("the guest is connected to the daemon that runs now",
               "journalctl -q -o cat _PID=$(systemctl show -P MainPID vgpu-backendd) | "
               f"grep -F 'guest {guest.name}: connected'", limit=60)


@scenario(HOST)
def vgpu_desktop_outlives_a_daemon_that_hangs(host):
    """systemd's watchdog kills vgpu-backendd and starts it again; the guest draws again."""
    guest = desktop(host)
    folder = "/run/systemd/system/vgpu-backendd.service.d"
    host.check(f"mkdir -p {folder} && echo '[Service]' >{folder}/short.conf && "
               f"echo WatchdogSec=15 >>{folder}/short.conf && "
               "systemctl daemon-reload && systemctl restart vgpu-backendd", limit=60)
    until_connected_to_unit(host, guest)
    host.check("kill -STOP $(systemctl show -P MainPID vgpu-backendd)")
    host.until("systemd has started another daemon",
               "[ $(systemctl show -P NRestarts vgpu-backendd) -ge 1 ] && "
               "systemctl is-active -q vgpu-backendd", limit=90)
    said = host.check("journalctl -q -o cat --no-pager -u vgpu-backendd | grep -i watchdog").out
    expect("Watchdog timeout" in said, said)
    host.check(f"rm -r {folder} && systemctl daemon-reload")
    until_connected_to_unit(host, guest)
    start_program(guest, PROGRAMS["glxgears"])
    until_frames(host, guest, 2)
    stop_program(guest)

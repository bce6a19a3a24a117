# SPDX-License-Identifier: MIT
"""Unmodified programs of an ordinary user in a guest are drawn in Dom0."""
from gl import (HOST, SCREEN, as_user, expect_drawn, gl_guest, keep, look, start_backend,
                start_program, stop_program, until_frames)
from scenario import expect, scenario

guests = {}


def the_guest(host):
    """One guest for all scenarios of a host: starting one takes long under emulation."""
    if guests.get("host") is not host:
        guests["host"] = host
        guests["guest"] = gl_guest(host, "draw")
    return guests["guest"]


@scenario(HOST)
def vgpu_draws_glxgears(host):
    guest = the_guest(host)
    start_program(guest, "glxgears -geometry 300x300+0+0")
    found = until_frames(host, guest, 3)
    picture = look(guest)
    keep(host, "glxgears", picture)
    stop_program(guest)
    expect([p["name"] for p in found] == ["glxgears"], f"programs: {found}")
    expect_drawn(picture)
    events = host_events(host, guest)
    frames = max(p["frames"] for p in found)
    expect(frames >= 3 and events > 0, f"{frames} frames, {events} events")


def host_events(host, guest):
    report = host.check("VGPU_SOCKET=/run/vgpu-backend.sock /mnt/test/bin/vgpu-ctl list --json")
    for one in report.json()["guests"]:
        if one["domid"] == guest.domid:
            return one["counters"]["events_in"] + one["counters"]["events_out"]
    return 0


@scenario(HOST)
def vgpu_replays_a_trace_as_dom0_does(host):
    """A trace recorded and replayed in Dom0, then replayed in the guest: the same frames."""
    start_backend(host)
    guest = the_guest(host)
    host.check(f"[ -e /tmp/.X11-unix/X1 ] || {SCREEN} start", limit=60)
    host.check("cd /tmp && export DISPLAY=:1 && rm -f gears.trace small.trace && "
               "{ timeout 40 apitrace trace -o gears.trace glxgears -geometry 150x150 "
               ">/dev/null 2>&1 || true; } && apitrace trim --frames=0-2 -o small.trace gears.trace",
               limit=120)
    host.check("cd /tmp && export DISPLAY=:1 && mkdir -p native && "
               "apitrace dump-images -o native/f- small.trace >/dev/null 2>&1 && ls native",
               limit=120)
    native = host.check("cd /tmp/native && for f in *.png; do echo $f $(sha256sum <$f); done").out
    trace = host.check("gzip -9 -c /tmp/small.trace | base64 -w 0").out.strip()
    guest.run("rm -f /tmp/trace.b64")
    for at in range(0, len(trace), 1000):  # a console line is short
        guest.check(f"echo -n {trace[at:at + 1000]} >>/tmp/trace.b64")
    guest.check("base64 -d /tmp/trace.b64 | gunzip >/tmp/small.trace && chmod 644 /tmp/small.trace")
    expect(guest.check("sha256sum </tmp/small.trace").out.split()[0]
           == host.check("sha256sum </tmp/small.trace").out.split()[0], "the trace came whole")
    guest.check(as_user("mkdir -p ~/split; apitrace dump-images -o ~/split/f- /tmp/small.trace "
                        ">~/program.log 2>&1"), limit=180)
    split = guest.check("cd ~user/split && for f in *.png; do echo $f $(sha256sum <$f); done").out
    # while the first is drawn the window may still be taking its size, here and there
    frames, drawn = native.strip().splitlines()[1:], split.strip().splitlines()[1:]
    expect(len(frames) == 2 and frames == drawn,
           f"frames differ\n--- native\n{native}--- split\n{split}")
    report = host.check("VGPU_SOCKET=/run/vgpu-backend.sock /mnt/test/bin/vgpu-ctl list --json")
    expect("retrace" in report.out, f"the worker does not know the replay\n{report.out}")

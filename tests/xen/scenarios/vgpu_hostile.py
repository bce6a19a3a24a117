# SPDX-License-Identifier: MIT
"""A program that draws the same picture again and again: what it costs, and who can disturb it."""
import os
import re

from account import Account
from gl import (HOST, SCREEN, attach, backend_log, gl_guest, keep, look, programs, start_program,
                stop_program, until_frames)
from scenario import expect, scenario
from small import frames, small_guest, until_more_frames

FULL = os.environ.get("XEN_VGPU_FULL") == "1"
HOSTILE_S = int(os.environ.get("XEN_VGPU_HOSTILE_S", "600" if FULL else "45"))
EVENTS_PER_FRAME = 2
DRAWS = 100  # in a frame, each of three calls
STEADY = f"/mnt/test/xen/steady -w -d {DRAWS} -l 1000000"
guests = {}


def good_guest(host):
    """One guest with a screen for both scenarios: starting it takes long under emulation."""
    if guests.get("host") is not host:
        guests["host"] = host
        guests["guest"] = gl_guest(host, "good", memory_mib=512)
    return guests["guest"]


def counters(host, guest):
    """(events, frames, GL calls) of a guest with one program, all from one moment."""
    report = host.check("VGPU_SOCKET=/run/vgpu-backend.sock /mnt/test/bin/vgpu-ctl list --json")
    found = report.json()
    entry = next(g for g in found["guests"] if g["domid"] == guest.domid)
    one = next(p for w in found["workers"] if w.get("domid") == guest.domid
               for p in w["programs"])
    return (entry["counters"]["events_in"] + entry["counters"]["events_out"], one["frames"],
            one["calls"])


@scenario(HOST)
def vgpu_steady_drawing_sends_few_events(host):
    """No event for a call, at most two for a frame, both directions together."""
    guest = good_guest(host)
    start_program(guest, STEADY)
    until_frames(host, guest, 5)
    events, drawn, calls = counters(host, guest)
    until_frames(host, guest, drawn + 30)
    events, drawn, calls = (b - a for a, b in zip((events, drawn, calls), counters(host, guest)))
    stop_program(guest)
    host.note(f"{events} events, {drawn} frames, {calls} calls: "
              f"{events / drawn:.2f} events and {calls / drawn:.0f} calls a frame")
    # of a frame that had begun, some calls may have been counted before
    expect(calls >= 3 * DRAWS * (drawn - 1), f"{calls} calls in {drawn} frames: not the program that was meant")
    expect(events <= EVENTS_PER_FRAME * drawn + 2, f"{events} events in {drawn} frames")


@scenario(HOST)
def vgpu_hostile_guest_disturbs_nobody(host):
    """Every frame of the good guest is right, what is on its screen stays, and nothing is left."""
    good = good_guest(host)
    start_program(good, "/mnt/test/xen/steady -w -p 100")
    until_more_frames(good, 2)
    before = look(good)
    account = Account(host)
    bad = small_guest(host, "bad", connect=False)
    attach(host, bad)
    pid = host.check("cat /run/vgpu-backendd.pid").out
    worker = [p["pid"] for p in programs(host, good)]
    first, _ = frames(good)
    said = bad.check(f"hostile {HOSTILE_S} 1 /seeds >/tmp/hostile.log; tail -n 3 /tmp/hostile.log",
                     limit=HOSTILE_S + 60).out
    host.note(said)
    result = {k: int(n) for k, n in re.findall(r"(\w+) (\d+)", said)}
    expect(result.get("connected", 0) > 0 and result.get("streams", 0) > 0
           and result.get("read", 0) > 0, f"the attacks did not get through:\n{said}")
    host.check(f"kill -0 {pid}")
    now = until_more_frames(good, 2)
    host.note(f"the good guest drew {now - first} frames meanwhile, none wrong")
    expect([p["pid"] for p in programs(host, good)] == worker, "the good program is another")
    picture = look(good)
    keep(host, "beside-hostile", picture)
    expect(picture.rgb == before.rgb, "the good guest's screen has changed")
    expect("bad" in backend_log(host), backend_log(host)[-2000:])
    bad.destroy()
    account.check("the hostile guest")
    stop_program(good)
    good.check(f"{SCREEN} stop")
    good.destroy()
    guests.clear()

# SPDX-License-Identifier: MIT
"""What comes and goes: devices, guests, agents, backends; and guests that mean harm."""
import os

from gl import (BACKEND, HOST, LEFTOVERS, attach, backend_log, detach, expect_drawn, gl_guest, keep,
                look, start_agent, start_backend, start_program, stop_program, until_connected,
                until_frames, until_same)
from scenario import expect, scenario

FULL = os.environ.get("XEN_VGPU_FULL") == "1"
ATTACHES = int(os.environ.get("XEN_VGPU_ATTACHES", "200" if FULL else "5"))
CREATES = int(os.environ.get("XEN_VGPU_CREATES", "50" if FULL else "2"))
HOSTILE_S = int(os.environ.get("XEN_VGPU_HOSTILE_S", "600" if FULL else "40"))


@scenario(HOST)
def vgpu_survives_killed_agent_and_backend(host):
    guest = gl_guest(host, "life")
    start_program(guest, "glxgears -geometry 150x150+0+0")
    until_frames(host, guest, 1)
    guest.check("kill -9 $(pidof vgpu-agentd)")
    start_agent(guest)
    until_connected(guest)
    stop_program(guest)
    start_program(guest, "glxgears -geometry 150x150+0+0")
    until_frames(host, guest, 1)
    host.check("kill -9 $(cat /run/vgpu-backendd.pid)")
    start_backend(host)
    guest.until("the vgpu is connected to the new backend",
                "grep -c 'is connected' /tmp/agent.log | grep -qx '[2-9]'", limit=60)
    stop_program(guest)
    start_program(guest, "glxgears -geometry 150x150+0+0")
    until_frames(host, guest, 1)
    stop_program(guest)
    guest.destroy()


@scenario(HOST)
def vgpu_attach_and_detach_leave_nothing(host):
    start_backend(host)
    guest = host.start_system_guest("cycle")
    start_agent(guest)
    before = host.check(LEFTOVERS).out
    for _ in range(ATTACHES):
        attach(host, guest)
        until_connected(guest)
        detach(host, guest)
    until_same(host, before, f"{ATTACHES} attaches")
    expect(guest.run("pidof vgpu-agentd").rc == 0, "the agent has ended")
    expect(guest.run("ls /proc/$(pidof vgpu-agentd)/fd | wc -l").out.split()[-1]
           < "20", "the agent's descriptors")
    guest.destroy()


@scenario(HOST)
def vgpu_guests_come_and_go_and_leave_nothing(host):
    start_backend(host)
    before = host.check(LEFTOVERS).out
    for _ in range(CREATES):
        guest = gl_guest(host, "come")
        start_program(guest, "glxgears -geometry 150x150+0+0")
        until_frames(host, guest, 1)
        guest.destroy()  # while it draws
    until_same(host, before, f"{CREATES} guests")
    expect(host.run("xl list | grep -q '(null)'").rc != 0, "a zombie domain is left")


@scenario(HOST)
def vgpu_hostile_guest_disturbs_nobody(host):
    good = gl_guest(host, "good", memory_mib=512)
    start_program(good, "glxgears -geometry 150x150+0+0")
    until_frames(host, good, 1)
    bad = host.start_system_guest("bad", memory_mib=400)
    attach(host, bad)
    pid = host.check("cat /run/vgpu-backendd.pid").out
    said = bad.check("modprobe -a xen_gntalloc xen_evtchn; sleep 1; "
                     f"/mnt/test/xen/hostile {HOSTILE_S} 1", limit=HOSTILE_S + 60)
    expect("connected" in said.out, said.out)
    host.check(f"kill -0 {pid}")
    frames = max(p["frames"] for p in until_frames(host, good, 1))
    until_frames(host, good, frames + 2)
    picture = look(good)
    keep(host, "beside-hostile", picture)
    expect_drawn(picture)
    log = backend_log(host)
    expect("bad" in log, log[-2000:])
    bad.destroy()
    stop_program(good)
    good.destroy()
    host.until("the hostile guest's nodes are gone",
               f"! xenstore-ls /local/domain/0/backend/vgpu/{bad.domid}", limit=30)


@scenario(HOST)
def vgpu_refuses_cleanly_without_grants(host):
    """gntalloc's default of 1024 pages, used up: the program hears no, the admin hears why."""
    start_backend(host)
    guest = host.start_system_guest("poor")
    attach(host, guest)
    start_agent(guest, "--gntalloc-pages 0 --ring-bytes 4194304")
    until_connected(guest)
    said = guest.run("su -l user -c 'VGPU_DEBUG=1 eglinfo -p surfaceless -B'", limit=90).out
    expect("no grants are left" in said, said)
    expect("gntalloc-pages" in guest.run("cat /tmp/agent.log").out, "the log names no option")
    expect(guest.run("xenstore-read device/vgpu/0/state").out.strip().endswith("4"), "state")
    guest.destroy()
    host.check(f"{BACKEND} log >/dev/null")

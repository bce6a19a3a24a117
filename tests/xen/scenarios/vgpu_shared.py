# SPDX-License-Identifier: MIT
"""The two guests of xen-configs/vgpu-shared-*.cfg at once, several programs each: frames and
windows are those that Dom0 draws, and nothing of one is the other's."""
import configs
from gl import (HOST, ctl, end_shared, expect_drawn, keep, look, programs, shared_guest,
                start_agent, start_program, start_screen, start_unit, until_connected,
                until_frames)
from oracle import (expect_replayed, insert_traces, recordings, start_replays, start_still,
                    until_same_picture)
from scenario import expect, scenario

MEMORY = 512
# What each guest replays, and the still window that it shows meanwhile.
REPLAYS = {"render-a": ("glxgears", "glmark2-texture", "glmark2-es2-effect2d"),
           "render-b": ("es2gears", "glmark2-pulsar", "glmark2-es2-build")}
STILL = {"render-a": "glxdemo", "render-b": "es2tri"}
# What their configs say: weight, cap, vram.
SHARES = {"render-a": (768, 0, None), "render-b": (256, 50, 1 << 30)}


def sharing(host, name):
    """A guest of vgpu-shared-*.cfg, which the daemon attaches when it appears."""
    def make():
        text = configs.adapted(f"vgpu-shared-{name[-1]}", MEMORY)
        # this host has no GPU with that address
        guest = host.create_guest(name, text.replace("gpu=0000:01:00.0", "gpu=auto"))
        start_agent(guest)
        until_connected(guest)
        start_screen(guest)
        return guest
    start_unit(host)
    return shared_guest(host, name, make)


@scenario(HOST)
def vgpu_shared_configs_attach_by_themselves(host):
    end_shared(host)  # room
    for name, (weight, cap, vram) in SHARES.items():
        guest = sharing(host, name)
        found = ctl(host, f"show --json {name}").json()["guests"][0]
        expect((found["weight"], found["cap"], found.get("vram") or None) == (weight, cap, vram)
               and found["domid"] == guest.domid and found["state"] == "Connected", f"{found}")


@scenario(HOST)
def vgpu_two_guests_draw_as_dom0_does(host):
    """Both replay what Dom0 has recorded, three programs at once beside a still window and
    gears: every frame and the window are Dom0's; each has a worker of its own."""
    guests = {name: sharing(host, name) for name in STILL}
    recordings(host)
    for name, guest in guests.items():
        insert_traces(host, guest)
        start_program(guest, "glxgears -geometry 100x100+400+300", name="glxgears")
        start_still(guest, STILL[name])
        until_same_picture(host, guest, STILL[name])
    for name, guest in guests.items():
        start_replays(guest, *REPLAYS[name])
    for name, guest in guests.items():
        expect_replayed(host, guest, *REPLAYS[name])
    for name, guest in guests.items():
        until_same_picture(host, guest, STILL[name])
        found = until_frames(host, guest, 1, names=["glxgears", STILL[name]])
        others = set(STILL.values()) - {STILL[name]}
        expect(not others & {p["name"] for p in found}, f"{name}: {found}")
        picture = look(guest)
        keep(host, name, picture)
        expect_drawn(picture)
    report = ctl(host, "list --json").json()
    domids = [w["domid"] for w in report["workers"] if w["programs"]]
    expect(sorted(domids) == sorted(g.domid for g in guests.values()), f"workers: {domids}")

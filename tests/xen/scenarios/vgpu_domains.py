# SPDX-License-Identifier: MIT
"""Kinds of domains: a PVH guest, and a driver domain that draws for another guest."""
import configs
from gl import (HOST, ctl, end_shared, expect_drawn, gl_guest, keep, look, start_agent,
                start_program, start_screen, start_unit, stop_program, until_connected,
                until_frames)
from scenario import expect, scenario


@scenario(HOST)
def vgpu_driver_domain_draws_for_another(host):
    """driver-domain.cfg runs the daemon and the workers; Dom0's daemon only attaches
    vgpu-from-driver-domain.cfg, whose programs then draw in the driver domain."""
    end_shared(host)
    start_unit(host)
    text = configs.adapted("driver-domain", 700, configs.SYSTEMD)
    driver = host.create_guest(configs.guest_name(text), text, limit=240)
    driver.check("echo 'VGPU_BACKENDD_OPTIONS=\"--device surfaceless\"' "
                 ">/etc/default/vgpu-backendd")
    driver.check("systemctl enable --now vgpu-backendd", limit=60)
    text = configs.adapted("vgpu-from-driver-domain", 500)
    guest = host.create_guest(configs.guest_name(text), text)
    start_agent(guest)
    until_connected(guest)
    start_screen(guest)
    start_program(guest, "glxgears -geometry 150x150+0+0")
    driver.until("the driver domain's worker has drawn frames of glxgears",
                 "vgpu-ctl list -n -o DOMID,NAME,FRAMES | "
                 f"grep -E '^ *{guest.domid} +glxgears +([3-9]|[1-9][0-9])'", limit=120)
    picture = look(guest)
    keep(host, "driver-domain", picture)
    expect_drawn(picture)
    workers = ctl(host, "list --json").json()["workers"]
    expect(all(w["domid"] != guest.domid for w in workers), f"Dom0 has a worker: {workers}")
    shown = ctl(host, f"show --json {guest.name}").out
    expect(f'"backend":{driver.domid}' in shown.replace(" ", ""), shown)
    guest.destroy()
    driver.until("the driver domain has let go of the guest", "! pidof vgpu-worker", limit=60)
    host.until("nothing of the device is left", "! xenstore-ls -f | grep vgpu | grep -q "
               f"'/{guest.domid}/'", limit=30)
    driver.destroy()


def draws(host, kind, config):
    """glxgears in a guest that is not a paravirtual one."""
    end_shared(host)
    guest = gl_guest(host, kind, kind=kind, config=config)
    start_program(guest, "glxgears -geometry 150x150+0+0")
    found = until_frames(host, guest, 3)
    expect([p["name"] for p in found] == ["glxgears"], f"programs: {found}")
    picture = look(guest)
    keep(host, kind, picture)
    expect_drawn(picture)
    stop_program(guest)
    guest.destroy()


@scenario(HOST)
def vgpu_draws_in_a_pvh_guest(host):
    draws(host, "pvh", 'tsc_mode="native"')


@scenario(HOST)
def vgpu_draws_in_an_hvm_guest(host):
    """With a device model, which emulates a PC without a screen."""
    draws(host, "hvm", 'tsc_mode="native"\nvga="none"\nvnc=0\nserial="none"\n'
          'xen_platform_pci=1')

# SPDX-License-Identifier: MIT
"""Unmodified programs of an ordinary user in a guest are drawn in Dom0."""
from gl import (HOST, as_user, backend_log, expect_drawn, gl_guest, keep, look, programs,
                start_program, stop_program)
from scenario import expect, scenario


@scenario(HOST)
def vgpu_draws_glxgears(host):
    guest = gl_guest(host, "gears")
    info = guest.run(as_user("glxinfo -B"), limit=60).out
    expect("vgpu" in info, f"glxinfo does not name the vgpu\n{info}\n{backend_log(host)}")
    start_program(guest, "glxgears -geometry 300x300+0+0")
    guest.until("the backend counts frames of glxgears", "sleep 8", limit=60)
    found = programs(host, guest)
    picture = look(guest)
    keep(host, "glxgears", picture)
    expect_drawn(picture)
    stop_program(guest)
    expect(found, "the worker knows no program")

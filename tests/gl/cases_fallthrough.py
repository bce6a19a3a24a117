# SPDX-License-Identifier: MIT
"""Without a backend the vendor libraries step aside: the program runs on the host's own driver,
and nobody prints anything."""
import os

from backend import guest_environment as socket_environment
from case import case


def guest_environment(test):
    """What vgpu-run sets for a program, with a socket where nobody listens."""
    if not test.second.is_split:
        return {}
    return socket_environment(test, os.path.join(test.dir, "nobody-listens.sock"))


def falls_through(test, argv, x):
    env = guest_environment(test)
    plain = test.run(test.native, argv, x=x)
    if plain.rc != 0:
        test.skip("a working native %s" % argv[0])
    aside = test.run(test.native, argv, x=x, env=env)
    test.check(aside.rc == 0, "exit code %d: %s" % (aside.rc, aside.err[-300:]))
    test.check_same(plain.out, aside.out, "the output")
    test.check(aside.err == plain.err, "it printed: %r" % aside.err[:200])


@case("gl/fallthrough/egl", groups=("gl", "fast"), timeout=60)
def egl(test):
    falls_through(test, [test.build("tests/gl/draw_old")], False)


@case("gl/fallthrough/egl-x11", needs=["Xvfb", "es2_info"], timeout=60)
def egl_x11(test):
    falls_through(test, ["es2_info"], True)


@case("gl/fallthrough/glx", groups=("gl", "fast"), needs=["Xvfb", "glxinfo"], timeout=60)
def glx(test):
    falls_through(test, ["glxinfo", "-B"], True)


@case("gl/fallthrough/socket-of-nobody", timeout=60)
def stale_socket(test):
    """The socket is there, but its daemon is not."""
    import socket
    env = guest_environment(test)
    if env:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.bind(env["VGPU_SOCKET"])
    argv = [test.build("tests/gl/draw_old"), "immediate"]
    plain = test.run(test.native, argv)
    aside = test.run(test.native, argv, env=env)
    test.check(aside.rc == 0 and aside.err == plain.err, "exit code %d, printed %r" % (
        aside.rc, aside.err[:200]))
    test.check_same(plain.out, aside.out, "the output")

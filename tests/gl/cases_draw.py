# SPDX-License-Identifier: MIT
"""Programs of our own that print what they got: every line must be the native one."""
from case import case


def same_lines(test, argv, x=False):
    native, second = test.both(argv, x=x)
    test.check(native.out.strip(), "the native run printed nothing")
    wrong = [line for line in native.out.splitlines() if line not in second.out.splitlines()]
    if wrong:
        test.note("%d of %d lines differ" % (len(wrong), len(native.out.splitlines())))
    test.check_same(native.out, second.out, "the output")
    test.check_drawn(second)
    test.note("%d lines equal" % len(native.out.splitlines()))


@case("gl/matrix/egl-surfaceless", groups=("gl", "fast"), timeout=120)
def egl_surfaceless(test):
    """Which contexts EGL gives on the surfaceless platform, and what they are."""
    same_lines(test, [test.build("tests/gl/matrix_egl"), "surfaceless"])


@case("gl/matrix/egl-device", timeout=120)
def egl_device(test):
    same_lines(test, [test.build("tests/gl/matrix_egl"), "device"])


@case("gl/matrix/egl-x11", needs=["Xvfb"], timeout=120)
def egl_x11(test):
    same_lines(test, [test.build("tests/gl/matrix_egl"), "x11"], x=True)


@case("gl/matrix/glx", groups=("gl", "fast"), needs=["Xvfb"], timeout=180)
def glx(test):
    same_lines(test, [test.build("tests/gl/matrix_glx")], x=True)


@case("gl/draw/large", timeout=120)
def draw_large(test):
    """What goes through the rings in pieces, persistent maps: tests/gl/draw_large.c."""
    same_lines(test, [test.build("tests/gl/draw_large")])


@case("gl/draw/old", groups=("gl", "fast"), timeout=120)
def draw_old(test):
    """Immediate mode, client arrays, lists, pixel transfer, feedback: tests/gl/draw_old.c."""
    same_lines(test, [test.build("tests/gl/draw_old")])


@case("gl/draw/new", groups=("gl", "fast"), timeout=120)
def draw_new(test):
    """Shaders, buffers, maps, framebuffers, queries, compute: tests/gl/draw_new.c."""
    same_lines(test, [test.build("tests/gl/draw_new")])


@case("gl/draw/memory", groups=("gl", "fast"), timeout=120)
def draw_memory(test):
    """Client arrays, indices, pixel stores, maps, read-backs: tests/gl/draw_memory.c."""
    same_lines(test, [test.build("tests/gl/draw_memory")])


@case("gl/draw/maps", groups=("gl", "fast"), timeout=120)
def draw_maps(test):
    """Streaming through persistent maps in every rhythm: tests/gl/draw_maps.c."""
    same_lines(test, [test.build("tests/gl/draw_maps")])


@case("gl/draw/threads", groups=("gl", "fast", "tsan"), timeout=60)
def threads(test):
    """Four threads with contexts of one share group, each sees its own colours."""
    same_lines(test, [test.build("tests/gl/threads_load"), "3"])


@case("gl/draw/threads-order", groups=("gl", "fast"), timeout=60)
def threads_order(test):
    """What one thread flushed is there for another: tests/gl/threads_order.c."""
    same_lines(test, [test.build("tests/gl/threads_order")])


@case("gl/draw/image", groups=("gl", "fast"), timeout=120)
def draw_image(test):
    """EGL images of textures and renderbuffers: tests/gl/draw_image.c."""
    same_lines(test, [test.build("tests/gl/draw_image")])


@case("gl/draw/accum", groups=("gl", "fast"), needs=["Xvfb"], timeout=60)
def accum(test):
    """The accumulation buffer, in windows and pbuffers, with sRGB and without: tests/gl/glx_accum.c."""
    same_lines(test, [test.build("tests/gl/glx_accum")], x=True)


@case("gl/draw/arrays", groups=("gl", "fast"), timeout=120)
def draw_arrays(test):
    """Client arrays (D1 of docs/marshalling.md): tests/gl/draw_arrays.c."""
    same_lines(test, [test.build("tests/gl/draw_arrays")])


@case("gl/draw/draws", groups=("gl", "fast"), timeout=120)
def draw_draws(test):
    """Draws that read more than arrays (D2): tests/gl/draw_draws.c."""
    same_lines(test, [test.build("tests/gl/draw_draws")])


@case("gl/draw/values", groups=("gl", "fast"), timeout=120)
def draw_values(test):
    """Vectors whose length a name decides (D5, D6): tests/gl/draw_values.c."""
    same_lines(test, [test.build("tests/gl/draw_values")])


@case("gl/draw/programs", groups=("gl", "fast"), timeout=120)
def draw_programs(test):
    """Strings to the host and back (D7, D8): tests/gl/draw_programs.c."""
    same_lines(test, [test.build("tests/gl/draw_programs")])


@case("gl/draw/pixels", groups=("gl", "fast"), timeout=120)
def draw_pixels(test):
    """Uploads, read-backs and framebuffers (D3, D4, D14): tests/gl/draw_pixels.c."""
    same_lines(test, [test.build("tests/gl/draw_pixels")])


@case("gl/draw/objects", groups=("gl", "fast"), timeout=120)
def draw_objects(test):
    """Names, buffers, handles (D9, D10, D16): tests/gl/draw_objects.c."""
    same_lines(test, [test.build("tests/gl/draw_objects")])


@case("gl/draw/answers", groups=("gl", "fast"), timeout=120)
def draw_answers(test):
    """Queries, callbacks, errors, lists (D11 to D13, D15, D18): tests/gl/draw_answers.c."""
    same_lines(test, [test.build("tests/gl/draw_answers")])


def extensions(name, about):
    """A program whose every line is of an extension that the host's driver may lack."""
    @case("gl/draw/" + name, groups=("gl", "fast"), timeout=120)
    def check(test):
        native, second = test.both([test.build("tests/gl/draw_" + name)])
        test.check_same(native.out, second.out, "the output")
        test.check_drawn(second)
        lines = native.out.splitlines()
        lacking = {line.split(" no GL_")[1] for line in lines if " no GL_" in line}
        if len(lacking) and all(" no GL_" in line for line in lines):
            test.skip("a host driver with GL_" + ", GL_".join(sorted(lacking)))
        test.note("%d lines equal" % len(lines))
    check.__doc__ = "%s: tests/gl/draw_%s.c." % (about, name)


extensions("nv", "Bindless textures, NV_vertex_program, shading rates")
extensions("imaging", "The imaging subset")
extensions("paths", "Path rendering")
extensions("address", "Buffers by address, multicast, semaphores")


@case("gl/draw/semaphores", groups=("gl", "fast", "tsan"), timeout=90)
def semaphores(test):
    """Timelines and progress fences between two threads: tests/gl/semaphores.c, which checks itself."""
    if not test.second.is_split:
        test.skip("the split: drivers have nothing to import semaphores from")
    run = test.run(test.second, [test.build("tests/gl/semaphores")])
    test.check(run.rc == 0, "exit code %s: %s" % (run.rc, run.err.strip()[-300:]))
    test.check(run.out == "made: 1 1 0\nprogress fences: 0 of 25 wrong\ntimelines: 0 of 25 wrong\n"
                          "deleted: 0 0 0 0\n", "it said: " + run.out)
    test.check_drawn(run)

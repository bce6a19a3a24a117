# SPDX-License-Identifier: MIT
"""apitrace: record a native program once, replay the recording in each world, compare the frames
as PNG files, octet for octet."""
import glob
import os
import shutil
import signal


def record(test, name, api, argv, enough, frames=None, env=None,
           cwd=None):
    """A trace of the native program, kept in the build folder: one recording serves all. enough:
    function(process, server) that returns when there are enough frames, and perhaps a signal's
    number to end the program with. frames: how many to keep, None: all of them."""
    folder = os.path.join(test.options.build, "test-traces")
    path = os.path.join(folder, name + ".trace")
    recipe = "%s %s" % (" ".join(argv), frames)
    try:
        with open(path + ".recipe", encoding="utf-8") as f:
            if f.read() == recipe and os.path.exists(path):
                return path
    except OSError:
        pass
    os.makedirs(folder, exist_ok=True)
    server = test.x(test.native)
    full = os.path.join(test.dir, name + ".full.trace")
    run = test.run(test.native, ["apitrace", "trace", "-a", api, "-o", full] + argv, x=True,
                   env=env, cwd=cwd, meanwhile=lambda process: enough(process, server))
    if not os.path.exists(full):
        test.skip("a trace of %s: apitrace could not record it (exit code %d)" % (name, run.rc))
    if frames is None:
        shutil.move(full, path)
    else:  # it left more frames than are needed
        trim = test.run(test.native, ["apitrace", "trim", "--frames=0-%d" % frames, "-o", path,
                                      full])
        test.check(trim.rc == 0, "apitrace trim failed: %s" % trim.err[-200:])
        os.unlink(full)
    test.check(os.path.getsize(path) > 1000, "the recording of %s is empty" % name)
    with open(path + ".recipe", "w", encoding="utf-8") as f:
        f.write(recipe)
    return path


def some_pictures(count):
    """For record(): that many different pictures, then Escape, then SIGTERM. A program that ends
    by itself leaves a complete file."""
    def enough(process, server):
        server.changing_pictures(process, 30, count)
        server.press_escape(process)
        return signal.SIGTERM
    return enough


def frame_calls(test, trace):
    """The numbers of the calls that end a frame."""
    run = test.run(test.native, ["apitrace", "dump", "--color=never", "--calls=*/frame", trace])
    return [int(line.split()[0]) for line in run.out.splitlines() if line[:1].isdigit()]


def frames_of(test, world, trace, calls=None):
    """Replay in a world. Returns the run and {name of the frame: octets of its PNG}. calls: only
    these frames, by the numbers of their calls."""
    folder = os.path.join(test.dir, "frames-" + world.key)
    os.makedirs(folder)
    chosen = ["--calls=" + ",".join(map(str, calls))] if calls else []
    run = test.run(world, ["apitrace", "dump-images", "-o", folder + "/f"] + chosen + [trace],
                   x=True)
    pictures = {}
    for path in sorted(glob.glob(folder + "/*.png")):
        with open(path, "rb") as f:
            pictures[os.path.basename(path)] = f.read()
    return run, pictures


def compare(test, trace, still=False, unsteady=False, calls=None):
    """Every frame of the trace is the same in both worlds. still: all frames may be one picture;
    unsteady: the first frame is left out (docs/testing.md, "Differences that are allowed")."""
    native, a = frames_of(test, test.native, trace, calls)
    test.check(native.rc == 0 and a, "the native replay gave %d frames, exit code %d: %s" % (
        len(a), native.rc, native.err[-200:]))
    compared = sorted(a)[1:] if unsteady else sorted(a)
    test.check(compared and (still or len({a[frame] for frame in compared}) > 1),
               "all native frames are the same: the trace proves nothing")
    second, b = frames_of(test, test.second, trace, calls)
    test.check(second.rc == 0, "the replay ended with %d: %s" % (second.rc, second.err[-300:]))
    test.check_same(sorted(a), sorted(b), "the list of frames")
    wrong = [frame for frame in compared if a[frame] != b[frame]]
    test.check(not wrong, "%d of %d frames differ, first %s" % (
        len(wrong), len(compared), wrong[0] if wrong else ""))
    test.check_drawn(second)
    test.note("%d frames equal" % len(compared))

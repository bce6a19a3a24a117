# SPDX-License-Identifier: MIT
"""Running a program in a world: on the host's own GL ("native"), through the split ("split"),
or on another driver ("softpipe"), which is how the harness proves that it can fail.

Every program gets its own session, so that all it started can be ended with it.
"""
import glob
import json
import os
import signal
import subprocess
import time


class World:
    """Where a program's GL goes."""

    def __init__(self, name, options):
        self.name, self.options = name, options
        self.is_split = name == "split"
        # two runs in the same world must not share an X server
        self.key = name if name != "native" else options.native_keys.pop(0)

    def environment(self, display):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("VGPU_", "__EGL_VENDOR", "__GLX_VENDOR", "WAYLAND", "DISPLAY"))}
        env["LC_ALL"] = "C"
        env["LIBGL_ALWAYS_SOFTWARE"] = "1"
        if display:
            env["DISPLAY"] = display
        if self.name == "softpipe":
            env["GALLIUM_DRIVER"] = "softpipe"
        return env

    def command(self, argv, stats_file):
        if not self.is_split:
            return list(argv)
        wrapped = [os.path.join(self.options.build, "bin/vgpu-run"), "-e", "-j", stats_file]
        if self.options.preload:
            # the guest libraries are built with a sanitizer, the program is not
            wrapped += ["env", "LD_PRELOAD=" + self.options.preload]
        return wrapped + list(argv)


def sanitizer_environment(report):
    """What sanitizers read. report: where each process that complains puts a file REPORT.PID."""
    common = ":log_path=" + report
    return {
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99" + common,
        "UBSAN_OPTIONS": "print_stacktrace=1" + common,
        "TSAN_OPTIONS": "suppressions=%s:exitcode=99" % os.path.join(
            os.path.dirname(os.path.abspath(__file__)), "tsan.supp") + common,
    }


class Run:
    """How a program ended. rc: its exit code, 128 + n when signal n ended it."""

    def __init__(self):
        self.rc = self.stats = None
        self.out = self.err = self.sanitizer = ""
        self.seconds = 0.0
        self.timed_out = False
        self.picture = None


def stop_session(process, number=signal.SIGKILL):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def start(world, argv, prefix, display=None, env=None, cwd=None):
    """Start a program and return at once: (process, path of the counters)."""
    stats_file = prefix + "-stats.json"
    environment = world.environment(display)
    if world.options.preload:
        environment.update(sanitizer_environment(prefix + "-asan"))
    environment.update(env or {})
    process = subprocess.Popen(
        world.command(argv, stats_file), env=environment, cwd=cwd, stdin=subprocess.DEVNULL,
        stdout=open(prefix + "-stdout.txt", "wb"), stderr=open(prefix + "-stderr.txt", "wb"),
        start_new_session=True)
    return process, stats_file


def finish(process, prefix, stats_file, timeout, began):
    """Wait for the end and collect what is left. Kills the session after timeout seconds."""
    run = Run()
    try:
        rc = process.wait(timeout)
    except subprocess.TimeoutExpired:
        run.timed_out = True
        # vgpu-run passes SIGTERM on and cleans up; what then still lives is killed
        process.send_signal(signal.SIGTERM)
        try:
            rc = process.wait(5)
        except subprocess.TimeoutExpired:
            stop_session(process)
            rc = process.wait()
    stop_session(process)
    run.seconds = time.monotonic() - began
    run.rc = rc if rc >= 0 else 128 - rc
    for name in ("out", "err"):
        with open("%s-std%s.txt" % (prefix, name), "rb") as f:
            setattr(run, name, f.read().decode("utf-8", "replace"))
    try:
        with open(stats_file, encoding="utf-8") as f:
            run.stats = json.load(f)
    except (OSError, ValueError):
        pass
    reports = glob.glob(prefix + "-asan.*")
    if reports:
        with open(reports[0], encoding="utf-8", errors="replace") as f:
            lines = [line for line in f if "ERROR" in line or "runtime error" in line
                     or line.startswith(("SUMMARY", "WARNING: ThreadSanitizer"))]
        run.sanitizer = "%s (%s)" % (lines[0].strip() if lines else "report", reports[0])
    return run


def launch(world, argv, prefix, log, timeout, display=None, env=None, cwd=None, meanwhile=None):
    """Run a program to its end. meanwhile(process) may look at it while it runs; when it returns
    a signal's number, that signal is sent."""
    began = time.monotonic()
    process, stats_file = start(world, argv, prefix, display, env, cwd)
    log("[%s] %s" % (world.name, " ".join(argv)))
    try:
        if meanwhile:
            number = meanwhile(process)
            if number and process.poll() is None:
                process.send_signal(number)
        run = finish(process, prefix, stats_file, timeout, began)
    except BaseException:
        stop_session(process)
        process.wait()
        raise
    log("[%s] exit code %d after %.2f s%s; output in %s-*" % (
        world.name, run.rc, run.seconds, ", timed out" if run.timed_out else "", prefix))
    return run

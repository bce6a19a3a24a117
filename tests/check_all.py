#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that "make check" is: builds (plain, with sanitizers, fuzzers), then all test cases,
then the scenarios on an emulated Xen host: all, or with CI in the environment those of
tests/xen/ci.txt. A step that fails does not stop the others. The last line is
"N passed, N failed, N skipped" over all of them; each build counts as one."""
import argparse
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOTALS = {"PASS": 0, "FAIL": 0, "SKIP": 0}
FAILED = []
XEN_MINUTES = 30  # for the scenarios of continuous integration, on two processors


def make_step(name, arguments, build, jobs):
    """A build: one line, its output in a log."""
    log = os.path.join(ROOT, build, "test-logs", "make-%s.log" % name)
    os.makedirs(os.path.dirname(log), exist_ok=True)
    began = time.monotonic()
    with open(log, "wb") as f:
        rc = subprocess.run(["make", "-j%d" % jobs, "-k", "--no-print-directory", "B=" + build]
                            + arguments, cwd=ROOT, stdout=f, stderr=f, check=False).returncode
    status = "PASS" if rc == 0 else "FAIL"
    TOTALS[status] += 1
    print("%s build/%s (%.0f s)" % (status, name, time.monotonic() - began), flush=True)
    if rc != 0:
        FAILED.append("build/" + name)
        with open(log, encoding="utf-8", errors="replace") as f:
            lines = [line.rstrip() for line in f if "error" in line or "undefined" in line
                     or line.startswith("make:")]
        print("\n".join("     " + line for line in lines[:8]))
        print("     log: %s\n     alone: make B=%s %s" % (
            os.path.relpath(log, ROOT), build, " ".join(arguments)), flush=True)
    return rc == 0


def test_step(groups, build, jobs):
    """The runner with some groups; its counts are added up."""
    counts = os.path.join(ROOT, build, "test-counts.json")
    if os.path.exists(counts):
        os.unlink(counts)
    argv = [sys.executable, os.path.join(ROOT, "tests", "run_tests.py"), "--build", build,
            "-j", str(jobs), "--counts", counts]
    for group in groups:
        argv += ["--group", group]
    subprocess.run(argv, cwd=ROOT, check=False)
    add_counts(counts, "run_tests.py", "" if build == "build" else " (%s)" % build)


def xen_step(build):
    """The scenarios on an emulated Xen host, one host after the other."""
    counts = os.path.join(ROOT, build, "xen-counts.json")
    if os.path.exists(counts):
        os.unlink(counts)
    here = os.path.join(ROOT, "tests", "xen")
    argv = [sys.executable, os.path.join(here, "run.py"), "--build", build, "--counts", counts]
    if os.environ.get("CI"):
        argv += ["--minutes", str(XEN_MINUTES), "--listed", os.path.join(here, "ci.txt")]
    subprocess.run(argv, cwd=ROOT, check=False)
    add_counts(counts, "tests/xen/run.py", " (make check-xen)")


def add_counts(path, runner, note):
    """What a runner counted; one that has left nothing has failed itself."""
    try:
        with open(path, encoding="utf-8") as f:
            found = json.load(f)
    except (OSError, ValueError):
        found = {"PASS": 0, "FAIL": 1, "SKIP": 0, "failed": [runner + " itself"]}
    for status in TOTALS:
        TOTALS[status] += found[status]
    FAILED.extend(name + note for name in found["failed"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--skip", action="append", default=[],
                        choices=["plain", "sanitizers", "threads", "fuzz", "xen"], help="leave a part out")
    options = parser.parse_args()
    began, build, asan = time.monotonic(), options.build, options.build + "-asan"
    tsan = options.build + "-tsan"
    if "plain" not in options.skip:
        make_step("all", ["WERROR=1", "all", "check-build"], build, options.jobs)
        # tests with windows and tests that count processes want the machine for themselves
        test_step(["static", "unit", "gl"], build, max(1, options.jobs // 2))
        test_step(["kill"], build, 1)
        test_step(["conformance"], build, max(1, options.jobs // 2))
    if "sanitizers" not in options.skip:
        make_step("sanitizers", ["SAN=address,undefined", "all", "check-build"], asan,
                  options.jobs)
        test_step(["unit", "fast"], asan, max(1, options.jobs // 2))
    if "threads" not in options.skip:
        make_step("threads", ["SAN=thread", "all", "tsan-build"], tsan, options.jobs)
        test_step(["tsan"], tsan, 1)
    if "fuzz" not in options.skip:
        make_step("fuzz", ["fuzz-build"], build, options.jobs)
        test_step(["fuzz"], build, options.jobs)
    if "xen" not in options.skip and make_step("xen", ["WERROR=1", "xen-build"], build,
                                               options.jobs):
        xen_step(build)
    print("\n%.0f minutes" % ((time.monotonic() - began) / 60))
    for name in FAILED:
        print("failed: " + name)
    print("%d passed, %d failed, %d skipped" % (TOTALS["PASS"], TOTALS["FAIL"], TOTALS["SKIP"]))
    return 1 if TOTALS["FAIL"] or not TOTALS["PASS"] else 0


if __name__ == "__main__":
    sys.exit(main())

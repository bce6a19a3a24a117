#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the test cases of tests/*/cases_*.py. Those with GL run on the host's GL first, then through
the split, and compare. Prints one line a case and ends with
"N passed, N failed, N skipped"; exits with 1 when anything failed or nothing ran.

    tests/run_tests.py --group fast             some cases of every kind
    tests/run_tests.py gl/programs/glxgears     this one (shell patterns work)
    tests/run_tests.py --second native          the harness against itself: all must pass
    tests/run_tests.py --second softpipe        against another driver: some must fail
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))

import case as case_module  # noqa: E402


def load_cases(options):
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "*", "cases_*.py"))):
        name = os.path.basename(path)[:-3]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        if hasattr(module, "register"):
            module.register(options)
    return case_module.CASES


def sanitizer_runtime(build):
    """What has to be preloaded into a program that loads the guest libraries of this build."""
    library = os.path.join(build, "lib", "libEGL_vgpu.so.0")
    if not os.path.exists(library):
        return ""
    needed = subprocess.run(["ldd", library], capture_output=True, text=True, check=False).stdout
    for line in needed.splitlines():
        words = line.split()
        if words and words[0].startswith(("libasan.so", "libtsan.so")) and len(words) > 2:
            return words[2]
    return ""


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", help="names of cases, with shell wildcards")
    parser.add_argument("--group", action="append", default=[], help="only cases of this group")
    parser.add_argument("--second", default="split", choices=["split", "native", "softpipe"],
                        help="what the native run is compared with (default: split)")
    parser.add_argument("--build", default=os.environ.get("B", "build"), help="build folder")
    parser.add_argument("--logs", help="folder for logs (default: BUILD/test-logs)")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="cases at once (default: 1)")
    parser.add_argument("--counts", help="write the counts to this file as JSON")
    parser.add_argument("--list", action="store_true", help="print the names and exit")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.logs = os.path.abspath(options.logs or os.path.join(options.build, "test-logs"))
    options.root = ROOT
    options.preload = sanitizer_runtime(options.build) if options.second == "split" else ""
    return options


def choose(cases, options):
    chosen = []
    for name in sorted(cases):
        if options.group and not set(options.group) & set(cases[name].groups):
            continue
        if options.patterns and not any(fnmatch.fnmatch(name, p) for p in options.patterns):
            continue
        chosen.append(cases[name])
    return chosen


def rerun_command(case_, options):
    words = ["tests/run_tests.py"]
    if options.second != "split":
        words += ["--second", options.second]
    build = os.path.relpath(options.build, ROOT)
    if build != "build":
        words += ["--build", build]
    return " ".join(words + [case_.name])


def main():
    options = parse_arguments()
    chosen = choose(load_cases(options), options)
    if options.list:
        for case_ in chosen:
            print("%-44s %s" % (case_.name, " ".join(case_.groups)))
        return 0
    if not chosen:
        print("run_tests.py: no case matches", file=sys.stderr)
        return 2
    os.makedirs(options.logs, exist_ok=True)
    counts, failed = {"PASS": 0, "FAIL": 0, "SKIP": 0}, []
    lock = threading.Lock()

    def one(case_):
        own = argparse.Namespace(**vars(options))
        own.native_keys = ["native", "native2"]
        status, reason, seconds, notes = case_module.run_case(case_, own)
        with lock:
            counts[status] += 1
            line = "%s %s (%.1f s)" % (status, case_.name, seconds)
            print("; ".join([line] + ([reason] if reason else []) + notes), flush=True)
            if status == "FAIL":
                failed.append(case_.name)
                folder = os.path.join(options.logs, case_.name.replace("/", "."))
                print("     logs: %s\n     alone: %s" % (
                    os.path.relpath(folder), rerun_command(case_, options)), flush=True)

    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for future in [pool.submit(one, case_) for case_ in chosen]:
            future.result()
    if shutil.which("Xvfb") is None:
        print("Xvfb is not installed: every case with a window was skipped")
    if options.second != "split":
        print("the second run was %s, not the split: this says nothing about xen-vgpu"
              % options.second)
    if options.counts:
        with open(options.counts, "w", encoding="utf-8") as f:
            json.dump(dict(counts, failed=failed), f)
    print("%d passed, %d failed, %d skipped" % (counts["PASS"], counts["FAIL"], counts["SKIP"]))
    return 1 if counts["FAIL"] or not counts["PASS"] else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""piglit: the sanity profile on three platforms, natively and through the split. What passes
natively must pass in the split, but for the names in the expectation files beside this one."""
import bz2
import fnmatch
import json
import os
import random
import re
import subprocess

from case import case

HERE = os.path.dirname(os.path.abspath(__file__))
GOOD = ("pass", "warn")
SANITY = 30  # tests of the profile


def expectations(name):
    """Patterns of tests/conformance/NAME.txt: one a line, '#' begins a comment."""
    with open(os.path.join(HERE, name + ".txt"), encoding="utf-8") as f:
        lines = [line.split("#")[0].strip() for line in f]
    return [line for line in lines if line]


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, p) for p in patterns)


def results(folder):
    """{test: result} of a finished piglit run."""
    path = os.path.join(folder, "results.json.bz2")
    with bz2.open(path, "rt", encoding="utf-8") as f:
        return {name: entry["result"] for name, entry in json.load(f)["tests"].items()}


def piglit(test, world, arguments, platform, timeout):
    """One run of piglit in a world; piglit itself starts every test program."""
    folder = os.path.join(test.dir, "piglit-" + world.key)
    argv = ["piglit", "run", "-l", "quiet", "-o", "-1", "--timeout", "60",
            "-p", platform] + arguments + [folder]
    needs_x = platform in ("glx", "x11_egl")
    # vgpu-run around piglit as a whole: one backend for all tests, as in a guest. Its
    # environment must not reach piglit's own bookkeeping only, so nothing more is set.
    env = {"PIGLIT_PLATFORM": platform, "PYTHONWARNINGS": "ignore"}
    run = test.run(world, argv, x=needs_x, env=env, timeout=timeout)
    test.check(not run.timed_out, "piglit ran longer than %d s" % timeout)
    test.check(run.rc == 0, "piglit: exit code %d: %s" % (run.rc, run.err[-300:]))
    return run, results(folder)


def count(found):
    words = {}
    for result in found.values():
        words[result] = words.get(result, 0) + 1
    return ", ".join("%d %s" % (n, word) for word, n in sorted(words.items()))


def compare(test, native, second):
    """Says which tests are worse in the second run than natively, and fails on those that are in
    no expectation file; also on a listed failure that passes now."""
    fails, flakes, skips = (expectations(n) for n in ("fails", "flakes", "skips"))
    worse, fixed = [], []
    for name in sorted(native):
        if matches(name, skips) or native[name] not in GOOD:
            continue
        good = second.get(name) in GOOD
        if not good:
            test.log("%s: natively %s, %s %s" % (name, native[name], test.second.name,
                                                 second.get(name, "missing")))
            if not matches(name, fails) and not matches(name, flakes):
                worse.append("%s (%s)" % (name, second.get(name, "missing")))
        elif matches(name, fails):
            fixed.append(name)
    test.check(not worse, "%d tests pass natively and not in the %s run: %s%s" % (
        len(worse), test.second.name, ", ".join(worse[:6]), " ..." if len(worse) > 6 else ""))
    test.check(not fixed, "on the list of failures, but they pass: %s" % ", ".join(fixed[:6]))


def sanity(test, platform):
    _, native = piglit(test, test.native, ["sanity"], platform, 300)
    bad = [n for n, r in native.items() if r not in GOOD]
    test.check(len(native) == SANITY and not bad, "natively only %d of %d pass: %s" % (
        len(native) - len(bad), SANITY, ", ".join(bad[:5])))
    run, second = piglit(test, test.second, ["sanity"], platform, 300)
    compare(test, native, second)
    test.check_drawn(run)
    test.note("%d of %d pass" % (sum(r in GOOD for r in second.values()), SANITY))


def add(platform):
    @case("conformance/sanity-" + platform, groups=("conformance",),
          needs=["piglit", "wflinfo"] + (["Xvfb"] if platform != "surfaceless_egl" else []),
          timeout=300)
    def _(test):
        sanity(test, platform)


for platform_ in ("glx", "x11_egl", "surfaceless_egl"):
    add(platform_)


@case("conformance/sample", groups=("conformance-sample",), needs=["piglit", "wflinfo", "Xvfb"],
      timeout=3000)
def sample(test):
    """N tests of quick_gl drawn by SEED (environment), natively and in the split."""
    n = int(os.environ.get("N", "200"))
    seed = int(os.environ.get("SEED", "1"))
    platform = os.environ.get("PLATFORM", "surfaceless_egl")
    listed = subprocess.run(["piglit", "print-cmd", "--format", "{name}", "quick_gl"],
                            capture_output=True, text=True, check=True).stdout.split("\n")
    names = sorted(name for name in listed if name)
    test.check(len(names) > 1000, "piglit lists only %d tests" % len(names))
    chosen = random.Random(seed).sample(names, min(n, len(names)))
    path = os.path.join(test.dir, "tests.txt")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(re.sub(r"\s+$", "", name) for name in chosen) + "\n")
    arguments = ["--test-list", path, "quick_gl"]
    _, native = piglit(test, test.native, arguments, platform, 3000)
    run, second = piglit(test, test.second, arguments, platform, 3000)
    passed = [name for name in native if native[name] in GOOD]
    still = [name for name in passed if second.get(name) in GOOD]
    test.note("seed %d: natively %s; %s %s; %d of the %d that pass natively" % (
        seed, count(native), test.second.name, count(second), len(still), len(passed)))
    compare(test, native, second)
    test.check_drawn(run)

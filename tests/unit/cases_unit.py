# SPDX-License-Identifier: MIT
"""The unit tests (cmocka programs in BUILD/tests/unit) as cases, one for each program."""
import os
import re

from case import case


def run_program(test, path):
    run = test.run(test.native, [path])
    count = re.search(r"\[==========\] \D*(\d+) test\(s\) run", run.out + run.err)
    skipped = re.findall(r"\[  SKIPPED \] (\S+)", run.out + run.err)
    failed = re.findall(r"\[  FAILED  \] (?:\w+: )?(\w+)", run.out + run.err)
    test.check(not run.timed_out, "ran longer than %d s" % test.case.timeout)
    # 77: the program says what it needs and has not got
    if run.rc == 77:
        test.skip(run.err.strip().splitlines()[-1] if run.err.strip() else "something unsaid")
    test.check(run.rc == 0, "exit code %d: %s" % (
        run.rc, ", ".join(dict.fromkeys(failed)) or run.err.strip()[-300:]))
    test.note("%s tests%s" % (count.group(1) if count else "?",
                              ", without %s" % " ".join(skipped) if skipped else ""))


def register(options):
    folder = os.path.join(options.build, "tests", "unit")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        source = os.path.join(options.root, "tests", "unit", name + ".c")
        if name.startswith("test_") and os.path.exists(source) and os.access(path, os.X_OK):
            def unit(test, path=path):
                run_program(test, path)
            threads = name[5:].startswith(("ring", "worker", "gl_names"))
            case("unit/" + name[5:], groups=("unit", "tsan") if threads else ("unit",),
                 timeout=180)(unit)

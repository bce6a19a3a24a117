# SPDX-License-Identifier: MIT
"""The fuzzers as cases: each runs for FUZZ_SECONDS (60; decode_gl: the checked-in seeds once)."""
import os
import re

from case import case

FUZZERS = ("fuzz_decode", "fuzz_decode_gl", "fuzz_broker", "fuzz_control")


def fuzz(test, name):
    test.build("fuzz/bin/" + name)
    # The driver below decode_gl has bugs of its own (docs/security.md): a case keeps what is
    # known, and make fuzz looks for what is new.
    seconds = os.environ.get("FUZZ_SECONDS", "0" if name == "fuzz_decode_gl" else "60")
    run = test.run(test.native, [os.path.join(test.options.root, "tests/fuzz/run.sh"),
                                 os.path.join(test.options.build, "fuzz/bin"),
                                 os.path.join(test.options.build, "fuzz-corpus"), seconds, name],
                   timeout=int(seconds) + 300)
    inputs = re.search(r"; (\d+) inputs", run.out)
    test.check(run.rc == 0, " / ".join(line.strip() for line in run.out.splitlines()[:4]))
    test.check(inputs and int(inputs.group(1)) > 0, "no input was run: %s" % run.out[-200:])
    test.note("%s inputs" % inputs.group(1))


for name_ in FUZZERS:
    def check(test, name=name_):
        fuzz(test, name)
    case("fuzz/" + name_[5:], groups=("fuzz",))(check)

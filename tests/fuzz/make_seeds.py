#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_seeds.py: writes tests/fuzz/seeds/fuzz_decode/ anew from recordings of the drawing tests
(VGPU_RECORD, protocol/record.h). Run it when the wire changes, and check the result in."""
import os
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, sys.argv[1] if len(sys.argv) > 1 else "build")
SEEDS = os.path.join(ROOT, "tests", "fuzz", "seeds", "fuzz_decode")
HEADER, CHUNK, COMMANDS = 208, struct.Struct("<IIQQQ"), 1
FUZZ_NOTHING = 3   # tests/fuzz/decode_input.h: a recording makes its own contexts
PAD = 1            # opcode of the filler at a ring's end
MAX_SEED = 12 << 10


def tests_of(program):
    """Names of the drawing tests: first words of the lines that the program prints."""
    out = subprocess.run([os.path.join(BUILD, "tests", "gl", program)], capture_output=True,
                         text=True, check=True).stdout
    return [line.split(":")[0] for line in out.splitlines()]


def streams(path):
    """{stream: its commands, without fillers}."""
    with open(path, "rb") as f:
        data = f.read()
    at, found = HEADER, {}
    while at + CHUNK.size <= len(data):
        kind, name, _, _, size = CHUNK.unpack_from(data, at)
        at += CHUNK.size
        if kind == COMMANDS:
            found.setdefault(name, bytearray()).extend(without_pads(data[at:at + size]))
        at += (size + 7) & ~7
    return found


def without_pads(data):
    out, at = bytearray(), 0
    while at + 8 <= len(data):
        opcode, _, size = struct.unpack_from("<HHI", data, at)
        if size < 8:
            break
        if opcode != PAD:
            out += data[at:at + size]
        at += size
    return bytes(out)


def main():
    os.makedirs(SEEDS, exist_ok=True)
    for name in os.listdir(SEEDS):
        if name.startswith("draw_"):   # the others are written by hand
            os.unlink(os.path.join(SEEDS, name))
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for program in ("draw_old", "draw_new"):
            for name in tests_of(program):
                recording = os.path.join(folder, "recording")
                subprocess.run([os.path.join(BUILD, "bin", "vgpu-run"), "-e", "env",
                                "VGPU_RECORD=" + recording,
                                os.path.join(BUILD, "tests", "gl", program), name],
                               stdout=subprocess.DEVNULL, check=True)
                for stream, commands in streams(recording).items():
                    if 8 <= len(commands) <= MAX_SEED:
                        path = os.path.join(SEEDS, "%s-%s-%d" % (program, name, stream))
                        with open(path, "wb") as f:
                            f.write(bytes([FUZZ_NOTHING]) + commands)
                        total += len(commands)
                    else:
                        print("%s %s: %d octets, left out" % (program, name, len(commands)))
    print("%d seeds, %d octets" % (len(os.listdir(SEEDS)), total))


if __name__ == "__main__":
    main()

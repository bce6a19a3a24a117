#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Registry + private commands + annotations + opcodes -> C. See docs/generator.md."""

import argparse
import os
import sys

sys.dont_write_bytecode = True

import annotate
import ctypes_gl
import emit_guest
import emit_host
import emit_report
import emit_tests
import emit_trace
import emit_types
import emit_vram
import opcodes
from model import ModelError
from parse import parse

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--registry", required=True)
    ap.add_argument("--private", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--opcodes", default=os.path.join(HERE, "opcodes.txt"))
    ap.add_argument("--annotations", default=os.path.join(HERE, "annotations"))
    ap.add_argument("--shards", type=int, default=8)
    ap.add_argument("--append-opcodes", action="store_true", help="give new commands the next free opcodes")
    opt = ap.parse_args()
    try:
        registry = parse(opt.registry, opt.private)
        refused = annotate.annotate(registry, opt.annotations, ctypes_gl.abi)
        registry.carried_extensions = emit_guest.carried_extensions(registry, refused)
        commands = [c for c in registry.commands.values() if c.carried]
        opcodes.assign(commands, opt.opcodes, opt.append_opcodes)
        commands.sort(key=lambda c: c.opcode)
        os.makedirs(opt.out, exist_ok=True)
        emit_types.emit(opt.out, registry, commands)
        emit_guest.emit(opt.out, registry, commands, opt.shards)
        emit_host.emit(opt.out, registry, commands, opt.shards)
        emit_vram.emit(opt.out, sorted(commands, key=lambda c: c.name))
        emit_trace.emit(opt.out, commands)
        emit_tests.emit(opt.out, commands, opt.shards)
        emit_report.emit(opt.out, registry)
    except ModelError as e:
        sys.exit(f"generate.py: {e}")


if __name__ == "__main__":
    main()

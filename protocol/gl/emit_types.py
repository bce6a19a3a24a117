# SPDX-License-Identifier: MIT
"""gl_types.h, gl_enums.h, wire_gl.h, args.h, ops.h, ops.c: the declarations that the rest stands on."""

from ctypes_gl import NUMBERED, declare, layout
from cwriter import Writer
from model import (BLOB, IN, LENGTHS, LOCAL, OUT, OUT_BLOB, OUT_REF, REF, SCALAR, STRING, STRINGS)

def emit(folder, registry, commands):
    gl_types(folder)
    gl_enums(folder, registry)
    wire_structs(folder, commands)
    args(folder, commands)
    ops(folder, commands)


def gl_types(folder):
    w = Writer(folder, "gl_types.h", "VGPU_GEN_GL_TYPES_H")
    w("/* The types of GL commands, those of OpenGL ES included. */",
      "#include <GL/gl.h>", "#include <GL/glext.h>", "",
      "typedef GLint GLclampx;")
    w.close()


def gl_enums(folder, registry):
    w = Writer(folder, "gl_enums.h", "VGPU_GEN_GL_ENUMS_H")
    w("/* Every enum of the registry, for code that must not include a GL header or wants those of ES. */")
    for name, value in sorted(registry.enums.items()):
        text = f"0x{value & 0xffffffffffffffff:04x}" if value >= 0 else str(value)
        w(f"#ifndef {name}", f"#define {name} {text}{'ull' if value > 0xffffffff else ''}", "#endif")
    w.close()


def wire_structs(folder, commands):
    w = Writer(folder, "wire_gl.h", "VGPU_GEN_WIRE_GL_H")
    w("/* The fixed part of every command: offsets are the same on every machine. */", "#include <stdint.h>")
    for c in commands:
        fields, size = layout(c)
        if not fields:
            continue
        w("", f"struct wire_{c.name} {{")
        for f in fields:
            w(f"\t{f.wire} {f.name};")
        w("};", f"_Static_assert(sizeof(struct wire_{c.name}) == {size}, \"wire layout\");")
    w.close()


def args(folder, commands):
    w = Writer(folder, "args.h", "VGPU_GEN_ARGS_H")
    w("/*", " * What hand-written replay functions get: fields whose lengths have been checked,",
      " * nothing else. Object names are the guest's. Pointers are borrowed for the call.", " */",
      "#include \"gl_types.h\"", "#include \"protocol/ref.h\"")
    for c in commands:
        if not c.host:
            continue
        w("", f"struct args_{c.name} {{")
        for line in args_fields(c):
            w(f"\t{line};")
        w("};")
    w.close()


def args_fields(c):
    lines = []
    for p in c.params:
        if p.role == SCALAR:
            lines.append(declare("uint64_t" if p.base in NUMBERED else p.ctype, p.name))
        elif p.role in (IN, BLOB):
            lines += [declare(p.ctype, p.name), f"uint64_t {p.name}_bytes"]
        elif p.role == STRING:
            lines += [declare(f"const {p.base} *", p.name), f"uint64_t {p.name}_bytes"]
        elif p.role == STRINGS:
            lines.append(f"const char *const *{p.name}")
        elif p.role == LENGTHS:
            lines.append(f"const GLint *{p.name}")
        elif p.role in (REF, OUT_REF):
            lines.append(f"struct vgpu_ref {p.name}")
        elif p.role != LOCAL:
            lines.append(f"uint64_t {p.name}_bytes")
    if c.newname:
        lines.append(f"{'uint64_t' if c.newname == 'SYNC' else 'uint32_t'} new_name")
    return lines or ["char none"]


def ops(folder, commands):
    last = max(c.opcode for c in commands)
    w = Writer(folder, "ops.h", "VGPU_GEN_OPS_H")
    w("#include <stdint.h>", "", "#include \"protocol/wire.h\"", "", "enum vgpu_op {")
    for c in sorted(commands, key=lambda c: c.opcode):
        w(f"\tVGPU_OP_{c.name} = {c.opcode},")
    w(f"\tVGPU_OP_COUNT = {last + 1},", "};", "",
      "#define VGPU_OP_F_REPLY 1u     /* always answered */",
      "#define VGPU_OP_F_REPLY_REF 2u /* answered when the reference it writes to is VGPU_REF_BLOB */",
      "#define VGPU_OP_F_INPLACE 4u   /* the last blob may be used where it stands */",
      "#define VGPU_OP_F_PRIVATE 8u   /* of protocol/vgpu.xml */", "",
      "struct vgpu_op_info {", "\tconst char *name; /* NULL: no such command */",
      "\tuint16_t fixed_bytes;", "\tuint8_t flags;", "\tuint8_t blobs; /* in the tail, at most */", "};", "",
      "/* Indexed by opcode. */", "extern const struct vgpu_op_info vgpu_ops[VGPU_OP_COUNT];", "",
      "/* The opcode of a command, 0 if there is none of that name. */",
      "uint16_t vgpu_op_by_name(const char *name);")
    w.close()
    w = Writer(folder, "ops.c")
    w("#include <stdlib.h>", "#include <string.h>", "", "#include \"ops.h\"", "",
      "const struct vgpu_op_info vgpu_ops[VGPU_OP_COUNT] = {")
    for c in sorted(commands, key=lambda c: c.opcode):
        flags = " | ".join(f for f, on in (
            ("VGPU_OP_F_REPLY", c.reply), ("VGPU_OP_F_REPLY_REF", c.out_ref), ("VGPU_OP_F_INPLACE", c.inplace),
            ("VGPU_OP_F_PRIVATE", c.private)) if on) or "0"
        w(f"\t[VGPU_OP_{c.name}] = {{ \"{c.name}\", {layout(c)[1]}, {flags}, {len(c.tails)} }},")
    w("};", "", "/* Sorted by name. */", "static const uint16_t by_name[] = {")
    for c in sorted(commands, key=lambda c: c.name):
        w(f"\tVGPU_OP_{c.name},")
    w("};", "", "uint16_t vgpu_op_by_name(const char *name)", "{",
      "\tsize_t low = 0, high = sizeof(by_name) / sizeof(by_name[0]);", "",
      "\twhile (low < high) {", "\t\tsize_t middle = (low + high) / 2;",
      "\t\tint order = strcmp(name, vgpu_ops[by_name[middle]].name);", "",
      "\t\tif (order == 0)", "\t\t\treturn by_name[middle];", "\t\tif (order < 0)", "\t\t\thigh = middle;",
      "\t\telse", "\t\t\tlow = middle + 1;", "\t}", "\treturn VGPU_OP_INVALID;", "}")
    w.close()

# SPDX-License-Identifier: MIT
"""trace.h, trace.c: a command as text. Tables of fields; the walker is protocol/gl_trace.c."""

from ctypes_gl import LETTERS, layout
from cwriter import Writer


def emit(folder, commands):
    w = Writer(folder, "trace.h", "VGPU_GEN_TRACE_H")
    w("#include <stddef.h>", "#include <stdint.h>", "",
      "/*", " * The fields of each command's fixed part, as \"type name\" pairs: u i 32-bit, U I 64-bit,",
      " * f d floating point, e 32-bit in hexadecimal; separated by blanks, in order, naturally aligned.",
      " * Indexed by opcode; NULL: no such command.", " */",
      "extern const char *const vgpu_trace_fields[];", "",
      "/*", " * Write one line about a command, without a newline, as snprintf does. Reads nothing beyond",
      " * fixed (vgpu_ops[opcode].fixed_bytes) and tail. Any thread.", " */",
      "int vgpu_trace_print(char *out, size_t size, uint16_t opcode, const uint8_t *fixed,",
      "                     const uint8_t *tail, uint64_t tail_bytes);")
    w.close()
    w = Writer(folder, "trace.c")
    w("#include \"ops.h\"", "#include \"trace.h\"", "", "const char *const vgpu_trace_fields[VGPU_OP_COUNT] = {")
    for c in sorted(commands, key=lambda c: c.opcode):
        text = []
        for f in layout(c)[0]:
            if f.part == "pad":
                continue
            letter = LETTERS[f.wire]
            if f.param is not None and f.part == "value" and f.param.base in ("GLenum", "GLbitfield"):
                letter = "e"
            text.append(f"{letter} {f.name}")
        w(f"\t[VGPU_OP_{c.name}] = \"{' '.join(text)}\",")
    w("};")
    w.close()

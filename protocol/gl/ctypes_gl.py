# SPDX-License-Identifier: MIT
"""C types: their size, their form on the wire, and where a field stands in the fixed part."""

import re

from model import (BLOB, IN, LENGTHS, OUT_BLOB, OUT_REF, REF, SCALAR, STRING, STRINGS, ModelError)

# base type -> (bytes in memory, wire type)
TYPES = {
    "GLenum": (4, "uint32_t"), "GLuint": (4, "uint32_t"), "GLbitfield": (4, "uint32_t"),
    "GLint": (4, "int32_t"), "GLsizei": (4, "int32_t"), "GLfixed": (4, "int32_t"), "GLclampx": (4, "int32_t"),
    "GLhandleARB": (4, "uint32_t"), "GLfloat": (4, "float"), "GLclampf": (4, "float"),
    "GLboolean": (1, "uint32_t"), "GLubyte": (1, "uint32_t"), "GLbyte": (1, "int32_t"),
    "GLchar": (1, "int32_t"), "GLcharARB": (1, "int32_t"),
    "GLushort": (2, "uint32_t"), "GLhalfNV": (2, "uint32_t"), "GLshort": (2, "int32_t"),
    "GLdouble": (8, "double"), "GLclampd": (8, "double"),
    "GLint64": (8, "int64_t"), "GLint64EXT": (8, "int64_t"),
    "GLuint64": (8, "uint64_t"), "GLuint64EXT": (8, "uint64_t"),
    "GLintptr": (8, "int64_t"), "GLsizeiptr": (8, "int64_t"),
    "GLintptrARB": (8, "int64_t"), "GLsizeiptrARB": (8, "int64_t"), "GLvdpauSurfaceNV": (8, "int64_t"),
    "GLsync": (8, "uint64_t"), "GLeglImageOES": (8, "uint64_t"), "GLeglClientBufferEXT": (8, "uint64_t"),
    "void": (1, None),
}
POINTER_SIZED = ("GLintptr", "GLsizeiptr", "GLintptrARB", "GLsizeiptrARB")
OPAQUE = ("GLsync", "GLeglImageOES", "GLeglClientBufferEXT")
# handles that travel as numbers of our own: the guest half gives one, the host half gets it
NUMBERED = ("GLsync", "GLeglImageOES")
# trace.c prints a field by this letter
LETTERS = {"uint32_t": "u", "int32_t": "i", "float": "f", "double": "d", "int64_t": "I", "uint64_t": "U"}


def abi(base):
    """Two types with the same answer are passed alike."""
    if base in ("pointer", "void"):
        return base
    if base in ("GLDEBUGPROC", "GLDEBUGPROCARB", "GLDEBUGPROCKHR"):
        return "pointer"
    if "*" in base:
        return "pointer"
    if base not in TYPES:
        return base
    size, wire = TYPES[base]
    return (size, "f" if wire in ("float", "double") else "i")


def element(p):
    """Bytes of one element of an array parameter."""
    if p.in_bytes:
        return 1
    if p.base not in TYPES:
        raise ModelError(f"{p.name}: type {p.base}?")
    if p.base in POINTER_SIZED or p.base in OPAQUE:
        return 8
    return TYPES[p.base][0]


def wire_type(base):
    if base not in TYPES or not TYPES[base][1]:
        raise ModelError(f"type {base} cannot be a field")
    return TYPES[base][1]


class Field:
    def __init__(self, name, wire, param, part):
        self.name, self.wire, self.param, self.part = name, wire, param, part
        self.size = 8 if wire in ("double", "int64_t", "uint64_t") else 4
        self.offset = None


def layout(command):
    """The fields of the fixed part with their offsets, padding included, and its size."""
    fields = []
    for p in command.params:
        if p.role == SCALAR:
            fields.append(Field(p.name, wire_type(p.base), p, "value"))
        elif p.role == IN and p.nullable:
            fields.append(Field(f"{p.name}_present", "uint32_t", p, "present"))
        elif p.role in (STRING, STRINGS, BLOB, OUT_BLOB):
            fields.append(Field(f"{p.name}_bytes", "uint64_t", p, "bytes"))
        elif p.role in (REF, OUT_REF):
            fields.append(Field(f"{p.name}_kind", "uint32_t", p, "kind"))
            fields.append(Field(f"{p.name}_value", "uint64_t", p, "value"))
    if command.newname:
        fields.append(Field("new_name", "uint64_t" if command.newname == "SYNC" else "uint32_t", None, "value"))
    out, at, pads = [], 0, 0
    for f in fields:
        if at % f.size:
            out.append(Field(f"pad{pads}", "uint32_t", None, "pad"))
            out[-1].offset = at
            at, pads = at + 4, pads + 1
        f.offset = at
        at += f.size
        out.append(f)
    if at % 8:
        out.append(Field(f"pad{pads}", "uint32_t", None, "pad"))
        out[-1].offset = at
        at += 4
    return out, at


def declare(ctype, name):
    return f"{ctype}{name}" if ctype.endswith("*") else f"{ctype} {name}"


def prototype(command):
    return ", ".join(declare(p.ctype, p.name) for p in command.params) or "void"


WORD = re.compile(r"[A-Za-z_]\w*")


def expression(command, text, prefix=""):
    """An annotation's expression over the parameters: as 64-bit arithmetic, with a prefix before the fields."""
    names = {p.name for p in command.params if p.role == SCALAR}
    plain = re.fullmatch(r"[\w\s*+()/-]+", text) and not re.search(r"[a-z]\w*\s*\(", text)

    def swap(m):
        if m.group() not in names:
            return m.group()
        return f"(int64_t){prefix}{m.group()}" if plain else prefix + m.group()

    known = [w for w in WORD.findall(re.sub(r"\w+\s*\(", "(", text)) if not w.isupper()]
    for word in known:
        if word not in names:
            raise ModelError(f"{command.name}: {text!r}: {word} is not a parameter that travels")
    return WORD.sub(swap, text)


def size_expression(command, p, prefix=""):
    """C for the bytes of an IN or OUT parameter, a uint64_t."""
    text = expression(command, p.expr, prefix)
    if re.fullmatch(r"\d+", p.expr):
        return f"{int(p.expr) * element(p)}"
    return f"vgpu_bytes({text}, {element(p)})"


def is_constant(p):
    return p.expr is not None and re.fullmatch(r"\d+", p.expr) is not None

# SPDX-License-Identifier: MIT
"""encode.h, encode_N.c, entry.h, entry_N.c, proc.c, extensions: the guest's half."""

import re

from ctypes_gl import NUMBERED, abi, declare, element, expression, is_constant, layout, prototype, size_expression
from cwriter import Writer, shards
from model import (BLOB, DYNAMIC, IN, LENGTHS, LOCAL, OUT, OUT_BLOB, OUT_REF, REF, ROLES_OUT, SCALAR, STRING, STRINGS,
                   ModelError)

LOCALS = {"vs", "ctx", "wire", "at", "ret", "value_", "result"}


def emit(folder, registry, commands, count):
    for c in commands:
        for p in c.params:
            if p.name in LOCALS:
                raise ModelError(f"{c.name}: {p.name} collides with a name of the generator")
    encode(folder, commands, count)
    entry(folder, registry, commands, count)
    proc(folder, registry)
    extensions(folder, registry)


# ---- encoders ----------------------------------------------------------------

def encoder_params(c):
    out = ["struct vgpu_stream *vs"]
    for p in c.params:
        if p.role == LOCAL:
            continue
        if p.role in (REF, OUT_REF):
            out.append(f"struct vgpu_ref {p.name}")
        elif p.base in NUMBERED and not p.stars:
            out.append(f"uint64_t {p.name}")
        elif c.names in ("gen", "create") and p.role == IN:
            out.append(declare(f"const {p.base} *", p.name))
        else:
            out.append(declare(p.ctype, p.name))
        if p.role in (BLOB, OUT_BLOB):
            out.append(f"uint64_t {p.name}_bytes")
    if c.newname:
        out.append(f"{'uint64_t' if c.newname == 'SYNC' else 'uint32_t'} new_name")
    return ", ".join(out)


def encoder_ret(c):
    return "void" if c.newname else "uint64_t" if c.ret == "GLsync" else c.ret


def fixed_tail(c):
    """Bytes of the tail when they are always the same, else None."""
    if not all(p.role == IN and is_constant(p) and not p.nullable for p in c.tails):
        return None
    return sum((int(p.expr) * element(p) + 7) & ~7 for p in c.tails)


def is_inline(c):
    """Small, always the same size, not answered: worth having at the call."""
    tail = fixed_tail(c)
    return tail is not None and tail <= 512 and not c.reply and not c.out_ref


def string_bytes(c, p):
    text = f"(const char *){p.name}" if p.base != "GLchar" else p.name
    return f"vgpu_string_bytes({text}, {expression(c, p.expr) if p.expr else -1})"


def strings_args(c, p):
    text = p.name if p.base == "GLchar" and p.const else f"(const char *const *){p.name}"
    return f"{expression(c, p.expr)}, {text}, {p.lengths or 'NULL'}"


def in_bytes(c, p):
    text = size_expression(c, p)
    return f"{p.name} ? {text} : 0" if p.nullable else text


def sizes(c, w):
    """Locals with the bytes of each tail part; returns the C expression of the tail's bytes."""
    parts = []
    for p in c.tails:
        name = f"{p.name}_bytes"
        if p.role == IN and is_constant(p) and not p.nullable:
            parts.append(str((int(p.expr) * element(p) + 7) & ~7))
        elif p.role == IN:
            w(f"\tconst uint64_t {name} = {in_bytes(c, p)};")
            parts.append(f"vgpu_pad({name})")
        elif p.role == STRING:
            null = "" if p.nullable else f"{p.name} ? "
            w(f"\tconst uint64_t {name} = {null}{string_bytes(c, p)}{'' if p.nullable else ' : 0'};")
            parts.append(f"vgpu_string_tail({name})")
        elif p.role == STRINGS:
            w(f"\tconst uint64_t {name} = vgpu_strings_bytes({strings_args(c, p)});")
            parts.append(f"vgpu_pad({name})")
        elif p.role == BLOB:
            parts.append(f"vgpu_pad({name})")
        elif p.role == REF:
            parts.append(f"vgpu_pad(vgpu_ref_tail({p.name}))")
    return " + ".join(parts)


def field_value(f):
    if f.part == "present":
        return f"{f.param.name} != NULL"
    if f.part == "kind":
        return f"{f.param.name}.kind"
    if f.part == "value" and f.param and f.param.role in (REF, OUT_REF):
        return f"{f.param.name}.value"
    return f.name


def capacity(c, p):
    """How much of an output the program's memory takes."""
    text = f"{p.name}_bytes" if p.role == OUT_BLOB else str(p.dynamic_bytes) if p.role == DYNAMIC else \
        size_expression(c, p)
    return f"{p.name} ? {text} : 0"


def encoder(c, w):
    fields, size = layout(c)
    inline = is_inline(c)
    w("", f"{'static inline ' if inline else ''}{encoder_ret(c)} enc_{c.name}({encoder_params(c)})", "{")
    tail = sizes(c, w)
    if fixed_tail(c) is not None:
        total = str(8 + size + fixed_tail(c))
    else:
        total = f"(uint32_t)({8 + size} + {tail})"
    begin = f"vgpu_cmd_begin(vs, VGPU_OP_{c.name}, {total});"
    if fields:
        w(f"\tstruct wire_{c.name} *wire = (void *){begin}")
        used = "wire + 1"
    elif c.tails:
        w(f"\tuint8_t *at = {begin}")
    if c.tails and fields:
        w("\tuint8_t *at = (uint8_t *)(wire + 1);")
    if c.has_ret and c.outs:
        w("\tuint64_t result = 0;")
    if fields or c.tails or (c.has_ret and c.outs):
        w("")
    if not fields and not c.tails:
        w(f"\t{begin}")
    if fields:
        w(f"\t*wire = (struct wire_{c.name}){{ " +
          ", ".join(f".{f.name} = {field_value(f)}" for f in fields if f.part != "pad") + " };")
    for i, p in enumerate(c.tails):
        keep = "" if i == len(c.tails) - 1 else "at = "
        name = f"{p.name}_bytes"
        if p.role == IN and is_constant(p) and not p.nullable:
            w(f"\t{keep}vgpu_put(at, {p.name}, {int(p.expr) * element(p)});")
        elif p.role in (IN, BLOB):
            w(f"\t{keep}vgpu_put(at, {p.name}, {name});")
        elif p.role == STRING:
            w(f"\t{keep}vgpu_put_string(at, {p.name}, {name});")
        elif p.role == STRINGS:
            w(f"\t{keep}vgpu_put_strings(at, {name}, {strings_args(c, p)});")
        elif p.role == REF:
            w(f"\t{keep}vgpu_put(at, {p.name}.data, vgpu_ref_tail({p.name}));")
    if c.tails and not (fixed_tail(c) is not None and fixed_tail(c) <= 512):
        w("\tvgpu_cmd_end(vs);")
    answer(c, w)
    w("}")


def answer(c, w):
    op = f"VGPU_OP_{c.name}"
    if c.out_ref:
        w(f"\tvgpu_wait_ref(vs, {op}, {c.out_ref.name});")
    elif c.outs:
        value = "&result" if c.has_ret else "NULL"
        w(f"\tif (vgpu_wait_outs(vs, {op}, {value})) {{")
        for p in c.outs:
            w(f"\t\tvgpu_reply_read_blob(vs, {p.name}, {capacity(c, p)});")
        w("\t\tvgpu_reply_end(vs);", "\t}")
        if c.has_ret:
            w(f"\treturn ({encoder_ret(c)})result;")
    elif c.has_ret:
        w(f"\treturn ({encoder_ret(c)})vgpu_wait_value(vs, {op});")
    elif c.sync:
        w(f"\tif (vgpu_wait_outs(vs, {op}, NULL))", "\t\tvgpu_reply_end(vs);")


def encode(folder, commands, count):
    w = Writer(folder, "encode.h", "VGPU_GEN_ENCODE_H")
    w("/*", " * One function per command: writes it into the thread's stream, and waits when it is",
      " * answered. The caller has made sure that it fits one command (vgpu_fits). Output",
      " * pointers may be NULL; what the host did not write is left as it is.", " */",
      "#include \"frontend/gl/encode_support.h\"", "#include \"gl_types.h\"", "#include \"ops.h\"",
      "#include \"wire_gl.h\"")
    for c in commands:
        if is_inline(c):
            encoder(c, w)
        else:
            w("", f"{encoder_ret(c)} enc_{c.name}({encoder_params(c)});")
    w.close()
    heavy = [c for c in commands if not is_inline(c)]
    for i, part in enumerate(shards(heavy, count, lambda c: 2 + len(c.tails) + len(c.outs))):
        w = Writer(folder, f"encode_{i}.c")
        w("#include \"encode.h\"")
        for c in part:
            encoder(c, w)
        w.close()


# ---- entry points ----------------------------------------------------------------

def entry_names(registry):
    """Every name a program may ask for -> the command whose entry point serves it."""
    out = {}
    for c in registry.commands.values():
        if c.private or c.refuse:
            continue
        out[c.name] = registry.commands[c.merged] if c.merged else c
        out.update((name, c) for name in c.also)
    return out


def entry(folder, registry, commands, count):
    own = sorted((c for c in registry.commands.values() if not c.private and not c.refuse and not c.merged),
                 key=lambda c: c.name)
    w = Writer(folder, "entry.h", "VGPU_GEN_ENTRY_H")
    w("/*", " * The GL entry points; aliases (glBindBufferARB) share their target's. Those marked with",
      " * a file are hand-written in frontend/gl/.", " */", "#include \"gl_types.h\"")
    for c in own:
        note = f" /* {c.guest} */" if c.guest else ""
        w("", f"{c.ret} GLAPIENTRY entry_{c.name}({prototype(c)});{note}")
    w.close()
    for i, part in enumerate(shards([c for c in own if not c.guest], count,
                                    lambda c: 2 + len(c.params) // 4 + len(c.tails))):
        w = Writer(folder, f"entry_{i}.c")
        w("#include \"entry.h\"", "#include \"encode.h\"", "#include \"frontend/client.h\"",
          "#include \"frontend/gl/names.h\"", "#include \"frontend/gl/state.h\"",
          "#include \"frontend/gl/uniforms.h\"")
        for c in part:
            entry_point(c, w)
        w.close()


def call_args(c):
    out = ["ctx->stream"] + [p.name for p in c.params]
    if c.newname:
        out.append("new_name")
    return ", ".join(out)


def total_bytes(c):
    """C for the bytes of all that varies, saturating; None when nothing does."""
    parts = []
    for p in c.tails:
        if p.role == IN and not is_constant(p):
            text = in_bytes(c, p)
            parts.append(f"({text})" if p.nullable else text)
        elif p.role == STRING:
            parts.append(string_bytes(c, p).replace("vgpu_string_bytes", "vgpu_string_cost"))
        elif p.role == STRINGS:
            parts.append(f"vgpu_strings_bytes({strings_args(c, p)})")
    if not parts:
        return None
    text = parts[0]
    for part in parts[1:]:
        text = f"vgpu_add({text}, {part})"
    return text


def entry_point(c, w):
    w("", f"{c.ret} GLAPIENTRY entry_{c.name}({prototype(c)})", "{",
      "\tstruct vgpu_context *ctx = vgpu_current;")
    ret = "\t\treturn;" if c.ret == "void" else "\t\treturn 0;"
    if c.newname:
        w("\tGLuint new_name = 0;")
    total = total_bytes(c)
    if re.match(r"gl(Program)?Uniform(Matrix)?\d.*v", c.name) and total:
        program = "program" if "Program" in c.name else "0"
        w("", "\tif (ctx && count > VGPU_UNIFORM_MANY &&",
          f"\t    !vgpu_gl_uniform_count(ctx, {program}, location, &count))", "\t\treturn;")
    w("", "\tif (!ctx)" if not total else f"\tif (!ctx || !vgpu_fits(ctx, {total}))", ret)
    call = f"enc_{c.name}({call_args(c)});"
    if c.names in ("gen", "create"):
        p = c.params[-1]
        w(f"\tif ({p.expr} > 0 && vgpu_guest_names_alloc(ctx, VGPU_NAME_{p.kind}, (uint32_t){p.expr}, {p.name})) {{",
          "\t\tvgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);", "\t\treturn;", "\t}", f"\t{call}")
    elif c.names == "delete":
        p = c.params[-1]
        w(f"\t{call}", f"\tif ({p.expr} > 0)", f"\t\tvgpu_guest_names_free(ctx, VGPU_NAME_{p.kind}, (uint32_t){p.expr}, {p.name});")
    elif c.newname:
        w(f"\tif (vgpu_guest_names_alloc(ctx, VGPU_NAME_{c.newname}, 1, &new_name)) {{",
          "\t\tvgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);", "\t\treturn 0;", "\t}", f"\t{call}",
          f"\treturn new_name;")
    else:
        if c.bind:
            w(f"\tvgpu_guest_names_note(ctx, VGPU_NAME_{c.param(c.bind).kind}, {c.bind});")
        w(f"\t{'return ' if c.ret != 'void' else ''}{call}")
    w("}")


def proc(folder, registry):
    names = entry_names(registry)
    w = Writer(folder, "proc.c")
    w("#include <stddef.h>", "#include <string.h>", "", "#include \"entry.h\"", "#include \"frontend/client.h\"", "",
      "/* Sorted by name. */", "static const struct {", "\tconst char *name;", "\tvoid (*entry)(void);",
      "} procs[] = {")
    for name, c in sorted(names.items()):
        w(f"\t{{ \"{name}\", (void (*)(void))entry_{c.name} }},")
    w("};", "", "void *vgpu_gl_get_proc(const char *name)", "{",
      "\tsize_t low = 0, high = sizeof(procs) / sizeof(procs[0]);", "",
      "\twhile (low < high) {", "\t\tsize_t middle = (low + high) / 2;",
      "\t\tint order = strcmp(name, procs[middle].name);", "",
      "\t\tif (order == 0)", "\t\t\treturn (void *)procs[middle].entry;", "\t\tif (order < 0)",
      "\t\t\thigh = middle;", "\t\telse", "\t\t\tlow = middle + 1;", "\t}", "\treturn NULL;", "}")
    w.close()


def carried_extensions(registry, refused):
    """{extension: None or the reason why the guest does not see it}"""
    out = {}
    for name, commands in registry.extensions.items():
        why = refused.get(name)
        for c in commands:
            if not why and registry.commands[c].refuse:
                why = f"{c}: {registry.commands[c].refuse}"
        out[name] = why
    return out


def extensions(folder, registry):
    w = Writer(folder, "extensions.h", "VGPU_GEN_EXTENSIONS_H")
    w("#include <stdbool.h>", "",
      "/*", " * May a program see this extension of the host? True when the registry knows it and the",
      " * wire carries all of its commands. Any thread.", " */",
      "bool vgpu_gl_extension_carried(const char *name);")
    w.close()
    w = Writer(folder, "extensions.c")
    w("#include <stddef.h>", "#include <string.h>", "", "#include \"extensions.h\"", "",
      "/* Sorted by name. */", "static const char *const carried[] = {")
    for name, why in sorted(registry.carried_extensions.items()):
        w(f"\t/* {name}: {why} */" if why else f"\t\"{name}\",")
    w("};", "", "bool vgpu_gl_extension_carried(const char *name)", "{",
      "\tsize_t low = 0, high = sizeof(carried) / sizeof(carried[0]);", "",
      "\twhile (low < high) {", "\t\tsize_t middle = (low + high) / 2;",
      "\t\tint order = strcmp(name, carried[middle]);", "",
      "\t\tif (order == 0)", "\t\t\treturn true;", "\t\tif (order < 0)",
      "\t\t\thigh = middle;", "\t\telse", "\t\t\tlow = middle + 1;", "\t}", "\treturn false;", "}")
    w.close()

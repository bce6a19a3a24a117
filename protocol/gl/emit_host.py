# SPDX-License-Identifier: MIT
"""host_gl.h, host_gl.c, decode.h, decode_N.c: the worker's half."""

import re

from ctypes_gl import NUMBERED, abi, declare, element, expression, is_constant, layout, prototype, size_expression
from cwriter import Writer, shards
from model import (BLOB, DYNAMIC, IN, LENGTHS, OUT, OUT_BLOB, OUT_REF, REF, ROLES_OUT, SCALAR, STRING, STRINGS,
                   ModelError)

# Commands that define an image of some dimensions.
MAKES_IMAGE = re.compile(r"(TexImage|TextureImage|TexStorage|TextureStorage|RenderbufferStorage)\d?D?\w*$")
# Parameters that name the first of a number of consecutive things.
FIRST_OF_MANY = ("first", "index", "start", "bindingIndex", "wordIndex", "viewport")
PARAMS = "struct vgpu_replay *replay, const uint8_t *fixed, const uint8_t *tail, uint64_t tail_bytes"


def emit(folder, registry, commands, count):
    gl = [c for c in commands if not c.private]
    local = [c for c in registry.commands.values() if c.local]
    needs = extension_needs(registry, gl)
    host_gl(folder, registry, sorted(gl + local, key=lambda c: c.name))
    decode(folder, commands, count)
    host_needs(folder, needs)


def extension_needs(registry, commands):
    """Numbers the sets of extensions one of which a command needs; gives each command its set's."""
    family = {c.name: [c] for c in commands}
    for c in registry.commands.values():
        if c.merged in family:
            family[c.merged].append(c)
    numbers = {}
    for c in commands:
        if not any(one.versions for one in family[c.name]):
            names = sorted({name for one in family[c.name] for name in one.extensions})
            c.needs = numbers.setdefault(tuple(names), len(numbers)) if names else None
    return list(numbers)


def host_needs(folder, needs):
    w = Writer(folder, "host_needs.h", "VGPU_GEN_HOST_NEEDS_H")
    w("/* What the host's drivers lack of what commands need that no version of GL has. */", "#include <stdbool.h>", "",
      f"#define VGPU_NEEDS {len(needs)}", "", "/* By set of extensions. All false until vgpu_needs_look. */",
      "extern bool vgpu_lacks[VGPU_NEEDS];", "",
      "/* Ask has for the extensions, once, before commands are decoded. */",
      "void vgpu_needs_look(bool (*has)(const void *data, const char *extension), const void *data);")
    w.close()
    w = Writer(folder, "host_needs.c")
    w("#include <stddef.h>", "#include <string.h>", "", "#include \"host_needs.h\"", "",
      "bool vgpu_lacks[VGPU_NEEDS];", "", "/* A name, then others that bring the same; an empty one ends. */",
      "static const char *const needs[VGPU_NEEDS] = {")
    for names in needs:
        w("\t" + " ".join(f"\"{name}\\0\"" for name in names) + ",")
    w("};", "", "void vgpu_needs_look(bool (*has)(const void *data, const char *extension), const void *data)", "{",
      "\tfor (size_t i = 0; i < VGPU_NEEDS; i++) {", "\t\tbool found = false;", "",
      "\t\tfor (const char *name = needs[i]; *name && !found; name += strlen(name) + 1)",
      "\t\t\tfound = has(data, name);", "\t\tvgpu_lacks[i] = !found;", "\t}", "}")
    w.close()


# ---- the host's functions ------------------------------------------------------

def signature(c):
    return (c.ret, tuple(p.ctype for p in c.params))


def host_gl(folder, registry, commands):
    aliases = {}
    for c in registry.commands.values():
        if c.merged:
            aliases.setdefault(c.merged, []).append(c.name)
    w = Writer(folder, "host_gl.h", "VGPU_GEN_HOST_GL_H")
    w("/* The host's GL functions; NULL where the host lacks one. */", "#include \"gl_types.h\"", "",
      "struct vgpu_gl {")
    for c in commands:
        w(f"\t{c.ret}{'' if c.ret.endswith('*') else ' '}(GLAPIENTRY *{c.name[2:]})({prototype(c)});")
    w("};", "", "/* Fill from a GetProcAddress. A name the host lacks is tried under its aliases. */",
      "void vgpu_gl_load(struct vgpu_gl *gl, void *(*get)(const char *name));",
      "/* Functions that do nothing and return 0, for fuzzing. */",
      "void vgpu_gl_load_null(struct vgpu_gl *gl);")
    w.close()
    w = Writer(folder, "host_gl.c")
    w("#include <stddef.h>", "#include <string.h>", "", "#include \"host_gl.h\"", "",
      "/* In the order of struct vgpu_gl: a name, then its aliases, each with its NUL; an empty one ends. */",
      "static const char *const gl_names[] = {")
    for c in commands:
        w("\t" + " ".join(f"\"{n}\\0\"" for n in [c.name] + sorted(aliases.get(c.name, []))) + ",")
    w("};", "_Static_assert(sizeof(gl_names) / sizeof(gl_names[0]) == sizeof(struct vgpu_gl) / sizeof(void *),",
      "               \"a name for each\");", "",
      "void vgpu_gl_load(struct vgpu_gl *gl, void *(*get)(const char *name))", "{",
      "\tfor (size_t i = 0; i < sizeof(gl_names) / sizeof(gl_names[0]); i++) {", "\t\tvoid *found = NULL;", "",
      "\t\tfor (const char *name = gl_names[i]; *name && !found; name += strlen(name) + 1)",
      "\t\t\tfound = get(name);",
      "\t\tmemcpy((char *)gl + i * sizeof(found), &found, sizeof(found));", "\t}", "}")
    nulls = {}
    for c in commands:
        key = signature(c)
        if key in nulls:
            continue
        nulls[key] = f"null_{len(nulls)}"
        ret = "" if c.ret == "void" else "\treturn 0;\n"
        w("", f"static {declare(c.ret, '')}GLAPIENTRY {nulls[key]}({prototype(c)})", "{\n" + ret + "}")
    w("", "void vgpu_gl_load_null(struct vgpu_gl *gl)", "{", "\t*gl = (struct vgpu_gl){")
    for c in commands:
        w(f"\t\t.{c.name[2:]} = {nulls[signature(c)]},")
    w("\t};", "}")
    w.close()


# ---- decoders ------------------------------------------------------------------

def replay_prototype(c):
    return f"int replay_{c.name}(struct vgpu_replay *replay, const struct args_{c.name} *args)"


def decode(folder, commands, count):
    w = Writer(folder, "decode.h", "VGPU_GEN_DECODE_H")
    w("/*", " * Decoders: check a command and replay it. fixed and tail are 8-aligned, fixed has",
      " * vgpu_ops[opcode].fixed_bytes. They return 0, or -EPROTO: close the stream.", " */",
      "#include \"args.h\"", "#include \"backend/worker/replay.h\"", "#include \"host_gl.h\"", "#include \"ops.h\"", "",
      f"typedef int vgpu_decode_fn({PARAMS});", "",
      "/* Indexed by opcode; NULL: no such command. */",
      "extern vgpu_decode_fn *const vgpu_decoders[VGPU_OP_COUNT];", "", "/*",
      " * The short way of commands that are all fixed part and answer nothing: a context is current, fixed",
      " * has what vgpu_ops says, nothing follows, and fn, the host's function, is not NULL. fixed may be shared",
      " * with a guest that writes to it meanwhile: each field is loaded once, what is checked is what was",
      " * loaded. Whatever is wrong goes to replay->broken.", " */", "typedef void vgpu_gl_fn(void);",
      "typedef void vgpu_quick_fn(struct vgpu_replay *replay, const uint8_t *fixed, vgpu_gl_fn *fn);",
      "struct vgpu_quick {", "\tvgpu_quick_fn *run;", "\tuint32_t gl; /* of fn in struct vgpu_gl, octets */", "};",
      "/* Indexed by opcode; run is NULL: there is only the decoder. */",
      "extern const struct vgpu_quick vgpu_quicks[VGPU_OP_COUNT];", "",
      "/*", " * Hand-written, in the files named. They return 0 or -EPROTO, and answer exactly once if",
      " * the command has an answer. Called with a context current, except the private ones.", " */")
    for c in commands:
        if c.host:
            w(f"{replay_prototype(c)}; /* {c.host} */")
    w("")
    for c in commands:
        w(f"vgpu_decode_fn decode_{c.name};")
    w("", "/* Those of commands with quick = 1 are hand-written, beside their replay functions. */")
    for c in commands:
        if quick(c):
            w(f"vgpu_quick_fn quick_{c.name};")
    w.close()
    weight = lambda c: 3 + len(c.params) // 3 + 2 * len(c.tails) + 3 * len(c.outs)
    for i, part in enumerate(shards(commands, count, weight)):
        w = Writer(folder, f"decode_{i}.c")
        w("#include <stddef.h>", "", "#include \"backend/worker/decode_support.h\"", "#include \"backend/worker/names.h\"",
          "#include \"decode.h\"", "#include \"wire_gl.h\"")
        for c in part:
            decoder(c, w)
        if i == 0:
            w("", "vgpu_decode_fn *const vgpu_decoders[VGPU_OP_COUNT] = {")
            for c in sorted(commands, key=lambda c: c.opcode):
                w(f"\t[VGPU_OP_{c.name}] = decode_{c.name},")
            w("};", "", "const struct vgpu_quick vgpu_quicks[VGPU_OP_COUNT] = {")
            for c in sorted(commands, key=lambda c: c.opcode):
                if quick(c):
                    w(f"\t[VGPU_OP_{c.name}] = {{ quick_{c.name}, offsetof(struct vgpu_gl, {c.name[2:]}) }},")
            w("};")
        w.close()


def kind(p, c=None, prefix="wire->"):
    if "(" in p.kind:
        return expression(c, p.kind, prefix)
    return f"VGPU_NAME_{p.kind}"


def cut(c, p):
    """C that takes a parameter from the tail."""
    if p.role == IN:
        size = size_expression(c, p, "wire->")
        if p.nullable:
            return f"wire->{p.name}_present ? vgpu_tail_cut(&cut, {size}) : NULL"
        return f"vgpu_tail_cut(&cut, {size})"
    nullable = "true" if p.nullable else "false"
    if p.role == STRING and p.expr:
        return (f"vgpu_tail_string_of(&cut, wire->{p.name}_bytes, {expression(c, p.expr, 'wire->')}, {nullable})")
    if p.role == STRING:
        return f"vgpu_tail_string(&cut, wire->{p.name}_bytes, {nullable})"
    if p.role == STRINGS:
        lengths = f"&{p.lengths}" if p.lengths else "NULL"
        return (f"vgpu_tail_strings(replay, &cut, wire->{p.name}_bytes, {expression(c, p.expr, 'wire->')}, {lengths})")
    if p.role == BLOB:
        return f"vgpu_tail_cut(&cut, wire->{p.name}_bytes)"
    if p.role == REF:
        return f"vgpu_tail_ref(&cut, wire->{p.name}_kind, wire->{p.name}_value)"
    if p.role == OUT_REF:
        return f"vgpu_tail_out_ref(&cut, wire->{p.name}_kind, wire->{p.name}_value)"
    if p.role == OUT_BLOB:
        return f"vgpu_tail_capacity(&cut, wire->{p.name}_bytes)"
    raise ModelError(f"{c.name}: {p.name}")


def local_type(p):
    if p.role == STRINGS:
        return "const char *const *"
    if p.role in (REF, OUT_REF):
        return "const struct vgpu_ref"
    if p.role == OUT_BLOB:
        return "const uint64_t"
    if p.stars:
        return f"const {p.base} *" if p.base not in ("GLcharARB",) else "const GLchar *"
    return p.ctype


def guarded(c):
    """C for "no context or no such function"."""
    lacks = f" || vgpu_lacking(replay, {c.needs})" if c.needs is not None else ""
    return f"!replay->ctx || !replay->gl->{c.name[2:]}{lacks}"


def unanswered(c):
    if c.reply:
        return f"vgpu_answer_empty(replay, VGPU_OP_{c.name})"
    return "0"


def plain(c):
    """Is it all fixed part, and nothing but a call of the host's function?"""
    special = c.host or c.private or c.outs or c.names or c.reply or c.newname or c.needs is not None
    return not special and all(p.role == SCALAR for p in c.params)


def quick(c):
    if c.quick and c.needs is not None:
        raise ModelError(f"{c.name}: quick, but not every host has it")
    return c.quick or plain(c)


def quick_call(c, w):
    fields = [f.name for f in layout(c)[0] if f.part != "pad"]
    w("", f"void quick_{c.name}(struct vgpu_replay *replay, const uint8_t *fixed, vgpu_gl_fn *fn)", "{")
    if fields:
        loads = ", ".join(f".{name} = shared->{name}" for name in fields)
        w(f"\tconst volatile struct wire_{c.name} *const shared = (const volatile void *)fixed;",
          f"\tconst struct wire_{c.name} loaded = {{ {loads} }};", f"\tconst struct wire_{c.name} *const wire = &loaded;",
          "")
    w(f"\t((__typeof__(replay->gl->{c.name[2:]}))fn)({arguments(c)});", "}")


def decoder(c, w):
    fields, _ = layout(c)
    if plain(c):
        quick_call(c, w)
        w("", f"int decode_{c.name}({PARAMS})", "{", "\tif (tail_bytes)", "\t\treturn -EPROTO;",
          f"\tif (replay->ctx && replay->gl->{c.name[2:]})",
          f"\t\tquick_{c.name}(replay, fixed, (vgpu_gl_fn *)replay->gl->{c.name[2:]});", "\treturn 0;", "}")
        return
    taken = [p for p in c.params if p.role in (IN, STRING, STRINGS, BLOB, REF, OUT_REF, OUT_BLOB)]
    w("", f"int decode_{c.name}({PARAMS})", "{")
    if any(f.part != "pad" for f in fields):
        w(f"\tconst struct wire_{c.name} *wire = (const void *)fixed;")
    if taken:
        w("\tstruct vgpu_tail cut = { .at = tail, .left = tail_bytes };")
        for p in taken:
            if p.role == STRINGS and p.lengths:
                w(f"\tconst GLint *{p.lengths} = NULL;")
            w(f"\t{declare(local_type(p), p.name)} = {cut(c, p)};")
    if not c.host and c.outs:
        outs(c, w)
    if c.host:
        custom_args(c, w)
    w("", "\tif (!vgpu_tail_done(&cut))" if taken else "\tif (tail_bytes)", "\t\treturn -EPROTO;")
    if c.host:
        custom_call(c, w)
    elif c.names:
        names_call(c, w)
    elif c.outs:
        outs_call(c, w)
    else:
        plain_call(c, w)
    w("}")


def custom_args(c, w):
    lines = []
    for p in c.params:
        if p.role == SCALAR:
            lines.append(f".{p.name} = {scalar(p, c)}")
        elif p.role in (IN, BLOB, STRING):
            lines.append(f".{p.name} = {p.name}")
            if p.role == IN:
                size = size_expression(c, p, "wire->")
                size = f"wire->{p.name}_present ? {size} : 0" if p.nullable else size
            else:
                size = f"wire->{p.name}_bytes"
            lines.append(f".{p.name}_bytes = {size}")
        elif p.role in (STRINGS, LENGTHS, REF, OUT_REF):
            lines.append(f".{p.name} = {p.name}")
        elif p.role == OUT_BLOB:
            lines.append(f".{p.name}_bytes = {p.name}")
        elif p.role == OUT:
            lines.append(f".{p.name}_bytes = {size_expression(c, p, 'wire->')}")
        elif p.role == DYNAMIC:
            lines.append(f".{p.name}_bytes = {p.dynamic_bytes}")
    if c.newname:
        lines.append(".new_name = wire->new_name")
    w(f"\tconst struct args_{c.name} args = {{")
    for line in lines or [".none = 0"]:
        w(f"\t\t{line},")
    w("\t};")


def custom_call(c, w):
    if not c.private:
        if c.out_ref:
            name = c.out_ref.name
            w(f"\tif ({guarded(c)})",
              f"\t\treturn {name}.kind == VGPU_REF_BLOB ? vgpu_answer_empty(replay, VGPU_OP_{c.name}) : 0;")
        else:
            w(f"\tif ({guarded(c)})", f"\t\treturn {unanswered(c)};")
    w(f"\treturn replay_{c.name}(replay, &args);")


def scalar(p, c):
    """The field as it stands; the first of several things as a number to which a count can be added."""
    if p.base == "GLuint" and p.name in FIRST_OF_MANY and any(c.param(n) for n in ("count", "n")):
        return f"vgpu_number(wire->{p.name})"
    if p.base == "GLsizei" and p.name in ("width", "height", "depth") and MAKES_IMAGE.search(c.name):
        return f"vgpu_dimension(replay, wire->{p.name})"
    if p.base in ("GLintptr", "GLsizeiptr", "GLintptrARB", "GLsizeiptrARB"):
        return f"vgpu_offset(wire->{p.name})"
    return f"wire->{p.name}"


def argument(c, p):
    """What the driver gets."""
    if p.role == SCALAR:
        if c.bind == p.name:
            target = "wire->target" if c.param("target") else "0"
            return f"vgpu_host_name_bind(replay, {kind(p)}, wire->{p.name}, {target})"
        if p.kind and "(" in p.kind:
            return f"vgpu_host_name_if(replay, {kind(p, c)}, wire->{p.name})"
        if p.kind:
            return f"vgpu_host_name(replay, {kind(p)}, wire->{p.name})"
        return scalar(p, c)
    if p.role == IN and p.kind:
        return f"{p.name}_host"
    if p.role == STRINGS and "const*" not in p.ctype:
        return f"(void *){p.name}"
    if p.role in (STRING, IN) and not p.const:
        return f"(void *)(uintptr_t){p.name}"
    return p.name


def arguments(c):
    return ", ".join(argument(c, p) for p in c.params)


def host_arrays(c, w):
    """Translate arrays of names; declared after the checks, for they need the scratch."""
    arrays = [p for p in c.params if p.role == IN and p.kind]
    for p in arrays:
        size = size_expression(c, p, "wire->")
        call = f"vgpu_host_names(replay, {kind(p, c)}, {p.name}, {size})"
        if p.nullable:
            call = f"{p.name} ? {call} : NULL"
        w(f"\tconst GLuint *{p.name}_host = {call};")
    for p in arrays:
        test = f"{p.name} && !{p.name}_host" if p.nullable else f"!{p.name}_host"
        w(f"\tif ({test})", f"\t\treturn {unanswered(c)};")


def plain_call(c, w):
    arrays = any(p.role == IN and p.kind for p in c.params)
    call = f"replay->gl->{c.name[2:]}({arguments(c)})"
    if not c.reply and not arrays and not c.newname:
        lacks = f" && !vgpu_lacking(replay, {c.needs})" if c.needs is not None else ""
        w(f"\tif (replay->ctx && replay->gl->{c.name[2:]}{lacks})", f"\t\t{call};", "\treturn 0;")
        return
    w(f"\tif ({guarded(c)})", f"\t\treturn {unanswered(c)};")
    host_arrays(c, w)
    if c.newname:
        w(f"\treturn vgpu_replay_add_name(replay, VGPU_NAME_{c.newname}, wire->new_name, {call});")
    elif c.has_ret:
        w(f"\treturn vgpu_answer_value(replay, VGPU_OP_{c.name}, (uint64_t){call});")
    elif c.sync:
        w(f"\t{call};", f"\treturn vgpu_answer_empty(replay, VGPU_OP_{c.name});")
    else:
        w(f"\t{call};", "\treturn 0;")


def names_call(c, w):
    p = c.params[-1]
    fn = f"replay->gl->{c.name[2:]}"
    w(f"\tif ({guarded(c)})", "\t\treturn 0;")
    if c.names == "create":
        first = c.params[0]
        w(f"\treturn vgpu_replay_create_names_target(replay, {kind(p)}, wire->{first.name}, wire->{p.expr},",
          f"\t\t\t\t\t       {p.name}, {fn});")
    else:
        w(f"\treturn vgpu_replay_{c.names}_names(replay, {kind(p)}, wire->{p.expr}, {p.name}, {fn});")


def outs(c, w):
    w("\tstruct vgpu_out out[] = {")
    for p in c.outs:
        size = str(p.dynamic_bytes) if p.role == DYNAMIC else size_expression(c, p, "wire->")
        names = kind(p, c) if p.kind else "-1"
        w(f"\t\t{{ .capacity = {size}, .element = {element(p)}, .kind = {names} }},")
    w("\t};", "\tint pass = 0;")
    if c.has_ret:
        w("\tuint64_t value = 0;")


def outs_call(c, w):
    n = len(c.outs)
    place = {p.name: f"out[{i}].data" for i, p in enumerate(c.outs)}
    args = ", ".join(place.get(p.name) or argument(c, p) for p in c.params)
    again = "vgpu_outs_pass" if c.name.startswith("glGet") and not c.once else "vgpu_outs_once"
    w(f"\tif ({guarded(c)})", f"\t\treturn {unanswered(c)};")
    host_arrays(c, w)
    value = "value = (uint64_t)" if c.has_ret else ""
    w(f"\twhile ({again}(replay, out, {n}, &pass))", f"\t\t{value}replay->gl->{c.name[2:]}({args});",
      f"\treturn vgpu_outs_answer(replay, VGPU_OP_{c.name}, {'&value' if c.has_ret else 'NULL'}, out, {n});")

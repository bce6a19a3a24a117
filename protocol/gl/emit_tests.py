# SPDX-License-Identifier: MIT
"""test_roundtrip_N.c: every command from entry point to driver and back, over tests/unit/gen_roundtrip.h."""

from ctypes_gl import NUMBERED, declare, element, expression, prototype, size_expression
from cwriter import Writer, shards
from emit_guest import encoder_ret
from emit_host import replay_prototype
from emit_host import scalar
from model import (BLOB, DYNAMIC, IN, LENGTHS, LOCAL, OUT, OUT_BLOB, OUT_REF, REF, SCALAR, STRING, STRINGS)


def emit(folder, commands, count):
    weight = lambda c: 4 + len(c.params) + 2 * len(c.outs) + 2 * len(c.tails)
    parts = shards(commands, count, weight)
    w = Writer(folder, "test_roundtrip.h", "VGPU_GEN_TEST_ROUNDTRIP_H")
    w("#include \"host_gl.h\"", "#include \"tests/unit/gen_roundtrip.h\"", "",
      "/* The cases of each shard, ended by a NULL run; and the recording functions of its drivers. */",
      f"#define RT_SHARDS {count}", "extern const struct rt_case *const rt_cases[RT_SHARDS];",
      "void rt_load(struct vgpu_gl *gl);")
    for i in range(count):
        w(f"extern const struct rt_case rt_cases_{i}[];", f"void rt_load_{i}(struct vgpu_gl *gl);")
    w.close()
    for i, part in enumerate(parts):
        w = Writer(folder, f"test_roundtrip_{i}.c")
        w("#include \"decode.h\"", "#include \"encode.h\"", "#include \"entry.h\"", "#include \"test_roundtrip.h\"")
        for c in part:
            driver(c, w)
            test(c, w)
        w("", f"void rt_load_{i}(struct vgpu_gl *gl)", "{")
        for c in part:
            if not c.private:
                # a hand-written half needs the function to be there, and calls nothing here
                w(f"\tgl->{c.name[2:]} = drive_{c.name};" if not c.host else
                  f"\trt_present(&gl->{c.name[2:]}, sizeof(gl->{c.name[2:]}));")
        w("}", "", f"const struct rt_case rt_cases_{i}[] = {{")
        for c in part:
            w(f"\t{{ VGPU_OP_{c.name}, test_{c.name} }},")
        w("\t{ 0, NULL },", "};")
        if i == 0:
            w("", "const struct rt_case *const rt_cases[RT_SHARDS] = {")
            for j in range(count):
                w(f"\trt_cases_{j},")
            w("};", "", "void rt_load(struct vgpu_gl *gl)", "{")
            for j in range(count):
                w(f"\trt_load_{j}(gl);")
            w("}")
        w.close()


def kind_of(c, p, prefix=""):
    return expression(c, p.kind, prefix) if "(" in p.kind else f"VGPU_NAME_{p.kind}"


# ---- the driver's side: records what it got --------------------------------------

def driver(c, w):
    if c.host:
        custom_driver(c, w)
        return
    if c.names:
        fn = "rt_drive_target" if c.names == "create" else "rt_drive_names" if c.names == "gen" else "rt_drive_delete"
        w("", f"static void GLAPIENTRY drive_{c.name}({prototype(c)})", "{",
          f"\trt_call(VGPU_OP_{c.name});", f"\t{fn}({', '.join(p.name for p in c.params)});", "}")
        return
    w("", f"static {declare(c.ret, '')}GLAPIENTRY drive_{c.name}({prototype(c)})", "{",
      f"\trt_call(VGPU_OP_{c.name});")
    for p in c.params:
        if p.role == SCALAR:
            w(f"\tRT_GOT({p.name});")
        elif p.role == IN:
            w(f"\trt_got_array({p.name}, {size_expression(c, p)});")
        elif p.role == STRING:
            w(f"\trt_got_string({p.name}, {expression(c, p.expr) if p.expr else -1});")
        elif p.role == STRINGS:
            w(f"\trt_got_strings({expression(c, p.expr)}, (const void *){p.name}, {p.lengths or 'NULL'});")
    outputs(c, w, "", lambda p: p.name)
    if c.newname:
        w(f"\treturn RT_NEW_HOST;")
    elif c.has_ret:
        w(f"\treturn ({c.ret})rt_result();")
    w("}")


def outputs(c, w, prefix, place):
    for p in c.outs:
        if p.role == DYNAMIC:
            w(f"\trt_write({place(p)}, {3 * element(p)});")
        elif p.role == OUT_BLOB:
            w(f"\trt_write({place(p)}, {prefix}{p.name}_bytes);")
        else:
            w(f"\trt_write({place(p)}, {size_expression(c, p, prefix)});")


def custom_driver(c, w):
    if c.quick:  # the tests go through the decoders
        w("", f"void quick_{c.name}(struct vgpu_replay *replay, const uint8_t *fixed, vgpu_gl_fn *fn)", "{",
          "\t(void)replay;", "\t(void)fixed;", "\t(void)fn;", "}")
    w("", replay_prototype(c), "{", f"\trt_call(VGPU_OP_{c.name});")
    used = False
    for p in c.params:
        if p.role == SCALAR:
            w(f"\tRT_GOT(args->{p.name});")
        elif p.role in (IN, BLOB):
            w(f"\trt_got_array(args->{p.name}, args->{p.name}_bytes);")
        elif p.role == STRING:
            w(f"\trt_got_string(args->{p.name}, args->{p.name} ? (int64_t)args->{p.name}_bytes : -1);")
        elif p.role == STRINGS:
            lengths = f"args->{p.lengths}" if p.lengths else "NULL"
            w(f"\trt_got_strings({expression(c, p.expr, 'args->')}, args->{p.name}, {lengths});")
        elif p.role in (REF, OUT_REF):
            w(f"\trt_got_ref(args->{p.name}{', true' if p.role == OUT_REF else ', false'});")
    if c.newname:
        w("\tRT_GOT(args->new_name);")
    op = f"VGPU_OP_{c.name}"
    if c.out_ref:
        w(f"\trt_answer_ref(replay, {op}, args->{c.out_ref.name});")
    elif c.reply:
        w("\tstruct rt_blob blob[] = {")
        for p in c.outs:
            size = 3 * element(p) if p.role == DYNAMIC else f"args->{p.name}_bytes"
            w(f"\t\t{{ {size} }},")
        w("\t\t{ 0 },", "\t};", "")
        w(f"\trt_answer(replay, {op}, {'true' if c.has_ret else 'false'}, blob, {len(c.outs)});")
    w("\treturn 0;", "}")


# ---- the program's side --------------------------------------------------------------

def counts(c):
    """Scalars that sizes depend on: they must be small."""
    out = set()
    for p in c.params:
        texts = [p.expr] if p.expr else []
        for q in c.params:
            if q.role == SCALAR and any(q.name in t.replace("(", " ").replace(")", " ").replace("*", " ")
                                        .replace(",", " ").split() for t in texts):
                out.add(q.name)
    return out


def small_least(p):
    """-1 where GL takes a signed count: the driver must see it, the size is 0."""
    return 0 if p.base in ("GLuint", "GLboolean") else -1


def test(c, w):
    small = counts(c)
    w("", f"static void test_{c.name}(void)", "{")
    for p in c.params:
        if p.role != SCALAR:
            continue
        ctype = "uint64_t" if p.base in NUMBERED else p.ctype
        if p.name in small:
            value = f"({ctype})rt_enum()" if p.base == "GLenum" else f"({ctype})rt_count({small_least(p)})"
        elif p.base in ("GLfloat", "GLclampf", "GLdouble", "GLclampd"):
            value = f"({ctype})rt_float()"
        elif scalar(p, c).startswith("vgpu_number"):
            value = f"({ctype})(rt_random() & INT32_MAX)"
        elif scalar(p, c).startswith("vgpu_offset"):
            value = f"({ctype})(rt_random() & (INT64_MAX >> 3))"
        else:
            value = f"({ctype})rt_random()"
        w(f"\t{declare('const ' + ctype, p.name)} = {value};")
    for p in c.params:
        nullable = "true" if p.nullable else "false"
        if p.role == IN:
            w(f"\tconst uint64_t {p.name}_n = {size_expression(c, p)};",
              f"\t{p.base} *{p.name} = rt_memory({p.name}_n, {nullable});")
        elif p.role == BLOB:
            w(f"\tconst uint64_t {p.name}_n = rt_random() % 40;",
              f"\t{p.base} *{p.name} = rt_memory({p.name}_n, false);")
        elif p.role == STRING:
            w(f"\tchar *{p.name} = rt_string({nullable});")
        elif p.role == STRINGS:
            w(f"\tconst char **{p.name} = rt_strings({expression(c, p.expr)});")
        elif p.role == LENGTHS:
            of = next(q for q in c.params if q.lengths == p.name)
            w(f"\tGLint *{p.name} = rt_lengths({expression(c, of.expr)});")
        elif p.role in (REF, OUT_REF):
            w(f"\tconst struct vgpu_ref {p.name} = rt_ref({'true' if p.role == OUT_REF else 'false'});")
        elif p.role == OUT:
            w(f"\tconst uint64_t {p.name}_n = {size_expression(c, p)};",
              f"\t{p.base} *{p.name} = rt_room({p.name}_n);")
        elif p.role == DYNAMIC:
            w(f"\tconst uint64_t {p.name}_n = {3 * element(p)};", f"\t{p.base} *{p.name} = rt_room({p.dynamic_bytes});")
        elif p.role == OUT_BLOB:
            w(f"\tconst uint64_t {p.name}_n = rt_random() % 40;", f"\t{p.base} *{p.name} = rt_room({p.name}_n);")
    if c.newname:
        wide = "uint64_t" if c.newname == "SYNC" else "uint32_t"
        w(f"\tconst {wide} new_name = {'rt_random()' if c.guest else 'rt_next_name()'};")
    wants(c, w)
    call(c, w)
    again = "true" if c.host or (c.name.startswith("glGet") and not c.once) else "false"
    for p in c.outs:
        kind = kind_of(c, p) if p.kind and not c.host else "-1"
        size = f"{p.name}_n"
        w(f"\trt_check_room({p.name}, {size}, {element(p)}, {kind}, {again});")
    if c.out_ref:
        w(f"\trt_check_ref({c.out_ref.name});")
    w("}")


def wants(c, w):
    w("", f"\trt_want_call(VGPU_OP_{c.name});")
    for p in c.params:
        if p.role == SCALAR and p.kind and not c.host and p.name == c.bind:
            w(f"\trt_want_bound({kind_of(c, p)}, {p.name});")
        elif p.role == SCALAR and p.kind and not c.host:
            w(f"\trt_want_name({kind_of(c, p)}, {p.name});")
        elif p.role == SCALAR:
            w(f"\tRT_WANT({p.name});")
        elif p.role == IN and p.kind and not c.host and not c.names:
            w(f"\trt_want_names({kind_of(c, p)}, {p.name}, {p.name}_n);")
        elif p.role == IN and c.names in ("gen", "create") and not c.guest and not c.host:
            w(f"\trt_next_names({p.name}, {p.name}_n);", f"\trt_want_array({p.name}, {p.name}_n);")
        elif p.role in (IN, BLOB):
            w(f"\trt_want_array({p.name}, {p.name}_n);")
        elif p.role == STRING:
            w(f"\trt_want_string({p.name}, {expression(c, p.expr) if p.expr else -1});")
        elif p.role == STRINGS:
            w(f"\trt_want_strings({expression(c, p.expr)}, {p.name}, {p.lengths or 'NULL'});")
        elif p.role in (REF, OUT_REF):
            w(f"\trt_want_ref({p.name}, {'true' if p.role == OUT_REF else 'false'});")
    if c.newname and c.host:
        w("\tRT_WANT(new_name);")
    if c.names:
        w(f"\trt_want_kind({kind_of(c, c.params[-1])});") if not c.host else None
    elif c.newname and not c.host:
        w(f"\trt_want_new(VGPU_NAME_{c.newname}, new_name);")


def call(c, w):
    guest = c.guest or c.private
    args = ["rt_stream()"] if guest else []
    for p in c.params:
        if p.role == LOCAL:
            continue
        if p.role == STRINGS:
            args.append(f"(void *){p.name}")
        elif p.role == STRING:
            args.append(f"(void *){p.name}")
        else:
            args.append(p.name)
        if p.role in (BLOB, OUT_BLOB):
            args.append(f"{p.name}_n")
    if guest and c.newname:
        args.append("new_name")
    fn = f"{'enc' if guest else 'entry'}_{c.name}({', '.join(args)})"
    ret = encoder_ret(c) if guest else c.ret
    if ret == "void":
        w(f"\t{fn};", f"\trt_check(0, 0);")
        return
    w(f"\tconst {ret} result = {fn};")
    if c.newname:
        w("\trt_check((uint64_t)result, new_name);")
    else:
        w(f"\trt_check((uint64_t)result, (uint64_t)({ret})rt_result());")

# SPDX-License-Identifier: MIT
"""Reads protocol/gl/annotations and completes the model: every parameter gets a role, or the build fails."""

import configparser
import fnmatch
import os
import re

from model import (BLOB, DYNAMIC, IN, LENGTHS, LOCAL, OUT, OUT_BLOB, OUT_REF, REF, ROLES_CUSTOM, SCALAR, STRING, STRINGS,
                   ModelError)

KINDS = {
    "buffer": "BUFFER", "texture": "TEXTURE", "renderbuffer": "RENDERBUFFER", "sampler": "SAMPLER",
    "program": "PROGRAM", "shader": "PROGRAM", "framebuffer": "FRAMEBUFFER", "vertex array": "VERTEX_ARRAY",
    "query": "QUERY", "program pipeline": "PIPELINE", "transform feedback": "TRANSFORM_FEEDBACK",
    "display list": None, "sync": "SYNC",
}
ALL_KINDS = set(KINDS.values()) | {"ARB_PROGRAM", "LIST", "MEMORY_OBJECT", "SEMAPHORE"}
CHARS = ("GLchar", "GLcharARB")
KEYS = {"guest", "host", "refuse", "bind", "newname", "inplace", "sync", "once", "local", "names", "quick",
        "also"}


def read(folder):
    """{command or pattern: {key: (value, file)}} and {extension: reason}"""
    notes, extensions = {}, {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".ini"):
            continue
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True,
                                           comment_prefixes=("#",))
        parser.optionxform = str
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            parser.read_file(f)
        for section in parser.sections():
            words = section.split()
            items = dict(parser.items(section))
            if words[0] == "extension":
                for word in words[1:]:
                    extensions[word] = items["refuse"]
                continue
            for word in words:
                keys = notes.setdefault(word, {})
                for key, value in items.items():
                    if key not in KEYS and not key.startswith("param."):
                        raise ModelError(f"{name}: [{word}]: unknown key {key}")
                    if key in keys and keys[key][0] != value:
                        raise ModelError(f"{name}: [{word}] {key} contradicts {keys[key][1]}")
                    keys[key] = (value, name)
    return notes, extensions


def _expand(notes, commands):
    """Patterns to commands; what names a command outright wins over a pattern."""
    exact = {}
    for word, keys in notes.items():
        if word in commands:
            exact[word] = keys
        elif "*" not in word:
            raise ModelError(f"annotations: there is no command {word}")
    found = {name: dict(keys) for name, keys in exact.items()}
    for word, keys in notes.items():
        if "*" not in word:
            continue
        matches = fnmatch.filter(commands, word)
        if not matches:
            raise ModelError(f"annotations: nothing matches {word}")
        for name in matches:
            mine = found.setdefault(name, {})
            for key, value in keys.items():
                if key in exact.get(name, {}):
                    continue
                if key in mine and mine[key][0] != value[0]:
                    raise ModelError(f"{name}: {key} of {word} contradicts another pattern")
                mine[key] = value
    return found


def _args(text):
    """"in count(f(a, b)) nullable" -> [("in", None), ("count", "f(a, b)"), ("nullable", None)]"""
    out, i = [], 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        m = re.compile(r"[A-Za-z_]\w*").match(text, i)
        if not m:
            raise ModelError(f"cannot read {text!r}")
        word, i = m.group(), m.end()
        inner = None
        if i < len(text) and text[i] == "(":
            depth, start = 0, i + 1
            while i < len(text):
                depth += (text[i] == "(") - (text[i] == ")")
                i += 1
                if not depth:
                    break
            if depth:
                raise ModelError(f"unbalanced: {text!r}")
            inner = text[start:i - 1].strip()
        out.append((word, inner))
    return out


def _annotate_param(command, p, text):
    words = _args(text)
    head, arg = words[0]
    rest = words[1:]
    if head == "in":
        p.role = IN
    elif head == "out" and rest and rest[0][0] in ("dynamic", "blob", "ref"):
        p.role = {"dynamic": DYNAMIC, "blob": OUT_BLOB, "ref": OUT_REF}[rest[0][0]]
        if rest[0][1]:
            p.dynamic_bytes = int(rest[0][1], 0)
        rest = rest[1:]
    elif head == "out":
        p.role = OUT
    elif head == "string":
        p.role, p.expr = STRING, arg
    elif head == "strings":
        p.role = STRINGS
    elif head == "blob":
        p.role = BLOB
    elif head == "ref":
        p.role = REF
    elif head == "local":
        p.role = LOCAL
    elif head in ("name", "names"):
        if not rest:
            raise ModelError(f"{command.name}: {p.name}: which kind of name?")
        word, inner = rest[0]
        p.kind = word if inner is None else f"{word}({inner})"
        if inner is None and word not in ALL_KINDS:
            raise ModelError(f"{command.name}: {p.name}: unknown kind {word}")
        p.kind = None if word == "LIST" else p.kind
        p.cls = None
        if head == "name":
            p.role = SCALAR
        rest = rest[1:]
    elif head == "plain":  # the registry says it is a name, but the wire leaves it alone
        p.cls = None
        if not p.stars:
            p.role = SCALAR
    else:
        raise ModelError(f"{command.name}: {p.name}: cannot read {text!r}")
    for word, inner in rest:
        if word in ("count", "bytes"):
            p.expr, p.in_bytes = inner, word == "bytes"
            if p.role is None:
                p.role = IN if p.const else OUT
        elif word == "nullable":
            p.nullable = True
        elif word == "lengths":
            p.lengths = inner
        elif word == "names":
            p.kind = inner.replace("VGPU_NAME_", "")
        else:
            raise ModelError(f"{command.name}: {p.name}: cannot read {word!r}")
    if p.role is None and p.stars == 1 and p.kind and p.len and "COMPSIZE" not in p.len:
        p.role = IN if p.const else OUT
    if p.role in (IN, OUT, STRINGS) and p.expr is None and p.len and "COMPSIZE" not in p.len:
        p.expr = p.len
    if p.role in (IN, OUT, STRINGS) and p.expr is None:
        raise ModelError(f"{command.name}: {p.name}: no size")


def _derive_param(command, p):
    """What the registry says. Leaves role None when it says too little."""
    if p.stars == 0:
        p.role = SCALAR
    elif p.stars == 1 and p.const and p.base in CHARS and (p.len is None or _own_length(p)):
        p.role = STRING
    elif p.stars == 1 and p.len and "COMPSIZE" not in p.len:
        p.role, p.expr = (IN if p.const else OUT), p.len
        if p.role == IN and p.base in CHARS and not command.param(p.len):
            p.role = None
    elif p.stars == 1 and not p.const and p.len == "COMPSIZE(pname)" and command.name.startswith("glGet"):
        p.role = DYNAMIC


def _own_length(p):
    return p.len in ("COMPSIZE()", f"COMPSIZE({p.name})")


def _names_pattern(command):
    """Gen*, Create* and Delete* of kinds that the guest names."""
    arrays = [p for p in command.params if p.role in (IN, OUT) and p.kind]
    if len(arrays) != 1 or arrays[0].kind in ("SYNC",) or "(" in arrays[0].kind:
        return
    p, scalars = arrays[0], [q for q in command.params if q.role == SCALAR]
    others = [q for q in command.params if q.role not in (SCALAR,) and q is not p]
    if others or p is not command.params[-1] or p.expr not in [q.name for q in scalars]:
        return
    if re.match(r"gl(Gen|Create)[A-Z]", command.name) and p.role == OUT and command.ret == "void":
        command.names = "gen" if len(scalars) == 1 else "create"
        p.role = IN
    elif command.name.startswith("glDelete") and p.role == IN and len(scalars) == 1:
        command.names = "delete"


def _same_shape(a, b, abi):
    shape = lambda c: ([abi(p.base if not p.stars else "pointer") for p in c.params], abi(c.ret))
    return shape(a) == shape(b)


def annotate(registry, folder, abi):
    """abi(type) gives a type's machine form, so that aliases can be compared."""
    commands = registry.commands
    notes, refused_extensions = read(folder)
    for name in refused_extensions:
        if name not in registry.extensions:
            raise ModelError(f"annotations: there is no extension {name}")
    notes = _expand(notes, commands)
    missing = []
    for command in commands.values():
        target = command
        seen = {command.name}
        while target.alias and target.alias in commands and target.alias not in seen:
            seen.add(target.alias)
            target = commands[target.alias]
        mine = notes.get(command.name, {})
        exts = command.extensions
        if not command.versions and not command.private and all(e in refused_extensions for e in exts):
            command.refuse = refused_extensions[exts[0]] if exts else "in no version and no extension"
        if "refuse" in mine:
            command.refuse = mine["refuse"][0]
        if target is not command and not mine and not command.refuse:
            if not _same_shape(command, target, abi):
                raise ModelError(f"{command.name}: not of the same shape as its alias {target.name}")
            command.merged = target.name
            continue
        if command.refuse:
            continue
        try:
            missing += _complete(command, mine)
        except ModelError as e:
            missing.append(str(e))
    for command in commands.values():  # an alias of what is refused is refused
        if command.merged and commands[command.merged].refuse:
            command.refuse, command.merged = commands[command.merged].refuse, None
    if missing:
        raise ModelError("nobody described:\n  " + "\n  ".join(missing))
    for command in commands.values():
        if command.carried:
            _check(command)
    return refused_extensions


def _complete(command, notes):
    for key, (value, name) in notes.items():
        if key in ("guest", "host"):
            m = re.fullmatch(r"custom (\w+\.c)", value)
            if not m:
                raise ModelError(f"{name}: {command.name}: {key} = {value}?")
            setattr(command, key, m.group(1))
        elif key in ("inplace", "sync", "once", "local", "quick"):
            setattr(command, key, value == "1")
        elif key in ("bind", "newname", "names"):
            setattr(command, key, value)
        elif key == "also":
            command.also = value.split()
    if command.private:
        command.host = command.host or "private.c"
    if command.local:
        if not command.guest:
            raise ModelError(f"{command.name}: local, so guest = custom FILE is needed")
        return []
    for p in command.params:
        note = notes.pop(f"param.{p.name}", None)
        if p.cls:
            if p.cls not in KINDS:
                raise ModelError(f"{command.name}: {p.name}: unknown class {p.cls}")
            p.kind = KINDS[p.cls]
        if p.base == "GLsync" and not p.stars:
            p.kind = "SYNC"
        if note:
            _annotate_param(command, p, note[0])
        if p.role is None:
            _derive_param(command, p)
    left = [key for key in notes if key.startswith("param.")]
    if left:
        raise ModelError(f"{command.name}: no such parameter: {', '.join(left)}")
    for p in command.params:
        if p.role == STRINGS and p.lengths:
            command.param(p.lengths).role = LENGTHS
    if not command.host or not command.guest:
        if command.names is None:
            _names_pattern(command)
    if command.names in ("gen", "create"):
        command.params[-1].role = IN  # the guest chooses: they travel the other way
    if command.ret_cls and not command.newname and KINDS[command.ret_cls] and re.match(r"glCreate", command.name):
        command.newname = KINDS[command.ret_cls]
    return [f"{command.name}: {p.ctype} {p.name} (len={p.len})" for p in command.params if p.role is None]


def _check(command):
    for p in command.params:
        if p.role in ROLES_CUSTOM and not (command.guest or command.private):
            raise ModelError(f"{command.name}: {p.name} is a {p.role}: guest = custom FILE is needed")
        if p.role in ROLES_CUSTOM and not command.host:
            raise ModelError(f"{command.name}: {p.name} is a {p.role}: host = custom FILE is needed")
        if p.kind == "SYNC" and not (command.host and command.guest):
            raise ModelError(f"{command.name}: sync objects need hand-written halves")
        if p.role == SCALAR and p.base in ("void",):
            raise ModelError(f"{command.name}: {p.name}: void")
        if p.stars > 1 and p.role not in (STRINGS,):
            raise ModelError(f"{command.name}: {p.name}: pointer to pointer")
    if "*" in command.ret and not command.private:
        raise ModelError(f"{command.name}: returns a pointer: local = 1 or refuse")
    if command.quick and (not command.host or command.reply):
        raise ModelError(f"{command.name}: quick, so host = custom FILE is needed, and no answer")
    if command.bind and not command.param(command.bind):
        raise ModelError(f"{command.name}: bind = {command.bind}: no such parameter")

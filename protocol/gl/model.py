# SPDX-License-Identifier: MIT
"""What a command is, after parsing and annotating. Knows neither XML nor C syntax."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional

# Roles of a parameter: how it crosses the wire.
SCALAR = "scalar"      # a fixed field
IN = "in"              # array read by GL; its size is an expression over the scalars
OUT = "out"            # array written by GL; its capacity is an expression over the scalars
DYNAMIC = "dynamic"    # written by a pname query, the worker measures how much
STRING = "string"      # NUL-terminated
STRINGS = "strings"    # array of strings
LENGTHS = "lengths"    # the lengths of a STRINGS parameter: travels with it
BLOB = "blob"          # bytes whose number the hand-written guest half knows
REF = "ref"            # client memory or offset
OUT_BLOB = "outblob"   # written bytes; the hand-written guest half says how many fit
OUT_REF = "outref"     # written to client memory or to an offset
LOCAL = "local"        # a pointer that the guest keeps to itself
ROLES_TAIL = (IN, STRING, STRINGS, BLOB, REF)
ROLES_OUT = (OUT, DYNAMIC, OUT_BLOB)
ROLES_CUSTOM = (BLOB, REF, OUT_BLOB, OUT_REF, LOCAL)  # need hand-written halves


class ModelError(Exception):
    """Something in the inputs is wrong; the text names the command."""


@dataclass
class Param:
    name: str
    ctype: str                     # as in C: "const GLfloat *"
    base: str                      # "GLfloat"
    stars: int
    const: bool
    len: Optional[str] = None      # the registry's len=
    cls: Optional[str] = None      # the registry's class=
    role: Optional[str] = None
    expr: Optional[str] = None     # IN/OUT: elements or bytes; STRING: explicit length
    in_bytes: bool = False         # expr counts bytes, not elements
    dynamic_bytes: int = 16384     # DYNAMIC: the most a driver writes
    nullable: bool = False
    kind: Optional[str] = None     # object names: BUFFER, ... or an expression giving one
    lengths: Optional[str] = None  # STRINGS: the parameter with the lengths


@dataclass
class Command:
    name: str
    ret: str                       # "void", "GLuint", "void *"
    params: List[Param]
    ret_cls: Optional[str] = None
    alias: Optional[str] = None    # the registry's alias=
    private: bool = False
    versions: List[str] = field(default_factory=list)
    extensions: List[str] = field(default_factory=list)
    # annotations
    guest: Optional[str] = None    # file with entry_<name>
    host: Optional[str] = None     # file with replay_<name>
    refuse: Optional[str] = None
    local: bool = False            # answered by the guest alone, not on the wire
    newname: Optional[str] = None
    bind: Optional[str] = None
    inplace: bool = False
    sync: bool = False
    once: bool = False             # outputs: the driver is asked once, all of it comes back
    quick: bool = False            # quick_<name> is hand-written too
    names: Optional[str] = None    # "gen", "create" (with target) or "delete"
    also: List[str] = field(default_factory=list)  # names for it that the registry lacks
    merged: Optional[str] = None   # an alias that is the same command: the target's name
    opcode: Optional[int] = None
    needs: Optional[int] = None    # without a version of GL: which set of extensions (emit_host.py)

    def param(self, name):
        for p in self.params:
            if p.name == name:
                return p
        return None

    @property
    def carried(self):
        """Has an opcode, an encoder and a decoder of its own."""
        return not self.refuse and not self.local and not self.merged

    @property
    def out_ref(self):
        return next((p for p in self.params if p.role == OUT_REF), None)

    @property
    def outs(self):
        return [p for p in self.params if p.role in ROLES_OUT]

    @property
    def tails(self):
        return [p for p in self.params if p.role in ROLES_TAIL]

    @property
    def has_ret(self):
        return self.ret != "void" and not self.newname

    @property
    def reply(self):
        """Answered whatever its arguments are."""
        return bool(self.sync or self.has_ret or self.outs)


@dataclass
class Registry:
    commands: Dict[str, Command]
    enums: Dict[str, int]
    extensions: Dict[str, List[str]]  # name -> commands
    versions: Dict[str, List[str]]

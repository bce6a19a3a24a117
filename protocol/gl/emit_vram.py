# SPDX-License-Identifier: MIT
"""vram_gen.c: the host's functions that give images storage, wrapped for vram_wrap.c to judge."""

import re

from ctypes_gl import prototype
from cwriter import Writer

SUFFIX = r"(Coverage)?(ANGLE|APPLE|IMG|ARB|EXT|NV|OES|AdvancedAMD)?"
KINDS = (
    ("IMAGE", re.compile(rf"gl(Copy|Compressed)?(Multi)?Tex(ture)?Image[123]D(Multisample)?{SUFFIX}(NV|EXT)?$")),
    ("STORAGE", re.compile(rf"glTex(ture)?Storage([123]D(Multisample)?{SUFFIX}|SparseAMD)$")),
    ("RENDERBUFFER", re.compile(rf"gl(Named)?RenderbufferStorage(Multisample)?{SUFFIX}(NV|EXT)?$")),
    ("MIPMAP", re.compile(r"glGenerate(MultiTex|Texture)?Mipmap(EXT|OES)?$")),
)
# parameters by what they are called -> field of struct vgpu_vram_what
FIELDS = {
    "target": "target", "texunit": "unit", "texture": "name", "renderbuffer": "name",
    "level": "level", "levels": "levels", "internalformat": "format", "width": "width",
    "height": "height", "depth": "depth", "imagesize": "octets",
    # of several counts of samples, those that are stored
    "storagesamples": "samples", "colorsamples": "samples", "samples": "samples",
}


def kind(name):
    for k, pattern in KINDS:
        if pattern.match(name):
            return k
    return None


def fields(c):
    found = {"height": "1", "depth": "1", "levels": "1"} if kind(c.name) != "MIPMAP" else {}
    for p in c.params:
        field = FIELDS.get(p.name.lower())
        if field == "name":
            found["named"] = "true"
        if field:
            found[field] = f"(GLenum){p.name}" if field == "format" else p.name
    return ", ".join(f".{f} = {v}" for f, v in found.items())


def emit(folder, commands):
    w = Writer(folder, "vram_gen.c")
    w("#include <stddef.h>", "", "#include \"backend/worker/vram_ledger.h\"", "", "static struct vgpu_gl real;")
    wrapped = [c for c in commands if c.ret == "void" and kind(c.name)]
    for c in wrapped:
        args = ", ".join(p.name for p in c.params)
        w("", f"static void GLAPIENTRY wrap_{c.name[2:]}({prototype(c)})", "{",
          f"\tconst struct vgpu_vram_what what = {{ .kind = VGPU_VRAM_{kind(c.name)}, {fields(c)} }};",
          "\tstruct vgpu_vram_claim claim;", "",
          "\tif (!vgpu_vram_claim(&what, &claim))", "\t\treturn;",
          f"\treal.{c.name[2:]}({args});", "\tvgpu_vram_made(&what, &claim);", "}")
    w("", "void vgpu_vram_wrap_images(struct vgpu_gl *gl)", "{", "\treal = *gl;")
    for c in wrapped:
        w(f"\tif (real.{c.name[2:]})", f"\t\tgl->{c.name[2:]} = wrap_{c.name[2:]};")
    w("}")
    w.close()

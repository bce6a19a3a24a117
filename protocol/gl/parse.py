# SPDX-License-Identifier: MIT
"""The Khronos registry, and protocol/vgpu.xml in the same form, as a model. The only file that knows XML."""

import xml.etree.ElementTree as ElementTree

from model import Command, ModelError, Param, Registry

APIS = ("gl", "gles1", "gles2")


def _text(element):
    return "".join(element.itertext())


def _param(element):
    name = element.find("name").text
    text = _text(element).strip()
    if not text.endswith(name):
        raise ModelError(f"parameter {name}: cannot read {text!r}")
    ctype = text[: -len(name)].strip()
    stars = ctype.count("*")
    base = ctype.replace("*", " ").replace("const", " ").split()
    return Param(name=name, ctype=_spaced(ctype), base=" ".join(base), stars=stars,
                 const="const" in ctype.split("*")[0], len=element.get("len"), cls=element.get("class"))


def _spaced(ctype):
    """One way to write a type: "const GLchar *const*", "GLint *", "GLint"."""
    ctype = " ".join(ctype.split())
    head, star, rest = ctype.partition("*")
    return head.strip() + (" *" + rest if star else "")


def _command(element, private):
    proto = element.find("proto")
    name = proto.find("name").text
    alias = element.find("alias")
    return Command(name=name, ret=_spaced(_text(proto).strip()[: -len(name)]),
                   params=[_param(p) for p in element.findall("param")],
                   ret_cls=proto.get("class"), alias=alias.get("name") if alias is not None else None,
                   private=private)


def _apis(element):
    return (element.get("supported") or "").split("|")


def parse(registry_path, private_path):
    root = ElementTree.parse(registry_path).getroot()
    private = ElementTree.parse(private_path).getroot()
    reg = Registry({}, {}, {}, {})
    for tree, is_private in ((private, True), (root, False)):
        for element in tree.find("commands").findall("command"):
            command = _command(element, is_private)
            if command.name in reg.commands:
                raise ModelError(f"{command.name}: defined twice")
            reg.commands[command.name] = command
    for enum in root.iter("enum"):
        if enum.get("value") and enum.get("api") in (None, "gl", "gles2"):
            reg.enums.setdefault(enum.get("name"), int(enum.get("value"), 0))
    for feature in root.findall("feature"):
        if feature.get("api") not in APIS:
            continue
        version = f"{feature.get('api')} {feature.get('number')}"
        for require in feature.findall("require"):
            for c in require.findall("command"):
                command = reg.commands[c.get("name")]
                if version not in command.versions:
                    command.versions.append(version)
                    reg.versions.setdefault(version, []).append(command.name)
    for extension in root.find("extensions").findall("extension"):
        if not any(a in APIS or a == "glcore" for a in _apis(extension)):
            continue
        names = reg.extensions.setdefault(extension.get("name"), [])
        for require in extension.findall("require"):
            if require.get("api") not in (None,) + APIS:
                continue
            for c in require.findall("command"):
                if c.get("name") not in names:
                    names.append(c.get("name"))
                    reg.commands[c.get("name")].extensions.append(extension.get("name"))
    return reg

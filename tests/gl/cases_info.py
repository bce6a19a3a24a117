# SPDX-License-Identifier: MIT
"""What the information programs print: the same versions, limits and extensions as natively, but
for the extensions that the wire cannot carry (they stand in a file, with reasons)."""
import json
import os
import re

from case import case

EXTENSION = re.compile(r"\b(?:GL|GLX|EGL|WGL)_[A-Z0-9]+_\w+")
# How much of the host's list is seen at least. OpenGL ES has a shorter one, of which EGL images
# (five names) and memory objects are a larger part.
SEEN_PERCENT, SEEN_PERCENT_ES = 97.0, 95.0
HIDE = re.compile(r'HIDE\("(GL_\w+)", "(.+)"\)')


def hidden(test):
    """{extension: reason} of those that programs do not see: what the generator reports, and the
    guest library's own list."""
    path = test.build("gen/coverage.json")
    with open(path, encoding="utf-8") as f:
        names = {name: entry["hidden"] for name, entry in json.load(f)["extensions"].items()
                 if entry["hidden"]}
    path = os.path.join(test.options.root, "frontend", "gl", "hidden_extensions.h")
    with open(path, encoding="utf-8") as f:
        names.update(HIDE.findall(f.read()))
    return names


def sections(text, kind):
    """{section title: set of extensions} of an information program's output."""
    found, title = {}, ""
    for line in text.splitlines():
        if re.match(r"^\S.*(extensions|EXTENSIONS)\b.*[:=]", line):
            title = line.split(":")[0].split("=")[0].strip()
        for name in EXTENSION.findall(line):
            if name.startswith(kind):
                found.setdefault(title, set()).add(name)
    return found


def gl_sections(text):
    return {k: {n for n in v if n.startswith("GL_")} for k, v in sections(text, "GL_").items()
            if any(n.startswith("GL_") for n in v)}


def compare_extensions(test, native, second):
    allowed = hidden(test)
    a, b = gl_sections(native), gl_sections(second)
    test.check(a, "no GL extensions in the native output: the test does not see")
    test.check_same(sorted(a), sorted(b), "the list of extension sections")
    shown = []
    for title in sorted(a):
        lost = a[title] - b[title]
        new = b[title] - a[title]
        test.log("%s: %d natively, %d lost, %d new" % (title, len(a[title]), len(lost), len(new)))
        unexplained = sorted(lost - set(allowed))
        test.check(not unexplained, "%s: missing without a reason on the hidden list: %s" % (
            title, " ".join(unexplained)))
        test.check(not new, "%s: offered though the host has them not: %s" % (
            title, " ".join(sorted(new))))
        seen = 100.0 * (len(a[title]) - len(lost)) / len(a[title])
        shown.append("%s %.1f%% of %d" % (title, seen, len(a[title])))
        es = "ES" in title.split() or title == "GL_EXTENSIONS"  # es2_info's title
        test.check(seen >= (SEEN_PERCENT_ES if es else SEEN_PERCENT), "%s: only %.1f%% of %d are seen, without %s" % (
            title, seen, len(a[title]), " ".join(sorted(lost))))
    test.note("seen: " + ", ".join(shown))


LIMIT = re.compile(r"^\s*(GL_\w+)\s*[:=]\s*(.*\d.*)$")


def limits(text):
    """GL_MAX_... lines of glxinfo -l and the like; identity and versions are compared apart."""
    return ["%s = %s" % m.groups() for m in map(LIMIT.match, text.splitlines())
            if m and not m.group(1).startswith(("GL_RENDERER", "GL_VENDOR", "GL_VERSION"))]


def versions(text):
    """Lines with a GL version: number and profile must agree."""
    found = []
    for line in text.splitlines():
        m = re.match(r"^\s*(OpenGL .*version string|OpenGL .*shading language version string|"
                     r"GL_VERSION|OpenGL .*profile mask|Max .* profile version)\s*[:=]\s*(.*)$",
                     line)
        if m:
            value = re.match(r"(OpenGL ES (GLSL ES )?)?[\d.]*( \((Core|Compatibility) Profile\))?",
                             m.group(2))
            found.append("%s = %s" % (m.group(1).strip(), value.group(0).strip()
                                      or m.group(2).strip()))
    return found


def check_renderer(test, native, second):
    def renderers(text):
        return [m.group(1).strip() for m in re.finditer(
            r"(?:OpenGL renderer string|OpenGL .*profile renderer|GL_RENDERER)\s*[:=]\s*(.+)",
            text)]
    a, b = renderers(native), renderers(second)
    test.check(a, "no renderer in the native output")
    for i, name in enumerate(a):
        test.check(i < len(b) and name in b[i], "renderer %r is %r in the second run" % (
            name, b[i] if i < len(b) else None))


@case("gl/info/glxinfo", groups=("gl", "fast"), needs=["Xvfb", "glxinfo"], timeout=60)
def glxinfo(test):
    native, second = test.both(["glxinfo", "-l"], x=True)
    check_renderer(test, native.out, second.out)
    test.check(len(versions(native.out)) >= 3, "no versions in the native output")
    test.check_same(versions(native.out), versions(second.out), "versions")
    test.check(len(limits(native.out)) > 50, "no limits in the native output")
    test.check_same(limits(native.out), limits(second.out), "limits")
    compare_extensions(test, native.out, second.out)
    test.check("direct rendering: Yes" in second.out, "rendering is not direct")
    test.check_drawn(second)


@case("gl/info/glxinfo-wide", groups=("gl",), needs=["Xvfb", "glxinfo"], timeout=60)
def glxinfo_wide(test):
    """The visuals of the X server that natively can draw, can draw in the split."""
    native, second = test.both(["glxinfo", "-t"], x=True)

    def rows(text):
        return [line for line in text.splitlines() if re.match(r"^0x[0-9a-f]+ ", line)]
    a, b = rows(native.out), rows(second.out)
    test.check(a, "no visuals in the native output")
    test.check(b, "no visuals in the second run")
    visuals = {line.split()[0] for line in b}
    missing = [line for line in a if line.split()[0] not in visuals]
    test.log("natively %d lines, second run %d" % (len(a), len(b)))
    # fbconfigs have numbers of the library's own; the X server's visuals come first and count
    first = set(re.findall(r"^0x[0-9a-f]+", native.out.split("GLXFBConfigs")[0], re.M))
    lost = [line for line in missing if line.split()[0] in first]
    test.check(not lost, "%d visuals cannot draw any more: %s" % (
        len(lost), " ".join(line.split()[0] for line in lost[:8])))


@case("gl/info/eglinfo", groups=("gl", "fast"), needs=["Xvfb", "eglinfo"], timeout=60)
def eglinfo(test):
    native = test.run(test.native, ["eglinfo"], x=True)
    second = test.run(test.second, ["eglinfo"], x=True)
    test.check(second.rc == native.rc, "exit code %d, natively %d: %s" % (
        second.rc, native.rc, second.err[-300:]))

    def platforms(text):
        """{platform: (EGL version, the APIs, all GL extensions)} of those that come up."""
        found = {}
        for part in re.split(r"\n(?=[\w ]+ platform:|Device platform:)", text):
            name = re.match(r"^(.* platform):", part)
            version = re.search(r"EGL (?:API version|version string): (\S+)", part)
            if name and version:
                apis = re.search(r"EGL client APIs: (.*)", part)
                found[name.group(1)] = (version.group(1),
                                        sorted(apis.group(1).split()) if apis else [])
        return found
    a, b = platforms(native.out), platforms(second.out)
    test.log("natively: %s\nsecond: %s" % (a, b))
    test.check(a, "no EGL platform comes up natively")
    for name, (version, apis) in a.items():
        if re.match(r"GBM|Wayland|Android", name):
            continue  # GBM buffers are the host's own; Wayland needs a compositor
        test.check(name in b, "%s does not come up" % name)
        test.check(b[name][0] == version, "%s: EGL %s, natively %s" % (name, b[name][0], version))
        lost = [api for api in apis if api not in b[name][1]]
        test.check(not lost, "%s: no client API %s" % (name, " ".join(lost)))
    test.check_drawn(second)


@case("gl/info/es2_info", groups=("gl", "fast"), needs=["Xvfb", "es2_info"], timeout=60)
def es2_info(test):
    native, second = test.both(["es2_info"], x=True)
    check_renderer(test, native.out, second.out)
    test.check_same(versions(native.out), versions(second.out), "versions")
    compare_extensions(test, native.out, second.out)
    test.check_drawn(second)

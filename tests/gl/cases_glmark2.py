# SPDX-License-Identifier: MIT
"""glmark2: every scene draws, and its own pixel validation gives the same verdicts as natively."""
import re

from case import case

# Every scene, with each option that changes which GL calls it makes. Two frames each.
SCENES = """
build:use-vbo=false
build:use-vbo=true
build:use-vbo=true:interleave=true
texture:texture-filter=nearest
texture:texture-filter=linear
texture:texture-filter=mipmap
texture:texture-filter=linear:texgen=true
shading:shading=gouraud
shading:shading=blinn-phong-inf
shading:shading=phong
shading:shading=cel
bump:bump-render=off
bump:bump-render=high-poly
bump:bump-render=normals
bump:bump-render=height
bump:bump-render=normals-tangent
bump:bump-render=height-tangent
effect2d:kernel=0,1,0;1,-4,1;0,1,0;
effect2d:kernel=1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;
pulsar:light=false:quads=5:texture=false
pulsar:light=true:quads=5:texture=true
pulsar:light=true:quads=3:texture=true:random=true
desktop:blur-radius=5:effect=blur:passes=1:separable=true:windows=4
desktop:effect=shadow:windows=4
buffer:columns=40:interleave=false:update-dispersion=0.9:update-fraction=0.5:update-method=map
buffer:columns=40:interleave=false:update-dispersion=0.9:update-fraction=0.5:update-method=subdata
buffer:columns=40:interleave=true:update-dispersion=0.9:update-fraction=0.5:update-method=map
ideas:speed=duration
jellyfish
terrain:bloom=false:tilt-shift=false
terrain
shadow
refract
clear
conditionals:fragment-steps=0:vertex-steps=0
conditionals:fragment-steps=5:vertex-steps=0
conditionals:fragment-steps=0:vertex-steps=5
function:fragment-complexity=low:fragment-steps=5
function:fragment-complexity=medium:fragment-steps=5
loop:fragment-loop=false:fragment-steps=5:vertex-steps=5
loop:fragment-steps=5:fragment-uniform=false:vertex-steps=5
loop:fragment-steps=5:fragment-uniform=true:vertex-steps=5
""".split()

VERDICT = re.compile(r"^(\[\w+\] .*): Validation: (\w+)\s*$")
RESULT = re.compile(r"^(\[\w+\] .*?):\s+(FPS: \d+|\w.*?)(?: FrameTime: .*)?$")


def lines(text, pattern):
    """glmark2 rewrites its progress lines with carriage returns; only the last version counts."""
    found = []
    for line in text.splitlines():
        m = pattern.match(line.split("\r")[-1])
        if m:
            found.append(m.groups())
    return found


def draw_all(test, program, extra):
    argv = [program, "-s", "160x120"] + extra
    for scene in SCENES:
        argv += ["-b", scene + ":nframes=2"]
    native, second = test.both(argv, x=True)

    def results(run):
        return ["%s: %s" % (scene, "drawn" if result.startswith("FPS:") else result)
                for scene, result in lines(run.out, RESULT)]
    a, b = results(native), results(second)
    test.check(len(a) == len(SCENES), "natively %d of %d scenes were reported" % (
        len(a), len(SCENES)))
    test.check_same(a, b, "the scenes' results")
    failed = [line for line in a if not line.endswith(": drawn")]
    test.check(not failed, "scenes that no run can draw: %s" % failed)
    # each scene: two frames, and natively as in the split off-screen swaps nothing
    # the last frames may still be on their way when the program ends: as many as there are slots
    test.check_drawn(second, frames=0 if "--off-screen" in extra else 2 * len(SCENES) - 3)
    test.note("%d scenes" % len(a))


def validate(test, program, extra):
    native, second = test.both([program, "--validate"] + extra, x=True)
    a, b = lines(native.out, VERDICT), lines(second.out, VERDICT)
    test.check(len(a) >= 30, "only %d verdicts natively" % len(a))
    test.check_same(["%s: %s" % v for v in a], ["%s: %s" % v for v in b], "the verdicts")
    test.check(all(verdict != "Failure" for _, verdict in a), "glmark2 fails natively")
    test.check_drawn(second)
    counts = [sum(v == word for _, v in b) for word in ("Success", "Unknown", "Failure")]
    test.note("%d Success, %d Unknown, %d Failure" % tuple(counts))


def add(program, kind, name, extra, groups):
    @case("gl/glmark2/%s-%s" % (program, name), groups=groups, needs=["Xvfb", program],
          timeout=600)
    def _(test):
        kind(test, program, extra)


for program_ in ("glmark2", "glmark2-es2"):
    add(program_, draw_all, "scenes", [], ("gl", "apps"))
    add(program_, draw_all, "scenes-offscreen", ["--off-screen"], ("gl",))
    add(program_, validate, "validate", [], ("gl",))
    add(program_, validate, "validate-offscreen", ["--off-screen"], ("gl",))
add("glmark2", draw_all, "scenes-one-context", ["--reuse-context"], ("gl",))

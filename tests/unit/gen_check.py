#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The generator writes the same twice, and refuses inputs that are wrong, by name."""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GL = os.path.join(ROOT, "protocol", "gl")
REGISTRY = None


def generate(out, seed="0", annotations=None, opcodes=None, registry=None, extra=()):
    env = dict(os.environ, PYTHONHASHSEED=seed)
    command = [sys.executable, os.path.join(GL, "generate.py"), "--registry", registry or REGISTRY,
               "--private", os.path.join(ROOT, "protocol", "vgpu.xml"), "--out", out, *extra]
    if annotations:
        command += ["--annotations", annotations]
    if opcodes:
        command += ["--opcodes", opcodes]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


class Generator(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def annotations(self):
        return shutil.copytree(os.path.join(GL, "annotations"), self.path("annotations"))

    def refused(self, run, *words):
        self.assertNotEqual(run.returncode, 0)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertNotIn("Traceback", run.stderr)

    def test_twice_the_same(self):
        for name, seed in (("a", "1"), ("b", "2")):
            run = generate(self.path(name), seed)
            self.assertEqual(run.returncode, 0, run.stderr)
        names = sorted(os.listdir(self.path("a")))
        self.assertEqual(names, sorted(os.listdir(self.path("b"))))
        self.assertGreater(len(names), 40)
        same, different, odd = filecmp.cmpfiles(self.path("a"), self.path("b"), names, shallow=False)
        self.assertEqual((different, odd), ([], []))
        self.assertEqual(len(same), len(names))

    def test_pointer_nobody_described(self):
        notes = self.annotations()
        os.remove(os.path.join(notes, "params.ini"))
        self.refused(generate(self.path("out"), annotations=notes), "nobody described", "glTexParameterfv", "params")

    def test_new_command_of_the_registry(self):
        registry = self.path("gl.xml")
        with open(REGISTRY, encoding="utf-8") as f:
            text = f.read()
        command = ("<command><proto>void <name>glFrobnicateEXT</name></proto><param>const <ptype>GLfloat</ptype> "
                   "*<name>frobs</name></param></command>")
        feature = '<command name="glAccum"/>'
        self.assertIn(feature, text)
        text = text.replace('<commands namespace="GL">', f'<commands namespace="GL">{command}', 1)
        text = text.replace(feature, feature + '<command name="glFrobnicateEXT"/>', 1)
        with open(registry, "w", encoding="utf-8") as f:
            f.write(text)
        self.refused(generate(self.path("out"), registry=registry), "glFrobnicateEXT", "frobs")

    def note(self, text):
        notes = self.annotations()
        with open(os.path.join(notes, "zz.ini"), "w", encoding="utf-8") as f:
            f.write(text)
        return generate(self.path("out"), annotations=notes)

    def test_contradiction(self):
        self.refused(self.note("[glLightfv]\nparam.params = in count(5)\n"), "glLightfv", "contradicts", "params.ini")

    def test_unknown_names(self):
        self.refused(self.note("[glLigthfv]\nsync = 1\n"), "glLigthfv")
        shutil.rmtree(self.path("annotations"))
        self.refused(self.note("[glFlush]\nparam.frobs = in count(1)\n"), "glFlush", "frobs")
        shutil.rmtree(self.path("annotations"))
        self.refused(self.note("[glFlush]\nfrobs = 1\n"), "glFlush", "frobs")
        shutil.rmtree(self.path("annotations"))
        self.refused(self.note("[extension GL_EXT_frobs]\nrefuse = no\n"), "GL_EXT_frobs")

    def test_generated_reference(self):
        self.refused(self.note("[glTexGendv]\nparam.params = ref\n"), "glTexGendv")

    def test_size_of_what_does_not_travel(self):
        notes = self.annotations()
        path = os.path.join(notes, "params.ini")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("in count(vgpu_tex_gen_count(pname))", "in count(vgpu_tex_gen_count(frobs))"))
        self.refused(generate(self.path("out"), annotations=notes), "frobs")

    def opcodes(self, change):
        with open(os.path.join(GL, "opcodes.txt"), encoding="utf-8") as f:
            lines = f.readlines()
        with open(self.path("opcodes.txt"), "w", encoding="utf-8") as f:
            f.writelines(change(lines))
        return self.path("opcodes.txt")

    def test_command_without_opcode(self):
        path = self.opcodes(lambda lines: [x for x in lines if not x.endswith(" glFlush\n")])
        self.refused(generate(self.path("out"), opcodes=path), "no opcode", "glFlush")
        run = generate(self.path("out"), opcodes=path, extra=["--append-opcodes"])
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(path, encoding="utf-8") as f:
            numbers = [int(x.split()[0]) for x in f if not x.startswith("#")]
            f.seek(0)
            self.assertTrue(f.readlines()[-1].endswith(" glFlush\n"))
        self.assertEqual(numbers[-1], max(numbers))

    def test_opcode_twice(self):
        path = self.opcodes(lambda lines: lines + [lines[-1].split()[0] + " glFrobs\n"])
        self.refused(generate(self.path("out"), opcodes=path), "glFrobs", "twice")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--registry", default="/usr/share/khronos-api/gl.xml")
    opt, rest = ap.parse_known_args()
    REGISTRY = opt.registry
    unittest.main(argv=[sys.argv[0]] + rest)

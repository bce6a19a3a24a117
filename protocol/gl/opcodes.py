# SPDX-License-Identifier: MIT
"""opcodes.txt: NUMBER NAME a line, only ever appended to."""

from model import ModelError

FIRST_PRIVATE, FIRST_GL = 16, 256


def read(path):
    out = {}
    try:
        with open(path, encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                words = line.split("#")[0].split()
                if not words:
                    continue
                number, name = int(words[0]), words[1]
                if name in out or number in out.values():
                    raise ModelError(f"{path}:{n}: {number} {name}: twice")
                out[name] = number
    except FileNotFoundError:
        pass
    return out


def assign(commands, path, append):
    """Set command.opcode. Raises when one has none and append is False."""
    known = read(path)
    new = [c for c in commands if c.name not in known]
    if new and not append:
        raise ModelError("no opcode (run protocol/gl/generate.py with --append-opcodes):\n  " +
                         "\n  ".join(c.name for c in new))
    lines = []
    for private, first, last in ((True, FIRST_PRIVATE, FIRST_GL - 1), (False, FIRST_GL, 0xffff)):
        used = [v for v in known.values() if first <= v <= last]
        number = max(used) + 1 if used else first
        fresh = [c for c in new if c.private == private]
        for c in fresh if private else sorted(fresh, key=lambda c: c.name):
            if number > last:
                raise ModelError(f"{c.name}: out of opcodes")
            known[c.name] = number
            lines.append(f"{number} {c.name}\n")
            number += 1
    if lines:
        with open(path, "a", encoding="utf-8") as f:
            if f.tell() == 0:
                f.write("# SPDX-License-Identifier: MIT\n# The commands on the wire. Append only: "
                        "an old guest works with a new backend.\n")
            f.writelines(lines)
    for c in commands:
        c.opcode = known[c.name]
        if c.private != (c.opcode < FIRST_GL):
            raise ModelError(f"{c.name}: opcode {c.opcode} is outside its range")

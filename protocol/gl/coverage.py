#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what the wire carries: for each version and extension how many commands are generated at
both ends, have a hand-written half, share another command's code, or are refused; then every
refusal with its reason. Reads build/gen/coverage.json, which generate.py writes."""
import argparse
import json
from collections import Counter, defaultdict


def kind(info):
    """One word for a command."""
    if info is None or not info.get("carried"):
        return "refused"
    if info.get("alias"):
        return "alias"
    hand = [info.get(end) not in ("generated", "none", None) for end in ("guest", "host")]
    return "by hand" if any(hand) else "generated"


def row(name, commands, infos):
    """A line of a table."""
    n = Counter(kind(infos.get(c)) for c in commands)
    total = len(commands)
    return "%-44s %5d %10d %8d %6d %8d" % (name, total, n["generated"], n["by hand"], n["alias"],
                                           n["refused"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", default="build/gen/coverage.json")
    parser.add_argument("--extensions", action="store_true", help="all extensions, not only the "
                        "incomplete ones")
    options = parser.parse_args()
    with open(options.json, encoding="utf-8") as f:
        data = json.load(f)
    infos = data["commands"]
    head = "%-44s %5s %10s %8s %6s %8s" % ("", "all", "generated", "by hand", "alias", "refused")
    print(head)
    for version, commands in sorted(data["versions"].items()):
        print(row(version, commands, infos))
    core = {c for commands in data["versions"].values() for c in commands}
    print(row("all versions together", core, infos))
    print(row("the whole registry", list(infos), infos))
    print("\nextensions" + ("" if options.extensions else " that are not carried whole"))
    print(head)
    for name, extension in sorted(data["extensions"].items()):
        incomplete = any(kind(infos.get(c)) == "refused" for c in extension["commands"])
        if extension["commands"] and (incomplete or options.extensions):
            print(row(name, extension["commands"], infos)
                  + ("  hidden" if extension["hidden"] else ""))
    print("\nrefused, by reason")
    reasons = defaultdict(list)
    for name, info in sorted(infos.items()):
        if kind(info) == "refused":
            reasons[info.get("reason") or "no reason given"].append(name)
    for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
        print("%4d  %s (%s)" % (len(names), reason, shown))


if __name__ == "__main__":
    main()

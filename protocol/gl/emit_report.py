# SPDX-License-Identifier: MIT
"""coverage.json: what is carried, how, and why the rest is not."""

import json
import os


def state(registry, c):
    if c.refuse:
        return {"carried": False, "reason": c.refuse}
    real = registry.commands[c.merged] if c.merged else c
    out = {"carried": True, "guest": real.guest or "generated"}
    out["host"] = "none" if real.local else real.host or "generated"
    if c.merged:
        out["alias"] = c.merged
    return out


def emit(folder, registry):
    gl = {n: c for n, c in registry.commands.items() if not c.private}
    report = {
        "commands": {n: state(registry, c) for n, c in sorted(gl.items())},
        "versions": {v: sorted(names) for v, names in sorted(registry.versions.items())},
        "extensions": {e: {"commands": sorted(names), "hidden": registry.carried_extensions[e]}
                       for e, names in sorted(registry.extensions.items())},
    }
    with open(os.path.join(folder, "coverage.json"), "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1, sort_keys=True)
        f.write("\n")

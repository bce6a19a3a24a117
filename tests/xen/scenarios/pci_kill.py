# SPDX-License-Identifier: MIT
"""vgpu-ctl pci killed half way: a second run of either command completes or undoes it."""
from passthrough import (BOCHS, FULL, HOST, PAIR, command, expect_dom0_has, expect_guest_has,
                         expect_guest_has_nothing, expect_pciback_has, pci, prepare,
                         standing_guest)
from scenario import expect, scenario

PRELOAD = "LD_PRELOAD=/mnt/test/xen/killafter.so"


def steps_of(host, line, level):
    """Run it; how many changes it makes."""
    host.check(command(line, f"KILL_LEVEL={level} KILL_COUNT=/run/steps {PRELOAD}"), limit=180)
    return int(host.check("cat /run/steps").out)


def kill(host, line, level, after):
    """Run and be killed after the n-th change."""
    result = host.run(command(line, f"KILL_LEVEL={level} KILL_AFTER={after} {PRELOAD}"), limit=180)
    expect(result.rc == 137, f"{line} killed at {level} {after}: exit {result.rc}\n"
           f"{result.out}{result.err}")


def kill_everywhere(host, device, guest, level, pairs):
    """
    assign and release are killed after each of their steps; then either command must
    complete or undo it. pairs(n): what is killed after step n, and what follows, in an
    order in which what follows leaves what the next one starts from. Returns how many
    steps assign and release have.
    """
    before = prepare(host)
    commands = {"assign": f"assign {device}" + (f" {guest.name}" if guest else ""),
                "release": f"release {device}"}
    steps = {name: steps_of(host, line, level) for name, line in commands.items()}
    assigned = False
    for after in range(1, max(steps.values()) + 1):
        for first, second in pairs(after):
            if after > steps[first]:
                continue
            if assigned != (first == "release"):
                pci(host, commands["assign" if first == "release" else "release"])
            kill(host, commands[first], level, after)
            pci(host, commands[second])
            assigned = second == "assign"
            if not assigned:
                expect_dom0_has(host, device, before)
            elif guest is None:
                expect_pciback_has(host, device)
            if guest and assigned:
                expect_guest_has(guest, device)
            elif guest:
                expect_guest_has_nothing(guest)
    if assigned:
        pci(host, commands["release"])
    expect_dom0_has(host, device, before)
    return steps["assign"], steps["release"]


def every_pair(_):
    return (("assign", "assign"), ("release", "assign"), ("release", "release"),
            ("assign", "release"))


def half_of_the_pairs(after):
    """Completed by the same command after odd steps, undone by the other after even ones."""
    return every_pair(after)[::2] if after % 2 else every_pair(after)[1::2][::-1]


# with XEN_VGPU_FULL=1 either command after every step, else one of them
PAIRS = every_pair if FULL else half_of_the_pairs


@scenario(HOST)
def pci_killed_after_each_libxl_call(host):
    steps = kill_everywhere(host, PAIR, standing_guest(host), "libxl", PAIRS)
    # two functions: made assignable and attached; detached and given back
    expect(steps == (4, 4), f"libxl calls: {steps}")


@scenario(HOST)
def pci_killed_inside_libxl(host):
    steps = kill_everywhere(host, BOCHS, None, "deep", PAIRS)
    expect(min(steps) >= 4, f"changes: {steps}")

# SPDX-License-Identifier: MIT
"""What a scenario is: a function over a booted host, and the kind of host that it wants."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Machine:
    """An emulated machine that scenarios share; hashable, so that each boots once."""
    name: str
    devices: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()  # more arguments for QEMU
    iommu: bool = True
    flavour: str = "base"        # of the image, see image.FLAVOURS
    memory_mib: int = 4096       # of the machine
    dom0_mib: int = 2048
    cpu: str = ""                # QEMU's model; empty: host.PV_CPU
    guest_root: bool = False     # guests may boot the image's own system
    xen_args: str = ""


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    machine: Machine
    run: object


SCENARIOS: list[Scenario] = []


def scenario(machine, **fixed):
    """Register a function(host, **fixed); its name and the fixed values name the scenario."""
    def register(function):
        name = function.__name__.replace("_", "-")
        if fixed:
            name += "-" + "-".join(str(value) for value in fixed.values())
        SCENARIOS.append(Scenario(name, machine, lambda host: function(host, **fixed)))
        return function
    return register


class Skip(Exception):
    """The scenario cannot run here; the text says what is missing."""


def expect(condition, text):
    if not condition:
        raise AssertionError(text)

# SPDX-License-Identifier: MIT
"""Guests that end with a device, or do not answer; last, for they cost the standing guest."""
from passthrough import (BOCHS, DONE, FULL, HOST, PAIR, TIMED_OUT, destroy_standing_guest,
                         expect_dom0_has, expect_guest_has, expect_guest_has_nothing, held_by,
                         pci, prepare, standing_guest)
from scenario import expect, scenario


@scenario(HOST)
def pci_guest_ends(host):
    """The guest goes away with the device; release still brings it home."""
    guest = standing_guest(host)
    before = prepare(host)
    pci(host, f"assign {BOCHS} {guest.name}")
    expect_guest_has(guest, BOCHS)
    destroy_standing_guest(host)
    expect(held_by(host, BOCHS)["kind"] == "pciback", "not back with pciback")
    pci(host, f"release {BOCHS}", DONE)
    expect_dom0_has(host, BOCHS, before)


@scenario(HOST)
def pci_guest_does_not_answer(host):
    """A guest that does not let go: release says so, completes later, or takes the device."""
    device = PAIR if FULL else BOCHS
    guest = standing_guest(host)
    backend = f"/local/domain/0/backend/pci/{guest.domid}/0"
    before = prepare(host)
    pci(host, f"assign {device} {guest.name}")
    expect_guest_has(guest, device)
    for after in (f"release {device}", f"assign {device} {guest.name}"):
        host.until("the guest is at rest", f"[ $(xenstore-read {backend}/state) = 4 ]")
        host.check(f"xl pause {guest.name}")
        pci(host, f"release {device} --wait 1", TIMED_OUT, "did not answer in 1 s")
        expect(held_by(host, device)["guest"] == guest.name, "not with the guest any more")
        host.check(f"xl unpause {guest.name}")
        if after.startswith("release"):
            pci(host, after, DONE)
            expect_guest_has_nothing(guest)
            expect_dom0_has(host, device, before)
            pci(host, f"assign {device} {guest.name}")
        else:
            host.until("the guest has answered", f"[ $(xenstore-read {backend}/state) = 4 ]")
            pci(host, after, DONE)
        expect_guest_has(guest, device)
    host.check(f"xl pause {guest.name}")
    pci(host, f"release {device} --force", DONE)
    expect_dom0_has(host, device, before)
    destroy_standing_guest(host)
    expect_dom0_has(host, device, before)

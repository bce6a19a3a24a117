/* SPDX-License-Identifier: MIT */
/* pci assign and pci release: checks, plan, journal, steps, and the way back. */
#ifndef VGPU_TOOLS_PCI_OPERATE_H
#define VGPU_TOOLS_PCI_OPERATE_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/pci/plan.h"

/* Exit codes of every vgpu-ctl command, see vgpu-pci(7). */
enum vgpu_pci_exit {
	VGPU_PCI_EXIT_DONE = 0,
	VGPU_PCI_EXIT_FAILED = 1,
	VGPU_PCI_EXIT_USAGE = 2,
	VGPU_PCI_EXIT_NOT_FOUND = 3,
	VGPU_PCI_EXIT_NOT_PERMITTED = 4,
	VGPU_PCI_EXIT_UNREACHABLE = 5,
	VGPU_PCI_EXIT_REFUSED = 6,
	VGPU_PCI_EXIT_TIMED_OUT = 124, /* a guest did not answer */
};

struct vgpu_pci_operate {
	bool dry_run;    /* say the steps, do none */
	bool force;      /* console, open nodes; detach without the guest's consent */
	bool permissive; /* config space unfiltered in the guest */
	bool quiet;
	FILE *out;       /* what is or would be done */
	FILE *err;       /* refusals, failures, warnings */
};

/*
 * Give the device (all its functions) to a guest, or only make it assignable when
 * guest is NULL. The view is refreshed on the way. Returns an exit code, after
 * writing cause, object and way out to err. Undoes what it did when a step fails.
 */
enum vgpu_pci_exit vgpu_pci_operate_assign(struct vgpu_pci_view *view, struct vgpu_pci_bdf bdf,
                                           const struct vgpu_pci_guest *guest,
                                           const struct vgpu_pci_operate *how);

/* Take the device from its guest, if one has it, and give it back to Dom0's drivers. */
enum vgpu_pci_exit vgpu_pci_operate_release(struct vgpu_pci_view *view, struct vgpu_pci_bdf bdf,
                                            const struct vgpu_pci_operate *how);

#endif

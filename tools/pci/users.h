/* SPDX-License-Identifier: MIT */
/* Which programs of Dom0 have a device's nodes open: the vgpu backend, an X server, ... */
#ifndef VGPU_TOOLS_PCI_USERS_H
#define VGPU_TOOLS_PCI_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/pci/device.h"

struct vgpu_pci_user {
	struct vgpu_pci_bdf bdf;
	int pid;
	char program[64]; /* the kernel's name of it (16 characters) */
	char node[64];    /* "card0" */
	bool backend;     /* a process of the vgpu backend */
	bool told;        /* not open now: its command line or VGPU_DEVICE names the node */
};

struct vgpu_pci_users {
	struct vgpu_pci_user *list;
	size_t count;
};

/*
 * Look through root/proc. What the caller may not see is left out, so be root.
 * Returns 0 and fills *users_out (release with _finish), or -ENOMEM.
 */
int vgpu_pci_users_init(struct vgpu_pci_users *users_out, const struct vgpu_pci_tree *tree,
                        const char *root);
void vgpu_pci_users_finish(struct vgpu_pci_users *users);

/* The first user of a device, a backend process before any other; NULL for none. */
const struct vgpu_pci_user *vgpu_pci_users_find(const struct vgpu_pci_users *users,
                                                struct vgpu_pci_bdf bdf);

#endif

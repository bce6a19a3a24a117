/* SPDX-License-Identifier: MIT */
/*
 * The journal: what assign and release were about to do with a device, kept in
 * /run/vgpu/pci/SLOT.json and replaced atomically before the first step and after
 * every step. A run that was killed is completed or undone by the next one, which
 * compares the real state (sysfs, libxl) with what it wants; from here it only
 * needs what that state no longer tells: the old drivers, and what was going on.
 */
#ifndef VGPU_TOOLS_PCI_RECORD_H
#define VGPU_TOOLS_PCI_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/pci/group.h"

enum vgpu_pci_operation {
	VGPU_PCI_ASSIGN,
	VGPU_PCI_RELEASE,
};

struct vgpu_pci_record {
	enum vgpu_pci_operation operation;
	bool done;               /* false: it was interrupted, or runs just now */
	unsigned int step;       /* steps that are complete */
	unsigned int steps;
	char guest[128];         /* "" when it is for no guest yet */
	struct {
		struct vgpu_pci_bdf bdf;
		char driver[64]; /* Dom0's driver before; "" for none */
	} functions[VGPU_PCI_GROUP_MAX];
	size_t function_count;
};

/*
 * Only one assign or release at a time: take the lock (waits at most timeout_ms).
 * Returns a file descriptor to close, or a negative errno (-EBUSY: another runs).
 */
int vgpu_pci_record_lock(const char *root, int timeout_ms);

/* Returns 0, -ENOENT when there is none, -EPROTO when the file makes no sense. */
int vgpu_pci_record_load(const char *root, struct vgpu_pci_bdf slot,
                         struct vgpu_pci_record *record_out);
int vgpu_pci_record_save(const char *root, struct vgpu_pci_bdf slot,
                         const struct vgpu_pci_record *record);
int vgpu_pci_record_remove(const char *root, struct vgpu_pci_bdf slot);

/* The recorded driver of a function, "" when none is. Belongs to the record. */
const char *vgpu_pci_record_driver(const struct vgpu_pci_record *record, struct vgpu_pci_bdf bdf);

#endif

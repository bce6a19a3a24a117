/* SPDX-License-Identifier: MIT */
/* The lines that an admin pastes: guest configuration, boot line, modprobe. Pure text. */
#ifndef VGPU_TOOLS_PCI_LINES_H
#define VGPU_TOOLS_PCI_LINES_H

#include <stddef.h>
#include <stdio.h>

#include "tools/pci/group.h"
#include "tools/pci/xen.h"

/* Options that a device needs in the guest's pci= line, and why. */
struct vgpu_pci_needs {
	bool permissive;
	bool msitranslate;
	bool rdm_relaxed;
	bool rdm_host; /* the guest needs the global rdm= line */
};

/* What a function needs in a guest of this type. shared_irq: it shares its interrupt line. */
struct vgpu_pci_needs vgpu_pci_needs_of(const struct vgpu_pci_dev *dev,
                                        enum vgpu_pci_guest_type type, bool shared_irq);

/*
 * The drivers of Dom0 that may take one of the group's functions before pciback:
 * what drives it (old_drivers, one per function, "" unknown), and what is known to
 * for the vendor. Fills names, returns how many; the strings are constant or the
 * caller's.
 */
size_t vgpu_pci_rivals(const struct vgpu_pci_group *group, const char *const *old_drivers,
                       const char *names[], size_t max);

/* `pci=` and what goes with it, for the guest's configuration file. */
void vgpu_pci_lines_guest(FILE *out, const struct vgpu_pci_group *group,
                          enum vgpu_pci_guest_type type, bool shared_irq);

/* "xen-pciback.hide=(0000:01:00.0)(0000:01:00.1)" without a newline. */
void vgpu_pci_lines_hide(FILE *out, const struct vgpu_pci_group *group);

/* "softdep DRIVER pre: xen-pciback" and a newline, for each rival. */
void vgpu_pci_lines_softdep(FILE *out, const char *const *names, size_t count);

#endif

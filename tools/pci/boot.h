/* SPDX-License-Identifier: MIT */
/*
 * The part of an assignment that outlives a restart: devices that pciback hides from
 * Dom0's drivers at boot. Two files of our own carry it, never an edited one:
 * /etc/modprobe.d/vgpu-pci.conf (pciback is a module) and
 * /etc/default/grub.d/vgpu-pci.cfg (pciback is built in, or the initramfs is old).
 */
#ifndef VGPU_TOOLS_PCI_BOOT_H
#define VGPU_TOOLS_PCI_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/pci/group.h"

#define VGPU_PCI_BOOT_MODPROBE "/etc/modprobe.d/vgpu-pci.conf"
#define VGPU_PCI_BOOT_GRUB "/etc/default/grub.d/vgpu-pci.cfg"
#define VGPU_PCI_BOOT_LOAD "/etc/modules-load.d/vgpu-pci.conf"
#define VGPU_PCI_BOOT_MAX 64

struct vgpu_pci_boot {
	struct vgpu_pci_bdf hidden[VGPU_PCI_BOOT_MAX];
	size_t hidden_count;
	char rivals[32][64]; /* modules that must come after pciback */
	size_t rival_count;
};

/* Read what our files say; nothing there is an empty answer. Returns 0 or a negative errno. */
int vgpu_pci_boot_load(const char *root, struct vgpu_pci_boot *boot_out);

/* Write the files, or remove them when nothing is hidden. Returns 0 or a negative errno. */
int vgpu_pci_boot_save(const char *root, const struct vgpu_pci_boot *boot);

bool vgpu_pci_boot_hides(const struct vgpu_pci_boot *boot, struct vgpu_pci_bdf bdf);

/* Add a group and its rival modules. Returns 0, or -ENOSPC. Adding twice is fine. */
int vgpu_pci_boot_add(struct vgpu_pci_boot *boot, const struct vgpu_pci_group *group,
                      const char *const *rivals, size_t rival_count);

/* Take a group out; with the last one the rivals go too. */
void vgpu_pci_boot_drop(struct vgpu_pci_boot *boot, const struct vgpu_pci_group *group);

/* The two texts; the caller frees them. NULL without memory. */
char *vgpu_pci_boot_modprobe_text(const struct vgpu_pci_boot *boot);
char *vgpu_pci_boot_grub_text(const struct vgpu_pci_boot *boot);

#endif

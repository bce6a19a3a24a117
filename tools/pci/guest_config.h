/* SPDX-License-Identifier: MIT */
/* Guests' configuration files in /etc/xen, read with libxlutil. Single thread. */
#ifndef VGPU_TOOLS_PCI_GUEST_CONFIG_H
#define VGPU_TOOLS_PCI_GUEST_CONFIG_H

#include <stdbool.h>

struct vgpu_pci_guest;

/*
 * Look in the .cfg and .conf files of root/etc/xen for a guest of this name and add what its
 * file says to *guest: config_path, configured, passthrough if it is not known; with
 * `all` also name, type, e820_host and populate_on_demand. Files that cannot be parsed are passed over.
 * Returns 0, or -ENOENT and leaves *guest alone.
 */
int vgpu_pci_guest_config_find(const char *root, const char *name, bool all,
                               struct vgpu_pci_guest *guest);

#endif

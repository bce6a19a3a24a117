/* SPDX-License-Identifier: MIT */
/* Vendor and device in words, by libpci's database. */
#ifndef VGPU_TOOLS_PCI_NAMES_H
#define VGPU_TOOLS_PCI_NAMES_H

#include "tools/pci/device.h"

/*
 * Fill name of every device that has none yet: "Vendor Device", or numbers where the database has
 * no words (or is not installed). Never fails, never asks the network.
 */
void vgpu_pci_names_fill(struct vgpu_pci_tree *tree);

#endif

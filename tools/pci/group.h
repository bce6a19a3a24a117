/* SPDX-License-Identifier: MIT */
/*
 * What belongs together. Xen owns the IOMMU, so Dom0 has no iommu_groups and the
 * answer comes from addresses, bridges and access control (ACS). Pure functions
 * over a tree, any thread.
 */
#ifndef VGPU_TOOLS_PCI_GROUP_H
#define VGPU_TOOLS_PCI_GROUP_H

#include "tools/pci/device.h"

#define VGPU_PCI_GROUP_MAX 32

struct vgpu_pci_group {
	/* functions that change hands together, by address; the first is function 0 of the slot */
	const struct vgpu_pci_dev *functions[VGPU_PCI_GROUP_MAX];
	size_t function_count;
	/* the card's own bridges, nearest first: they stay with Dom0 */
	const struct vgpu_pci_dev *bridges[VGPU_PCI_GROUP_MAX];
	size_t bridge_count;
	/* devices of other cards that share a requester id (a bridge to conventional PCI) */
	const struct vgpu_pci_dev *strangers[VGPU_PCI_GROUP_MAX];
	size_t stranger_count;
};

/* The group of a device. Pointers into the tree, valid as long as it. */
void vgpu_pci_group_of(const struct vgpu_pci_tree *tree, const struct vgpu_pci_dev *dev,
                       struct vgpu_pci_group *group_out);

/* The display function that a group is about: the first one, or NULL. */
const struct vgpu_pci_dev *vgpu_pci_group_display(const struct vgpu_pci_group *group);

bool vgpu_pci_group_has(const struct vgpu_pci_group *group, const struct vgpu_pci_dev *dev);

/*
 * A switch port above the group that does not keep peers apart (no ACS, or not
 * switched on) while another card sits behind the same switch: a guest's device
 * could reach that card past the IOMMU. NULL when there is none, or unknown.
 */
const struct vgpu_pci_dev *vgpu_pci_group_leak(const struct vgpu_pci_tree *tree,
                                               const struct vgpu_pci_group *group);

/* A device outside of the group whose interrupt line the group shares, or NULL. */
const struct vgpu_pci_dev *vgpu_pci_group_shared_irq(const struct vgpu_pci_tree *tree,
                                                     const struct vgpu_pci_group *group);

/* A device outside of the group with registers in the same 4 KiB page, or NULL. */
const struct vgpu_pci_dev *vgpu_pci_group_shared_page(const struct vgpu_pci_tree *tree,
                                                      const struct vgpu_pci_group *group);

#endif

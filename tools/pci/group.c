/* SPDX-License-Identifier: MIT */
#include "tools/pci/group.h"

#include <string.h>

#define PAGE_MASK (~(uint64_t)0xfff)
#define BAR_IO 0x100 /* IORESOURCE_IO */

/* source validation, request and completion redirect, upstream forwarding */
#define ACS_NEEDED 0x001d

static const struct vgpu_pci_dev *parent_of(const struct vgpu_pci_tree *tree,
                                            const struct vgpu_pci_dev *dev)
{
	return dev->parent < 0 ? NULL : &tree->devs[dev->parent];
}

static bool is_below(const struct vgpu_pci_tree *tree, const struct vgpu_pci_dev *dev,
                     const struct vgpu_pci_dev *bridge)
{
	/* a tree cannot be deeper than it has devices; a lying record could loop */
	for (size_t left = tree->count; dev && left; left--) {
		dev = parent_of(tree, dev);
		if (dev == bridge)
			return true;
	}
	return false;
}

static void add(const struct vgpu_pci_dev **list, size_t *count, const struct vgpu_pci_dev *dev)
{
	if (*count < VGPU_PCI_GROUP_MAX)
		list[(*count)++] = dev;
}

bool vgpu_pci_group_has(const struct vgpu_pci_group *group, const struct vgpu_pci_dev *dev)
{
	for (size_t i = 0; i < group->function_count; i++)
		if (group->functions[i] == dev)
			return true;
	return false;
}

/* Is every device below the bridge, bridges aside, one of the group? */
static bool only_group_below(const struct vgpu_pci_tree *tree, const struct vgpu_pci_group *group,
                             const struct vgpu_pci_dev *bridge)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct vgpu_pci_dev *dev = &tree->devs[i];

		if (!dev->bridge && is_below(tree, dev, bridge) && !vgpu_pci_group_has(group, dev))
			return false;
	}
	return true;
}

/* A bridge whose far side is conventional PCI: what is behind it looks like one device. */
static bool merges_requesters(const struct vgpu_pci_dev *bridge)
{
	if (!bridge->caps.known)
		return false;
	return !bridge->caps.pcie || bridge->caps.pcie_type == VGPU_PCIE_TO_PCI;
}

static bool is_switch_port(const struct vgpu_pci_dev *bridge)
{
	return bridge->caps.pcie && (bridge->caps.pcie_type == VGPU_PCIE_UPSTREAM ||
	                             bridge->caps.pcie_type == VGPU_PCIE_DOWNSTREAM);
}

void vgpu_pci_group_of(const struct vgpu_pci_tree *tree, const struct vgpu_pci_dev *dev,
                       struct vgpu_pci_group *group_out)
{
	const struct vgpu_pci_dev *bridge;

	memset(group_out, 0, sizeof(*group_out));
	for (size_t i = 0; i < tree->count; i++) {
		const struct vgpu_pci_dev *other = &tree->devs[i];

		if (vgpu_pci_bdf_same_slot(other->bdf, dev->bdf) &&
		    other->virtual_function == dev->virtual_function &&
		    (!dev->virtual_function || other == dev))
			add(group_out->functions, &group_out->function_count, other);
	}
	bridge = parent_of(tree, dev);
	for (size_t left = tree->count; bridge && left; left--) {
		if (is_switch_port(bridge) && only_group_below(tree, group_out, bridge))
			add(group_out->bridges, &group_out->bridge_count, bridge);
		for (size_t i = 0; merges_requesters(bridge) && i < tree->count; i++) {
			const struct vgpu_pci_dev *other = &tree->devs[i];

			if (is_below(tree, other, bridge) && !other->bridge &&
			    !vgpu_pci_group_has(group_out, other))
				add(group_out->strangers, &group_out->stranger_count, other);
		}
		bridge = parent_of(tree, bridge);
	}
}

const struct vgpu_pci_dev *vgpu_pci_group_display(const struct vgpu_pci_group *group)
{
	for (size_t i = 0; i < group->function_count; i++)
		if (vgpu_pci_dev_is_display(group->functions[i]))
			return group->functions[i];
	return NULL;
}

const struct vgpu_pci_dev *vgpu_pci_group_leak(const struct vgpu_pci_tree *tree,
                                               const struct vgpu_pci_group *group)
{
	const struct vgpu_pci_dev *port = parent_of(tree, group->functions[0]);

	for (size_t left = tree->count; port && left; left--, port = parent_of(tree, port)) {
		const struct vgpu_pci_dev *top = parent_of(tree, port);

		if (!port->caps.pcie || port->caps.pcie_type != VGPU_PCIE_DOWNSTREAM ||
		    !port->caps.acs_known)
			continue;
		if (port->caps.acs && (port->caps.acs_control & ACS_NEEDED) == ACS_NEEDED)
			continue;
		if (top && !only_group_below(tree, group, top))
			return port;
	}
	return NULL;
}

const struct vgpu_pci_dev *vgpu_pci_group_shared_irq(const struct vgpu_pci_tree *tree,
                                                     const struct vgpu_pci_group *group)
{
	for (size_t f = 0; f < group->function_count; f++) {
		const struct vgpu_pci_dev *dev = group->functions[f];

		if (dev->irq == 0 || dev->pin == 0)
			continue;
		for (size_t i = 0; i < tree->count; i++) {
			const struct vgpu_pci_dev *other = &tree->devs[i];

			/* a port only has a line on paper, it signals by MSI */
			if (other->irq == dev->irq && other->pin && !other->bridge &&
			    !vgpu_pci_group_has(group, other))
				return other;
		}
	}
	return NULL;
}

static bool share_page(const struct vgpu_pci_bar *a, const struct vgpu_pci_bar *b)
{
	if (!a->end || !b->end || (a->flags & BAR_IO) || (b->flags & BAR_IO))
		return false;
	return (a->start & PAGE_MASK) <= (b->end & PAGE_MASK) &&
	       (b->start & PAGE_MASK) <= (a->end & PAGE_MASK);
}

static bool devs_share_page(const struct vgpu_pci_dev *a, const struct vgpu_pci_dev *b)
{
	for (size_t i = 0; i < VGPU_PCI_BARS; i++)
		for (size_t j = 0; j < VGPU_PCI_BARS; j++)
			if (share_page(&a->bars[i], &b->bars[j]))
				return true;
	return false;
}

const struct vgpu_pci_dev *vgpu_pci_group_shared_page(const struct vgpu_pci_tree *tree,
                                                      const struct vgpu_pci_group *group)
{
	for (size_t f = 0; f < group->function_count; f++)
		for (size_t i = 0; i < tree->count; i++)
			if (!vgpu_pci_group_has(group, &tree->devs[i]) &&
			    !tree->devs[i].bridge &&
			    devs_share_page(group->functions[f], &tree->devs[i]))
				return &tree->devs[i];
	return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "tools/pci/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/names.h"

/* Names that an earlier look found: the database is large. */
static void keep_names(struct vgpu_pci_tree *tree, const struct vgpu_pci_tree *old)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct vgpu_pci_dev *dev = vgpu_pci_tree_find(old, tree->devs[i].bdf);

		if (dev && dev->vendor == tree->devs[i].vendor && dev->device == tree->devs[i].device)
			memcpy(tree->devs[i].name, dev->name, sizeof(dev->name));
	}
}

int vgpu_pci_view_init(struct vgpu_pci_view *view_out, const char *root, struct vgpu_pci_xen *xen,
                       const struct vgpu_pci_view *earlier)
{
	struct vgpu_pci_view view = { .root = root, .xen = xen };
	int rc;

	rc = vgpu_pci_tree_init(&view.tree, root);
	if (rc)
		return rc;
	if (earlier)
		keep_names(&view.tree, &earlier->tree);
	vgpu_pci_names_fill(&view.tree);
	rc = vgpu_pci_users_init(&view.users, &view.tree, root);
	if (rc)
		goto out;
	if (xen && xen->impl->host(xen, &view.host) == 0)
		view.host_known = true;
	if (xen) {
		rc = xen->impl->holds(xen, &view.holds, &view.hold_count);
		if (rc)
			goto out;
	}
	*view_out = view;
	return 0;
out:
	vgpu_pci_view_finish(&view);
	return rc;
}

void vgpu_pci_view_finish(struct vgpu_pci_view *view)
{
	vgpu_pci_tree_finish(&view->tree);
	vgpu_pci_users_finish(&view->users);
	free(view->holds);
	view->holds = NULL;
	view->hold_count = 0;
}

int vgpu_pci_view_refresh(struct vgpu_pci_view *view)
{
	struct vgpu_pci_view fresh;
	int rc = vgpu_pci_view_init(&fresh, view->root, view->xen, view);

	if (rc)
		return rc;
	vgpu_pci_view_finish(view);
	*view = fresh;
	return 0;
}

const struct vgpu_pci_hold *vgpu_pci_view_hold(const struct vgpu_pci_view *view,
                                               struct vgpu_pci_bdf bdf)
{
	const struct vgpu_pci_hold *found = NULL;

	for (size_t i = 0; i < view->hold_count; i++) {
		if (vgpu_pci_bdf_compare(view->holds[i].bdf, bdf))
			continue;
		if (!found || found->stale)
			found = &view->holds[i];
	}
	return found;
}

enum vgpu_pci_holder vgpu_pci_view_holder(const struct vgpu_pci_view *view,
                                          const struct vgpu_pci_dev *dev, char *detail,
                                          size_t size)
{
	const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(view, dev->bdf);
	const struct vgpu_pci_user *user = vgpu_pci_users_find(&view->users, dev->bdf);

	snprintf(detail, size, "%s", dev->driver);
	if (hold && !hold->stale) {
		snprintf(detail, size, "%s", hold->guest);
		return VGPU_PCI_HOLDER_GUEST;
	}
	if (vgpu_pci_dev_on_pciback(dev))
		return VGPU_PCI_HOLDER_PCIBACK;
	if (user && user->backend) {
		snprintf(detail, size, "%s (%d)", user->program, user->pid);
		return VGPU_PCI_HOLDER_BACKEND;
	}
	if (dev->fb_console || dev->boot_vga)
		return VGPU_PCI_HOLDER_CONSOLE;
	return dev->driver[0] ? VGPU_PCI_HOLDER_DOM0 : VGPU_PCI_HOLDER_NONE;
}

const char *vgpu_pci_holder_text(enum vgpu_pci_holder holder)
{
	switch (holder) {
	case VGPU_PCI_HOLDER_NONE:
		return "none";
	case VGPU_PCI_HOLDER_DOM0:
		return "dom0";
	case VGPU_PCI_HOLDER_CONSOLE:
		return "console";
	case VGPU_PCI_HOLDER_BACKEND:
		return "backend";
	case VGPU_PCI_HOLDER_PCIBACK:
		return "pciback";
	case VGPU_PCI_HOLDER_GUEST:
		return "guest";
	}
	return "none";
}

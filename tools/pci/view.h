/* SPDX-License-Identifier: MIT */
/* Everything that is known about this machine's devices at one moment. */
#ifndef VGPU_TOOLS_PCI_VIEW_H
#define VGPU_TOOLS_PCI_VIEW_H

#include "tools/pci/device.h"
#include "tools/pci/group.h"
#include "tools/pci/users.h"
#include "tools/pci/xen.h"

struct vgpu_pci_view {
	const char *root;          /* "" or where a recorded tree lies; borrowed */
	struct vgpu_pci_tree tree;
	struct vgpu_pci_users users;
	struct vgpu_pci_xen *xen;  /* borrowed; NULL: no Xen to ask */
	bool host_known;
	struct vgpu_pci_host host; /* valid with host_known */
	struct vgpu_pci_hold *holds;
	size_t hold_count;
};

/*
 * Look at the machine. xen may be NULL; earlier (or NULL) lends its names. Returns 0 and fills *view_out (release with
 * _finish) or a negative errno; Xen's silence is no error, host_known says it.
 */
int vgpu_pci_view_init(struct vgpu_pci_view *view_out, const char *root, struct vgpu_pci_xen *xen,
                       const struct vgpu_pci_view *earlier);
void vgpu_pci_view_finish(struct vgpu_pci_view *view);

/* Look again, for example after a change. On an error the old view stays. */
int vgpu_pci_view_refresh(struct vgpu_pci_view *view);

/* Who has the device by Xen's records; a real hold before a stale one; NULL for nobody. */
const struct vgpu_pci_hold *vgpu_pci_view_hold(const struct vgpu_pci_view *view,
                                               struct vgpu_pci_bdf bdf);

enum vgpu_pci_holder {
	VGPU_PCI_HOLDER_NONE,     /* no driver */
	VGPU_PCI_HOLDER_DOM0,     /* a driver of Dom0 */
	VGPU_PCI_HOLDER_CONSOLE,  /* Dom0's text or boot console */
	VGPU_PCI_HOLDER_BACKEND,  /* the vgpu backend draws on it */
	VGPU_PCI_HOLDER_PCIBACK,  /* free to be given to a guest */
	VGPU_PCI_HOLDER_GUEST,
};

/*
 * What holds a function now; detail gets a word more ("amdgpu", "vgpu-worker (812)",
 * "win10"). Returns the strongest of them: guest, backend, console, driver.
 */
enum vgpu_pci_holder vgpu_pci_view_holder(const struct vgpu_pci_view *view,
                                          const struct vgpu_pci_dev *dev, char *detail,
                                          size_t size);

/* "none", "dom0", "console", "backend", "pciback", "guest": the words of --json */
const char *vgpu_pci_holder_text(enum vgpu_pci_holder holder);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The steps that lead from what is to what is wanted. A plan is made from the real
 * state, so that one made after an interrupted run holds just the steps that are
 * missing, and one made when nothing is to do is empty.
 */
#ifndef VGPU_TOOLS_PCI_PLAN_H
#define VGPU_TOOLS_PCI_PLAN_H

#include "tools/pci/record.h"
#include "tools/pci/view.h"

enum vgpu_pci_step_kind {
	VGPU_PCI_STEP_FORGET,  /* clear libxl's stale record of an owner */
	VGPU_PCI_STEP_ADD,     /* Dom0's driver -> pciback, quarantined */
	VGPU_PCI_STEP_ATTACH,  /* into the running guest */
	VGPU_PCI_STEP_DETACH,  /* out of the running guest */
	VGPU_PCI_STEP_REMOVE,  /* pciback -> Dom0's driver, by libxl's record of it */
	VGPU_PCI_STEP_BIND,    /* no driver -> the recorded one; libxl has no call for that */
	VGPU_PCI_STEP_CLEAN,   /* drop what libxl leaves in its records */
};

struct vgpu_pci_step {
	enum vgpu_pci_step_kind kind;
	struct vgpu_pci_bdf bdf;
	uint32_t domid;        /* ATTACH, DETACH */
	char guest[128];       /* ATTACH, DETACH: its name */
	char driver[64];       /* BIND, REMOVE: what the device gets */
	struct vgpu_pci_attach how; /* ATTACH */
};

#define VGPU_PCI_STEPS_MAX (4 * VGPU_PCI_GROUP_MAX)

struct vgpu_pci_plan {
	struct vgpu_pci_step steps[VGPU_PCI_STEPS_MAX];
	size_t count;
};

/* Dom0's drivers of the group's functions as they should be after a release. */
void vgpu_pci_plan_drivers(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                           const struct vgpu_pci_record *old, struct vgpu_pci_record *record);

/* Make the group assignable and, if guest runs, attach it. guest may be NULL. */
void vgpu_pci_plan_assign(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                          const struct vgpu_pci_guest *guest, bool permissive,
                          struct vgpu_pci_plan *plan_out);

/*
 * Take the group out of its guest and give it back to the record's drivers. clean: also
 * clear libxl's records when nothing else is to do, as after an interrupted release.
 */
void vgpu_pci_plan_release(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                           const struct vgpu_pci_record *record, bool clean,
                           struct vgpu_pci_plan *plan_out);

/*
 * What takes back an assign that failed half way: the steps from the state `now` to
 * the one `before`, as far as assign could have changed it.
 */
void vgpu_pci_plan_undo(const struct vgpu_pci_view *before, const struct vgpu_pci_view *now,
                        const struct vgpu_pci_group *group_now,
                        const struct vgpu_pci_record *record, struct vgpu_pci_plan *plan_out);

/* One line for people: "attach 0000:01:00.0 to guest win10". Returns text. */
const char *vgpu_pci_step_text(const struct vgpu_pci_step *step, char *text, size_t size);

/* Do one step. force: do not wait for a guest. Returns 0 or a negative errno, see xen->why. */
int vgpu_pci_step_run(const struct vgpu_pci_view *view, const struct vgpu_pci_step *step,
                      bool force);

#endif

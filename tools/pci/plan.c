/* SPDX-License-Identifier: MIT */
#include "tools/pci/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/file.h"

#define VSLOT_FIRST 5 /* the slot that a multi-function device gets in a PV guest */

static struct vgpu_pci_step *add(struct vgpu_pci_plan *plan, enum vgpu_pci_step_kind kind,
                                 struct vgpu_pci_bdf bdf)
{
	struct vgpu_pci_step *step = &plan->steps[plan->count++];

	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->bdf = bdf;
	return step;
}

static bool held_by_guest(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev)
{
	const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(view, dev->bdf);

	return hold && !hold->stale;
}

static bool stale(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev)
{
	const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(view, dev->bdf);

	return hold && hold->stale;
}

void vgpu_pci_plan_drivers(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                           const struct vgpu_pci_record *old, struct vgpu_pci_record *record)
{
	record->function_count = group->function_count;
	for (size_t i = 0; i < group->function_count; i++) {
		const struct vgpu_pci_dev *dev = group->functions[i];
		char *driver = record->functions[i].driver;
		size_t size = sizeof(record->functions[i].driver);

		record->functions[i].bdf = dev->bdf;
		driver[0] = 0;
		/* what drives it now, else what we wrote down, else what libxl wrote down */
		if (dev->driver[0] && !vgpu_pci_dev_on_pciback(dev))
			snprintf(driver, size, "%s", dev->driver);
		if (!driver[0] && old)
			snprintf(driver, size, "%s", vgpu_pci_record_driver(old, dev->bdf));
		if (!driver[0] && view->xen)
			view->xen->impl->stored_driver(view->xen, dev->bdf, driver, size);
	}
}

void vgpu_pci_plan_assign(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                          const struct vgpu_pci_guest *guest, bool permissive,
                          struct vgpu_pci_plan *plan_out)
{
	bool running = guest && guest->domid != VGPU_PCI_NO_DOMID;

	plan_out->count = 0;
	for (size_t i = 0; i < group->function_count; i++) {
		const struct vgpu_pci_dev *dev = group->functions[i];

		if (stale(view, dev))
			add(plan_out, VGPU_PCI_STEP_FORGET, dev->bdf);
		/* also when it is on pciback: only libxl's call makes sure of the quarantine */
		if (!held_by_guest(view, dev))
			add(plan_out, VGPU_PCI_STEP_ADD, dev->bdf);
	}
	for (size_t i = 0; running && i < group->function_count; i++) {
		struct vgpu_pci_step *step;

		if (held_by_guest(view, group->functions[i]))
			continue;
		step = add(plan_out, VGPU_PCI_STEP_ATTACH, group->functions[i]->bdf);
		step->domid = guest->domid;
		snprintf(step->guest, sizeof(step->guest), "%s", guest->name);
		step->how.permissive = permissive;
		/* in an HVM guest every function gets a slot: QEMU wants single functions */
		if (guest->type == VGPU_PCI_GUEST_PV && group->function_count > 1)
			step->how.vslot = VSLOT_FIRST;
		step->how.rdm_relaxed = vgpu_pci_dev_is_igd(group->functions[i]);
	}
}

static void give_back(struct vgpu_pci_plan *plan, const struct vgpu_pci_dev *dev,
                      const struct vgpu_pci_record *record)
{
	const char *driver = vgpu_pci_record_driver(record, dev->bdf);
	struct vgpu_pci_step *step;

	if (vgpu_pci_dev_on_pciback(dev)) {
		step = add(plan, VGPU_PCI_STEP_REMOVE, dev->bdf);
		snprintf(step->driver, sizeof(step->driver), "%s", driver);
	}
	if (driver[0] && strcmp(dev->driver, driver)) {
		step = add(plan, VGPU_PCI_STEP_BIND, dev->bdf);
		snprintf(step->driver, sizeof(step->driver), "%s", driver);
	}
}

void vgpu_pci_plan_release(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                           const struct vgpu_pci_record *record, bool clean,
                           struct vgpu_pci_plan *plan_out)
{
	plan_out->count = 0;
	/* the last function first: libxl resets the device when function 0 goes */
	for (size_t i = group->function_count; i-- > 0;) {
		const struct vgpu_pci_dev *dev = group->functions[i];
		const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(view, dev->bdf);
		struct vgpu_pci_step *step;

		if (!hold)
			continue;
		if (hold->stale) {
			add(plan_out, VGPU_PCI_STEP_FORGET, dev->bdf);
			continue;
		}
		step = add(plan_out, VGPU_PCI_STEP_DETACH, dev->bdf);
		step->domid = hold->domid;
		snprintf(step->guest, sizeof(step->guest), "%s", hold->guest);
	}
	for (size_t i = 0; i < group->function_count; i++)
		give_back(plan_out, group->functions[i], record);
	if (plan_out->count || clean)
		for (size_t i = 0; i < group->function_count; i++)
			add(plan_out, VGPU_PCI_STEP_CLEAN, group->functions[i]->bdf);
}

void vgpu_pci_plan_undo(const struct vgpu_pci_view *before, const struct vgpu_pci_view *now,
                        const struct vgpu_pci_group *group_now,
                        const struct vgpu_pci_record *record, struct vgpu_pci_plan *plan_out)
{
	struct vgpu_pci_plan all;

	vgpu_pci_plan_release(now, group_now, record, true, &all);
	plan_out->count = 0;
	for (size_t i = 0; i < all.count; i++) {
		const struct vgpu_pci_dev *old = vgpu_pci_tree_find(&before->tree, all.steps[i].bdf);
		bool ours = all.steps[i].kind == VGPU_PCI_STEP_DETACH
		                    ? old && !held_by_guest(before, old)
		                    : old && !vgpu_pci_dev_on_pciback(old);

		if (ours)
			plan_out->steps[plan_out->count++] = all.steps[i];
	}
}

const char *vgpu_pci_step_text(const struct vgpu_pci_step *step, char *text, size_t size)
{
	char bdf[VGPU_PCI_BDF_TEXT];

	vgpu_pci_bdf_text(step->bdf, bdf);
	switch (step->kind) {
	case VGPU_PCI_STEP_FORGET:
		snprintf(text, size, "clear the stale owner of %s in libxl's records", bdf);
		break;
	case VGPU_PCI_STEP_ADD:
		snprintf(text, size, "make %s assignable (pciback, quarantined)", bdf);
		break;
	case VGPU_PCI_STEP_ATTACH:
		snprintf(text, size, "attach %s to guest %s", bdf, step->guest);
		break;
	case VGPU_PCI_STEP_DETACH:
		snprintf(text, size, "detach %s from guest %s", bdf, step->guest);
		break;
	case VGPU_PCI_STEP_REMOVE:
		snprintf(text, size, "take %s from pciback and give it to %s", bdf,
		         step->driver[0] ? step->driver : "no driver (none was recorded)");
		break;
	case VGPU_PCI_STEP_BIND:
		snprintf(text, size, "make sure that %s drives %s", step->driver, bdf);
		break;
	case VGPU_PCI_STEP_CLEAN:
		snprintf(text, size, "clear libxl's records of %s", bdf);
		break;
	}
	return text;
}

/* Bind a device without a driver; a device that has the driver already is left alone. */
static int bind_driver(const struct vgpu_pci_view *view, const struct vgpu_pci_step *step)
{
	char path[PATH_MAX], target[PATH_MAX], bdf[VGPU_PCI_BDF_TEXT];
	const char *slash;
	ssize_t length;
	int fd, rc = 0;

	vgpu_pci_bdf_text(step->bdf, bdf);
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver", view->root, bdf);
	length = readlink(path, target, sizeof(target) - 1);
	if (length > 0) {
		target[length] = 0;
		slash = strrchr(target, '/');
		if (!strcmp(slash ? slash + 1 : target, step->driver))
			return 0;
		return -EBUSY; /* some other driver was faster */
	}
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/%s/bind", view->root, step->driver);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, bdf, strlen(bdf)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/*
 * A release that was killed between unbinding and this leaves the address in pciback's list
 * of slots: pciback would take the device again. libxl has no call for that.
 */
static int drop_slot(const struct vgpu_pci_view *view, struct vgpu_pci_bdf bdf)
{
	char path[PATH_MAX], slots[4096], text[VGPU_PCI_BDF_TEXT];
	int fd, rc = 0;

	vgpu_pci_bdf_text(bdf, text);
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/pciback/slots", view->root);
	if (vgpu_pci_file_read_at(AT_FDCWD, path, slots, sizeof(slots)) < 0 || !strstr(slots, text))
		return 0;
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/pciback/remove_slot", view->root);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int vgpu_pci_step_run(const struct vgpu_pci_view *view, const struct vgpu_pci_step *step,
                      bool force)
{
	struct vgpu_pci_xen *xen = view->xen;
	int rc;

	xen->why[0] = 0;
	switch (step->kind) {
	case VGPU_PCI_STEP_FORGET:
		return xen->impl->forget(xen, step->bdf, false);
	case VGPU_PCI_STEP_ADD:
		return xen->impl->assignable_add(xen, step->bdf);
	case VGPU_PCI_STEP_ATTACH:
		return xen->impl->attach(xen, step->domid, step->bdf, &step->how);
	case VGPU_PCI_STEP_DETACH:
		return xen->impl->detach(xen, step->domid, step->bdf, force);
	case VGPU_PCI_STEP_REMOVE:
		return xen->impl->assignable_remove(xen, step->bdf);
	case VGPU_PCI_STEP_BIND:
		return bind_driver(view, step);
	case VGPU_PCI_STEP_CLEAN:
		rc = xen->impl->forget(xen, step->bdf, true);
		return rc ? rc : drop_slot(view, step->bdf);
	}
	return -EINVAL;
}

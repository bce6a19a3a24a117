/* SPDX-License-Identifier: MIT */
#include "tools/pci/operate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/checks.h"

#define LOCK_WAIT_MS 10000

/* One assign or release on its way. */
struct job {
	struct vgpu_pci_view *view;
	const struct vgpu_pci_operate *how;
	struct vgpu_pci_bdf bdf;   /* as the user said it */
	struct vgpu_pci_record old; /* what an earlier run left */
	bool had_record;
	bool reset_failed;         /* Xen tried and said so */
	struct vgpu_pci_record record;
	int lock;
};

static void say_record_broken(const struct job *job, int rc)
{
	char slot[VGPU_PCI_BDF_TEXT];

	fprintf(job->how->err,
	        "warning: /run/vgpu/pci/%s.json cannot be read (%s), going by libxl's records\n",
	        vgpu_pci_bdf_slot_text(job->bdf, slot), strerror(-rc));
}

/* Lock, look at the machine as it is now, and read the journal. Returns an exit code. */
static enum vgpu_pci_exit start(struct job *job)
{
	int rc;

	job->lock = -1;
	if (!job->how->dry_run) {
		job->lock = vgpu_pci_record_lock(job->view->root, LOCK_WAIT_MS);
		if (job->lock == -EBUSY) {
			fprintf(job->how->err, "vgpu-ctl pci: another pci assign or release is running\n"
			        "hint: wait for it to end\n");
			return VGPU_PCI_EXIT_REFUSED;
		}
		if (job->lock < 0) {
			fprintf(job->how->err, "vgpu-ctl pci: cannot write %s/run/vgpu/pci: %s\n",
			        job->view->root, strerror(-job->lock));
			return job->lock == -EACCES || job->lock == -EPERM
			               ? VGPU_PCI_EXIT_NOT_PERMITTED : VGPU_PCI_EXIT_FAILED;
		}
		/* another run may have changed things while we waited */
		rc = vgpu_pci_view_refresh(job->view);
		if (rc) {
			fprintf(job->how->err, "vgpu-ctl pci: cannot read the PCI tree: %s\n", strerror(-rc));
			return VGPU_PCI_EXIT_FAILED;
		}
	}
	rc = vgpu_pci_record_load(job->view->root, job->bdf, &job->old);
	job->had_record = rc == 0;
	if (rc && rc != -ENOENT)
		say_record_broken(job, rc);
	if (job->had_record && !job->old.done && !job->how->quiet)
		fprintf(job->how->out, "an earlier %s was interrupted at step %u of %u\n",
		        job->old.operation == VGPU_PCI_ASSIGN ? "assign" : "release",
		        job->old.step + 1, job->old.steps);
	return VGPU_PCI_EXIT_DONE;
}

static void finish(struct job *job)
{
	if (job->lock >= 0)
		close(job->lock);
}

static const struct vgpu_pci_dev *find(const struct job *job, struct vgpu_pci_group *group)
{
	const struct vgpu_pci_dev *dev = vgpu_pci_tree_find(&job->view->tree, job->bdf);

	if (dev)
		vgpu_pci_group_of(&job->view->tree, dev, group);
	return dev;
}

static int save(struct job *job)
{
	return vgpu_pci_record_save(job->view->root, job->bdf, &job->record);
}

/* The step is done; if Xen complains of a reset that should have worked, pass it on. */
static void note_reset(struct job *job, struct vgpu_pci_bdf bdf)
{
	const struct vgpu_pci_dev *dev = vgpu_pci_tree_find(&job->view->tree, bdf);
	char text[VGPU_PCI_BDF_TEXT];

	if (!dev || !dev->reset || !strstr(job->view->xen->why, "reset"))
		return;
	job->reset_failed = true;
	fprintf(job->how->err, "warning: resetting %s (%s) failed: %s\n",
	        vgpu_pci_bdf_text(bdf, text),
	        dev->reset_methods[0] ? dev->reset_methods : "method unknown",
	        job->view->xen->why);
}

/* Run a plan with the journal written ahead of every step. *failed_out: the step that failed. */
static int run_plan(struct job *job, const struct vgpu_pci_plan *plan, bool force,
                    const struct vgpu_pci_step **failed_out)
{
	char text[256];
	int rc;

	*failed_out = NULL;
	job->record.steps = (unsigned int)plan->count;
	for (size_t i = 0; i < plan->count; i++) {
		job->record.step = (unsigned int)i;
		rc = save(job);
		if (rc) {
			snprintf(job->view->xen->why, sizeof(job->view->xen->why),
			         "the journal cannot be written: %s", strerror(-rc));
			*failed_out = &plan->steps[i];
			return rc;
		}
		if (!job->how->quiet)
			fprintf(job->how->out, "%s\n",
			        vgpu_pci_step_text(&plan->steps[i], text, sizeof(text)));
		rc = vgpu_pci_step_run(job->view, &plan->steps[i], force);
		if (rc) {
			*failed_out = &plan->steps[i];
			return rc;
		}
		note_reset(job, plan->steps[i].bdf);
	}
	return 0;
}

static void print_plan(const struct job *job, const struct vgpu_pci_plan *plan)
{
	char text[256];

	for (size_t i = 0; i < plan->count; i++)
		fprintf(job->how->out, "would %s\n",
		        vgpu_pci_step_text(&plan->steps[i], text, sizeof(text)));
	if (plan->count == 0)
		fprintf(job->how->out, "nothing to do\n");
}

/* Say which step failed and why. Returns the exit code. */
static enum vgpu_pci_exit say_failed(const struct job *job, const struct vgpu_pci_step *step,
                                     int rc)
{
	char text[256];

	fprintf(job->how->err, "vgpu-ctl pci: could not %s: %s\n",
	        vgpu_pci_step_text(step, text, sizeof(text)),
	        job->view->xen->why[0] ? job->view->xen->why : strerror(-rc));
	return rc == -ETIMEDOUT ? VGPU_PCI_EXIT_TIMED_OUT : VGPU_PCI_EXIT_FAILED;
}

/* ---- assign -------------------------------------------------------------------- */

static void undo(struct job *job, const struct vgpu_pci_view *before)
{
	const struct vgpu_pci_step *failed;
	struct vgpu_pci_group group;
	struct vgpu_pci_plan plan;
	char bdf[VGPU_PCI_BDF_TEXT];
	int rc;

	vgpu_pci_bdf_text(job->bdf, bdf);
	if (vgpu_pci_view_refresh(job->view) || !find(job, &group)) {
		fprintf(job->how->err, "hint: vgpu-ctl pci release %s\n", bdf);
		return;
	}
	vgpu_pci_plan_undo(before, job->view, &group, &job->record, &plan);
	rc = run_plan(job, &plan, true, &failed);
	if (rc) {
		say_failed(job, failed, rc);
		fprintf(job->how->err, "hint: vgpu-ctl pci release %s --force\n", bdf);
		return;
	}
	if (job->had_record && job->old.done)
		vgpu_pci_record_save(job->view->root, job->bdf, &job->old);
	else
		vgpu_pci_record_remove(job->view->root, job->bdf);
	fprintf(job->how->err, "%s is as it was before\n", bdf);
}

/* Did it come out as it should? Returns the function that did not, or NULL. */
static const struct vgpu_pci_dev *not_assigned(const struct job *job,
                                               const struct vgpu_pci_group *group,
                                               const struct vgpu_pci_guest *guest)
{
	for (size_t i = 0; i < group->function_count; i++) {
		const struct vgpu_pci_dev *dev = group->functions[i];
		const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(job->view, dev->bdf);

		if (!vgpu_pci_dev_on_pciback(dev))
			return dev;
		if (guest && guest->domid != VGPU_PCI_NO_DOMID &&
		    (!hold || hold->stale || hold->domid != guest->domid))
			return dev;
	}
	return NULL;
}

static enum vgpu_pci_exit refuse(const struct job *job, const struct vgpu_pci_dev *dev,
                                 const struct vgpu_pci_check *check)
{
	char bdf[VGPU_PCI_BDF_TEXT];

	fprintf(job->how->err, "vgpu-ctl pci: cannot assign %s: %s\n", vgpu_pci_bdf_text(dev->bdf, bdf),
	        check->text);
	if (check->mend[0])
		fprintf(job->how->err, "hint: %s\n", check->mend);
	return VGPU_PCI_EXIT_REFUSED;
}

static enum vgpu_pci_exit assign_steps(struct job *job, const struct vgpu_pci_group *group,
                                       const struct vgpu_pci_guest *guest,
                                       const struct vgpu_pci_plan *plan)
{
	const struct vgpu_pci_step *failed;
	const struct vgpu_pci_dev *left;
	struct vgpu_pci_view before;
	struct vgpu_pci_group now;
	char bdf[VGPU_PCI_BDF_TEXT];
	enum vgpu_pci_exit code = VGPU_PCI_EXIT_DONE;
	int rc;

	rc = vgpu_pci_view_init(&before, job->view->root, job->view->xen, job->view);
	if (rc) {
		fprintf(job->how->err, "vgpu-ctl pci: cannot read the PCI tree: %s\n", strerror(-rc));
		return VGPU_PCI_EXIT_FAILED;
	}
	rc = run_plan(job, plan, false, &failed);
	if (rc) {
		code = say_failed(job, failed, rc);
		undo(job, &before);
	}
	vgpu_pci_view_finish(&before);
	if (code != VGPU_PCI_EXIT_DONE)
		return code;
	rc = vgpu_pci_view_refresh(job->view);
	left = rc == 0 && find(job, &now) ? not_assigned(job, &now, guest) : group->functions[0];
	if (left) {
		fprintf(job->how->err, "vgpu-ctl pci: %s did not arrive%s%s\nhint: vgpu-ctl pci release %s\n",
		        rc ? "a function" : vgpu_pci_bdf_text(left->bdf, bdf),
		        guest ? " in guest " : " at pciback", guest ? guest->name : "", bdf);
		return VGPU_PCI_EXIT_FAILED;
	}
	job->record.done = true;
	job->record.step = job->record.steps;
	rc = save(job);
	if (rc)
		fprintf(job->how->err, "warning: the journal cannot be written: %s\n", strerror(-rc));
	return VGPU_PCI_EXIT_DONE;
}

static enum vgpu_pci_exit assign(struct job *job, const struct vgpu_pci_guest *guest)
{
	const struct vgpu_pci_check *refusal;
	const struct vgpu_pci_dev *dev;
	struct vgpu_pci_report report;
	struct vgpu_pci_group group;
	struct vgpu_pci_plan plan;
	char bdf[VGPU_PCI_BDF_TEXT];

	dev = find(job, &group);
	if (!dev) {
		fprintf(job->how->err, "vgpu-ctl pci: no PCI device %s\nhint: vgpu-ctl pci list\n",
		        vgpu_pci_bdf_text(job->bdf, bdf));
		return VGPU_PCI_EXIT_NOT_FOUND;
	}
	vgpu_pci_checks_run(job->view, dev, guest, &report);
	refusal = vgpu_pci_report_refusal(&report, job->how->force);
	if (refusal)
		return refuse(job, dev, refusal);
	vgpu_pci_plan_drivers(job->view, &group, job->had_record ? &job->old : NULL, &job->record);
	vgpu_pci_plan_assign(job->view, &group, guest, job->how->permissive, &plan);
	if (job->how->dry_run) {
		print_plan(job, &plan);
		return VGPU_PCI_EXIT_DONE;
	}
	for (size_t i = 0; i < report.count; i++)
		if (report.checks[i].verdict != VGPU_PCI_PASS)
			fprintf(job->how->err, "warning: %s\n", report.checks[i].text);
	job->record.operation = VGPU_PCI_ASSIGN;
	if (guest)
		snprintf(job->record.guest, sizeof(job->record.guest), "%s", guest->name);
	return assign_steps(job, &group, guest, &plan);
}

enum vgpu_pci_exit vgpu_pci_operate_assign(struct vgpu_pci_view *view, struct vgpu_pci_bdf bdf,
                                           const struct vgpu_pci_guest *guest,
                                           const struct vgpu_pci_operate *how)
{
	struct job job = { .view = view, .how = how, .bdf = bdf };
	enum vgpu_pci_exit code = start(&job);

	if (code == VGPU_PCI_EXIT_DONE)
		code = assign(&job, guest);
	finish(&job);
	return code;
}

/* ---- release --------------------------------------------------------------------- */

/* After a release: every function is with its old driver. Says what is not. */
static bool given_back(const struct job *job, const struct vgpu_pci_group *group)
{
	bool good = true, unreset = job->reset_failed;

	for (size_t i = 0; i < group->function_count; i++) {
		const struct vgpu_pci_dev *dev = group->functions[i];
		const char *driver = vgpu_pci_record_driver(&job->record, dev->bdf);
		char bdf[VGPU_PCI_BDF_TEXT];

		vgpu_pci_bdf_text(dev->bdf, bdf);
		if (vgpu_pci_dev_on_pciback(dev)) {
			fprintf(job->how->err, "vgpu-ctl pci: %s is still with pciback\n", bdf);
			good = false;
		} else if (driver[0] && strcmp(dev->driver, driver)) {
			fprintf(job->how->err, "vgpu-ctl pci: %s has driver %s, not %s as before\n", bdf,
			        dev->driver[0] ? dev->driver : "none", driver);
			good = false;
		} else if (!driver[0] && !dev->driver[0]) {
			fprintf(job->how->err, "warning: %s has no driver: none is recorded from "
			        "before (hidden at boot?)\nhint: echo %s > /sys/bus/pci/drivers_probe\n",
			        bdf, bdf);
		}
		if (!dev->reset) {
			fprintf(job->how->err, "warning: %s (%s) could not be reset: it is as its last "
			        "owner left it\n", bdf, dev->name);
			unreset = true;
		}
	}
	if (unreset)
		fprintf(job->how->err, "hint: restart the host if its driver misbehaves\n");
	return good;
}

static enum vgpu_pci_exit release(struct job *job)
{
	const struct vgpu_pci_step *failed;
	const struct vgpu_pci_dev *dev, *display;
	struct vgpu_pci_group group;
	struct vgpu_pci_plan plan;
	char bdf[VGPU_PCI_BDF_TEXT], other[VGPU_PCI_BDF_TEXT];
	enum vgpu_pci_exit code;
	int rc;

	vgpu_pci_bdf_text(job->bdf, bdf);
	dev = find(job, &group);
	if (!dev) {
		fprintf(job->how->err, "vgpu-ctl pci: no PCI device %s\nhint: vgpu-ctl pci list\n", bdf);
		return VGPU_PCI_EXIT_NOT_FOUND;
	}
	display = vgpu_pci_group_display(&group);
	if (display && display != dev) {
		fprintf(job->how->err, "vgpu-ctl pci: cannot release %s alone: it is a function of %s (%s)\n"
		        "hint: vgpu-ctl pci release %s\n", bdf,
		        vgpu_pci_bdf_text(display->bdf, other), display->name, other);
		return VGPU_PCI_EXIT_REFUSED;
	}
	vgpu_pci_plan_drivers(job->view, &group, job->had_record ? &job->old : NULL, &job->record);
	vgpu_pci_plan_release(job->view, &group, &job->record, job->had_record, &plan);
	if (job->how->dry_run) {
		print_plan(job, &plan);
		return VGPU_PCI_EXIT_DONE;
	}
	job->record.operation = VGPU_PCI_RELEASE;
	rc = run_plan(job, &plan, job->how->force, &failed);
	if (rc) {
		code = say_failed(job, failed, rc);
		if (failed->kind == VGPU_PCI_STEP_DETACH && !job->how->force)
			fprintf(job->how->err, "hint: shut guest %s down, or take the device without "
			        "asking it: vgpu-ctl pci release %s --force\n", failed->guest, bdf);
		else
			fprintf(job->how->err, "hint: vgpu-ctl pci release %s does the rest once the "
			        "cause is gone\n", bdf);
		return code;
	}
	if (plan.count == 0 && !job->how->quiet)
		fprintf(job->how->out, "%s is with Dom0 already\n", bdf);
	rc = vgpu_pci_view_refresh(job->view);
	if (rc || !find(job, &group) || (plan.count && !given_back(job, &group)))
		return VGPU_PCI_EXIT_FAILED;
	rc = vgpu_pci_record_remove(job->view->root, job->bdf);
	if (rc)
		fprintf(job->how->err, "warning: the journal cannot be removed: %s\n", strerror(-rc));
	return VGPU_PCI_EXIT_DONE;
}

enum vgpu_pci_exit vgpu_pci_operate_release(struct vgpu_pci_view *view, struct vgpu_pci_bdf bdf,
                                            const struct vgpu_pci_operate *how)
{
	struct job job = { .view = view, .how = how, .bdf = bdf };
	enum vgpu_pci_exit code = start(&job);

	if (code == VGPU_PCI_EXIT_DONE)
		code = release(&job);
	finish(&job);
	return code;
}

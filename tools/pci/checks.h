/* SPDX-License-Identifier: MIT */
/*
 * Every precondition of handing a device to a guest, each with a verdict and what
 * mends it. `pci check` prints them, `pci assign` obeys them, so that the two never
 * disagree. Pure but for asking nothing; any thread.
 */
#ifndef VGPU_TOOLS_PCI_CHECKS_H
#define VGPU_TOOLS_PCI_CHECKS_H

#include "tools/pci/view.h"

enum vgpu_pci_verdict {
	VGPU_PCI_PASS,
	VGPU_PCI_WARN,
	VGPU_PCI_FAIL,
};

struct vgpu_pci_check {
	const char *id;        /* "iommu": a stable word for scripts */
	enum vgpu_pci_verdict verdict;
	bool force;            /* a FAIL that --force steps over */
	char text[400];        /* what was found, naming the object */
	char mend[300];        /* a command or a sentence; "" when there is nothing to do */
};

#define VGPU_PCI_CHECKS_MAX 24

struct vgpu_pci_report {
	struct vgpu_pci_check checks[VGPU_PCI_CHECKS_MAX];
	size_t count;
};

/*
 * Check a device (any function of it) and, when guest is not NULL, the guest it is
 * meant for. Fills *report_out.
 */
void vgpu_pci_checks_run(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev,
                         const struct vgpu_pci_guest *guest, struct vgpu_pci_report *report_out);

/* The first check that failed (with forced: that --force does not step over), or NULL. */
const struct vgpu_pci_check *vgpu_pci_report_refusal(const struct vgpu_pci_report *report,
                                                     bool forced);

const struct vgpu_pci_check *vgpu_pci_report_find(const struct vgpu_pci_report *report,
                                                  const char *id);

/* "PASS", "WARN", "FAIL" */
const char *vgpu_pci_verdict_text(enum vgpu_pci_verdict verdict);

#endif

/* SPDX-License-Identifier: MIT */
#include "tools/pci/names.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>

/* libpci ends the program on errors; a missing database is no reason for that */
static __thread jmp_buf escape;

__attribute__((noreturn)) static void fail(char *format, ...)
{
	longjmp(escape, 1);
}

static void quiet(char *format, ...)
{
}

static void fill(struct pci_access *access, struct vgpu_pci_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct vgpu_pci_dev *dev = &tree->devs[i];
		char vendor[sizeof(dev->name) - sizeof(" [0000:0000]")];

		if (dev->name[0])
			continue;
		if (pci_lookup_name(access, dev->name, sizeof(dev->name),
		                    PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS,
		                    dev->vendor, dev->device) && dev->name[0])
			continue;
		/* a card that is newer than the database */
		if (pci_lookup_name(access, vendor, sizeof(vendor),
		                    PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS, dev->vendor) &&
		    vendor[0])
			snprintf(dev->name, sizeof(dev->name), "%s [%04x:%04x]", vendor,
			         dev->vendor, dev->device);
	}
}

void vgpu_pci_names_fill(struct vgpu_pci_tree *tree)
{
	struct pci_access *access;
	bool missing = false;

	for (size_t i = 0; i < tree->count; i++)
		missing = missing || !tree->devs[i].name[0];
	if (!missing)
		return;
	access = pci_alloc();
	access->error = fail;
	access->warning = quiet;
	access->debug = quiet;
	/* no pci_init: only the database is wanted, not access to devices */
	if (setjmp(escape) == 0)
		fill(access, tree);
	pci_cleanup(access);
	for (size_t i = 0; i < tree->count; i++) {
		struct vgpu_pci_dev *dev = &tree->devs[i];

		if (!dev->name[0])
			snprintf(dev->name, sizeof(dev->name), "[%04x:%04x]", dev->vendor,
			         dev->device);
	}
}

/* SPDX-License-Identifier: MIT */
/* How list, check and config look: tables by libsmartcols, --json by json-c. */
#ifndef VGPU_TOOLS_PCI_OUTPUT_H
#define VGPU_TOOLS_PCI_OUTPUT_H

#include <stdio.h>

#include "tools/pci/checks.h"

/* Goes up when a key changes its meaning or goes away; new keys do not count. */
#define VGPU_PCI_JSON_SCHEMA 1

struct vgpu_pci_list_options {
	bool headings;
	const char *columns; /* comma-separated names, NULL for the default */
};

/* Returns 0, -EINVAL for an unknown column (named in *bad_out), or another negative errno. */
int vgpu_pci_list_table(FILE *out, const struct vgpu_pci_view *view,
                        const struct vgpu_pci_list_options *options, const char **bad_out);
int vgpu_pci_list_json(FILE *out, const struct vgpu_pci_view *view);

/* The names and meanings of list's columns, one a line. */
void vgpu_pci_list_help_columns(FILE *out);

/* colour: escape sequences around the verdicts */
void vgpu_pci_check_text(FILE *out, const struct vgpu_pci_report *report, bool colour);
int vgpu_pci_check_json(FILE *out, const struct vgpu_pci_dev *dev,
                        const struct vgpu_pci_guest *guest,
                        const struct vgpu_pci_report *report);

struct vgpu_pci_config_input {
	const struct vgpu_pci_view *view;
	const struct vgpu_pci_dev *dev;
	enum vgpu_pci_guest_type type;      /* UNKNOWN: print for PV and HVM */
	const char *const *old_drivers;     /* one per function of the group */
};

void vgpu_pci_config_text(FILE *out, const struct vgpu_pci_config_input *input);
int vgpu_pci_config_json(FILE *out, const struct vgpu_pci_config_input *input);

#endif

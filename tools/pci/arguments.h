/* SPDX-License-Identifier: MIT */
/* The command line of vgpu-ctl pci: verbs, their options, and help. */
#ifndef VGPU_TOOLS_PCI_ARGUMENTS_H
#define VGPU_TOOLS_PCI_ARGUMENTS_H

#include <stdbool.h>

#include "tools/pci/bdf.h"

enum vgpu_pci_verb {
	VGPU_PCI_VERB_LIST,
	VGPU_PCI_VERB_CHECK,
	VGPU_PCI_VERB_ASSIGN,
	VGPU_PCI_VERB_RELEASE,
	VGPU_PCI_VERB_CONFIG,
	VGPU_PCI_VERB_COUNT,
};

struct vgpu_pci_arguments {
	enum vgpu_pci_verb verb;
	bool json, headings, dry_run, force, permissive, persistent, yes, verbose, quiet;
	unsigned int wait_s; /* 0: as Xen has it */
	const char *columns;
	const char *sysroot;
	const char *bdf_text, *guest_name;
	struct vgpu_pci_bdf bdf;
};

/*
 * Read the command line, argv[0] being the noun. Prints help and usage errors itself. Returns -1
 * to go on with *arg_out, whose strings are argv's, or the exit code to end with.
 */
int vgpu_pci_arguments_parse(struct vgpu_pci_arguments *arg_out, int argc, char **argv);

/* Does the verb change anything? */
bool vgpu_pci_verb_changes(enum vgpu_pci_verb verb);

/* Say what is wrong with the command line of a verb ("" for none). Returns the exit code. */
int vgpu_pci_usage_error(const char *verb, const char *what);

#endif

/* SPDX-License-Identifier: MIT */
#include "tools/ctl/command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tools/common/tool.h"

/* tools/pci, when it is built in */
int vgpu_pci_main(int argc, char **argv) __attribute__((weak));

static int pci(int argc, char **argv)
{
	if (!vgpu_pci_main) {
		vgpu_tool_error("build the tree with tools/pci",
				"this vgpu-ctl has no pci commands");
		return VGPU_EXIT_FAILED;
	}
	return vgpu_pci_main(argc, argv);
}

const struct vgpu_ctl_command vgpu_ctl_commands[] = {
	{ "list", "[--json] [--noheadings] [-o COLUMN,...]",
	  "the programs that draw, with their worker's counters", vgpu_ctl_list },
	{ "top", "[--batch | --json] [--delay SECONDS] [--iterations N] [--sort COLUMN]",
	  "what guests and programs draw, live", vgpu_ctl_top },
	{ "doctor", "[--json]", "what is right and wrong on this machine, and how to mend it",
	  vgpu_ctl_doctor },
	{ "pci", "COMMAND [ARGUMENTS...]", "hand a whole GPU to a guest", pci },
	{ "help", "[COMMAND]", "print this, or a command's help", vgpu_ctl_help },
	{ "complete", NULL, NULL, vgpu_ctl_complete },
	{ NULL, NULL, NULL, NULL },
};

const struct vgpu_ctl_command *vgpu_ctl_find(const char *name)
{
	for (const struct vgpu_ctl_command *c = vgpu_ctl_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int vgpu_ctl_help(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] != '-') {
		const struct vgpu_ctl_command *c = vgpu_ctl_find(argv[1]);
		char name[64], help[] = "--help";
		char *args[] = { name, help, NULL };

		if (!c || c->run == vgpu_ctl_help)
			return vgpu_tool_usage("no command '%s'", argv[1]);
		snprintf(name, sizeof(name), "%s", c->name);
		return c->run(2, args);
	}
	puts("Usage: vgpu-ctl COMMAND [ARGUMENTS...]\n"
	     "Example: vgpu-ctl list\n\n"
	     "Watch and steer the vgpu backend.\n");
	for (const struct vgpu_ctl_command *c = vgpu_ctl_commands; c->name; c++)
		if (c->summary && (c->run != pci || vgpu_pci_main))
			printf("  %-8s %s\n", c->name, c->summary);
	puts("\n  --version, --help\n\n"
	     "'vgpu-ctl COMMAND --help' says more about one of them.\n"
	     "Exit code: 0 done, 1 failed, 2 wrong usage, 3 no such guest or GPU,\n"
	     "4 not permitted, 5 daemon unreachable, 6 refused, 124 timed out.");
	return vgpu_tool_finish(VGPU_EXIT_OK);
}

int vgpu_ctl_complete(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "commands") == 0) {
		for (const struct vgpu_ctl_command *c = vgpu_ctl_commands; c->name; c++)
			if (c->summary && (c->run != pci || vgpu_pci_main))
				puts(c->name);
		return vgpu_tool_finish(VGPU_EXIT_OK);
	}
	if (argc == 2 && strcmp(argv[1], "columns") == 0) {
		vgpu_ctl_list_columns();
		return vgpu_tool_finish(VGPU_EXIT_OK);
	}
	return VGPU_EXIT_USAGE;
}

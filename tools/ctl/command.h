/* SPDX-License-Identifier: MIT */
/*
 * vgpu-ctl's command table. A command is one function in one file; it parses its
 * own options with getopt_long from argv[0] = its name, and returns an exit code
 * of tools/common/tool.h after saying what is wrong.
 */
#ifndef VGPU_TOOLS_CTL_COMMAND_H
#define VGPU_TOOLS_CTL_COMMAND_H

struct vgpu_ctl_command {
	const char *name;
	const char *arguments; /* for help: "[--json]" */
	const char *summary;   /* one line, lower case, no full stop */
	int (*run)(int argc, char **argv);
};

/* Ends with an entry whose name is NULL (tools/ctl/commands.c). */
extern const struct vgpu_ctl_command vgpu_ctl_commands[];

/* NULL when there is none of this name. */
const struct vgpu_ctl_command *vgpu_ctl_find(const char *name);

int vgpu_ctl_list(int argc, char **argv);
/* Print the names of list's columns, one a line. */
void vgpu_ctl_list_columns(void);
int vgpu_ctl_top(int argc, char **argv);
int vgpu_ctl_doctor(int argc, char **argv);
int vgpu_ctl_log(int argc, char **argv);
int vgpu_ctl_help(int argc, char **argv);
/* Hidden: what the shell's completion asks (tools/completions). */
int vgpu_ctl_complete(int argc, char **argv);

#endif

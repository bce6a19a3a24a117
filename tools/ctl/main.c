/* SPDX-License-Identifier: MIT */
/* vgpu-ctl COMMAND: looks the command up and gives it the rest of the words. */
#include <stdio.h>
#include <string.h>

#include "tools/common/tool.h"
#include "tools/ctl/command.h"

int main(int argc, char **argv)
{
	const struct vgpu_ctl_command *command;

	if (argc < 2)
		return vgpu_tool_usage("no command given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return vgpu_ctl_help(1, argv);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("vgpu-ctl " VGPU_TOOLS_VERSION);
		return vgpu_tool_finish(VGPU_EXIT_OK);
	}
	command = vgpu_ctl_find(argv[1]);
	if (!command)
		return vgpu_tool_usage(
			"%s '%s'", argv[1][0] == '-' ? "unknown option" : "no command", argv[1]);
	return command->run(argc - 1, argv + 1);
}

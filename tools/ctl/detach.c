/* SPDX-License-Identifier: MIT */
/* vgpu-ctl detach: ask the backend to close, wait, remove the device from xenstore. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xenstore.h>

#include "tools/common/tool.h"
#include "tools/ctl/command.h"
#include "tools/ctl/xenstore.h"

#define WAIT_SECONDS 10

static void print_help(void)
{
	puts("Usage: vgpu-ctl detach [--json] [--wait SECONDS] GUEST\n"
	     "Example: vgpu-ctl detach web\n\n"
	     "Take a guest's vgpu away. Its programs lose their contexts. A guest that does not\n"
	     "answer in time has no say: the backend has let go of its memory, and the device\n"
	     "is removed.\n\n"
	     "  -w, --wait SECONDS  for the guest to close (default 10)\n"
	     "  -j, --json          print what was detached as JSON");
}

int vgpu_ctl_detach(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "wait", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned int seconds = WAIT_SECONDS;
	struct vgpu_ctl_device device;
	struct vgpu_ctl_guest guest;
	struct xs_handle *xs;
	bool json = false;
	char end;
	int c, rc, state;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jw:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'w':
			if (sscanf(optarg, "%u%c", &seconds, &end) != 1 || seconds > 3600)
				return vgpu_tool_usage("detach: --wait takes 0 to 3600 seconds");
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("detach: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("detach: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind >= argc)
		return vgpu_tool_usage("detach: no guest given");
	if (optind + 1 < argc)
		return vgpu_tool_usage("detach takes no '%s'", argv[optind + 1]);
	xs = vgpu_ctl_xs_open();
	if (!xs)
		return VGPU_EXIT_FAILED;
	rc = vgpu_ctl_find_guest(xs, argv[optind], &guest);
	if (!rc && !vgpu_ctl_find_device(xs, guest.domid, &device)) {
		vgpu_tool_error("vgpu-ctl show names the guests that have one",
		                "guest '%s' has no vgpu", guest.name);
		rc = VGPU_EXIT_NO_SUCH;
	}
	if (rc)
		goto out;
	if (vgpu_ctl_device_close(xs, &device)) {
		state = vgpu_ctl_wait_state(xs, &device, 1u << 6, seconds, NULL, 0);
		if (state < 0)
			fprintf(stderr, "vgpu-ctl: guest '%s' did not close its vgpu in %u s: it is "
			        "taken away\n", guest.name, seconds);
	}
	if (!vgpu_ctl_device_remove(xs, &device)) {
		vgpu_tool_error("as root?", "cannot remove the device of guest '%s': %s",
		                guest.name, strerror(errno));
		rc = errno == EACCES ? VGPU_EXIT_PERMISSION : VGPU_EXIT_FAILED;
	} else if (json) {
		printf("{ \"schema\": 1, \"domid\": %u, \"backend\": %u }\n", guest.domid,
		       device.backend);
	}
out:
	xs_close(xs);
	return vgpu_tool_finish(rc);
}

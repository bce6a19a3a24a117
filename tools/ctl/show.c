/* SPDX-License-Identifier: MIT */
/*
 * vgpu-ctl show: what xenstore says of guests' vgpus, and what the daemon knows
 * besides if it can be asked (it can be in another domain).
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "protocol/vgpuif.h"
#include "tools/common/admin.h"
#include "tools/common/tool.h"
#include "tools/ctl/command.h"
#include "tools/ctl/xenstore.h"

static void print_help(void)
{
	puts("Usage: vgpu-ctl show [--json] [GUEST]\n"
	     "Example: vgpu-ctl show web\n\n"
	     "Print the vgpu of a guest (name, id or UUID), or of all guests: how it is\n"
	     "configured, both ends' states, what it uses, what has been counted.\n\n"
	     "  -j, --json  as JSON");
}

static void add_text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void add_node(struct json_object *o, struct xs_handle *xs, const char *folder,
                     const char *name, bool is_number)
{
	char text[256];

	vgpu_ctl_read(xs, folder, name, text, sizeof(text));
	if (!text[0])
		return;
	json_object_object_add(o, name, is_number ? json_object_new_int64(atoll(text))
	                                          : json_object_new_string(text));
}

/* What xenstore says. A new reference. */
static struct json_object *describe(struct xs_handle *xs, const struct vgpu_ctl_guest *guest,
                                    const struct vgpu_ctl_device *device)
{
	static const char *const numbers[] = {
		VGPUIF_FIELD_VRAM, VGPUIF_FIELD_WEIGHT, VGPUIF_FIELD_CAP,
		VGPUIF_FIELD_MAX_CONNECTIONS, VGPUIF_FIELD_MAX_STREAMS, VGPUIF_FIELD_MAX_PAGES,
	};
	struct json_object *o = json_object_new_object();
	char text[64];

	add_text(o, "guest", guest->name);
	json_object_object_add(o, "domid", json_object_new_int64(guest->domid));
	add_text(o, "uuid", guest->uuid);
	json_object_object_add(o, "backend", json_object_new_int64(device->backend));
	vgpu_ctl_read(xs, device->backend_path, "state", text, sizeof(text));
	add_text(o, "state", vgpu_ctl_state_name((unsigned int)atoi(text)));
	vgpu_ctl_read(xs, device->frontend_path, "state", text, sizeof(text));
	add_text(o, "frontend_state", vgpu_ctl_state_name((unsigned int)atoi(text)));
	add_node(o, xs, device->backend_path, VGPUIF_FIELD_GPU, false);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		add_node(o, xs, device->backend_path, numbers[i], true);
	add_node(o, xs, device->backend_path, VGPUIF_FIELD_ERROR, false);
	return o;
}

/* The daemon's own list, or NULL: it may run elsewhere, or not at all. */
static struct json_object *ask_daemon(void)
{
	struct json_object *answer = NULL;
	char reason[256];
	int sock = vgpu_admin_connect();

	if (sock < 0)
		return NULL;
	if (vgpu_admin_request(sock, "list", &answer, reason, sizeof(reason)) < 0)
		answer = NULL;
	close(sock);
	return answer;
}

/* Join in what the daemon counts of this guest. */
static void merge(struct json_object *o, uint32_t domid, struct json_object *answer)
{
	static const char *const keys[] = { "connections", "streams", "pages", "worker_pid",
		                            "counters" };
	struct json_object *guests, *value;

	if (!answer || !json_object_object_get_ex(answer, "guests", &guests))
		return;
	for (size_t i = 0; i < json_object_array_length(guests); i++) {
		struct json_object *g = json_object_array_get_idx(guests, i);

		if (!json_object_object_get_ex(g, "domid", &value) ||
		    json_object_get_int64(value) != domid)
			continue;
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (json_object_object_get_ex(g, keys[k], &value))
				json_object_object_add(o, keys[k], json_object_get(value));
	}
}

static void print_flat(struct json_object *o, const char *indent)
{
	json_object_object_foreach(o, key, value)
	{
		if (json_object_is_type(value, json_type_object)) {
			printf("%s%s:\n", indent, key);
			print_flat(value, "    ");
		} else {
			printf("%s%-16s %s\n", indent, key, json_object_get_string(value));
		}
	}
}

static void print_all(struct json_object *list, bool json)
{
	struct json_object *top;

	if (!json) {
		for (size_t i = 0; i < json_object_array_length(list); i++) {
			if (i > 0)
				puts("");
			print_flat(json_object_array_get_idx(list, i), "");
		}
		return;
	}
	top = json_object_new_object();
	json_object_object_add(top, "schema", json_object_new_int(1));
	json_object_object_add(top, "guests", json_object_get(list));
	puts(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY));
	json_object_put(top);
}

static void add(struct xs_handle *xs, struct json_object *list,
                const struct vgpu_ctl_guest *guest, const struct vgpu_ctl_device *device,
                struct json_object *answer)
{
	struct json_object *o = describe(xs, guest, device);

	merge(o, guest->domid, answer);
	json_object_array_add(list, o);
}

int vgpu_ctl_show(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct json_object *list, *answer;
	struct vgpu_ctl_device device;
	struct vgpu_ctl_guest guest;
	struct xs_handle *xs;
	bool json = false;
	int c, rc = VGPU_EXIT_OK;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jh", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		default:
			return vgpu_tool_usage("show: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind + 1 < argc)
		return vgpu_tool_usage("show takes no '%s'", argv[optind + 1]);
	xs = vgpu_ctl_xs_open();
	if (!xs)
		return VGPU_EXIT_FAILED;
	list = json_object_new_array();
	answer = ask_daemon();
	if (optind < argc) {
		rc = vgpu_ctl_find_guest(xs, argv[optind], &guest);
		if (!rc && vgpu_ctl_find_device(xs, guest.domid, &device)) {
			add(xs, list, &guest, &device, answer);
		} else if (!rc) {
			vgpu_tool_error("vgpu-ctl attach gives it one", "guest '%s' has no vgpu",
			                guest.name);
			rc = VGPU_EXIT_NO_SUCH;
		}
	} else {
		unsigned int n = 0;
		char **ids = xs_directory(xs, XBT_NULL, "/local/domain", &n);

		for (unsigned int i = 0; ids && i < n; i++)
			if (strcmp(ids[i], "0") != 0 && vgpu_ctl_read_guest(xs, ids[i], &guest) &&
			    vgpu_ctl_find_device(xs, guest.domid, &device))
				add(xs, list, &guest, &device, answer);
		free(ids);
	}
	if (!rc)
		print_all(list, json);
	json_object_put(list);
	json_object_put(answer);
	xs_close(xs);
	return vgpu_tool_finish(rc);
}

void vgpu_ctl_guest_names(void)
{
	struct xs_handle *xs = xs_open(0);
	struct vgpu_ctl_guest guest;
	unsigned int n = 0;
	char **ids = xs ? xs_directory(xs, XBT_NULL, "/local/domain", &n) : NULL;

	for (unsigned int i = 0; ids && i < n; i++)
		if (strcmp(ids[i], "0") != 0 && vgpu_ctl_read_guest(xs, ids[i], &guest) &&
		    guest.name[0])
			puts(guest.name);
	free(ids);
	xs_close(xs);
}

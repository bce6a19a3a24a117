/* SPDX-License-Identifier: MIT */
/*
 * vgpu-info: why does a program get the GL it gets? Prints the chain from the
 * transport to the renderer string, with the first broken link and what to do.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/common/tool.h"
#include "tools/info/chain.h"
#include "tools/info/probe.h"

static const char usage[] =
	"Usage: vgpu-info [--json]\n"
	"Example: vgpu-run vgpu-info\n"
	"\n"
	"Print the chain from a program to the GPU and the first broken link in it:\n"
	"transport, backend daemon, worker, the host's renderer, the vendor libraries\n"
	"that libglvnd finds, and what a program gets.\n"
	"\n"
	"  -j, --json     as JSON\n"
	"  -V, --version  print the version\n"
	"  -h, --help     print this\n"
	"\n"
	"Exit code: 0 the chain holds, 1 it is broken, 5 no daemon can be reached,\n"
	"4 not permitted to, 2 wrong usage.\n";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "probe", no_argument, NULL, 'p' },
	{ NULL, 0, NULL, 0 },
};

static const char *state_name(enum vgpu_link_state state)
{
	switch (state) {
	case VGPU_LINK_OK:
		return "ok";
	case VGPU_LINK_BROKEN:
		return "broken";
	case VGPU_LINK_UNKNOWN:
		break;
	}
	return "unknown";
}

static void print_text(const struct vgpu_chain *chain)
{
	const struct vgpu_link *broken = vgpu_chain_broken(chain);
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	for (int i = 0; i < chain->count; i++) {
		const struct vgpu_link *link = &chain->links[i];
		const char *on = "", *off = "";

		if (colour && link->state != VGPU_LINK_UNKNOWN) {
			on = link->state == VGPU_LINK_OK ? "\033[32m" : "\033[31m";
			off = "\033[0m";
		}
		printf("%-10s  %s%-7s%s  %s\n", link->name, on, state_name(link->state), off,
		       link->detail);
	}
	if (broken)
		printf("\nThe first broken link is: %s. %s\nhint: %s\n", broken->name,
		       broken->detail, broken->hint);
	else
		puts("\nThe chain holds: programs that vgpu-run starts are drawn by the vgpu.");
}

static void print_json(const struct vgpu_chain *chain)
{
	const struct vgpu_link *broken = vgpu_chain_broken(chain);
	struct json_object *root = json_object_new_object(), *list = json_object_new_array();

	for (int i = 0; i < chain->count; i++) {
		const struct vgpu_link *link = &chain->links[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "name", json_object_new_string(link->name));
		json_object_object_add(o, "state", json_object_new_string(state_name(link->state)));
		json_object_object_add(o, "detail", json_object_new_string(link->detail));
		json_object_object_add(o, "hint",
				       link->hint[0] ? json_object_new_string(link->hint) : NULL);
		json_object_object_add(o, "facts", json_object_get(link->facts));
		json_object_array_add(list, o);
	}
	json_object_object_add(root, "schema", json_object_new_int(1));
	json_object_object_add(root, "ok", json_object_new_boolean(broken == NULL));
	json_object_object_add(root, "broken",
			       broken ? json_object_new_string(broken->name) : NULL);
	json_object_object_add(root, "links", list);
	puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY));
	json_object_put(root);
}

int main(int argc, char **argv)
{
	const struct vgpu_link *broken;
	struct vgpu_chain chain;
	bool json = false;
	int c, rc;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:jVh", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'p': /* one of our own questions: probe.h */
			if (optind >= argc)
				return vgpu_tool_usage("--probe needs a name");
			return vgpu_info_answer(argv[optind], argv[optind + 1]);
		case 'V':
			puts("vgpu-info " VGPU_TOOLS_VERSION);
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case 'h':
			fputs(usage, stdout);
			return vgpu_tool_finish(VGPU_EXIT_OK);
		default:
			return vgpu_tool_usage("unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return vgpu_tool_usage("'%s' is not an option", argv[optind]);
	vgpu_chain_look(&chain);
	if (json)
		print_json(&chain);
	else
		print_text(&chain);
	broken = vgpu_chain_broken(&chain);
	rc = broken ? broken->exit_code : VGPU_EXIT_OK;
	vgpu_chain_finish(&chain);
	return vgpu_tool_finish(rc);
}

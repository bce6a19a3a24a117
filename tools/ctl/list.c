/* SPDX-License-Identifier: MIT */
/* vgpu-ctl list: the workers and the programs they draw, as a table or as JSON. */
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/common/admin.h"
#include "tools/common/tool.h"
#include "tools/ctl/command.h"

struct column {
	const char *name; /* heading, and what -o takes (any case) */
	const char *key;  /* in the daemon's answer */
	const char *help;
	bool of_worker; /* the worker's key, not the program's */
	bool bytes;     /* printed with a unit */
	bool shown;     /* without -o */
	int flags;      /* SCOLS_FL_* */
};

static const struct column columns[] = {
	/* GUEST: the first one, shown where there are guests */
	{ "GUEST", "guest", "guest that it runs in", true, false, false, 0 },
	{ "DOMID", "domid", "its domain id", true, false, false, SCOLS_FL_RIGHT },
	{ "CONN", "connection", "number of the connection", false, false, true, SCOLS_FL_RIGHT },
	{ "PID", "pid", "process that draws", false, false, true, SCOLS_FL_RIGHT },
	{ "NAME", "name", "its name", false, false, true, 0 },
	{ "CTX", "contexts", "GL contexts", false, false, true, SCOLS_FL_RIGHT },
	{ "STREAMS", "streams", "threads with a ring", false, false, false, SCOLS_FL_RIGHT },
	{ "DRAW", "drawables", "windows, pixmaps and pbuffers", false, false, true,
	  SCOLS_FL_RIGHT },
	{ "FRAMES", "frames", "frames drawn", false, false, true, SCOLS_FL_RIGHT },
	{ "CALLS", "calls", "commands replayed", false, false, true, SCOLS_FL_RIGHT },
	{ "IN", "bytes_in", "octets from the program", false, true, true, SCOLS_FL_RIGHT },
	{ "OUT", "bytes_out", "octets to the program", false, true, true, SCOLS_FL_RIGHT },
	{ "WAITS", "round_trips", "commands that the program waited for", false, false, true,
	  SCOLS_FL_RIGHT },
	{ "WORKER", "pid", "process of the worker", true, false, true, SCOLS_FL_RIGHT },
	{ "UID", "uid", "user whose programs the worker draws", true, false, false,
	  SCOLS_FL_RIGHT },
	{ "RENDERER", "renderer", "the host's renderer", true, false, true, SCOLS_FL_TRUNC },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

void vgpu_ctl_list_columns(void)
{
	for (size_t i = 0; i < COLUMNS; i++)
		puts(columns[i].name);
}

struct list_options {
	bool json, no_headings, chose;
	size_t chosen[COLUMNS * 2], count; /* indexes into columns[] */
};

static void print_help(void)
{
	puts("Usage: vgpu-ctl list [--json] [--noheadings] [-o COLUMN,...]\n"
	     "Example: vgpu-ctl list -o PID,NAME,FRAMES\n\n"
	     "Print the programs that draw, each with its worker's counters.\n\n"
	     "  -j, --json              the daemon's answer as JSON\n"
	     "  -n, --noheadings        no first line\n"
	     "  -o, --output COLUMN,... these columns\n\n"
	     "Columns:");
	for (size_t i = 0; i < COLUMNS; i++)
		printf("  %-10s%s%s\n", columns[i].name, columns[i].help,
		       columns[i].shown ? "" : " (with -o)");
}

/* Returns false after a usage message. */
static bool choose_columns(struct list_options *options, char *names)
{
	char *save = NULL;

	options->count = 0;
	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		size_t i = 0;

		while (i < COLUMNS && strcasecmp(columns[i].name, name) != 0)
			i++;
		if (i == COLUMNS) {
			vgpu_tool_usage("no column '%s' (vgpu-ctl list --help names them)", name);
			return false;
		}
		if (options->count == COLUMNS * 2) {
			vgpu_tool_usage("too many columns");
			return false;
		}
		options->chosen[options->count++] = i;
	}
	if (options->count == 0)
		vgpu_tool_usage("no columns given");
	return options->count > 0;
}

/* "512", "1.5K", "20M": short enough for a table. To be freed; NULL when memory is short. */
static char *format_bytes(int64_t bytes)
{
	static const char units[] = "KMGTPE";
	double value = (double)bytes;
	int unit = -1;
	char *text;

	while (value >= 1024 && unit < 5) {
		value /= 1024;
		unit++;
	}
	if (unit < 0)
		return asprintf(&text, "%" PRId64, bytes) < 0 ? NULL : text;
	return asprintf(&text, value < 10 ? "%.1f%c" : "%.0f%c", value, units[unit]) < 0 ? NULL
											 : text;
}

/* To be freed; NULL when memory is short. What the daemon does not know is "-". */
static char *cell(const struct column *column, struct json_object *worker,
		  struct json_object *program)
{
	struct json_object *value;

	if (!json_object_object_get_ex(column->of_worker ? worker : program, column->key, &value) ||
	    !value)
		return strdup("-");
	if (column->bytes)
		return format_bytes(json_object_get_int64(value));
	return strdup(json_object_get_string(value));
}

static bool add_line(struct libscols_table *table, const struct list_options *options,
		     struct json_object *worker, struct json_object *program)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		return false;
	for (size_t i = 0; i < options->count; i++) {
		char *text = cell(&columns[options->chosen[i]], worker, program);

		/* takes the string over */
		if (!text || scols_line_refer_data(line, i, text) != 0) {
			free(text);
			return false;
		}
	}
	return true;
}

static bool fill(struct libscols_table *table, const struct list_options *options,
		 struct json_object *answer)
{
	struct json_object *workers, *programs;

	for (size_t i = 0; i < options->count; i++) {
		const struct column *c = &columns[options->chosen[i]];

		if (!scols_table_new_column(table, c->name, c->flags & SCOLS_FL_TRUNC ? 0.2 : 0,
					    c->flags))
			return false;
	}
	if (!json_object_object_get_ex(answer, "workers", &workers) ||
	    !json_object_is_type(workers, json_type_array))
		return true;
	for (size_t w = 0; w < json_object_array_length(workers); w++) {
		struct json_object *worker = json_object_array_get_idx(workers, w);

		if (!json_object_object_get_ex(worker, "programs", &programs) ||
		    !json_object_is_type(programs, json_type_array))
			continue;
		for (size_t p = 0; p < json_object_array_length(programs); p++)
			if (!add_line(table, options, worker,
				      json_object_array_get_idx(programs, p)))
				return false;
	}
	return true;
}

static int print_table(const struct list_options *options, struct json_object *answer)
{
	struct libscols_table *table;
	bool ok;

	scols_init_debug(0);
	table = scols_new_table();
	ok = table != NULL;
	if (ok) {
		scols_table_enable_noheadings(table, options->no_headings);
		ok = fill(table, options, answer) && scols_print_table(table) == 0;
	}
	scols_unref_table(table);
	if (!ok) {
		vgpu_tool_error(NULL, "cannot print the table: out of memory");
		return VGPU_EXIT_FAILED;
	}
	return VGPU_EXIT_OK;
}

/* Returns -1 to go on, or the exit code. */
static int parse(int argc, char **argv, struct list_options *options)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	for (size_t i = 0; i < COLUMNS; i++)
		if (columns[i].shown)
			options->chosen[options->count++] = i;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jno:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			options->json = true;
			break;
		case 'n':
			options->no_headings = true;
			break;
		case 'o':
			if (!choose_columns(options, optarg))
				return VGPU_EXIT_USAGE;
			options->chose = true;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("list: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("list: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return vgpu_tool_usage("list takes no '%s'", argv[optind]);
	return -1;
}

/* Where the daemon serves guests, each line begins with one. */
static void add_guest_column(struct list_options *options, struct json_object *answer)
{
	if (options->chose || !json_object_object_get_ex(answer, "guests", NULL))
		return;
	memmove(options->chosen + 1, options->chosen, options->count * sizeof(options->chosen[0]));
	options->chosen[0] = 0;
	options->count++;
}

int vgpu_ctl_list(int argc, char **argv)
{
	struct list_options options = { 0 };
	struct json_object *answer = NULL;
	char reason[256] = "";
	int rc = parse(argc, argv, &options), sock;

	if (rc >= 0)
		return rc;
	sock = vgpu_admin_connect();
	if (sock < 0)
		return vgpu_admin_complain(sock, reason);
	rc = vgpu_admin_request(sock, "list", &answer, reason, sizeof(reason));
	close(sock);
	if (rc < 0)
		return vgpu_admin_complain(rc, reason);
	if (options.json) {
		puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PRETTY));
		rc = VGPU_EXIT_OK;
	} else {
		add_guest_column(&options, answer);
		rc = print_table(&options, answer);
	}
	json_object_put(answer);
	return vgpu_tool_finish(rc);
}

/* SPDX-License-Identifier: MIT */
/* vgpu-ctl log GUEST: what the daemon and the worker said about a guest. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/admin.h"
#include "tools/common/tool.h"
#include "tools/ctl/command.h"

struct options {
	bool json, follow;
	long lines; /* -1: all */
	char guest[64];
};

static void print_help(void)
{
	puts("Usage: vgpu-ctl log [--json] [--lines N] [--follow] [GUEST]\n"
	     "Example: vgpu-ctl log --follow web1\n\n"
	     "Print what the backend and the worker said about a guest: lost workers, programs\n"
	     "that were cut off and why, what the jail refused, the driver's messages. The last\n"
	     "lines are kept while the backend runs; a journal has the older ones.\n\n"
	     "GUEST is a guest's name, or on the embedded transport a user, by name or number;\n"
	     "without it, this user.\n\n"
	     "  -j, --json     the daemon's answer as JSON\n"
	     "  -n, --lines N  only the last N lines\n"
	     "  -f, --follow   go on with what comes, until Ctrl-C");
}

/* Returns -1 to go on, or the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "lines", required_argument, NULL, 'n' },
		{ "follow", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct passwd *user;
	char *end;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jn:fh", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			options->json = true;
			break;
		case 'n':
			options->lines = strtol(optarg, &end, 10);
			if (*end || end == optarg || options->lines < 0)
				return vgpu_tool_usage("log: --lines is a number, not '%s'", optarg);
			break;
		case 'f':
			options->follow = true;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("log: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("log: unknown option %s", argv[optind - 1]);
		}
	}
	if (argc - optind > 1)
		return vgpu_tool_usage("log takes one guest, not '%s' too", argv[optind + 1]);
	if (options->json && options->follow)
		return vgpu_tool_usage("log: --json and --follow exclude each other");
	if (optind == argc) {
		snprintf(options->guest, sizeof(options->guest), "%u", (unsigned)geteuid());
		return -1;
	}
	user = getpwnam(argv[optind]);
	if (user)
		snprintf(options->guest, sizeof(options->guest), "%u", (unsigned)user->pw_uid);
	else if (snprintf(options->guest, sizeof(options->guest), "%s", argv[optind]) >=
		 (int)sizeof(options->guest))
		return vgpu_tool_usage("log: no guest has such a long name");
	return -1;
}

static int ask(const char *guest, struct json_object **answer, char *reason, size_t size)
{
	char request[80];
	int sock = vgpu_admin_connect(), rc;

	reason[0] = '\0';
	if (sock < 0)
		return sock;
	snprintf(request, sizeof(request), "log %s", guest);
	rc = vgpu_admin_request(sock, request, answer, reason, size);
	close(sock);
	return rc;
}

static int64_t number_of(struct json_object *line)
{
	struct json_object *value;

	return json_object_object_get_ex(line, "number", &value) ? json_object_get_int64(value) : 0;
}

static void print_line(struct json_object *line)
{
	struct json_object *at = NULL, *text = NULL;
	char when[64];
	struct tm tm;
	time_t t;

	json_object_object_get_ex(line, "time", &at);
	json_object_object_get_ex(line, "text", &text);
	t = (time_t)json_object_get_double(at);
	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s  ", when);
	/* the daemon has cleaned it; it may be another's daemon */
	for (const char *c = text ? json_object_get_string(text) : ""; *c; c++)
		putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
	putchar('\n');
}

/* Print the lines after the last one; at most that many when it is not negative. */
static void print_new(struct json_object *answer, int64_t *last, long most)
{
	struct json_object *lines;
	size_t n, i = 0;

	if (!json_object_object_get_ex(answer, "lines", &lines) ||
	    !json_object_is_type(lines, json_type_array))
		return;
	n = json_object_array_length(lines);
	if (most >= 0 && (size_t)most < n)
		i = n - (size_t)most;
	for (; i < n; i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);

		if (number_of(line) <= *last)
			continue;
		*last = number_of(line);
		print_line(line);
	}
	fflush(stdout);
}

int vgpu_ctl_log(int argc, char **argv)
{
	struct options options = { .lines = -1 };
	struct json_object *answer;
	char reason[256];
	int64_t last = 0;
	int rc = parse(argc, argv, &options);

	if (rc >= 0)
		return rc;
	rc = ask(options.guest, &answer, reason, sizeof(reason));
	if (rc == -ENOENT && reason[0]) {
		vgpu_tool_error("vgpu-ctl list names those that draw; journalctl has older lines",
				"%s: %s", options.guest, reason);
		return VGPU_EXIT_NO_SUCH;
	}
	if (rc < 0)
		return vgpu_admin_complain(rc, reason);
	if (options.json)
		puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PRETTY));
	else
		print_new(answer, &last, options.lines);
	json_object_put(answer);
	while (options.follow && !ferror(stdout)) {
		sleep(1);
		rc = ask(options.guest, &answer, reason, sizeof(reason));
		if (rc < 0)
			return vgpu_admin_complain(rc, reason);
		print_new(answer, &last, -1);
		json_object_put(answer);
	}
	return vgpu_tool_finish(VGPU_EXIT_OK);
}

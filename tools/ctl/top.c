/* SPDX-License-Identifier: MIT */
/* vgpu-ctl top: what guests and programs draw at this moment. */
#include "tools/ctl/top.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/admin.h"
#include "tools/common/tool.h"
#include "tools/ctl/command.h"

struct options {
	bool batch, json, reverse;
	double delay;
	long iterations; /* 0: no end */
	size_t column;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

static void print_help(void)
{
	puts("Usage: vgpu-ctl top [--batch | --json] [--delay SECONDS] [--iterations N]\n"
	     "                    [--sort COLUMN] [--reverse]\n"
	     "Example: vgpu-ctl top --batch --iterations 1\n\n"
	     "Show what guests and programs draw, and keep showing it.\n\n"
	     "  -b, --batch         print tables one after the other; what happens without a\n"
	     "                      terminal as well\n"
	     "  -j, --json          print a line of JSON for each table\n"
	     "  -d, --delay SECONDS time between tables, and what rates are measured over (2)\n"
	     "  -n, --iterations N  end after so many tables\n"
	     "  -s, --sort COLUMN   order (FRAMES/s; largest first, names from A)\n"
	     "  -r, --reverse       the other way round\n\n"
	     "On the screen: a column's key sorts by it, r reverses, + and - change the speed,\n"
	     "q ends.\n\nColumns, with their keys:");
	for (size_t i = 0; i < vgpu_top_n_columns; i++)
		printf("  %c %-9s %s\n", vgpu_top_columns[i].key, vgpu_top_columns[i].name,
		       vgpu_top_columns[i].help);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool sort_column(const char *name, size_t *column)
{
	for (size_t i = 0; i < vgpu_top_n_columns; i++) {
		const char *own = vgpu_top_columns[i].name;
		size_t n = strcspn(own, "/"); /* "frames" is FRAMES/s */

		if (strcasecmp(own, name) == 0 ||
		    (strlen(name) == n && strncasecmp(own, name, n) == 0)) {
			*column = i;
			return true;
		}
	}
	return false;
}

/* Returns -1 to go on, or the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "batch", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "delay", required_argument, NULL, 'd' },
		{ "iterations", required_argument, NULL, 'n' },
		{ "sort", required_argument, NULL, 's' },
		{ "reverse", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":bjd:n:s:rh", long_options, NULL)) != -1) {
		switch (c) {
		case 'b':
			options->batch = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'd':
			options->delay = strtod(optarg, &end);
			/* not ">": what is no number is out of range too */
			if (*end || end == optarg ||
			    !(options->delay >= 0.1 && options->delay <= 3600))
				return vgpu_tool_usage("top: --delay is 0.1 to 3600 seconds, not '%s'",
						       optarg);
			break;
		case 'n':
			options->iterations = strtol(optarg, &end, 10);
			if (*end || end == optarg || options->iterations < 1)
				return vgpu_tool_usage("top: --iterations is 1 or more, not '%s'",
						       optarg);
			break;
		case 's':
			if (!sort_column(optarg, &options->column))
				return vgpu_tool_usage(
					"no column '%s' (vgpu-ctl top --help names them)", optarg);
			break;
		case 'r':
			options->reverse = true;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("top: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("top: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return vgpu_tool_usage("top takes no '%s'", argv[optind]);
	return -1;
}

/* The next sample. Returns 0 or a negative errno, reason filled. */
static int ask(struct vgpu_top_sample *sample, char *reason, size_t size)
{
	struct vgpu_top_sample next;
	struct json_object *answer;
	int sock = vgpu_admin_connect(), rc;

	reason[0] = '\0';
	if (sock < 0)
		return sock;
	rc = vgpu_admin_request(sock, "list", &answer, reason, size);
	close(sock);
	if (rc < 0)
		return rc;
	rc = vgpu_top_sample(answer, now(), sample, &next);
	json_object_put(answer);
	if (rc < 0)
		return rc;
	vgpu_top_free(sample);
	*sample = next;
	return 0;
}

static void print(const struct vgpu_top_sample *sample, const struct options *options, bool first)
{
	char line[512];

	if (options->json) {
		struct json_object *o = vgpu_top_json(sample);

		puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
		json_object_put(o);
	} else {
		if (!first)
			putchar('\n');
		vgpu_top_line(NULL, line, sizeof(line));
		puts(line);
		for (size_t i = 0; i < sample->n; i++) {
			vgpu_top_line(&sample->rows[i], line, sizeof(line));
			puts(line);
		}
	}
	fflush(stdout);
}

static int run_batch(struct vgpu_top_sample *sample, const struct options *options)
{
	struct timespec pause = { .tv_sec = (time_t)options->delay };
	char reason[256];

	pause.tv_nsec = (long)((options->delay - (double)pause.tv_sec) * 1e9);
	for (long i = 0; !options->iterations || i < options->iterations; i++) {
		int rc;

		/* a signal ends the pause, and top */
		if (nanosleep(&pause, NULL) < 0 && stopped)
			return VGPU_EXIT_OK;
		rc = ask(sample, reason, sizeof(reason));
		if (rc < 0)
			return vgpu_admin_complain(rc, reason);
		vgpu_top_sort(sample, options->column, options->reverse);
		print(sample, options, i == 0);
		if (ferror(stdout))
			break;
	}
	return VGPU_EXIT_OK;
}

static int run_screen(struct vgpu_top_sample *sample, struct options *options)
{
	char reason[256], trouble[400] = "";
	long shown = 0;

	if (vgpu_top_screen_open() < 0) {
		vgpu_tool_error("use --batch, or set TERM", "this terminal (TERM=%s) has no screen",
				getenv("TERM") ? getenv("TERM") : "");
		return VGPU_EXIT_FAILED;
	}
	for (;;) {
		double until = now() + options->delay;
		enum vgpu_top_next next = TOP_AGAIN;
		int rc;

		while (next == TOP_AGAIN && !stopped) {
			double left = until - now();

			vgpu_top_sort(sample, options->column, options->reverse);
			vgpu_top_screen_draw(sample, options->column, options->reverse,
					     options->delay, trouble);
			next = left > 0 ? vgpu_top_screen_wait(left, &options->delay,
							       &options->column, &options->reverse)
					: TOP_GO_ON;
		}
		if (next == TOP_QUIT || stopped ||
		    (options->iterations && shown >= options->iterations))
			break;
		rc = ask(sample, reason, sizeof(reason));
		trouble[0] = '\0';
		if (rc < 0) /* it may come back */
			snprintf(trouble, sizeof(trouble), "no answer from the backend: %s",
				 reason[0] ? reason : strerror(-rc));
		shown++;
	}
	vgpu_top_screen_close();
	return VGPU_EXIT_OK;
}

int vgpu_ctl_top(int argc, char **argv)
{
	struct options options = { .delay = 2 };
	struct sigaction action = { .sa_handler = on_signal };
	struct vgpu_top_sample sample = { 0 };
	char reason[256];
	int rc;

	sort_column("FRAMES/s", &options.column);
	rc = parse(argc, argv, &options);
	if (rc >= 0)
		return rc;
	rc = ask(&sample, reason, sizeof(reason));
	if (rc < 0)
		return vgpu_admin_complain(rc, reason);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (options.batch || options.json || !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		rc = run_batch(&sample, &options);
	else
		rc = run_screen(&sample, &options);
	vgpu_top_free(&sample);
	return vgpu_tool_finish(rc);
}

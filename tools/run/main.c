/* SPDX-License-Identifier: MIT */
/*
 * vgpu-run PROGRAM: run a program with its GL drawn by the vgpu backend. Finds a
 * backend or brings one, sets the environment that makes libglvnd load our
 * libraries, and otherwise stays out of the way: signals and the exit code pass
 * through.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/common/guest_env.h"
#include "tools/common/paths.h"
#include "tools/common/tool.h"
#include "tools/run/backend.h"
#include "tools/run/child.h"
#include "tools/run/stats.h"

struct options {
	bool embedded, stats, verbose;
	const char *record; /* file for the stream, or NULL */
	const char *json;   /* file for the counters, "-" for stdout, or NULL */
};

struct run {
	struct vgpu_run_backend backend;
	struct vgpu_run_stats *stats; /* or NULL */
};

static const char usage[] =
	"Usage: vgpu-run [OPTIONS] PROGRAM [ARGUMENTS...]\n"
	"Example: vgpu-run --stats glxgears\n"
	"\n"
	"Run PROGRAM with its OpenGL drawn by the vgpu backend: the one that runs\n"
	"(VGPU_SOCKET, or the usual place), else one started for this program.\n"
	"\n"
	"  -e, --embedded    start a backend of its own even if one runs\n"
	"  -s, --stats       print the worker's counters on stderr at the end\n"
	"  -j, --json FILE   write the counters as JSON to FILE ('-': stdout)\n"
	"  -r, --record FILE write the program's GL stream to FILE, for vgpu-replay\n"
	"  -v, --verbose     say which backend and libraries are used\n"
	"  -V, --version     print the version\n"
	"  -h, --help        print this\n"
	"\n"
	"Exit code: the program's; 128 + n when signal n ended it; 127 no such program,\n"
	"126 it cannot be started, 5 no backend, 4 not permitted, 2 wrong usage, 1 failed.\n";

static const struct option long_options[] = {
	{ "embedded", no_argument, NULL, 'e' },   { "stats", no_argument, NULL, 's' },
	{ "json", required_argument, NULL, 'j' }, { "record", required_argument, NULL, 'r' },
	{ "verbose", no_argument, NULL, 'v' },    { "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },       { NULL, 0, NULL, 0 },
};

/* Returns -1 to go on, or the exit code. The program's words are left at optind. */
static int parse(int argc, char **argv, struct options *options)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:esj:r:vVh", long_options, NULL)) != -1) {
		switch (c) {
		case 'e':
			options->embedded = true;
			break;
		case 's':
			options->stats = true;
			break;
		case 'j':
			options->json = optarg;
			break;
		case 'r':
			options->record = optarg;
			break;
		case 'v':
			options->verbose = true;
			break;
		case 'V':
			puts("vgpu-run " VGPU_TOOLS_VERSION);
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case 'h':
			fputs(usage, stdout);
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("unknown option %s", argv[optind - 1]);
		}
	}
	if (optind >= argc)
		return vgpu_tool_usage("no program given");
	return -1;
}

static int find_libraries(struct vgpu_paths *paths, bool verbose)
{
	vgpu_paths_find(paths);
	if (!paths->lib_dir[0] || !paths->egl_json[0]) {
		vgpu_tool_error("build them with 'make', or run 'make install'",
				"the guest libraries (%s) are neither beside %s nor installed",
				paths->lib_dir[0] ? "40_vgpu.json" : VGPU_EGL_LIBRARY,
				program_invocation_short_name);
		return VGPU_EXIT_FAILED;
	}
	if (verbose)
		fprintf(stderr, "%s: libraries of %s, %s\n", program_invocation_short_name,
			paths->lib_dir, paths->egl_json);
	return 0;
}

/*
 * The guest library records when VGPU_RECORD is set. It says nothing when it cannot,
 * so the file is tried here; the path is made absolute, for programs change folder.
 */
static int set_record(const char *file)
{
	char path[PATH_MAX];
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || !realpath(file, path) || setenv("VGPU_RECORD", path, 1) < 0) {
		vgpu_tool_error(NULL, "cannot record to %s: %s", file, strerror(errno));
		if (fd >= 0)
			close(fd);
		return VGPU_EXIT_FAILED;
	}
	close(fd);
	return 0;
}

static void child_reaped(void *data, pid_t pid, int status)
{
	struct run *run = data;

	vgpu_run_backend_reaped(&run->backend, pid, status);
}

static void tick(void *data)
{
	struct run *run = data;

	vgpu_run_stats_sample(run->stats);
}

/* Report the counters. Returns code, or VGPU_EXIT_FAILED when they cannot be written. */
static int report(const struct options *options, const struct vgpu_run_stats *stats, FILE *json,
		  int code)
{
	int rc = 0;

	if (options->stats)
		vgpu_run_stats_print(stats, stderr);
	if (json)
		rc = vgpu_run_stats_write_json(stats, json);
	if (rc < 0) {
		vgpu_tool_error(NULL, "cannot write %s: %s", options->json, strerror(-rc));
		return code ? code : VGPU_EXIT_FAILED;
	}
	return code;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct run run = { 0 };
	struct vgpu_paths paths;
	FILE *json = NULL;
	pid_t pid;
	int rc = parse(argc, argv, &options);

	if (rc >= 0)
		return rc;
	argv += optind;
	rc = find_libraries(&paths, options.verbose);
	if (rc != 0)
		return rc;
	if (options.json) {
		/* now, so that a typing error does not cost a run; 'e': not for the program */
		json = strcmp(options.json, "-") == 0 ? stdout : fopen(options.json, "we");
		if (!json) {
			vgpu_tool_error(NULL, "cannot write %s: %s", options.json, strerror(errno));
			return VGPU_EXIT_FAILED;
		}
	}

	vgpu_run_signals_block();
	rc = vgpu_run_backend_open(&run.backend, &paths, options.embedded, options.verbose);
	if (rc != 0)
		goto out;
	if (vgpu_guest_env_set(&paths, run.backend.socket) < 0) {
		vgpu_tool_error(NULL, "out of memory");
		rc = VGPU_EXIT_FAILED;
		goto out;
	}
	if (options.record) {
		rc = set_record(options.record);
		if (rc != 0)
			goto out;
	}
	if (options.stats || options.json) {
		run.stats = vgpu_run_stats_create(run.backend.pid > 0);
		if (!run.stats) {
			vgpu_tool_error(NULL, "out of memory");
			rc = VGPU_EXIT_FAILED;
			goto out;
		}
	}
	rc = vgpu_run_child_start(argv, &pid);
	if (rc != 0)
		goto out;
	if (run.stats)
		vgpu_run_stats_begin(run.stats, argv[0], pid);
	rc = vgpu_run_child_wait(pid, child_reaped, run.stats ? tick : NULL,
				 VGPU_RUN_STATS_INTERVAL_MS, &run);
	if (run.stats) {
		vgpu_run_stats_end(run.stats, rc);
		rc = report(&options, run.stats, json, rc);
	}
	if (run.backend.died)
		vgpu_tool_error("VGPU_DEBUG=1 makes the libraries say more",
				"the backend ended while %s ran", argv[0]);
out:
	vgpu_run_backend_close(&run.backend);
	vgpu_run_stats_destroy(run.stats);
	if (json && json != stdout && fclose(json) != 0 && rc == 0) {
		vgpu_tool_error(NULL, "cannot write %s: %s", options.json, strerror(errno));
		rc = VGPU_EXIT_FAILED;
	}
	return rc;
}

/* SPDX-License-Identifier: MIT */
#include "tools/run/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/admin.h"
#include "tools/common/tool.h"

struct vgpu_run_stats {
	bool own_backend;
	int sock;         /* -1: not connected */
	int rc;           /* of the last question */
	char reason[256]; /* the daemon's words about it */
	char *program;
	pid_t pid;
	int64_t first; /* connections of lower number are not the program's */
	bool settled;  /* in the last answer all of its connections had ended */
	struct timespec began, ended;
	int exit_code;
	char *renderer;                  /* of the worker that holds a connection of ours */
	struct json_object *connections; /* connection number -> last known counters */
};

/* What is added up over the connections; all are counts or octets. */
static const char *const counters[] = { "frames", "calls", "bytes_in", "bytes_out", "round_trips" };
#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

void vgpu_run_stats_destroy(struct vgpu_run_stats *stats)
{
	if (!stats)
		return;
	if (stats->sock >= 0)
		close(stats->sock);
	json_object_put(stats->connections);
	free(stats->renderer);
	free(stats->program);
	free(stats);
}

void vgpu_run_stats_begin(struct vgpu_run_stats *stats, const char *program, pid_t pid)
{
	const char *slash = strrchr(program, '/');

	stats->program = strdup(slash ? slash + 1 : program);
	stats->pid = pid;
	clock_gettime(CLOCK_MONOTONIC, &stats->began);
}

/* The parent of a process, 0 when it is gone. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[512], *end;
	int ppid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	/* "PID (NAME) STATE PPID ...": the name may hold blanks and brackets */
	if (fgets(line, sizeof(line), f) && (end = strrchr(line, ')')) != NULL)
		if (sscanf(end + 1, " %*c %d", &ppid) != 1)
			ppid = 0;
	fclose(f);
	return (pid_t)ppid;
}

static bool descends_from(pid_t pid, pid_t ancestor)
{
	for (int depth = 0; pid > 1 && depth < 64; depth++, pid = parent_of(pid))
		if (pid == ancestor)
			return true;
	return false;
}

static int64_t number(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

/* Keep the counters of one connection if it is the program's. Returns whether it is. */
static bool take_connection(struct vgpu_run_stats *stats, struct json_object *worker,
			    struct json_object *program)
{
	int64_t connection = number(program, "connection");
	struct json_object *renderer;
	char key[32];

	if (stats->pid == 0) {
		/* the first question: the program does not run yet */
		if (connection >= stats->first)
			stats->first = connection + 1;
		return false;
	}
	snprintf(key, sizeof(key), "%" PRId64, connection);
	if (connection < stats->first)
		return false;
	if (!stats->own_backend && !json_object_object_get_ex(stats->connections, key, NULL) &&
	    !descends_from((pid_t)number(program, "pid"), stats->pid))
		return false;
	json_object_object_add(stats->connections, key, json_object_get(program));
	if (json_object_object_get_ex(worker, "renderer", &renderer) &&
	    json_object_get_string_len(renderer) > 0) {
		free(stats->renderer);
		stats->renderer = strdup(json_object_get_string(renderer));
	}
	return true;
}

/* Returns how many of a list are the program's. */
static int take_list(struct vgpu_run_stats *stats, struct json_object *worker, const char *key)
{
	struct json_object *list;
	int taken = 0;

	if (!json_object_object_get_ex(worker, key, &list) ||
	    !json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *program = json_object_array_get_idx(list, i);

		if (json_object_is_type(program, json_type_object) &&
		    take_connection(stats, worker, program))
			taken++;
	}
	return taken;
}

void vgpu_run_stats_sample(struct vgpu_run_stats *stats)
{
	struct json_object *answer = NULL, *workers;

	if (stats->sock < 0)
		stats->sock = vgpu_admin_connect();
	if (stats->sock < 0) {
		stats->rc = stats->sock;
		return;
	}
	stats->rc = vgpu_admin_request(stats->sock, "list", &answer, stats->reason,
				       sizeof(stats->reason));
	if (stats->rc < 0) {
		close(stats->sock);
		stats->sock = -1;
		return;
	}
	stats->settled = true;
	if (json_object_object_get_ex(answer, "workers", &workers) &&
	    json_object_is_type(workers, json_type_array))
		for (size_t i = 0; i < json_object_array_length(workers); i++) {
			struct json_object *worker = json_object_array_get_idx(workers, i);

			/* running, being taken down, ended and remembered */
			if (take_list(stats, worker, "programs") > 0 ||
			    number(worker, "ending") > 0)
				stats->settled = false;
			take_list(stats, worker, "ended");
		}
	/* workers that have been put away */
	if (json_object_object_get_ex(answer, "past", &workers) &&
	    json_object_is_type(workers, json_type_array))
		for (size_t i = 0; i < json_object_array_length(workers); i++)
			take_list(stats, json_object_array_get_idx(workers, i), "ended");
	json_object_put(answer);
}

struct vgpu_run_stats *vgpu_run_stats_create(bool own_backend)
{
	struct vgpu_run_stats *stats = calloc(1, sizeof(*stats));

	if (!stats)
		return NULL;
	stats->own_backend = own_backend;
	stats->sock = -1;
	stats->connections = json_object_new_object();
	if (!stats->connections) {
		free(stats);
		return NULL;
	}
	vgpu_run_stats_sample(stats);
	return stats;
}

void vgpu_run_stats_end(struct vgpu_run_stats *stats, int exit_code)
{
	clock_gettime(CLOCK_MONOTONIC, &stats->ended);
	stats->exit_code = exit_code;
	for (int waited = 0; waited < VGPU_RUN_STATS_SETTLE_MS; waited += 10) {
		const struct timespec pause = { .tv_nsec = 10000000 };

		vgpu_run_stats_sample(stats);
		if (stats->rc < 0 || stats->settled)
			return;
		nanosleep(&pause, NULL);
	}
}

static double seconds(const struct vgpu_run_stats *stats)
{
	return (double)(stats->ended.tv_sec - stats->began.tv_sec) +
	       (double)(stats->ended.tv_nsec - stats->began.tv_nsec) * 1e-9;
}

static void add_up(const struct vgpu_run_stats *stats, int64_t totals[COUNTERS])
{
	memset(totals, 0, COUNTERS * sizeof(totals[0]));
	json_object_object_foreach(stats->connections, key, connection)
	{
		(void)key;
		for (size_t i = 0; i < COUNTERS; i++)
			totals[i] += number(connection, counters[i]);
	}
}

void vgpu_run_stats_print(const struct vgpu_run_stats *stats, FILE *out)
{
	int n = json_object_object_length(stats->connections);
	const char *tool = program_invocation_short_name;
	double s = seconds(stats);
	int64_t totals[COUNTERS];

	if (stats->rc < 0)
		fprintf(out, "%s: the backend did not answer at the end: %s\n", tool,
			stats->reason[0] ? stats->reason : strerror(-stats->rc));
	if (n == 0) {
		fprintf(out,
			"%s: %s opened no connection: the vgpu has drawn nothing of it\n"
			"hint: vgpu-info shows which link of the chain is broken\n",
			tool, stats->program);
		return;
	}
	add_up(stats, totals);
	fprintf(out, "%s: %s: %" PRId64 " frames in %.2f s (%.1f frames/s) on %s\n", tool,
		stats->program, totals[0], s, s > 0 ? (double)totals[0] / s : 0.0,
		stats->renderer ? stats->renderer : "an unknown renderer");
	fprintf(out,
		"%s: %d connection%s, %" PRId64 " calls, %" PRId64 " bytes to the worker, "
		"%" PRId64 " bytes back, %" PRId64 " round trips\n",
		tool, n, n == 1 ? "" : "s", totals[1], totals[2], totals[3], totals[4]);
}

int vgpu_run_stats_write_json(const struct vgpu_run_stats *stats, FILE *out)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *sum = json_object_new_object();
	int64_t totals[COUNTERS];
	int rc = 0;

	add_up(stats, totals);
	for (size_t i = 0; i < COUNTERS; i++)
		json_object_object_add(sum, counters[i], json_object_new_int64(totals[i]));
	json_object_object_foreach(stats->connections, key, connection)
	{
		(void)key;
		json_object_array_add(list, json_object_get(connection));
	}
	json_object_object_add(root, "schema", json_object_new_int(1));
	json_object_object_add(root, "program",
			       json_object_new_string(stats->program ? stats->program : "?"));
	json_object_object_add(root, "pid", json_object_new_int64(stats->pid));
	json_object_object_add(root, "exit_code", json_object_new_int(stats->exit_code));
	json_object_object_add(root, "seconds", json_object_new_double(seconds(stats)));
	json_object_object_add(root, "own_backend", json_object_new_boolean(stats->own_backend));
	json_object_object_add(root, "renderer",
			       stats->renderer ? json_object_new_string(stats->renderer) : NULL);
	/* false: not the last word, for the daemon did not answer or something still runs */
	json_object_object_add(root, "complete",
			       json_object_new_boolean(stats->rc == 0 && stats->settled));
	json_object_object_add(root, "totals", sum);
	json_object_object_add(root, "connections", list);
	if (fprintf(out, "%s\n", json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY)) <
		    0 ||
	    fflush(out) != 0)
		rc = errno ? -errno : -EIO;
	json_object_put(root);
	return rc;
}

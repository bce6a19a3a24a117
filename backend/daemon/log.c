/* SPDX-License-Identifier: MIT */
#include "backend/daemon/log.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct line {
	uint64_t number; /* counts from 1; 0: empty */
	int64_t time_ms; /* since 1970 */
	char text[VGPU_LOG_TEXT];
};

struct vgpu_log {
	struct vgpu_log *next;
	char guest[64];
	uint64_t next_number, dropped, dropped_untold;
	uint64_t tokens, refilled_ms, used_ms; /* monotonic */
	struct line lines[VGPU_LOG_LINES];     /* a ring */
};

struct vgpu_logs {
	struct vgpu_log *first;
	unsigned int n;
};

struct vgpu_logs *vgpu_logs_create(void)
{
	return calloc(1, sizeof(struct vgpu_logs));
}

void vgpu_logs_free(struct vgpu_logs *logs)
{
	while (logs && logs->first) {
		struct vgpu_log *log = logs->first;

		logs->first = log->next;
		free(log);
	}
	free(logs);
}

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static struct vgpu_log *find(const struct vgpu_logs *logs, const char *guest)
{
	struct vgpu_log *log = logs ? logs->first : NULL;

	while (log && strcmp(log->guest, guest) != 0)
		log = log->next;
	return log;
}

/* The memory of the guest that was quiet longest. */
static struct vgpu_log *recycle(struct vgpu_logs *logs)
{
	struct vgpu_log **oldest = &logs->first, *log;

	for (struct vgpu_log **at = &logs->first; *at; at = &(*at)->next)
		if ((*at)->used_ms < (*oldest)->used_ms)
			oldest = at;
	log = *oldest;
	*oldest = log->next;
	logs->n--;
	return log;
}

static struct vgpu_log *get(struct vgpu_logs *logs, const char *guest)
{
	struct vgpu_log *log = find(logs, guest);

	if (log || !logs)
		return log;
	log = logs->n < VGPU_LOG_GUESTS ? malloc(sizeof(*log)) : recycle(logs);
	if (!log)
		return NULL;
	memset(log, 0, sizeof(*log));
	snprintf(log->guest, sizeof(log->guest), "%s", guest);
	log->tokens = VGPU_LOG_BURST;
	log->refilled_ms = clock_ms(CLOCK_MONOTONIC);
	log->next_number = 1;
	log->next = logs->first;
	logs->first = log;
	logs->n++;
	return log;
}

/* May this guest have one more line? */
static int ration(struct vgpu_log *log)
{
	uint64_t now = clock_ms(CLOCK_MONOTONIC);
	uint64_t more = (now - log->refilled_ms) * VGPU_LOG_PER_SECOND / 1000;

	if (more > 0) {
		log->tokens = log->tokens + more > VGPU_LOG_BURST ? VGPU_LOG_BURST
								  : log->tokens + more;
		log->refilled_ms = now;
	}
	log->used_ms = now;
	if (log->tokens == 0) {
		log->dropped++;
		log->dropped_untold++;
		return 0;
	}
	log->tokens--;
	return 1;
}

static void keep(struct vgpu_log *log, const char *text)
{
	struct line *line = &log->lines[log->next_number % VGPU_LOG_LINES];

	line->number = log->next_number++;
	line->time_ms = (int64_t)clock_ms(CLOCK_REALTIME);
	snprintf(line->text, sizeof(line->text), "%s", text);
}

void vgpu_log_line(struct vgpu_logs *logs, const char *guest, const char *prefix, const char *text)
{
	struct vgpu_log *log = get(logs, guest);
	char clean[VGPU_LOG_TEXT];

	if (log && !ration(log))
		return;
	if (log && log->dropped_untold) {
		snprintf(clean, sizeof(clean), "%llu lines about this guest were too many and are "
			 "lost", (unsigned long long)log->dropped_untold);
		log->dropped_untold = 0;
		keep(log, clean);
		fprintf(stderr, "%s%s\n", prefix, clean);
	}
	snprintf(clean, sizeof(clean), "%s", text);
	for (char *c = clean; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = *c == '\t' ? ' ' : '?';
	if (log)
		keep(log, clean);
	fprintf(stderr, "%s%s\n", prefix, clean);
}

struct json_object *vgpu_log_json(const struct vgpu_logs *logs, const char *guest)
{
	const struct vgpu_log *log = find(logs, guest);
	struct json_object *top, *lines;

	if (!log)
		return NULL;
	top = json_object_new_object();
	lines = json_object_new_array();
	json_object_object_add(top, "schema", json_object_new_int(1));
	json_object_object_add(top, "guest", json_object_new_string(log->guest));
	json_object_object_add(top, "dropped", json_object_new_int64((int64_t)log->dropped));
	json_object_object_add(top, "lines", lines);
	for (unsigned int i = 0; i < VGPU_LOG_LINES; i++) {
		const struct line *line = &log->lines[(log->next_number + i) % VGPU_LOG_LINES];
		struct json_object *o;

		if (!line->number)
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "number", json_object_new_int64((int64_t)line->number));
		json_object_object_add(o, "time", json_object_new_double((double)line->time_ms / 1e3));
		json_object_object_add(o, "text", json_object_new_string(line->text));
		json_object_array_add(lines, o);
	}
	return top;
}

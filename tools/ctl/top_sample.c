/* SPDX-License-Identifier: MIT */
/* From the daemon's counters to rates. */
#include "tools/ctl/top.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const counters[TOP_RATES] = {
	"frames", "calls", "bytes_in", "bytes_out", "round_trips",
};

static int64_t number(struct json_object *object, const char *key, int64_t otherwise)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return otherwise;
	return json_object_get_int64(value);
}

/* A name from elsewhere, fit for a terminal. */
static void text_of(struct json_object *object, const char *key, char *text, size_t size)
{
	struct json_object *value;

	text[0] = '\0';
	if (json_object_object_get_ex(object, key, &value) &&
	    json_object_is_type(value, json_type_string))
		snprintf(text, size, "%s", json_object_get_string(value));
	for (char *c = text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

static void name_guest(struct vgpu_top_row *row, struct json_object *worker)
{
	struct passwd *user;

	text_of(worker, "guest", row->guest, sizeof(row->guest));
	if (row->guest[0])
		return;
	user = row->uid >= 0 ? getpwuid((uid_t)row->uid) : NULL;
	if (user)
		snprintf(row->guest, sizeof(row->guest), "%.63s", user->pw_name);
	else
		snprintf(row->guest, sizeof(row->guest), "uid %" PRId64, row->uid);
}

static const struct vgpu_top_row *find(const struct vgpu_top_sample *sample,
				       const struct vgpu_top_row *row)
{
	for (size_t i = 0; sample && i < sample->n; i++) {
		const struct vgpu_top_row *r = &sample->rows[i];

		if (!r->is_guest && r->worker == row->worker && r->connection == row->connection)
			return r;
	}
	return NULL;
}

static void program(struct vgpu_top_row *row, struct vgpu_top_row *guest, struct json_object *from,
		    const struct vgpu_top_sample *before, double seconds)
{
	const struct vgpu_top_row *old;

	*row = *guest; /* the guest's name and worker */
	row->is_guest = false;
	row->pid = number(from, "pid", -1);
	row->connection = number(from, "connection", -1);
	row->contexts = number(from, "contexts", 0);
	row->vram = number(from, "vram", -1);
	text_of(from, "name", row->name, sizeof(row->name));
	old = find(before, row);
	row->fresh = !old || seconds <= 0;
	for (int i = 0; i < TOP_RATES; i++) {
		row->count[i] = (uint64_t)number(from, counters[i], 0);
		row->rate[i] = 0;
		/* a counter never falls, unless somebody else answers by that number now */
		if (!row->fresh && row->count[i] >= old->count[i])
			row->rate[i] = (double)(row->count[i] - old->count[i]) / seconds;
	}
}

static void add_to_guest(struct vgpu_top_row *guest, const struct vgpu_top_row *row)
{
	guest->programs++;
	guest->contexts += row->contexts;
	if (row->vram >= 0)
		guest->vram = (guest->vram < 0 ? 0 : guest->vram) + row->vram;
	for (int i = 0; i < TOP_RATES; i++) {
		guest->count[i] += row->count[i];
		guest->rate[i] += row->rate[i];
	}
}

int vgpu_top_sample(struct json_object *answer, double now, const struct vgpu_top_sample *before,
		    struct vgpu_top_sample *sample_out)
{
	struct vgpu_top_sample sample = { .at = now };
	struct json_object *workers, *programs;
	size_t n_workers = 0, most = 0;

	sample.seconds = before && before->rows ? now - before->at : 0;
	if (json_object_object_get_ex(answer, "workers", &workers) &&
	    json_object_is_type(workers, json_type_array))
		n_workers = json_object_array_length(workers);
	for (size_t w = 0; w < n_workers; w++) {
		most++;
		if (json_object_object_get_ex(json_object_array_get_idx(workers, w), "programs",
					      &programs) &&
		    json_object_is_type(programs, json_type_array))
			most += json_object_array_length(programs);
	}
	sample.rows = calloc(most + 1, sizeof(*sample.rows));
	if (!sample.rows)
		return -ENOMEM;
	for (size_t w = 0; w < n_workers; w++) {
		struct json_object *worker = json_object_array_get_idx(workers, w);
		size_t guest = sample.n++, n = 0;

		sample.rows[guest].worker = number(worker, "pid", -1);
		sample.rows[guest].uid = number(worker, "uid", -1);
		sample.rows[guest].pid = sample.rows[guest].connection = -1;
		name_guest(&sample.rows[guest], worker);
		if (json_object_object_get_ex(worker, "programs", &programs) &&
		    json_object_is_type(programs, json_type_array))
			n = json_object_array_length(programs);
		for (size_t p = 0; p < n; p++)
			program(&sample.rows[sample.n++], &sample.rows[guest],
				json_object_array_get_idx(programs, p), before, sample.seconds);
		sample.rows[guest].is_guest = true;
		sample.rows[guest].vram = -1;
		for (size_t p = guest + 1; p < sample.n; p++)
			add_to_guest(&sample.rows[guest], &sample.rows[p]);
	}
	*sample_out = sample;
	return 0;
}

void vgpu_top_free(struct vgpu_top_sample *sample)
{
	free(sample->rows);
	memset(sample, 0, sizeof(*sample));
}

struct json_object *vgpu_top_json(const struct vgpu_top_sample *sample)
{
	static const char *const rates[TOP_RATES] = {
		"frames_per_s", "calls_per_s", "bytes_in_per_s", "bytes_out_per_s",
		"round_trips_per_s",
	};
	struct json_object *top = json_object_new_object(), *guests = json_object_new_array();
	struct json_object *programs = NULL;

	json_object_object_add(top, "schema", json_object_new_int(1));
	json_object_object_add(top, "seconds", json_object_new_double(sample->seconds));
	json_object_object_add(top, "guests", guests);
	for (size_t i = 0; i < sample->n; i++) {
		const struct vgpu_top_row *row = &sample->rows[i];
		struct json_object *o = json_object_new_object();

		if (row->is_guest) {
			json_object_object_add(o, "guest", json_object_new_string(row->guest));
			json_object_object_add(o, "uid", json_object_new_int64(row->uid));
			json_object_object_add(o, "worker", json_object_new_int64(row->worker));
		} else {
			json_object_object_add(o, "connection",
					       json_object_new_int64(row->connection));
			json_object_object_add(o, "pid", json_object_new_int64(row->pid));
			json_object_object_add(o, "name", json_object_new_string(row->name));
		}
		json_object_object_add(o, "contexts", json_object_new_int64(row->contexts));
		json_object_object_add(o, "vram",
				       row->vram < 0 ? NULL : json_object_new_int64(row->vram));
		for (int k = 0; k < TOP_RATES; k++)
			json_object_object_add(o, rates[k],
					       row->fresh ? NULL
							  : json_object_new_double(row->rate[k]));
		if (row->is_guest) {
			programs = json_object_new_array();
			json_object_object_add(o, "programs", programs);
			json_object_array_add(guests, o);
		} else {
			json_object_array_add(programs, o);
		}
	}
	return top;
}

/* SPDX-License-Identifier: MIT */
#include "backend/worker/conn.h"
#include "backend/worker/control.h"

#include <json-c/json.h>
#include <pthread.h>

#include "backend/worker/stream.h"

static pthread_mutex_t ended_lock = PTHREAD_MUTEX_INITIALIZER;
static struct json_object *ended[VGPU_STATS_ENDED]; /* a ring: the next one goes to n_ended */
static unsigned int n_ended;

static void add(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)value));
}

struct json_object *vgpu_stats_program(struct vgpu_wconn *conn)
{
	struct json_object *o = json_object_new_object();
	uint64_t calls, in, out, trips;

	pthread_mutex_lock(&conn->lock);
	calls = conn->calls;
	in = conn->bytes_in;
	out = conn->bytes_out;
	trips = conn->round_trips;
	for (struct vgpu_wstream *s = conn->streams; s; s = s->next) {
		calls += s->calls;
		in += s->bytes_in;
		out += s->bytes_out;
		trips += s->round_trips;
	}
	add(o, "connection", conn->id);
	add(o, "pid", conn->pid);
	json_object_object_add(o, "name", json_object_new_string(conn->name));
	add(o, "contexts", conn->n_contexts);
	add(o, "streams", conn->n_streams);
	add(o, "drawables", conn->n_drawables);
	add(o, "pools", conn->n_pools);
	pthread_mutex_unlock(&conn->lock);
	add(o, "vram", conn->vram < 0 ? 0 : (uint64_t)conn->vram);
	add(o, "frames", conn->frames);
	add(o, "calls", calls);
	add(o, "bytes_in", in);
	add(o, "bytes_out", out);
	add(o, "round_trips", trips);
	return o;
}

void vgpu_stats_ended(struct vgpu_wconn *conn)
{
	struct json_object *program = vgpu_stats_program(conn), *oldest;

	pthread_mutex_lock(&ended_lock);
	oldest = ended[n_ended % VGPU_STATS_ENDED];
	ended[n_ended++ % VGPU_STATS_ENDED] = program;
	pthread_mutex_unlock(&ended_lock);
	json_object_put(oldest);
}

struct json_object *vgpu_stats_ended_list(void)
{
	struct json_object *list = json_object_new_array(), *copy;

	pthread_mutex_lock(&ended_lock);
	for (unsigned int i = 0; i < VGPU_STATS_ENDED; i++) {
		struct json_object *program = ended[(n_ended + i) % VGPU_STATS_ENDED];

		/* json-c counts references without a lock: other threads get copies */
		copy = NULL;
		if (program && json_object_deep_copy(program, &copy, NULL) == 0)
			json_object_array_add(list, copy);
	}
	pthread_mutex_unlock(&ended_lock);
	return list;
}

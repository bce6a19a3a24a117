/* SPDX-License-Identifier: MIT */
/* Sync objects, glFlush and glFinish (gl_sync.h). */
#include "backend/worker/gl_sync.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/frame.h"
#include "backend/worker/stream.h"
#include "decode.h"

#define BUCKETS 256
#define MAX_SYNCS 65536
#define NOTED 64     /* fences of a stream that are watched for the guest at once */
#define FLUSH_AFTER 4 /* fences: then the driver is told to begin, for one of them to be signalled */
#define SLICE_NS 20000000ull            /* of a wait: then look after frames and the stream's end */
#define FENCE_COMES_NS 10000000000ull   /* how long a wait waits for its fence */

struct sync {
	struct sync *next;
	uint64_t id;
	GLsync host;
	unsigned int users; /* streams that are in a call with it */
	bool deleted;
};

struct vgpu_wsyncs {
	pthread_mutex_t lock;
	pthread_cond_t added;
	struct sync *bucket[BUCKETS];
	unsigned int count;
};

struct vgpu_wsyncs *vgpu_wsyncs_create(void)
{
	struct vgpu_wsyncs *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->added, &attr);
	pthread_condattr_destroy(&attr);
	return s;
}

void vgpu_wsyncs_destroy(struct vgpu_wsyncs *s)
{
	int i;

	if (!s)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while (s->bucket[i]) {
			struct sync *sync = s->bucket[i];

			s->bucket[i] = sync->next;
			free(sync);
		}
	}
	pthread_cond_destroy(&s->added);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct sync **bucket(struct vgpu_wsyncs *s, uint64_t id)
{
	return &s->bucket[(id ^ id >> 8 ^ id >> 32) % BUCKETS];
}

static struct sync *find(struct vgpu_wsyncs *s, uint64_t id)
{
	struct sync *sync;

	for (sync = *bucket(s, id); sync && sync->id != id; sync = sync->next)
		;
	return sync;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/*
 * The sync of this number, counted; waits for it to come by another stream.
 * NULL: it does not exist.
 */
static struct sync *get(struct vgpu_replay *r, uint64_t id)
{
	struct vgpu_wsyncs *s = r->share->syncs;
	uint64_t start = now_ns();
	struct sync *sync = NULL;
	bool shown = false;

	if (!id)
		return NULL;
	pthread_mutex_lock(&s->lock);
	for (;;) {
		uint64_t now = now_ns();
		struct timespec until = { .tv_sec = (time_t)((now + SLICE_NS) / 1000000000u),
			                  .tv_nsec = (long)((now + SLICE_NS) % 1000000000u) };

		sync = find(s, id);
		if (sync || now - start > FENCE_COMES_NS || r->conn->broken)
			break;
		if (!shown) {
			/* the fence's stream may itself wait for this one */
			pthread_mutex_unlock(&s->lock);
			vgpu_wstream_show_progress(r);
			shown = true;
			pthread_mutex_lock(&s->lock);
			continue;
		}
		pthread_cond_timedwait(&s->added, &s->lock, &until);
		if (r->ctx->frames) {
			pthread_mutex_unlock(&s->lock);
			vgpu_frames_poll(r, false);
			pthread_mutex_lock(&s->lock);
		}
	}
	if (sync)
		sync->users++;
	pthread_mutex_unlock(&s->lock);
	return sync;
}

/* Take the deleted object out of the list; s->lock is held. */
static void unlist(struct vgpu_wsyncs *s, const struct sync *sync)
{
	struct sync **at;

	for (at = bucket(s, sync->id); *at; at = &(*at)->next) {
		if (*at == sync) {
			*at = sync->next;
			s->count--;
			return;
		}
	}
}

static void put(struct vgpu_replay *r, struct sync *sync)
{
	struct vgpu_wsyncs *s = r->share->syncs;
	bool last;

	pthread_mutex_lock(&s->lock);
	last = --sync->users == 0 && sync->deleted;
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	r->gl->DeleteSync(sync->host);
	free(sync);
}

/* ---- fences that the guest learns of by itself -------------------------------------------- */

/* In the order in which they were made, each counted in its users. */
struct vgpu_wfences {
	struct sync *sync[NOTED];
	uint32_t first, since_flush;
	/*
	 * Fences of one context are signalled in order, so those that did not fit are
	 * once a later one is; of several contexts they need not be.
	 */
	bool left_out, off;
};

void vgpu_wfences_poll(struct vgpu_replay *r)
{
	struct vgpu_wfences *f = r->fences;
	uint32_t done = 0;

	while (r->fences_pending) {
		struct sync *sync = f->sync[f->first];
		bool flush = f->since_flush >= FLUSH_AFTER;
		GLenum rc = r->gl->ClientWaitSync(sync->host, flush ? GL_SYNC_FLUSH_COMMANDS_BIT : 0, 0);

		if (flush)
			f->since_flush = 0;
		if (rc != GL_ALREADY_SIGNALED && rc != GL_CONDITION_SATISFIED)
			break;
		done = (uint32_t)sync->id;
		put(r, sync);
		f->first = (f->first + 1) % NOTED;
		r->fences_pending--;
	}
	if (done)
		vgpu_wstream_fences_done(r, done);
}

/* Watch a fence that was just made, which counts this use. */
static void watch(struct vgpu_replay *r, struct sync *sync)
{
	struct vgpu_wfences *f = r->fences;

	if (!f)
		f = r->fences = calloc(1, sizeof(*f));
	if (!f || f->off || r->fences_pending == NOTED) {
		if (f)
			f->left_out = true;
		put(r, sync);
		return;
	}
	f->sync[(f->first + r->fences_pending) % NOTED] = sync;
	r->fences_pending++;
	f->since_flush++;
	vgpu_wfences_poll(r);
}

void vgpu_wfences_leave(struct vgpu_replay *r)
{
	struct vgpu_wfences *f = r->fences;

	if (!f)
		return;
	if (r->fences_pending)
		vgpu_wfences_poll(r);
	f->off |= r->fences_pending || f->left_out;
	while (r->fences_pending) {
		put(r, f->sync[f->first]);
		f->first = (f->first + 1) % NOTED;
		r->fences_pending--;
	}
}

void vgpu_wfences_free(struct vgpu_replay *r)
{
	free(r->fences);
	r->fences = NULL;
}

int replay_glFenceSync(struct vgpu_replay *r, const struct args_glFenceSync *a)
{
	struct vgpu_wsyncs *s = r->share->syncs;
	struct sync *sync;
	bool ok;

	if (!a->new_name)
		return -EPROTO;
	sync = calloc(1, sizeof(*sync));
	if (sync)
		sync->host = r->gl->FenceSync(a->condition, a->flags);
	if (!sync || !sync->host) {
		if (!sync)
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		free(sync);
		return 0;
	}
	sync->id = a->new_name;
	pthread_mutex_lock(&s->lock);
	ok = s->count < MAX_SYNCS && !find(s, sync->id);
	if (ok) {
		struct sync **at = bucket(s, sync->id);

		sync->next = *at;
		*at = sync;
		s->count++;
		sync->users = 1;
		pthread_cond_broadcast(&s->added);
	}
	pthread_mutex_unlock(&s->lock);
	if (ok) {
		watch(r, sync);
		return 0;
	}
	r->gl->DeleteSync(sync->host);
	free(sync);
	vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	return 0;
}

int replay_glDeleteSync(struct vgpu_replay *r, const struct args_glDeleteSync *a)
{
	struct vgpu_wsyncs *s = r->share->syncs;
	struct sync *sync;

	if (!a->sync)
		return 0;
	sync = get(r, a->sync);
	if (!sync) {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
		return 0;
	}
	pthread_mutex_lock(&s->lock);
	if (!sync->deleted)
		unlist(s, sync);
	sync->deleted = true;
	pthread_mutex_unlock(&s->lock);
	put(r, sync);
	return 0;
}

/* In slices, so that frames go out and a stream that must end does. */
static GLenum client_wait(struct vgpu_replay *r, GLsync host, GLbitfield flags, uint64_t timeout)
{
	uint64_t start = now_ns();

	vgpu_wstream_show_progress(r);
	for (;;) {
		uint64_t gone = now_ns() - start;
		uint64_t left = gone < timeout ? timeout - gone : 0;
		GLenum rc = r->gl->ClientWaitSync(host, flags, left < SLICE_NS ? left : SLICE_NS);

		if (rc != GL_TIMEOUT_EXPIRED || left <= SLICE_NS || r->conn->broken)
			return rc;
		vgpu_wpulse_beat(&r->stream->pulse);
		vgpu_frames_poll(r, false);
	}
}

int replay_glClientWaitSync(struct vgpu_replay *r, const struct args_glClientWaitSync *a)
{
	struct sync *sync = get(r, a->sync);
	GLenum rc = GL_WAIT_FAILED;

	if (sync) {
		rc = client_wait(r, sync->host, a->flags, a->timeout);
		put(r, sync);
	} else {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	}
	return vgpu_answer_value(r, VGPU_OP_glClientWaitSync, rc);
}

int replay_glWaitSync(struct vgpu_replay *r, const struct args_glWaitSync *a)
{
	struct sync *sync = get(r, a->sync);

	if (sync) {
		r->gl->WaitSync(sync->host, a->flags, a->timeout);
		put(r, sync);
	} else {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	}
	return 0;
}

int replay_glIsSync(struct vgpu_replay *r, const struct args_glIsSync *a)
{
	struct vgpu_wsyncs *s = r->share->syncs;
	bool is;

	pthread_mutex_lock(&s->lock);
	is = a->sync && find(s, a->sync);
	pthread_mutex_unlock(&s->lock);
	return vgpu_answer_value(r, VGPU_OP_glIsSync, is);
}

int replay_glGetSynciv(struct vgpu_replay *r, const struct args_glGetSynciv *a)
{
	struct vgpu_out out[] = {
		{ .capacity = a->length_bytes, .element = sizeof(GLsizei), .kind = -1 },
		{ .capacity = a->values_bytes, .element = sizeof(GLint), .kind = -1 },
	};
	struct sync *sync = get(r, a->sync);
	int pass = 0;

	if (!sync)
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	while (vgpu_outs_pass(r, out, 2, &pass)) {
		if (!sync)
			continue;
		/* what the host sees of our capacity, not what the guest says */
		r->gl->GetSynciv(sync->host, a->pname,
		                 a->count < 0 ? a->count
		                              : (GLsizei)(a->values_bytes / sizeof(GLint)),
		                 a->length_bytes ? out[0].data : NULL, out[1].data);
	}
	if (sync)
		put(r, sync);
	return vgpu_outs_answer(r, VGPU_OP_glGetSynciv, NULL, out, 2);
}

/* The number of a sync object, as glObjectPtrLabel carries it. */
static struct sync *get_by_ptr(struct vgpu_replay *r, const void *ptr, uint64_t bytes)
{
	uint64_t id = 0;

	if (bytes == sizeof(id))
		memcpy(&id, ptr, sizeof(id));
	return get(r, id);
}

int replay_glObjectPtrLabel(struct vgpu_replay *r, const struct args_glObjectPtrLabel *a)
{
	struct sync *sync = get_by_ptr(r, a->ptr, a->ptr_bytes);

	if (sync) {
		r->gl->ObjectPtrLabel(sync->host, a->label ? a->length : 0, a->label);
		put(r, sync);
	} else {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	}
	return 0;
}

int replay_glGetObjectPtrLabel(struct vgpu_replay *r, const struct args_glGetObjectPtrLabel *a)
{
	struct vgpu_out out[] = {
		{ .capacity = a->length_bytes, .element = sizeof(GLsizei), .kind = -1 },
		{ .capacity = a->label_bytes, .element = 1, .kind = -1 },
	};
	struct sync *sync = get_by_ptr(r, a->ptr, a->ptr_bytes);
	int pass = 0;

	if (!sync)
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	while (vgpu_outs_pass(r, out, 2, &pass)) {
		bool fits = a->bufSize >= 0 && (uint64_t)a->bufSize <= a->label_bytes;

		if (sync)
			r->gl->GetObjectPtrLabel(sync->host, fits ? a->bufSize : 0,
			                         a->length_bytes ? out[0].data : NULL,
			                         a->label_bytes ? out[1].data : NULL);
	}
	if (sync)
		put(r, sync);
	return vgpu_outs_answer(r, VGPU_OP_glGetObjectPtrLabel, NULL, out, 2);
}

int replay_glFlush(struct vgpu_replay *r, const struct args_glFlush *a)
{
	r->gl->Flush();
	vgpu_frames_poll(r, false);
	return 0;
}

int replay_glFinish(struct vgpu_replay *r, const struct args_glFinish *a)
{
	r->gl->Finish();
	while (vgpu_frames_poll(r, true))
		;
	return vgpu_answer_empty(r, VGPU_OP_glFinish);
}

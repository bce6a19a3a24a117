/* SPDX-License-Identifier: MIT */
#include "backend/worker/order.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "backend/worker/conn.h"
#include "backend/worker/frame.h"
#include "backend/worker/stream.h"
#include "decode.h"

#define SLICE_NS 20000000ull      /* then look after frames and the stream's end */
#define FRAME_SLICE_NS 1000000ull /* while frames are on their way */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void vgpu_worder_init(struct vgpu_wconn *conn)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&conn->stream_moved, &attr);
	pthread_condattr_destroy(&attr);
}

void vgpu_worder_wake(struct vgpu_wconn *conn)
{
	pthread_mutex_lock(&conn->lock);
	pthread_cond_broadcast(&conn->stream_moved);
	pthread_mutex_unlock(&conn->lock);
}

/*
 * The position, then a look at whether somebody waits; the waiter does it the
 * other way round, so that one of both sees the other.
 */
void vgpu_worder_moved(struct vgpu_wstream *s)
{
	atomic_store(&s->order.position, vgpu_wstream_replayed(s));
	if (atomic_load(&s->conn->order_waiters))
		vgpu_worder_wake(s->conn);
}

/* conn->lock is held. */
static struct vgpu_wstream *find(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wstream *s;

	for (s = conn->streams; s && s->id != id; s = s->next)
		;
	return s;
}

/* Does t, over others, wait for s? Every link is a wait that is not over. conn->lock is held. */
static bool waits_for(struct vgpu_wconn *conn, struct vgpu_wstream *t, const struct vgpu_wstream *s)
{
	for (int i = 0; i <= VGPU_MAX_STREAMS && t; i++) {
		struct vgpu_wstream *next;

		if (t == s)
			return true;
		if (!t->order.waits)
			return false;
		next = find(conn, t->order.stream);
		if (!next || atomic_load(&next->order.position) >= t->order.until)
			return false;
		t = next;
	}
	return false;
}

enum state { DONE, WAIT, LATE, REFUSE };

/* conn->lock is held. */
static enum state look(struct vgpu_wstream *s, uint32_t id, uint64_t position)
{
	struct vgpu_wstream *t = find(s->conn, id);

	if (s->stop || s->conn->broken)
		return DONE;
	if (!t)
		return LATE;
	if (atomic_load(&t->order.position) >= position)
		return DONE;
	if (position > vgpu_wstream_published(t) || waits_for(s->conn, t, s))
		return REFUSE;
	return WAIT;
}

/* Sleep until a stream moves. conn->lock is held, but not while frames are looked after. */
static void sleep_a_while(struct vgpu_wstream *s, bool *frames)
{
	struct vgpu_wconn *conn = s->conn;
	uint64_t until_ns = now_ns() + (*frames ? FRAME_SLICE_NS : SLICE_NS);
	struct timespec until = { .tv_sec = (time_t)(until_ns / 1000000000u),
		                  .tv_nsec = (long)(until_ns % 1000000000u) };

	if (!pthread_cond_timedwait(&conn->stream_moved, &conn->lock, &until))
		return;
	pthread_mutex_unlock(&conn->lock);
	*frames = vgpu_frames_poll(&s->replay, false);
	pthread_mutex_lock(&conn->lock);
}

int vgpu_worder_wait(struct vgpu_wstream *s, uint32_t id, uint64_t position)
{
	struct vgpu_wconn *conn = s->conn;
	uint64_t began;
	enum state state;
	bool frames = true, found = false;

	pthread_mutex_lock(&conn->lock);
	state = look(s, id, position);
	pthread_mutex_unlock(&conn->lock);
	if (state == DONE)
		return 0;
	/* what this stream has replayed in its batch so far counts before it is seen to wait */
	vgpu_wstream_show_progress(&s->replay);
	pthread_mutex_lock(&conn->lock);
	atomic_fetch_add(&conn->order_waiters, 1);
	s->order.waits = true;
	s->order.stream = id;
	s->order.until = position;
	began = now_ns();
	while ((state = look(s, id, position)) == WAIT || state == LATE) {
		found = found || state == WAIT;
		if (state == LATE && found)
			break; /* it has ended */
		if (state == LATE && now_ns() - began > VGPU_WORDER_ANNOUNCE_MS * 1000000ull) {
			state = REFUSE;
			break;
		}
		sleep_a_while(s, &frames);
	}
	s->order.waits = false;
	atomic_fetch_sub(&conn->order_waiters, 1);
	pthread_mutex_unlock(&conn->lock);
	return state == REFUSE ? -EPROTO : 0;
}

int replay_vgpuStreamWait(struct vgpu_replay *r, const struct args_vgpuStreamWait *a)
{
	if (!r->stream->memory)
		return 0; /* a recording: chunks stand in the order in which they were published */
	return vgpu_worder_wait(r->stream, a->stream, a->position);
}

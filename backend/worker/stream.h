/* SPDX-License-Identifier: MIT */
/*
 * A stream: the worker's end of one guest thread's ring, and the thread that
 * replays it.
 */
#ifndef VGPU_BACKEND_WORKER_STREAM_H
#define VGPU_BACKEND_WORKER_STREAM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/order.h"
#include "backend/worker/replay.h"
#include "backend/worker/task.h"
#include "backend/worker/watchdog.h"
#include "protocol/ring.h"

struct vgpu_wstream {
	struct vgpu_wstream *next; /* conn->streams */
	struct vgpu_wconn *conn;
	uint32_t id;
	struct vgpu_ring cmd, reply;
	void *memory;
	size_t memory_bytes;
	int event_in;   /* the guest wakes us */
	int event_out;  /* we wake the guest */
	pthread_t thread; /* its own */
	struct vgpu_task task;
	bool moved;       /* its thread has left it to the first thread, as task */
	_Atomic bool stop;
	uint8_t *batch; /* private copy of commands */
	/* pulse.at is the command that runs, or base if that one stands elsewhere */
	const uint8_t *base; /* the first of what has not been consumed: in batch or in the ring */
	uint64_t consumed; /* octets since the stream was opened; ring.cons is its lower half */
	struct vgpu_worder order;
	uint8_t *joined; /* fragments of one command */
	uint64_t joined_size; /* of its memory, which outlives the command */
	uint64_t joined_total, joined_have; /* 0: none is being joined */
	uint64_t reply_left;   /* payload not sent yet */
	uint32_t reply_unseen; /* bytes written, not published */
	struct vgpu_replay replay;
	struct vgpu_wpulse pulse;
	uint64_t batch_calls; /* not in calls yet */
	_Atomic uint64_t calls, bytes_in, bytes_out, round_trips;
	bool counted; /* the program's own counters hold these already */
};

/* What a stream thread needs of the worker. */
struct vgpu_wstream_env {
	const struct vgpu_gl *gl;
	uint64_t spin_ns; /* before it sleeps */
	/* A stream broke the protocol or its program must go. Any thread. */
	void (*broken)(struct vgpu_wconn *conn, const char *why);
};
extern struct vgpu_wstream_env vgpu_wstream_env;

/*
 * Map the stream's memory and start its thread. Takes the descriptors memory,
 * event_in and event_out on success only. Returns 0 or a negative errno.
 */
int vgpu_wstream_start(struct vgpu_wconn *conn, uint32_t id, uint32_t cmd_bytes,
                       uint32_t reply_bytes, int memory, int event_in, int event_out);
/*
 * For vgpu-replay: a stream without a ring or a thread, fed from a recording.
 * Commands run on the calling thread, which must be the same for all of one
 * stream; replies go nowhere. feed returns 0 or a negative errno.
 */
struct vgpu_wstream *vgpu_wstream_offline(struct vgpu_wconn *conn, uint32_t id);
int vgpu_wstream_feed(struct vgpu_wstream *stream, const uint8_t *bytes, size_t n);
void vgpu_wstream_offline_end(struct vgpu_wstream *stream);

/*
 * A command is about to wait for something that another stream does: let that
 * stream see how far this one is. The stream's own thread.
 */
void vgpu_wstream_show_progress(struct vgpu_replay *r);
/* Of this stream's fences, the one of number id is signalled, and all before it. Its own thread. */
void vgpu_wstream_fences_done(struct vgpu_replay *r, uint32_t id);
/* Octets that have been replayed, up to the command that runs. The stream's own thread. */
uint64_t vgpu_wstream_replayed(const struct vgpu_wstream *stream);
/* Octets that the guest has published, as far as it can be believed. Any thread. */
uint64_t vgpu_wstream_published(struct vgpu_wstream *stream);

/* Ask it to end; join and free with vgpu_wstream_join. */
void vgpu_wstream_stop(struct vgpu_wstream *stream);
void vgpu_wstream_join(struct vgpu_wstream *stream);

#endif

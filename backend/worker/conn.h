/* SPDX-License-Identifier: MIT */
/*
 * One program of the guest: its streams, frame pools, contexts and drawables,
 * and what it has cost so far.
 */
#ifndef VGPU_BACKEND_WORKER_CONN_H
#define VGPU_BACKEND_WORKER_CONN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/wire.h"

struct vgpu_wcontext;
struct vgpu_wdrawable;
struct vgpu_weglimage;
struct vgpu_wstream;

/* Shared memory for frames. Counted: a frame in flight holds its pool. */
struct vgpu_wpool {
	struct vgpu_wpool *next;
	uint32_t id;
	uint8_t *base;
	uint64_t bytes;
	_Atomic uint64_t slot_bytes; /* as the last vgpuDrawablePool divided it; for vgpu-replay */
	_Atomic int refs;
};

struct vgpu_wconn {
	struct vgpu_wconn *next;
	uint32_t id;
	uint32_t pid, uid;
	char name[64];
	int frame_event;
	_Atomic bool broken;

	pthread_mutex_t lock; /* the lists below */
	struct vgpu_wcontext *contexts;
	struct vgpu_wdrawable *drawables;
	struct vgpu_wpool *pools;
	struct vgpu_wstream *streams;
	uint32_t ending_streams;   /* being joined on threads of their own */
	pthread_cond_t stream_ended;
	pthread_cond_t pool_added;
	pthread_cond_t stream_moved; /* somebody waits for a stream: order.h */
	_Atomic uint32_t order_waiters;
	struct vgpu_weglimage *images;
	uint32_t n_images;
	uint32_t n_contexts, n_drawables, n_pools, n_streams;

	_Atomic uint64_t frames;
	/* of streams that have ended; live ones count for themselves */
	uint64_t calls, bytes_in, bytes_out, round_trips;
	uint64_t log_tokens, log_refilled_ns; /* rate limit of log lines */
};

struct vgpu_wconn *vgpu_wconn_create(uint32_t id, uint32_t pid, uint32_t uid, const char *name,
                                     int frame_event);
/*
 * End a program: stop and join its streams, destroy its contexts and drawables,
 * free all. May take as long as the GL call that a stream is in. The calling
 * thread must have no context current.
 */
void vgpu_wconn_destroy(struct vgpu_wconn *conn);

/* Map fd (borrowed). Returns 0 or a negative errno. */
int vgpu_wconn_pool_add(struct vgpu_wconn *conn, uint32_t id, uint32_t bytes, int fd);
void vgpu_wconn_pool_del(struct vgpu_wconn *conn, uint32_t id);
/*
 * A counted reference, or NULL. The pool is announced on the daemon's socket and
 * named on a ring, so the name can be here first: waits up to
 * VGPU_WPOOL_WAIT_MS for the announcement.
 */
#ifndef VGPU_WPOOL_WAIT_MS /* fuzzers have no time */
#define VGPU_WPOOL_WAIT_MS 2000
#endif
struct vgpu_wpool *vgpu_wconn_pool_get(struct vgpu_wconn *conn, uint32_t id);
void vgpu_wconn_pool_put(struct vgpu_wpool *pool);
/* Tell the program that a frame became ready. */
void vgpu_wconn_frame_signal(struct vgpu_wconn *conn);
/* A line about this program on stderr (the daemon's log), rate-limited. */
void vgpu_wconn_log(struct vgpu_wconn *conn, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

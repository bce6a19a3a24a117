/* SPDX-License-Identifier: MIT */
/*
 * The inside of a connection: shared by frontend/{client,context,drawable,frames}.c
 * and frontend/transport/. Not for the window-system libraries.
 */
#ifndef VGPU_FRONTEND_CONNECTION_H
#define VGPU_FRONTEND_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "frontend/client.h"
#include "frontend/transport/stream.h"
#include "frontend/transport/transport.h"

#define VGPU_PAD(n) (((uint64_t)(n) + 7) & ~(uint64_t)7)

struct vgpu_client {
	struct vgpu_client *retired;    /* the next older connection that was lost */
	struct vgpu_transport *transport;
	struct vgpu_host_info host;
	uint64_t spin_ns;               /* how long a waiter spins before it sleeps */
	uint32_t cmd_bytes, reply_bytes; /* of each stream */
	uint32_t frame_slots;           /* frames in flight per drawable */
	_Atomic bool lost;
	_Atomic uint32_t next_id;       /* contexts and drawables */

	pthread_mutex_t show_lock;      /* held while frames are shown; before lock */
	pthread_mutex_t lock;           /* the lists below */
	struct vgpu_stream *idle;       /* streams of threads that ended */
	struct vgpu_stream *busy;       /* streams that a thread owns */
	struct vgpu_drawable *drawables; /* those with a presenter */
	bool frame_thread_runs;

	/* frontend/order.c; no lock */
	_Atomic(struct vgpu_stream *) streams; /* all, the newest first */
	_Atomic uint64_t order_epoch;
	_Atomic bool order_all;
};

/* The calling thread's stream, opened at first use. NULL when that fails. */
struct vgpu_stream *vgpu_client_stream(struct vgpu_client *client);
/* The backend is gone: contexts become lost, waiters wake. Any thread. */
void vgpu_client_lost(struct vgpu_client *client);

/* Open a stream's memory. Returns 0 or a negative errno. */
int vgpu_stream_init(struct vgpu_stream *stream, struct vgpu_client *client);
/* From now on writes go nowhere (after fork, after loss). */
void vgpu_stream_abandon(struct vgpu_stream *stream);

/* frontend/frames.c: start the thread that shows frames, once. Returns 0 or a negative errno. */
int vgpu_frames_start(struct vgpu_client *client);

/* frontend/drawable.c, for frames.c: show what is ready, in order. */
void vgpu_drawable_show_ready(struct vgpu_drawable *drawable);
/* Wake who waits for a slot; takes no lock, since the waker may hold the drawable's. */
void vgpu_drawable_wake(struct vgpu_drawable *drawable);
struct vgpu_drawable *vgpu_drawable_ref(struct vgpu_drawable *drawable);
uint32_t vgpu_drawable_id(const struct vgpu_drawable *drawable);
struct vgpu_drawable *vgpu_drawable_next(struct vgpu_drawable *drawable);

#endif

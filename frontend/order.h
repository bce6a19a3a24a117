/* SPDX-License-Identifier: MIT */
/*
 * Order between the streams of a process. What a thread has told GL before it
 * flushes, swaps or lets go of a context happens before what another thread
 * tells GL after it has learnt of that. Nobody waits in the guest: the other
 * stream is marked, and before its next command it asks the worker to replay
 * the first one up to there (vgpuStreamWait). Streams whose contexts share
 * nothing do not wait for each other's flushes.
 */
#ifndef VGPU_FRONTEND_ORDER_H
#define VGPU_FRONTEND_ORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct vgpu_stream;
struct vgpu_share;

/* A point that others may build on. position is stored before epoch. */
struct vgpu_order_mark {
	_Atomic uint64_t position;
	_Atomic uint64_t epoch; /* counts all marks of the connection; 0: none yet */
};

struct vgpu_order {
	struct vgpu_stream *all_next;    /* streams live as long as the connection */
	_Atomic(struct vgpu_share *) share; /* of the current context; compared, never looked into */
	_Atomic(struct vgpu_share *) flushed_share;
	struct vgpu_order_mark flushed;  /* for streams of that share group */
	struct vgpu_order_mark released; /* for all */
	uint64_t seen;                   /* marks up to this epoch are followed; the owner's */
	_Atomic bool behind;             /* there may be newer ones */
};

/* A new stream: it follows all there are. */
void vgpu_order_join(struct vgpu_stream *stream);
/* Flush; streams of the same share group follow. The stream's thread. */
void vgpu_order_flush(struct vgpu_stream *stream);
/* Flush; all streams follow (a context or a thread has left this one). The stream's thread. */
void vgpu_order_release(struct vgpu_stream *stream);
/* The stream's context is of this share group now (NULL: none). The stream's thread. */
void vgpu_order_share(struct vgpu_stream *stream, struct vgpu_share *share);
/*
 * From now on flushes order streams of different share groups as well: they
 * have an image in common. Any thread.
 */
struct vgpu_client;
void vgpu_order_all(struct vgpu_client *client);
/* Ask the worker to replay first what others have marked. Called by vgpu_stream_more. */
void vgpu_order_follow(struct vgpu_stream *stream);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Order between the streams of a program: vgpuStreamWait. A stream waits until
 * another one of its connection has been replayed up to a position. That one
 * goes on by itself, so the wait ends; what a guest could make of it is refused:
 * a position that nobody has published, a stream that is not announced within
 * VGPU_WORDER_ANNOUNCE_MS, streams that wait for each other in a circle.
 */
#ifndef VGPU_BACKEND_WORKER_ORDER_H
#define VGPU_BACKEND_WORKER_ORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define VGPU_WORDER_ANNOUNCE_MS 2000

struct vgpu_wconn;
struct vgpu_wstream;

struct vgpu_worder {
	_Atomic uint64_t position; /* replayed, as others see it */
	/* conn->lock: what this stream waits for */
	bool waits;
	uint32_t stream;
	uint64_t until;
};

void vgpu_worder_init(struct vgpu_wconn *conn);
/* The stream has replayed more: wake who waits for that. The stream's own thread. */
void vgpu_worder_moved(struct vgpu_wstream *stream);
/* Something else has changed for who waits. Any thread, without conn->lock. */
void vgpu_worder_wake(struct vgpu_wconn *conn);
/*
 * Wait on stream's own thread until stream id has been replayed up to position,
 * or has ended. Frames go out meanwhile. Returns 0, also when stream has to end,
 * or -EPROTO.
 */
int vgpu_worder_wait(struct vgpu_wstream *stream, uint32_t id, uint64_t position);

#endif

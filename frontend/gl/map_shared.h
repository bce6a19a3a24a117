/* SPDX-License-Identifier: MIT */
/*
 * The guest's copy of a large persistent map as memory that the worker maps as well
 * (a pool): what was written is sent by naming it. Refused, the copy is private and
 * its octets travel through the ring.
 */
#ifndef VGPU_FRONTEND_GL_MAP_SHARED_H
#define VGPU_FRONTEND_GL_MAP_SHARED_H

#include <stdint.h>

struct vgpu_context;
struct vgpu_gl_shared;
struct vgpu_touched;

/*
 * Zeroed memory of that many bytes, of which it can be told what was written. NULL:
 * there is none, for whatever reason.
 */
struct vgpu_gl_shared *vgpu_gl_shared_open(struct vgpu_context *ctx, uint64_t bytes);
/* Page aligned; valid until the close. */
uint8_t *vgpu_gl_shared_memory(const struct vgpu_gl_shared *shared);
/* What the program has touched of it. */
struct vgpu_touched *vgpu_gl_shared_touched(const struct vgpu_gl_shared *shared);

/*
 * Buffer name has at [offset, offset + bytes) what stands there in the memory when
 * the worker comes to it: the program may not change it before a fence says that
 * the commands so far are done, as GL has it. Under the share group's lock.
 */
void vgpu_gl_shared_send(struct vgpu_context *ctx, struct vgpu_gl_shared *shared, uint32_t name,
                         uint64_t offset, uint64_t bytes);
/* After some sends: let the worker begin. Under the same lock. */
void vgpu_gl_shared_sent(struct vgpu_context *ctx, struct vgpu_gl_shared *shared);

/*
 * Give the memory back. Waits until the worker has copied what was sent by any
 * thread. Not under a lock that another thread's GL call may take. NULL is fine.
 */
void vgpu_gl_shared_close(struct vgpu_gl_shared *shared);

#endif

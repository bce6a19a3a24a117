/* SPDX-License-Identifier: MIT */
/* Which buffers are bound. What decides whether a pointer is memory or an offset. */
#ifndef VGPU_FRONTEND_GL_BINDINGS_H
#define VGPU_FRONTEND_GL_BINDINGS_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_context;
struct vgpu_gl_state;

enum vgpu_gl_target {
	VGPU_TARGET_ARRAY,
	VGPU_TARGET_PIXEL_PACK,
	VGPU_TARGET_PIXEL_UNPACK,
	VGPU_TARGET_COPY_READ,
	VGPU_TARGET_COPY_WRITE,
	VGPU_TARGET_UNIFORM,
	VGPU_TARGET_TRANSFORM_FEEDBACK,
	VGPU_TARGET_TEXTURE,
	VGPU_TARGET_ATOMIC_COUNTER,
	VGPU_TARGET_SHADER_STORAGE,
	VGPU_TARGET_DRAW_INDIRECT,
	VGPU_TARGET_DISPATCH_INDIRECT,
	VGPU_TARGET_QUERY,
	VGPU_TARGET_PARAMETER,
	VGPU_TARGET_COUNT,
	VGPU_TARGET_ELEMENT = VGPU_TARGET_COUNT, /* of the vertex array object */
	VGPU_TARGET_UNKNOWN,
};

struct vgpu_gl_bindings {
	uint32_t buffer[VGPU_TARGET_COUNT];
};

/* VGPU_TARGET_UNKNOWN when it is none of ours. */
enum vgpu_gl_target vgpu_gl_target(uint32_t target);
/* The buffer bound to a target, 0 if none or unknown. */
uint32_t vgpu_gl_bound_buffer(const struct vgpu_gl_state *gl, uint32_t target);
/* Take the bindings as after glBindBuffer; nothing is sent. */
void vgpu_gl_track_bind(struct vgpu_gl_state *gl, enum vgpu_gl_target target, uint32_t buffer);

#endif

/* SPDX-License-Identifier: MIT */
/* What unified.c and unified_arrays.c share: a context's addresses (unified.h). */
#ifndef VGPU_FRONTEND_GL_UNIFIED_STATE_H
#define VGPU_FRONTEND_GL_UNIFIED_STATE_H

#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

#define VGPU_UNIFIED_UNIFORMS 96u

struct vgpu_unified_range {
	uint64_t address, length; /* address 0: never set */
};

/* What was bound before an address took its place. */
struct vgpu_unified_before {
	bool kept, client;
	uint32_t buffer, stride;
	uint64_t offset, length;
};

struct vgpu_gl_unified {
	bool arrays, elements, uniforms, indirect; /* enabled */
	struct vgpu_unified_range array[VGPU_ARRAY_COUNT], element, indirect_range;
	struct vgpu_unified_range uniform[VGPU_UNIFIED_UNIFORMS];
	struct vgpu_unified_before array_before[VGPU_ARRAY_COUNT];
	struct vgpu_unified_before uniform_before[VGPU_UNIFIED_UNIFORMS];
	uint32_t element_before, indirect_before;
	struct vgpu_idmap resident; /* by name: the access */
};

/* The context's, made at first use. NULL: GL_OUT_OF_MEMORY was raised. */
struct vgpu_gl_unified *vgpu_unified_of(struct vgpu_context *ctx);
/* The buffer and offset of an address; 0 when no buffer of the share group has it. */
uint32_t vgpu_unified_buffer(struct vgpu_context *ctx, uint64_t address, uint64_t *offset_out);

/* unified_arrays.c: the range of an array takes effect; all of them do, or none any more. */
void vgpu_unified_array(struct vgpu_context *ctx, struct vgpu_gl_unified *u, uint32_t array);
void vgpu_unified_arrays(struct vgpu_context *ctx, struct vgpu_gl_unified *u, bool enable);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_bindless_multi_draw_indirect(_count): draws whose parameters name their
 * vertex buffers by address. As addresses are the guest's own (unified.h), the
 * parameters are read here, and each becomes a draw. gl_DrawID is 0 in all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/indices.h"
#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

struct pointer { /* BindlessPtrNV */
	GLuint index, reserved;
	GLuint64EXT address, length;
};

struct draw_arrays {
	GLuint count, instances, first, base_instance;
};

struct draw_elements {
	GLuint count, instances, first_index;
	GLint base_vertex;
	GLuint base_instance, reserved;
	struct pointer indices;
};

static void one(GLenum mode, GLenum type, const uint8_t *at, GLint buffers)
{
	const uint32_t head = type ? sizeof(struct draw_elements) : sizeof(struct draw_arrays);
	struct draw_elements e;
	struct draw_arrays a;
	struct pointer p;
	GLint i;

	for (i = 0; i < buffers; i++) {
		memcpy(&p, at + head + (size_t)i * sizeof(p), sizeof(p));
		entry_glBufferAddressRangeNV(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, p.index, p.address,
					     (GLsizeiptr)p.length);
	}
	if (!type) {
		memcpy(&a, at, sizeof(a));
		entry_glDrawArraysInstancedBaseInstance(mode, (GLint)a.first, (GLsizei)a.count,
							(GLsizei)a.instances, a.base_instance);
		return;
	}
	memcpy(&e, at, sizeof(e));
	entry_glBufferAddressRangeNV(GL_ELEMENT_ARRAY_ADDRESS_NV, 0, e.indices.address,
				     (GLsizeiptr)e.indices.length);
	entry_glDrawElementsInstancedBaseVertexBaseInstance(
		mode, (GLsizei)e.count, type,
		(const void *)((uintptr_t)e.first_index * vgpu_gl_index_bytes(type)),
		(GLsizei)e.instances, e.base_vertex, e.base_instance);
}

/* type 0: without indices. */
static void multi(struct vgpu_context *ctx, GLenum mode, GLenum type, const void *indirect,
		  GLsizei draws, GLsizei stride, GLint buffers)
{
	const uint32_t head = type ? sizeof(struct draw_elements) : sizeof(struct draw_arrays);
	uint32_t buffer = ctx->gl->bound.buffer[VGPU_TARGET_DRAW_INDIRECT];
	const uint8_t *at = indirect;
	uint8_t *copy = NULL;
	uint64_t each, bytes;
	bool arrays = false, elements = false;
	GLsizei i;

	vgpu_gl_unified_enabled(ctx, GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV, &arrays);
	vgpu_gl_unified_enabled(ctx, GL_ELEMENT_ARRAY_UNIFIED_NV, &elements);
	if (draws < 0 || stride < 0 || stride % 4 || buffers < 0 ||
	    buffers > (GLint)VGPU_ARRAY_GENERIC_COUNT) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (!arrays || (type && !elements) || (!buffer && !indirect) ||
	    (!buffer && ctx->gl->core)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	each = head + (uint64_t)buffers * sizeof(struct pointer);
	if (!stride)
		stride = (GLsizei)each;
	if (!draws)
		return;
	if (buffer) {
		bytes = (uint64_t)stride * (uint64_t)(draws - 1) + each;
		copy = bytes <= VGPU_MAX_REPLY ? malloc(bytes) : NULL;
		if (!copy || vgpu_gl_buffer_read(ctx, buffer,
						 (uintptr_t)indirect + ctx->gl->unified_indirect,
						 bytes, copy)) {
			free(copy);
			vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
			return;
		}
		at = copy;
	}
	for (i = 0; i < draws; i++, at += stride)
		one(mode, type, at, buffers);
	free(copy);
}

/* How many draws the parameter buffer says; -1: it does not (error raised). */
static GLsizei counted(struct vgpu_context *ctx, GLintptr offset, GLsizei max)
{
	uint32_t buffer = ctx->gl->bound.buffer[VGPU_TARGET_PARAMETER];
	GLuint count = 0;

	if (offset < 0 || offset % 4 || max < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return -1;
	}
	if (!buffer || vgpu_gl_buffer_read(ctx, buffer, (uint64_t)offset, sizeof(count), &count)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return -1;
	}
	return count < (GLuint)max ? (GLsizei)count : max;
}

static bool index_type_ok(struct vgpu_context *ctx, GLenum type)
{
	if (vgpu_gl_index_bytes(type))
		return true;
	vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	return false;
}

void GLAPIENTRY entry_glMultiDrawArraysIndirectBindlessNV(GLenum mode, const void *indirect,
							  GLsizei drawCount, GLsizei stride,
							  GLint vertexBufferCount)
{
	VGPU_GL_CONTEXT();
	multi(ctx, mode, 0, indirect, drawCount, stride, vertexBufferCount);
}

void GLAPIENTRY entry_glMultiDrawElementsIndirectBindlessNV(GLenum mode, GLenum type,
							    const void *indirect, GLsizei drawCount,
							    GLsizei stride, GLint vertexBufferCount)
{
	VGPU_GL_CONTEXT();
	if (index_type_ok(ctx, type))
		multi(ctx, mode, type, indirect, drawCount, stride, vertexBufferCount);
}

void GLAPIENTRY entry_glMultiDrawArraysIndirectBindlessCountNV(GLenum mode, const void *indirect,
							       GLsizei drawCount,
							       GLsizei maxDrawCount, GLsizei stride,
							       GLint vertexBufferCount)
{
	GLsizei draws;

	VGPU_GL_CONTEXT();
	draws = counted(ctx, drawCount, maxDrawCount);
	if (draws >= 0)
		multi(ctx, mode, 0, indirect, draws, stride, vertexBufferCount);
}

void GLAPIENTRY entry_glMultiDrawElementsIndirectBindlessCountNV(
	GLenum mode, GLenum type, const void *indirect, GLsizei drawCount, GLsizei maxDrawCount,
	GLsizei stride, GLint vertexBufferCount)
{
	GLsizei draws;

	VGPU_GL_CONTEXT();
	if (!index_type_ok(ctx, type))
		return;
	draws = counted(ctx, drawCount, maxDrawCount);
	if (draws >= 0)
		multi(ctx, mode, type, indirect, draws, stride, vertexBufferCount);
}

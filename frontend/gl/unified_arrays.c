/* SPDX-License-Identifier: MIT */
/* Vertex arrays at addresses (unified.h): their formats, and the buffers they become. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/arrays_format.h"
#include "frontend/gl/unified_state.h"

/* Set a fixed-function or generic array's pointer with this buffer bound. */
static void set_pointer(struct vgpu_context *ctx, uint32_t array, uint32_t buffer, uint64_t offset)
{
	struct vgpu_gl_state *gl = ctx->gl;
	const struct vgpu_gl_array a = gl->vao->arrays[array];
	uint32_t old = gl->bound.buffer[VGPU_TARGET_ARRAY];

	entry_glBindBuffer(GL_ARRAY_BUFFER, buffer);
	vgpu_gl_array_set(ctx, array, a.size, a.type, a.flags,
			  (int32_t)gl->vao->bindings[array].stride,
			  (const void *)(uintptr_t)offset);
	entry_glBindBuffer(GL_ARRAY_BUFFER, old);
}

/* Does a binding serve the array of its own number alone, as glVertexAttribPointer leaves it? */
static bool plain(const struct vgpu_gl_vao *vao, uint32_t array)
{
	uint32_t i;

	if (array < VGPU_ARRAY_GENERIC0)
		return true;
	for (i = VGPU_ARRAY_GENERIC0; i < VGPU_ARRAY_COUNT; i++)
		if ((vao->arrays[i].binding == array) != (i == array))
			return false;
	return !vao->arrays[array].relative;
}

/* The range becomes the array's buffer, or that of the binding of its number. */
void vgpu_unified_array(struct vgpu_context *ctx, struct vgpu_gl_unified *u, uint32_t array)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	struct vgpu_gl_binding *b = &vao->bindings[array];
	struct vgpu_unified_before *before = &u->array_before[array];
	uint64_t offset;
	uint32_t buffer = vgpu_unified_buffer(ctx, u->array[array].address, &offset);

	if (!before->kept)
		*before = (struct vgpu_unified_before){ .kept = true,
							.buffer = b->buffer,
							.stride = b->stride,
							.offset = b->offset,
							.client = (vao->client &
								   VGPU_ARRAY_BIT(array)) != 0 };
	if (plain(vao, array))
		set_pointer(ctx, array, buffer, offset);
	else
		vgpu_gl_array_buffer(ctx, array - VGPU_ARRAY_GENERIC0, buffer, (GLintptr)offset,
				     (GLsizei)b->stride);
}

static void restore_array(struct vgpu_context *ctx, struct vgpu_gl_unified *u, uint32_t array)
{
	struct vgpu_unified_before *before = &u->array_before[array];

	if (plain(ctx->gl->vao, array))
		set_pointer(ctx, array, before->buffer, before->offset);
	else
		vgpu_gl_array_buffer(ctx, array - VGPU_ARRAY_GENERIC0, before->buffer,
				     (GLintptr)before->offset, (GLsizei)before->stride);
	before->kept = false;
}

void vgpu_unified_arrays(struct vgpu_context *ctx, struct vgpu_gl_unified *u, bool enable)
{
	uint32_t i;

	u->arrays = enable;
	for (i = 0; i < VGPU_ARRAY_COUNT; i++) {
		if (enable && u->array[i].address)
			vgpu_unified_array(ctx, u, i);
		else if (!enable && u->array_before[i].kept)
			restore_array(ctx, u, i);
	}
}

static void format(struct vgpu_context *ctx, uint32_t array, GLint size, GLenum type,
		   uint32_t flags, GLsizei stride)
{
	struct vgpu_gl_unified *u = vgpu_unified_of(ctx);
	struct vgpu_gl_array *a = &ctx->gl->vao->arrays[array];
	uint32_t bytes = vgpu_gl_array_bytes((uint32_t)size, type);

	if (!u)
		return;
	if (stride < 0 || ((size < 1 || size > 4) && size != GL_BGRA)) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (!bytes) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return;
	}
	a->size = (uint32_t)size;
	a->type = type;
	a->flags = flags;
	a->stride = stride;
	a->element_bytes = bytes;
	a->relative = 0;
	a->binding = array;
	ctx->gl->vao->bindings[array].stride = stride ? (uint32_t)stride : bytes;
	if (u->arrays && u->array[array].address)
		vgpu_unified_array(ctx, u, array);
}

#define FORMAT(name, params, array, size, type, flags)                                             \
	void GLAPIENTRY entry_gl##name params                                                      \
	{                                                                                          \
		VGPU_GL_CONTEXT();                                                                 \
		VGPU_GL_OUTSIDE();                                                                 \
		format(ctx, array, size, type, flags, stride);                                     \
	}
FORMAT(VertexFormatNV, (GLint size, GLenum type, GLsizei stride), VGPU_ARRAY_VERTEX, size, type, 0)
FORMAT(NormalFormatNV, (GLenum type, GLsizei stride), VGPU_ARRAY_NORMAL, 3, type,
       VGPU_ARRAY_NORMALIZED)
FORMAT(ColorFormatNV, (GLint size, GLenum type, GLsizei stride), VGPU_ARRAY_COLOR, size, type,
       VGPU_ARRAY_NORMALIZED)
FORMAT(IndexFormatNV, (GLenum type, GLsizei stride), VGPU_ARRAY_INDEX, 1, type, 0)
FORMAT(TexCoordFormatNV, (GLint size, GLenum type, GLsizei stride),
       VGPU_ARRAY_TEX0 + gl->client_texture, size, type, 0)
FORMAT(EdgeFlagFormatNV, (GLsizei stride), VGPU_ARRAY_EDGE_FLAG, 1, GL_UNSIGNED_BYTE, 0)
FORMAT(SecondaryColorFormatNV, (GLint size, GLenum type, GLsizei stride), VGPU_ARRAY_COLOR1, size,
       type, VGPU_ARRAY_NORMALIZED)
FORMAT(FogCoordFormatNV, (GLenum type, GLsizei stride), VGPU_ARRAY_FOG, 1, type, 0)

static void generic_format(GLuint index, GLint size, GLenum type, uint32_t flags, GLsizei stride)
{
	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (index >= VGPU_ARRAY_GENERIC_COUNT)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else
		format(ctx, VGPU_ARRAY_GENERIC0 + index, size, type, flags, stride);
}

void GLAPIENTRY entry_glVertexAttribFormatNV(GLuint index, GLint size, GLenum type,
					     GLboolean normalized, GLsizei stride)
{
	generic_format(index, size, type, normalized ? VGPU_ARRAY_NORMALIZED : 0, stride);
}

void GLAPIENTRY entry_glVertexAttribIFormatNV(GLuint index, GLint size, GLenum type, GLsizei stride)
{
	generic_format(index, size, type, VGPU_ARRAY_INTEGER, stride);
}

/* SPDX-License-Identifier: MIT */
/* Formats and buffer bindings apart (GL_ARB_vertex_attrib_binding), divisors. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/arrays_format.h"
#include "frontend/gl/state.h"

static bool index_ok(struct vgpu_context *ctx, GLuint index)
{
	if (index < VGPU_ARRAY_GENERIC_COUNT && index < (GLuint)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIBS))
		return true;
	vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	return false;
}

static bool have_vao(struct vgpu_context *ctx)
{
	if (!ctx->gl->core || ctx->gl->vao->name)
		return true;
	vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	return false;
}

/* An array is in client memory if its pointer was given with no buffer bound. */
static void no_client(struct vgpu_gl_vao *vao, uint32_t binding)
{
	uint32_t i;

	for (i = VGPU_ARRAY_GENERIC0; i < VGPU_ARRAY_COUNT; i++) {
		if (vao->arrays[i].binding == binding)
			vao->client &= ~VGPU_ARRAY_BIT(i);
	}
}

void vgpu_gl_array_format(struct vgpu_context *ctx, GLuint index, GLint size, GLenum type,
                          uint32_t flags, GLuint relative)
{
	struct vgpu_gl_array *a;

	if (!index_ok(ctx, index) || !have_vao(ctx))
		return;
	if (flags & VGPU_ARRAY_LONG)
		enc_glVertexAttribLFormat(ctx->stream, index, size, type, relative);
	else if (flags & VGPU_ARRAY_INTEGER)
		enc_glVertexAttribIFormat(ctx->stream, index, size, type, relative);
	else
		enc_glVertexAttribFormat(ctx->stream, index, size, type,
		                         (flags & VGPU_ARRAY_NORMALIZED) != 0, relative);
	if (!vgpu_gl_array_bytes(1, type) || ((size < 1 || size > 4) && size != GL_BGRA) ||
	    relative > 2047)
		return; /* the host raises the error */
	a = &ctx->gl->vao->arrays[VGPU_ARRAY_GENERIC0 + index];
	a->size = (uint32_t)size;
	a->type = type;
	a->flags = flags;
	a->relative = relative;
	a->element_bytes = vgpu_gl_array_bytes((uint32_t)size, type);
}

void vgpu_gl_array_bind(struct vgpu_context *ctx, GLuint index, GLuint binding)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	uint64_t bit = VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0 + index);

	if (!index_ok(ctx, index) || !index_ok(ctx, binding) || !have_vao(ctx))
		return;
	enc_glVertexAttribBinding(ctx->stream, index, binding);
	vao->arrays[VGPU_ARRAY_GENERIC0 + index].binding = VGPU_ARRAY_GENERIC0 + binding;
	if (index != binding)
		vao->client &= ~bit;
}

void vgpu_gl_array_buffer(struct vgpu_context *ctx, GLuint binding, GLuint buffer, GLintptr offset,
                          GLsizei stride)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	struct vgpu_gl_binding *b;

	if (!index_ok(ctx, binding) || !have_vao(ctx))
		return;
	if (offset < 0 || stride < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (buffer && !vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, buffer)) {
		if (ctx->gl->core || !ctx->gl->desktop) {
			vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
			return;
		}
		vgpu_guest_names_note(ctx, VGPU_NAME_BUFFER, buffer);
	}
	enc_glBindVertexBuffer(ctx->stream, binding, buffer, offset, stride);
	b = &vao->bindings[VGPU_ARRAY_GENERIC0 + binding];
	b->buffer = buffer;
	b->offset = (uint64_t)offset;
	b->stride = (uint32_t)stride;
	no_client(vao, VGPU_ARRAY_GENERIC0 + binding);
}

void vgpu_gl_array_divisor(struct vgpu_context *ctx, GLuint binding, GLuint divisor)
{
	if (!index_ok(ctx, binding) || !have_vao(ctx))
		return;
	enc_glVertexBindingDivisor(ctx->stream, binding, divisor);
	ctx->gl->vao->bindings[VGPU_ARRAY_GENERIC0 + binding].divisor = divisor;
}

void vgpu_gl_array_buffers(struct vgpu_context *ctx, GLuint first, GLsizei count,
                           const GLuint *buffers, const GLintptr *offsets, const GLsizei *strides)
{
	GLsizei i;

	if (count < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if ((uint64_t)first + (uint64_t)count > (uint64_t)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIB_BINDINGS)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	for (i = 0; i < count; i++) {
		if (buffers)
			vgpu_gl_array_buffer(ctx, first + (GLuint)i, buffers[i], offsets[i], strides[i]);
		else
			vgpu_gl_array_buffer(ctx, first + (GLuint)i, 0, 0, 16);
	}
}

void GLAPIENTRY entry_glVertexAttribFormat(GLuint attribindex, GLint size, GLenum type,
                                           GLboolean normalized, GLuint relativeoffset)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_format(ctx, attribindex, size, type, normalized ? VGPU_ARRAY_NORMALIZED : 0,
	                     relativeoffset);
}

void GLAPIENTRY entry_glVertexAttribIFormat(GLuint attribindex, GLint size, GLenum type,
                                            GLuint relativeoffset)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_format(ctx, attribindex, size, type, VGPU_ARRAY_INTEGER, relativeoffset);
}

void GLAPIENTRY entry_glVertexAttribLFormat(GLuint attribindex, GLint size, GLenum type,
                                            GLuint relativeoffset)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_format(ctx, attribindex, size, type, VGPU_ARRAY_LONG, relativeoffset);
}

void GLAPIENTRY entry_glVertexAttribBinding(GLuint attribindex, GLuint bindingindex)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_bind(ctx, attribindex, bindingindex);
}

void GLAPIENTRY entry_glBindVertexBuffer(GLuint bindingindex, GLuint buffer, GLintptr offset,
                                         GLsizei stride)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_buffer(ctx, bindingindex, buffer, offset, stride);
}

void GLAPIENTRY entry_glBindVertexBuffers(GLuint first, GLsizei count, const GLuint *buffers,
                                          const GLintptr *offsets, const GLsizei *strides)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_buffers(ctx, first, count, buffers, offsets, strides);
}

void GLAPIENTRY entry_glVertexBindingDivisor(GLuint bindingindex, GLuint divisor)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_array_divisor(ctx, bindingindex, divisor);
}

void GLAPIENTRY entry_glVertexAttribDivisor(GLuint index, GLuint divisor)
{
	VGPU_GL_CONTEXT();
	if (!index_ok(ctx, index) || !have_vao(ctx))
		return;
	enc_glVertexAttribDivisor(s, index, divisor);
	gl->vao->arrays[VGPU_ARRAY_GENERIC0 + index].binding = VGPU_ARRAY_GENERIC0 + index;
	gl->vao->bindings[VGPU_ARRAY_GENERIC0 + index].divisor = divisor;
}

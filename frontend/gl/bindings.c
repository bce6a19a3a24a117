/* SPDX-License-Identifier: MIT */
/* glBindBuffer and its relatives: tracked here, checked by the host. */
#include "frontend/gl/bindings.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/state.h"

enum vgpu_gl_target vgpu_gl_target(uint32_t target)
{
	switch (target) {
	case GL_ARRAY_BUFFER:
		return VGPU_TARGET_ARRAY;
	case GL_ELEMENT_ARRAY_BUFFER:
		return VGPU_TARGET_ELEMENT;
	case GL_PIXEL_PACK_BUFFER:
		return VGPU_TARGET_PIXEL_PACK;
	case GL_PIXEL_UNPACK_BUFFER:
		return VGPU_TARGET_PIXEL_UNPACK;
	case GL_COPY_READ_BUFFER:
		return VGPU_TARGET_COPY_READ;
	case GL_COPY_WRITE_BUFFER:
		return VGPU_TARGET_COPY_WRITE;
	case GL_UNIFORM_BUFFER:
		return VGPU_TARGET_UNIFORM;
	case GL_TRANSFORM_FEEDBACK_BUFFER:
		return VGPU_TARGET_TRANSFORM_FEEDBACK;
	case GL_TEXTURE_BUFFER:
		return VGPU_TARGET_TEXTURE;
	case GL_ATOMIC_COUNTER_BUFFER:
		return VGPU_TARGET_ATOMIC_COUNTER;
	case GL_SHADER_STORAGE_BUFFER:
		return VGPU_TARGET_SHADER_STORAGE;
	case GL_DRAW_INDIRECT_BUFFER:
		return VGPU_TARGET_DRAW_INDIRECT;
	case GL_DISPATCH_INDIRECT_BUFFER:
		return VGPU_TARGET_DISPATCH_INDIRECT;
	case GL_QUERY_BUFFER:
		return VGPU_TARGET_QUERY;
	case GL_PARAMETER_BUFFER:
		return VGPU_TARGET_PARAMETER;
	default:
		return VGPU_TARGET_UNKNOWN;
	}
}

uint32_t vgpu_gl_bound_buffer(const struct vgpu_gl_state *gl, uint32_t target)
{
	enum vgpu_gl_target t = vgpu_gl_target(target);

	if (t == VGPU_TARGET_ELEMENT)
		return gl->vao->element_buffer;
	return t < VGPU_TARGET_COUNT ? gl->bound.buffer[t] : 0;
}

void vgpu_gl_track_bind(struct vgpu_gl_state *gl, enum vgpu_gl_target target, uint32_t buffer)
{
	if (target == VGPU_TARGET_ELEMENT)
		gl->vao->element_buffer = buffer;
	else if (target < VGPU_TARGET_COUNT)
		gl->bound.buffer[target] = buffer;
}

/* May this name be bound? Raises the error if not. */
static bool may_bind(struct vgpu_context *ctx, GLuint buffer)
{
	if (!buffer || vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, buffer))
		return true;
	if (!ctx->gl->free_names) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	vgpu_guest_names_note(ctx, VGPU_NAME_BUFFER, buffer);
	return true;
}

/* Bound here, the GPU may write it without a command that names it. */
static void bound(struct vgpu_context *ctx, enum vgpu_gl_target t, GLuint buffer)
{
	vgpu_gl_track_bind(ctx->gl, t, buffer);
	if (buffer && (t == VGPU_TARGET_TRANSFORM_FEEDBACK || t == VGPU_TARGET_SHADER_STORAGE ||
	               t == VGPU_TARGET_ATOMIC_COUNTER || t == VGPU_TARGET_PIXEL_PACK ||
	               t == VGPU_TARGET_TEXTURE || t == VGPU_TARGET_QUERY))
		vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
}

void GLAPIENTRY entry_glBindBuffer(GLenum target, GLuint buffer)
{
	enum vgpu_gl_target t = vgpu_gl_target(target);

	VGPU_GL_CONTEXT();
	if (t == VGPU_TARGET_ELEMENT ? gl->vao->element_buffer == buffer
	                             : t < VGPU_TARGET_COUNT && gl->bound.buffer[t] == buffer)
		return;
	if (!may_bind(ctx, buffer))
		return;
	bound(ctx, t, buffer);
	enc_glBindBuffer(s, target, buffer);
}

void GLAPIENTRY entry_glBindBufferBase(GLenum target, GLuint index, GLuint buffer)
{
	VGPU_GL_CONTEXT();
	if (!may_bind(ctx, buffer))
		return;
	bound(ctx, vgpu_gl_target(target), buffer);
	enc_glBindBufferBase(s, target, index, buffer);
}

void GLAPIENTRY entry_glBindBufferRange(GLenum target, GLuint index, GLuint buffer,
                                        GLintptr offset, GLsizeiptr size)
{
	VGPU_GL_CONTEXT();
	if (buffer && (size <= 0 || offset < 0)) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (!may_bind(ctx, buffer))
		return;
	bound(ctx, vgpu_gl_target(target), buffer);
	enc_glBindBufferRange(s, target, index, buffer, offset, size);
}

void GLAPIENTRY entry_glBindBufferOffsetEXT(GLenum target, GLuint index, GLuint buffer,
                                            GLintptr offset)
{
	VGPU_GL_CONTEXT();
	if (!may_bind(ctx, buffer))
		return;
	bound(ctx, vgpu_gl_target(target), buffer);
	enc_glBindBufferOffsetEXT(s, target, index, buffer, offset);
}

/* These leave the generic binding alone. */
static void bound_many(struct vgpu_context *ctx, GLenum target, GLsizei count,
                       const GLuint *buffers)
{
	enum vgpu_gl_target t = vgpu_gl_target(target);
	GLsizei i;

	if (t != VGPU_TARGET_TRANSFORM_FEEDBACK && t != VGPU_TARGET_SHADER_STORAGE &&
	    t != VGPU_TARGET_ATOMIC_COUNTER)
		return;
	for (i = 0; buffers && i < count; i++)
		vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffers[i]));
}

void GLAPIENTRY entry_glBindBuffersBase(GLenum target, GLuint first, GLsizei count,
                                        const GLuint *buffers)
{
	VGPU_GL_CONTEXT();
	if (count < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	bound_many(ctx, target, count, buffers);
	enc_glBindBuffersBase(s, target, first, count, buffers);
}

void GLAPIENTRY entry_glBindBuffersRange(GLenum target, GLuint first, GLsizei count,
                                         const GLuint *buffers, const GLintptr *offsets,
                                         const GLsizeiptr *sizes)
{
	VGPU_GL_CONTEXT();
	if (count < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	bound_many(ctx, target, count, buffers);
	enc_glBindBuffersRange(s, target, first, count, buffers, buffers ? offsets : NULL,
	                       buffers ? sizes : NULL);
}

void GLAPIENTRY entry_glDeleteBuffers(GLsizei n, const GLuint *buffers)
{
	GLsizei i;
	int t;

	VGPU_GL_CONTEXT();
	if (n < 0 || !buffers) {
		if (n < 0)
			vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	enc_glDeleteBuffers(s, n, buffers);
	for (i = 0; i < n; i++) {
		struct vgpu_gl_buffer *b;

		if (!buffers[i])
			continue;
		for (t = 0; t < VGPU_TARGET_COUNT; t++) {
			if (gl->bound.buffer[t] == buffers[i])
				gl->bound.buffer[t] = 0;
		}
		vgpu_gl_vao_forget_buffer(gl->vao, buffers[i]);
		pthread_mutex_lock(&ctx->share->lock);
		b = (struct vgpu_gl_buffer *)vgpu_idmap_remove(&ctx->share->buffers, buffers[i]);
		pthread_mutex_unlock(&ctx->share->lock);
		if (!b)
			continue;
		vgpu_gl_map_drop(ctx, b);
		vgpu_gl_copy_free(b);
		free(b);
	}
	vgpu_guest_names_free(ctx, VGPU_NAME_BUFFER, (uint32_t)n, buffers);
}

/* Buffers that textures read may be written through images. */
void GLAPIENTRY entry_glTexBuffer(GLenum target, GLenum internalformat, GLuint buffer)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTexBuffer(s, target, internalformat, buffer);
}

void GLAPIENTRY entry_glTexBufferRange(GLenum target, GLenum internalformat, GLuint buffer,
                                       GLintptr offset, GLsizeiptr size)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTexBufferRange(s, target, internalformat, buffer, offset, size);
}

void GLAPIENTRY entry_glTextureBuffer(GLuint texture, GLenum internalformat, GLuint buffer)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTextureBuffer(s, texture, internalformat, buffer);
}

void GLAPIENTRY entry_glTextureBufferRange(GLuint texture, GLenum internalformat, GLuint buffer,
                                           GLintptr offset, GLsizeiptr size)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTextureBufferRange(s, texture, internalformat, buffer, offset, size);
}

void GLAPIENTRY entry_glTransformFeedbackBufferBase(GLuint xfb, GLuint index, GLuint buffer)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTransformFeedbackBufferBase(s, xfb, index, buffer);
}

void GLAPIENTRY entry_glTransformFeedbackBufferRange(GLuint xfb, GLuint index, GLuint buffer,
                                                     GLintptr offset, GLsizeiptr size)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_buffer_gpu_writes(vgpu_gl_buffer_get(ctx, buffer));
	enc_glTransformFeedbackBufferRange(s, xfb, index, buffer, offset, size);
}

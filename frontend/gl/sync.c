/* SPDX-License-Identifier: MIT */
/*
 * Sync objects, numbered here; glFlush, glFinish. Before a fence goes what the
 * program wrote into persistent maps, after a wait comes what the GPU wrote.
 */
#include <stdatomic.h>

#include "encode.h"
#include "entry.h"
#include "frontend/connection.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/sync.h"
#include "frontend/gl/state.h"

/* Numbers are for the whole process: contexts share sync objects. */
static _Atomic uint32_t last_sync;

static uint64_t id_of(GLsync sync)
{
	return (uintptr_t)sync;
}

void vgpu_gl_show_front(struct vgpu_context *ctx)
{
	if (ctx->draw && (ctx->gl->front || !vgpu_drawable_double_buffered(ctx->draw)))
		vgpu_drawable_flush_front(ctx->draw);
}

GLsync GLAPIENTRY entry_glFenceSync(GLenum condition, GLbitfield flags)
{
	uint32_t id;

	VGPU_GL_CONTEXT(NULL);
	if (condition != GL_SYNC_GPU_COMMANDS_COMPLETE) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return NULL;
	}
	if (flags) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return NULL;
	}
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	do
		id = atomic_fetch_add(&last_sync, 1) + 1;
	while (!id);
	enc_glFenceSync(s, condition, flags, id);
	return (GLsync)(uintptr_t)id;
}

GLenum GLAPIENTRY entry_glClientWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	GLenum result;

	VGPU_GL_CONTEXT(GL_WAIT_FAILED);
	result = enc_glClientWaitSync(s, id_of(sync), flags, timeout);
	if (s->lost)
		return GL_ALREADY_SIGNALED; /* nothing will ever be waited for again */
	if (result == GL_ALREADY_SIGNALED || result == GL_CONDITION_SATISFIED)
		vgpu_gl_maps_refresh(ctx);
	return result;
}

void GLAPIENTRY entry_glWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	VGPU_GL_CONTEXT();
	enc_glWaitSync(s, id_of(sync), flags, timeout);
}

void GLAPIENTRY entry_glDeleteSync(GLsync sync)
{
	VGPU_GL_CONTEXT();
	enc_glDeleteSync(s, id_of(sync));
}

GLboolean GLAPIENTRY entry_glIsSync(GLsync sync)
{
	VGPU_GL_CONTEXT(GL_FALSE);
	return enc_glIsSync(s, id_of(sync));
}

void GLAPIENTRY entry_glGetSynciv(GLsync sync, GLenum pname, GLsizei count, GLsizei *length,
                                  GLint *values)
{
	VGPU_GL_CONTEXT();
	enc_glGetSynciv(s, id_of(sync), pname, count, length, values);
	if (pname == GL_SYNC_STATUS && count > 0 && values) {
		if (s->lost)
			values[0] = GL_SIGNALED;
		if (values[0] == GL_SIGNALED)
			vgpu_gl_maps_refresh(ctx);
	}
}

void GLAPIENTRY entry_glObjectPtrLabel(const void *ptr, GLsizei length, const GLchar *label)
{
	uint64_t id = (uintptr_t)ptr;

	VGPU_GL_CONTEXT();
	if (label && !vgpu_fits(ctx, vgpu_string_bytes(label, length)))
		return;
	enc_glObjectPtrLabel(s, &id, sizeof(id), length, label);
}

void GLAPIENTRY entry_glGetObjectPtrLabel(const void *ptr, GLsizei bufSize, GLsizei *length,
                                          GLchar *label)
{
	uint64_t id = (uintptr_t)ptr;

	VGPU_GL_CONTEXT();
	enc_glGetObjectPtrLabel(s, &id, sizeof(id), bufSize, length, label);
}

/* GL_EXT_import_sync_object without an extension that has something to import. */
GLsync GLAPIENTRY entry_glImportSyncEXT(GLenum external_sync_type, GLintptr external_sync,
                                        GLbitfield flags)
{
	VGPU_GL_CONTEXT(NULL);
	(void)external_sync_type;
	(void)external_sync;
	(void)flags;
	vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	return NULL;
}

void GLAPIENTRY entry_glFlush(void)
{
	VGPU_GL_CONTEXT();
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	enc_glFlush(s);
	vgpu_gl_show_front(ctx);
	vgpu_order_flush(s);
}

void GLAPIENTRY entry_glFinish(void)
{
	VGPU_GL_CONTEXT();
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	enc_glFinish(s);
	vgpu_gl_show_front(ctx);
	vgpu_gl_maps_refresh(ctx);
	if (gl->debug.callback)
		vgpu_gl_debug_poll(ctx);
}

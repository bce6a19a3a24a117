/* SPDX-License-Identifier: MIT */
/*
 * Sync objects, numbered here; glFlush, glFinish. Before a fence goes what the
 * program wrote into persistent maps, after a wait comes what the GPU wrote.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "encode.h"
#include "entry.h"
#include "frontend/connection.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/sync.h"
#include "frontend/gl/state.h"
#include "protocol/idmap.h"

/* Numbers are for the whole process: contexts share sync objects. */
static _Atomic uint32_t last_sync;

/*
 * Those that are there. A number that the host does not know may be of a fence
 * that comes by another stream, for which it waits; what is no sync at all must
 * not get so far.
 */
static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vgpu_idmap live;

/* The number on the wire; 0, which the host refuses at once, for what is no sync. */
static uint64_t id_of(GLsync sync)
{
	uintptr_t id = (uintptr_t)sync;

	pthread_mutex_lock(&live_lock);
	if (id > UINT32_MAX || !vgpu_idmap_get(&live, (uint32_t)id))
		id = 0;
	pthread_mutex_unlock(&live_lock);
	return id;
}

void vgpu_gl_show_front(struct vgpu_context *ctx)
{
	if (ctx->draw && (ctx->gl->front || !vgpu_drawable_double_buffered(ctx->draw)))
		vgpu_drawable_flush_front(ctx->draw);
}

GLsync GLAPIENTRY entry_glFenceSync(GLenum condition, GLbitfield flags)
{
	uint32_t id;
	int rc;

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
	pthread_mutex_lock(&live_lock);
	rc = vgpu_idmap_set(&live, id, 1);
	pthread_mutex_unlock(&live_lock);
	if (rc) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	enc_glFenceSync(s, condition, flags, id);
	s->fences[id % VGPU_STREAM_FENCES] = id;
	return (GLsync)(uintptr_t)id;
}

/* ---- fences that are known to be signalled ------------------------------------------- */

/*
 * Is this one of the last fences made on this stream, not deleted by anyone, and does the worker
 * say that it is signalled? The program asks much more often than there is news.
 */
static bool known_signalled(struct vgpu_stream *s, GLsync sync)
{
	uint64_t id = id_of(sync);
	uint32_t done;

	if (s->lost || !id || s->fences[id % VGPU_STREAM_FENCES] != id)
		return false;
	done = vgpu_stream_fences_done(s);
	return done && (int32_t)(done - (uint32_t)id) >= 0;
}

/* The program goes on in the knowledge that the GPU has come this far. */
static void waited(struct vgpu_context *ctx)
{
	vgpu_gl_maps_refresh(ctx);
	vgpu_gl_maps_waited(ctx);
}

GLenum GLAPIENTRY entry_glClientWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	GLenum result;

	VGPU_GL_CONTEXT(GL_WAIT_FAILED);
	if (!(flags & ~(GLbitfield)GL_SYNC_FLUSH_COMMANDS_BIT) && known_signalled(s, sync)) {
		waited(ctx);
		return GL_ALREADY_SIGNALED;
	}
	result = enc_glClientWaitSync(s, id_of(sync), flags, timeout);
	if (s->lost)
		return GL_ALREADY_SIGNALED; /* nothing will ever be waited for again */
	if (result == GL_ALREADY_SIGNALED || result == GL_CONDITION_SATISFIED)
		waited(ctx);
	return result;
}

void GLAPIENTRY entry_glWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	VGPU_GL_CONTEXT();
	enc_glWaitSync(s, id_of(sync), flags, timeout);
}

void GLAPIENTRY entry_glDeleteSync(GLsync sync)
{
	uint64_t id;

	VGPU_GL_CONTEXT();
	if (!sync) /* nothing happens, says the specification */
		return;
	id = id_of(sync);
	pthread_mutex_lock(&live_lock);
	vgpu_idmap_remove(&live, (uint32_t)id);
	pthread_mutex_unlock(&live_lock);
	if (id)
		enc_glDeleteSync(s, id);
	else
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
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
	if (pname == GL_SYNC_STATUS && count > 0 && values && known_signalled(s, sync)) {
		values[0] = GL_SIGNALED;
		if (length)
			*length = 1;
		waited(ctx);
		return;
	}
	enc_glGetSynciv(s, id_of(sync), pname, count, length, values);
	if (pname == GL_SYNC_STATUS && count > 0 && values) {
		if (s->lost)
			values[0] = GL_SIGNALED;
		if (values[0] == GL_SIGNALED)
			waited(ctx);
	}
}

void GLAPIENTRY entry_glObjectPtrLabel(const void *ptr, GLsizei length, const GLchar *label)
{
	uint64_t id = id_of((GLsync)(uintptr_t)ptr);

	VGPU_GL_CONTEXT();
	if (label && !vgpu_fits(ctx, vgpu_string_bytes(label, length)))
		return;
	enc_glObjectPtrLabel(s, &id, sizeof(id), length, label);
}

void GLAPIENTRY entry_glGetObjectPtrLabel(const void *ptr, GLsizei bufSize, GLsizei *length,
                                          GLchar *label)
{
	uint64_t id = id_of((GLsync)(uintptr_t)ptr);

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
	waited(ctx);
	if (gl->debug.callback)
		vgpu_gl_debug_poll(ctx);
}

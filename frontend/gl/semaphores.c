/* SPDX-License-Identifier: MIT */
/* Semaphores of a share group (semaphores.h). */
#include "frontend/gl/semaphores.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

#define SIGNALS 64u       /* fences kept of one semaphore: an older value waits for a newer one */
#define SIGNAL_COMES_S 10 /* how long the GPU's wait waits for its signal to be given at all */

struct signal {
	uint64_t value;
	GLsync fence;
};

struct semaphore {
	GLenum type;        /* 0: a name of glGenSemaphoresEXT, into which nothing was imported */
	uint64_t value;     /* for the next glSignalSemaphoreEXT or glWaitSemaphoreEXT */
	uint64_t signalled; /* the highest */
	struct signal signals[SIGNALS]; /* a ring, values ascending */
	uint32_t first, count;
};

struct vgpu_gl_semaphores {
	pthread_mutex_t lock;
	pthread_cond_t signalled;
	struct vgpu_idmap all; /* struct semaphore */
};

void vgpu_gl_semaphores_destroy(struct vgpu_gl_semaphores *semaphores)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	if (!semaphores)
		return;
	while (vgpu_idmap_next(&semaphores->all, &cursor, &id, &value))
		free((void *)value);
	vgpu_idmap_finish(&semaphores->all);
	pthread_cond_destroy(&semaphores->signalled);
	pthread_mutex_destroy(&semaphores->lock);
	free(semaphores);
}

/* The share group's, made at first use. NULL: GL_OUT_OF_MEMORY was raised. */
static struct vgpu_gl_semaphores *semaphores_of(struct vgpu_context *ctx)
{
	struct vgpu_share *share = ctx->share;
	struct vgpu_gl_semaphores *all;
	pthread_condattr_t attr;

	pthread_mutex_lock(&share->lock);
	all = share->semaphores;
	if (!all) {
		all = calloc(1, sizeof(*all));
		if (all) {
			pthread_mutex_init(&all->lock, NULL);
			pthread_condattr_init(&attr);
			pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
			pthread_cond_init(&all->signalled, &attr);
			pthread_condattr_destroy(&attr);
		}
		share->semaphores = all;
	}
	pthread_mutex_unlock(&share->lock);
	if (!all)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return all;
}

static struct semaphore *find(const struct vgpu_gl_semaphores *all, GLuint name)
{
	return (struct semaphore *)vgpu_idmap_get(&all->all, name);
}

/* n new ones. False: an error was raised, and there are none. */
static bool create(struct vgpu_context *ctx, GLsizei n, GLuint *names, GLenum type)
{
	struct vgpu_gl_semaphores *all = semaphores_of(ctx);
	GLsizei i;

	if (!all)
		return false;
	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	if (vgpu_guest_names_alloc(ctx, VGPU_NAME_SEMAPHORE, (uint32_t)n, names)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	pthread_mutex_lock(&all->lock);
	for (i = 0; i < n; i++) {
		struct semaphore *s = calloc(1, sizeof(*s));

		if (s)
			s->type = type;
		if (!s || vgpu_idmap_set(&all->all, names[i], (uintptr_t)s)) {
			free(s);
			break;
		}
	}
	pthread_mutex_unlock(&all->lock);
	if (i < n)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return i == n;
}

/* ---- signals and waits ---------------------------------------------------------------------- */

/* A fence after what this context has done brings the value. */
static void signal_value(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLuint name,
			 uint64_t value)
{
	GLsync fence = entry_glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0), old = NULL;
	struct semaphore *s;

	entry_glFlush();
	pthread_mutex_lock(&all->lock);
	s = find(all, name);
	if (s && value > s->signalled && fence) {
		if (s->count == SIGNALS) {
			old = s->signals[s->first].fence;
			s->first = (s->first + 1) % SIGNALS;
			s->count--;
		}
		s->signals[(s->first + s->count++) % SIGNALS] = (struct signal){ value, fence };
		s->signalled = value;
		pthread_cond_broadcast(&all->signalled);
	} else {
		old = fence; /* nobody can wait for it */
	}
	pthread_mutex_unlock(&all->lock);
	if (old)
		entry_glDeleteSync(old);
}

/*
 * The fence that brings at least this value, NULL for one that is there from the
 * start. Waits for the signal to be given. False: it was not, or the semaphore is gone.
 */
static bool fence_of(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLuint name,
		     uint64_t value, bool for_ever, GLsync *fence_out)
{
	struct timespec until;
	struct semaphore *s;
	uint32_t i;
	int rc = 0;

	*fence_out = NULL;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SIGNAL_COMES_S;
	pthread_mutex_lock(&all->lock);
	while ((s = find(all, name)) && s->signalled < value && !ctx->stream->lost &&
	       (rc != ETIMEDOUT || for_ever)) {
		if (rc == ETIMEDOUT)
			until.tv_sec++;
		rc = pthread_cond_timedwait(&all->signalled, &all->lock, &until);
	}
	if (!s || s->signalled < value) {
		pthread_mutex_unlock(&all->lock);
		return false;
	}
	for (i = 0; value && i < s->count; i++) {
		const struct signal *at = &s->signals[(s->first + i) % SIGNALS];

		if (at->value >= value) {
			*fence_out = at->fence;
			break;
		}
	}
	pthread_mutex_unlock(&all->lock);
	return true;
}

static void wait_gpu(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLuint name,
		     uint64_t value)
{
	GLsync fence;

	if (fence_of(ctx, all, name, value, false, &fence) && fence)
		entry_glWaitSync(fence, 0, GL_TIMEOUT_IGNORED);
}

static void wait_client(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLuint name,
			uint64_t value)
{
	GLsync fence;

	if (!fence_of(ctx, all, name, value, true, &fence) || !fence)
		return;
	while (entry_glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000u) ==
	       GL_TIMEOUT_EXPIRED)
		;
}

/* All of these are there? Else an error. */
static bool known(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLsizei n,
		  const GLuint *names)
{
	GLsizei i;

	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	pthread_mutex_lock(&all->lock);
	for (i = 0; i < n && find(all, names[i]); i++)
		;
	pthread_mutex_unlock(&all->lock);
	if (i < n)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	return i == n;
}

/* ---- GL_NVX_progress_fence: on the one GPU that there is ----------------------------------------
 */

GLuint GLAPIENTRY entry_glCreateProgressFenceNVX(void)
{
	GLuint name = 0;

	VGPU_GL_CONTEXT(0);
	return create(ctx, 1, &name, GL_SEMAPHORE_TYPE_TIMELINE_NV) ? name : 0;
}

#define FENCES(name, params, gpu, act)                                                             \
	void GLAPIENTRY entry_gl##name params                                                      \
	{                                                                                          \
		struct vgpu_gl_semaphores *all;                                                    \
		GLsizei i;                                                                         \
		VGPU_GL_CONTEXT();                                                                 \
		VGPU_GL_OUTSIDE();                                                                 \
		if (gpu) {                                                                         \
			vgpu_gl_set_error(ctx, GL_INVALID_VALUE);                                  \
			return;                                                                    \
		}                                                                                  \
		all = semaphores_of(ctx);                                                          \
		if (!all || !known(ctx, all, fenceObjectCount, semaphoreArray))                    \
			return;                                                                    \
		for (i = 0; i < fenceObjectCount; i++)                                             \
			act(ctx, all, semaphoreArray[i], fenceValueArray[i]);                      \
	}
FENCES(SignalSemaphoreui64NVX,
       (GLuint signalGpu, GLsizei fenceObjectCount, const GLuint *semaphoreArray,
	const GLuint64 *fenceValueArray),
       signalGpu, signal_value)
FENCES(WaitSemaphoreui64NVX,
       (GLuint waitGpu, GLsizei fenceObjectCount, const GLuint *semaphoreArray,
	const GLuint64 *fenceValueArray),
       waitGpu, wait_gpu)
FENCES(ClientWaitSemaphoreui64NVX,
       (GLsizei fenceObjectCount, const GLuint *semaphoreArray, const GLuint64 *fenceValueArray), 0,
       wait_client)

/* ---- GL_EXT_semaphore, GL_NV_timeline_semaphore
 * --------------------------------------------------- */

void GLAPIENTRY entry_glGenSemaphoresEXT(GLsizei n, GLuint *semaphores)
{
	VGPU_GL_CONTEXT();
	create(ctx, n, semaphores, 0);
}

void GLAPIENTRY entry_glCreateSemaphoresNV(GLsizei n, GLuint *semaphores)
{
	VGPU_GL_CONTEXT();
	create(ctx, n, semaphores, GL_SEMAPHORE_TYPE_BINARY_NV);
}

void GLAPIENTRY entry_glDeleteSemaphoresEXT(GLsizei n, const GLuint *semaphores)
{
	struct vgpu_gl_semaphores *all;
	struct semaphore *gone;
	GLsizei i;

	VGPU_GL_CONTEXT();
	all = semaphores_of(ctx);
	if (!all)
		return;
	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	for (i = 0; i < n; i++) {
		pthread_mutex_lock(&all->lock);
		gone = (struct semaphore *)(semaphores[i]
						    ? vgpu_idmap_remove(&all->all, semaphores[i])
						    : 0);
		pthread_cond_broadcast(&all->signalled);
		pthread_mutex_unlock(&all->lock);
		for (; gone && gone->count;
		     gone->count--, gone->first = (gone->first + 1) % SIGNALS)
			entry_glDeleteSync(gone->signals[gone->first].fence);
		free(gone);
	}
	vgpu_guest_names_free(ctx, VGPU_NAME_SEMAPHORE, (uint32_t)n, semaphores);
}

GLboolean GLAPIENTRY entry_glIsSemaphoreEXT(GLuint semaphore)
{
	struct vgpu_gl_semaphores *all;
	bool is = false;

	VGPU_GL_CONTEXT(GL_FALSE);
	all = semaphores_of(ctx);
	if (all && semaphore) {
		pthread_mutex_lock(&all->lock);
		is = find(all, semaphore) && find(all, semaphore)->type;
		pthread_mutex_unlock(&all->lock);
	}
	return is;
}

enum what { SET_TYPE, GET_TYPE, SET_VALUE, GET_VALUE };

/* One parameter of a semaphore; value is read or written. */
static void parameter(GLuint semaphore, GLenum pname, enum what what, uint64_t *value)
{
	const GLenum expected =
		what <= GET_TYPE ? GL_SEMAPHORE_TYPE_NV : GL_TIMELINE_SEMAPHORE_VALUE_NV;
	struct vgpu_gl_semaphores *all;
	GLenum error = GL_NO_ERROR;
	struct semaphore *sem;

	VGPU_GL_CONTEXT();
	all = semaphores_of(ctx);
	if (!all)
		return;
	pthread_mutex_lock(&all->lock);
	sem = semaphore ? find(all, semaphore) : NULL;
	if (!sem || !sem->type)
		error = GL_INVALID_VALUE;
	else if (pname != expected)
		error = GL_INVALID_ENUM;
	else if (what == GET_TYPE)
		*value = sem->type;
	else if (what == GET_VALUE)
		*value = sem->value;
	else if (what == SET_VALUE && sem->type != GL_SEMAPHORE_TYPE_TIMELINE_NV)
		error = GL_INVALID_OPERATION;
	else if (what == SET_VALUE)
		sem->value = *value;
	else if (*value != GL_SEMAPHORE_TYPE_BINARY_NV && *value != GL_SEMAPHORE_TYPE_TIMELINE_NV)
		error = GL_INVALID_VALUE;
	else
		sem->type = (GLenum)*value;
	pthread_mutex_unlock(&all->lock);
	if (error != GL_NO_ERROR)
		vgpu_gl_set_error(ctx, error);
}

void GLAPIENTRY entry_glSemaphoreParameterivNV(GLuint semaphore, GLenum pname, const GLint *params)
{
	uint64_t value = (uint32_t)*params;

	parameter(semaphore, pname, SET_TYPE, &value);
}

void GLAPIENTRY entry_glGetSemaphoreParameterivNV(GLuint semaphore, GLenum pname, GLint *params)
{
	uint64_t value = (uint32_t)*params;

	parameter(semaphore, pname, GET_TYPE, &value);
	*params = (GLint)value;
}

void GLAPIENTRY entry_glSemaphoreParameterui64vEXT(GLuint semaphore, GLenum pname,
						   const GLuint64 *params)
{
	uint64_t value = *params;

	parameter(semaphore, pname, SET_VALUE, &value);
}

void GLAPIENTRY entry_glGetSemaphoreParameterui64vEXT(GLuint semaphore, GLenum pname,
						      GLuint64 *params)
{
	uint64_t value = *params;

	parameter(semaphore, pname, GET_VALUE, &value);
	*params = value;
}

/* The value to signal or wait for. False with the error raised: nothing was ever imported into it.
 */
static bool timeline(struct vgpu_context *ctx, struct vgpu_gl_semaphores *all, GLuint semaphore,
		     uint64_t *value_out)
{
	struct semaphore *s;
	bool ok;

	pthread_mutex_lock(&all->lock);
	s = semaphore ? find(all, semaphore) : NULL;
	ok = s && s->type == GL_SEMAPHORE_TYPE_TIMELINE_NV;
	if (ok)
		*value_out = s->value;
	pthread_mutex_unlock(&all->lock);
	if (!ok)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	return ok;
}

/* Layouts and barriers are of images that another API shares: all here is GL's already. */
void GLAPIENTRY entry_glWaitSemaphoreEXT(GLuint semaphore, GLuint numBufferBarriers,
					 const GLuint *buffers, GLuint numTextureBarriers,
					 const GLuint *textures, const GLenum *srcLayouts)
{
	struct vgpu_gl_semaphores *all;
	uint64_t value;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	all = semaphores_of(ctx);
	if (all && timeline(ctx, all, semaphore, &value))
		wait_gpu(ctx, all, semaphore, value);
}

void GLAPIENTRY entry_glSignalSemaphoreEXT(GLuint semaphore, GLuint numBufferBarriers,
					   const GLuint *buffers, GLuint numTextureBarriers,
					   const GLuint *textures, const GLenum *dstLayouts)
{
	struct vgpu_gl_semaphores *all;
	uint64_t value;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	all = semaphores_of(ctx);
	if (all && timeline(ctx, all, semaphore, &value))
		signal_value(ctx, all, semaphore, value);
}

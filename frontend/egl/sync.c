/* SPDX-License-Identifier: MIT */
/*
 * Sync objects. A fence is a GL sync object of the context that was current; who
 * waits on it from elsewhere does so through a context of the same share group,
 * made for that purpose. A reusable sync lives here alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/egl/gl.h"

struct vgpu_egl_sync {
	struct vgpu_egl_object object;
	EGLenum type; /* EGL_SYNC_FENCE or EGL_SYNC_REUSABLE_KHR */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool signaled, dying;
	GLsync fence;                     /* NULL once signaled */
	struct vgpu_egl_context *context; /* the fence's, counted */
	struct vgpu_context *waiter;      /* shares with it; made when needed */
};

/* May the calling thread use the fence as it is? */
static bool in_share_group(const struct vgpu_egl_sync *sync)
{
	return vgpu_current && vgpu_current->share == sync->context->context->share;
}

/* A context to wait with where none of the share group is current. */
struct visit {
	struct vgpu_context *old;
	struct vgpu_drawable *draw, *read;
};

static bool enter(struct vgpu_egl_sync *sync, struct visit *visit)
{
	*visit = (struct visit){ .old = vgpu_current };
	if (in_share_group(sync)) {
		visit->old = NULL;
		return true;
	}
	if (vgpu_current) {
		visit->draw = vgpu_current->draw;
		visit->read = vgpu_current->read;
	}
	if (!sync->waiter) {
		struct vgpu_context_params params = *vgpu_context_params(sync->context->context);

		params.share = sync->context->context;
		if (vgpu_context_create(sync->context->context->client, &params, &sync->waiter) !=
		    EGL_SUCCESS)
			return false;
	}
	return vgpu_context_make_current(sync->waiter, NULL, NULL) == EGL_SUCCESS;
}

static void leave(const struct vgpu_egl_sync *sync, const struct visit *visit)
{
	if (vgpu_current == sync->waiter)
		vgpu_context_make_current(visit->old, visit->draw, visit->read);
}

static void delete_fence(struct vgpu_egl_sync *sync)
{
	struct visit visit;

	if (!sync->fence)
		return;
	if (!vgpu_context_lost(sync->context->context) && enter(sync, &visit)) {
		vgpu_egl_gl()->DeleteSync(sync->fence);
		leave(sync, &visit);
	}
	sync->fence = NULL;
}

void vgpu_egl_sync_free(struct vgpu_egl_sync *sync)
{
	delete_fence(sync);
	vgpu_context_destroy(sync->waiter);
	vgpu_egl_object_put((void *)sync->context);
	pthread_cond_destroy(&sync->changed);
	pthread_mutex_destroy(&sync->lock);
	free(sync);
}

/* Put a fence into the current context's commands. */
static EGLint insert_fence(struct vgpu_egl_display *display, struct vgpu_egl_sync *sync)
{
	struct vgpu_egl_context *context = vgpu_egl_thread()->context;
	const struct vgpu_egl_gl *gl = vgpu_egl_gl();

	if (!context || context->object.display != display)
		return EGL_BAD_MATCH;
	pthread_mutex_lock(&vgpu_egl_lock);
	context->object.refs++;
	pthread_mutex_unlock(&vgpu_egl_lock);
	sync->context = context;
	/* OpenGL ES 1 and GL before 3.2 have no sync objects: wait now */
	if (gl->FenceSync && context->context->params.api != VGPU_API_GLES1)
		sync->fence = gl->FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	if (sync->fence) {
		/* a thread that waits must not depend on this one flushing later */
		gl->Flush();
	} else {
		gl->Finish();
		sync->signaled = true;
	}
	return EGL_SUCCESS;
}

static EGLSync create(EGLDisplay dpy, EGLenum type, bool attribs, EGLint bad_type)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_sync *sync;
	pthread_condattr_t clock;
	EGLint error = EGL_SUCCESS;

	if (!display)
		return EGL_NO_SYNC;
	if (type != EGL_SYNC_FENCE && type != EGL_SYNC_REUSABLE_KHR)
		error = bad_type;
	else if (attribs)
		error = EGL_BAD_ATTRIBUTE;
	if (error != EGL_SUCCESS) {
		vgpu_egl_error(error);
		return EGL_NO_SYNC;
	}
	sync = calloc(1, sizeof(*sync));
	if (!sync) {
		vgpu_egl_error(EGL_BAD_ALLOC);
		return EGL_NO_SYNC;
	}
	sync->type = type;
	pthread_mutex_init(&sync->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&sync->changed, &clock);
	pthread_condattr_destroy(&clock);
	if (type == EGL_SYNC_FENCE)
		error = insert_fence(display, sync);
	if (error != EGL_SUCCESS) {
		vgpu_egl_sync_free(sync);
		vgpu_egl_error(error);
		return EGL_NO_SYNC;
	}
	vgpu_egl_object_add(&sync->object, VGPU_EGL_SYNC, display);
	return sync;
}

EGLSync EGLAPIENTRY vgpu_eglCreateSync(EGLDisplay dpy, EGLenum type, const EGLAttrib *attribs)
{
	return create(dpy, type, attribs && attribs[0] != EGL_NONE, EGL_BAD_PARAMETER);
}

EGLSyncKHR EGLAPIENTRY vgpu_eglCreateSyncKHR(EGLDisplay dpy, EGLenum type, const EGLint *attribs)
{
	return create(dpy, type, attribs && attribs[0] != EGL_NONE, EGL_BAD_ATTRIBUTE);
}

EGLBoolean EGLAPIENTRY vgpu_eglDestroySync(EGLDisplay dpy, EGLSync handle)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_sync *sync;

	if (!display)
		return EGL_FALSE;
	sync = vgpu_egl_object_take(display, handle, VGPU_EGL_SYNC);
	if (!sync)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	/* who waits for a reusable sync is let go */
	pthread_mutex_lock(&sync->lock);
	sync->dying = true;
	pthread_cond_broadcast(&sync->changed);
	pthread_mutex_unlock(&sync->lock);
	vgpu_egl_object_put(&sync->object);
	return EGL_TRUE;
}

/* ---- waiting -------------------------------------------------------------------------------- */

static EGLint wait_reusable(struct vgpu_egl_sync *sync, EGLTime timeout)
{
	struct timespec until;
	int rc = 0;

	if (timeout != EGL_FOREVER) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		/* more than a century is for ever */
		if (timeout / 1000000000u > UINT32_MAX)
			timeout = EGL_FOREVER;
		else
			until.tv_sec += (time_t)(timeout / 1000000000u);
		until.tv_nsec += (long)(timeout % 1000000000u);
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
	}
	pthread_mutex_lock(&sync->lock);
	while (!sync->signaled && !sync->dying && rc == 0)
		rc = timeout == EGL_FOREVER
		             ? pthread_cond_wait(&sync->changed, &sync->lock)
		             : pthread_cond_timedwait(&sync->changed, &sync->lock, &until);
	rc = sync->signaled || sync->dying;
	pthread_mutex_unlock(&sync->lock);
	return rc ? EGL_CONDITION_SATISFIED : EGL_TIMEOUT_EXPIRED;
}

/*
 * One thread at a time waits through the fence; the lock is not held while it
 * waits in the thread's own context, only where the shared waiter is used.
 */
static EGLint wait_fence(struct vgpu_egl_sync *sync, EGLTime timeout)
{
	struct visit visit;
	bool here = in_share_group(sync);
	GLenum result = GL_WAIT_FAILED;
	GLsync fence;

	pthread_mutex_lock(&sync->lock);
	fence = sync->signaled ? NULL : sync->fence;
	if (!fence) {
		pthread_mutex_unlock(&sync->lock);
		return EGL_CONDITION_SATISFIED;
	}
	if (here)
		pthread_mutex_unlock(&sync->lock);
	if (vgpu_context_lost(sync->context->context)) {
		/* the backend is gone: nothing is pending any more */
		result = GL_ALREADY_SIGNALED;
	} else if (enter(sync, &visit)) {
		result = vgpu_egl_gl()->ClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, timeout);
		leave(sync, &visit);
	}
	if (here)
		pthread_mutex_lock(&sync->lock);
	if (result == GL_ALREADY_SIGNALED || result == GL_CONDITION_SATISFIED)
		sync->signaled = true;
	pthread_mutex_unlock(&sync->lock);
	if (result == GL_TIMEOUT_EXPIRED)
		return EGL_TIMEOUT_EXPIRED;
	return result == GL_WAIT_FAILED ? EGL_FALSE : EGL_CONDITION_SATISFIED;
}

EGLint EGLAPIENTRY vgpu_eglClientWaitSync(EGLDisplay dpy, EGLSync handle, EGLint flags,
                                          EGLTime timeout)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	const struct vgpu_egl_context *current = vgpu_egl_thread()->context;
	struct vgpu_egl_sync *sync;
	EGLint result;

	if (!display)
		return EGL_FALSE;
	sync = vgpu_egl_object_get(display, handle, VGPU_EGL_SYNC);
	if (!sync)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (sync->type == EGL_SYNC_FENCE) {
		result = wait_fence(sync, timeout);
	} else {
		if ((flags & EGL_SYNC_FLUSH_COMMANDS_BIT) && current)
			vgpu_egl_gl()->Flush();
		result = wait_reusable(sync, timeout);
	}
	vgpu_egl_object_put(&sync->object);
	if (result == EGL_FALSE)
		vgpu_egl_error(EGL_BAD_ALLOC);
	return result;
}

EGLint EGLAPIENTRY vgpu_eglWaitSync(EGLDisplay dpy, EGLSync handle, EGLint flags)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_sync *sync;

	if (!display)
		return EGL_FALSE;
	if (!vgpu_egl_thread()->context)
		return vgpu_egl_error(EGL_BAD_MATCH);
	if (flags != 0)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	sync = vgpu_egl_object_get(display, handle, VGPU_EGL_SYNC);
	if (!sync)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (sync->type != EGL_SYNC_FENCE) {
		vgpu_egl_object_put(&sync->object);
		return vgpu_egl_error(EGL_BAD_MATCH);
	}
	/* the GPU waits where it can, this thread where it cannot */
	if (sync->fence && in_share_group(sync) && vgpu_egl_gl()->WaitSync)
		vgpu_egl_gl()->WaitSync(sync->fence, 0, GL_TIMEOUT_IGNORED);
	else
		wait_fence(sync, EGL_FOREVER);
	vgpu_egl_object_put(&sync->object);
	return EGL_TRUE;
}

EGLint EGLAPIENTRY vgpu_eglWaitSyncKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags)
{
	return vgpu_eglWaitSync(dpy, sync, flags);
}

EGLBoolean EGLAPIENTRY vgpu_eglSignalSyncKHR(EGLDisplay dpy, EGLSyncKHR handle, EGLenum mode)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_sync *sync;
	EGLint error = EGL_SUCCESS;

	if (!display)
		return EGL_FALSE;
	sync = vgpu_egl_object_get(display, handle, VGPU_EGL_SYNC);
	if (!sync)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (sync->type != EGL_SYNC_REUSABLE_KHR) {
		error = EGL_BAD_MATCH;
	} else if (mode != EGL_SIGNALED_KHR && mode != EGL_UNSIGNALED_KHR) {
		error = EGL_BAD_PARAMETER;
	} else {
		pthread_mutex_lock(&sync->lock);
		sync->signaled = mode == EGL_SIGNALED_KHR;
		pthread_cond_broadcast(&sync->changed);
		pthread_mutex_unlock(&sync->lock);
	}
	vgpu_egl_object_put(&sync->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglGetSyncAttrib(EGLDisplay dpy, EGLSync handle, EGLint attribute,
                                             EGLAttrib *value)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_sync *sync;
	EGLint error = EGL_SUCCESS;

	if (!display)
		return EGL_FALSE;
	if (!value)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	sync = vgpu_egl_object_get(display, handle, VGPU_EGL_SYNC);
	if (!sync)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (attribute == EGL_SYNC_TYPE) {
		*value = sync->type;
	} else if (attribute == EGL_SYNC_STATUS) {
		if (sync->type == EGL_SYNC_FENCE)
			wait_fence(sync, 0);
		*value = sync->signaled ? EGL_SIGNALED : EGL_UNSIGNALED;
	} else if (attribute == EGL_SYNC_CONDITION && sync->type == EGL_SYNC_FENCE) {
		*value = EGL_SYNC_PRIOR_COMMANDS_COMPLETE;
	} else {
		error = EGL_BAD_ATTRIBUTE;
	}
	vgpu_egl_object_put(&sync->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglGetSyncAttribKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint attribute,
                                                EGLint *value)
{
	EGLAttrib wide = 0;

	if (!vgpu_eglGetSyncAttrib(dpy, sync, attribute, value ? &wide : NULL))
		return EGL_FALSE;
	*value = (EGLint)wide;
	return EGL_TRUE;
}

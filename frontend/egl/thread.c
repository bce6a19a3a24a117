/* SPDX-License-Identifier: MIT */
/* What a thread has: its last error and what is current on it. */
#include <stdlib.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

static __thread struct vgpu_egl_thread state = { .error = EGL_SUCCESS };
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void thread_ends(void *data)
{
	vgpu_egl_release_current();
}

static void make_key(void)
{
	pthread_key_create(&key, thread_ends);
}

struct vgpu_egl_thread *vgpu_egl_thread(void)
{
	pthread_once(&once, make_key);
	if (!pthread_getspecific(key))
		pthread_setspecific(key, &state);
	return &state;
}

void vgpu_egl_clear_error(void)
{
	state.error = EGL_SUCCESS;
}

EGLBoolean vgpu_egl_error(EGLint error)
{
	state.error = error;
	if (error != EGL_SUCCESS)
		vgpu_debug("egl: error %#x", error);
	return EGL_FALSE;
}

EGLint EGLAPIENTRY vgpu_eglGetError(void)
{
	EGLint error = state.error;

	state.error = EGL_SUCCESS;
	return error;
}

EGLBoolean EGLAPIENTRY vgpu_eglReleaseThread(void)
{
	vgpu_egl_release_current();
	state.error = EGL_SUCCESS;
	return EGL_TRUE;
}

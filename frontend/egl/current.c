/* SPDX-License-Identifier: MIT */
/* What is current on a thread: eglMakeCurrent, swapping, waiting. */
#include <errno.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

#define MAX_SWAP_INTERVAL 10

/* A surface becomes current on this thread once more; the reference is the caller's. */
static void bind(struct vgpu_egl_surface *surface, struct vgpu_egl_thread *thread)
{
	if (!surface)
		return;
	surface->bound++;
	surface->thread = thread;
}

static void unbind(struct vgpu_egl_surface *surface)
{
	if (surface && --surface->bound == 0)
		surface->thread = NULL;
}

/* Replace what the thread has; takes the references of the new, drops those of the old. */
static void set_current(struct vgpu_egl_thread *thread, struct vgpu_egl_context *context,
                        struct vgpu_egl_surface *draw, struct vgpu_egl_surface *read)
{
	struct vgpu_egl_thread old = *thread;

	pthread_mutex_lock(&vgpu_egl_lock);
	if (old.context)
		old.context->thread = NULL;
	unbind(old.draw);
	unbind(old.read);
	thread->context = context;
	thread->draw = draw;
	thread->read = read;
	if (context)
		context->thread = thread;
	bind(draw, thread);
	bind(read, thread);
	pthread_mutex_unlock(&vgpu_egl_lock);
	vgpu_egl_object_put((void *)old.draw);
	vgpu_egl_object_put((void *)old.read);
	vgpu_egl_object_put((void *)old.context);
}

void vgpu_egl_release_current(void)
{
	struct vgpu_egl_thread *thread = vgpu_egl_thread();

	if (!thread->context)
		return;
	vgpu_context_make_current(NULL, NULL, NULL);
	set_current(thread, NULL, NULL, NULL);
}

/* May these be current together, here? */
static EGLint check(const struct vgpu_egl_context *context, const struct vgpu_egl_surface *draw,
                    const struct vgpu_egl_surface *read)
{
	const struct vgpu_egl_thread *thread = vgpu_egl_thread();
	const struct vgpu_egl_surface *surfaces[2] = { draw, read };
	uint32_t width, height;

	if (context->thread && context->thread != thread)
		return EGL_BAD_ACCESS;
	for (int i = 0; i < 2; i++) {
		const struct vgpu_egl_surface *surface = surfaces[i];

		if (!surface)
			continue;
		if (surface->thread && surface->thread != thread)
			return EGL_BAD_ACCESS;
		if (context->config &&
		    !vgpu_egl_config_compatible(context->config, surface->config))
			return EGL_BAD_MATCH;
		if (surface->type == EGL_WINDOW_BIT &&
		    !surface->impl->size(surface->present, &width, &height))
			return EGL_BAD_NATIVE_WINDOW;
	}
	return EGL_SUCCESS;
}

static EGLBoolean make_current(struct vgpu_egl_display *display, EGLContext ctx,
                               EGLSurface draw_handle, EGLSurface read_handle)
{
	struct vgpu_egl_surface *draw = NULL, *read = NULL, *texture = NULL;
	struct vgpu_egl_thread *thread = vgpu_egl_thread();
	struct vgpu_egl_context *context;
	EGLint error;

	context = vgpu_egl_object_get(display, ctx, VGPU_EGL_CONTEXT);
	error = EGL_BAD_CONTEXT;
	if (!context)
		goto out;
	error = EGL_BAD_SURFACE;
	if (draw_handle != EGL_NO_SURFACE) {
		draw = vgpu_egl_object_get(display, draw_handle, VGPU_EGL_SURFACE);
		if (!draw)
			goto out;
	}
	if (read_handle != EGL_NO_SURFACE) {
		read = vgpu_egl_object_get(display, read_handle, VGPU_EGL_SURFACE);
		if (!read)
			goto out;
	}
	error = EGL_BAD_MATCH;
	if (!draw != !read)
		goto out;
	error = check(context, draw, read);
	if (error != EGL_SUCCESS)
		goto out;
	error = (EGLint)vgpu_context_make_current(context->context, draw ? draw->drawable : NULL,
	                                          read ? read->drawable : NULL);
	if (error != EGL_SUCCESS) {
		/* the old one may have been released before the new one failed */
		if (thread->context && vgpu_current != thread->context->context)
			set_current(thread, NULL, NULL, NULL);
		goto out;
	}
	if (thread->draw && thread->draw != draw && thread->draw->texture_bound)
		texture = vgpu_egl_object_get(display, thread->draw, VGPU_EGL_SURFACE);
	set_current(thread, context, draw, read);
	if (texture) {
		vgpu_egl_texture_refresh(texture);
		vgpu_egl_object_put(&texture->object);
	}
	return EGL_TRUE;
out:
	vgpu_egl_object_put((void *)read);
	vgpu_egl_object_put((void *)draw);
	vgpu_egl_object_put((void *)context);
	return vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglMakeCurrent(EGLDisplay dpy, EGLSurface draw, EGLSurface read,
                                           EGLContext ctx)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);

	if (ctx == EGL_NO_CONTEXT && draw == EGL_NO_SURFACE && read == EGL_NO_SURFACE) {
		/* releasing works after eglTerminate too */
		if (!display && vgpu_egl_thread()->error == EGL_BAD_DISPLAY)
			return EGL_FALSE;
		vgpu_egl_clear_error();
		vgpu_egl_release_current();
		return EGL_TRUE;
	}
	if (!display)
		return EGL_FALSE;
	if (ctx == EGL_NO_CONTEXT)
		return vgpu_egl_error(EGL_BAD_MATCH);
	return make_current(display, ctx, draw, read);
}

EGLContext EGLAPIENTRY vgpu_eglGetCurrentContext(void)
{
	return vgpu_egl_thread()->context;
}

EGLSurface EGLAPIENTRY vgpu_eglGetCurrentSurface(EGLint which)
{
	vgpu_egl_clear_error();
	if (which == EGL_DRAW)
		return vgpu_egl_thread()->draw;
	if (which == EGL_READ)
		return vgpu_egl_thread()->read;
	vgpu_egl_error(EGL_BAD_PARAMETER);
	return EGL_NO_SURFACE;
}

EGLDisplay EGLAPIENTRY vgpu_eglGetCurrentDisplay(void)
{
	const struct vgpu_egl_context *context = vgpu_egl_thread()->context;

	return context ? context->object.display : EGL_NO_DISPLAY;
}

/* ---- swapping ----------------------------------------------------------------------------- */

EGLBoolean EGLAPIENTRY vgpu_eglSwapBuffers(EGLDisplay dpy, EGLSurface handle)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *surface = vgpu_egl_thread()->draw;
	int rc;

	if (!display)
		return EGL_FALSE;
	/* only what this thread draws to can be swapped, so that nothing has to be looked up */
	if (!surface || handle != surface || surface->object.display != display)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	if (vgpu_context_lost(vgpu_egl_thread()->context->context))
		return vgpu_egl_error(EGL_CONTEXT_LOST);
	if (surface->type != EGL_WINDOW_BIT)
		return EGL_TRUE;
	if (surface->render_buffer == EGL_SINGLE_BUFFER)
		rc = vgpu_drawable_flush_front(surface->drawable);
	else
		rc = vgpu_drawable_swap(surface->drawable);
	surface->age_read = surface->damage_set = false;
	if (rc == -EIO)
		return vgpu_egl_error(EGL_CONTEXT_LOST);
	if (rc < 0)
		return vgpu_egl_error(EGL_BAD_ALLOC);
	return EGL_TRUE;
}

/* Damage may be ignored: it is a hint. */
EGLBoolean EGLAPIENTRY vgpu_eglSwapBuffersWithDamageKHR(EGLDisplay dpy, EGLSurface surface,
                                                        const EGLint *rects, EGLint count)
{
	if (count < 0 || (count > 0 && !rects)) {
		vgpu_egl_clear_error();
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	}
	return vgpu_eglSwapBuffers(dpy, surface);
}

/* A promise of the program that all else stays: the back buffer is kept anyway. */
EGLBoolean EGLAPIENTRY vgpu_eglSetDamageRegionKHR(EGLDisplay dpy, EGLSurface handle, EGLint *rects,
                                                  EGLint count)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *surface = vgpu_egl_thread()->draw;

	if (!display)
		return EGL_FALSE;
	if (count < 0 || (count > 0 && !rects))
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (!surface || handle != surface || surface->object.display != display ||
	    surface->type != EGL_WINDOW_BIT || surface->swap_behavior != EGL_BUFFER_DESTROYED)
		return vgpu_egl_error(EGL_BAD_MATCH);
	if (!surface->age_read || surface->damage_set)
		return vgpu_egl_error(EGL_BAD_ACCESS);
	surface->damage_set = true;
	return EGL_TRUE;
}

EGLBoolean EGLAPIENTRY vgpu_eglSwapInterval(EGLDisplay dpy, EGLint interval)
{
	struct vgpu_egl_thread *thread = vgpu_egl_thread();

	if (!vgpu_egl_display_get(dpy))
		return EGL_FALSE;
	if (!thread->context)
		return vgpu_egl_error(EGL_BAD_CONTEXT);
	if (!thread->draw)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	if (interval < 0)
		interval = 0;
	if (interval > MAX_SWAP_INTERVAL)
		interval = MAX_SWAP_INTERVAL;
	vgpu_drawable_set_swap_interval(thread->draw->drawable, interval);
	return EGL_TRUE;
}

/* ---- waiting ------------------------------------------------------------------------------ */

EGLBoolean EGLAPIENTRY vgpu_eglWaitClient(void)
{
	static void (*finish)(void);
	struct vgpu_egl_thread *thread = vgpu_egl_thread();

	vgpu_egl_clear_error();
	if (!thread->context)
		return EGL_TRUE;
	if (!finish)
		*(void **)&finish = vgpu_gl_get_proc("glFinish");
	if (finish)
		finish();
	if (thread->draw && thread->draw->present) {
		/* what X requests see afterwards includes what GL has drawn */
		if (thread->draw->type == EGL_PIXMAP_BIT ||
		    thread->draw->render_buffer == EGL_SINGLE_BUFFER)
			vgpu_drawable_flush_front(thread->draw->drawable);
		vgpu_drawable_drain(thread->draw->drawable);
	}
	return vgpu_context_lost(thread->context->context) ? vgpu_egl_error(EGL_CONTEXT_LOST)
	                                                   : EGL_TRUE;
}

EGLBoolean EGLAPIENTRY vgpu_eglWaitGL(void)
{
	return vgpu_eglWaitClient();
}

EGLBoolean EGLAPIENTRY vgpu_eglWaitNative(EGLint engine)
{
	const struct vgpu_egl_context *context = vgpu_egl_thread()->context;

	vgpu_egl_clear_error();
	if (engine != EGL_CORE_NATIVE_ENGINE)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (context && vgpu_egl_is_x11(context->object.display))
		vgpu_egl_native_sync(context->object.display);
	return EGL_TRUE;
}

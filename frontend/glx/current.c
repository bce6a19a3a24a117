/* SPDX-License-Identifier: MIT */
/* Making contexts current, per thread. */
#include <errno.h>
#include <string.h>
#include <EGL/egl.h>

#include "frontend/glx/glx.h"

static __thread struct vgpu_glx_current current;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;

struct vgpu_glx_current *vgpu_glx_current_get(void)
{
	return &current;
}

/* Put new things in place of what is current; takes over the references. */
static void replace(Display *dpy, struct vgpu_glx_context *context, struct vgpu_glx_drawable *draw,
		    struct vgpu_glx_drawable *read)
{
	struct vgpu_glx_current old = current;

	current = (struct vgpu_glx_current){ dpy, context, draw, read };
	vgpu_glx_drawable_unref(old.draw);
	vgpu_glx_drawable_unref(old.read);
	if (old.context)
		vgpu_glx_context_unref(old.context);
}

/* The connection releases the context of a thread that ends by itself; here are our counts. */
static void thread_ends(void *data)
{
	replace(NULL, NULL, NULL, NULL);
}

static void make_key(void)
{
	pthread_key_create(&thread_key, thread_ends);
}

static void release(void)
{
	vgpu_context_make_current(NULL, NULL, NULL);
	replace(NULL, NULL, NULL, NULL);
}

static void raise_host(Display *dpy, uint32_t egl_error, int request, XID id)
{
	switch (egl_error) {
	case EGL_BAD_ACCESS: /* current in another thread */
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAccess, request, id);
		break;
	case EGL_BAD_MATCH:
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, request, id);
		break;
	case EGL_BAD_CONTEXT:
	case EGL_CONTEXT_LOST:
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, request, id);
		break;
	default:
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, id);
	}
}

/* A drawable and its buffers for the context. Raises an error and returns false if it cannot be. */
static bool prepare(Display *dpy, struct vgpu_glx_context *context, XID id, int request,
		    struct vgpu_glx_drawable **drawable_out, struct vgpu_drawable **buffers_out)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, id, true);
	int rc;

	if (!d) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, request, id);
		return false;
	}
	rc = vgpu_glx_drawable_realize(dpy, d, context->client, context->config, buffers_out);
	if (rc) {
		vgpu_glx_drawable_unref(d);
		if (rc == -ENOENT)
			vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, request, id);
		else if (rc == -ENOTSUP)
			vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, request, id);
		else
			vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, id);
		return false;
	}
	*drawable_out = d;
	return true;
}

static Bool make_current(Display *dpy, GLXDrawable draw_id, GLXDrawable read_id, GLXContext handle,
			 int request)
{
	struct vgpu_glx_drawable *draw = NULL, *read = NULL;
	struct vgpu_drawable *draw_buffers = NULL, *read_buffers = NULL;
	struct vgpu_glx_context *context;
	uint32_t error;

	if (!handle) {
		if (draw_id != None || read_id != None) {
			vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, request, draw_id);
			return False;
		}
		release();
		return True;
	}
	context = vgpu_glx_context_find(handle);
	if (!context) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, request, None);
		return False;
	}
	if ((draw_id == None) != (read_id == None)) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, request, None);
		return False;
	}
	pthread_once(&once, make_key);
	if (draw_id != None) {
		if (!prepare(dpy, context, draw_id, request, &draw, &draw_buffers))
			return False;
		if (!prepare(dpy, context, read_id, request, &read, &read_buffers)) {
			vgpu_glx_drawable_unref(draw);
			return False;
		}
	}
	error = vgpu_context_make_current(context->context, draw_buffers, read_buffers);
	if (error != EGL_SUCCESS) {
		vgpu_glx_drawable_unref(draw);
		vgpu_glx_drawable_unref(read);
		/* what was current before may be no longer */
		if (current.context && vgpu_current != current.context->context)
			replace(NULL, NULL, NULL, NULL);
		raise_host(dpy, error, request, context->id);
		return False;
	}
	vgpu_glx_context_ref(context);
	pthread_setspecific(thread_key, &current);
	replace(dpy, context, draw, read);
	return True;
}

Bool vgpu_glXMakeCurrent(Display *dpy, GLXDrawable drawable, GLXContext context)
{
	return make_current(dpy, drawable, drawable, context, X_GLXMakeCurrent);
}

Bool vgpu_glXMakeContextCurrent(Display *dpy, GLXDrawable draw, GLXDrawable read,
				GLXContext context)
{
	return make_current(dpy, draw, read, context, X_GLXMakeContextCurrent);
}

GLXContext vgpu_glXGetCurrentContext(void)
{
	return (GLXContext)current.context;
}

Display *vgpu_glXGetCurrentDisplay(void)
{
	return current.dpy;
}

GLXDrawable vgpu_glXGetCurrentDrawable(void)
{
	return current.draw ? current.draw->id : None;
}

GLXDrawable vgpu_glXGetCurrentReadDrawable(void)
{
	return current.read ? current.read->id : None;
}

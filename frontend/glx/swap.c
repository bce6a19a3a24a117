/* SPDX-License-Identifier: MIT */
/* Swapping, swap intervals, and waiting. */
#include <limits.h>
#include <stdlib.h>
#include <GL/gl.h>

#include "frontend/glx/glx.h"
#include "frontend/present/x11.h"

int vgpu_glx_default_interval(void)
{
	const char *env = getenv("vblank_mode"); /* Mesa's: 0 is never wait */

	return env && env[0] == '0' && env[1] == '\0' ? 0 : -1;
}

int vgpu_glx_drawable_interval(const struct vgpu_glx_drawable *d)
{
	if (d->interval >= 0)
		return d->interval;
	return vgpu_glx_default_interval() == 0 ? 0 : 1;
}

void vgpu_glXSwapBuffers(Display *dpy, GLXDrawable drawable)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, false);
	struct vgpu_glx_geometry geometry;

	if (!d) {
		/* A window without buffers has nothing to swap: natively that is BadMatch. */
		if (vgpu_glx_geometry(dpy, drawable, &geometry) && geometry.visual)
			vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, X_GLXSwapBuffers, drawable);
		else
			vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, X_GLXSwapBuffers,
				       drawable);
		return;
	}
	if (d->drawable && d->shape.double_buffer) {
		vgpu_drawable_swap(d->drawable);
	} else if (vgpu_glx_current_get()->draw == d) {
		/* nothing to swap; the flush that goes with it stays */
		void (*flush)(void) = (void (*)(void))vgpu_gl_get_proc("glFlush");

		if (flush)
			flush();
	}
	vgpu_glx_drawable_unref(d);
}

static void set_interval(struct vgpu_glx_drawable *d, int interval)
{
	d->interval = interval;
	if (d->drawable)
		vgpu_drawable_set_swap_interval(d->drawable, interval);
}

void vgpu_glXSwapIntervalEXT(Display *dpy, GLXDrawable drawable, int interval)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, true);

	if (!d || d->type == VGPU_GLX_PIXMAP || d->type == VGPU_GLX_PBUFFER)
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadWindow, 0, drawable);
	else if (interval < 0)
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadValue, 0, drawable);
	else
		set_interval(d, interval);
	vgpu_glx_drawable_unref(d);
}

int vgpu_glXSwapIntervalMESA(unsigned int interval)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();

	if (!current->context)
		return GLX_BAD_CONTEXT;
	if (interval > INT_MAX)
		return GLX_BAD_VALUE;
	if (current->draw)
		set_interval(current->draw, (int)interval);
	return 0;
}

int vgpu_glXGetSwapIntervalMESA(void)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();

	return current->draw ? vgpu_glx_drawable_interval(current->draw) : 0;
}

int vgpu_glXSwapIntervalSGI(int interval)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();

	if (!current->context)
		return GLX_BAD_CONTEXT;
	if (interval <= 0)
		return GLX_BAD_VALUE;
	if (current->draw)
		set_interval(current->draw, interval);
	return 0;
}

/* X drawing that follows finds what GL drew before. */
void vgpu_glXWaitGL(void)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();
	void (*finish)(void) = (void (*)(void))vgpu_gl_get_proc("glFinish");
	struct vgpu_glx_drawable *d = current->draw;

	if (!current->context)
		return;
	if (finish)
		finish();
	if (!d || !d->drawable || !d->x_drawable)
		return;
	vgpu_drawable_drain(d->drawable);
	vgpu_x11_present_sync(vgpu_drawable_present_data(d->drawable));
}

/* GL drawing that follows finds what X drew before: the server has done it once it answers. */
void vgpu_glXWaitX(void)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();

	if (current->context)
		XSync(current->dpy, False);
}

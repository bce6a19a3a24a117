/* SPDX-License-Identifier: MIT */
/* GLX windows, pixmaps and pbuffers: create, destroy, query. */
#include <errno.h>
#include <string.h>

#include "frontend/glx/glx.h"

static struct vgpu_glx_config *config_of(Display *dpy, GLXFBConfig handle, int request)
{
	if (vgpu_glx_config_valid(handle))
		return (struct vgpu_glx_config *)handle;
	vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadFBConfig, request, None);
	return NULL;
}

/* Put it into the table under a new ID. Returns the ID, or raises BadAlloc and returns None. */
static XID add(Display *dpy, struct vgpu_glx_drawable *init, int request)
{
	struct vgpu_glx_drawable *d;

	init->id = vgpu_glx_alloc_id(dpy);
	init->screen = init->config->screen;
	d = vgpu_glx_drawable_add(dpy, init);
	if (!d) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, None);
		return None;
	}
	vgpu_glx_drawable_unref(d);
	return init->id;
}

GLXWindow vgpu_glXCreateWindow(Display *dpy, GLXFBConfig handle, Window window, const int *attribs)
{
	struct vgpu_glx_config *config = config_of(dpy, handle, X_GLXCreateWindow);
	struct vgpu_glx_geometry geometry;

	if (!config)
		return None;
	if (!vgpu_glx_geometry(dpy, window, &geometry) || !geometry.visual) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadWindow, X_GLXCreateWindow, window);
		return None;
	}
	if (!config->visual_id || geometry.input_only || geometry.depth != config->visual_depth) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, X_GLXCreateWindow, window);
		return None;
	}
	return add(dpy,
		   &(struct vgpu_glx_drawable){
			   .x_drawable = window, .type = VGPU_GLX_WINDOW, .config = config },
		   X_GLXCreateWindow);
}

static GLXPixmap create_pixmap(Display *dpy, struct vgpu_glx_config *config, Pixmap pixmap,
			       const int *attribs, int request)
{
	struct vgpu_glx_drawable init = {
		.x_drawable = pixmap,
		.type = VGPU_GLX_PIXMAP,
		.config = config,
		.texture_format = GLX_TEXTURE_FORMAT_NONE_EXT,
	};
	struct vgpu_glx_geometry geometry;

	if (!vgpu_glx_geometry(dpy, pixmap, &geometry) || geometry.visual) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadPixmap, request, pixmap);
		return None;
	}
	if (!config->visual_id || geometry.depth != config->visual_depth) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, request, pixmap);
		return None;
	}
	for (const int *a = attribs; a && a[0] != None; a += 2) {
		switch (a[0]) {
		case GLX_TEXTURE_TARGET_EXT:
			init.texture_target = a[1];
			break;
		case GLX_TEXTURE_FORMAT_EXT:
			init.texture_format = a[1];
			break;
		case GLX_MIPMAP_TEXTURE_EXT:
			init.mipmap = a[1];
			break;
		default: /* as the X server does it */
			break;
		}
	}
	init.width = geometry.width;
	init.height = geometry.height;
	return add(dpy, &init, request);
}

GLXPixmap vgpu_glXCreatePixmap(Display *dpy, GLXFBConfig handle, Pixmap pixmap, const int *attribs)
{
	struct vgpu_glx_config *config = config_of(dpy, handle, X_GLXCreatePixmap);

	return config ? create_pixmap(dpy, config, pixmap, attribs, X_GLXCreatePixmap) : None;
}

GLXPixmap vgpu_glXCreateGLXPixmap(Display *dpy, XVisualInfo *info, Pixmap pixmap)
{
	struct vgpu_glx_config *config = vgpu_glx_visual_config(dpy, info);

	if (!config) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadValue, X_GLXCreateGLXPixmap,
			       info ? info->visualid : None);
		return None;
	}
	return create_pixmap(dpy, config, pixmap, NULL, X_GLXCreateGLXPixmap);
}

GLXPixmap vgpu_glXCreateGLXPixmapWithConfigSGIX(Display *dpy, GLXFBConfig config, Pixmap pixmap)
{
	return vgpu_glXCreatePixmap(dpy, config, pixmap, NULL);
}

static GLXPbuffer create_pbuffer(Display *dpy, struct vgpu_glx_drawable *init, int request)
{
	uint32_t max = init->config->screen->limits.max_drawable;
	struct vgpu_glx_drawable *d;
	struct vgpu_drawable *buffers;
	struct vgpu_client *client;
	int rc;

	if (init->largest) {
		if (init->width > max)
			init->width = max;
		if (init->height > max)
			init->height = max;
	} else if (init->width > max || init->height > max) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, None);
		return None;
	}
	init->type = VGPU_GLX_PBUFFER;
	if (add(dpy, init, request) == None)
		return None;
	/* buffers at once: here is where a program expects to hear that there is no memory */
	d = vgpu_glx_drawable_get(dpy, init->id, false);
	rc = vgpu_client_get(&client);
	if (!rc && init->width > 0 && init->height > 0)
		rc = vgpu_glx_drawable_realize(dpy, d, client, NULL, &buffers);
	vgpu_glx_drawable_unref(d);
	if (rc) {
		vgpu_glx_drawable_remove(dpy, init->id, VGPU_GLX_PBUFFER);
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, None);
		return None;
	}
	return init->id;
}

GLXPbuffer vgpu_glXCreatePbuffer(Display *dpy, GLXFBConfig handle, const int *attribs)
{
	struct vgpu_glx_drawable init = { .preserved = true };

	init.config = config_of(dpy, handle, X_GLXCreatePbuffer);
	if (!init.config)
		return None;
	for (const int *a = attribs; a && a[0] != None; a += 2) {
		switch (a[0]) {
		case GLX_PBUFFER_WIDTH:
		case GLX_PBUFFER_HEIGHT:
			if (a[1] < 0) {
				vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadValue, X_GLXCreatePbuffer,
					       (XID)a[1]);
				return None;
			}
			*(a[0] == GLX_PBUFFER_WIDTH ? &init.width : &init.height) = (uint32_t)a[1];
			break;
		case GLX_LARGEST_PBUFFER:
			init.largest = a[1];
			break;
		case GLX_PRESERVED_CONTENTS:
			init.preserved = a[1];
			break;
		default:
			break;
		}
	}
	return create_pbuffer(dpy, &init, X_GLXCreatePbuffer);
}

GLXPbufferSGIX vgpu_glXCreateGLXPbufferSGIX(Display *dpy, GLXFBConfig handle, unsigned int width,
					    unsigned int height, int *attribs)
{
	struct vgpu_glx_drawable init = { .width = width, .height = height };

	init.config = config_of(dpy, handle, X_GLXVendorPrivate);
	if (!init.config)
		return None;
	for (const int *a = attribs; a && a[0] != None; a += 2) {
		if (a[0] == GLX_LARGEST_PBUFFER_SGIX)
			init.largest = a[1];
		else if (a[0] == GLX_PRESERVED_CONTENTS_SGIX)
			init.preserved = a[1];
	}
	return create_pbuffer(dpy, &init, X_GLXVendorPrivate);
}

static void destroy(Display *dpy, XID id, enum vgpu_glx_drawable_type type, int error, int request)
{
	if (!vgpu_glx_drawable_remove(dpy, id, type))
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, error, request, id);
}

/* A GLX window ends with its X window: then there is none left to destroy. */
void vgpu_glXDestroyWindow(Display *dpy, GLXWindow window)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, window, false);
	uint32_t width, height;
	bool gone = d && d->type == VGPU_GLX_WINDOW &&
		    !vgpu_glx_drawable_extent(dpy, d, &width, &height);

	vgpu_glx_drawable_unref(d);
	if (gone)
		vgpu_glx_drawable_remove(dpy, window, VGPU_GLX_WINDOW);
	destroy(dpy, window, VGPU_GLX_WINDOW, GLXBadWindow, X_GLXDestroyWindow);
}

void vgpu_glXDestroyPixmap(Display *dpy, GLXPixmap pixmap)
{
	destroy(dpy, pixmap, VGPU_GLX_PIXMAP, GLXBadPixmap, X_GLXDestroyPixmap);
}

void vgpu_glXDestroyGLXPixmap(Display *dpy, GLXPixmap pixmap)
{
	destroy(dpy, pixmap, VGPU_GLX_PIXMAP, GLXBadPixmap, X_GLXDestroyGLXPixmap);
}

void vgpu_glXDestroyPbuffer(Display *dpy, GLXPbuffer pbuffer)
{
	destroy(dpy, pbuffer, VGPU_GLX_PBUFFER, GLXBadPbuffer, X_GLXDestroyPbuffer);
}

static int buffer_age(struct vgpu_glx_drawable *d)
{
	return d->drawable && d->shape.double_buffer ? vgpu_drawable_buffer_age(d->drawable) : 0;
}

/* Returns false when the X drawable is gone. Unknown attributes are 0, as natively. */
static bool query(Display *dpy, struct vgpu_glx_drawable *d, int attribute, unsigned int *value)
{
	uint32_t width, height;

	switch (attribute) {
	case GLX_WIDTH:
	case GLX_HEIGHT:
		if (!vgpu_glx_drawable_extent(dpy, d, &width, &height))
			return false;
		*value = attribute == GLX_WIDTH ? width : height;
		break;
	case GLX_PRESERVED_CONTENTS:
		*value = d->type == VGPU_GLX_PBUFFER && d->preserved;
		break;
	case GLX_LARGEST_PBUFFER:
		*value = d->type == VGPU_GLX_PBUFFER && d->largest;
		break;
	case GLX_EVENT_MASK:
		*value = (unsigned int)d->event_mask;
		break;
	case GLX_SCREEN:
		*value = (unsigned int)d->screen->number;
		break;
	case GLX_DRAWABLE_TYPE: /* GLX_EXT_get_drawable_type */
		*value = d->type == VGPU_GLX_PBUFFER  ? GLX_PBUFFER_BIT
			 : d->type == VGPU_GLX_PIXMAP ? GLX_PIXMAP_BIT
						      : GLX_WINDOW_BIT;
		break;
	case GLX_FBCONFIG_ID: {
		struct vgpu_glx_current *current = vgpu_glx_current_get();
		struct vgpu_glx_config *config = d->config;

		if (!config && current->context && (current->draw == d || current->read == d))
			config = current->context->config;
		*value = config ? config->id : 0;
		break;
	}
	case GLX_SWAP_INTERVAL_EXT:
		*value = (unsigned int)vgpu_glx_drawable_interval(d);
		break;
	case GLX_MAX_SWAP_INTERVAL_EXT:
		*value = INT32_MAX;
		break;
	case GLX_LATE_SWAPS_TEAR_EXT:
		*value = 0;
		break;
	case GLX_BACK_BUFFER_AGE_EXT:
		*value = (unsigned int)buffer_age(d);
		break;
	case GLX_TEXTURE_TARGET_EXT:
		*value = (unsigned int)vgpu_glx_texture_target(d);
		break;
	case GLX_TEXTURE_FORMAT_EXT:
		*value = (unsigned int)d->texture_format;
		break;
	case GLX_MIPMAP_TEXTURE_EXT:
		*value = d->mipmap;
		break;
	case GLX_Y_INVERTED_EXT:
		*value = True;
		break;
	default:
		*value = 0;
	}
	return true;
}

void vgpu_glXQueryDrawable(Display *dpy, GLXDrawable drawable, int attribute, unsigned int *value)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, true);

	if (!d || !query(dpy, d, attribute, value))
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, X_GLXGetDrawableAttributes,
			       drawable);
	vgpu_glx_drawable_unref(d);
}

void vgpu_glXQueryGLXPbufferSGIX(Display *dpy, GLXPbuffer pbuffer, int attribute,
				 unsigned int *value)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, pbuffer, false);

	if (!d || d->type != VGPU_GLX_PBUFFER || !query(dpy, d, attribute, value))
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadPbuffer, X_GLXVendorPrivateWithReply,
			       pbuffer);
	vgpu_glx_drawable_unref(d);
}

/*
 * The only event of GLX 1.4, GLX_PBUFFER_CLOBBER_MASK, never comes: buffers on
 * the host are not taken away. The mask is kept for asking it back.
 */
void vgpu_glXSelectEvent(Display *dpy, GLXDrawable drawable, unsigned long mask)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, true);

	if (d)
		d->event_mask = mask & GLX_PBUFFER_CLOBBER_MASK;
	else
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, X_GLXChangeDrawableAttributes,
			       drawable);
	vgpu_glx_drawable_unref(d);
}

void vgpu_glXGetSelectedEvent(Display *dpy, GLXDrawable drawable, unsigned long *mask)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, true);

	*mask = d ? d->event_mask : 0;
	if (!d)
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadDrawable, X_GLXGetDrawableAttributes,
			       drawable);
	vgpu_glx_drawable_unref(d);
}

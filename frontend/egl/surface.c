/* SPDX-License-Identifier: MIT */
/* Surfaces: windows, pixmaps and pbuffers, and what can be asked of them. */
#include <errno.h>
#include <stdlib.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/present/wayland.h"
#include "frontend/present/x11.h"

static struct vgpu_egl_surface *new_surface(const struct vgpu_egl_config *config, EGLint type)
{
	struct vgpu_egl_surface *surface = calloc(1, sizeof(*surface));

	if (!surface)
		return NULL;
	surface->config = config;
	surface->type = type;
	surface->render_buffer = type == EGL_PIXMAP_BIT ? EGL_SINGLE_BUFFER : EGL_BACK_BUFFER;
	surface->swap_behavior = EGL_BUFFER_DESTROYED;
	surface->colorspace = EGL_GL_COLORSPACE_LINEAR;
	surface->vg_colorspace = EGL_VG_COLORSPACE_sRGB;
	surface->vg_alpha_format = EGL_VG_ALPHA_FORMAT_NONPRE;
	surface->texture_format = EGL_NO_TEXTURE;
	surface->texture_target = EGL_NO_TEXTURE;
	surface->multisample_resolve = EGL_MULTISAMPLE_RESOLVE_DEFAULT;
	return surface;
}

static EGLint read_pbuffer_attrib(struct vgpu_egl_surface *s, EGLAttrib attribute, EGLint value)
{
	switch (attribute) {
	case EGL_WIDTH:
	case EGL_HEIGHT:
		if (value < 0)
			return EGL_BAD_PARAMETER;
		*(attribute == EGL_WIDTH ? &s->width : &s->height) = value;
		return EGL_SUCCESS;
	case EGL_LARGEST_PBUFFER:
		s->largest_pbuffer = value != 0;
		return EGL_SUCCESS;
	case EGL_TEXTURE_FORMAT:
		if (value != EGL_NO_TEXTURE && value != EGL_TEXTURE_RGB &&
		    value != EGL_TEXTURE_RGBA)
			return EGL_BAD_ATTRIBUTE;
		s->texture_format = value;
		return EGL_SUCCESS;
	case EGL_TEXTURE_TARGET:
		if (value != EGL_NO_TEXTURE && value != EGL_TEXTURE_2D)
			return EGL_BAD_ATTRIBUTE;
		s->texture_target = value;
		return EGL_SUCCESS;
	case EGL_MIPMAP_TEXTURE:
		s->mipmap_texture = value != 0;
		return EGL_SUCCESS;
	}
	return EGL_BAD_ATTRIBUTE;
}

static EGLint read_attrib(struct vgpu_egl_surface *s, EGLAttrib attribute, EGLint value)
{
	switch (attribute) {
	case EGL_GL_COLORSPACE:
		if (value != EGL_GL_COLORSPACE_SRGB && value != EGL_GL_COLORSPACE_LINEAR)
			return EGL_BAD_ATTRIBUTE;
		if (value == EGL_GL_COLORSPACE_SRGB &&
		    (s->config->red != 8 || s->config->float_color))
			return EGL_BAD_MATCH;
		s->colorspace = value;
		return EGL_SUCCESS;
	case EGL_VG_COLORSPACE:
		if (value != EGL_VG_COLORSPACE_sRGB && value != EGL_VG_COLORSPACE_LINEAR)
			return EGL_BAD_ATTRIBUTE;
		s->vg_colorspace = value;
		return value == EGL_VG_COLORSPACE_LINEAR ? EGL_BAD_MATCH : EGL_SUCCESS;
	case EGL_VG_ALPHA_FORMAT:
		if (value != EGL_VG_ALPHA_FORMAT_NONPRE && value != EGL_VG_ALPHA_FORMAT_PRE)
			return EGL_BAD_ATTRIBUTE;
		s->vg_alpha_format = value;
		return value == EGL_VG_ALPHA_FORMAT_PRE ? EGL_BAD_MATCH : EGL_SUCCESS;
	case EGL_RENDER_BUFFER:
		if (s->type != EGL_WINDOW_BIT ||
		    (value != EGL_BACK_BUFFER && value != EGL_SINGLE_BUFFER))
			return EGL_BAD_ATTRIBUTE;
		s->render_buffer = value;
		return EGL_SUCCESS;
	}
	if (s->type == EGL_PBUFFER_BIT)
		return read_pbuffer_attrib(s, attribute, value);
	return EGL_BAD_ATTRIBUTE;
}

/* Attributes as EGL 1.4 gives them (ints) or as 1.5 does (wide); the other is NULL. */
static EGLint read_attribs(struct vgpu_egl_surface *s, const EGLint *ints, const EGLAttrib *wide)
{
	EGLint error = EGL_SUCCESS;

	for (; error == EGL_SUCCESS && ints && ints[0] != EGL_NONE; ints += 2)
		error = read_attrib(s, ints[0], ints[1]);
	for (; error == EGL_SUCCESS && wide && wide[0] != EGL_NONE; wide += 2)
		error = read_attrib(s, wide[0], (EGLint)wide[1]);
	return error;
}

static EGLint create_drawable(struct vgpu_egl_display *display, struct vgpu_egl_surface *s,
                              uint32_t width, uint32_t height)
{
	const struct vgpu_egl_config *c = s->config;
	struct vgpu_drawable_params params = {
		.width = width ? width : 1,
		.height = height ? height : 1,
		.red = c->red,
		.green = c->green,
		.blue = c->blue,
		.alpha = c->alpha,
		.depth = c->depth,
		.stencil = c->stencil,
		.samples = c->samples,
		/* as Mesa: a pbuffer's is the back buffer, a pixmap's the front one */
		.double_buffer = s->type == EGL_PBUFFER_BIT ||
		                 (s->type == EGL_WINDOW_BIT && s->render_buffer == EGL_BACK_BUFFER),
		.srgb = s->colorspace == EGL_GL_COLORSPACE_SRGB,
		.float_color = c->float_color,
		.present = s->impl,
		.present_data = s->present,
	};
	struct vgpu_client *client = vgpu_egl_client(display);

	if (!client)
		return EGL_BAD_ALLOC;
	params.kind = s->type == EGL_WINDOW_BIT   ? VGPU_DRAWABLE_WINDOW
	              : s->type == EGL_PIXMAP_BIT ? VGPU_DRAWABLE_PIXMAP
	                                          : VGPU_DRAWABLE_PBUFFER;
	return vgpu_drawable_create(client, &params, &s->drawable) < 0 ? EGL_BAD_ALLOC
	                                                               : EGL_SUCCESS;
}

void vgpu_egl_surface_free(struct vgpu_egl_surface *surface)
{
	/* a drawable destroys its present */
	if (surface->drawable)
		vgpu_drawable_destroy(surface->drawable);
	else if (surface->present)
		surface->impl->destroy(surface->present);
	vgpu_share_unref(surface->texture_share);
	free(surface);
}

static bool window_in_use(struct vgpu_egl_display *display, uintptr_t native)
{
	bool found = false;

	pthread_mutex_lock(&vgpu_egl_lock);
	for (struct vgpu_egl_object *o = display->objects; o && !found; o = o->next)
		found = o->kind == VGPU_EGL_SURFACE &&
		        ((struct vgpu_egl_surface *)o)->type == EGL_WINDOW_BIT &&
		        ((struct vgpu_egl_surface *)o)->native == native;
	pthread_mutex_unlock(&vgpu_egl_lock);
	return found;
}

static EGLint present_x11(struct vgpu_egl_display *display, struct vgpu_egl_surface *s)
{
	struct vgpu_x11_present *present;
	int rc;

	vgpu_egl_native_sync(display);
	rc = vgpu_x11_present_create(display->x_name, (uint32_t)s->native, display->screen,
	                             &present);
	if (rc == -ENOENT)
		return s->type == EGL_WINDOW_BIT ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_NATIVE_PIXMAP;
	if (rc < 0)
		return rc == -ENOTSUP ? EGL_BAD_MATCH : EGL_BAD_ALLOC;
	s->impl = &vgpu_x11_present_impl;
	s->present = present;
	return EGL_SUCCESS;
}

static EGLint present_wayland(struct vgpu_egl_display *display, struct vgpu_egl_surface *s)
{
	struct vgpu_wayland_present *present;
	int rc;

	rc = vgpu_wayland_present_create(display->wayland, (struct wl_egl_window *)s->native,
	                                 s->config->alpha == 0, &present);
	if (rc < 0)
		return rc == -EINVAL ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_ALLOC;
	s->impl = &vgpu_wayland_present_impl;
	s->present = present;
	return EGL_SUCCESS;
}

/* A surface on a window or pixmap of the window system. */
static EGLint create_native(struct vgpu_egl_display *display, struct vgpu_egl_surface *s)
{
	const EGLint bad_native =
		s->type == EGL_WINDOW_BIT ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_NATIVE_PIXMAP;
	uint32_t width, height;
	EGLint error;

	if (!(s->config->surface_type & s->type))
		return EGL_BAD_MATCH;
	if (s->native == 0)
		return bad_native;
	if (s->type == EGL_WINDOW_BIT && window_in_use(display, s->native))
		return EGL_BAD_ALLOC;
	error = display->wayland ? present_wayland(display, s) : present_x11(display, s);
	if (error != EGL_SUCCESS)
		return error;
	if (!s->impl->size(s->present, &width, &height))
		return bad_native;
	return create_drawable(display, s, width, height);
}

static EGLint create_pbuffer(struct vgpu_egl_display *display, struct vgpu_egl_surface *s)
{
	const EGLint max = s->config->max_pbuffer;

	/* a texture needs both, and a config that can */
	if ((s->texture_format == EGL_NO_TEXTURE) != (s->texture_target == EGL_NO_TEXTURE))
		return EGL_BAD_MATCH;
	if (s->texture_format != EGL_NO_TEXTURE && s->config->float_color)
		return EGL_BAD_ATTRIBUTE;
	if (s->width > max || s->height > max) {
		if (!s->largest_pbuffer)
			return EGL_BAD_ALLOC;
		s->width = s->width > max ? max : s->width;
		s->height = s->height > max ? max : s->height;
	}
	return create_drawable(display, s, (uint32_t)s->width, (uint32_t)s->height);
}

static EGLSurface create(EGLDisplay dpy, EGLConfig config, EGLint type, uintptr_t native,
                         const EGLint *ints, const EGLAttrib *wide)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	const struct vgpu_egl_config *c;
	struct vgpu_egl_surface *s;
	EGLint error;

	if (!display)
		return EGL_NO_SURFACE;
	if (type != EGL_PBUFFER_BIT && !display->x11 && !display->wayland) {
		vgpu_egl_error(type == EGL_WINDOW_BIT ? EGL_BAD_NATIVE_WINDOW
		                                      : EGL_BAD_NATIVE_PIXMAP);
		return EGL_NO_SURFACE;
	}
	c = vgpu_egl_config_get(display, config);
	if (!c) {
		vgpu_egl_error(EGL_BAD_CONFIG);
		return EGL_NO_SURFACE;
	}
	s = new_surface(c, type);
	if (!s) {
		vgpu_egl_error(EGL_BAD_ALLOC);
		return EGL_NO_SURFACE;
	}
	s->native = native;
	error = read_attribs(s, ints, wide);
	if (error == EGL_SUCCESS)
		error = type == EGL_PBUFFER_BIT ? create_pbuffer(display, s)
		                                : create_native(display, s);
	if (error != EGL_SUCCESS) {
		vgpu_egl_surface_free(s);
		vgpu_egl_error(error);
		return EGL_NO_SURFACE;
	}
	vgpu_egl_object_add(&s->object, VGPU_EGL_SURFACE, display);
	return s;
}

EGLSurface EGLAPIENTRY vgpu_eglCreateWindowSurface(EGLDisplay dpy, EGLConfig config,
                                                   EGLNativeWindowType window,
                                                   const EGLint *attribs)
{
	return create(dpy, config, EGL_WINDOW_BIT, (uintptr_t)window, attribs, NULL);
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePixmapSurface(EGLDisplay dpy, EGLConfig config,
                                                   EGLNativePixmapType pixmap,
                                                   const EGLint *attribs)
{
	return create(dpy, config, EGL_PIXMAP_BIT, (uintptr_t)pixmap, attribs, NULL);
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePbufferSurface(EGLDisplay dpy, EGLConfig config,
                                                    const EGLint *attribs)
{
	return create(dpy, config, EGL_PBUFFER_BIT, 0, attribs, NULL);
}

/* The platform functions take a pointer to the XID: a Window is long, xcb's is 32 bits. */
static uintptr_t pointed(EGLDisplay dpy, const void *native)
{
	const struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);

	if (!display || !native)
		return 0;
	if (display->platform == EGL_PLATFORM_X11_KHR)
		return *(const unsigned long *)native;
	if (display->platform == EGL_PLATFORM_XCB_EXT)
		return *(const uint32_t *)native;
	return (uintptr_t)native;
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformWindowSurface(EGLDisplay dpy, EGLConfig config,
                                                           void *window, const EGLAttrib *attribs)
{
	return create(dpy, config, EGL_WINDOW_BIT, pointed(dpy, window), NULL, attribs);
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformPixmapSurface(EGLDisplay dpy, EGLConfig config,
                                                           void *pixmap, const EGLAttrib *attribs)
{
	return create(dpy, config, EGL_PIXMAP_BIT, pointed(dpy, pixmap), NULL, attribs);
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformWindowSurfaceEXT(EGLDisplay dpy, EGLConfig config,
                                                              void *window, const EGLint *attribs)
{
	return create(dpy, config, EGL_WINDOW_BIT, pointed(dpy, window), attribs, NULL);
}

EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformPixmapSurfaceEXT(EGLDisplay dpy, EGLConfig config,
                                                              void *pixmap, const EGLint *attribs)
{
	return create(dpy, config, EGL_PIXMAP_BIT, pointed(dpy, pixmap), attribs, NULL);
}

/* Only OpenVG images could be such buffers. */
EGLSurface EGLAPIENTRY vgpu_eglCreatePbufferFromClientBuffer(EGLDisplay dpy, EGLenum type,
                                                             EGLClientBuffer buffer,
                                                             EGLConfig config,
                                                             const EGLint *attribs)
{
	if (vgpu_egl_display_get(dpy))
		vgpu_egl_error(EGL_BAD_PARAMETER);
	return EGL_NO_SURFACE;
}

EGLBoolean EGLAPIENTRY vgpu_eglDestroySurface(EGLDisplay dpy, EGLSurface handle)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_object *object;

	if (!display)
		return EGL_FALSE;
	object = vgpu_egl_object_take(display, handle, VGPU_EGL_SURFACE);
	if (!object)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	vgpu_egl_object_put(object);
	return EGL_TRUE;
}

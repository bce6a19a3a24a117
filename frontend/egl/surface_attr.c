/* SPDX-License-Identifier: MIT */
/* Attributes of surfaces: eglQuerySurface, eglSurfaceAttrib. */
#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/present/x11.h"

/* A window's size is what the window system says, not what the last frame had. */
static void get_size(const struct vgpu_egl_surface *s, EGLint *width_out, EGLint *height_out)
{
	uint32_t width, height;

	if (s->type == EGL_PBUFFER_BIT) {
		*width_out = s->width;
		*height_out = s->height;
		return;
	}
	if (!s->impl->size(s->present, &width, &height))
		vgpu_drawable_size(s->drawable, &width, &height);
	*width_out = (EGLint)width;
	*height_out = (EGLint)height;
}

static EGLint query(struct vgpu_egl_surface *s, EGLint attribute, EGLint *value)
{
	const bool pbuffer = s->type == EGL_PBUFFER_BIT;
	EGLint width, height;

	switch (attribute) {
	case EGL_CONFIG_ID:
		*value = s->config->id;
		return EGL_SUCCESS;
	case EGL_WIDTH:
		get_size(s, value, &height);
		return EGL_SUCCESS;
	case EGL_HEIGHT:
		get_size(s, &width, value);
		return EGL_SUCCESS;
	case EGL_RENDER_BUFFER:
		*value = s->render_buffer;
		return EGL_SUCCESS;
	case EGL_SWAP_BEHAVIOR:
		*value = s->swap_behavior;
		return EGL_SUCCESS;
	case EGL_MULTISAMPLE_RESOLVE:
		*value = s->multisample_resolve;
		return EGL_SUCCESS;
	case EGL_MIPMAP_LEVEL:
		*value = s->mipmap_level;
		return EGL_SUCCESS;
	case EGL_GL_COLORSPACE:
		*value = s->colorspace;
		return EGL_SUCCESS;
	case EGL_VG_COLORSPACE:
		*value = s->vg_colorspace;
		return EGL_SUCCESS;
	case EGL_VG_ALPHA_FORMAT:
		*value = s->vg_alpha_format;
		return EGL_SUCCESS;
	case EGL_HORIZONTAL_RESOLUTION:
	case EGL_VERTICAL_RESOLUTION:
	case EGL_PIXEL_ASPECT_RATIO:
		*value = EGL_UNKNOWN;
		return EGL_SUCCESS;
	case EGL_BUFFER_AGE_EXT:
		if (s != vgpu_egl_thread()->draw)
			return EGL_BAD_SURFACE;
		s->age_read = true;
		*value = s->render_buffer == EGL_SINGLE_BUFFER || pbuffer
		                 ? 0
		                 : vgpu_drawable_buffer_age(s->drawable);
		return EGL_SUCCESS;
	/* of pbuffers only; for others the value is left alone */
	case EGL_LARGEST_PBUFFER:
		if (pbuffer)
			*value = s->largest_pbuffer;
		return EGL_SUCCESS;
	case EGL_TEXTURE_FORMAT:
		if (pbuffer)
			*value = s->texture_format;
		return EGL_SUCCESS;
	case EGL_TEXTURE_TARGET:
		if (pbuffer)
			*value = s->texture_target;
		return EGL_SUCCESS;
	case EGL_MIPMAP_TEXTURE:
		if (pbuffer)
			*value = s->mipmap_texture;
		return EGL_SUCCESS;
	}
	return EGL_BAD_ATTRIBUTE;
}

static EGLint set(struct vgpu_egl_surface *s, EGLint attribute, EGLint value)
{
	switch (attribute) {
	case EGL_MIPMAP_LEVEL:
		s->mipmap_level = value;
		return EGL_SUCCESS;
	case EGL_MULTISAMPLE_RESOLVE:
		if (value == EGL_MULTISAMPLE_RESOLVE_BOX)
			return EGL_BAD_MATCH;
		return value == EGL_MULTISAMPLE_RESOLVE_DEFAULT ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
	case EGL_SWAP_BEHAVIOR:
		if (value != EGL_BUFFER_PRESERVED && value != EGL_BUFFER_DESTROYED)
			return EGL_BAD_ATTRIBUTE;
		if (value == EGL_BUFFER_PRESERVED &&
		    !(s->config->surface_type & EGL_SWAP_BEHAVIOR_PRESERVED_BIT))
			return EGL_BAD_MATCH;
		s->swap_behavior = value;
		return EGL_SUCCESS;
	}
	return EGL_BAD_ATTRIBUTE;
}

/* EGL_ANGLE_sync_control_rate: what the X server says of the screen. */
EGLBoolean EGLAPIENTRY vgpu_eglGetMscRateANGLE(EGLDisplay dpy, EGLSurface handle, EGLint *numerator,
                                               EGLint *denominator)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *s;
	uint32_t rate;

	if (!display)
		return EGL_FALSE;
	s = vgpu_egl_object_get(display, handle, VGPU_EGL_SURFACE);
	if (!s)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	vgpu_egl_object_put(&s->object);
	if (!display->x11)
		return vgpu_egl_error(EGL_BAD_DISPLAY);
	if (!numerator || !denominator)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	rate = vgpu_x11_refresh_mhz(display->x11, display->screen);
	*numerator = (EGLint)(rate % 1000 ? rate : rate / 1000);
	*denominator = rate % 1000 ? 1000 : 1;
	return EGL_TRUE;
}

EGLBoolean EGLAPIENTRY vgpu_eglQuerySurface(EGLDisplay dpy, EGLSurface handle, EGLint attribute,
                                            EGLint *value)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *s;
	EGLint error;

	if (!display)
		return EGL_FALSE;
	s = vgpu_egl_object_get(display, handle, VGPU_EGL_SURFACE);
	if (!s)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	error = value ? query(s, attribute, value) : EGL_BAD_PARAMETER;
	vgpu_egl_object_put(&s->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglSurfaceAttrib(EGLDisplay dpy, EGLSurface handle, EGLint attribute,
                                             EGLint value)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *s;
	EGLint error;

	if (!display)
		return EGL_FALSE;
	s = vgpu_egl_object_get(display, handle, VGPU_EGL_SURFACE);
	if (!s)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	error = set(s, attribute, value);
	vgpu_egl_object_put(&s->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

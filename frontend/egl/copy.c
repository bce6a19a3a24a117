/* SPDX-License-Identifier: MIT */
/*
 * eglCopyBuffers: the colour buffer is read with GL on the current context and
 * put into the pixmap by a presenter made for that. Programs hardly use it.
 */
#include <errno.h>
#include <stdlib.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/egl/gl.h"
#include "frontend/present/x11.h"

/* Pack state and what it has to be. ES 2 knows the first alone. */
static const GLenum packing[] = {
	GL_PACK_ALIGNMENT,   GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS,
	GL_PACK_SKIP_PIXELS, GL_PACK_SWAP_BYTES, GL_PACK_LSB_FIRST,
};
#define PACKING (sizeof(packing) / sizeof(packing[0]))

/* Rows from the bottom, RGBA octets. The surface is what is read from. */
static void read_rows(const struct vgpu_egl_surface *s, uint8_t *pixels, uint32_t width,
                      uint32_t height)
{
	const struct vgpu_egl_gl *gl = vgpu_egl_gl();
	const bool desktop = vgpu_current->params.api == VGPU_API_GL;
	const bool split = desktop || vgpu_current->version >= 30;
	const GLenum binding = split ? GL_READ_FRAMEBUFFER_BINDING : GL_FRAMEBUFFER_BINDING;
	const GLenum target = split ? GL_READ_FRAMEBUFFER : GL_FRAMEBUFFER;
	const size_t n = desktop ? PACKING : split ? 4 : 1;
	GLint saved[PACKING], fbo = 0, buffer = 0, from = GL_BACK;

	for (size_t i = 0; i < n; i++) {
		gl->GetIntegerv(packing[i], &saved[i]);
		gl->PixelStorei(packing[i], i == 0 ? 4 : 0);
	}
	if (split)
		gl->GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &buffer);
	if (buffer)
		gl->BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	if (vgpu_current->params.api != VGPU_API_GLES1)
		gl->GetIntegerv(binding, &fbo);
	if (fbo)
		gl->BindFramebuffer(target, 0);
	if (desktop) {
		gl->GetIntegerv(GL_READ_BUFFER, &from);
		gl->ReadBuffer(vgpu_drawable_double_buffered(s->drawable) ? GL_BACK : GL_FRONT);
	}
	gl->ReadPixels(0, 0, (GLsizei)width, (GLsizei)height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	if (desktop)
		gl->ReadBuffer((GLenum)from);
	if (fbo)
		gl->BindFramebuffer(target, (GLuint)fbo);
	if (buffer)
		gl->BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)buffer);
	for (size_t i = 0; i < n; i++)
		gl->PixelStorei(packing[i], saved[i]);
}

/* As frames are: rows from the top, BGRA. */
static void to_frame(uint8_t *to, const uint8_t *from, uint32_t width, uint32_t height)
{
	for (uint32_t y = 0; y < height; y++) {
		const uint8_t *p = from + (size_t)(height - 1 - y) * width * 4;

		for (uint32_t x = 0; x < width; x++, p += 4, to += 4) {
			to[0] = p[2];
			to[1] = p[1];
			to[2] = p[0];
			to[3] = p[3];
		}
	}
}

static EGLint put(struct vgpu_egl_display *display, struct vgpu_egl_surface *s, uint32_t pixmap,
                  const uint8_t *frame, uint32_t width, uint32_t height)
{
	/* the drawable has no such slot, so that it does not care when this one is done */
	const struct vgpu_show_frame shown = {
		.drawable = s->drawable,
		.slot = VGPU_SLOT_NONE,
		.pixels = frame,
		.width = width,
		.height = height,
		.stride = width * 4,
	};
	struct vgpu_x11_present *present;
	struct vgpu_x11_geometry geometry;
	int rc;

	vgpu_egl_native_sync(display);
	if (!vgpu_x11_geometry(display->x11, pixmap, &geometry))
		return EGL_BAD_NATIVE_PIXMAP;
	rc = vgpu_x11_present_create(display->x_name, pixmap, display->screen, &present);
	if (rc < 0)
		return rc == -ENOMEM ? EGL_BAD_ALLOC : EGL_BAD_NATIVE_PIXMAP;
	vgpu_x11_present_impl.show(present, &shown);
	vgpu_x11_present_sync(present);
	vgpu_x11_present_destroy(present);
	return EGL_SUCCESS;
}

static EGLint copy(struct vgpu_egl_display *display, struct vgpu_egl_surface *s, uint32_t pixmap)
{
	struct vgpu_context *context = vgpu_current;
	struct vgpu_drawable *draw, *read;
	uint32_t width, height;
	uint8_t *pixels, *frame;
	EGLint error;

	if (!display->x11)
		return EGL_BAD_NATIVE_PIXMAP;
	if (!context)
		return EGL_BAD_CONTEXT; /* nothing to read with */
	vgpu_drawable_size(s->drawable, &width, &height);
	pixels = malloc((size_t)width * height * 4);
	frame = malloc((size_t)width * height * 4);
	draw = context->draw;
	read = context->read;
	error = pixels && frame ? EGL_SUCCESS : EGL_BAD_ALLOC;
	if (error == EGL_SUCCESS && read != s->drawable)
		error = (EGLint)vgpu_context_make_current(context, draw ? draw : s->drawable,
		                                          s->drawable);
	if (error == EGL_SUCCESS) {
		read_rows(s, pixels, width, height);
		if (read != s->drawable)
			error = (EGLint)vgpu_context_make_current(context, draw, read);
		to_frame(frame, pixels, width, height);
		if (error == EGL_SUCCESS)
			error = put(display, s, pixmap, frame, width, height);
	}
	free(pixels);
	free(frame);
	return error;
}

EGLBoolean EGLAPIENTRY vgpu_eglCopyBuffers(EGLDisplay dpy, EGLSurface handle,
                                           EGLNativePixmapType pixmap)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *surface;
	EGLint error;

	if (!display)
		return EGL_FALSE;
	surface = vgpu_egl_object_get(display, handle, VGPU_EGL_SURFACE);
	if (!surface)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	error = copy(display, surface, (uint32_t)(uintptr_t)pixmap);
	vgpu_egl_object_put(&surface->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

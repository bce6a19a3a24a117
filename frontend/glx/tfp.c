/* SPDX-License-Identifier: MIT */
/*
 * GLX_EXT_texture_from_pixmap. The pixmap is the X server's in the guest, the
 * texture is the host's: binding copies, as software rendering does natively.
 * The copy is of the moment of the bind, which the extension allows.
 */
#include <stdlib.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include "frontend/glx/glx.h"

struct gl {
	void (*GetIntegerv)(GLenum name, GLint *value);
	void (*PixelStorei)(GLenum name, GLint value);
	void (*BindBuffer)(GLenum target, GLuint buffer);
	void (*TexImage1D)(GLenum target, GLint level, GLint internal, GLsizei width, GLint border,
			   GLenum format, GLenum type, const void *pixels);
	void (*TexImage2D)(GLenum target, GLint level, GLint internal, GLsizei width,
			   GLsizei height, GLint border, GLenum format, GLenum type,
			   const void *pixels);
};

static bool load(struct gl *gl)
{
#define LOAD(name) (*(void **)&gl->name = vgpu_gl_get_proc("gl" #name))
	return LOAD(GetIntegerv) && LOAD(PixelStorei) && LOAD(BindBuffer) && LOAD(TexImage1D) &&
	       LOAD(TexImage2D);
#undef LOAD
}

int vgpu_glx_texture_target(const struct vgpu_glx_drawable *d)
{
	if (d->type != VGPU_GLX_PIXMAP)
		return 0;
	/* textures of any size are there, so a pixmap whose program did not say is 2D */
	return d->texture_target ? d->texture_target : GLX_TEXTURE_2D_EXT;
}

/* What of the unpack state a copy must not be disturbed by, and the values it needs. */
#define UNPACK_COUNT 7
static const GLenum unpack_names[UNPACK_COUNT] = {
	GL_UNPACK_ALIGNMENT,   GL_UNPACK_ROW_LENGTH,   GL_UNPACK_SKIP_ROWS,  GL_UNPACK_SKIP_PIXELS,
	GL_UNPACK_SKIP_IMAGES, GL_UNPACK_IMAGE_HEIGHT, GL_UNPACK_SWAP_BYTES,
};

/* How many of them the context knows. */
static size_t unpack_count(const struct vgpu_context *context)
{
	if (context->params.api == VGPU_API_GL)
		return UNPACK_COUNT;
	return context->version >= 30 ? UNPACK_COUNT - 1 : 1;
}

/* Pixels of the X server in GL's words. Returns false for a layout that is none of those. */
static bool layout(const XImage *image, const struct vgpu_glx_config *config, GLenum *format,
		   GLenum *type)
{
	if (image->bits_per_pixel == 32 && config->red == 8) {
		*format = GL_BGRA;
		*type = GL_UNSIGNED_INT_8_8_8_8_REV;
	} else if (image->bits_per_pixel == 32 && config->red == 10) {
		*format = GL_BGRA;
		*type = GL_UNSIGNED_INT_2_10_10_10_REV;
	} else if (image->bits_per_pixel == 16 && config->red == 5) {
		*format = GL_RGB;
		*type = GL_UNSIGNED_SHORT_5_6_5;
	} else {
		return false;
	}
	return true;
}

static void upload(const struct gl *gl, const struct vgpu_context *context,
		   const struct vgpu_glx_drawable *d, const XImage *image)
{
	GLint saved[UNPACK_COUNT], buffer = 0;
	bool has_buffer = context->params.api == VGPU_API_GL || context->version >= 30;
	size_t n = unpack_count(context);
	GLint internal = d->texture_format == GLX_TEXTURE_FORMAT_RGBA_EXT ? GL_RGBA : GL_RGB;
	GLenum format, type;

	if (!layout(image, d->config, &format, &type))
		return;
	for (size_t i = 0; i < n; i++) {
		gl->GetIntegerv(unpack_names[i], &saved[i]);
		gl->PixelStorei(unpack_names[i], i == 0 ? 4 : 0);
	}
	if (n > 1)
		gl->PixelStorei(GL_UNPACK_ROW_LENGTH,
				image->bytes_per_line / (image->bits_per_pixel / 8));
	if (n == UNPACK_COUNT)
		gl->PixelStorei(GL_UNPACK_SWAP_BYTES, image->byte_order == MSBFirst);
	if (context->params.api != VGPU_API_GL && type == GL_UNSIGNED_INT_8_8_8_8_REV) {
		type = GL_UNSIGNED_BYTE; /* the same in memory; all that ES has */
		internal = GL_BGRA;
	}
	if (has_buffer) {
		gl->GetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &buffer);
		if (buffer)
			gl->BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
	}
	switch (vgpu_glx_texture_target(d)) {
	case GLX_TEXTURE_1D_EXT:
		gl->TexImage1D(GL_TEXTURE_1D, 0, internal, image->width, 0, format, type,
			       image->data);
		break;
	case GLX_TEXTURE_RECTANGLE_EXT:
		gl->TexImage2D(GL_TEXTURE_RECTANGLE, 0, internal, image->width, image->height, 0,
			       format, type, image->data);
		break;
	default:
		gl->TexImage2D(GL_TEXTURE_2D, 0, internal, image->width, image->height, 0, format,
			       type, image->data);
	}
	if (buffer)
		gl->BindBuffer(GL_PIXEL_UNPACK_BUFFER, (GLuint)buffer);
	for (size_t i = 0; i < n; i++)
		gl->PixelStorei(unpack_names[i], saved[i]);
}

void vgpu_glXBindTexImageEXT(Display *dpy, GLXDrawable drawable, int buffer, const int *attribs)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();
	struct vgpu_glx_drawable *d;
	XImage *image;
	struct gl gl;

	if (!current->context) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXVendorPrivate, None);
		return;
	}
	d = vgpu_glx_drawable_get(dpy, drawable, false);
	if (!d || d->type != VGPU_GLX_PIXMAP) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadPixmap, X_GLXVendorPrivate, drawable);
		goto out;
	}
	if (d->texture_format == GLX_TEXTURE_FORMAT_NONE_EXT) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, X_GLXVendorPrivate, drawable);
		goto out;
	}
	if (buffer != GLX_FRONT_LEFT_EXT) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadValue, X_GLXVendorPrivate, drawable);
		goto out;
	}
	if (!load(&gl))
		goto out;
	/* what GL has drawn into the pixmap comes first */
	if (d->drawable)
		vgpu_drawable_drain(d->drawable);
	image = XGetImage(dpy, d->x_drawable, 0, 0, d->width, d->height, AllPlanes, ZPixmap);
	if (image) {
		upload(&gl, current->context->context, d, image);
		XDestroyImage(image);
	}
out:
	vgpu_glx_drawable_unref(d);
}

/* The texture keeps its copy; the extension leaves its content undefined from here on. */
void vgpu_glXReleaseTexImageEXT(Display *dpy, GLXDrawable drawable, int buffer)
{
	struct vgpu_glx_drawable *d = vgpu_glx_drawable_get(dpy, drawable, false);

	if (!d || d->type != VGPU_GLX_PIXMAP)
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadPixmap, X_GLXVendorPrivate, drawable);
	vgpu_glx_drawable_unref(d);
}

/* SPDX-License-Identifier: MIT */
/* Images of a drawable, in a service context (image.h). */
#include "backend/worker/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/worker/fbo.h"

/* ---- formats ------------------------------------------------------------------ */

GLenum vgpu_wformat_color(const struct vgpu_wformat *f, bool es)
{
	uint8_t most = f->red;

	if (f->green > most)
		most = f->green;
	if (f->blue > most)
		most = f->blue;
	if (f->float_color)
		return most > 16 ? GL_RGBA32F : GL_RGBA16F;
	if (f->srgb && most <= 8)
		return GL_SRGB8_ALPHA8;
	if (most > 10)
		return es ? GL_RGBA8 : f->alpha ? GL_RGBA16 : GL_RGB16;
	if (most > 8)
		return f->alpha || es ? GL_RGB10_A2 : GL_RGB10;
	if (most > 6)
		return f->alpha ? GL_RGBA8 : GL_RGB8;
	if (f->alpha > 1)
		return most > 4 ? GL_RGBA8 : GL_RGBA4;
	if (f->alpha)
		return GL_RGB5_A1;
	if (f->green > 5 || es)
		return GL_RGB565;
	return GL_RGB5;
}

GLenum vgpu_wformat_depth(const struct vgpu_wformat *f, bool es)
{
	if (f->stencil && f->depth)
		return f->depth > 24 ? GL_DEPTH32F_STENCIL8 : GL_DEPTH24_STENCIL8;
	if (f->stencil)
		return GL_STENCIL_INDEX8;
	if (f->depth > 24)
		return es ? GL_DEPTH_COMPONENT32F : GL_DEPTH_COMPONENT32;
	if (f->depth > 16)
		return GL_DEPTH_COMPONENT24;
	return f->depth ? GL_DEPTH_COMPONENT16 : GL_NONE;
}

bool vgpu_wformat_is_depth(GLenum internal)
{
	switch (internal) {
	case GL_DEPTH24_STENCIL8:
	case GL_DEPTH32F_STENCIL8:
	case GL_STENCIL_INDEX8:
	case GL_DEPTH_COMPONENT32:
	case GL_DEPTH_COMPONENT32F:
	case GL_DEPTH_COMPONENT24:
	case GL_DEPTH_COMPONENT16:
		return true;
	default:
		return false;
	}
}

/* How the contents of an image look in memory. */
struct layout {
	GLenum format, type;
	unsigned int bytes; /* of a pixel */
};

static struct layout layout_of(GLenum internal)
{
	switch (internal) {
	case GL_DEPTH24_STENCIL8:
		return (struct layout){ GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8, 4 };
	case GL_DEPTH32F_STENCIL8:
		return (struct layout){ GL_DEPTH_STENCIL, GL_FLOAT_32_UNSIGNED_INT_24_8_REV, 8 };
	case GL_STENCIL_INDEX8:
		return (struct layout){ GL_STENCIL_INDEX, GL_UNSIGNED_BYTE, 1 };
	case GL_DEPTH_COMPONENT32:
	case GL_DEPTH_COMPONENT24:
	case GL_DEPTH_COMPONENT16:
		return (struct layout){ GL_DEPTH_COMPONENT, GL_UNSIGNED_INT, 4 };
	case GL_DEPTH_COMPONENT32F:
		return (struct layout){ GL_DEPTH_COMPONENT, GL_FLOAT, 4 };
	case GL_RGBA32F:
	case GL_RGBA16F:
		return (struct layout){ GL_RGBA, GL_FLOAT, 16 };
	case GL_RGBA16:
	case GL_RGB16:
	case GL_RGB10:
	case GL_RGB10_A2:
		return (struct layout){ GL_RGBA, GL_UNSIGNED_SHORT, 8 };
	default:
		return (struct layout){ GL_RGBA, GL_UNSIGNED_BYTE, 4 };
	}
}

/* ---- making ------------------------------------------------------------------- */

/* GL raised no error since the last call. */
static bool fine(const struct vgpu_gl *gl)
{
	bool ok = true;
	int i;

	for (i = 0; i < 8 && gl->GetError() != GL_NO_ERROR; i++)
		ok = false;
	return ok;
}

static GLbitfield image_bits(GLenum internal)
{
	switch (internal) {
	case GL_DEPTH24_STENCIL8:
	case GL_DEPTH32F_STENCIL8:
		return GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT;
	case GL_STENCIL_INDEX8:
		return GL_STENCIL_BUFFER_BIT;
	default:
		return vgpu_wformat_is_depth(internal) ? GL_DEPTH_BUFFER_BIT : GL_COLOR_BUFFER_BIT;
	}
}

/* Make an FBO over one image and bind it to target; the caller deletes it. */
static GLuint over(const struct vgpu_wservice *s, GLenum target, const struct vgpu_wimage *image)
{
	const struct vgpu_wcaps *caps = s->caps;
	GLuint name = 0;

	caps->GenFramebuffers(1, &name);
	caps->BindFramebuffer(GL_FRAMEBUFFER, name);
	if (!vgpu_wformat_is_depth(image->format)) {
		vgpu_wfbo_attach(caps, GL_COLOR_ATTACHMENT0, image);
	} else {
		vgpu_wfbo_attach_depth(caps, image);
		if (caps->split_fbo) {
			static const GLenum none = GL_NONE;

			s->gl->DrawBuffers(1, &none);
			s->gl->ReadBuffer(GL_NONE);
		}
	}
	if (target != GL_FRAMEBUFFER) {
		caps->BindFramebuffer(GL_FRAMEBUFFER, 0);
		caps->BindFramebuffer(target, name);
	}
	return name;
}

static void drop(const struct vgpu_wservice *s, GLuint fbo)
{
	s->caps->BindFramebuffer(GL_FRAMEBUFFER, 0);
	s->caps->DeleteFramebuffers(1, &fbo);
}

/* To zeros: what a window of a software renderer starts with. */
static bool clear(const struct vgpu_wservice *s, const struct vgpu_wimage *image)
{
	GLuint fbo = over(s, GL_FRAMEBUFFER, image);
	bool ok = s->caps->CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;

	if (ok) {
		if (s->caps->es)
			s->gl->ClearDepthf(0);
		else
			s->gl->ClearDepth(0);
		s->gl->Clear(image_bits(image->format));
	}
	drop(s, fbo);
	return ok;
}

static void make_texture(const struct vgpu_gl *gl, struct vgpu_wimage *image, GLsizei width,
                         GLsizei height)
{
	image->texture = true;
	gl->GenTextures(1, &image->name);
	gl->BindTexture(GL_TEXTURE_2D, image->name);
	gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
	/* this way round the octets lie as frames want them, and reading is a plain copy */
	gl->TexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_BGRA, GL_UNSIGNED_BYTE, NULL);
	gl->BindTexture(GL_TEXTURE_2D, 0);
}

static void make_renderbuffer(const struct vgpu_wservice *s, struct vgpu_wimage *image,
                              GLsizei width, GLsizei height, GLsizei samples)
{
	const struct vgpu_gl *gl = s->gl;
	bool es1 = s->caps->api == VGPU_API_GLES1;

	image->texture = false;
	(es1 ? gl->GenRenderbuffersOES : gl->GenRenderbuffers)(1, &image->name);
	(es1 ? gl->BindRenderbufferOES : gl->BindRenderbuffer)(GL_RENDERBUFFER, image->name);
	if (samples > 0 && s->caps->split_fbo)
		gl->RenderbufferStorageMultisample(GL_RENDERBUFFER, samples, image->format, width,
		                                   height);
	else
		(es1 ? gl->RenderbufferStorageOES : gl->RenderbufferStorage)(
			GL_RENDERBUFFER, image->format, width, height);
	(es1 ? gl->BindRenderbufferOES : gl->BindRenderbuffer)(GL_RENDERBUFFER, 0);
}

int vgpu_wimage_make(const struct vgpu_wservice *s, struct vgpu_wimage *image, GLenum internal,
                     uint32_t width, uint32_t height, uint32_t samples)
{
	image->format = internal;
	fine(s->gl);
	if (internal == GL_RGBA8 && samples == 0 && !s->caps->es)
		make_texture(s->gl, image, (GLsizei)width, (GLsizei)height);
	else
		make_renderbuffer(s, image, (GLsizei)width, (GLsizei)height, (GLsizei)samples);
	if (fine(s->gl) && image->name && clear(s, image) && fine(s->gl))
		return 0;
	vgpu_wimage_free(s, image);
	return -ENOMEM;
}

void vgpu_wimage_free(const struct vgpu_wservice *s, struct vgpu_wimage *image)
{
	if (!image->name)
		return;
	if (image->texture)
		s->gl->DeleteTextures(1, &image->name);
	else if (s->caps->api == VGPU_API_GLES1)
		s->gl->DeleteRenderbuffersOES(1, &image->name);
	else
		s->gl->DeleteRenderbuffers(1, &image->name);
	image->name = 0;
}

/* ---- copying ------------------------------------------------------------------- */

void vgpu_wimage_copy(const struct vgpu_wservice *s, const struct vgpu_wimage *from,
                      const struct vgpu_wimage *to, uint32_t width, uint32_t height, bool flip)
{
	GLuint read, draw;
	GLint w = (GLint)width, h = (GLint)height;

	if (!s->caps->split_fbo)
		return;
	read = over(s, GL_FRAMEBUFFER, from);
	draw = over(s, GL_FRAMEBUFFER, to);
	s->caps->BindFramebuffer(GL_READ_FRAMEBUFFER, read);
	s->caps->BindFramebuffer(GL_DRAW_FRAMEBUFFER, draw);
	s->gl->BlitFramebuffer(0, 0, w, h, 0, flip ? h : 0, w, flip ? 0 : h,
	                       image_bits(to->format), GL_NEAREST);
	drop(s, read);
	drop(s, draw);
}

void *vgpu_wimage_get(const struct vgpu_wservice *s, const struct vgpu_wimage *image,
                      uint32_t width, uint32_t height, uint32_t samples)
{
	struct layout layout = layout_of(image->format);
	struct vgpu_wimage single = { 0 };
	const struct vgpu_wimage *from = image;
	GLuint fbo;
	void *data;

	if (s->caps->es && (vgpu_wformat_is_depth(image->format) || layout.bytes != 4))
		return NULL; /* ES reads colour as bytes only */
	if (samples > 0) {
		if (vgpu_wimage_make(s, &single, image->format, width, height, 0))
			return NULL;
		vgpu_wimage_copy(s, image, &single, width, height, false);
		from = &single;
	}
	data = malloc((size_t)width * height * layout.bytes);
	if (data) {
		fbo = over(s, GL_FRAMEBUFFER, from);
		s->gl->ReadPixels(0, 0, (GLsizei)width, (GLsizei)height, layout.format,
		                  layout.type, data);
		drop(s, fbo);
		if (!fine(s->gl)) {
			free(data);
			data = NULL;
		}
	}
	vgpu_wimage_free(s, &single);
	return data;
}

/* The same rows from the other end, in malloc'd memory, or NULL. */
static void *turned(const void *data, uint32_t width, uint32_t height, unsigned int pixel)
{
	size_t row = (size_t)width * pixel;
	uint8_t *copy = malloc(row * height);
	uint32_t y;

	for (y = 0; copy && y < height; y++)
		memcpy(copy + y * row, (const uint8_t *)data + (height - 1 - y) * row, row);
	return copy;
}

/*
 * Without drawing: a software renderer compiles shaders for that, in each
 * context anew. data's rows lie as the image's. False: nothing was done.
 */
static bool put_plain(const struct vgpu_wservice *s, const struct vgpu_wimage *image,
                      uint32_t width, uint32_t height, const void *data, struct layout layout)
{
	const struct vgpu_gl *gl = s->gl;
	GLuint source = 0;
	bool ok;

	if (!image->texture && (!s->caps->copy_image || s->caps->es))
		return false;
	if (!image->texture)
		gl->GenTextures(1, &source);
	gl->BindTexture(GL_TEXTURE_2D, image->texture ? image->name : source);
	if (image->texture) {
		gl->TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, (GLsizei)width, (GLsizei)height,
		                  layout.format, layout.type, data);
	} else {
		gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
		gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
		gl->TexImage2D(GL_TEXTURE_2D, 0, (GLint)image->format, (GLsizei)width,
		               (GLsizei)height, 0, layout.format, layout.type, data);
	}
	gl->BindTexture(GL_TEXTURE_2D, 0);
	ok = fine(gl);
	if (ok && source) {
		/* fails for a multisampled image */
		gl->CopyImageSubData(source, GL_TEXTURE_2D, 0, 0, 0, 0, image->name,
		                     GL_RENDERBUFFER, 0, 0, 0, 0, (GLsizei)width,
		                     (GLsizei)height, 1);
		ok = fine(gl);
	}
	gl->DeleteTextures(1, &source);
	return ok;
}

void vgpu_wimage_put(const struct vgpu_wservice *s, const struct vgpu_wimage *image,
                     uint32_t width, uint32_t height, const void *data, bool bgra, bool flip)
{
	const struct vgpu_gl *gl = s->gl;
	struct layout layout = layout_of(image->format);
	struct vgpu_wimage source = { .texture = true, .format = image->format };
	GLenum internal = image->format;
	void *copy;
	bool done;

	if (s->caps->es && layout.bytes != 4)
		return;
	if (bgra)
		layout = (struct layout){ GL_BGRA, GL_UNSIGNED_BYTE, 4 };
	copy = flip ? turned(data, width, height, layout.bytes) : NULL;
	done = (!flip || copy) &&
	       put_plain(s, image, width, height, copy ? copy : data, layout);
	free(copy);
	if (done)
		return;
	if (s->caps->es)
		internal = bgra ? GL_BGRA : GL_RGBA;
	gl->GenTextures(1, &source.name);
	gl->BindTexture(GL_TEXTURE_2D, source.name);
	gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	gl->TexImage2D(GL_TEXTURE_2D, 0, (GLint)internal, (GLsizei)width, (GLsizei)height, 0,
	               layout.format, layout.type, data);
	gl->BindTexture(GL_TEXTURE_2D, 0);
	if (fine(gl))
		vgpu_wimage_copy(s, &source, image, width, height, flip);
	gl->DeleteTextures(1, &source.name);
	fine(gl);
}

/* SPDX-License-Identifier: MIT */
/*
 * Pbuffers as textures: eglBindTexImage copies the pbuffer to the texture. A
 * bound pbuffer ought not to be drawn to, but drivers let programs do it and
 * share the image; here the texture gets a new copy when drawing has ended.
 */
#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/egl/gl.h"

/* Which framebuffer binding reading goes by. */
static void framebuffer_enums(const struct vgpu_context *context, GLenum *binding, GLenum *target)
{
	const bool split = context->params.api == VGPU_API_GL || context->version >= 30;

	*binding = split ? GL_READ_FRAMEBUFFER_BINDING : GL_FRAMEBUFFER_BINDING;
	*target = split ? GL_READ_FRAMEBUFFER : GL_FRAMEBUFFER;
}

static EGLint copy_to_texture(struct vgpu_egl_surface *surface)
{
	const struct vgpu_egl_gl *gl = vgpu_egl_gl();
	struct vgpu_context *context = vgpu_current;
	struct vgpu_drawable *draw = context->draw, *read = context->read;
	const bool framebuffers =
		context->params.api != VGPU_API_GLES1 && gl->BindFramebuffer && gl->GetIntegerv;
	GLenum binding, target;
	GLint bound = 0;
	EGLint error;

	if (!gl->CopyTexImage2D)
		return EGL_BAD_MATCH;
	/* read from the pbuffer for a moment; OpenGL ES reads from where it draws to */
	error = (EGLint)vgpu_context_make_current(context, surface->drawable, surface->drawable);
	if (error != EGL_SUCCESS)
		return error;
	framebuffer_enums(context, &binding, &target);
	if (framebuffers) {
		gl->GetIntegerv(binding, &bound);
		if (bound)
			gl->BindFramebuffer(target, 0);
	}
	gl->CopyTexImage2D(GL_TEXTURE_2D, surface->mipmap_level,
	                   surface->texture_format == EGL_TEXTURE_RGBA &&
	                                   surface->config->alpha > 0
	                           ? GL_RGBA
	                           : GL_RGB,
	                   0, 0,
	                   surface->width, surface->height, 0);
	if (bound)
		gl->BindFramebuffer(target, (GLuint)bound);
	return (EGLint)vgpu_context_make_current(context, draw, read);
}

void vgpu_egl_texture_refresh(struct vgpu_egl_surface *surface)
{
	const struct vgpu_egl_gl *gl = vgpu_egl_gl();
	GLint bound = 0;

	if (!surface->texture_bound || !gl->BindTexture ||
	    surface->texture_share != vgpu_current->share ||
	    (!surface->texture && surface->texture_context != vgpu_current))
		return;
	gl->GetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
	gl->BindTexture(GL_TEXTURE_2D, surface->texture);
	copy_to_texture(surface);
	gl->BindTexture(GL_TEXTURE_2D, (GLuint)bound);
}

/* Remember where the image went. */
static void note_texture(struct vgpu_egl_surface *surface, bool bound)
{
	GLint texture = 0;

	vgpu_share_unref(surface->texture_share);
	surface->texture_share = NULL;
	if (bound && vgpu_egl_thread()->context && vgpu_current) {
		vgpu_egl_gl()->GetIntegerv(GL_TEXTURE_BINDING_2D, &texture);
		surface->texture_context = vgpu_current;
		surface->texture_share = vgpu_share_ref(vgpu_current->share);
	}
	surface->texture = (GLuint)texture;
}

static EGLint check(const struct vgpu_egl_surface *surface, EGLint buffer)
{
	if (buffer != EGL_BACK_BUFFER)
		return EGL_BAD_PARAMETER;
	if (surface->type != EGL_PBUFFER_BIT)
		return EGL_BAD_SURFACE;
	if (surface->texture_format == EGL_NO_TEXTURE)
		return EGL_BAD_MATCH;
	return EGL_SUCCESS;
}

static EGLBoolean set_bound(EGLDisplay dpy, EGLSurface handle, EGLint buffer, bool bound)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_surface *surface;
	EGLint error;

	if (!display)
		return EGL_FALSE;
	surface = vgpu_egl_object_get(display, handle, VGPU_EGL_SURFACE);
	if (!surface)
		return vgpu_egl_error(EGL_BAD_SURFACE);
	error = check(surface, buffer);
	if (error == EGL_SUCCESS && bound) {
		if (surface->texture_bound ||
		    (surface->thread && surface->thread != vgpu_egl_thread()))
			error = EGL_BAD_ACCESS;
		else if (vgpu_egl_thread()->context)
			error = copy_to_texture(surface);
	}
	if (error == EGL_SUCCESS) {
		note_texture(surface, bound);
		surface->texture_bound = bound;
	}
	vgpu_egl_object_put(&surface->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglBindTexImage(EGLDisplay dpy, EGLSurface surface, EGLint buffer)
{
	return set_bound(dpy, surface, buffer, true);
}

EGLBoolean EGLAPIENTRY vgpu_eglReleaseTexImage(EGLDisplay dpy, EGLSurface surface, EGLint buffer)
{
	return set_bound(dpy, surface, buffer, false);
}

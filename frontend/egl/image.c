/* SPDX-License-Identifier: MIT */
/*
 * EGL images of textures and renderbuffers. The worker makes the same image of
 * the host's EGL, whose checks decide; a handle is an object of the display.
 */
#include <stdlib.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

struct vgpu_egl_image {
	struct vgpu_egl_object object;
	struct vgpu_client *client;
	uint32_t number; /* on the wire */
};

struct attribs {
	EGLint level, zoffset;
};

void vgpu_egl_image_free(struct vgpu_egl_image *image)
{
	vgpu_image_destroy(image->client, image->number);
	free(image);
}

uint32_t vgpu_egl_image_number(const void *handle)
{
	struct vgpu_egl_context *context = vgpu_egl_thread()->context;
	struct vgpu_egl_image *image;
	uint32_t number;

	if (!context || !handle)
		return 0;
	image = vgpu_egl_object_get(context->object.display, (void *)handle, VGPU_EGL_IMAGE);
	if (!image)
		return 0;
	number = image->client == context->context->client ? image->number : 0;
	vgpu_egl_object_put(&image->object);
	return number;
}

static EGLint read_attrib(struct attribs *a, EGLAttrib name, EGLAttrib value)
{
	switch (name) {
	case EGL_IMAGE_PRESERVED_KHR: /* what is there is always kept */
		return EGL_SUCCESS;
	case EGL_GL_TEXTURE_LEVEL_KHR:
		a->level = (EGLint)value;
		return EGL_SUCCESS;
	case EGL_GL_TEXTURE_ZOFFSET_KHR:
		a->zoffset = (EGLint)value;
		return EGL_SUCCESS;
	default:
		return EGL_BAD_PARAMETER;
	}
}

/* Attributes as EGL_KHR_image_base gives them (ints) or as EGL 1.5 does (wide). */
static EGLint read_attribs(struct attribs *a, const EGLint *ints, const EGLAttrib *wide)
{
	EGLint error = EGL_SUCCESS;

	for (; error == EGL_SUCCESS && ints && ints[0] != EGL_NONE; ints += 2)
		error = read_attrib(a, ints[0], ints[1]);
	for (; error == EGL_SUCCESS && wide && wide[0] != EGL_NONE; wide += 2)
		error = read_attrib(a, wide[0], wide[1]);
	return error;
}

static EGLint make(struct vgpu_egl_display *display, struct vgpu_egl_context *context,
                   EGLenum target, uintptr_t buffer, const struct attribs *a,
                   struct vgpu_egl_image **image_out)
{
	struct vgpu_egl_image *image = calloc(1, sizeof(*image));
	EGLint error;

	if (!image)
		return EGL_BAD_ALLOC;
	image->client = context->context->client;
	error = (EGLint)vgpu_image_create(context->context, target, (uint32_t)buffer, a->level,
	                                  a->zoffset, &image->number);
	if (error != EGL_SUCCESS) {
		free(image);
		return error;
	}
	vgpu_egl_object_add(&image->object, VGPU_EGL_IMAGE, display);
	*image_out = image;
	return EGL_SUCCESS;
}

static EGLImage create(EGLDisplay dpy, EGLContext handle, EGLenum target, EGLClientBuffer buffer,
                       const EGLint *ints, const EGLAttrib *wide)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_context *context = NULL;
	struct vgpu_egl_image *image = NULL;
	struct attribs a = { 0, 0 };
	uintptr_t name = (uintptr_t)buffer;
	EGLint error;

	if (!display)
		return EGL_NO_IMAGE;
	if (handle != EGL_NO_CONTEXT) {
		context = vgpu_egl_object_get(display, handle, VGPU_EGL_CONTEXT);
		if (!context) {
			vgpu_egl_error(EGL_BAD_CONTEXT);
			return EGL_NO_IMAGE;
		}
	}
	error = read_attribs(&a, ints, wide);
	if (error == EGL_SUCCESS && (name == 0 || name > UINT32_MAX))
		error = EGL_BAD_PARAMETER;
	/* all targets that the worker knows are objects of a context */
	if (error == EGL_SUCCESS && !context)
		error = EGL_BAD_PARAMETER;
	if (error == EGL_SUCCESS)
		error = make(display, context, target, name, &a, &image);
	if (context)
		vgpu_egl_object_put(&context->object);
	if (error != EGL_SUCCESS) {
		vgpu_egl_error(error);
		return EGL_NO_IMAGE;
	}
	return image;
}

EGLImage EGLAPIENTRY vgpu_eglCreateImage(EGLDisplay dpy, EGLContext context, EGLenum target,
                                         EGLClientBuffer buffer, const EGLAttrib *attribs)
{
	return create(dpy, context, target, buffer, NULL, attribs);
}

EGLImageKHR EGLAPIENTRY vgpu_eglCreateImageKHR(EGLDisplay dpy, EGLContext context, EGLenum target,
                                               EGLClientBuffer buffer, const EGLint *attribs)
{
	return create(dpy, context, target, buffer, attribs, NULL);
}

EGLBoolean EGLAPIENTRY vgpu_eglDestroyImage(EGLDisplay dpy, EGLImage handle)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_object *object;

	if (!display)
		return EGL_FALSE;
	object = vgpu_egl_object_take(display, handle, VGPU_EGL_IMAGE);
	if (!object)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	vgpu_egl_object_put(object);
	return EGL_TRUE;
}

/* SPDX-License-Identifier: MIT */
/*
 * Textures and renderbuffers of EGL images. A handle is the EGL library's, which
 * knows the image's number; the worker raises the errors.
 */
#include "encode.h"
#include "entry.h"
#include "frontend/connection.h"
#include "frontend/gl/state.h"

uint32_t (*vgpu_image_lookup)(const void *handle);

static uint64_t number_of(GLeglImageOES image)
{
	return vgpu_image_lookup ? vgpu_image_lookup(image) : 0;
}

/* Whatever is in the list is refused: its first attribute is enough. */
static uint64_t list_bytes(const GLint *list)
{
	return list && list[0] != GL_NONE ? sizeof(*list) : 0;
}

void GLAPIENTRY entry_glEGLImageTargetTexture2DOES(GLenum target, GLeglImageOES image)
{
	VGPU_GL_CONTEXT();
	enc_glEGLImageTargetTexture2DOES(s, target, number_of(image));
}

void GLAPIENTRY entry_glEGLImageTargetRenderbufferStorageOES(GLenum target, GLeglImageOES image)
{
	VGPU_GL_CONTEXT();
	enc_glEGLImageTargetRenderbufferStorageOES(s, target, number_of(image));
}

void GLAPIENTRY entry_glEGLImageTargetTexStorageEXT(GLenum target, GLeglImageOES image,
                                                    const GLint *attribs)
{
	VGPU_GL_CONTEXT();
	enc_glEGLImageTargetTexStorageEXT(s, target, number_of(image), attribs,
	                                  list_bytes(attribs));
}

void GLAPIENTRY entry_glEGLImageTargetTextureStorageEXT(GLuint texture, GLeglImageOES image,
                                                        const GLint *attribs)
{
	VGPU_GL_CONTEXT();
	enc_glEGLImageTargetTextureStorageEXT(s, texture, number_of(image), attribs,
	                                      list_bytes(attribs));
}

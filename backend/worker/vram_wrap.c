/* SPDX-License-Identifier: MIT */
/* The host's functions that give and take storage, each with a note in the ledger. */
#include "backend/worker/vram.h"
#include "backend/worker/vram_ledger.h"

#include <stddef.h>

#define MAX_SIDE 65536 /* a larger image is one that GL refuses */
#define DEFAULT_NAME 0xffffff00u /* and the target's last octet: the texture with name 0 */

static struct vgpu_gl real; /* the host's own functions */

/* ---- sizes -------------------------------------------------------------------------- */

static uint64_t image_octets(GLenum format, GLsizei samples, int64_t w, int64_t h, int64_t d)
{
	if (w < 0 || h < 0 || d < 0 || w > MAX_SIDE || h > MAX_SIDE || d > MAX_SIDE || samples < 0 ||
	    samples > 64)
		return 0;
	return ((uint64_t)w * (uint64_t)h * (uint64_t)d * vgpu_vram_texel_bits(format) + 7) / 8 *
	       (samples > 1 ? (uint64_t)samples : 1);
}

static unsigned int face_of(GLenum target)
{
	return target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X && target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z
	               ? target - GL_TEXTURE_CUBE_MAP_POSITIVE_X : 0;
}

/* The query for what is bound to a target; 0 for proxies and what is no target. */
static GLenum binding_of(GLenum target)
{
	switch (target) {
	case GL_TEXTURE_1D: return GL_TEXTURE_BINDING_1D;
	case GL_TEXTURE_2D: return GL_TEXTURE_BINDING_2D;
	case GL_TEXTURE_3D: return GL_TEXTURE_BINDING_3D;
	case GL_TEXTURE_1D_ARRAY: return GL_TEXTURE_BINDING_1D_ARRAY;
	case GL_TEXTURE_2D_ARRAY: return GL_TEXTURE_BINDING_2D_ARRAY;
	case GL_TEXTURE_RECTANGLE: return GL_TEXTURE_BINDING_RECTANGLE;
	case GL_TEXTURE_CUBE_MAP: return GL_TEXTURE_BINDING_CUBE_MAP;
	case GL_TEXTURE_CUBE_MAP_ARRAY: return GL_TEXTURE_BINDING_CUBE_MAP_ARRAY;
	case GL_TEXTURE_2D_MULTISAMPLE: return GL_TEXTURE_BINDING_2D_MULTISAMPLE;
	case GL_TEXTURE_2D_MULTISAMPLE_ARRAY: return GL_TEXTURE_BINDING_2D_MULTISAMPLE_ARRAY;
	case GL_ARRAY_BUFFER: return GL_ARRAY_BUFFER_BINDING;
	case GL_ELEMENT_ARRAY_BUFFER: return GL_ELEMENT_ARRAY_BUFFER_BINDING;
	case GL_PIXEL_PACK_BUFFER: return GL_PIXEL_PACK_BUFFER_BINDING;
	case GL_PIXEL_UNPACK_BUFFER: return GL_PIXEL_UNPACK_BUFFER_BINDING;
	case GL_UNIFORM_BUFFER: return GL_UNIFORM_BUFFER_BINDING;
	case GL_SHADER_STORAGE_BUFFER: return GL_SHADER_STORAGE_BUFFER_BINDING;
	case GL_ATOMIC_COUNTER_BUFFER: return GL_ATOMIC_COUNTER_BUFFER_BINDING;
	case GL_TRANSFORM_FEEDBACK_BUFFER: return GL_TRANSFORM_FEEDBACK_BUFFER_BINDING;
	case GL_COPY_READ_BUFFER: return GL_COPY_READ_BUFFER_BINDING;
	case GL_COPY_WRITE_BUFFER: return GL_COPY_WRITE_BUFFER_BINDING;
	case GL_DRAW_INDIRECT_BUFFER: return GL_DRAW_INDIRECT_BUFFER_BINDING;
	case GL_DISPATCH_INDIRECT_BUFFER: return GL_DISPATCH_INDIRECT_BUFFER_BINDING;
	case GL_TEXTURE_BUFFER: return GL_TEXTURE_BUFFER_BINDING;
	case GL_QUERY_BUFFER: return GL_QUERY_BUFFER_BINDING;
	case GL_RENDERBUFFER: return GL_RENDERBUFFER_BINDING;
	}
	return face_of(target) || target == GL_TEXTURE_CUBE_MAP_POSITIVE_X
	               ? GL_TEXTURE_BINDING_CUBE_MAP : 0;
}

/*
 * Asked after the call itself: a target that this context has not is an error of
 * that call already, and GL keeps the first.
 */
static GLuint bound(GLenum target)
{
	GLenum query = vgpu_vram_counts() ? binding_of(target) : 0;
	GLint name = 0;

	if (query)
		real.GetIntegerv(query, &name);
	return (GLuint)name;
}

static GLuint bound_texture(GLenum target)
{
	GLuint name = bound(target);

	return name || !vgpu_vram_counts() || !binding_of(target) ? name : DEFAULT_NAME | (target & 0xff);
}

static void all_levels(GLuint name, GLenum target, GLsizei levels, GLsizei samples, GLenum format,
                       int64_t w, int64_t h, int64_t d)
{
	unsigned int faces = target == GL_TEXTURE_CUBE_MAP ? VGPU_VRAM_FACES : 1;

	for (GLint level = 0; level < levels && level < VGPU_VRAM_LEVELS; level++) {
		for (unsigned int face = 0; face < faces; face++)
			vgpu_vram_set_image(name, face, level, image_octets(format, samples, w, h, d));
		w = w > 1 ? w / 2 : w;
		if (target != GL_TEXTURE_1D_ARRAY)
			h = h > 1 ? h / 2 : h;
		if (target == GL_TEXTURE_3D)
			d = d > 1 ? d / 2 : d;
	}
}

/* What a texture made without a target is; asked of GL 4.5, which makes such. */
static GLenum target_of(GLuint texture)
{
	GLint target = GL_TEXTURE_2D;

	if (vgpu_vram_counts() && real.GetTextureParameteriv)
		real.GetTextureParameteriv(texture, GL_TEXTURE_TARGET, &target);
	return (GLenum)target;
}

/* ---- buffers -------------------------------------------------------------------------- */

static void buffer(GLuint name, GLsizeiptr size)
{
	vgpu_vram_set_buffer(name, size > 0 ? (uint64_t)size : 0);
}

static void GLAPIENTRY BufferData(GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	real.BufferData(target, size, data, usage);
	buffer(bound(target), size);
}

static void GLAPIENTRY BufferStorage(GLenum target, GLsizeiptr size, const void *data,
                                     GLbitfield flags)
{
	real.BufferStorage(target, size, data, flags);
	buffer(bound(target), size);
}

static void GLAPIENTRY NamedBufferData(GLuint name, GLsizeiptr size, const void *data, GLenum usage)
{
	real.NamedBufferData(name, size, data, usage);
	buffer(name, size);
}

static void GLAPIENTRY NamedBufferDataEXT(GLuint name, GLsizeiptr size, const void *data,
                                          GLenum usage)
{
	real.NamedBufferDataEXT(name, size, data, usage);
	buffer(name, size);
}

static void GLAPIENTRY NamedBufferStorage(GLuint name, GLsizeiptr size, const void *data,
                                          GLbitfield flags)
{
	real.NamedBufferStorage(name, size, data, flags);
	buffer(name, size);
}

static void GLAPIENTRY DeleteBuffers(GLsizei n, const GLuint *names)
{
	real.DeleteBuffers(n, names);
	for (GLsizei i = 0; i < n; i++)
		vgpu_vram_set_buffer(names[i], 0);
}

/* ---- renderbuffers ---------------------------------------------------------------------- */

static void renderbuffer(GLuint name, GLsizei samples, GLenum format, GLsizei w, GLsizei h)
{
	vgpu_vram_set_renderbuffer(name, image_octets(format, samples, w, h, 1));
}

static void GLAPIENTRY RenderbufferStorage(GLenum target, GLenum format, GLsizei w, GLsizei h)
{
	real.RenderbufferStorage(target, format, w, h);
	renderbuffer(bound(target), 0, format, w, h);
}

static void GLAPIENTRY RenderbufferStorageMultisample(GLenum target, GLsizei samples, GLenum format,
                                                      GLsizei w, GLsizei h)
{
	real.RenderbufferStorageMultisample(target, samples, format, w, h);
	renderbuffer(bound(target), samples, format, w, h);
}

static void GLAPIENTRY NamedRenderbufferStorage(GLuint name, GLenum format, GLsizei w, GLsizei h)
{
	real.NamedRenderbufferStorage(name, format, w, h);
	renderbuffer(name, 0, format, w, h);
}

static void GLAPIENTRY NamedRenderbufferStorageMultisample(GLuint name, GLsizei samples,
                                                           GLenum format, GLsizei w, GLsizei h)
{
	real.NamedRenderbufferStorageMultisample(name, samples, format, w, h);
	renderbuffer(name, samples, format, w, h);
}

static void GLAPIENTRY DeleteRenderbuffers(GLsizei n, const GLuint *names)
{
	real.DeleteRenderbuffers(n, names);
	for (GLsizei i = 0; i < n; i++)
		vgpu_vram_set_renderbuffer(names[i], 0);
}

/* ---- textures ------------------------------------------------------------------------------ */

static void GLAPIENTRY TexImage1D(GLenum target, GLint level, GLint internal, GLsizei w,
                                  GLint border, GLenum format, GLenum type, const void *pixels)
{
	real.TexImage1D(target, level, internal, w, border, format, type, pixels);
	vgpu_vram_set_image(bound_texture(target), 0, level, image_octets((GLenum)internal, 0, w, 1, 1));
}

static void GLAPIENTRY TexImage2D(GLenum target, GLint level, GLint internal, GLsizei w, GLsizei h,
                                  GLint border, GLenum format, GLenum type, const void *pixels)
{
	real.TexImage2D(target, level, internal, w, h, border, format, type, pixels);
	vgpu_vram_set_image(bound_texture(target), face_of(target), level,
	          image_octets((GLenum)internal, 0, w, h, 1));
}

static void GLAPIENTRY TexImage3D(GLenum target, GLint level, GLint internal, GLsizei w, GLsizei h,
                                  GLsizei d, GLint border, GLenum format, GLenum type,
                                  const void *pixels)
{
	real.TexImage3D(target, level, internal, w, h, d, border, format, type, pixels);
	vgpu_vram_set_image(bound_texture(target), 0, level, image_octets((GLenum)internal, 0, w, h, d));
}

static void GLAPIENTRY TexImage2DMultisample(GLenum target, GLsizei samples, GLenum format,
                                             GLsizei w, GLsizei h, GLboolean fixed)
{
	real.TexImage2DMultisample(target, samples, format, w, h, fixed);
	vgpu_vram_set_image(bound_texture(target), 0, 0, image_octets(format, samples, w, h, 1));
}

static void GLAPIENTRY TexImage3DMultisample(GLenum target, GLsizei samples, GLenum format,
                                             GLsizei w, GLsizei h, GLsizei d, GLboolean fixed)
{
	real.TexImage3DMultisample(target, samples, format, w, h, d, fixed);
	vgpu_vram_set_image(bound_texture(target), 0, 0, image_octets(format, samples, w, h, d));
}

static void GLAPIENTRY CopyTexImage1D(GLenum target, GLint level, GLenum format, GLint x, GLint y,
                                      GLsizei w, GLint border)
{
	real.CopyTexImage1D(target, level, format, x, y, w, border);
	vgpu_vram_set_image(bound_texture(target), 0, level, image_octets(format, 0, w, 1, 1));
}

static void GLAPIENTRY CopyTexImage2D(GLenum target, GLint level, GLenum format, GLint x, GLint y,
                                      GLsizei w, GLsizei h, GLint border)
{
	real.CopyTexImage2D(target, level, format, x, y, w, h, border);
	vgpu_vram_set_image(bound_texture(target), face_of(target), level, image_octets(format, 0, w, h, 1));
}

static uint64_t compressed(GLsizei bytes)
{
	return bytes > 0 ? (uint64_t)bytes : 0;
}

static void GLAPIENTRY CompressedTexImage1D(GLenum target, GLint level, GLenum format, GLsizei w,
                                            GLint border, GLsizei bytes, const void *data)
{
	real.CompressedTexImage1D(target, level, format, w, border, bytes, data);
	vgpu_vram_set_image(bound_texture(target), 0, level, compressed(bytes));
}

static void GLAPIENTRY CompressedTexImage2D(GLenum target, GLint level, GLenum format, GLsizei w,
                                            GLsizei h, GLint border, GLsizei bytes,
                                            const void *data)
{
	real.CompressedTexImage2D(target, level, format, w, h, border, bytes, data);
	vgpu_vram_set_image(bound_texture(target), face_of(target), level, compressed(bytes));
}

static void GLAPIENTRY CompressedTexImage3D(GLenum target, GLint level, GLenum format, GLsizei w,
                                            GLsizei h, GLsizei d, GLint border, GLsizei bytes,
                                            const void *data)
{
	real.CompressedTexImage3D(target, level, format, w, h, d, border, bytes, data);
	vgpu_vram_set_image(bound_texture(target), 0, level, compressed(bytes));
}

static void GLAPIENTRY TexStorage1D(GLenum target, GLsizei levels, GLenum format, GLsizei w)
{
	real.TexStorage1D(target, levels, format, w);
	all_levels(bound_texture(target), target, levels, 0, format, w, 1, 1);
}

static void GLAPIENTRY TexStorage2D(GLenum target, GLsizei levels, GLenum format, GLsizei w,
                                    GLsizei h)
{
	real.TexStorage2D(target, levels, format, w, h);
	all_levels(bound_texture(target), target, levels, 0, format, w, h, 1);
}

static void GLAPIENTRY TexStorage3D(GLenum target, GLsizei levels, GLenum format, GLsizei w,
                                    GLsizei h, GLsizei d)
{
	real.TexStorage3D(target, levels, format, w, h, d);
	all_levels(bound_texture(target), target, levels, 0, format, w, h, d);
}

static void GLAPIENTRY TexStorage2DMultisample(GLenum target, GLsizei samples, GLenum format,
                                               GLsizei w, GLsizei h, GLboolean fixed)
{
	real.TexStorage2DMultisample(target, samples, format, w, h, fixed);
	all_levels(bound_texture(target), target, 1, samples, format, w, h, 1);
}

static void GLAPIENTRY TexStorage3DMultisample(GLenum target, GLsizei samples, GLenum format,
                                               GLsizei w, GLsizei h, GLsizei d, GLboolean fixed)
{
	real.TexStorage3DMultisample(target, samples, format, w, h, d, fixed);
	all_levels(bound_texture(target), target, 1, samples, format, w, h, d);
}

static void GLAPIENTRY TextureStorage1D(GLuint name, GLsizei levels, GLenum format, GLsizei w)
{
	real.TextureStorage1D(name, levels, format, w);
	all_levels(name, target_of(name), levels, 0, format, w, 1, 1);
}

static void GLAPIENTRY TextureStorage2D(GLuint name, GLsizei levels, GLenum format, GLsizei w,
                                        GLsizei h)
{
	real.TextureStorage2D(name, levels, format, w, h);
	all_levels(name, target_of(name), levels, 0, format, w, h, 1);
}

static void GLAPIENTRY TextureStorage3D(GLuint name, GLsizei levels, GLenum format, GLsizei w,
                                        GLsizei h, GLsizei d)
{
	real.TextureStorage3D(name, levels, format, w, h, d);
	all_levels(name, target_of(name), levels, 0, format, w, h, d);
}

static void GLAPIENTRY TextureStorage2DMultisample(GLuint name, GLsizei samples, GLenum format,
                                                   GLsizei w, GLsizei h, GLboolean fixed)
{
	real.TextureStorage2DMultisample(name, samples, format, w, h, fixed);
	all_levels(name, GL_TEXTURE_2D_MULTISAMPLE, 1, samples, format, w, h, 1);
}

static void GLAPIENTRY TextureStorage3DMultisample(GLuint name, GLsizei samples, GLenum format,
                                                   GLsizei w, GLsizei h, GLsizei d, GLboolean fixed)
{
	real.TextureStorage3DMultisample(name, samples, format, w, h, d, fixed);
	all_levels(name, GL_TEXTURE_2D_MULTISAMPLE_ARRAY, 1, samples, format, w, h, d);
}

static void GLAPIENTRY TextureImage2DEXT(GLuint name, GLenum target, GLint level, GLint internal,
                                         GLsizei w, GLsizei h, GLint border, GLenum format,
                                         GLenum type, const void *pixels)
{
	real.TextureImage2DEXT(name, target, level, internal, w, h, border, format, type, pixels);
	vgpu_vram_set_image(name, face_of(target), level, image_octets((GLenum)internal, 0, w, h, 1));
}

static void GLAPIENTRY TextureImage3DEXT(GLuint name, GLenum target, GLint level, GLint internal,
                                         GLsizei w, GLsizei h, GLsizei d, GLint border,
                                         GLenum format, GLenum type, const void *pixels)
{
	real.TextureImage3DEXT(name, target, level, internal, w, h, d, border, format, type, pixels);
	vgpu_vram_set_image(name, 0, level, image_octets((GLenum)internal, 0, w, h, d));
}

static void GLAPIENTRY GenerateMipmap(GLenum target)
{
	real.GenerateMipmap(target);
	vgpu_vram_mipmaps(bound_texture(target));
}

static void GLAPIENTRY GenerateTextureMipmap(GLuint name)
{
	real.GenerateTextureMipmap(name);
	vgpu_vram_mipmaps(name);
}

static void GLAPIENTRY DeleteTextures(GLsizei n, const GLuint *names)
{
	real.DeleteTextures(n, names);
	vgpu_vram_forget_textures(n, names);
}

void vgpu_vram_install(struct vgpu_gl *gl)
{
	real = *gl;
	if (!real.GetIntegerv)
		return;
#define WRAP(f) gl->f = real.f ? f : NULL
	WRAP(BufferData);
	WRAP(BufferStorage);
	WRAP(NamedBufferData);
	WRAP(NamedBufferDataEXT);
	WRAP(NamedBufferStorage);
	WRAP(DeleteBuffers);
	WRAP(RenderbufferStorage);
	WRAP(RenderbufferStorageMultisample);
	WRAP(NamedRenderbufferStorage);
	WRAP(NamedRenderbufferStorageMultisample);
	WRAP(DeleteRenderbuffers);
	WRAP(TexImage1D);
	WRAP(TexImage2D);
	WRAP(TexImage3D);
	WRAP(TexImage2DMultisample);
	WRAP(TexImage3DMultisample);
	WRAP(CopyTexImage1D);
	WRAP(CopyTexImage2D);
	WRAP(CompressedTexImage1D);
	WRAP(CompressedTexImage2D);
	WRAP(CompressedTexImage3D);
	WRAP(TexStorage1D);
	WRAP(TexStorage2D);
	WRAP(TexStorage3D);
	WRAP(TexStorage2DMultisample);
	WRAP(TexStorage3DMultisample);
	WRAP(TextureStorage1D);
	WRAP(TextureStorage2D);
	WRAP(TextureStorage3D);
	WRAP(TextureStorage2DMultisample);
	WRAP(TextureStorage3DMultisample);
	WRAP(TextureImage2DEXT);
	WRAP(TextureImage3DEXT);
	WRAP(GenerateMipmap);
	WRAP(GenerateTextureMipmap);
	WRAP(DeleteTextures);
#undef WRAP
}

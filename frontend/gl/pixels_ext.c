/* SPDX-License-Identifier: MIT */
/* Uploads of EXT_direct_state_access and OES_texture_3D, and compressed images. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/pixels.h"
#include "frontend/gl/state.h"
#include "frontend/gl/texture_target.h"

/* EXT_direct_state_access makes objects of names that were never generated. */
static void note(GLuint texture)
{
	VGPU_GL_CONTEXT();
	vgpu_guest_names_note(ctx, VGPU_NAME_TEXTURE, texture);
}

#define UPLOAD(dims, w, h, d, pixels, encode)                                                     \
	struct vgpu_ref ref;                                                                      \
	VGPU_GL_CONTEXT();                                                                        \
	if (vgpu_gl_unpack(ctx, dims, w, h, d, format, type, pixels, &ref))                       \
		encode

void GLAPIENTRY entry_glTexImage3DOES(GLenum target, GLint level, GLenum internalformat,
				      GLsizei width, GLsizei height, GLsizei depth, GLint border,
				      GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(3, width, height, depth, pixels,
	       enc_glTexImage3DOES(s, target, level, internalformat, width, height, depth, border,
				   format, type, ref));
}

void GLAPIENTRY entry_glTexSubImage3DOES(GLenum target, GLint level, GLint xoffset, GLint yoffset,
					 GLint zoffset, GLsizei width, GLsizei height,
					 GLsizei depth, GLenum format, GLenum type,
					 const void *pixels)
{
	UPLOAD(3, width, height, depth, pixels,
	       enc_glTexSubImage3DOES(s, target, level, xoffset, yoffset, zoffset, width, height,
				      depth, format, type, ref));
}

void GLAPIENTRY entry_glMultiTexImage1DEXT(GLenum texunit, GLenum target, GLint level,
					   GLint internalformat, GLsizei width, GLint border,
					   GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(1, width, 1, 1, pixels,
	       enc_glMultiTexImage1DEXT(s, texunit, target, level, internalformat, width, border,
					format, type, ref));
}

void GLAPIENTRY entry_glMultiTexImage2DEXT(GLenum texunit, GLenum target, GLint level,
					   GLint internalformat, GLsizei width, GLsizei height,
					   GLint border, GLenum format, GLenum type,
					   const void *pixels)
{
	UPLOAD(2, width, height, 1, pixels,
	       enc_glMultiTexImage2DEXT(s, texunit, target, level, internalformat, width, height,
					border, format, type, ref));
}

void GLAPIENTRY entry_glMultiTexImage3DEXT(GLenum texunit, GLenum target, GLint level,
					   GLint internalformat, GLsizei width, GLsizei height,
					   GLsizei depth, GLint border, GLenum format, GLenum type,
					   const void *pixels)
{
	UPLOAD(3, width, height, depth, pixels,
	       enc_glMultiTexImage3DEXT(s, texunit, target, level, internalformat, width, height,
					depth, border, format, type, ref));
}

void GLAPIENTRY entry_glMultiTexSubImage1DEXT(GLenum texunit, GLenum target, GLint level,
					      GLint xoffset, GLsizei width, GLenum format,
					      GLenum type, const void *pixels)
{
	UPLOAD(1, width, 1, 1, pixels,
	       enc_glMultiTexSubImage1DEXT(s, texunit, target, level, xoffset, width, format, type,
					   ref));
}

void GLAPIENTRY entry_glMultiTexSubImage2DEXT(GLenum texunit, GLenum target, GLint level,
					      GLint xoffset, GLint yoffset, GLsizei width,
					      GLsizei height, GLenum format, GLenum type,
					      const void *pixels)
{
	UPLOAD(2, width, height, 1, pixels,
	       enc_glMultiTexSubImage2DEXT(s, texunit, target, level, xoffset, yoffset, width,
					   height, format, type, ref));
}

void GLAPIENTRY entry_glMultiTexSubImage3DEXT(GLenum texunit, GLenum target, GLint level,
					      GLint xoffset, GLint yoffset, GLint zoffset,
					      GLsizei width, GLsizei height, GLsizei depth,
					      GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(3, width, height, depth, pixels,
	       enc_glMultiTexSubImage3DEXT(s, texunit, target, level, xoffset, yoffset, zoffset,
					   width, height, depth, format, type, ref));
}

void GLAPIENTRY entry_glTextureImage1DEXT(GLuint texture, GLenum target, GLint level,
					  GLint internalformat, GLsizei width, GLint border,
					  GLenum format, GLenum type, const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(1, width, 1, 1, pixels,
	       enc_glTextureImage1DEXT(s, texture, target, level, internalformat, width, border,
				       format, type, ref));
}

void GLAPIENTRY entry_glTextureImage2DEXT(GLuint texture, GLenum target, GLint level,
					  GLint internalformat, GLsizei width, GLsizei height,
					  GLint border, GLenum format, GLenum type,
					  const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(2, width, height, 1, pixels,
	       enc_glTextureImage2DEXT(s, texture, target, level, internalformat, width, height,
				       border, format, type, ref));
}

void GLAPIENTRY entry_glTextureImage3DEXT(GLuint texture, GLenum target, GLint level,
					  GLint internalformat, GLsizei width, GLsizei height,
					  GLsizei depth, GLint border, GLenum format, GLenum type,
					  const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(3, width, height, depth, pixels,
	       enc_glTextureImage3DEXT(s, texture, target, level, internalformat, width, height,
				       depth, border, format, type, ref));
}

void GLAPIENTRY entry_glTextureSubImage1DEXT(GLuint texture, GLenum target, GLint level,
					     GLint xoffset, GLsizei width, GLenum format,
					     GLenum type, const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(1, width, 1, 1, pixels,
	       enc_glTextureSubImage1DEXT(s, texture, target, level, xoffset, width, format, type,
					  ref));
}

void GLAPIENTRY entry_glTextureSubImage2DEXT(GLuint texture, GLenum target, GLint level,
					     GLint xoffset, GLint yoffset, GLsizei width,
					     GLsizei height, GLenum format, GLenum type,
					     const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(2, width, height, 1, pixels,
	       enc_glTextureSubImage2DEXT(s, texture, target, level, xoffset, yoffset, width,
					  height, format, type, ref));
}

void GLAPIENTRY entry_glTextureSubImage3DEXT(GLuint texture, GLenum target, GLint level,
					     GLint xoffset, GLint yoffset, GLint zoffset,
					     GLsizei width, GLsizei height, GLsizei depth,
					     GLenum format, GLenum type, const void *pixels)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(3, width, height, depth, pixels,
	       enc_glTextureSubImage3DEXT(s, texture, target, level, xoffset, yoffset, zoffset,
					  width, height, depth, format, type, ref));
}

#undef UPLOAD
/* Compressed images say their size themselves. */
#define UPLOAD(dims, w, h, d, data, encode)                                                       \
	struct vgpu_ref ref;                                                                      \
	VGPU_GL_CONTEXT();                                                                        \
	if (vgpu_gl_unpack_compressed(ctx, dims, w, h, d, imageSize, data, &ref))                 \
		encode

void GLAPIENTRY entry_glCompressedTexImage1D(GLenum target, GLint level, GLenum internalformat,
					     GLsizei width, GLint border, GLsizei imageSize,
					     const void *data)
{
	UPLOAD(1, width, 1, 1, data,
	       enc_glCompressedTexImage1D(s, target, level, internalformat, width, border,
					  imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexImage2D(GLenum target, GLint level, GLenum internalformat,
					     GLsizei width, GLsizei height, GLint border,
					     GLsizei imageSize, const void *data)
{
	UPLOAD(2, width, height, 1, data,
	       enc_glCompressedTexImage2D(s, target, level, internalformat, width, height, border,
					  imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexImage3D(GLenum target, GLint level, GLenum internalformat,
					     GLsizei width, GLsizei height, GLsizei depth,
					     GLint border, GLsizei imageSize, const void *data)
{
	UPLOAD(3, width, height, depth, data,
	       enc_glCompressedTexImage3D(s, target, level, internalformat, width, height, depth,
					  border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexSubImage1D(GLenum target, GLint level, GLint xoffset,
						GLsizei width, GLenum format, GLsizei imageSize,
						const void *data)
{
	UPLOAD(1, width, 1, 1, data,
	       enc_glCompressedTexSubImage1D(s, target, level, xoffset, width, format, imageSize,
					     ref));
}

void GLAPIENTRY entry_glCompressedTexSubImage2D(GLenum target, GLint level, GLint xoffset,
						GLint yoffset, GLsizei width, GLsizei height,
						GLenum format, GLsizei imageSize, const void *data)
{
	UPLOAD(2, width, height, 1, data,
	       enc_glCompressedTexSubImage2D(s, target, level, xoffset, yoffset, width, height,
					     format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexSubImage3D(GLenum target, GLint level, GLint xoffset,
						GLint yoffset, GLint zoffset, GLsizei width,
						GLsizei height, GLsizei depth, GLenum format,
						GLsizei imageSize, const void *data)
{
	UPLOAD(3, width, height, depth, data,
	       enc_glCompressedTexSubImage3D(s, target, level, xoffset, yoffset, zoffset, width,
					     height, depth, format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexImage3DOES(GLenum target, GLint level, GLenum internalformat,
						GLsizei width, GLsizei height, GLsizei depth,
						GLint border, GLsizei imageSize, const void *data)
{
	UPLOAD(3, width, height, depth, data,
	       enc_glCompressedTexImage3DOES(s, target, level, internalformat, width, height, depth,
					     border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTexSubImage3DOES(GLenum target, GLint level, GLint xoffset,
						   GLint yoffset, GLint zoffset, GLsizei width,
						   GLsizei height, GLsizei depth, GLenum format,
						   GLsizei imageSize, const void *data)
{
	UPLOAD(3, width, height, depth, data,
	       enc_glCompressedTexSubImage3DOES(s, target, level, xoffset, yoffset, zoffset, width,
						height, depth, format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage1D(GLuint texture, GLint level, GLint xoffset,
						    GLsizei width, GLenum format, GLsizei imageSize,
						    const void *data)
{
	UPLOAD(1, width, 1, 1, data,
	       enc_glCompressedTextureSubImage1D(s, texture, level, xoffset, width, format,
						 imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage2D(GLuint texture, GLint level, GLint xoffset,
						    GLint yoffset, GLsizei width, GLsizei height,
						    GLenum format, GLsizei imageSize,
						    const void *data)
{
	UPLOAD(2, width, height, 1, data,
	       enc_glCompressedTextureSubImage2D(s, texture, level, xoffset, yoffset, width, height,
						 format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage3D(GLuint texture, GLint level, GLint xoffset,
						    GLint yoffset, GLint zoffset, GLsizei width,
						    GLsizei height, GLsizei depth, GLenum format,
						    GLsizei imageSize, const void *data)
{
	UPLOAD(3, width, height, depth, data,
	       enc_glCompressedTextureSubImage3D(s, texture, level, xoffset, yoffset, zoffset,
						 width, height, depth, format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexImage1DEXT(GLenum texunit, GLenum target, GLint level,
						     GLenum internalformat, GLsizei width,
						     GLint border, GLsizei imageSize,
						     const void *bits)
{
	UPLOAD(1, width, 1, 1, bits,
	       enc_glCompressedMultiTexImage1DEXT(s, texunit, target, level, internalformat, width,
						  border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexImage2DEXT(GLenum texunit, GLenum target, GLint level,
						     GLenum internalformat, GLsizei width,
						     GLsizei height, GLint border,
						     GLsizei imageSize, const void *bits)
{
	UPLOAD(2, width, height, 1, bits,
	       enc_glCompressedMultiTexImage2DEXT(s, texunit, target, level, internalformat, width,
						  height, border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexImage3DEXT(GLenum texunit, GLenum target, GLint level,
						     GLenum internalformat, GLsizei width,
						     GLsizei height, GLsizei depth, GLint border,
						     GLsizei imageSize, const void *bits)
{
	UPLOAD(3, width, height, depth, bits,
	       enc_glCompressedMultiTexImage3DEXT(s, texunit, target, level, internalformat, width,
						  height, depth, border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexSubImage1DEXT(GLenum texunit, GLenum target, GLint level,
							GLint xoffset, GLsizei width, GLenum format,
							GLsizei imageSize, const void *bits)
{
	UPLOAD(1, width, 1, 1, bits,
	       enc_glCompressedMultiTexSubImage1DEXT(s, texunit, target, level, xoffset, width,
						     format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexSubImage2DEXT(GLenum texunit, GLenum target, GLint level,
							GLint xoffset, GLint yoffset, GLsizei width,
							GLsizei height, GLenum format,
							GLsizei imageSize, const void *bits)
{
	UPLOAD(2, width, height, 1, bits,
	       enc_glCompressedMultiTexSubImage2DEXT(s, texunit, target, level, xoffset, yoffset,
						     width, height, format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedMultiTexSubImage3DEXT(GLenum texunit, GLenum target, GLint level,
							GLint xoffset, GLint yoffset, GLint zoffset,
							GLsizei width, GLsizei height,
							GLsizei depth, GLenum format,
							GLsizei imageSize, const void *bits)
{
	UPLOAD(3, width, height, depth, bits,
	       enc_glCompressedMultiTexSubImage3DEXT(s, texunit, target, level, xoffset, yoffset,
						     zoffset, width, height, depth, format,
						     imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureImage1DEXT(GLuint texture, GLenum target, GLint level,
						    GLenum internalformat, GLsizei width,
						    GLint border, GLsizei imageSize,
						    const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(1, width, 1, 1, bits,
	       enc_glCompressedTextureImage1DEXT(s, texture, target, level, internalformat, width,
						 border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureImage2DEXT(GLuint texture, GLenum target, GLint level,
						    GLenum internalformat, GLsizei width,
						    GLsizei height, GLint border, GLsizei imageSize,
						    const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(2, width, height, 1, bits,
	       enc_glCompressedTextureImage2DEXT(s, texture, target, level, internalformat, width,
						 height, border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureImage3DEXT(GLuint texture, GLenum target, GLint level,
						    GLenum internalformat, GLsizei width,
						    GLsizei height, GLsizei depth, GLint border,
						    GLsizei imageSize, const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(3, width, height, depth, bits,
	       enc_glCompressedTextureImage3DEXT(s, texture, target, level, internalformat, width,
						 height, depth, border, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage1DEXT(GLuint texture, GLenum target, GLint level,
						       GLint xoffset, GLsizei width, GLenum format,
						       GLsizei imageSize, const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(1, width, 1, 1, bits,
	       enc_glCompressedTextureSubImage1DEXT(s, texture, target, level, xoffset, width,
						    format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage2DEXT(GLuint texture, GLenum target, GLint level,
						       GLint xoffset, GLint yoffset, GLsizei width,
						       GLsizei height, GLenum format,
						       GLsizei imageSize, const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(2, width, height, 1, bits,
	       enc_glCompressedTextureSubImage2DEXT(s, texture, target, level, xoffset, yoffset,
						    width, height, format, imageSize, ref));
}

void GLAPIENTRY entry_glCompressedTextureSubImage3DEXT(GLuint texture, GLenum target, GLint level,
						       GLint xoffset, GLint yoffset, GLint zoffset,
						       GLsizei width, GLsizei height, GLsizei depth,
						       GLenum format, GLsizei imageSize,
						       const void *bits)
{
	note(texture);
	if (!vgpu_gl_texture_is(texture, target))
		return;
	UPLOAD(3, width, height, depth, bits,
	       enc_glCompressedTextureSubImage3DEXT(s, texture, target, level, xoffset, yoffset,
						    zoffset, width, height, depth, format,
						    imageSize, ref));
}

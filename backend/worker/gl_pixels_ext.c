/* SPDX-License-Identifier: MIT */
/* Uploads of EXT_direct_state_access and OES_texture_3D, and compressed images. */
#include "backend/worker/gl_pixels.h"
#include "backend/worker/names.h"
#include "decode.h"

#define UPLOAD(w, h, d, call)                                                                     \
	struct vgpu_wunpack u;                                                                    \
	int rc = vgpu_wunpack_begin(r, &u, &a->pixels, w, h, d, a->format, a->type);              \
	if (rc <= 0)                                                                              \
		return rc;                                                                        \
	call;                                                                                     \
	vgpu_wunpack_end(r, &u);                                                                  \
	return 0

/* The same where there must be pixels. */
#define UPLOAD_PART(w, h, d, call)                                                                \
	if (a->pixels.kind == VGPU_REF_NULL && !vgpu_wgl_has_pixel_buffers(r))                    \
		return 0;                                                                         \
	UPLOAD(w, h, d, vgpu_wunpack_guard(r, &u, &a->pixels); call)

/* EXT_direct_state_access makes objects of names that were never generated. */
#define TEXTURE(a) vgpu_host_name_bind(r, VGPU_NAME_TEXTURE, (a)->texture, (a)->target)

int replay_glTexImage3DOES(struct vgpu_replay *r, const struct args_glTexImage3DOES *a)
{
	UPLOAD(a->width, a->height, a->depth,
	       r->gl->TexImage3DOES(a->target, a->level, a->internalformat, a->width, a->height,
				    a->depth, a->border, a->format, a->type, u.pixels));
}

int replay_glTexSubImage3DOES(struct vgpu_replay *r, const struct args_glTexSubImage3DOES *a)
{
	UPLOAD_PART(a->width, a->height, a->depth,
	       r->gl->TexSubImage3DOES(a->target, a->level, a->xoffset, a->yoffset, a->zoffset,
				       a->width, a->height, a->depth, a->format, a->type, u.pixels));
}

int replay_glMultiTexImage1DEXT(struct vgpu_replay *r, const struct args_glMultiTexImage1DEXT *a)
{
	UPLOAD(a->width, 1, 1,
	       r->gl->MultiTexImage1DEXT(a->texunit, a->target, a->level, a->internalformat,
					 a->width, a->border, a->format, a->type, u.pixels));
}

int replay_glMultiTexImage2DEXT(struct vgpu_replay *r, const struct args_glMultiTexImage2DEXT *a)
{
	UPLOAD(a->width, a->height, 1,
	       r->gl->MultiTexImage2DEXT(a->texunit, a->target, a->level, a->internalformat,
					 a->width, a->height, a->border, a->format, a->type,
					 u.pixels));
}

int replay_glMultiTexImage3DEXT(struct vgpu_replay *r, const struct args_glMultiTexImage3DEXT *a)
{
	UPLOAD(a->width, a->height, a->depth,
	       r->gl->MultiTexImage3DEXT(a->texunit, a->target, a->level, a->internalformat,
					 a->width, a->height, a->depth, a->border, a->format,
					 a->type, u.pixels));
}

int replay_glMultiTexSubImage1DEXT(struct vgpu_replay *r,
				   const struct args_glMultiTexSubImage1DEXT *a)
{
	UPLOAD_PART(a->width, 1, 1,
	       r->gl->MultiTexSubImage1DEXT(a->texunit, a->target, a->level, a->xoffset, a->width,
					    a->format, a->type, u.pixels));
}

int replay_glMultiTexSubImage2DEXT(struct vgpu_replay *r,
				   const struct args_glMultiTexSubImage2DEXT *a)
{
	UPLOAD_PART(a->width, a->height, 1,
	       r->gl->MultiTexSubImage2DEXT(a->texunit, a->target, a->level, a->xoffset, a->yoffset,
					    a->width, a->height, a->format, a->type, u.pixels));
}

int replay_glMultiTexSubImage3DEXT(struct vgpu_replay *r,
				   const struct args_glMultiTexSubImage3DEXT *a)
{
	UPLOAD_PART(a->width, a->height, a->depth,
	       r->gl->MultiTexSubImage3DEXT(a->texunit, a->target, a->level, a->xoffset, a->yoffset,
					    a->zoffset, a->width, a->height, a->depth, a->format,
					    a->type, u.pixels));
}

int replay_glTextureImage1DEXT(struct vgpu_replay *r, const struct args_glTextureImage1DEXT *a)
{
	UPLOAD(a->width, 1, 1,
	       r->gl->TextureImage1DEXT(TEXTURE(a), a->target, a->level, a->internalformat,
					a->width, a->border, a->format, a->type, u.pixels));
}

int replay_glTextureImage2DEXT(struct vgpu_replay *r, const struct args_glTextureImage2DEXT *a)
{
	UPLOAD(a->width, a->height, 1,
	       r->gl->TextureImage2DEXT(TEXTURE(a), a->target, a->level, a->internalformat,
					a->width, a->height, a->border, a->format, a->type,
					u.pixels));
}

int replay_glTextureImage3DEXT(struct vgpu_replay *r, const struct args_glTextureImage3DEXT *a)
{
	UPLOAD(a->width, a->height, a->depth,
	       r->gl->TextureImage3DEXT(TEXTURE(a), a->target, a->level, a->internalformat,
					a->width, a->height, a->depth, a->border, a->format,
					a->type, u.pixels));
}

int replay_glTextureSubImage1DEXT(struct vgpu_replay *r,
				  const struct args_glTextureSubImage1DEXT *a)
{
	UPLOAD_PART(a->width, 1, 1,
	       r->gl->TextureSubImage1DEXT(TEXTURE(a), a->target, a->level, a->xoffset, a->width,
					   a->format, a->type, u.pixels));
}

int replay_glTextureSubImage2DEXT(struct vgpu_replay *r,
				  const struct args_glTextureSubImage2DEXT *a)
{
	UPLOAD_PART(a->width, a->height, 1,
	       r->gl->TextureSubImage2DEXT(TEXTURE(a), a->target, a->level, a->xoffset, a->yoffset,
					   a->width, a->height, a->format, a->type, u.pixels));
}

int replay_glTextureSubImage3DEXT(struct vgpu_replay *r,
				  const struct args_glTextureSubImage3DEXT *a)
{
	UPLOAD_PART(a->width, a->height, a->depth,
	       r->gl->TextureSubImage3DEXT(TEXTURE(a), a->target, a->level, a->xoffset, a->yoffset,
					   a->zoffset, a->width, a->height, a->depth, a->format,
					   a->type, u.pixels));
}

#undef UPLOAD
/* Compressed images say their size themselves; the driver checks that it is theirs. */
#define UPLOAD(ref, shape, call)                                                                  \
	struct vgpu_wunpack u;                                                                    \
	int rc = vgpu_wunpack_compressed(r, &u, ref, a->imageSize, shape);                        \
	if (rc <= 0)                                                                              \
		return rc;                                                                        \
	call;                                                                                     \
	vgpu_wunpack_end(r, &u);                                                                  \
	return 0

#undef UPLOAD_PART
#define UPLOAD_PART(ref, shape, call)                                                             \
	if ((ref)->kind == VGPU_REF_NULL && !vgpu_wgl_has_pixel_buffers(r))                       \
		return 0;                                                                         \
	UPLOAD(ref, shape, vgpu_wunpack_guard(r, &u, ref); call)

#define SHAPE_1D(format) (&(struct vgpu_wshape){ format, 1, a->width, 1, 1 })
#define SHAPE_2D(format) (&(struct vgpu_wshape){ format, 2, a->width, a->height, 1 })
#define SHAPE_3D(format) (&(struct vgpu_wshape){ format, 3, a->width, a->height, a->depth })

int replay_glCompressedTexImage1D(struct vgpu_replay *r,
				  const struct args_glCompressedTexImage1D *a)
{
	UPLOAD(&a->data, SHAPE_1D(a->internalformat),
	       r->gl->CompressedTexImage1D(a->target, a->level, a->internalformat, a->width,
					   a->border, a->imageSize, u.pixels));
}

int replay_glCompressedTexImage2D(struct vgpu_replay *r,
				  const struct args_glCompressedTexImage2D *a)
{
	UPLOAD(&a->data, SHAPE_2D(a->internalformat),
	       r->gl->CompressedTexImage2D(a->target, a->level, a->internalformat, a->width,
					   a->height, a->border, a->imageSize, u.pixels));
}

int replay_glCompressedTexImage3D(struct vgpu_replay *r,
				  const struct args_glCompressedTexImage3D *a)
{
	UPLOAD(&a->data, SHAPE_3D(a->internalformat),
	       r->gl->CompressedTexImage3D(a->target, a->level, a->internalformat, a->width,
					   a->height, a->depth, a->border, a->imageSize, u.pixels));
}

int replay_glCompressedTexSubImage1D(struct vgpu_replay *r,
				     const struct args_glCompressedTexSubImage1D *a)
{
	UPLOAD_PART(&a->data, SHAPE_1D(a->format),
	       r->gl->CompressedTexSubImage1D(a->target, a->level, a->xoffset, a->width, a->format,
					      a->imageSize, u.pixels));
}

int replay_glCompressedTexSubImage2D(struct vgpu_replay *r,
				     const struct args_glCompressedTexSubImage2D *a)
{
	UPLOAD_PART(&a->data, SHAPE_2D(a->format),
	       r->gl->CompressedTexSubImage2D(a->target, a->level, a->xoffset, a->yoffset, a->width,
					      a->height, a->format, a->imageSize, u.pixels));
}

int replay_glCompressedTexSubImage3D(struct vgpu_replay *r,
				     const struct args_glCompressedTexSubImage3D *a)
{
	UPLOAD_PART(&a->data, SHAPE_3D(a->format),
	       r->gl->CompressedTexSubImage3D(a->target, a->level, a->xoffset, a->yoffset,
					      a->zoffset, a->width, a->height, a->depth, a->format,
					      a->imageSize, u.pixels));
}

int replay_glCompressedTexImage3DOES(struct vgpu_replay *r,
				     const struct args_glCompressedTexImage3DOES *a)
{
	UPLOAD(&a->data, SHAPE_3D(a->internalformat),
	       r->gl->CompressedTexImage3DOES(a->target, a->level, a->internalformat, a->width,
					      a->height, a->depth, a->border, a->imageSize,
					      u.pixels));
}

int replay_glCompressedTexSubImage3DOES(struct vgpu_replay *r,
					const struct args_glCompressedTexSubImage3DOES *a)
{
	UPLOAD_PART(&a->data, SHAPE_3D(a->format),
	       r->gl->CompressedTexSubImage3DOES(a->target, a->level, a->xoffset, a->yoffset,
						 a->zoffset, a->width, a->height, a->depth,
						 a->format, a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage1D(struct vgpu_replay *r,
					 const struct args_glCompressedTextureSubImage1D *a)
{
	UPLOAD_PART(&a->data, SHAPE_1D(a->format),
	       r->gl->CompressedTextureSubImage1D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture),
						  a->level, a->xoffset, a->width, a->format,
						  a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage2D(struct vgpu_replay *r,
					 const struct args_glCompressedTextureSubImage2D *a)
{
	UPLOAD_PART(&a->data, SHAPE_2D(a->format),
	       r->gl->CompressedTextureSubImage2D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture),
						  a->level, a->xoffset, a->yoffset, a->width,
						  a->height, a->format, a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage3D(struct vgpu_replay *r,
					 const struct args_glCompressedTextureSubImage3D *a)
{
	UPLOAD_PART(&a->data, SHAPE_3D(a->format),
	       r->gl->CompressedTextureSubImage3D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture),
						  a->level, a->xoffset, a->yoffset, a->zoffset,
						  a->width, a->height, a->depth, a->format,
						  a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexImage1DEXT(struct vgpu_replay *r,
					  const struct args_glCompressedMultiTexImage1DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_1D(a->internalformat),
	       r->gl->CompressedMultiTexImage1DEXT(a->texunit, a->target, a->level,
						   a->internalformat, a->width, a->border,
						   a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexImage2DEXT(struct vgpu_replay *r,
					  const struct args_glCompressedMultiTexImage2DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_2D(a->internalformat),
	       r->gl->CompressedMultiTexImage2DEXT(a->texunit, a->target, a->level,
						   a->internalformat, a->width, a->height,
						   a->border, a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexImage3DEXT(struct vgpu_replay *r,
					  const struct args_glCompressedMultiTexImage3DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_3D(a->internalformat),
	       r->gl->CompressedMultiTexImage3DEXT(a->texunit, a->target, a->level,
						   a->internalformat, a->width, a->height, a->depth,
						   a->border, a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexSubImage1DEXT(struct vgpu_replay *r,
					     const struct args_glCompressedMultiTexSubImage1DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_1D(a->format),
	       r->gl->CompressedMultiTexSubImage1DEXT(a->texunit, a->target, a->level, a->xoffset,
						      a->width, a->format, a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexSubImage2DEXT(struct vgpu_replay *r,
					     const struct args_glCompressedMultiTexSubImage2DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_2D(a->format),
	       r->gl->CompressedMultiTexSubImage2DEXT(a->texunit, a->target, a->level, a->xoffset,
						      a->yoffset, a->width, a->height, a->format,
						      a->imageSize, u.pixels));
}

int replay_glCompressedMultiTexSubImage3DEXT(struct vgpu_replay *r,
					     const struct args_glCompressedMultiTexSubImage3DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_3D(a->format),
	       r->gl->CompressedMultiTexSubImage3DEXT(a->texunit, a->target, a->level, a->xoffset,
						      a->yoffset, a->zoffset, a->width, a->height,
						      a->depth, a->format, a->imageSize, u.pixels));
}

int replay_glCompressedTextureImage1DEXT(struct vgpu_replay *r,
					 const struct args_glCompressedTextureImage1DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_1D(a->internalformat),
	       r->gl->CompressedTextureImage1DEXT(TEXTURE(a), a->target, a->level,
						  a->internalformat, a->width, a->border,
						  a->imageSize, u.pixels));
}

int replay_glCompressedTextureImage2DEXT(struct vgpu_replay *r,
					 const struct args_glCompressedTextureImage2DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_2D(a->internalformat),
	       r->gl->CompressedTextureImage2DEXT(TEXTURE(a), a->target, a->level,
						  a->internalformat, a->width, a->height, a->border,
						  a->imageSize, u.pixels));
}

int replay_glCompressedTextureImage3DEXT(struct vgpu_replay *r,
					 const struct args_glCompressedTextureImage3DEXT *a)
{
	UPLOAD(&a->bits, SHAPE_3D(a->internalformat),
	       r->gl->CompressedTextureImage3DEXT(TEXTURE(a), a->target, a->level,
						  a->internalformat, a->width, a->height, a->depth,
						  a->border, a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage1DEXT(struct vgpu_replay *r,
					    const struct args_glCompressedTextureSubImage1DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_1D(a->format),
	       r->gl->CompressedTextureSubImage1DEXT(TEXTURE(a), a->target, a->level, a->xoffset,
						     a->width, a->format, a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage2DEXT(struct vgpu_replay *r,
					    const struct args_glCompressedTextureSubImage2DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_2D(a->format),
	       r->gl->CompressedTextureSubImage2DEXT(TEXTURE(a), a->target, a->level, a->xoffset,
						     a->yoffset, a->width, a->height, a->format,
						     a->imageSize, u.pixels));
}

int replay_glCompressedTextureSubImage3DEXT(struct vgpu_replay *r,
					    const struct args_glCompressedTextureSubImage3DEXT *a)
{
	UPLOAD_PART(&a->bits, SHAPE_3D(a->format),
	       r->gl->CompressedTextureSubImage3DEXT(TEXTURE(a), a->target, a->level, a->xoffset,
						     a->yoffset, a->zoffset, a->width, a->height,
						     a->depth, a->format, a->imageSize, u.pixels));
}

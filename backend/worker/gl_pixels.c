/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_pixels.h"

#include <errno.h>

#include "backend/worker/context.h"
#include "backend/worker/gl_blocks.h"
#include "backend/worker/names.h"
#include "decode.h"

/* Row length and skips describe the guest's memory, which is not here. */
static void plain_store(struct vgpu_replay *r, const struct vgpu_pixel_store *s, bool restore)
{
	const struct vgpu_gl *gl = r->gl;

	if (s->row_length)
		gl->PixelStorei(GL_UNPACK_ROW_LENGTH, restore ? s->row_length : 0);
	if (s->image_height)
		gl->PixelStorei(GL_UNPACK_IMAGE_HEIGHT, restore ? s->image_height : 0);
	if (s->skip_pixels)
		gl->PixelStorei(GL_UNPACK_SKIP_PIXELS, restore ? s->skip_pixels : 0);
	if (s->skip_rows)
		gl->PixelStorei(GL_UNPACK_SKIP_ROWS, restore ? s->skip_rows : 0);
	if (s->skip_images)
		gl->PixelStorei(GL_UNPACK_SKIP_IMAGES, restore ? s->skip_images : 0);
}

static bool is_plain(const struct vgpu_pixel_store *s)
{
	return !(s->row_length | s->image_height | s->skip_pixels | s->skip_rows | s->skip_images);
}

/* Common to both: bytes is what the driver will read, UINT64_MAX: nobody knows. */
static int begin(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref,
                 uint64_t bytes)
{
	const struct vgpu_pixel_store *store = vgpu_wgl_unpack(r);
	GLuint buffer;

	*u = (struct vgpu_wunpack){ 0 };
	if (!store || !vgpu_wgl_bound(r, VGPU_WBIND_UNPACK, &buffer) ||
	    (buffer != 0) != (ref->kind == VGPU_REF_OFFSET)) {
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return 0;
	}
	if (ref->kind == VGPU_REF_OFFSET) {
		u->pixels = (const void *)(uintptr_t)ref->value;
		return 1;
	}
	if (ref->kind == VGPU_REF_BLOB) {
		if (ref->value != bytes)
			return -EPROTO;
		u->pixels = ref->data;
	}
	if (!is_plain(store)) {
		plain_store(r, store, false);
		u->reset = true;
	}
	return 1;
}

int vgpu_wunpack_begin(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref,
                       int64_t width, int64_t height, int64_t depth, GLenum format, GLenum type)
{
	const struct vgpu_pixel_store *store = vgpu_wgl_unpack(r);
	uint64_t bytes = UINT64_MAX;

	if (ref->kind == VGPU_REF_BLOB && store &&
	    vgpu_image_bytes(&bytes, store->alignment, width, height, depth, format, type))
		return -EPROTO;
	return begin(r, u, ref, bytes);
}

int vgpu_wunpack_bytes(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref,
                       int64_t bytes)
{
	return begin(r, u, ref, bytes < 0 ? UINT64_MAX : (uint64_t)bytes);
}

int vgpu_wunpack_compressed(struct vgpu_replay *r, struct vgpu_wunpack *u,
                            const struct vgpu_ref *ref, int64_t bytes,
                            const struct vgpu_wshape *shape)
{
	struct vgpu_wblock_image image = {
		.dims = shape->dims, .width = shape->width, .height = shape->height,
		.depth = shape->depth, .bytes = bytes > 0 ? (uint64_t)bytes : 0, .offset = ref->value,
	};
	int rc = vgpu_wunpack_bytes(r, u, ref, bytes);

	if (rc <= 0 || ref->kind != VGPU_REF_OFFSET)
		return rc;
	vgpu_wblocks_of(shape->format, &image.block_width, &image.block_height);
	if (!vgpu_wblocks_begin(r, false, &image))
		return 0;
	u->blocks = true;
	return 1;
}

void vgpu_wunpack_guard(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref)
{
	if (ref->kind != VGPU_REF_NULL || !vgpu_wgl_has_pixel_buffers(r))
		return;
	r->gl->BindBuffer(GL_PIXEL_UNPACK_BUFFER, vgpu_wgl_sentinel(r));
	u->sentinel = true;
}

void vgpu_wunpack_end(struct vgpu_replay *r, struct vgpu_wunpack *u)
{
	if (u->sentinel)
		r->gl->BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
	if (u->blocks)
		vgpu_wblocks_end(r, false);
	if (u->reset)
		plain_store(r, &r->ctx->wgl->unpack, true);
}

#define UPLOAD(ref, w, h, d, format, type, call)                                                  \
	struct vgpu_wunpack u;                                                                    \
	int rc = vgpu_wunpack_begin(r, &u, ref, w, h, d, format, type);                           \
	if (rc <= 0)                                                                              \
		return rc;                                                                        \
	call;                                                                                     \
	vgpu_wunpack_end(r, &u);                                                                  \
	return 0

/* The same where there must be pixels. */
#define UPLOAD_PART(ref, w, h, d, format, type, call)                                             \
	if ((ref)->kind == VGPU_REF_NULL && !vgpu_wgl_has_pixel_buffers(r))                       \
		return 0;                                                                         \
	UPLOAD(ref, w, h, d, format, type, vgpu_wunpack_guard(r, &u, ref); call)

/*
 * Where there are no pixels the guard makes the host raise GL_INVALID_OPERATION,
 * but a box that is not in the level comes first. Raises the error of that. With
 * target 0 it is the level of a texture (its host name).
 */
static bool outside(struct vgpu_replay *r, const struct vgpu_ref *ref, GLenum target, GLuint name,
                    GLint level, const GLint *from, const GLsizei *size)
{
	static const GLenum sides[] = { GL_TEXTURE_WIDTH, GL_TEXTURE_HEIGHT, GL_TEXTURE_DEPTH };

	if (ref->kind != VGPU_REF_NULL || !r->gl->GetTexLevelParameteriv ||
	    (!target && !r->gl->GetTextureLevelParameteriv))
		return false;
	for (int i = 0; i < 3; i++) {
		GLint has = 0;

		if (target)
			r->gl->GetTexLevelParameteriv(target, level, sides[i], &has);
		else
			r->gl->GetTextureLevelParameteriv(name, level, sides[i], &has);
		if (i == 2 && has == 1)
			break; /* the faces of a cube, or an image that has no depth: the host's to say */
		if (from[i] < 0 || (int64_t)from[i] + size[i] > has) {
			if (!has)
				return false;
			vgpu_wcontext_raise(r, GL_INVALID_VALUE);
			return true;
		}
	}
	return false;
}

int replay_glTexImage1D(struct vgpu_replay *r, const struct args_glTexImage1D *a)
{
	UPLOAD(&a->pixels, a->width, 1, 1, a->format, a->type,
	       r->gl->TexImage1D(a->target, a->level, a->internalformat, a->width, a->border,
	                         a->format, a->type, u.pixels));
}

int replay_glTexImage2D(struct vgpu_replay *r, const struct args_glTexImage2D *a)
{
	UPLOAD(&a->pixels, a->width, a->height, 1, a->format, a->type,
	       r->gl->TexImage2D(a->target, a->level, a->internalformat, a->width, a->height,
	                         a->border, a->format, a->type, u.pixels));
}

int replay_glTexImage3D(struct vgpu_replay *r, const struct args_glTexImage3D *a)
{
	UPLOAD(&a->pixels, a->width, a->height, a->depth, a->format, a->type,
	       r->gl->TexImage3D(a->target, a->level, a->internalformat, a->width, a->height, a->depth,
	                         a->border, a->format, a->type, u.pixels));
}

/* A band of an upload that fails as a whole. */
static bool dropped_band(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = r->ctx->wgl;

	if (__builtin_expect(!w || w->bands == VGPU_WBANDS_DRAW, 1))
		return false;
	if (w->bands == VGPU_WBANDS_DROP)
		return true;
	w->bands = VGPU_WBANDS_DROP;
	return false;
}

int replay_glTexSubImage1D(struct vgpu_replay *r, const struct args_glTexSubImage1D *a)
{
	UPLOAD_PART(&a->pixels, a->width, 1, 1, a->format, a->type,
	       r->gl->TexSubImage1D(a->target, a->level, a->xoffset, a->width, a->format, a->type,
	                            u.pixels));
}

int replay_glTexSubImage2D(struct vgpu_replay *r, const struct args_glTexSubImage2D *a)
{
	const GLint from[] = { a->xoffset, a->yoffset, 0 };
	const GLsizei size[] = { a->width, a->height, 1 };

	if (dropped_band(r) || outside(r, &a->pixels, a->target, 0, a->level, from, size))
		return 0;
	UPLOAD_PART(&a->pixels, a->width, a->height, 1, a->format, a->type,
	       r->gl->TexSubImage2D(a->target, a->level, a->xoffset, a->yoffset, a->width, a->height,
	                            a->format, a->type, u.pixels));
}

int replay_glTexSubImage3D(struct vgpu_replay *r, const struct args_glTexSubImage3D *a)
{
	UPLOAD_PART(&a->pixels, a->width, a->height, a->depth, a->format, a->type,
	       r->gl->TexSubImage3D(a->target, a->level, a->xoffset, a->yoffset, a->zoffset, a->width,
	                            a->height, a->depth, a->format, a->type, u.pixels));
}

int replay_glTextureSubImage1D(struct vgpu_replay *r, const struct args_glTextureSubImage1D *a)
{
	UPLOAD_PART(&a->pixels, a->width, 1, 1, a->format, a->type,
	       r->gl->TextureSubImage1D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                                a->xoffset, a->width, a->format, a->type, u.pixels));
}

int replay_glTextureSubImage2D(struct vgpu_replay *r, const struct args_glTextureSubImage2D *a)
{
	const GLint from[] = { a->xoffset, a->yoffset, 0 };
	const GLsizei size[] = { a->width, a->height, 1 };

	if (dropped_band(r) ||
	    outside(r, &a->pixels, 0, vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level, from,
	            size))
		return 0;
	UPLOAD_PART(&a->pixels, a->width, a->height, 1, a->format, a->type,
	       r->gl->TextureSubImage2D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                                a->xoffset, a->yoffset, a->width, a->height, a->format,
	                                a->type, u.pixels));
}

int replay_glTextureSubImage3D(struct vgpu_replay *r, const struct args_glTextureSubImage3D *a)
{
	UPLOAD_PART(&a->pixels, a->width, a->height, a->depth, a->format, a->type,
	       r->gl->TextureSubImage3D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                                a->xoffset, a->yoffset, a->zoffset, a->width, a->height,
	                                a->depth, a->format, a->type, u.pixels));
}

int replay_glDrawPixels(struct vgpu_replay *r, const struct args_glDrawPixels *a)
{
	UPLOAD_PART(&a->pixels, a->width, a->height, 1, a->format, a->type,
	       r->gl->DrawPixels(a->width, a->height, a->format, a->type, u.pixels));
}

int replay_glBitmap(struct vgpu_replay *r, const struct args_glBitmap *a)
{
	/* without an image it still moves the raster position */
	UPLOAD(&a->bitmap, a->width, a->height, 1, GL_COLOR_INDEX, GL_BITMAP,
	       r->gl->Bitmap(u.pixels || a->bitmap.kind == VGPU_REF_OFFSET ? a->width : 0,
	                     u.pixels || a->bitmap.kind == VGPU_REF_OFFSET ? a->height : 0, a->xorig,
	                     a->yorig, a->xmove, a->ymove, u.pixels));
}

int replay_glPolygonStipple(struct vgpu_replay *r, const struct args_glPolygonStipple *a)
{
	UPLOAD_PART(&a->mask, 32, 32, 1, GL_COLOR_INDEX, GL_BITMAP,
	       r->gl->PolygonStipple(u.pixels));
}

int replay_glColorTable(struct vgpu_replay *r, const struct args_glColorTable *a)
{
	UPLOAD(&a->table, a->width, 1, 1, a->format, a->type,
	       r->gl->ColorTable(a->target, a->internalformat, a->width, a->format, a->type, u.pixels));
}

int replay_glColorSubTable(struct vgpu_replay *r, const struct args_glColorSubTable *a)
{
	UPLOAD_PART(&a->data, a->count, 1, 1, a->format, a->type,
	       r->gl->ColorSubTable(a->target, a->start, a->count, a->format, a->type,
	                                    u.pixels));
}

int replay_glConvolutionFilter1D(struct vgpu_replay *r, const struct args_glConvolutionFilter1D *a)
{
	UPLOAD_PART(&a->image, a->width, 1, 1, a->format, a->type,
	       r->gl->ConvolutionFilter1D(a->target, a->internalformat, a->width, a->format,
	                                          a->type, u.pixels));
}

int replay_glConvolutionFilter2D(struct vgpu_replay *r, const struct args_glConvolutionFilter2D *a)
{
	UPLOAD_PART(&a->image, a->width, a->height, 1, a->format, a->type,
	       r->gl->ConvolutionFilter2D(a->target, a->internalformat, a->width, a->height,
	                                          a->format, a->type, u.pixels));
}

#define PIXEL_MAP(suffix, T)                                                                      \
	int replay_glPixelMap##suffix(struct vgpu_replay *r,                                      \
	                              const struct args_glPixelMap##suffix *a)                    \
	{                                                                                         \
		struct vgpu_wunpack u;                                                            \
		int rc = vgpu_wunpack_bytes(r, &u, &a->values,                                    \
		                            (int64_t)a->mapsize * (int64_t)sizeof(T));            \
		if (rc <= 0)                                                                      \
			return rc;                                                                \
		if (u.pixels || a->values.kind == VGPU_REF_OFFSET || a->mapsize <= 0)             \
			r->gl->PixelMap##suffix(a->map, a->mapsize, u.pixels);                    \
		vgpu_wunpack_end(r, &u);                                                          \
		return 0;                                                                         \
	}
PIXEL_MAP(fv, GLfloat)
PIXEL_MAP(uiv, GLuint)
PIXEL_MAP(usv, GLushort)

/* ---- one pixel, never from a buffer --------------------------------------------------------- */

static int one_pixel(const struct vgpu_ref *ref, GLenum format, GLenum type, const void **out)
{
	uint32_t bits = vgpu_image_pixel_bits(format, type);

	*out = NULL;
	if (ref->kind == VGPU_REF_NULL)
		return 0;
	if (ref->kind != VGPU_REF_BLOB || bits < 8 || ref->value != bits / 8)
		return -EPROTO;
	*out = ref->data;
	return 0;
}

/*
 * The driver reads the pixel under the pixel store, and from the unpack buffer
 * never; skips would move it out of the blob.
 */
#define CLEAR(call)                                                                               \
	const struct vgpu_pixel_store *store = vgpu_wgl_unpack(r);                                \
	const void *data;                                                                         \
	if (one_pixel(&a->data, a->format, a->type, &data))                                       \
		return -EPROTO;                                                                   \
	if (!store)                                                                               \
		return 0;                                                                         \
	plain_store(r, store, false);                                                             \
	call;                                                                                     \
	plain_store(r, store, true);                                                              \
	return 0

int replay_glClearTexImage(struct vgpu_replay *r, const struct args_glClearTexImage *a)
{
	CLEAR(r->gl->ClearTexImage(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                           a->format, a->type, data));
}

int replay_glClearTexSubImage(struct vgpu_replay *r, const struct args_glClearTexSubImage *a)
{
	CLEAR(r->gl->ClearTexSubImage(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                              a->xoffset, a->yoffset, a->zoffset, a->width, a->height,
	                              a->depth, a->format, a->type, data));
}

int replay_glPixelStorei(struct vgpu_replay *r, const struct args_glPixelStorei *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (!w)
		return 0;
	if (!vgpu_wblocks_set(r, a->pname, a->param))
		r->gl->PixelStorei(a->pname, a->param);
	w->pack_known = w->unpack_known = false;
	return 0;
}

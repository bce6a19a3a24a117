/* SPDX-License-Identifier: MIT */
/* Uploads: TexImage and its many relatives. */
#include "frontend/gl/pixels.h"

#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/state.h"
#include "protocol/gl_teximage.h"

bool vgpu_gl_unpack_bytes(struct vgpu_context *ctx, int64_t bytes, const void *data,
                          struct vgpu_ref *ref_out)
{
	struct vgpu_gl_state *gl = ctx->gl;

	*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_NULL };
	if (gl->bound.buffer[VGPU_TARGET_PIXEL_UNPACK]) {
		if (vgpu_gl_buffer_in_use(ctx, GL_PIXEL_UNPACK_BUFFER))
			return false;
		if (atomic_load(&ctx->share->maps))
			vgpu_gl_maps_commit(ctx);
		*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)data };
	} else if (data && bytes > 0) {
		if (!vgpu_fits(ctx, (uint64_t)bytes))
			return false;
		*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, (uint64_t)bytes, data };
	}
	return true;
}

bool vgpu_gl_unpack(struct vgpu_context *ctx, uint32_t dims, GLsizei width, GLsizei height,
                    GLsizei depth, GLenum format, GLenum type, const void *pixels,
                    struct vgpu_ref *ref_out)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_pixel_store *store = &gl->unpack;
	uint64_t bytes = 0;
	uint8_t *packed;

	if (gl->bound.buffer[VGPU_TARGET_PIXEL_UNPACK] || !pixels)
		return vgpu_gl_unpack_bytes(ctx, 0, pixels, ref_out);
	*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_NULL };
	if (vgpu_image_bytes(&bytes, store->alignment, width, height, depth, format, type) || !bytes)
		return true;
	if (!vgpu_fits(ctx, bytes))
		return false;
	if (vgpu_image_is_wire(store, dims)) {
		*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, bytes, pixels };
		return true;
	}
	packed = vgpu_gl_scratch(gl, bytes);
	if (!packed ||
	    vgpu_image_to_wire(packed, pixels, store, dims, width, height, depth, format, type)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, bytes, packed };
	return true;
}

bool vgpu_gl_unpack_compressed(struct vgpu_context *ctx, uint32_t dims, GLsizei width,
                               GLsizei height, GLsizei depth, GLsizei bytes, const void *data,
                               struct vgpu_ref *ref_out)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_compressed_layout l;
	uint8_t *packed, *at;
	uint64_t y, z;

	if (!gl->unpack.block_size || bytes <= 0 || !data ||
	    gl->bound.buffer[VGPU_TARGET_PIXEL_UNPACK] ||
	    !vgpu_image_compressed(&l, &gl->unpack, dims, width, height, depth, (uint64_t)bytes))
		return vgpu_gl_unpack_bytes(ctx, bytes, data, ref_out);
	if (!vgpu_fits(ctx, (uint64_t)bytes))
		return false;
	packed = vgpu_gl_scratch(gl, (size_t)bytes);
	if (!packed) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	for (z = 0, at = packed; z < l.slices; z++) {
		for (y = 0; y < l.rows; y++, at += l.row_bytes)
			memcpy(at, (const uint8_t *)data + l.start + z * l.slice_stride + y * l.row_stride,
			       l.row_bytes);
	}
	*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, (uint64_t)bytes, packed };
	return true;
}

/* The body of an entry point: pack, then encode. */
#define UPLOAD(dims, w, h, d, format, type, pixels, encode)                                       \
	struct vgpu_ref ref;                                                                      \
	VGPU_GL_CONTEXT();                                                                        \
	if (vgpu_gl_unpack(ctx, dims, w, h, d, format, type, pixels, &ref))                       \
		encode

void GLAPIENTRY entry_glTexImage1D(GLenum target, GLint level, GLint internalformat, GLsizei width,
                                   GLint border, GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(1, width, 1, 1, format, type, pixels,
	       enc_glTexImage1D(s, target, level, internalformat, width, border, format, type, ref));
}

void GLAPIENTRY entry_glTexImage2D(GLenum target, GLint level, GLint internalformat, GLsizei width,
                                   GLsizei height, GLint border, GLenum format, GLenum type,
                                   const void *pixels)
{
	UPLOAD(2, width, height, 1, format, type, pixels,
	       enc_glTexImage2D(s, target, level, internalformat, width, height, border, format, type,
	                        ref));
}

void GLAPIENTRY entry_glTexImage3D(GLenum target, GLint level, GLint internalformat, GLsizei width,
                                   GLsizei height, GLsizei depth, GLint border, GLenum format,
                                   GLenum type, const void *pixels)
{
	UPLOAD(3, width, height, depth, format, type, pixels,
	       enc_glTexImage3D(s, target, level, internalformat, width, height, depth, border, format,
	                        type, ref));
}

void GLAPIENTRY entry_glTexSubImage1D(GLenum target, GLint level, GLint xoffset, GLsizei width,
                                      GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(1, width, 1, 1, format, type, pixels,
	       enc_glTexSubImage1D(s, target, level, xoffset, width, format, type, ref));
}

/*
 * A large part of an image goes to the host in bands of rows, which it takes
 * from the ring while the next is copied. The last band goes first: if the host
 * finds that it reaches out of the image, it fails and the others are dropped,
 * so that either all are drawn or none. Everything else that makes a band fail
 * makes the first fail, and with it all.
 */
struct bands {
	GLsizei rows;    /* of a band; 0: the image goes in one piece */
	uint64_t stride; /* octets of a row */
};

/* can: the host can be asked for the height of the image. */
static struct bands bands_of(struct vgpu_context *ctx, bool can, const struct vgpu_ref *ref,
                             GLint yoffset, GLsizei width, GLsizei height, GLenum format,
                             GLenum type)
{
	int32_t alignment = ctx->gl->unpack.alignment;
	uint64_t one, two, band = ctx->stream->max_inline / 2;
	struct bands none = { 0, 0 }, b = none;

	/*
	 * One call is one message of a debug context; a convolution joins rows; a list
	 * is executed when the image may be another one.
	 */
	if (!can || ctx->gl->list_mode || ref->kind != VGPU_REF_BLOB || ref->value + 4096 <= band || yoffset < 0 ||
	    height > INT32_MAX - yoffset || ctx->params.debug || ctx->gl->convolution ||
	    vgpu_image_bytes(&one, alignment, width, 1, 1, format, type) ||
	    vgpu_image_bytes(&two, alignment, width, 2, 1, format, type))
		return none;
	b.stride = two - one;
	if (b.stride + 4096 > band)
		return none;
	b.rows = (GLsizei)((band - 4096) / b.stride);
	return b.rows < height ? b : none;
}

/* The band that begins at row y. */
static struct vgpu_ref band_ref(struct vgpu_context *ctx, const struct bands *b,
                                const struct vgpu_ref *ref, GLsizei y, GLsizei width, GLsizei rows,
                                GLenum format, GLenum type)
{
	struct vgpu_ref band = { .kind = VGPU_REF_BLOB };

	vgpu_image_bytes(&band.value, ctx->gl->unpack.alignment, width, rows, 1, format, type);
	band.data = (const uint8_t *)ref->data + (uint64_t)y * b->stride;
	return band;
}

#define UPLOAD_BANDS(can, how, target, object, encode)                                            \
	struct vgpu_ref ref, whole;                                                               \
	struct bands b;                                                                           \
	GLsizei y = 0, rows = height;                                                             \
	VGPU_GL_CONTEXT();                                                                        \
	if (!vgpu_gl_unpack(ctx, 2, width, height, 1, format, type, pixels, &whole))              \
		return;                                                                           \
	ref = whole;                                                                              \
	b = bands_of(ctx, can, &whole, yoffset, width, height, format, type);                     \
	if (!b.rows) {                                                                            \
		encode;                                                                           \
		return;                                                                           \
	}                                                                                         \
	enc_vgpuTexBands(s, how, target, object, level, yoffset + height);                        \
	for (y = (height - 1) / b.rows * b.rows; y >= 0; y -= b.rows) {                           \
		rows = height - y < b.rows ? height - y : b.rows;                                 \
		ref = band_ref(ctx, &b, &whole, y, width, rows, format, type);                    \
		encode;                                                                           \
	}                                                                                         \
	enc_vgpuTexBands(s, how, target, object, level, 0)

void GLAPIENTRY entry_glTexSubImage2D(GLenum target, GLint level, GLint xoffset, GLint yoffset,
                                      GLsizei width, GLsizei height, GLenum format, GLenum type,
                                      const void *pixels)
{
	UPLOAD_BANDS(gl->desktop, VGPU_TEX_BOUND, target, 0,
	             enc_glTexSubImage2D(s, target, level, xoffset, yoffset + y, width, rows, format,
	                                 type, ref));
}

void GLAPIENTRY entry_glTexSubImage3D(GLenum target, GLint level, GLint xoffset, GLint yoffset,
                                      GLint zoffset, GLsizei width, GLsizei height, GLsizei depth,
                                      GLenum format, GLenum type, const void *pixels)
{
	UPLOAD(3, width, height, depth, format, type, pixels,
	       enc_glTexSubImage3D(s, target, level, xoffset, yoffset, zoffset, width, height, depth,
	                           format, type, ref));
}

void GLAPIENTRY entry_glTextureSubImage1D(GLuint texture, GLint level, GLint xoffset,
                                          GLsizei width, GLenum format, GLenum type,
                                          const void *pixels)
{
	UPLOAD(1, width, 1, 1, format, type, pixels,
	       enc_glTextureSubImage1D(s, texture, level, xoffset, width, format, type, ref));
}

void GLAPIENTRY entry_glTextureSubImage2D(GLuint texture, GLint level, GLint xoffset,
                                          GLint yoffset, GLsizei width, GLsizei height,
                                          GLenum format, GLenum type, const void *pixels)
{
	UPLOAD_BANDS(gl->desktop && ctx->version >= 45, VGPU_TEX_NAMED, 0, texture,
	             enc_glTextureSubImage2D(s, texture, level, xoffset, yoffset + y, width, rows,
	                                     format, type, ref));
}

void GLAPIENTRY entry_glTextureSubImage3D(GLuint texture, GLint level, GLint xoffset,
                                          GLint yoffset, GLint zoffset, GLsizei width,
                                          GLsizei height, GLsizei depth, GLenum format,
                                          GLenum type, const void *pixels)
{
	UPLOAD(3, width, height, depth, format, type, pixels,
	       enc_glTextureSubImage3D(s, texture, level, xoffset, yoffset, zoffset, width, height,
	                               depth, format, type, ref));
}

void GLAPIENTRY entry_glDrawPixels(GLsizei width, GLsizei height, GLenum format, GLenum type,
                                   const void *pixels)
{
	UPLOAD(2, width, height, 1, format, type, pixels,
	       enc_glDrawPixels(s, width, height, format, type, ref));
}

void GLAPIENTRY entry_glBitmap(GLsizei width, GLsizei height, GLfloat xorig, GLfloat yorig,
                               GLfloat xmove, GLfloat ymove, const GLubyte *bitmap)
{
	UPLOAD(2, width, height, 1, GL_COLOR_INDEX, GL_BITMAP, bitmap,
	       enc_glBitmap(s, width, height, xorig, yorig, xmove, ymove, ref));
}

void GLAPIENTRY entry_glPolygonStipple(const GLubyte *mask)
{
	UPLOAD(2, 32, 32, 1, GL_COLOR_INDEX, GL_BITMAP, mask, enc_glPolygonStipple(s, ref));
}

void GLAPIENTRY entry_glColorTable(GLenum target, GLenum internalformat, GLsizei width,
                                   GLenum format, GLenum type, const void *table)
{
	UPLOAD(1, width, 1, 1, format, type, table,
	       enc_glColorTable(s, target, internalformat, width, format, type, ref));
}

void GLAPIENTRY entry_glColorSubTable(GLenum target, GLsizei start, GLsizei count, GLenum format,
                                      GLenum type, const void *data)
{
	UPLOAD(1, count, 1, 1, format, type, data,
	       enc_glColorSubTable(s, target, start, count, format, type, ref));
}

void GLAPIENTRY entry_glConvolutionFilter1D(GLenum target, GLenum internalformat, GLsizei width,
                                            GLenum format, GLenum type, const void *image)
{
	UPLOAD(1, width, 1, 1, format, type, image,
	       enc_glConvolutionFilter1D(s, target, internalformat, width, format, type, ref));
}

void GLAPIENTRY entry_glConvolutionFilter2D(GLenum target, GLenum internalformat, GLsizei width,
                                            GLsizei height, GLenum format, GLenum type,
                                            const void *image)
{
	UPLOAD(2, width, height, 1, format, type, image,
	       enc_glConvolutionFilter2D(s, target, internalformat, width, height, format, type, ref));
}

/* Pixel maps: arrays of numbers, without rows. */
#define PIXEL_MAP(name, type)                                                                     \
	void GLAPIENTRY entry_glPixelMap##name(GLenum map, GLsizei mapsize, const type *values)   \
	{                                                                                         \
		struct vgpu_ref ref;                                                              \
		VGPU_GL_CONTEXT();                                                                \
		if (vgpu_gl_unpack_bytes(ctx, (int64_t)mapsize * (int64_t)sizeof(type), values,   \
		                         &ref))                                                   \
			enc_glPixelMap##name(s, map, mapsize, ref);                               \
	}
PIXEL_MAP(fv, GLfloat)
PIXEL_MAP(uiv, GLuint)
PIXEL_MAP(usv, GLushort)

/* ---- a single pixel ------------------------------------------------------------------ */

static struct vgpu_ref one_pixel(GLenum format, GLenum type, const void *data)
{
	struct vgpu_ref ref = { .kind = VGPU_REF_NULL };
	uint32_t bits = vgpu_image_pixel_bits(format, type);

	if (data && bits >= 8)
		ref = (struct vgpu_ref){ VGPU_REF_BLOB, bits / 8, data };
	return ref;
}

void GLAPIENTRY entry_glClearTexImage(GLuint texture, GLint level, GLenum format, GLenum type,
                                      const void *data)
{
	VGPU_GL_CONTEXT();
	enc_glClearTexImage(s, texture, level, format, type, one_pixel(format, type, data));
}

void GLAPIENTRY entry_glClearTexSubImage(GLuint texture, GLint level, GLint xoffset, GLint yoffset,
                                         GLint zoffset, GLsizei width, GLsizei height,
                                         GLsizei depth, GLenum format, GLenum type,
                                         const void *data)
{
	VGPU_GL_CONTEXT();
	enc_glClearTexSubImage(s, texture, level, xoffset, yoffset, zoffset, width, height, depth,
	                       format, type, one_pixel(format, type, data));
}

/* ---- the pixel store ------------------------------------------------------------------- */

/* The field that a parameter sets; NULL when there is none. */
static int32_t *store_field(struct vgpu_gl_state *gl, GLenum pname)
{
	switch (pname) {
	case GL_PACK_ALIGNMENT:
		return &gl->pack.alignment;
	case GL_PACK_ROW_LENGTH:
		return &gl->pack.row_length;
	case GL_PACK_IMAGE_HEIGHT:
		return &gl->pack.image_height;
	case GL_PACK_SKIP_PIXELS:
		return &gl->pack.skip_pixels;
	case GL_PACK_SKIP_ROWS:
		return &gl->pack.skip_rows;
	case GL_PACK_SKIP_IMAGES:
		return &gl->pack.skip_images;
	case GL_PACK_SWAP_BYTES:
		return &gl->pack.swap_bytes;
	case GL_PACK_LSB_FIRST:
		return &gl->pack.lsb_first;
	case GL_PACK_COMPRESSED_BLOCK_WIDTH:
		return &gl->pack.block_width;
	case GL_PACK_COMPRESSED_BLOCK_HEIGHT:
		return &gl->pack.block_height;
	case GL_PACK_COMPRESSED_BLOCK_DEPTH:
		return &gl->pack.block_depth;
	case GL_PACK_COMPRESSED_BLOCK_SIZE:
		return &gl->pack.block_size;
	case GL_UNPACK_ALIGNMENT:
		return &gl->unpack.alignment;
	case GL_UNPACK_ROW_LENGTH:
		return &gl->unpack.row_length;
	case GL_UNPACK_IMAGE_HEIGHT:
		return &gl->unpack.image_height;
	case GL_UNPACK_SKIP_PIXELS:
		return &gl->unpack.skip_pixels;
	case GL_UNPACK_SKIP_ROWS:
		return &gl->unpack.skip_rows;
	case GL_UNPACK_SKIP_IMAGES:
		return &gl->unpack.skip_images;
	case GL_UNPACK_SWAP_BYTES:
		return &gl->unpack.swap_bytes;
	case GL_UNPACK_LSB_FIRST:
		return &gl->unpack.lsb_first;
	case GL_UNPACK_COMPRESSED_BLOCK_WIDTH:
		return &gl->unpack.block_width;
	case GL_UNPACK_COMPRESSED_BLOCK_HEIGHT:
		return &gl->unpack.block_height;
	case GL_UNPACK_COMPRESSED_BLOCK_DEPTH:
		return &gl->unpack.block_depth;
	case GL_UNPACK_COMPRESSED_BLOCK_SIZE:
		return &gl->unpack.block_size;
	default:
		return NULL;
	}
}

const int32_t *vgpu_gl_pixel_store_value(struct vgpu_gl_state *gl, GLenum pname)
{
	return store_field(gl, pname);
}

void GLAPIENTRY entry_glPixelStorei(GLenum pname, GLint param)
{
	int32_t *field;
	bool boolean = pname == GL_PACK_SWAP_BYTES || pname == GL_PACK_LSB_FIRST ||
	               pname == GL_UNPACK_SWAP_BYTES || pname == GL_UNPACK_LSB_FIRST;
	bool alignment = pname == GL_PACK_ALIGNMENT || pname == GL_UNPACK_ALIGNMENT;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	field = store_field(gl, pname);
	if (boolean)
		param = param != 0;
	if (field && *field == param)
		return;
	if (field && (gl->desktop || alignment || ctx->params.api == VGPU_API_GLES2) && param >= 0 &&
	    (!alignment || param == 1 || param == 2 || param == 4 || param == 8))
		*field = param;
	enc_glPixelStorei(s, pname, param); /* the host raises what is wrong */
}

void GLAPIENTRY entry_glPixelStoref(GLenum pname, GLfloat param)
{
	bool boolean = pname == GL_PACK_SWAP_BYTES || pname == GL_PACK_LSB_FIRST ||
	               pname == GL_UNPACK_SWAP_BYTES || pname == GL_UNPACK_LSB_FIRST;

	entry_glPixelStorei(pname, boolean ? param != 0.0f : (GLint)(param + (param < 0 ? -0.5f : 0.5f)));
}

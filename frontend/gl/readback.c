/* SPDX-License-Identifier: MIT */
/*
 * Read-back: ReadPixels and the GetTexImage family. Into the pack buffer it is
 * a command like any other; into the program's memory the answer comes in the
 * wire's layout and is laid out here as the program's pixel store says.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/pixels.h"
#include "frontend/gl/state.h"
#include "protocol/gl_teximage.h"

bool vgpu_gl_pack_begin(struct vgpu_context *ctx, struct vgpu_gl_readback *rb, uint32_t dims,
                        GLsizei width, GLsizei height, GLsizei depth, GLenum format, GLenum type,
                        int64_t limit, void *pixels)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_image_layout layout;
	struct vgpu_pixel_store wire;
	uint64_t bytes;

	*rb = (struct vgpu_gl_readback){
		.ref.kind = VGPU_REF_NULL, .user = pixels, .dims = dims, .width = width,
		.height = height, .depth = depth, .format = format, .type = type,
	};
	if (gl->bound.buffer[VGPU_TARGET_PIXEL_PACK]) {
		if (vgpu_gl_buffer_in_use(ctx, GL_PIXEL_PACK_BUFFER))
			return false;
		if (atomic_load(&ctx->share->maps))
			vgpu_gl_maps_commit(ctx);
		rb->ref = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)pixels };
		return true;
	}
	if (!pixels || vgpu_image_layout(&layout, &gl->pack, dims, width, height, depth, format, type) ||
	    !layout.total)
		return true; /* the host finds the error, or nothing to do */
	if (limit >= 0 && layout.start + layout.total > (uint64_t)limit) {
		return true; /* too small: the host raises that, or what else is wrong */
	}
	wire = vgpu_image_wire_store(&gl->pack);
	if (vgpu_image_bytes(&bytes, wire.alignment, width, height, depth, format, type) ||
	    bytes > VGPU_MAX_REPLY - 65536) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	rb->ref = (struct vgpu_ref){ VGPU_REF_BLOB, bytes, pixels };
	if (vgpu_image_is_wire(&gl->pack, dims) && layout.row_stride == layout.row_bytes &&
	    type != GL_BITMAP)
		return true;
	/* the padding of rows is not GL's to write; an error leaves everything as it is */
	rb->temporary = malloc(bytes);
	if (!rb->temporary ||
	    vgpu_image_to_wire(rb->temporary, pixels, &gl->pack, dims, width, height, depth, format,
	                       type)) {
		free(rb->temporary);
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	rb->ref.data = rb->temporary;
	return true;
}

void vgpu_gl_pack_end(struct vgpu_context *ctx, struct vgpu_gl_readback *rb)
{
	if (rb->temporary)
		vgpu_image_from_wire(rb->user, rb->temporary, &ctx->gl->pack, rb->dims, rb->width,
		                     rb->height, rb->depth, rb->format, rb->type);
	free(rb->temporary);
}

#define READ(dims, w, h, d, limit, pixels, encode)                                                \
	do {                                                                                      \
		struct vgpu_gl_readback rb;                                                       \
		if (!vgpu_gl_pack_begin(ctx, &rb, dims, w, h, d, format, type, limit, pixels))    \
			break;                                                                    \
		encode;                                                                           \
		vgpu_gl_pack_end(ctx, &rb);                                                       \
	} while (0)

void GLAPIENTRY entry_glReadPixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format,
                                   GLenum type, void *pixels)
{
	VGPU_GL_CONTEXT();
	READ(2, width, height, 1, -1, pixels,
	     enc_glReadPixels(s, x, y, width, height, format, type, rb.ref));
}

void GLAPIENTRY entry_glReadnPixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format,
                                    GLenum type, GLsizei bufSize, void *data)
{
	VGPU_GL_CONTEXT();
	READ(2, width, height, 1, bufSize < 0 ? 0 : bufSize, data,
	     enc_glReadnPixels(s, x, y, width, height, format, type, bufSize, rb.ref));
}

/* ---- texture images --------------------------------------------------------------------- */

/* What the host says about one level; all zero when it has none (it raises no error). */
static struct vgpu_tex_level level_of(struct vgpu_context *ctx, GLenum how, GLenum target,
                                      GLuint object, GLint level)
{
	struct vgpu_tex_level l;

	memset(&l, 0, sizeof(l));
	/* with a pack buffer the host needs nothing from us */
	if (!ctx->gl->bound.buffer[VGPU_TARGET_PIXEL_PACK])
		enc_vgpuTexLevel(ctx->stream, how, target, object, level, VGPU_TEX_LEVEL_WORDS,
		                 (GLint *)&l);
	return l;
}

#define READ_LEVEL(how, target, object, limit, pixels, encode)                                    \
	VGPU_GL_CONTEXT();                                                                        \
	struct vgpu_tex_level l = level_of(ctx, how, target, object, level);                      \
	READ((uint32_t)l.dims, l.width, l.height, l.depth, limit, pixels, encode)

void GLAPIENTRY entry_glGetTexImage(GLenum target, GLint level, GLenum format, GLenum type,
                                    void *pixels)
{
	READ_LEVEL(VGPU_TEX_BOUND, target, 0, -1, pixels,
	           enc_glGetTexImage(s, target, level, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetnTexImage(GLenum target, GLint level, GLenum format, GLenum type,
                                     GLsizei bufSize, void *pixels)
{
	READ_LEVEL(VGPU_TEX_BOUND, target, 0, bufSize < 0 ? 0 : bufSize, pixels,
	           enc_glGetnTexImage(s, target, level, format, type, bufSize, rb.ref));
}

void GLAPIENTRY entry_glGetnTexImageARB(GLenum target, GLint level, GLenum format, GLenum type,
                                        GLsizei bufSize, void *img)
{
	entry_glGetnTexImage(target, level, format, type, bufSize, img);
}

void GLAPIENTRY entry_glGetTextureImage(GLuint texture, GLint level, GLenum format, GLenum type,
                                        GLsizei bufSize, void *pixels)
{
	READ_LEVEL(VGPU_TEX_NAMED, 0, texture, bufSize < 0 ? 0 : bufSize, pixels,
	           enc_glGetTextureImage(s, texture, level, format, type, bufSize, rb.ref));
}

void GLAPIENTRY entry_glGetTextureSubImage(GLuint texture, GLint level, GLint xoffset,
                                           GLint yoffset, GLint zoffset, GLsizei width,
                                           GLsizei height, GLsizei depth, GLenum format,
                                           GLenum type, GLsizei bufSize, void *pixels)
{
	VGPU_GL_CONTEXT();
	struct vgpu_tex_level l = level_of(ctx, VGPU_TEX_NAMED, 0, texture, level);

	READ((uint32_t)l.dims, width, height, depth, bufSize < 0 ? 0 : bufSize, pixels,
	     enc_glGetTextureSubImage(s, texture, level, xoffset, yoffset, zoffset, width, height,
	                              depth, format, type, bufSize, rb.ref));
}

void GLAPIENTRY entry_glGetTextureImageEXT(GLuint texture, GLenum target, GLint level,
                                           GLenum format, GLenum type, void *pixels)
{
	READ_LEVEL(VGPU_TEX_NAMED_EXT, target, texture, -1, pixels,
	           enc_glGetTextureImageEXT(s, texture, target, level, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetMultiTexImageEXT(GLenum texunit, GLenum target, GLint level,
                                            GLenum format, GLenum type, void *pixels)
{
	READ_LEVEL(VGPU_TEX_UNIT, target, texunit, -1, pixels,
	           enc_glGetMultiTexImageEXT(s, texunit, target, level, format, type, rb.ref));
}

/* ---- compressed images: bytes without rows -------------------------------------------------- */

static bool bytes_ref(struct vgpu_context *ctx, uint64_t bytes, int64_t limit, void *data,
                      struct vgpu_ref *ref_out)
{
	*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_NULL };
	if (ctx->gl->bound.buffer[VGPU_TARGET_PIXEL_PACK]) {
		*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)data };
	} else if (bytes && data) {
		if (limit >= 0 && bytes > (uint64_t)limit)
			return true; /* the host raises that */
		if (bytes > VGPU_MAX_REPLY - 65536) {
			vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
			return false;
		}
		*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, bytes, data };
	}
	return true;
}

#define READ_BYTES(bytes, limit, data, encode)                                                    \
	do {                                                                                      \
		struct vgpu_ref ref;                                                              \
		if (bytes_ref(ctx, bytes, limit, data, &ref))                                     \
			encode;                                                                   \
	} while (0)

/* Blocks for memory whose layout glPixelStore has described: by way of a copy. */
static uint8_t *blocks_begin(struct vgpu_context *ctx, const struct vgpu_tex_level *l,
                             GLsizei width, GLsizei height, GLsizei depth, struct vgpu_ref *ref,
                             struct vgpu_compressed_layout *layout)
{
	uint8_t *copy;

	if (ref->kind != VGPU_REF_BLOB || !ctx->gl->pack.block_size ||
	    !vgpu_image_compressed(layout, &ctx->gl->pack, (uint32_t)l->dims, width, height, depth,
	                           ref->value))
		return NULL;
	copy = calloc(1, ref->value);
	if (copy)
		ref->data = copy;
	return copy;
}

static void blocks_end(uint8_t *copy, const struct vgpu_compressed_layout *l, void *user)
{
	const uint8_t *at = copy;
	uint64_t y, z;

	for (z = 0; copy && z < l->slices; z++) {
		for (y = 0; y < l->rows; y++, at += l->row_bytes)
			memcpy((uint8_t *)user + l->start + z * l->slice_stride + y * l->row_stride, at,
			       l->row_bytes);
	}
	free(copy);
}

#define READ_BLOCKS(w, h, d, bytes, limit, data, encode)                                          \
	do {                                                                                      \
		struct vgpu_compressed_layout layout;                                             \
		struct vgpu_ref ref;                                                              \
		uint8_t *copy;                                                                    \
		if (!bytes_ref(ctx, bytes, limit, data, &ref))                                    \
			break;                                                                    \
		copy = blocks_begin(ctx, &l, w, h, d, &ref, &layout);                             \
		encode;                                                                           \
		blocks_end(copy, &layout, data);                                                  \
	} while (0)

#define READ_COMPRESSED(how, target, object, limit, data, encode)                                 \
	VGPU_GL_CONTEXT();                                                                        \
	struct vgpu_tex_level l = level_of(ctx, how, target, object, level);                      \
	READ_BLOCKS(l.width, l.height, l.depth, (uint64_t)l.compressed_bytes, limit, data, encode)

void GLAPIENTRY entry_glGetCompressedTexImage(GLenum target, GLint level, void *img)
{
	READ_COMPRESSED(VGPU_TEX_BOUND, target, 0, -1, img,
	                enc_glGetCompressedTexImage(s, target, level, ref));
}

void GLAPIENTRY entry_glGetnCompressedTexImage(GLenum target, GLint level, GLsizei bufSize,
                                               void *pixels)
{
	READ_COMPRESSED(VGPU_TEX_BOUND, target, 0, bufSize < 0 ? 0 : bufSize, pixels,
	                enc_glGetnCompressedTexImage(s, target, level, bufSize, ref));
}

void GLAPIENTRY entry_glGetnCompressedTexImageARB(GLenum target, GLint lod, GLsizei bufSize,
                                                  void *img)
{
	entry_glGetnCompressedTexImage(target, lod, bufSize, img);
}

void GLAPIENTRY entry_glGetCompressedTextureImage(GLuint texture, GLint level, GLsizei bufSize,
                                                  void *pixels)
{
	READ_COMPRESSED(VGPU_TEX_NAMED, 0, texture, bufSize < 0 ? 0 : bufSize, pixels,
	                enc_glGetCompressedTextureImage(s, texture, level, bufSize, ref));
}

void GLAPIENTRY entry_glGetCompressedTextureSubImage(GLuint texture, GLint level, GLint xoffset,
                                                     GLint yoffset, GLint zoffset, GLsizei width,
                                                     GLsizei height, GLsizei depth,
                                                     GLsizei bufSize, void *pixels)
{
	VGPU_GL_CONTEXT();
	struct vgpu_tex_level l = level_of(ctx, VGPU_TEX_NAMED, 0, texture, level);

	READ_BLOCKS(width, height, depth, vgpu_tex_compressed_bytes(&l, width, height, depth),
	            bufSize < 0 ? 0 : bufSize, pixels,
	            enc_glGetCompressedTextureSubImage(s, texture, level, xoffset, yoffset, zoffset,
	                                               width, height, depth, bufSize, ref));
}

void GLAPIENTRY entry_glGetCompressedTextureImageEXT(GLuint texture, GLenum target, GLint level,
                                                     void *img)
{
	READ_COMPRESSED(VGPU_TEX_NAMED_EXT, target, texture, -1, img,
	                enc_glGetCompressedTextureImageEXT(s, texture, target, level, ref));
}

void GLAPIENTRY entry_glGetCompressedMultiTexImageEXT(GLenum texunit, GLenum target, GLint level,
                                                      void *img)
{
	READ_COMPRESSED(VGPU_TEX_UNIT, target, texunit, -1, img,
	                enc_glGetCompressedMultiTexImageEXT(s, texunit, target, level, ref));
}

/* ---- stipple and pixel maps ------------------------------------------------------------------ */

static void stipple(int64_t limit, GLubyte *mask)
{
	const GLenum format = GL_COLOR_INDEX, type = GL_BITMAP;

	VGPU_GL_CONTEXT();
	READ(2, 32, 32, 1, limit, mask, enc_glGetPolygonStipple(s, rb.ref));
}

void GLAPIENTRY entry_glGetPolygonStipple(GLubyte *mask)
{
	stipple(-1, mask);
}

void GLAPIENTRY entry_glGetnPolygonStipple(GLsizei bufSize, GLubyte *pattern)
{
	stipple(bufSize < 0 ? 0 : bufSize, pattern);
}

void GLAPIENTRY entry_glGetnPolygonStippleARB(GLsizei bufSize, GLubyte *pattern)
{
	stipple(bufSize < 0 ? 0 : bufSize, pattern);
}

static uint64_t pixel_map_count(struct vgpu_context *ctx, GLenum map)
{
	GLint n = 0;

	/* the sizes stand in the order of the maps */
	if (map >= GL_PIXEL_MAP_I_TO_I && map <= GL_PIXEL_MAP_A_TO_A)
		enc_glGetIntegerv(ctx->stream, map - GL_PIXEL_MAP_I_TO_I + GL_PIXEL_MAP_I_TO_I_SIZE, &n);
	return n > 0 ? (uint64_t)n : 0;
}

#define GET_PIXEL_MAP(suffix, T)                                                                  \
	static void pixel_map_##suffix(GLenum map, int64_t limit, T *values)                      \
	{                                                                                         \
		VGPU_GL_CONTEXT();                                                                \
		READ_BYTES(pixel_map_count(ctx, map) * sizeof(T), limit, values,                  \
		           enc_glGetPixelMap##suffix(s, map, ref));                               \
	}                                                                                         \
	void GLAPIENTRY entry_glGetPixelMap##suffix(GLenum map, T *values)                        \
	{                                                                                         \
		pixel_map_##suffix(map, -1, values);                                              \
	}                                                                                         \
	void GLAPIENTRY entry_glGetnPixelMap##suffix(GLenum map, GLsizei bufSize, T *values)      \
	{                                                                                         \
		pixel_map_##suffix(map, bufSize < 0 ? 0 : bufSize, values);                       \
	}                                                                                         \
	void GLAPIENTRY entry_glGetnPixelMap##suffix##ARB(GLenum map, GLsizei bufSize, T *values) \
	{                                                                                         \
		pixel_map_##suffix(map, bufSize < 0 ? 0 : bufSize, values);                       \
	}
GET_PIXEL_MAP(fv, GLfloat)
GET_PIXEL_MAP(uiv, GLuint)
GET_PIXEL_MAP(usv, GLushort)

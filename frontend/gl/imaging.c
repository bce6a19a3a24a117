/* SPDX-License-Identifier: MIT */
/*
 * GL_ARB_imaging: its images are read back like others, only that their size is
 * the host's to say. GL_ARB_robustness and GL 4.5 have bounded queries of them,
 * which are GL_INVALID_OPERATION where the host lacks the imaging subset.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/encode_support.h"
#include "frontend/gl/pixels.h"
#include "frontend/gl/state.h"

/* Does the program see the subset? Else the bounded queries fail. */
static bool has_imaging(struct vgpu_context *ctx)
{
	if (vgpu_gl_has_extension(ctx, "GL_ARB_imaging"))
		return true;
	vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	return false;
}

/* With a pack buffer the host needs no size from us. */
static bool packs_into_buffer(struct vgpu_context *ctx)
{
	return ctx->gl->bound.buffer[VGPU_TARGET_PIXEL_PACK] != 0;
}

/*
 * Start the read-back of an image of width x height; limit is the program's
 * memory, or -1. Too little is GL_INVALID_OPERATION here, as the host is not
 * told the limit. Returns false when nothing is to be sent.
 */
static bool begin(struct vgpu_context *ctx, struct vgpu_gl_readback *rb, GLsizei width,
		  GLsizei height, GLenum format, GLenum type, int64_t limit, void *pixels)
{
	if (!vgpu_gl_pack_begin(ctx, rb, height > 1 ? 2 : 1, width, height, 1, format, type, limit,
				pixels))
		return false;
	if (limit >= 0 && pixels && rb->ref.kind == VGPU_REF_NULL && width > 0 && height > 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	return true;
}

#define READ(width, height, limit, pixels, encode)                                                 \
	do {                                                                                       \
		struct vgpu_gl_readback rb;                                                        \
		if (!begin(ctx, &rb, width, height, format, type, limit, pixels))                  \
			break;                                                                     \
		encode;                                                                            \
		vgpu_gl_pack_end(ctx, &rb);                                                        \
	} while (0)

static int64_t limit_of(GLsizei size)
{
	return size < 0 ? 0 : size;
}

/* ---- colour tables ------------------------------------------------------------------------ */

static void color_table(GLenum target, GLenum format, GLenum type, int64_t limit, void *table)
{
	GLint width = 0;

	VGPU_GL_CONTEXT();
	if (!packs_into_buffer(ctx))
		enc_glGetColorTableParameteriv(s, target, GL_COLOR_TABLE_WIDTH, &width);
	READ(width, 1, limit, table, enc_glGetColorTable(s, target, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetColorTable(GLenum target, GLenum format, GLenum type, void *table)
{
	color_table(target, format, type, -1, table);
}

/* ---- convolution filters ------------------------------------------------------------------ */

static void filter_size(struct vgpu_context *ctx, GLenum target, GLint *width, GLint *height)
{
	*width = 0;
	*height = 1;
	if (packs_into_buffer(ctx))
		return;
	enc_glGetConvolutionParameteriv(ctx->stream, target, GL_CONVOLUTION_WIDTH, width);
	if (target != GL_CONVOLUTION_1D)
		enc_glGetConvolutionParameteriv(ctx->stream, target, GL_CONVOLUTION_HEIGHT, height);
}

static void filter(GLenum target, GLenum format, GLenum type, int64_t limit, void *image)
{
	GLint width, height;

	VGPU_GL_CONTEXT();
	filter_size(ctx, target, &width, &height);
	READ(width, height, limit, image,
	     enc_glGetConvolutionFilter(s, target, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetConvolutionFilter(GLenum target, GLenum format, GLenum type, void *image)
{
	filter(target, format, type, -1, image);
}

static void separable(GLenum target, GLenum format, GLenum type, int64_t row_limit, void *row,
		      int64_t column_limit, void *column)
{
	GLint width, height;

	VGPU_GL_CONTEXT();
	if (packs_into_buffer(ctx)) {
		if (atomic_load(&ctx->share->maps))
			vgpu_gl_maps_commit(ctx);
		enc_vgpuSeparableToBuffer(s, target, format, type, (GLintptr)row, (GLintptr)column);
		return;
	}
	filter_size(ctx, target, &width, &height);
	READ(width, 1, row_limit, row, enc_vgpuSeparableFilter(s, target, format, type, 0, rb.ref));
	READ(height, 1, column_limit, column,
	     enc_vgpuSeparableFilter(s, target, format, type, 1, rb.ref));
}

void GLAPIENTRY entry_glGetSeparableFilter(GLenum target, GLenum format, GLenum type, void *row,
					   void *column, void *span)
{
	(void)span; /* nothing is returned in it */
	separable(target, format, type, -1, row, -1, column);
}

void GLAPIENTRY entry_glSeparableFilter2D(GLenum target, GLenum internalformat, GLsizei width,
					  GLsizei height, GLenum format, GLenum type,
					  const void *row, const void *column)
{
	struct vgpu_ref r, c;
	void *copy = NULL;

	VGPU_GL_CONTEXT();
	if (!vgpu_gl_unpack(ctx, 1, width, 1, 1, format, type, row, &r))
		return;
	if (r.kind == VGPU_REF_BLOB && r.data != row) {
		/* the column takes the same memory */
		copy = malloc(r.value ? r.value : 1);
		if (!copy) {
			vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
			return;
		}
		memcpy(copy, r.data, r.value);
		r.data = copy;
	}
	if (vgpu_gl_unpack(ctx, 1, height, 1, 1, format, type, column, &c) &&
	    vgpu_fits(ctx, vgpu_add(r.kind == VGPU_REF_BLOB ? r.value : 0,
				    c.kind == VGPU_REF_BLOB ? c.value : 0)))
		enc_glSeparableFilter2D(s, target, internalformat, width, height, format, type, r,
					c);
	free(copy);
}

/* ---- histogram and minmax ----------------------------------------------------------------- */

static void histogram(GLenum target, GLboolean reset, GLenum format, GLenum type, int64_t limit,
		      void *values)
{
	GLint width = 0;

	VGPU_GL_CONTEXT();
	if (!packs_into_buffer(ctx))
		enc_glGetHistogramParameteriv(s, target, GL_HISTOGRAM_WIDTH, &width);
	READ(width, 1, limit, values, enc_glGetHistogram(s, target, reset, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetHistogram(GLenum target, GLboolean reset, GLenum format, GLenum type,
				     void *values)
{
	histogram(target, reset, format, type, -1, values);
}

static void minmax(GLenum target, GLboolean reset, GLenum format, GLenum type, int64_t limit,
		   void *values)
{
	VGPU_GL_CONTEXT();
	READ(2, 1, limit, values, enc_glGetMinmax(s, target, reset, format, type, rb.ref));
}

void GLAPIENTRY entry_glGetMinmax(GLenum target, GLboolean reset, GLenum format, GLenum type,
				  void *values)
{
	minmax(target, reset, format, type, -1, values);
}

/* ---- the bounded queries ------------------------------------------------------------------- */

#define BOUNDED(command, read)                                                                     \
	void GLAPIENTRY entry_##command(GLenum target, GLenum format, GLenum type,                 \
					GLsizei bufSize, void *pixels)                             \
	{                                                                                          \
		VGPU_GL_CONTEXT();                                                                 \
		if (has_imaging(ctx))                                                              \
			read(target, format, type, limit_of(bufSize), pixels);                     \
	}
BOUNDED(glGetnColorTable, color_table)
BOUNDED(glGetnColorTableARB, color_table)
BOUNDED(glGetnConvolutionFilter, filter)
BOUNDED(glGetnConvolutionFilterARB, filter)

#define BOUNDED_VALUES(command, read)                                                              \
	void GLAPIENTRY entry_##command(GLenum target, GLboolean reset, GLenum format,             \
					GLenum type, GLsizei bufSize, void *values)                \
	{                                                                                          \
		VGPU_GL_CONTEXT();                                                                 \
		if (has_imaging(ctx))                                                              \
			read(target, reset, format, type, limit_of(bufSize), values);              \
	}
BOUNDED_VALUES(glGetnHistogram, histogram)
BOUNDED_VALUES(glGetnHistogramARB, histogram)
BOUNDED_VALUES(glGetnMinmax, minmax)
BOUNDED_VALUES(glGetnMinmaxARB, minmax)

#define BOUNDED_SEPARABLE(command)                                                                 \
	void GLAPIENTRY entry_##command(GLenum target, GLenum format, GLenum type,                 \
					GLsizei rowBufSize, void *row, GLsizei columnBufSize,      \
					void *column, void *span)                                  \
	{                                                                                          \
		(void)span;                                                                        \
		VGPU_GL_CONTEXT();                                                                 \
		if (has_imaging(ctx))                                                              \
			separable(target, format, type, limit_of(rowBufSize), row,                 \
				  limit_of(columnBufSize), column);                                \
	}
BOUNDED_SEPARABLE(glGetnSeparableFilter)
BOUNDED_SEPARABLE(glGetnSeparableFilterARB)

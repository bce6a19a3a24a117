/* SPDX-License-Identifier: MIT */
/*
 * GL_ARB_imaging: read-back of tables, filters, histograms and extremes, whose
 * size the driver is asked for, and the filter that comes in two parts.
 */
#include <errno.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_pixels.h"
#include "backend/worker/gl_readback.h"
#include "backend/worker/gl_state.h"
#include "decode.h"
#include "ops.h"

static void read_table(struct vgpu_replay *r, void *pixels, const void *data)
{
	const struct args_glGetColorTable *a = data;

	r->gl->GetColorTable(a->target, a->format, a->type, pixels);
}

int replay_glGetColorTable(struct vgpu_replay *r, const struct args_glGetColorTable *a)
{
	struct vgpu_wread image = { VGPU_OP_glGetColorTable, 0, 1, a->format, a->type };
	GLint width = 0;

	if (a->table.kind == VGPU_REF_BLOB)
		r->gl->GetColorTableParameteriv(a->target, GL_COLOR_TABLE_WIDTH, &width);
	image.width = width;
	return vgpu_wread_image(r, &image, &a->table, read_table, a);
}

/* Width and height of a filter; 0 and 1 when the driver does not say. */
static void filter_size(struct vgpu_replay *r, GLenum target, GLint *width, GLint *height)
{
	*width = 0;
	*height = 1;
	r->gl->GetConvolutionParameteriv(target, GL_CONVOLUTION_WIDTH, width);
	if (target != GL_CONVOLUTION_1D)
		r->gl->GetConvolutionParameteriv(target, GL_CONVOLUTION_HEIGHT, height);
}

static void read_filter(struct vgpu_replay *r, void *pixels, const void *data)
{
	const struct args_glGetConvolutionFilter *a = data;

	r->gl->GetConvolutionFilter(a->target, a->format, a->type, pixels);
}

int replay_glGetConvolutionFilter(struct vgpu_replay *r,
				  const struct args_glGetConvolutionFilter *a)
{
	struct vgpu_wread image = { VGPU_OP_glGetConvolutionFilter, 0, 1, a->format, a->type };
	GLint width = 0, height = 1;

	if (a->image.kind == VGPU_REF_BLOB)
		filter_size(r, a->target, &width, &height);
	image.width = width;
	image.height = height;
	return vgpu_wread_image(r, &image, &a->image, read_filter, a);
}

static void read_histogram(struct vgpu_replay *r, void *pixels, const void *data)
{
	const struct args_glGetHistogram *a = data;

	r->gl->GetHistogram(a->target, a->reset, a->format, a->type, pixels);
}

int replay_glGetHistogram(struct vgpu_replay *r, const struct args_glGetHistogram *a)
{
	struct vgpu_wread image = { VGPU_OP_glGetHistogram, 0, 1, a->format, a->type };
	GLint width = 0;

	if (a->values.kind == VGPU_REF_BLOB)
		r->gl->GetHistogramParameteriv(a->target, GL_HISTOGRAM_WIDTH, &width);
	image.width = width;
	return vgpu_wread_image(r, &image, &a->values, read_histogram, a);
}

static void read_minmax(struct vgpu_replay *r, void *pixels, const void *data)
{
	const struct args_glGetMinmax *a = data;

	r->gl->GetMinmax(a->target, a->reset, a->format, a->type, pixels);
}

int replay_glGetMinmax(struct vgpu_replay *r, const struct args_glGetMinmax *a)
{
	const struct vgpu_wread image = { VGPU_OP_glGetMinmax, 2, 1, a->format, a->type };

	return vgpu_wread_image(r, &image, &a->values, read_minmax, a);
}

/* ---- separable filters: two images ---------------------------------------------------------- */

struct separable {
	const struct args_vgpuSeparableFilter *args;
	void *other; /* where the half goes that was not asked for */
};

static void read_half(struct vgpu_replay *r, void *pixels, const void *data)
{
	const struct separable *s = data;
	const struct args_vgpuSeparableFilter *a = s->args;
	/* NULL is an offset into a buffer of one byte: the driver finds the error */
	void *other = s->other ? s->other : pixels;

	r->gl->GetSeparableFilter(a->target, a->format, a->type, a->column ? other : pixels,
				  a->column ? pixels : other, NULL);
}

int replay_vgpuSeparableFilter(struct vgpu_replay *r, const struct args_vgpuSeparableFilter *a)
{
	struct vgpu_wread image = { VGPU_OP_vgpuSeparableFilter, 0, 1, a->format, a->type };
	struct separable s = { .args = a };
	GLint width = 0, height = 1;
	uint64_t bytes;

	if (a->column > 1 || a->pixels.kind == VGPU_REF_OFFSET)
		return -EPROTO;
	if (!r->ctx || !r->ctx->caps.imaging || !r->gl->GetSeparableFilter)
		return a->pixels.kind == VGPU_REF_BLOB
			       ? vgpu_answer_empty(r, VGPU_OP_vgpuSeparableFilter)
			       : 0;
	if (a->pixels.kind == VGPU_REF_BLOB) {
		filter_size(r, a->target, &width, &height);
		image.width = a->column ? height : width;
		bytes = vgpu_wread_bytes(r, a->column ? width : height, 1, a->format, a->type);
		s.other = bytes ? vgpu_scratch_alloc(r, bytes) : NULL;
		if (!s.other)
			return vgpu_answer_empty(r, VGPU_OP_vgpuSeparableFilter);
	}
	return vgpu_wread_image(r, &image, &a->pixels, read_half, &s);
}

int replay_vgpuSeparableToBuffer(struct vgpu_replay *r, const struct args_vgpuSeparableToBuffer *a)
{
	GLuint bound;

	if (!r->ctx || !r->ctx->caps.imaging || !r->gl->GetSeparableFilter)
		return 0;
	if (!vgpu_wgl_bound(r, VGPU_WBIND_PACK, &bound) || !bound)
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
	else
		r->gl->GetSeparableFilter(a->target, a->format, a->type, (void *)(uintptr_t)a->row,
					  (void *)(uintptr_t)a->column, NULL);
	return 0;
}

int replay_glSeparableFilter2D(struct vgpu_replay *r, const struct args_glSeparableFilter2D *a)
{
	struct vgpu_wunpack row, column = { 0 };
	int rc;

	if (a->row.kind != a->column.kind) {
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return 0;
	}
	if (a->row.kind == VGPU_REF_NULL && !vgpu_wgl_has_pixel_buffers(r))
		return 0;
	rc = vgpu_wunpack_begin(r, &row, &a->row, a->width, 1, 1, a->format, a->type);
	if (rc <= 0)
		return rc;
	rc = vgpu_wunpack_begin(r, &column, &a->column, a->height, 1, 1, a->format, a->type);
	if (rc > 0) {
		vgpu_wunpack_guard(r, &row, &a->row);
		r->gl->SeparableFilter2D(a->target, a->internalformat, a->width, a->height,
					 a->format, a->type, row.pixels, column.pixels);
		vgpu_wunpack_end(r, &column);
		rc = 0;
	}
	vgpu_wunpack_end(r, &row);
	return rc;
}

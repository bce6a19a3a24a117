/* SPDX-License-Identifier: MIT */
/*
 * The bounded queries of the imaging subset. GL_ARB_robustness and GL 4.5 have
 * them, but only GL_ARB_imaging gives them something to read, and no context of
 * ours offers that: then each of them is GL_INVALID_OPERATION.
 */
#include "entry.h"
#include "frontend/gl/state.h"

static void no_imaging(void)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
}

#define PIXELS(command)                                                                           \
	void GLAPIENTRY entry_##command(GLenum target, GLenum format, GLenum type,                \
	                                GLsizei bufSize, void *pixels)                            \
	{                                                                                         \
		(void)target;                                                                     \
		(void)format;                                                                     \
		(void)type;                                                                       \
		(void)bufSize;                                                                    \
		(void)pixels;                                                                     \
		no_imaging();                                                                     \
	}
PIXELS(glGetnColorTable)
PIXELS(glGetnColorTableARB)
PIXELS(glGetnConvolutionFilter)
PIXELS(glGetnConvolutionFilterARB)

#define VALUES(command)                                                                           \
	void GLAPIENTRY entry_##command(GLenum target, GLboolean reset, GLenum format,            \
	                                GLenum type, GLsizei bufSize, void *values)               \
	{                                                                                         \
		(void)target;                                                                     \
		(void)reset;                                                                      \
		(void)format;                                                                     \
		(void)type;                                                                       \
		(void)bufSize;                                                                    \
		(void)values;                                                                     \
		no_imaging();                                                                     \
	}
VALUES(glGetnHistogram)
VALUES(glGetnHistogramARB)
VALUES(glGetnMinmax)
VALUES(glGetnMinmaxARB)

#define SEPARABLE(command)                                                                        \
	void GLAPIENTRY entry_##command(GLenum target, GLenum format, GLenum type,                \
	                                GLsizei rowBufSize, void *row, GLsizei columnBufSize,     \
	                                void *column, void *span)                                 \
	{                                                                                         \
		(void)target;                                                                     \
		(void)format;                                                                     \
		(void)type;                                                                       \
		(void)rowBufSize;                                                                 \
		(void)row;                                                                        \
		(void)columnBufSize;                                                              \
		(void)column;                                                                     \
		(void)span;                                                                       \
		no_imaging();                                                                     \
	}
SEPARABLE(glGetnSeparableFilter)
SEPARABLE(glGetnSeparableFilterARB)

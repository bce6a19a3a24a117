/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_path_rendering: lists of path names, whose encoding says how long they
 * are, and answers whose size follows from the question.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/encode_support.h"
#include "frontend/gl/state.h"
#include "protocol/gl_size.h"

/* Octets of a list of names; false: an error was raised. */
static bool list_bytes(struct vgpu_context *ctx, GLsizei n, GLenum type, const void *list,
		       uint64_t *bytes_out)
{
	int64_t bytes;

	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	if (vgpu_path_list_bytes(0, type, NULL, 0) < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return false;
	}
	bytes = vgpu_path_list_bytes(n, type, list, VGPU_MAX_COMMAND);
	if (bytes < 0) {
		/* malformed UTF, or more than any command holds */
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	*bytes_out = (uint64_t)bytes;
	return true;
}

#define INSTANCED_PARAMS GLsizei numPaths, GLenum pathNameType, const void *paths, GLuint pathBase
#define TRANSFORM_PARAMS GLenum transformType, const GLfloat *transformValues
#define INSTANCED(name, params, ...)                                                               \
	void GLAPIENTRY entry_gl##name(INSTANCED_PARAMS, params, TRANSFORM_PARAMS)                 \
	{                                                                                          \
		uint64_t bytes;                                                                    \
		VGPU_GL_CONTEXT();                                                                 \
		if (list_bytes(ctx, numPaths, pathNameType, paths, &bytes) &&                      \
		    vgpu_fits(ctx, vgpu_add(bytes, vgpu_bytes(vgpu_path_transform_count(           \
								      numPaths, transformType),    \
							      sizeof(GLfloat)))))                  \
			enc_gl##name(s, numPaths, pathNameType, paths, bytes, pathBase,            \
				     __VA_ARGS__, transformType, transformValues);                 \
	}
#define AND ,
INSTANCED(StencilFillPathInstancedNV, GLenum fillMode AND GLuint mask, fillMode, mask)
INSTANCED(StencilStrokePathInstancedNV, GLint reference AND GLuint mask, reference, mask)
INSTANCED(CoverFillPathInstancedNV, GLenum coverMode, coverMode)
INSTANCED(CoverStrokePathInstancedNV, GLenum coverMode, coverMode)
INSTANCED(StencilThenCoverFillPathInstancedNV, GLenum fillMode AND GLuint mask AND GLenum coverMode,
	  fillMode, mask, coverMode)
INSTANCED(StencilThenCoverStrokePathInstancedNV,
	  GLint reference AND GLuint mask AND GLenum coverMode, reference, mask, coverMode)

void GLAPIENTRY entry_glPathGlyphsNV(GLuint firstPathName, GLenum fontTarget, const void *fontName,
				     GLbitfield fontStyle, GLsizei numGlyphs, GLenum type,
				     const void *charcodes, GLenum handleMissingGlyphs,
				     GLuint pathParameterTemplate, GLfloat emScale)
{
	uint64_t bytes;

	VGPU_GL_CONTEXT();
	if (list_bytes(ctx, numGlyphs, type, charcodes, &bytes) &&
	    vgpu_fits(ctx, vgpu_add(bytes, vgpu_string_bytes(fontName, -1))))
		enc_glPathGlyphsNV(s, firstPathName, fontTarget, fontName, fontStyle, numGlyphs,
				   type, charcodes, bytes, handleMissingGlyphs,
				   pathParameterTemplate, emScale);
}

/* ---- measures ------------------------------------------------------------------------------- */

/* n groups of count floats that came packed, stride octets apart for the program. */
struct metrics {
	uint64_t count, bytes;
	GLfloat *packed;
};

/* False: an error was raised. */
static bool metrics_begin(struct vgpu_context *ctx, struct metrics *m, GLbitfield mask, GLsizei n,
			  GLsizei stride)
{
	m->packed = NULL;
	if (n < 0 || stride < 0 || stride % (GLsizei)sizeof(GLfloat)) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	m->count = (uint64_t)vgpu_path_metric_count(mask);
	m->bytes = vgpu_bytes((int64_t)m->count * n, sizeof(GLfloat));
	if (m->bytes > VGPU_MAX_REPLY - 4096) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	m->packed = malloc(m->bytes + 1);
	if (!m->packed)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return m->packed != NULL;
}

/* What the program has stands in the packed floats first: the host may refuse, and write nothing.
 */
static void metrics_copy(const struct metrics *m, GLsizei n, GLsizei stride, GLfloat *user,
			 bool out)
{
	const size_t group = m->count * sizeof(GLfloat);
	GLsizei i;

	for (i = 0; i < n && group; i++) {
		void *there = (uint8_t *)user + (size_t)i * (stride ? (size_t)stride : group);
		void *here = m->packed + (size_t)i * m->count;

		memcpy(out ? there : here, out ? here : there, group);
	}
}

void GLAPIENTRY entry_glGetPathMetricsNV(GLbitfield metricQueryMask, GLsizei numPaths,
					 GLenum pathNameType, const void *paths, GLuint pathBase,
					 GLsizei stride, GLfloat *metrics)
{
	struct metrics m;
	uint64_t bytes;

	VGPU_GL_CONTEXT();
	if (!list_bytes(ctx, numPaths, pathNameType, paths, &bytes) || !vgpu_fits(ctx, bytes) ||
	    !metrics_begin(ctx, &m, metricQueryMask, numPaths, stride))
		return;
	metrics_copy(&m, numPaths, stride, metrics, false);
	enc_glGetPathMetricsNV(s, metricQueryMask, numPaths, pathNameType, paths, bytes, pathBase,
			       0, m.packed, m.bytes);
	metrics_copy(&m, numPaths, stride, metrics, true);
	free(m.packed);
}

void GLAPIENTRY entry_glGetPathMetricRangeNV(GLbitfield metricQueryMask, GLuint firstPathName,
					     GLsizei numPaths, GLsizei stride, GLfloat *metrics)
{
	struct metrics m;

	VGPU_GL_CONTEXT();
	if (!metrics_begin(ctx, &m, metricQueryMask, numPaths, stride))
		return;
	metrics_copy(&m, numPaths, stride, metrics, false);
	enc_glGetPathMetricRangeNV(s, metricQueryMask, firstPathName, numPaths, 0, m.packed,
				   m.bytes);
	metrics_copy(&m, numPaths, stride, metrics, true);
	free(m.packed);
}

void GLAPIENTRY entry_glGetPathSpacingNV(GLenum pathListMode, GLsizei numPaths, GLenum pathNameType,
					 const void *paths, GLuint pathBase, GLfloat advanceScale,
					 GLfloat kerningScale, GLenum transformType,
					 GLfloat *returnedSpacing)
{
	uint64_t bytes, floats;

	VGPU_GL_CONTEXT();
	floats = vgpu_bytes(vgpu_path_spacing_count(numPaths, transformType), sizeof(GLfloat));
	if (!list_bytes(ctx, numPaths, pathNameType, paths, &bytes) || !vgpu_fits(ctx, bytes))
		return;
	if (floats > VGPU_MAX_REPLY - 4096)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	else
		enc_glGetPathSpacingNV(s, pathListMode, numPaths, pathNameType, paths, bytes,
				       pathBase, advanceScale, kerningScale, transformType,
				       returnedSpacing, floats);
}

/* ---- what a path holds ------------------------------------------------------------------------
 */

/* How long a list is; an error of the question is the error of the command. */
static uint64_t list_length(struct vgpu_context *ctx, GLuint path, GLenum pname)
{
	GLint n[4] = { 0 };

	enc_glGetPathParameterivNV(ctx->stream, path, pname, n);
	return n[0] > 0 ? (uint64_t)n[0] : 0;
}

void GLAPIENTRY entry_glGetPathCommandsNV(GLuint path, GLubyte *commands)
{
	VGPU_GL_CONTEXT();
	enc_glGetPathCommandsNV(s, path, commands,
				list_length(ctx, path, GL_PATH_COMMAND_COUNT_NV));
}

void GLAPIENTRY entry_glGetPathCoordsNV(GLuint path, GLfloat *coords)
{
	VGPU_GL_CONTEXT();
	enc_glGetPathCoordsNV(s, path, coords,
			      list_length(ctx, path, GL_PATH_COORD_COUNT_NV) * sizeof(GLfloat));
}

void GLAPIENTRY entry_glGetPathDashArrayNV(GLuint path, GLfloat *dashArray)
{
	VGPU_GL_CONTEXT();
	enc_glGetPathDashArrayNV(s, path, dashArray,
				 list_length(ctx, path, GL_PATH_DASH_ARRAY_COUNT_NV) *
					 sizeof(GLfloat));
}

GLfloat GLAPIENTRY entry_glGetPathLengthNV(GLuint path, GLsizei startSegment, GLsizei numSegments)
{
	GLfloat length = 0;

	VGPU_GL_CONTEXT(0);
	enc_vgpuPathLength(s, path, startSegment, numSegments, &length);
	return length;
}

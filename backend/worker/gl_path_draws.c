/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_path_rendering: commands that name many paths at once. The list of names
 * is in an encoding of which only some have a fixed size: it must be exactly as
 * long as its characters say before the driver walks along it.
 */
#include <errno.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

static bool list_ok(GLsizei n, GLenum type, const void *list, uint64_t bytes)
{
	return vgpu_path_list_bytes(n, type, list, bytes) == (int64_t)bytes;
}

#define INSTANCED(name, ...)                                                                       \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                  \
	{                                                                                          \
		if (!list_ok(a->numPaths, a->pathNameType, a->paths, a->paths_bytes))              \
			return -EPROTO;                                                            \
		r->gl->name(a->numPaths, a->pathNameType, a->paths, a->pathBase, __VA_ARGS__,      \
			    a->transformType, a->transformValues);                                 \
		return 0;                                                                          \
	}
INSTANCED(StencilFillPathInstancedNV, a->fillMode, a->mask)
INSTANCED(StencilStrokePathInstancedNV, a->reference, a->mask)
INSTANCED(CoverFillPathInstancedNV, a->coverMode)
INSTANCED(CoverStrokePathInstancedNV, a->coverMode)
INSTANCED(StencilThenCoverFillPathInstancedNV, a->fillMode, a->mask, a->coverMode)
INSTANCED(StencilThenCoverStrokePathInstancedNV, a->reference, a->mask, a->coverMode)

/* ---- measures: the answer's size follows from the question ------------------------------------
 */

/* Packed: the guest lays it out. */
static uint64_t metric_bytes(GLbitfield mask, GLsizei n)
{
	return vgpu_bytes((n > 0 ? n : 0) * vgpu_path_metric_count(mask), sizeof(GLfloat));
}

static struct vgpu_out floats(uint64_t bytes)
{
	return (struct vgpu_out){ .capacity = bytes, .element = sizeof(GLfloat), .kind = -1 };
}

int replay_glGetPathMetricsNV(struct vgpu_replay *r, const struct args_glGetPathMetricsNV *a)
{
	struct vgpu_out out = floats(a->metrics_bytes);
	int pass = 0;

	if (!list_ok(a->numPaths, a->pathNameType, a->paths, a->paths_bytes) || a->stride ||
	    a->metrics_bytes != metric_bytes(a->metricQueryMask, a->numPaths))
		return -EPROTO;
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetPathMetricsNV(a->metricQueryMask, a->numPaths, a->pathNameType, a->paths,
					a->pathBase, 0, out.data);
	return vgpu_outs_answer(r, VGPU_OP_glGetPathMetricsNV, NULL, &out, 1);
}

int replay_glGetPathMetricRangeNV(struct vgpu_replay *r,
				  const struct args_glGetPathMetricRangeNV *a)
{
	struct vgpu_out out = floats(a->metrics_bytes);
	int pass = 0;

	if (a->stride || a->metrics_bytes != metric_bytes(a->metricQueryMask, a->numPaths))
		return -EPROTO;
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetPathMetricRangeNV(a->metricQueryMask, a->firstPathName, a->numPaths, 0,
					    out.data);
	return vgpu_outs_answer(r, VGPU_OP_glGetPathMetricRangeNV, NULL, &out, 1);
}

int replay_glGetPathSpacingNV(struct vgpu_replay *r, const struct args_glGetPathSpacingNV *a)
{
	struct vgpu_out out = floats(a->returnedSpacing_bytes);
	int pass = 0;

	if (!list_ok(a->numPaths, a->pathNameType, a->paths, a->paths_bytes) ||
	    a->returnedSpacing_bytes !=
		    vgpu_bytes(vgpu_path_spacing_count(a->numPaths, a->transformType),
			       sizeof(GLfloat)))
		return -EPROTO;
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetPathSpacingNV(a->pathListMode, a->numPaths, a->pathNameType, a->paths,
					a->pathBase, a->advanceScale, a->kerningScale,
					a->transformType, out.data);
	return vgpu_outs_answer(r, VGPU_OP_glGetPathSpacingNV, NULL, &out, 1);
}

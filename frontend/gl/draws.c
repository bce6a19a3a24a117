/* SPDX-License-Identifier: MIT */
/*
 * Draws. With all arrays and the indices in buffer objects a draw is one
 * command; with client memory, what the draw reads goes before it.
 */
#include "frontend/gl/draws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/indices.h"
#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

static inline void before_draw(struct vgpu_context *ctx)
{
	if (__builtin_expect(atomic_load_explicit(&ctx->share->maps, memory_order_relaxed) != 0, 0))
		vgpu_gl_maps_commit(ctx);
}

/* ---- without indices -------------------------------------------------------- */

static void emit_arrays(struct vgpu_context *ctx, GLenum mode, GLint first, GLsizei count,
                        GLsizei instances, GLuint base_instance, bool instanced)
{
	struct vgpu_stream *s = ctx->stream;

	if (!instanced)
		enc_glDrawArrays(s, mode, first, count);
	else if (!base_instance)
		enc_glDrawArraysInstanced(s, mode, first, count, instances);
	else
		enc_glDrawArraysInstancedBaseInstance(s, mode, first, count, instances, base_instance);
}

void vgpu_gl_draw_arrays(struct vgpu_context *ctx, GLenum mode, GLint first, GLsizei count,
                         GLsizei instances, GLuint base_instance, bool instanced)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	uint64_t client = vgpu_gl_vao_client(vao);

	before_draw(ctx);
	if (client && first >= 0 && count > 0 && instances > 0) {
		struct vgpu_gl_range range = {
			.first = (uint32_t)first,
			.count = (uint32_t)count,
			.instances = (uint32_t)instances,
			.base_instance = base_instance,
		};
		/* arrays in buffers must keep their numbers: then so must these */
		bool may_renumber = client == vao->enabled;
		int rc = vgpu_gl_arrays_send(ctx, &range, false);

		if (rc == -ERANGE && may_renumber) {
			rc = vgpu_gl_arrays_send(ctx, &range, true);
			first = 0;
		} else if (rc == -ERANGE) {
			range.count += range.first;
			range.first = 0;
			rc = vgpu_gl_arrays_send(ctx, &range, false);
		}
		if (rc)
			return;
	}
	emit_arrays(ctx, mode, first, count, instances, base_instance, instanced);
}

void GLAPIENTRY entry_glDrawArrays(GLenum mode, GLint first, GLsizei count)
{
	VGPU_GL_CONTEXT();
	if (__builtin_expect(vgpu_gl_vao_client(gl->vao) != 0, 0)) {
		vgpu_gl_draw_arrays(ctx, mode, first, count, 1, 0, false);
		return;
	}
	before_draw(ctx);
	enc_glDrawArrays(s, mode, first, count);
}

void GLAPIENTRY entry_glDrawArraysInstanced(GLenum mode, GLint first, GLsizei count,
                                            GLsizei instancecount)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_draw_arrays(ctx, mode, first, count, instancecount, 0, true);
}

void GLAPIENTRY entry_glDrawArraysInstancedBaseInstance(GLenum mode, GLint first, GLsizei count,
                                                        GLsizei instancecount, GLuint baseinstance)
{
	VGPU_GL_CONTEXT();
	vgpu_gl_draw_arrays(ctx, mode, first, count, instancecount, baseinstance, true);
}

void GLAPIENTRY entry_glMultiDrawArrays(GLenum mode, const GLint *first, const GLsizei *count,
                                        GLsizei drawcount)
{
	GLsizei i;

	VGPU_GL_CONTEXT();
	if (drawcount < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (vgpu_gl_vao_client(gl->vao)) {
		for (i = 0; i < drawcount; i++) {
			if (count[i] < 0) {
				vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
				return;
			}
		}
		for (i = 0; i < drawcount; i++)
			vgpu_gl_draw_arrays(ctx, mode, first[i], count[i], 1, 0, false);
		return;
	}
	if (!vgpu_fits(ctx, (uint64_t)drawcount * 8))
		return;
	before_draw(ctx);
	enc_glMultiDrawArrays(s, mode, first, count, drawcount);
}

/* ---- with indices ------------------------------------------------------------- */

bool vgpu_gl_restart_value(struct vgpu_context *ctx, GLenum type, uint32_t *value_out)
{
	struct vgpu_gl_restart *restart = &ctx->gl->restart;
	uint32_t bytes = vgpu_gl_index_bytes(type);
	GLint index = 0;

	if (restart->unknown) {
		bool desktop = ctx->gl->desktop;

		restart->enabled = desktop && enc_glIsEnabled(ctx->stream, GL_PRIMITIVE_RESTART);
		restart->fixed = ctx->version >= (desktop ? 43u : 30u) &&
		                 enc_glIsEnabled(ctx->stream, GL_PRIMITIVE_RESTART_FIXED_INDEX);
		if (restart->enabled) {
			enc_glGetIntegerv(ctx->stream, GL_PRIMITIVE_RESTART_INDEX, &index);
			restart->index = (uint32_t)index;
		}
		restart->unknown = false;
	}
	if (restart->fixed)
		*value_out = bytes == 4 ? 0xffffffffu : (1u << (8 * bytes)) - 1;
	else if (restart->enabled)
		*value_out = restart->index;
	else
		return false;
	return true;
}

static void emit_indexed(struct vgpu_context *ctx, const struct vgpu_gl_indexed *d,
                         struct vgpu_ref indices)
{
	struct vgpu_stream *s = ctx->stream;

	if (!d->instanced && !d->has_base_vertex)
		enc_glDrawElements(s, d->mode, d->count, d->type, indices);
	else if (!d->instanced)
		enc_glDrawElementsBaseVertex(s, d->mode, d->count, d->type, indices, d->base_vertex);
	else if (d->has_base_instance)
		enc_glDrawElementsInstancedBaseVertexBaseInstance(s, d->mode, d->count, d->type, indices,
		                                                  d->instances, d->base_vertex,
		                                                  d->base_instance);
	else if (d->has_base_vertex)
		enc_glDrawElementsInstancedBaseVertex(s, d->mode, d->count, d->type, indices,
		                                      d->instances, d->base_vertex);
	else
		enc_glDrawElementsInstanced(s, d->mode, d->count, d->type, indices, d->instances);
}

/* Send the client arrays for vertices min..max. Returns false when the draw must not happen. */
static bool send_indexed(struct vgpu_context *ctx, const struct vgpu_gl_indexed *d,
                         const struct vgpu_gl_minmax *used, bool *renumber_out)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	int64_t first = (int64_t)used->min + d->base_vertex;
	int64_t last = (int64_t)used->max + d->base_vertex;
	struct vgpu_gl_range range = {
		.instances = (uint32_t)d->instances,
		.base_instance = d->base_instance,
	};
	int rc;

	if (first < 0)
		first = 0; /* the program's error; what lies before its array is not sent */
	if (last < first || last > UINT32_MAX)
		return false;
	range.first = (uint32_t)first;
	range.count = (uint64_t)(last - first) + 1;
	*renumber_out = false;
	rc = vgpu_gl_arrays_send(ctx, &range, false);
	if (rc == -ERANGE && vgpu_gl_vao_client(vao) == vao->enabled) {
		*renumber_out = true;
		rc = vgpu_gl_arrays_send(ctx, &range, true);
	} else if (rc == -ERANGE) {
		range.count += range.first;
		range.first = 0;
		rc = vgpu_gl_arrays_send(ctx, &range, false);
	}
	return rc == 0;
}

/* Client indices, or client arrays, or both. */
static void draw_client(struct vgpu_context *ctx, const struct vgpu_gl_indexed *draw)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	struct vgpu_gl_indexed d = *draw;
	uint32_t size = vgpu_gl_index_bytes(d.type), skip = 0;
	uint64_t bytes = (uint64_t)d.count * size;
	struct vgpu_ref ref = { .kind = VGPU_REF_BLOB, .value = bytes, .data = d.indices };
	const void *indices = d.indices;
	uint8_t *copy = NULL;
	bool renumber = false;

	if (!vgpu_fits(ctx, bytes))
		return;
	if (vao->element_buffer) {
		ref = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)d.indices };
		if (vgpu_gl_vao_client(vao)) {
			copy = malloc(bytes);
			if (!copy) {
				vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
				return;
			}
			if (vgpu_gl_buffer_read(ctx, vao->element_buffer, (uintptr_t)d.indices, bytes, copy))
				goto out;
			indices = copy;
		}
	}
	if (vgpu_gl_vao_client(vao)) {
		bool restart = vgpu_gl_restart_value(ctx, d.type, &skip);
		struct vgpu_gl_minmax used =
			vgpu_gl_index_range(indices, (uint64_t)d.count, d.type, restart, skip);

		if (used.any && !send_indexed(ctx, &d, &used, &renumber))
			goto out;
		if (renumber) {
			uint64_t less = (uint64_t)((int64_t)used.min + d.base_vertex);
			uint8_t *moved = malloc(bytes);

			/* indices keep their type: subtract what they can, base vertex takes the rest */
			if (!moved) {
				vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
				goto out;
			}
			vgpu_gl_index_rebase(moved, indices, (uint64_t)d.count, d.type, used.min, restart,
			                     skip);
			d.base_vertex = (GLint)((int64_t)used.min + d.base_vertex - (int64_t)less);
			free(copy);
			copy = moved;
			ref = (struct vgpu_ref){ .kind = VGPU_REF_BLOB, .value = bytes, .data = moved };
		}
	}
	emit_indexed(ctx, &d, ref);
out:
	free(copy);
}

void vgpu_gl_draw_indexed(struct vgpu_context *ctx, const struct vgpu_gl_indexed *d)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_gl_vao *vao = gl->vao;
	struct vgpu_gl_indexed moved;
	struct vgpu_ref ref;

	before_draw(ctx);
	if (gl->unified && (vao->element_buffer || vgpu_gl_unified_elements(ctx))) {
		moved = *d;
		moved.indices = (const uint8_t *)d->indices + gl->unified_indices;
		d = &moved;
	}
	ref = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)d->indices };
	if (vao->element_buffer && !vgpu_gl_vao_client(vao)) {
		emit_indexed(ctx, d, ref);
		return;
	}
	/* what the host cannot judge without the indices is judged here */
	if (d->count < 0 || d->instances < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else if (!vgpu_gl_index_bytes(d->type)) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	} else if (!d->count || !d->instances || (!vao->element_buffer && !d->indices)) {
		struct vgpu_gl_indexed none = *d;

		none.count = 0;
		ref = (struct vgpu_ref){ .kind = VGPU_REF_NULL };
		emit_indexed(ctx, &none, ref); /* the host still checks the mode */
	} else {
		draw_client(ctx, d);
	}
}

void GLAPIENTRY entry_glDrawElements(GLenum mode, GLsizei count, GLenum type, const void *indices)
{
	VGPU_GL_CONTEXT();
	if (__builtin_expect(gl->vao->element_buffer && !vgpu_gl_vao_client(gl->vao), 1)) {
		struct vgpu_ref ref = { .kind = VGPU_REF_OFFSET,
			                .value = (uintptr_t)indices + gl->unified_indices };

		before_draw(ctx);
		enc_glDrawElements(s, mode, count, type, ref);
	} else {
		struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = 1 };

		vgpu_gl_draw_indexed(ctx, &d);
	}
}

/* The range is a promise about the indices; the scan finds a range at least as good. */
void GLAPIENTRY entry_glDrawRangeElements(GLenum mode, GLuint start, GLuint end, GLsizei count,
                                          GLenum type, const void *indices)
{
	VGPU_GL_CONTEXT();
	if (end < start)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else
		entry_glDrawElements(mode, count, type, indices);
}

void GLAPIENTRY entry_glDrawElementsBaseVertex(GLenum mode, GLsizei count, GLenum type,
                                               const void *indices, GLint basevertex)
{
	struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = 1,
		                     .base_vertex = basevertex, .has_base_vertex = true };

	VGPU_GL_CONTEXT();
	vgpu_gl_draw_indexed(ctx, &d);
}

void GLAPIENTRY entry_glDrawRangeElementsBaseVertex(GLenum mode, GLuint start, GLuint end,
                                                    GLsizei count, GLenum type,
                                                    const void *indices, GLint basevertex)
{
	VGPU_GL_CONTEXT();
	if (end < start)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else
		entry_glDrawElementsBaseVertex(mode, count, type, indices, basevertex);
}

void GLAPIENTRY entry_glDrawElementsInstanced(GLenum mode, GLsizei count, GLenum type,
                                              const void *indices, GLsizei instancecount)
{
	struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = instancecount,
		                     .instanced = true };

	VGPU_GL_CONTEXT();
	vgpu_gl_draw_indexed(ctx, &d);
}

void GLAPIENTRY entry_glDrawElementsInstancedBaseVertex(GLenum mode, GLsizei count, GLenum type,
                                                        const void *indices,
                                                        GLsizei instancecount, GLint basevertex)
{
	struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = instancecount,
		                     .instanced = true, .base_vertex = basevertex,
		                     .has_base_vertex = true };

	VGPU_GL_CONTEXT();
	vgpu_gl_draw_indexed(ctx, &d);
}

void GLAPIENTRY entry_glDrawElementsInstancedBaseInstance(GLenum mode, GLsizei count, GLenum type,
                                                          const void *indices,
                                                          GLsizei instancecount,
                                                          GLuint baseinstance)
{
	struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = instancecount,
		                     .instanced = true, .base_instance = baseinstance,
		                     .has_base_instance = true };

	VGPU_GL_CONTEXT();
	vgpu_gl_draw_indexed(ctx, &d);
}

void GLAPIENTRY entry_glDrawElementsInstancedBaseVertexBaseInstance(
	GLenum mode, GLsizei count, GLenum type, const void *indices, GLsizei instancecount,
	GLint basevertex, GLuint baseinstance)
{
	struct vgpu_gl_indexed d = { mode, count, type, indices, .instances = instancecount,
		                     .instanced = true, .base_vertex = basevertex,
		                     .has_base_vertex = true, .base_instance = baseinstance,
		                     .has_base_instance = true };

	VGPU_GL_CONTEXT();
	vgpu_gl_draw_indexed(ctx, &d);
}

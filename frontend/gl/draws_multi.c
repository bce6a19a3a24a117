/* SPDX-License-Identifier: MIT */
/* Many draws in one command, and draws whose parameters may stand in client memory. */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/draws.h"
#include "frontend/gl/indices.h"
#include "frontend/gl/state.h"

static void before_draw(struct vgpu_context *ctx)
{
	if (atomic_load_explicit(&ctx->share->maps, memory_order_relaxed))
		vgpu_gl_maps_commit(ctx);
}

/* All the index arrays, one after the other, or offsets into the bound buffer. */
static void multi_elements(struct vgpu_context *ctx, GLenum mode, const GLsizei *count, GLenum type,
                           const void *const *indices, GLsizei drawcount, const GLint *base)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	uint32_t size = vgpu_gl_index_bytes(type);
	uint64_t bytes = 0, *offsets;
	uint8_t *blob = NULL;
	struct vgpu_ref ref = { .kind = VGPU_REF_OFFSET };
	GLsizei i;

	for (i = 0; i < drawcount; i++) {
		if (count[i] < 0) {
			vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
			return;
		}
		bytes += vao->element_buffer ? 0 : ((uint64_t)count[i] * size + 3) & ~UINT64_C(3);
	}
	if (!vgpu_fits(ctx, bytes + (uint64_t)drawcount * 16))
		return;
	offsets = malloc((size_t)drawcount * sizeof(*offsets) + 8);
	if (!vao->element_buffer)
		blob = malloc(bytes + 8);
	if (!offsets || (!vao->element_buffer && !blob)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		goto out;
	}
	for (i = 0, bytes = 0; i < drawcount; i++) {
		if (vao->element_buffer) {
			offsets[i] = (uintptr_t)indices[i] + ctx->gl->unified_indices;
			continue;
		}
		offsets[i] = bytes;
		memcpy(blob + bytes, indices[i], (size_t)count[i] * size);
		bytes += ((uint64_t)count[i] * size + 3) & ~UINT64_C(3);
	}
	if (!vao->element_buffer)
		ref = (struct vgpu_ref){ .kind = VGPU_REF_BLOB, .value = bytes, .data = blob };
	enc_vgpuMultiDrawElements(ctx->stream, mode, type, drawcount, count, offsets,
	                          base ? drawcount : 0, base, ref);
out:
	free(offsets);
	free(blob);
}

static void multi(GLenum mode, const GLsizei *count, GLenum type, const void *const *indices,
                  GLsizei drawcount, const GLint *base)
{
	GLsizei i;

	VGPU_GL_CONTEXT();
	before_draw(ctx);
	if (drawcount < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else if (!vgpu_gl_index_bytes(type)) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	} else if (vgpu_gl_vao_client(gl->vao)) {
		for (i = 0; i < drawcount; i++) {
			if (count[i] < 0) {
				vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
				return;
			}
		}
		for (i = 0; i < drawcount; i++) {
			struct vgpu_gl_indexed d = { mode, count[i], type, indices[i], .instances = 1,
				                     .base_vertex = base ? base[i] : 0,
				                     .has_base_vertex = base != NULL };

			if (count[i])
				vgpu_gl_draw_indexed(ctx, &d);
		}
	} else {
		multi_elements(ctx, mode, count, type, indices, drawcount, base);
	}
}

void GLAPIENTRY entry_glMultiDrawElements(GLenum mode, const GLsizei *count, GLenum type,
                                          const void *const *indices, GLsizei drawcount)
{
	multi(mode, count, type, indices, drawcount, NULL);
}

void GLAPIENTRY entry_glMultiDrawElementsBaseVertex(GLenum mode, const GLsizei *count, GLenum type,
                                                    const void *const *indices, GLsizei drawcount,
                                                    const GLint *basevertex)
{
	multi(mode, count, type, indices, drawcount, basevertex);
}

/* ---- indirect -------------------------------------------------------------------- */

struct arrays_indirect {
	GLuint count, instances, first, base_instance;
};

struct elements_indirect {
	GLuint count, instances, first_index;
	GLint base_vertex;
	GLuint base_instance;
};

static void direct_arrays(struct vgpu_context *ctx, GLenum mode, const void *indirect)
{
	struct arrays_indirect a;

	memcpy(&a, indirect, sizeof(a));
	vgpu_gl_draw_arrays(ctx, mode, (GLint)a.first, (GLsizei)a.count, (GLsizei)a.instances,
	                    a.base_instance, true);
}

static void direct_elements(struct vgpu_context *ctx, GLenum mode, GLenum type,
                            const void *indirect)
{
	struct elements_indirect e;
	struct vgpu_gl_indexed d = { mode, 0, type, NULL, .instanced = true,
		                     .has_base_vertex = true, .has_base_instance = true };

	memcpy(&e, indirect, sizeof(e));
	d.count = (GLsizei)e.count;
	d.indices = (const void *)((uintptr_t)e.first_index * vgpu_gl_index_bytes(type));
	d.instances = (GLsizei)e.instances;
	d.base_vertex = e.base_vertex;
	d.base_instance = e.base_instance;
	vgpu_gl_draw_indexed(ctx, &d);
}

/*
 * Indirect commands in client memory (compatibility profile) become direct
 * ones; so do those in a buffer when arrays are in client memory. elements is
 * false for DrawArrays. Returns false when the command can go as it is.
 */
static bool indirect_direct(struct vgpu_context *ctx, bool elements, GLenum mode, GLenum type,
                            const void *indirect, GLsizei drawcount, GLsizei stride)
{
	struct vgpu_gl_state *gl = ctx->gl;
	uint32_t buffer = gl->bound.buffer[VGPU_TARGET_DRAW_INDIRECT];
	uint32_t size = elements ? sizeof(struct elements_indirect) : sizeof(struct arrays_indirect);
	const uint8_t *at = indirect;
	uint8_t *copy = NULL;
	uint64_t bytes;
	GLsizei i;

	/* an index buffer that begins at an address: the host cannot add what is before it */
	if (!(elements && gl->unified_indices) &&
	    (gl->core || !gl->desktop || (buffer && !vgpu_gl_vao_client(gl->vao))))
		return false;
	if (drawcount < 0 || stride < 0 || stride % 4)
		return false;
	if (!drawcount || (!buffer && !indirect))
		return drawcount != 0; /* NULL in a compatibility profile: nothing to read */
	if (elements && (!vgpu_gl_index_bytes(type) || !gl->vao->element_buffer)) {
		vgpu_gl_set_error(ctx, vgpu_gl_index_bytes(type) ? GL_INVALID_OPERATION
		                                                : GL_INVALID_ENUM);
		return true;
	}
	if (!stride)
		stride = (GLsizei)size;
	if (buffer) {
		bytes = (uint64_t)stride * (uint64_t)(drawcount - 1) + size;
		copy = bytes <= VGPU_MAX_REPLY ? malloc(bytes) : NULL;
		if (!copy || vgpu_gl_buffer_read(ctx, buffer, (uintptr_t)indirect + gl->unified_indirect,
		                                 bytes, copy)) {
			free(copy);
			vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
			return true;
		}
		at = copy;
	}
	for (i = 0; i < drawcount; i++, at += stride) {
		if (elements)
			direct_elements(ctx, mode, type, at);
		else
			direct_arrays(ctx, mode, at);
	}
	free(copy);
	return true;
}

static struct vgpu_ref indirect_ref(struct vgpu_context *ctx, const void *indirect)
{
	struct vgpu_ref ref = { .kind = VGPU_REF_NULL };

	if (ctx->gl->bound.buffer[VGPU_TARGET_DRAW_INDIRECT])
		ref = (struct vgpu_ref){ .kind = VGPU_REF_OFFSET,
			                 .value = (uintptr_t)indirect + ctx->gl->unified_indirect };
	return ref;
}

void GLAPIENTRY entry_glDrawArraysIndirect(GLenum mode, const void *indirect)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	if (!indirect_direct(ctx, false, mode, 0, indirect, 1, 0))
		enc_glDrawArraysIndirect(s, mode, indirect_ref(ctx, indirect));
}

void GLAPIENTRY entry_glDrawElementsIndirect(GLenum mode, GLenum type, const void *indirect)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	if (!indirect_direct(ctx, true, mode, type, indirect, 1, 0))
		enc_glDrawElementsIndirect(s, mode, type, indirect_ref(ctx, indirect));
}

void GLAPIENTRY entry_glMultiDrawArraysIndirect(GLenum mode, const void *indirect,
                                                GLsizei drawcount, GLsizei stride)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	if (!indirect_direct(ctx, false, mode, 0, indirect, drawcount, stride))
		enc_glMultiDrawArraysIndirect(s, mode, indirect_ref(ctx, indirect), drawcount, stride);
}

void GLAPIENTRY entry_glMultiDrawElementsIndirect(GLenum mode, GLenum type, const void *indirect,
                                                  GLsizei drawcount, GLsizei stride)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	if (!indirect_direct(ctx, true, mode, type, indirect, drawcount, stride))
		enc_glMultiDrawElementsIndirect(s, mode, type, indirect_ref(ctx, indirect), drawcount,
		                                stride);
}

/* The count is in a buffer, so the commands are too; the host raises errors. */
void GLAPIENTRY entry_glMultiDrawArraysIndirectCount(GLenum mode, const void *indirect,
                                                     GLintptr drawcount, GLsizei maxdrawcount,
                                                     GLsizei stride)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glMultiDrawArraysIndirectCount(s, mode, indirect_ref(ctx, indirect), drawcount,
	                                   maxdrawcount, stride);
}

void GLAPIENTRY entry_glMultiDrawElementsIndirectCount(GLenum mode, GLenum type,
                                                       const void *indirect, GLintptr drawcount,
                                                       GLsizei maxdrawcount, GLsizei stride)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glMultiDrawElementsIndirectCount(s, mode, type, indirect_ref(ctx, indirect), drawcount,
	                                     maxdrawcount, stride);
}

/* ---- counts that only the host knows, and compute --------------------------------- */

void GLAPIENTRY entry_glDrawTransformFeedback(GLenum mode, GLuint id)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDrawTransformFeedback(s, mode, id);
}

void GLAPIENTRY entry_glDrawTransformFeedbackInstanced(GLenum mode, GLuint id,
                                                       GLsizei instancecount)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDrawTransformFeedbackInstanced(s, mode, id, instancecount);
}

void GLAPIENTRY entry_glDrawTransformFeedbackStream(GLenum mode, GLuint id, GLuint stream)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDrawTransformFeedbackStream(s, mode, id, stream);
}

void GLAPIENTRY entry_glDrawTransformFeedbackStreamInstanced(GLenum mode, GLuint id, GLuint stream,
                                                             GLsizei instancecount)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDrawTransformFeedbackStreamInstanced(s, mode, id, stream, instancecount);
}

void GLAPIENTRY entry_glDispatchCompute(GLuint num_groups_x, GLuint num_groups_y,
                                        GLuint num_groups_z)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDispatchCompute(s, num_groups_x, num_groups_y, num_groups_z);
}

void GLAPIENTRY entry_glDispatchComputeIndirect(GLintptr indirect)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDispatchComputeIndirect(s, indirect);
}

void GLAPIENTRY entry_glDispatchComputeGroupSizeARB(GLuint num_groups_x, GLuint num_groups_y,
                                                    GLuint num_groups_z, GLuint group_size_x,
                                                    GLuint group_size_y, GLuint group_size_z)
{
	VGPU_GL_CONTEXT();
	before_draw(ctx);
	enc_glDispatchComputeGroupSizeARB(s, num_groups_x, num_groups_y, num_groups_z, group_size_x,
	                                  group_size_y, group_size_z);
}

/* ---- GL_IBM_multimode_draw_arrays: a mode for each, modestride octets apart -------------------- */

static GLenum mode_of(const GLenum *mode, GLint stride, GLsizei i)
{
	GLenum value;

	memcpy(&value, (const uint8_t *)mode + (ptrdiff_t)i * stride, sizeof(value));
	return value;
}

void GLAPIENTRY entry_glMultiModeDrawArraysIBM(const GLenum *mode, const GLint *first,
                                               const GLsizei *count, GLsizei primcount,
                                               GLint modestride)
{
	GLsizei i;

	for (i = 0; i < primcount; i++) {
		if (count[i] > 0)
			entry_glDrawArrays(mode_of(mode, modestride, i), first[i], count[i]);
	}
}

void GLAPIENTRY entry_glMultiModeDrawElementsIBM(const GLenum *mode, const GLsizei *count,
                                                 GLenum type, const void *const *indices,
                                                 GLsizei primcount, GLint modestride)
{
	GLsizei i;

	for (i = 0; i < primcount; i++) {
		if (count[i] > 0)
			entry_glDrawElements(mode_of(mode, modestride, i), count[i], type, indices[i]);
	}
}

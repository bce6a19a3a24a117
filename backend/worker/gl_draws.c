/* SPDX-License-Identifier: MIT */
/*
 * Draws. Before one reaches the driver: every enabled array has a buffer, and
 * indices and indirect parameters are offsets into a buffer that is bound.
 */
#include <errno.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_elements.h"
#include "backend/worker/gl_state.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "wire_gl.h"

#define MAX_ATTRIBS 16u /* of GL_NV_half_float */

static uint32_t index_bytes(GLenum type)
{
	return type == GL_UNSIGNED_BYTE    ? 1
	       : type == GL_UNSIGNED_SHORT ? 2
	       : type == GL_UNSIGNED_INT   ? 4
	                                   : 0;
}

static int refuse(struct vgpu_replay *r)
{
	vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
	return 0;
}

int replay_glDrawArrays(struct vgpu_replay *r, const struct args_glDrawArrays *a)
{
	if (!vgpu_wgl_arrays_safe(r) || !vgpu_welements_range(r, a->first, a->count))
		return refuse(r);
	r->gl->DrawArrays(a->mode, a->first, a->count);
	return 0;
}

#define SLOW static __attribute__((noinline, cold))

/* The way of decode_glDrawArrays, for a draw before which something must be asked or refused. */
SLOW void draw_arrays_slowly(struct vgpu_replay *r, GLenum mode, GLint first, GLsizei count)
{
	const struct args_glDrawArrays args = { .mode = mode, .first = first, .count = count };

	r->broken = replay_glDrawArrays(r, &args);
	vgpu_scratch_reset(r);
}

void quick_glDrawArrays(struct vgpu_replay *r, const uint8_t *fixed, vgpu_gl_fn *fn)
{
	const volatile struct wire_glDrawArrays *shared = (const volatile void *)fixed;
	const struct vgpu_wgl *w = r->ctx->wgl;
	GLenum mode = shared->mode;
	GLint first = shared->first;
	GLsizei count = shared->count;

	if (vgpu_wgl_arrays_known(w) && __builtin_expect(!w->compiling && !w->feedback, 1))
		((__typeof__(r->gl->DrawArrays))fn)(mode, first, count);
	else
		draw_arrays_slowly(r, mode, first, count);
}

int replay_glDrawArraysInstanced(struct vgpu_replay *r, const struct args_glDrawArraysInstanced *a)
{
	if (!vgpu_wgl_arrays_safe(r) || !vgpu_welements_range(r, a->first, a->count))
		return refuse(r);
	r->gl->DrawArraysInstanced(a->mode, a->first, a->count, a->instancecount);
	return 0;
}

int replay_glDrawArraysInstancedBaseInstance(struct vgpu_replay *r,
                                             const struct args_glDrawArraysInstancedBaseInstance *a)
{
	if (!vgpu_wgl_arrays_safe(r) || !vgpu_welements_range(r, a->first, a->count))
		return refuse(r);
	r->gl->DrawArraysInstancedBaseInstance(a->mode, a->first, a->count, a->instancecount,
	                                       a->baseinstance);
	return 0;
}

int replay_glMultiDrawArrays(struct vgpu_replay *r, const struct args_glMultiDrawArrays *a)
{
	GLsizei i;

	if (!vgpu_wgl_arrays_safe(r))
		return refuse(r);
	for (i = 0; i < a->drawcount; i++)
		if (!vgpu_welements_range(r, a->first[i], a->count[i]))
			return refuse(r);
	r->gl->MultiDrawArrays(a->mode, a->first, a->count, a->drawcount);
	return 0;
}

int replay_glArrayElement(struct vgpu_replay *r, const struct args_glArrayElement *a)
{
	if (!vgpu_wgl_arrays_safe(r) || !vgpu_welements_one(r, a->i))
		return refuse(r);
	r->gl->ArrayElement(a->i);
	return 0;
}

/* Once begun, the driver answers nothing: what glArrayElement needs to know is asked now. */
int replay_glBegin(struct vgpu_replay *r, const struct args_glBegin *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	vgpu_welements_begin(r);
	if (w)
		w->primitive_open = true;
	r->gl->Begin(a->mode);
	return 0;
}

int replay_glEnd(struct vgpu_replay *r, const struct args_glEnd *a)
{
	(void)a;
	r->gl->End();
	if (r->ctx->wgl)
		r->ctx->wgl->primitive_open = false;
	vgpu_welements_forget(r);
	return 0;
}

/* Drivers compare the sum with what they have after it has wrapped. */
#define VERTEX_ATTRIBS(k)                                                                         \
	int replay_glVertexAttribs##k##hvNV(struct vgpu_replay *r,                                \
	                                    const struct args_glVertexAttribs##k##hvNV *a)        \
	{                                                                                         \
		if (a->n >= 0 && (a->index > MAX_ATTRIBS || (GLuint)a->n > MAX_ATTRIBS - a->index)) \
			vgpu_wcontext_raise(r, GL_INVALID_VALUE);                                 \
		else                                                                              \
			r->gl->VertexAttribs##k##hvNV(a->index, a->n, a->v);                      \
		return 0;                                                                         \
	}
VERTEX_ATTRIBS(1)
VERTEX_ATTRIBS(2)
VERTEX_ATTRIBS(3)
VERTEX_ATTRIBS(4)

/* The arrays proper come as vgpuArrayEnable; this is left of the command. */
int replay_glEnableClientState(struct vgpu_replay *r, const struct args_glEnableClientState *a)
{
	if (a->array != GL_PRIMITIVE_RESTART_NV)
		return -EPROTO;
	r->gl->EnableClientState(a->array);
	return 0;
}

int replay_glDisableClientState(struct vgpu_replay *r, const struct args_glDisableClientState *a)
{
	if (a->array != GL_PRIMITIVE_RESTART_NV)
		return -EPROTO;
	r->gl->DisableClientState(a->array);
	return 0;
}

/* Mesa enables arrays by these too: the guest sends vgpuArrayEnable instead. */
static bool is_array(GLenum cap)
{
	return (cap >= GL_VERTEX_ARRAY && cap <= GL_EDGE_FLAG_ARRAY) || cap == GL_FOG_COORD_ARRAY ||
	       cap == GL_SECONDARY_COLOR_ARRAY || cap == 0x8B9C /* GL_POINT_SIZE_ARRAY_OES */;
}

#define ENABLE(name, params)                                                                      \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		if (is_array(CAP(a)))                                                             \
			return -EPROTO;                                                           \
		r->gl->name params;                                                               \
		return 0;                                                                         \
	}
#define CAP(a) (a)->cap
ENABLE(Enable, (a->cap))
ENABLE(Disable, (a->cap))
#undef CAP
#define CAP(a) (a)->target
ENABLE(Enablei, (a->target, a->index))
ENABLE(Disablei, (a->target, a->index))

/* ---- indices ------------------------------------------------------------------------------ */

struct indices {
	const void *pointer; /* for the driver: an offset */
	GLuint bound;        /* element buffer before */
	bool streamed;
};

/*
 * Find where the indices are. count is negative when the blob's size is the
 * caller's to check. Returns 1: draw, 0: do not (an error was raised), -EPROTO.
 */
static int indices_begin(struct vgpu_replay *r, struct indices *in, const struct vgpu_ref *ref,
                         int64_t count, GLenum type)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	uint64_t offset;

	*in = (struct indices){ 0 };
	if (!w || !vgpu_wgl_arrays_safe(r) || !vgpu_wgl_bound(r, VGPU_WBIND_ELEMENT, &in->bound)) {
		refuse(r);
		return 0;
	}
	switch (ref->kind) {
	case VGPU_REF_OFFSET:
		if (!in->bound) {
			refuse(r);
			return 0;
		}
		in->pointer = (const void *)(uintptr_t)ref->value;
		return 1;
	case VGPU_REF_BLOB:
		if (count >= 0 && ref->value != (uint64_t)count * index_bytes(type))
			return -EPROTO;
		if (!vgpu_wgl_stream(r, &w->indices, GL_ELEMENT_ARRAY_BUFFER, 0, ref->data, ref->value,
		                     &offset)) {
			r->gl->BindBuffer(GL_ELEMENT_ARRAY_BUFFER, in->bound);
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
			return 0;
		}
		in->pointer = (const void *)(uintptr_t)offset;
		in->streamed = true;
		return 1;
	default:
		/* nothing to read: the driver may look at the other parameters, if it has a buffer */
		if (!in->bound && (count > 0 || count == -1)) {
			refuse(r);
			return 0;
		}
		return 1;
	}
}

static void indices_end(struct vgpu_replay *r, const struct indices *in)
{
	if (in->streamed)
		r->gl->BindBuffer(GL_ELEMENT_ARRAY_BUFFER, in->bound);
}

#define INDEXED(name, base, call)                                                                    \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		struct indices in;                                                                \
		int rc = indices_begin(r, &in, &a->indices, a->count < 0 ? 0 : a->count, a->type); \
                                                                                                  \
		if (rc <= 0)                                                                      \
			return rc;                                                                \
		if (!vgpu_welements_indices(r, (uintptr_t)in.pointer, a->count, a->type, base))   \
			refuse(r);                                                                \
		else                                                                              \
			r->gl->name call;                                                         \
		indices_end(r, &in);                                                              \
		return 0;                                                                         \
	}

INDEXED(DrawElements, 0, (a->mode, a->count, a->type, in.pointer))

/* The decoder's way, on a copy. */
SLOW void draw_elements_slowly(struct vgpu_replay *r, GLenum mode, GLsizei count, GLenum type,
                               uint32_t kind, uint64_t value)
{
	const struct wire_glDrawElements wire = {
		.mode = mode, .count = count, .type = type, .indices_kind = kind, .indices_value = value,
	};

	r->broken =
		decode_glDrawElements(r, (const uint8_t *)&wire, (const uint8_t *)(&wire + 1), 0);
	vgpu_scratch_reset(r);
}

/* An offset into a buffer that is bound, outside lists and feedback. */
void quick_glDrawElements(struct vgpu_replay *r, const uint8_t *fixed, vgpu_gl_fn *fn)
{
	const volatile struct wire_glDrawElements *shared = (const volatile void *)fixed;
	const struct vgpu_wgl *w = r->ctx->wgl;
	GLenum mode = shared->mode, type = shared->type;
	GLsizei count = shared->count;
	uint32_t kind = shared->indices_kind;
	uint64_t value = shared->indices_value;

	if (vgpu_wgl_arrays_known(w) && w->known[VGPU_WBIND_ELEMENT] &&
	    w->bound[VGPU_WBIND_ELEMENT] && kind == VGPU_REF_OFFSET && !w->compiling &&
	    !w->feedback)
		((__typeof__(r->gl->DrawElements))fn)(
			mode, count, type, (const void *)(uintptr_t)vgpu_ref_offset(value));
	else
		draw_elements_slowly(r, mode, count, type, kind, value);
}

INDEXED(DrawElementsBaseVertex, a->basevertex, (a->mode, a->count, a->type, in.pointer, a->basevertex))
INDEXED(DrawElementsInstanced, 0, (a->mode, a->count, a->type, in.pointer, a->instancecount))
INDEXED(DrawElementsInstancedBaseVertex, a->basevertex,
        (a->mode, a->count, a->type, in.pointer, a->instancecount, a->basevertex))
INDEXED(DrawElementsInstancedBaseInstance, 0,
        (a->mode, a->count, a->type, in.pointer, a->instancecount, a->baseinstance))
INDEXED(DrawElementsInstancedBaseVertexBaseInstance, a->basevertex,
        (a->mode, a->count, a->type, in.pointer, a->instancecount, a->basevertex, a->baseinstance))

int replay_vgpuMultiDrawElements(struct vgpu_replay *r, const struct args_vgpuMultiDrawElements *a)
{
	const void **pointers;
	struct indices in;
	uint32_t size = index_bytes(a->type);
	GLsizei i;
	int rc;

	if (a->drawcount < 0 || (a->basecount && a->basecount != a->drawcount) || !size)
		return -EPROTO;
	for (i = 0; i < a->drawcount; i++) {
		uint64_t bytes = (uint64_t)(a->count[i] < 0 ? 0 : a->count[i]) * size;

		if (a->indices.kind == VGPU_REF_BLOB &&
		    (bytes > a->indices.value || a->offsets[i] > a->indices.value - bytes))
			return -EPROTO;
	}
	if (!r->ctx || !a->drawcount || (a->basecount && !r->gl->MultiDrawElementsBaseVertex) ||
	    !r->gl->MultiDrawElements)
		return 0;
	pointers = vgpu_scratch_alloc(r, (size_t)a->drawcount * sizeof(*pointers));
	if (!pointers)
		return 0;
	rc = indices_begin(r, &in, &a->indices, -1, a->type);
	if (rc <= 0)
		return rc;
	for (i = 0; i < a->drawcount; i++)
		pointers[i] = (const uint8_t *)in.pointer + a->offsets[i];
	for (i = 0; i < a->drawcount; i++) {
		if (!vgpu_welements_indices(r, (uintptr_t)pointers[i], a->count[i], a->type,
		                            a->basecount ? a->basevertex[i] : 0)) {
			indices_end(r, &in);
			return refuse(r);
		}
	}
	if (a->basecount)
		r->gl->MultiDrawElementsBaseVertex(a->mode, a->count, a->type, pointers, a->drawcount,
		                                   a->basevertex);
	else
		r->gl->MultiDrawElements(a->mode, a->count, a->type, pointers, a->drawcount);
	indices_end(r, &in);
	return 0;
}

/* ---- indirect ------------------------------------------------------------------------------ */

/* Do n structures of bytes, stride apart, lie in the buffer of parameters? Drivers multiply in 32 bits. */
static bool indirect_inside(struct vgpu_replay *r, uint64_t offset, int64_t n, int64_t stride,
                            int64_t bytes)
{
	uint64_t total;
	GLint size = 0;

	if (n <= 0 || stride < 0)
		return true; /* the driver's to refuse */
	total = (uint64_t)(n - 1) * (uint64_t)(stride ? stride : bytes) + (uint64_t)bytes;
	r->gl->GetBufferParameteriv(GL_DRAW_INDIRECT_BUFFER, GL_BUFFER_SIZE, &size);
	return size > 0 && offset <= (uint64_t)size && total <= (uint64_t)size - offset;
}

/*
 * Mesa takes the storage of the element buffer without looking whether there is any (22.3:
 * st_indirect_draw_vbo); llvmpipe then reads a resource at NULL. It does look when it draws directly.
 */
static bool element_storage(struct vgpu_replay *r)
{
	GLint size = 0;

	r->gl->GetBufferParameteriv(GL_ELEMENT_ARRAY_BUFFER, GL_BUFFER_SIZE, &size);
	return size != 0; /* sizes beyond 2 GiB are clamped, or wrap */
}

/* True when parameters, and indices where there are some, come from buffers. */
static bool indirect_ok(struct vgpu_replay *r, const struct vgpu_ref *ref, bool elements,
                        int64_t n, int64_t stride)
{
	GLuint indirect, element = 1;

	if (ref->kind == VGPU_REF_BLOB || !vgpu_wgl_arrays_safe(r) || !vgpu_welements_unknown(r) ||
	    !vgpu_wgl_bound(r, VGPU_WBIND_INDIRECT, &indirect) || !indirect ||
	    (elements && (!vgpu_wgl_bound(r, VGPU_WBIND_ELEMENT, &element) || !element ||
	                  !element_storage(r))) ||
	    !indirect_inside(r, ref->value, n, stride, elements ? 20 : 16)) {
		refuse(r);
		return false;
	}
	return true;
}

#define INDIRECT(name, elements, n, stride, call)                                                   \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		const void *at = (const void *)(uintptr_t)a->indirect.value;                      \
                                                                                                  \
		if (indirect_ok(r, &a->indirect, elements, n, stride))                            \
			r->gl->name call;                                                         \
		return 0;                                                                         \
	}

INDIRECT(DrawArraysIndirect, false, 1, 0, (a->mode, at))
INDIRECT(DrawElementsIndirect, true, 1, 0, (a->mode, a->type, at))
INDIRECT(MultiDrawArraysIndirect, false, a->drawcount, a->stride, (a->mode, at, a->drawcount, a->stride))
INDIRECT(MultiDrawElementsIndirect, true, a->drawcount, a->stride, (a->mode, a->type, at, a->drawcount, a->stride))
INDIRECT(MultiDrawArraysIndirectCount, false, a->maxdrawcount, a->stride,
         (a->mode, at, a->drawcount, a->maxdrawcount, a->stride))
INDIRECT(MultiDrawElementsIndirectCount, true, a->maxdrawcount, a->stride,
         (a->mode, a->type, at, a->drawcount, a->maxdrawcount, a->stride))

int replay_glDispatchComputeIndirect(struct vgpu_replay *r,
                                     const struct args_glDispatchComputeIndirect *a)
{
	GLuint buffer;

	if (!vgpu_wgl_bound(r, VGPU_WBIND_DISPATCH, &buffer) || !buffer)
		return refuse(r);
	r->gl->DispatchComputeIndirect(a->indirect);
	return 0;
}

/* ---- as many vertices as transform feedback has written ------------------------------------- */

#define FEEDBACK(name, call)                                                                      \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		GLuint id = vgpu_host_name(r, VGPU_NAME_TRANSFORM_FEEDBACK, a->id);               \
                                                                                                  \
		if (!vgpu_wgl_arrays_safe(r))                                                     \
			return refuse(r);                                                         \
		r->gl->name call;                                                                 \
		return 0;                                                                         \
	}

FEEDBACK(DrawTransformFeedback, (a->mode, id))
FEEDBACK(DrawTransformFeedbackInstanced, (a->mode, id, a->instancecount))
FEEDBACK(DrawTransformFeedbackStream, (a->mode, id, a->stream))
FEEDBACK(DrawTransformFeedbackStreamInstanced, (a->mode, id, a->stream, a->instancecount))

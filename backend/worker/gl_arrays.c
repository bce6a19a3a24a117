/* SPDX-License-Identifier: MIT */
/*
 * Vertex arrays. The driver is never given an address: pointers are set only
 * with a buffer bound, and a draw looks first whether an enabled array is
 * without one (deleting a buffer takes it away from arrays).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/gl_elements.h"
#include "backend/worker/gl_state.h"
#include "backend/worker/names.h"
#include "decode.h"

#ifndef GL_POINT_SIZE_ARRAY_OES
#define GL_POINT_SIZE_ARRAY_OES 0x8B9C
#define GL_POINT_SIZE_ARRAY_BUFFER_BINDING_OES 0x8B9F
#endif

#define NOTHING_BYTES 4096u
#define UNANSWERED (-0x5a5a5a5a)

static bool has_fixed(const struct vgpu_wcaps *caps)
{
	return caps->es ? caps->api == VGPU_API_GLES1 : caps->compat;
}

static bool has_generic(const struct vgpu_wcaps *caps)
{
	return caps->api != VGPU_API_GLES1;
}

/* ---- which vertex array object ----------------------------------------------------- */

static bool can_ask_vao(const struct vgpu_wcaps *caps)
{
	return caps->version >= 30 && caps->api != VGPU_API_GLES1;
}

static struct vgpu_wvao *current_vao(struct vgpu_replay *r, struct vgpu_wgl *w)
{
	GLint name = 0;

	if (w->vao_known)
		return w->vao;
	if (can_ask_vao(&r->ctx->caps) && !vgpu_wgl_integer(r, GL_VERTEX_ARRAY_BINDING, &name))
		return NULL;
	w->vao_name = (GLuint)name;
	w->vao = (struct vgpu_wvao *)vgpu_idmap_get(&w->vaos, w->vao_name + 1);
	if (!w->vao) {
		w->vao = calloc(1, sizeof(*w->vao));
		if (!w->vao || vgpu_idmap_set(&w->vaos, w->vao_name + 1, (uintptr_t)w->vao)) {
			free(w->vao);
			w->vao = NULL;
			return NULL;
		}
		w->vao->enabled = ~UINT64_C(0); /* anything may be */
	}
	w->vao_known = true;
	return w->vao;
}

int replay_glBindVertexArray(struct vgpu_replay *r, const struct args_glBindVertexArray *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	vgpu_welements_forget(r);
	if (!w)
		return 0;
	r->gl->BindVertexArray(vgpu_host_name(r, VGPU_NAME_VERTEX_ARRAY, a->array));
	if (!can_ask_vao(&r->ctx->caps) && w->vao) {
		w->vao->enabled = ~UINT64_C(0);
		w->vao->backed = 0;
	}
	w->vao_known = false;
	w->known[VGPU_WBIND_ELEMENT] = false;
	return 0;
}

int replay_glDeleteVertexArrays(struct vgpu_replay *r, const struct args_glDeleteVertexArrays *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	GLsizei i;

	vgpu_welements_forget(r);
	if (!w)
		return 0;
	for (i = 0; i < a->n; i++) {
		uint32_t host = vgpu_names_host(vgpu_replay_names(r, VGPU_NAME_VERTEX_ARRAY),
		                                a->arrays[i]);

		if (host)
			free((void *)vgpu_idmap_remove(&w->vaos, host + 1));
	}
	w->vao = NULL;
	w->vao_known = false;
	w->known[VGPU_WBIND_ELEMENT] = false;
	return vgpu_replay_delete_names(r, VGPU_NAME_VERTEX_ARRAY, a->n, a->arrays,
	                                r->gl->DeleteVertexArrays);
}

/* ---- one array ------------------------------------------------------------------------ */

static void unit(struct vgpu_replay *r, struct vgpu_wgl *w, uint32_t array)
{
	GLuint index = array - VGPU_ARRAY_TEX0;

	if (w->client_texture == index)
		return;
	r->gl->ClientActiveTexture(GL_TEXTURE0 + index);
	w->client_texture = index;
}

/* GL_ARRAY_BUFFER must have a buffer: offset is an address otherwise. */
static void set_pointer(struct vgpu_replay *r, struct vgpu_wgl *w, uint32_t array, GLint size,
                        GLenum type, uint32_t flags, GLsizei stride, uint64_t offset)
{
	const struct vgpu_gl *gl = r->gl;
	const void *p = (const void *)(uintptr_t)offset;
	GLuint index = array - VGPU_ARRAY_GENERIC0;

	w->long_stride |= stride > INT16_MAX;
	if (array >= VGPU_ARRAY_GENERIC0) {
		if (!has_generic(&r->ctx->caps))
			return;
		if ((flags & VGPU_ARRAY_LONG) && gl->VertexAttribLPointer)
			gl->VertexAttribLPointer(index, size, type, stride, p);
		else if ((flags & VGPU_ARRAY_INTEGER) && gl->VertexAttribIPointer)
			gl->VertexAttribIPointer(index, size, type, stride, p);
		else
			gl->VertexAttribPointer(index, size, type, (flags & VGPU_ARRAY_NORMALIZED) != 0,
			                        stride, p);
		return;
	}
	if (!has_fixed(&r->ctx->caps))
		return;
	switch (array) {
	case VGPU_ARRAY_VERTEX:
		gl->VertexPointer(size, type, stride, p);
		break;
	case VGPU_ARRAY_NORMAL:
		gl->NormalPointer(type, stride, p);
		break;
	case VGPU_ARRAY_COLOR:
		gl->ColorPointer(size, type, stride, p);
		break;
	case VGPU_ARRAY_COLOR1:
		if (!r->ctx->caps.es)
			gl->SecondaryColorPointer(size, type, stride, p);
		break;
	case VGPU_ARRAY_FOG:
		if (!r->ctx->caps.es)
			gl->FogCoordPointer(type, stride, p);
		break;
	case VGPU_ARRAY_INDEX:
		if (!r->ctx->caps.es)
			gl->IndexPointer(type, stride, p);
		break;
	case VGPU_ARRAY_EDGE_FLAG:
		if (!r->ctx->caps.es)
			gl->EdgeFlagPointer(stride, p);
		break;
	case VGPU_ARRAY_POINT_SIZE:
		if (r->ctx->caps.es && gl->PointSizePointerOES)
			gl->PointSizePointerOES(type, stride, p);
		break;
	default:
		unit(r, w, array);
		gl->TexCoordPointer(size, type, stride, p);
		break;
	}
}

static GLenum client_state(uint32_t array)
{
	switch (array) {
	case VGPU_ARRAY_VERTEX:
		return GL_VERTEX_ARRAY;
	case VGPU_ARRAY_NORMAL:
		return GL_NORMAL_ARRAY;
	case VGPU_ARRAY_COLOR:
		return GL_COLOR_ARRAY;
	case VGPU_ARRAY_COLOR1:
		return GL_SECONDARY_COLOR_ARRAY;
	case VGPU_ARRAY_FOG:
		return GL_FOG_COORD_ARRAY;
	case VGPU_ARRAY_INDEX:
		return GL_INDEX_ARRAY;
	case VGPU_ARRAY_EDGE_FLAG:
		return GL_EDGE_FLAG_ARRAY;
	case VGPU_ARRAY_POINT_SIZE:
		return GL_POINT_SIZE_ARRAY_OES;
	default:
		return GL_TEXTURE_COORD_ARRAY;
	}
}

/* Does this context have the array at all? */
static bool exists(struct vgpu_replay *r, struct vgpu_wgl *w, uint32_t array)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;

	if (array >= VGPU_ARRAY_GENERIC0) {
		if (!has_generic(caps))
			return false;
		if (w->max_attribs < 0)
			vgpu_wgl_integer(r, GL_MAX_VERTEX_ATTRIBS, &w->max_attribs);
		return (GLint)(array - VGPU_ARRAY_GENERIC0) < w->max_attribs;
	}
	if (!has_fixed(caps))
		return false;
	if (array >= VGPU_ARRAY_TEX0) {
		if (w->max_coords < 0)
			vgpu_wgl_integer(r, caps->es ? GL_MAX_TEXTURE_UNITS : GL_MAX_TEXTURE_COORDS,
			                 &w->max_coords);
		return (GLint)(array - VGPU_ARRAY_TEX0) < w->max_coords;
	}
	if (array == VGPU_ARRAY_POINT_SIZE)
		return caps->es;
	return !caps->es || array <= VGPU_ARRAY_COLOR;
}

/* Ask the driver about one array. False: it does not answer. */
static bool ask(struct vgpu_replay *r, struct vgpu_wgl *w, struct vgpu_wvao *vao, uint32_t array)
{
	uint64_t bit = VGPU_ARRAY_BIT(array);
	GLint enabled = UNANSWERED, buffer = UNANSWERED;
	GLenum binding;

	if (!exists(r, w, array)) {
		vao->enabled &= ~bit;
		return true;
	}
	if (array >= VGPU_ARRAY_GENERIC0) {
		GLuint index = array - VGPU_ARRAY_GENERIC0;

		r->gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_ENABLED, &enabled);
		r->gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &buffer);
	} else {
		static const GLenum bindings[] = {
			[VGPU_ARRAY_VERTEX] = GL_VERTEX_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_NORMAL] = GL_NORMAL_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_COLOR] = GL_COLOR_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_COLOR1] = GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_FOG] = GL_FOG_COORD_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_INDEX] = GL_INDEX_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_EDGE_FLAG] = GL_EDGE_FLAG_ARRAY_BUFFER_BINDING,
			[VGPU_ARRAY_POINT_SIZE] = GL_POINT_SIZE_ARRAY_BUFFER_BINDING_OES,
		};

		if (array >= VGPU_ARRAY_TEX0)
			unit(r, w, array);
		binding = array < VGPU_ARRAY_TEX0 ? bindings[array] : GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING;
		if (vgpu_wgl_integer(r, binding, &buffer))
			enabled = r->gl->IsEnabled(client_state(array));
	}
	if (enabled == UNANSWERED || buffer == UNANSWERED)
		return false;
	vao->enabled = enabled ? vao->enabled | bit : vao->enabled & ~bit;
	vao->backed = buffer ? vao->backed | bit : vao->backed & ~bit;
	return true;
}

static bool ask_unsafe(struct vgpu_replay *r, struct vgpu_wgl *w, struct vgpu_wvao *vao)
{
	uint64_t bits;

	vao->enabled &= VGPU_ARRAY_BIT(VGPU_ARRAY_COUNT) - 1;
	for (bits = vao->enabled & ~vao->backed; bits; bits &= bits - 1) {
		if (!ask(r, w, vao, (uint32_t)__builtin_ctzll(bits)))
			return false;
	}
	return true;
}

/* Give a buffer of zeros to the arrays that have none. */
static bool plug(struct vgpu_replay *r, struct vgpu_wgl *w, struct vgpu_wvao *vao)
{
	uint64_t bits = vao->enabled & ~vao->backed;
	GLuint old;

	if (!vgpu_wgl_bound(r, VGPU_WBIND_ARRAY, &old))
		return false;
	if (!w->nothing) {
		void *zeros = calloc(1, NOTHING_BYTES);

		r->gl->GenBuffers(1, &w->nothing);
		r->gl->BindBuffer(GL_ARRAY_BUFFER, w->nothing);
		r->gl->BufferData(GL_ARRAY_BUFFER, NOTHING_BYTES, zeros, GL_STATIC_DRAW);
		free(zeros);
	}
	r->gl->BindBuffer(GL_ARRAY_BUFFER, w->nothing);
	for (; bits; bits &= bits - 1) {
		uint32_t array = (uint32_t)__builtin_ctzll(bits);
		GLint size = array == VGPU_ARRAY_COLOR1 || array == VGPU_ARRAY_NORMAL ? 3 : 4;

		set_pointer(r, w, array, size, GL_FLOAT, 0, 0, 0);
	}
	r->gl->BindBuffer(GL_ARRAY_BUFFER, old);
	return ask_unsafe(r, w, vao) && !(vao->enabled & ~vao->backed);
}

bool vgpu_wgl_arrays_check(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	struct vgpu_wvao *vao = w ? current_vao(r, w) : NULL;

	if (!vao)
		return false;
	if (__builtin_expect(!(vao->enabled & ~vao->backed), 1))
		return true;
	if (!ask_unsafe(r, w, vao))
		return false;
	return !(vao->enabled & ~vao->backed) || plug(r, w, vao);
}

int replay_vgpuArrayPointer(struct vgpu_replay *r, const struct args_vgpuArrayPointer *a)
{
	struct vgpu_wgl *w;
	GLuint buffer;

	vgpu_welements_forget(r);
	if (a->array >= VGPU_ARRAY_COUNT || (a->flags & ~(GLuint)VGPU_ARRAY_FLAGS))
		return -EPROTO;
	w = r->ctx ? vgpu_wgl_get(r) : NULL;
	if (!w || !vgpu_wgl_bound(r, VGPU_WBIND_ARRAY, &buffer))
		return 0;
	if (!buffer) {
		/* the guest's buffer could not be bound */
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return 0;
	}
	set_pointer(r, w, a->array, (GLint)a->size, a->type, a->flags, a->stride, a->offset);
	return 0;
}

int replay_vgpuArrayEnable(struct vgpu_replay *r, const struct args_vgpuArrayEnable *a)
{
	struct vgpu_wgl *w;
	struct vgpu_wvao *vao;

	vgpu_welements_forget(r);
	if (a->array >= VGPU_ARRAY_COUNT || a->enable > 1)
		return -EPROTO;
	w = r->ctx ? vgpu_wgl_get(r) : NULL;
	vao = w ? current_vao(r, w) : NULL;
	if (!vao)
		return 0;
	if (a->enable)
		vao->enabled |= VGPU_ARRAY_BIT(a->array);
	/* a disable is believed only of what could do no harm: enabled stays, the driver is asked */
	else if (vao->backed & VGPU_ARRAY_BIT(a->array))
		vao->enabled &= ~VGPU_ARRAY_BIT(a->array);
	if (!exists(r, w, a->array))
		return 0;
	if (a->array >= VGPU_ARRAY_GENERIC0) {
		if (a->enable)
			r->gl->EnableVertexAttribArray(a->array - VGPU_ARRAY_GENERIC0);
		else
			r->gl->DisableVertexAttribArray(a->array - VGPU_ARRAY_GENERIC0);
		return 0;
	}
	if (a->array >= VGPU_ARRAY_TEX0)
		unit(r, w, a->array);
	if (a->enable)
		r->gl->EnableClientState(client_state(a->array));
	else
		r->gl->DisableClientState(client_state(a->array));
	return 0;
}

/* ---- formats and bindings apart --------------------------------------------------------- */

/* What an array reads may be another buffer, or none. */
static void unsure(struct vgpu_replay *r, uint64_t bits)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	struct vgpu_wvao *vao = w ? current_vao(r, w) : NULL;
	uint32_t cursor = 0, id;
	uintptr_t value;

	if (vao) {
		vao->backed &= ~bits;
		vao->enabled |= bits;
		return;
	}
	/* which one is current is not known: any */
	while (w && vgpu_idmap_next(&w->vaos, &cursor, &id, &value)) {
		((struct vgpu_wvao *)value)->backed &= ~bits;
		((struct vgpu_wvao *)value)->enabled |= bits;
	}
}

void vgpu_wgl_arrays_unsure(struct vgpu_replay *r)
{
	unsure(r, ~UINT64_C(0));
}

int replay_glVertexAttribFormat(struct vgpu_replay *r, const struct args_glVertexAttribFormat *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexAttribFormat(a->attribindex, a->size, a->type, a->normalized, a->relativeoffset);
	return 0;
}

int replay_glVertexAttribIFormat(struct vgpu_replay *r, const struct args_glVertexAttribIFormat *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexAttribIFormat(a->attribindex, a->size, a->type, a->relativeoffset);
	return 0;
}

int replay_glVertexAttribLFormat(struct vgpu_replay *r, const struct args_glVertexAttribLFormat *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexAttribLFormat(a->attribindex, a->size, a->type, a->relativeoffset);
	return 0;
}

int replay_glVertexAttribBinding(struct vgpu_replay *r, const struct args_glVertexAttribBinding *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexAttribBinding(a->attribindex, a->bindingindex);
	if (a->attribindex < VGPU_ARRAY_GENERIC_COUNT)
		unsure(r, VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0 + a->attribindex));
	return 0;
}

int replay_glBindVertexBuffer(struct vgpu_replay *r, const struct args_glBindVertexBuffer *a)
{
	GLuint host = vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, GL_ARRAY_BUFFER);

	vgpu_welements_forget(r);
	/* with no buffer the driver may take the offset for an address */
	r->gl->BindVertexBuffer(a->bindingindex, host, host ? a->offset : 0, a->stride);
	if (!host)
		vgpu_wgl_arrays_unsure(r);
	return 0;
}

int replay_glVertexBindingDivisor(struct vgpu_replay *r,
                                  const struct args_glVertexBindingDivisor *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexBindingDivisor(a->bindingindex, a->divisor);
	return 0;
}

/* This one moves the array to the binding of its own number. */
int replay_glVertexAttribDivisor(struct vgpu_replay *r, const struct args_glVertexAttribDivisor *a)
{
	vgpu_welements_forget(r);
	r->gl->VertexAttribDivisor(a->index, a->divisor);
	if (a->index < VGPU_ARRAY_GENERIC_COUNT)
		unsure(r, VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0 + a->index));
	return 0;
}

/* ---- client memory ----------------------------------------------------------------------- */

int replay_vgpuClientArrays(struct vgpu_replay *r, const struct args_vgpuClientArrays *a)
{
	const struct vgpu_client_array *arrays = (const void *)a->arrays;
	struct vgpu_wgl *w;
	uint64_t gap = 0, offset;
	GLuint old;
	GLsizei i;

	vgpu_welements_forget(r);
	if (a->count <= 0 || a->count > VGPU_ARRAY_COUNT || a->bytes < 0)
		return -EPROTO;
	for (i = 0; i < a->count; i++) {
		uint64_t before = (uint64_t)arrays[i].first * arrays[i].stride;

		if (arrays[i].array >= VGPU_ARRAY_COUNT || (arrays[i].flags & ~(uint32_t)VGPU_ARRAY_FLAGS) ||
		    arrays[i].offset > a->data_bytes || arrays[i].stride > INT32_MAX || arrays[i].zero)
			return -EPROTO;
		gap = before > gap ? before : gap;
	}
	w = r->ctx ? vgpu_wgl_get(r) : NULL;
	if (!w || !vgpu_wgl_bound(r, VGPU_WBIND_ARRAY, &old))
		return 0; /* between glBegin and glEnd: the draw raises the error */
	if (vgpu_wgl_stream(r, &w->arrays, GL_ARRAY_BUFFER, gap, a->data, a->data_bytes, &offset)) {
		for (i = 0; i < a->count; i++)
			set_pointer(r, w, arrays[i].array, (GLint)arrays[i].size, arrays[i].type,
			            arrays[i].flags, (GLsizei)arrays[i].stride,
			            offset + arrays[i].offset -
			                    (uint64_t)arrays[i].first * arrays[i].stride);
	} else {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	}
	r->gl->BindBuffer(GL_ARRAY_BUFFER, old);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_elements.h"

#include <stdlib.h>

#include "backend/worker/context.h"
#include "backend/worker/gl_wide.h"
#include "protocol/gl_size.h"

#define NO_ELEMENT (-1)
#define ANY_ELEMENT INT64_MAX

static bool has_lists(struct vgpu_replay *r)
{
	return r->ctx->caps.compat && !r->ctx->caps.es;
}

void vgpu_welements_mode(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	GLint list = 0, mode = GL_RENDER;

	if (!w || !has_lists(r))
		return;
	/* an answer that does not come leaves the worst */
	w->compiling = !vgpu_wgl_integer(r, GL_LIST_INDEX, &list) || list != 0;
	w->feedback = !vgpu_wgl_integer(r, GL_RENDER_MODE, &mode) || mode != GL_RENDER;
}

/* ---- how many elements an array holds ------------------------------------------------ */

struct array {
	GLuint buffer;
	int64_t offset, stride, bytes; /* bytes of one element */
	bool wide;                     /* of more than two doubles, and given as such */
};

static int64_t element_bytes(GLint size, GLenum type)
{
	switch (type) {
	case GL_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
		return 4;
	case GL_HALF_FLOAT:
		return 2 * (size > 4 ? 4 : size);
	case GL_FIXED:
		return 4 * (size > 4 ? 4 : size);
	default:
		return (size == GL_BGRA || size > 4 ? 4 : size) *
		       (int64_t)(vgpu_type_bytes(type) ? vgpu_type_bytes(type) : 8);
	}
}

static bool ask_generic(struct vgpu_replay *r, GLuint index, struct array *a)
{
	const struct vgpu_gl *gl = r->gl;
	GLint size = 4, type = GL_DOUBLE, stride = 0, binding = -1, relative = 0, buffer = 0, wide = 1;
	GLint64 offset = -1;
	void *pointer = NULL;

	gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_SIZE, &size);
	gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_TYPE, &type);
	gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &buffer);
	a->buffer = (GLuint)buffer;
	a->bytes = element_bytes(size, (GLenum)type);
	if (type == GL_DOUBLE && r->ctx->caps.version >= 43)
		gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_LONG, &wide);
	a->wide = type == GL_DOUBLE && size > 2 && wide;
	if (r->ctx->caps.version >= 43 && gl->GetInteger64i_v && gl->GetIntegeri_v) {
		gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_BINDING, &binding);
		gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_RELATIVE_OFFSET, &relative);
		if (binding < 0)
			return false;
		gl->GetInteger64i_v(GL_VERTEX_BINDING_OFFSET, (GLuint)binding, &offset);
		gl->GetIntegeri_v(GL_VERTEX_BINDING_STRIDE, (GLuint)binding, &stride);
		a->offset = offset + relative;
		a->stride = stride;
		return offset >= 0;
	}
	gl->GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_STRIDE, &stride);
	gl->GetVertexAttribPointerv(index, GL_VERTEX_ATTRIB_ARRAY_POINTER, &pointer);
	a->offset = (int64_t)(uintptr_t)pointer;
	a->stride = stride ? stride : a->bytes;
	return true;
}

/* Enums of a fixed-function array; 0: it has none. */
struct fixed {
	GLenum size, type, stride, buffer, pointer;
	GLint components; /* where size is 0 */
};
static const struct fixed fixed[] = {
	[VGPU_ARRAY_VERTEX] = { GL_VERTEX_ARRAY_SIZE, GL_VERTEX_ARRAY_TYPE, GL_VERTEX_ARRAY_STRIDE,
	                        GL_VERTEX_ARRAY_BUFFER_BINDING, GL_VERTEX_ARRAY_POINTER, 4 },
	[VGPU_ARRAY_NORMAL] = { 0, GL_NORMAL_ARRAY_TYPE, GL_NORMAL_ARRAY_STRIDE,
	                        GL_NORMAL_ARRAY_BUFFER_BINDING, GL_NORMAL_ARRAY_POINTER, 3 },
	[VGPU_ARRAY_COLOR] = { GL_COLOR_ARRAY_SIZE, GL_COLOR_ARRAY_TYPE, GL_COLOR_ARRAY_STRIDE,
	                       GL_COLOR_ARRAY_BUFFER_BINDING, GL_COLOR_ARRAY_POINTER, 4 },
	[VGPU_ARRAY_COLOR1] = { GL_SECONDARY_COLOR_ARRAY_SIZE, GL_SECONDARY_COLOR_ARRAY_TYPE,
	                        GL_SECONDARY_COLOR_ARRAY_STRIDE,
	                        GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING,
	                        GL_SECONDARY_COLOR_ARRAY_POINTER, 4 },
	[VGPU_ARRAY_FOG] = { 0, GL_FOG_COORD_ARRAY_TYPE, GL_FOG_COORD_ARRAY_STRIDE,
	                     GL_FOG_COORD_ARRAY_BUFFER_BINDING, GL_FOG_COORD_ARRAY_POINTER, 1 },
	[VGPU_ARRAY_INDEX] = { 0, GL_INDEX_ARRAY_TYPE, GL_INDEX_ARRAY_STRIDE,
	                       GL_INDEX_ARRAY_BUFFER_BINDING, GL_INDEX_ARRAY_POINTER, 1 },
	[VGPU_ARRAY_EDGE_FLAG] = { 0, 0, GL_EDGE_FLAG_ARRAY_STRIDE,
	                           GL_EDGE_FLAG_ARRAY_BUFFER_BINDING, GL_EDGE_FLAG_ARRAY_POINTER, 1 },
	[VGPU_ARRAY_POINT_SIZE] = { 0 },
	[VGPU_ARRAY_TEX0] = { GL_TEXTURE_COORD_ARRAY_SIZE, GL_TEXTURE_COORD_ARRAY_TYPE,
	                      GL_TEXTURE_COORD_ARRAY_STRIDE, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING,
	                      GL_TEXTURE_COORD_ARRAY_POINTER, 4 },
};

static bool ask_fixed(struct vgpu_replay *r, uint32_t array, struct array *a)
{
	const struct fixed *f = &fixed[array < VGPU_ARRAY_TEX0 ? array : VGPU_ARRAY_TEX0];
	GLint size = f->components, type = GL_UNSIGNED_BYTE, stride = 0, buffer = 0;
	void *pointer = NULL;

	if (!f->buffer)
		return false;
	if (array >= VGPU_ARRAY_TEX0 && r->ctx->wgl->client_texture != array - VGPU_ARRAY_TEX0) {
		r->ctx->wgl->client_texture = array - VGPU_ARRAY_TEX0;
		r->gl->ClientActiveTexture(GL_TEXTURE0 + array - VGPU_ARRAY_TEX0);
	}
	if ((f->size && !vgpu_wgl_integer(r, f->size, &size)) ||
	    (f->type && !vgpu_wgl_integer(r, f->type, &type)) ||
	    !vgpu_wgl_integer(r, f->stride, &stride) || !vgpu_wgl_integer(r, f->buffer, &buffer))
		return false;
	r->gl->GetPointerv(f->pointer, &pointer);
	a->buffer = (GLuint)buffer;
	a->bytes = element_bytes(size, (GLenum)type);
	a->offset = (int64_t)(uintptr_t)pointer;
	a->stride = stride ? stride : a->bytes;
	return true;
}

static int64_t size_of(struct vgpu_replay *r, GLenum target)
{
	GLint64 size64 = 0;
	GLint size = 0;

	if (r->gl->GetBufferParameteri64v && r->ctx->caps.version >= 32) {
		r->gl->GetBufferParameteri64v(target, GL_BUFFER_SIZE, &size64);
		return size64;
	}
	r->gl->GetBufferParameteriv(target, GL_BUFFER_SIZE, &size);
	return size;
}

/* The last element that all enabled arrays hold. GL_ARRAY_BUFFER is bound anew. */
static int64_t last_element(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = r->ctx->wgl;
	int64_t last = ANY_ELEMENT;
	uint32_t wide = 0;
	uint64_t bits;
	GLuint old;

	/* Mesa (22.3) keeps what it tells of a stride in 16 bits, not what it uses */
	if (w->long_stride || !vgpu_wgl_arrays_safe(r) || !w->vao || !vgpu_wgl_bound(r, VGPU_WBIND_ARRAY, &old))
		return NO_ELEMENT;
	for (bits = w->vao->enabled; bits && last >= 0; bits &= bits - 1) {
		uint32_t array = (uint32_t)__builtin_ctzll(bits);
		struct array a = { 0 };
		int64_t size, fits;

		if (!(array >= VGPU_ARRAY_GENERIC0 ? ask_generic(r, array - VGPU_ARRAY_GENERIC0, &a)
		                                   : ask_fixed(r, array, &a)) ||
		    !a.buffer)
			return NO_ELEMENT;
		r->gl->BindBuffer(GL_ARRAY_BUFFER, a.buffer);
		size = size_of(r, GL_ARRAY_BUFFER);
		r->gl->BindBuffer(GL_ARRAY_BUFFER, old);
		if (a.offset < 0 || a.stride < 0 || a.offset > size || a.bytes > size - a.offset)
			return NO_ELEMENT;
		if (a.wide)
			wide |= 1u << (array - VGPU_ARRAY_GENERIC0);
		fits = a.stride ? (size - a.offset - a.bytes) / a.stride : ANY_ELEMENT;
		last = fits < last ? fits : last;
	}
	return vgpu_wwide(r, wide) ? last : NO_ELEMENT;
}

/* ---- single elements --------------------------------------------------------------------- */

void vgpu_welements_begin(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (!w)
		return;
	w->begun = true;
	w->last_element = NO_ELEMENT;
	if (vgpu_wgl_arrays_safe(r) && w->vao)
		w->last_element = w->vao->enabled ? last_element(r) : ANY_ELEMENT;
}

void vgpu_welements_forget(struct vgpu_replay *r)
{
	if (r->ctx && r->ctx->wgl)
		r->ctx->wgl->begun = false;
}

bool vgpu_welements_one(struct vgpu_replay *r, GLint element)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (!w)
		return false;
	if (!w->begun) {
		vgpu_welements_begin(r);
		w->begun = false;
	}
	return element >= 0 && element <= w->last_element;
}

/* ---- draws ----------------------------------------------------------------------------------- */

bool vgpu_welements_in_list(struct vgpu_replay *r, int64_t first, int64_t count)
{
	return count <= 0 || (first >= 0 && first + count - 1 <= last_element(r));
}

bool vgpu_welements_feedback(struct vgpu_replay *r)
{
	GLint program = 0, pipeline = 0, blocks = 0, block, at, buffer;

	if (r->ctx->wgl->vao && r->ctx->wgl->vao->enabled && last_element(r) == NO_ELEMENT)
		return false;
	if (r->ctx->caps.version < 31 || !vgpu_wgl_integer(r, GL_CURRENT_PROGRAM, &program))
		return true;
	if (!program)
		return r->ctx->caps.version < 41 ||
		       (vgpu_wgl_integer(r, GL_PROGRAM_PIPELINE_BINDING, &pipeline) && !pipeline);
	if (r->ctx->caps.version >= 43) {
		r->gl->GetProgramInterfaceiv((GLuint)program, GL_SHADER_STORAGE_BLOCK, GL_ACTIVE_RESOURCES,
		                             &blocks);
		if (blocks)
			return false;
	}
	r->gl->GetProgramiv((GLuint)program, GL_ACTIVE_UNIFORM_BLOCKS, &blocks);
	for (block = 0; block < blocks; block++) {
		at = buffer = 0;
		r->gl->GetActiveUniformBlockiv((GLuint)program, (GLuint)block, GL_UNIFORM_BLOCK_BINDING, &at);
		r->gl->GetIntegeri_v(GL_UNIFORM_BUFFER_BINDING, (GLuint)at, &buffer);
		if (!buffer)
			return false;
	}
	return true;
}

bool vgpu_welements_unknown(struct vgpu_replay *r)
{
	const struct vgpu_wgl *w = r->ctx->wgl;

	return !w || !(w->compiling || w->feedback);
}

/* The largest and the least of the indices. False: they cannot be read. */
static bool span(struct vgpu_replay *r, uint64_t offset, int64_t count, uint32_t bytes,
                 int64_t *most_out, int64_t *least_out)
{
	uint64_t total = (uint64_t)count * bytes;
	int64_t most = 0, least = UINT32_MAX;
	bool restarts = r->ctx->caps.version >= 31 && r->gl->IsEnabled(GL_PRIMITIVE_RESTART);
	GLint restart_index = 0;
	uint32_t restart;
	uint8_t *data;
	int64_t i;

	if (restarts)
		vgpu_wgl_integer(r, GL_PRIMITIVE_RESTART_INDEX, &restart_index);
	restart = (uint32_t)restart_index;
	data = total <= VGPU_MAX_COMMAND ? malloc(total ? total : 1) : NULL;
	if (!data)
		return false;
	r->gl->GetBufferSubData(GL_ELEMENT_ARRAY_BUFFER, (GLintptr)offset, (GLsizeiptr)total, data);
	for (i = 0; i < count; i++) {
		uint32_t v = bytes == 4 ? ((uint32_t *)data)[i]
		             : bytes == 2 ? ((uint16_t *)data)[i]
		                          : data[i];

		if (restarts && v == restart)
			continue;
		most = v > most ? v : most;
		least = v < least ? v : least;
	}
	free(data);
	*most_out = most;
	*least_out = least;
	return true;
}

bool vgpu_welements_indices(struct vgpu_replay *r, uint64_t offset, int64_t count, GLenum type,
                            int64_t base)
{
	const struct vgpu_wgl *w = r->ctx->wgl;
	uint32_t bytes = vgpu_type_bytes(type);
	int64_t size, most, least, last;

	if (__builtin_expect(!w || !(w->compiling || w->feedback), 1))
		return true;
	if (w->feedback && !vgpu_welements_feedback(r))
		return false;
	if (count <= 0 || (type != GL_UNSIGNED_BYTE && type != GL_UNSIGNED_SHORT &&
	                   type != GL_UNSIGNED_INT))
		return true; /* the driver refuses, or reads nothing */
	size = size_of(r, GL_ELEMENT_ARRAY_BUFFER);
	if (offset > (uint64_t)size || (uint64_t)count > ((uint64_t)size - offset) / bytes)
		return false;
	if (!w->compiling)
		return true;
	last = last_element(r);
	return last == ANY_ELEMENT ||
	       (span(r, offset, count, bytes, &most, &least) &&
	        (least > most || (least + base >= 0 && most + base <= last)));
}

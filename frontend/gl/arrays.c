/* SPDX-License-Identifier: MIT */
/* Vertex array objects and the arrays in them: what is tracked, what is sent. */
#include "frontend/gl/arrays.h"

#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "frontend/gl/state.h"

#ifndef GL_HALF_FLOAT_OES
#define GL_HALF_FLOAT_OES 0x8D61
#endif

static uint32_t default_size(uint32_t array)
{
	switch (array) {
	case VGPU_ARRAY_NORMAL:
	case VGPU_ARRAY_COLOR1:
		return 3;
	case VGPU_ARRAY_FOG:
	case VGPU_ARRAY_INDEX:
	case VGPU_ARRAY_EDGE_FLAG:
	case VGPU_ARRAY_POINT_SIZE:
		return 1;
	default:
		return 4;
	}
}

void vgpu_gl_vao_init(struct vgpu_gl_vao *vao, uint32_t name, bool desktop)
{
	uint32_t i;

	*vao = (struct vgpu_gl_vao){ .name = name };
	for (i = 0; i < VGPU_ARRAY_COUNT; i++) {
		struct vgpu_gl_array *a = &vao->arrays[i];

		a->size = default_size(i);
		a->type = i == VGPU_ARRAY_EDGE_FLAG ? GL_UNSIGNED_BYTE : GL_FLOAT;
		a->element_bytes = vgpu_gl_array_bytes(a->size, a->type);
		a->binding = i;
		vao->bindings[i].stride = i < VGPU_ARRAY_GENERIC0 || !desktop ? a->element_bytes : 16;
	}
}

void vgpu_gl_vaos_finish(struct vgpu_gl_state *gl)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	while (vgpu_idmap_next(&gl->vaos, &cursor, &id, &value))
		free((void *)value);
	vgpu_idmap_finish(&gl->vaos);
}

struct vgpu_gl_vao *vgpu_gl_vao_find(struct vgpu_context *ctx, uint32_t name)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_gl_vao *vao;

	if (!name)
		return &gl->default_vao;
	vao = (struct vgpu_gl_vao *)vgpu_idmap_get(&gl->vaos, name);
	if (vao || !vgpu_guest_names_known(ctx, VGPU_NAME_VERTEX_ARRAY, name))
		return vao;
	vao = malloc(sizeof(*vao));
	if (!vao)
		return NULL;
	vgpu_gl_vao_init(vao, name, gl->desktop);
	if (vgpu_idmap_set(&gl->vaos, name, (uintptr_t)vao)) {
		free(vao);
		return NULL;
	}
	return vao;
}

void vgpu_gl_vao_forget_buffer(struct vgpu_gl_vao *vao, uint32_t buffer)
{
	uint32_t i;

	if (vao->element_buffer == buffer)
		vao->element_buffer = 0;
	for (i = 0; i < VGPU_ARRAY_COUNT; i++) {
		if (vao->bindings[i].buffer == buffer)
			vao->bindings[i].buffer = 0;
	}
}

uint32_t vgpu_gl_array_bytes(uint32_t size, uint32_t type)
{
	uint32_t n = size == GL_BGRA ? 4 : size;

	switch (type) {
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
		return n;
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_HALF_FLOAT:
	case GL_HALF_FLOAT_OES:
		return n * 2;
	case GL_INT:
	case GL_UNSIGNED_INT:
	case GL_FLOAT:
	case GL_FIXED:
		return n * 4;
	case GL_DOUBLE:
	case GL_UNSIGNED_INT64_ARB:
		return n * 8;
	case GL_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
		return 4;
	default:
		return 0;
	}
}

/* Sizes and types that one array accepts. Returns the GL error. */
static GLenum check(const struct vgpu_gl_state *gl, uint32_t array, uint32_t size, uint32_t type,
                    uint32_t flags)
{
	bool packed = type == GL_INT_2_10_10_10_REV || type == GL_UNSIGNED_INT_2_10_10_10_REV;
	bool real = type == GL_FLOAT || type == GL_DOUBLE || type == GL_HALF_FLOAT ||
	            type == GL_HALF_FLOAT_OES || type == GL_FIXED;
	bool bgra = size == GL_BGRA;
	uint32_t min = 1, max = 4;
	bool type_ok = vgpu_gl_array_bytes(1, type) != 0;

	switch (array) {
	case VGPU_ARRAY_VERTEX:
		min = 2;
		type_ok = type_ok && type != GL_UNSIGNED_BYTE && type != GL_UNSIGNED_SHORT &&
		          type != GL_UNSIGNED_INT && (type != GL_BYTE || !gl->desktop);
		break;
	case VGPU_ARRAY_NORMAL:
		min = max = 3;
		type_ok = type_ok && type != GL_UNSIGNED_BYTE && type != GL_UNSIGNED_SHORT &&
		          type != GL_UNSIGNED_INT;
		break;
	case VGPU_ARRAY_COLOR:
		min = 3;
		break;
	case VGPU_ARRAY_COLOR1:
		min = max = 3;
		break;
	case VGPU_ARRAY_FOG:
	case VGPU_ARRAY_POINT_SIZE:
		max = 1;
		type_ok = real;
		break;
	case VGPU_ARRAY_INDEX:
		max = 1;
		type_ok = type == GL_UNSIGNED_BYTE || type == GL_SHORT || type == GL_INT ||
		          type == GL_FLOAT || type == GL_DOUBLE;
		break;
	case VGPU_ARRAY_EDGE_FLAG:
		max = 1;
		type_ok = type == GL_UNSIGNED_BYTE;
		break;
	default:
		if (array < VGPU_ARRAY_GENERIC0)
			type_ok = type_ok && type != GL_UNSIGNED_BYTE && type != GL_UNSIGNED_SHORT &&
			          type != GL_UNSIGNED_INT && (type != GL_BYTE || !gl->desktop);
		else if (flags & VGPU_ARRAY_INTEGER)
			type_ok = type_ok && !packed && !real && type != GL_UNSIGNED_INT_10F_11F_11F_REV;
		else if (flags & VGPU_ARRAY_LONG)
			type_ok = type == GL_DOUBLE || type == GL_UNSIGNED_INT64_ARB;
		break;
	}
	if (bgra && (array == VGPU_ARRAY_COLOR || array == VGPU_ARRAY_COLOR1 ||
	             (array >= VGPU_ARRAY_GENERIC0 && !(flags & (VGPU_ARRAY_INTEGER | VGPU_ARRAY_LONG))))) {
		if (type != GL_UNSIGNED_BYTE && !packed)
			return type_ok ? GL_INVALID_OPERATION : GL_INVALID_ENUM;
		return flags & VGPU_ARRAY_NORMALIZED ? GL_NO_ERROR : GL_INVALID_OPERATION;
	}
	if (!type_ok)
		return GL_INVALID_ENUM;
	if (size < min || size > max)
		return GL_INVALID_VALUE;
	if (packed && array != VGPU_ARRAY_NORMAL && array != VGPU_ARRAY_COLOR1 &&
	    array != VGPU_ARRAY_COLOR && array >= VGPU_ARRAY_GENERIC0 && size != 4)
		return GL_INVALID_OPERATION;
	if (type == GL_UNSIGNED_INT_10F_11F_11F_REV && size != 3)
		return GL_INVALID_OPERATION;
	return GL_NO_ERROR;
}

/*
 * Neither buffer nor pointer: a VAO may get its buffer later, by binding. The
 * format must be there then, and meanwhile nothing to read.
 */
static void send_unbound(struct vgpu_context *ctx, uint32_t index, const struct vgpu_gl_array *a,
                         uint32_t stride)
{
	struct vgpu_stream *s = ctx->stream;

	if (ctx->version < (ctx->gl->desktop ? 43u : 31u))
		return;
	if (a->flags & VGPU_ARRAY_LONG)
		enc_glVertexAttribLFormat(s, index, (GLint)a->size, a->type, 0);
	else if (a->flags & VGPU_ARRAY_INTEGER)
		enc_glVertexAttribIFormat(s, index, (GLint)a->size, a->type, 0);
	else
		enc_glVertexAttribFormat(s, index, (GLint)a->size, a->type,
		                         (a->flags & VGPU_ARRAY_NORMALIZED) != 0, 0);
	enc_glVertexAttribBinding(s, index, index);
	enc_glBindVertexBuffer(s, index, 0, 0, (GLsizei)stride);
}

void vgpu_gl_array_set(struct vgpu_context *ctx, uint32_t array, uint32_t size, uint32_t type,
                       uint32_t flags, int32_t stride, const void *pointer)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_gl_vao *vao = gl->vao;
	struct vgpu_gl_array *a;
	struct vgpu_gl_binding *b;
	uint32_t buffer = gl->bound.buffer[VGPU_TARGET_ARRAY];
	GLenum error;

	if (array >= VGPU_ARRAY_COUNT ||
	    (array >= VGPU_ARRAY_GENERIC0 &&
	     array - VGPU_ARRAY_GENERIC0 >= (uint32_t)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIBS))) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	error = check(gl, array, size, type, flags);
	if (gl->inside)
		error = GL_INVALID_OPERATION;
	if (error == GL_NO_ERROR && stride < 0)
		error = GL_INVALID_VALUE;
	if (error == GL_NO_ERROR && gl->core && !vao->name)
		error = GL_INVALID_OPERATION;
	if (error == GL_NO_ERROR && vao->name && !buffer && pointer)
		error = GL_INVALID_OPERATION;
	if (error != GL_NO_ERROR) {
		vgpu_gl_set_error(ctx, error);
		return;
	}

	a = &vao->arrays[array];
	b = &vao->bindings[array];
	a->size = size;
	a->type = type;
	a->flags = flags;
	a->stride = stride;
	a->element_bytes = vgpu_gl_array_bytes(size, type);
	a->relative = 0;
	a->binding = array;
	a->pointer = pointer;
	b->buffer = buffer;
	b->stride = stride ? (uint32_t)stride : a->element_bytes;
	b->offset = (uintptr_t)pointer;
	if (buffer || !pointer) {
		vao->client &= ~VGPU_ARRAY_BIT(array);
		if (buffer)
			enc_vgpuArrayPointer(ctx->stream, array, size, type, flags, stride,
			                     (uintptr_t)pointer);
		else if (vao->name && array >= VGPU_ARRAY_GENERIC0)
			send_unbound(ctx, array - VGPU_ARRAY_GENERIC0, a, b->stride);
	} else {
		vao->client |= VGPU_ARRAY_BIT(array);
	}
}

void vgpu_gl_array_enable(struct vgpu_context *ctx, uint32_t array, bool enable)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	uint64_t was = vao->enabled;

	/* without a VAO in a core profile drivers differ: it harms nobody, no draw can use it */
	if (ctx->gl->inside) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (enable)
		vao->enabled |= VGPU_ARRAY_BIT(array);
	else
		vao->enabled &= ~VGPU_ARRAY_BIT(array);
	if (vao->enabled != was)
		enc_vgpuArrayEnable(ctx->stream, array, enable);
}

uint32_t vgpu_gl_client_state(const struct vgpu_gl_state *gl, uint32_t cap, uint32_t unit)
{
	switch (cap) {
	case GL_VERTEX_ARRAY:
		return VGPU_ARRAY_VERTEX;
	case GL_NORMAL_ARRAY:
		return VGPU_ARRAY_NORMAL;
	case GL_COLOR_ARRAY:
		return VGPU_ARRAY_COLOR;
	case GL_SECONDARY_COLOR_ARRAY:
		return gl->desktop ? VGPU_ARRAY_COLOR1 : VGPU_ARRAY_COUNT;
	case GL_FOG_COORD_ARRAY:
		return gl->desktop ? VGPU_ARRAY_FOG : VGPU_ARRAY_COUNT;
	case GL_INDEX_ARRAY:
		return gl->desktop ? VGPU_ARRAY_INDEX : VGPU_ARRAY_COUNT;
	case GL_EDGE_FLAG_ARRAY:
		return gl->desktop ? VGPU_ARRAY_EDGE_FLAG : VGPU_ARRAY_COUNT;
	case 0x8B9C: /* GL_POINT_SIZE_ARRAY_OES */
		return gl->desktop ? VGPU_ARRAY_COUNT : VGPU_ARRAY_POINT_SIZE;
	case GL_TEXTURE_COORD_ARRAY:
		return unit < VGPU_ARRAY_TEX_COUNT ? VGPU_ARRAY_TEX0 + unit : VGPU_ARRAY_COUNT;
	default:
		if (cap - GL_VERTEX_ATTRIB_ARRAY0_NV < 16 && gl->desktop &&
		    vgpu_gl_has_extension(gl->context, "GL_NV_vertex_program"))
			return VGPU_ARRAY_GENERIC0 + (cap - GL_VERTEX_ATTRIB_ARRAY0_NV);
		return VGPU_ARRAY_COUNT;
	}
}

/* SPDX-License-Identifier: MIT */
/* Queries of vertex arrays, answered from what is tracked. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

/* One parameter of a generic array. Returns false (error raised) when it is none of ours. */
static bool attrib(struct vgpu_context *ctx, const struct vgpu_gl_vao *vao, GLuint index,
                   GLenum pname, GLint *out)
{
	const struct vgpu_gl_array *a;
	const struct vgpu_gl_binding *b;

	if (index >= VGPU_ARRAY_GENERIC_COUNT || index >= (GLuint)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIBS)) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	a = &vao->arrays[VGPU_ARRAY_GENERIC0 + index];
	b = &vao->bindings[a->binding];
	switch (pname) {
	case GL_VERTEX_ATTRIB_ARRAY_ENABLED:
		*out = (vao->enabled & VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0 + index)) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_SIZE:
		*out = (GLint)a->size;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_STRIDE:
		*out = a->stride;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_TYPE:
		*out = (GLint)a->type;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_NORMALIZED:
		*out = (a->flags & VGPU_ARRAY_NORMALIZED) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_INTEGER:
		*out = (a->flags & VGPU_ARRAY_INTEGER) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_LONG:
		*out = (a->flags & VGPU_ARRAY_LONG) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_DIVISOR:
		*out = (GLint)b->divisor;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING:
		*out = (GLint)b->buffer;
		return true;
	case GL_VERTEX_ATTRIB_BINDING:
		*out = (GLint)(a->binding - VGPU_ARRAY_GENERIC0);
		return true;
	case GL_VERTEX_ATTRIB_RELATIVE_OFFSET:
		*out = (GLint)a->relative;
		return true;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return false;
	}
}

#define GET_ATTRIB(suffix, T)                                                                     \
	void GLAPIENTRY entry_glGetVertexAttrib##suffix(GLuint index, GLenum pname, T *params)    \
	{                                                                                         \
		GLint value;                                                                      \
		VGPU_GL_CONTEXT();                                                                \
		if (pname == GL_CURRENT_VERTEX_ATTRIB)                                            \
			enc_glGetVertexAttrib##suffix(s, index, pname, params);                   \
		else if (attrib(ctx, gl->vao, index, pname, &value))                              \
			*params = (T)value;                                                       \
	}
GET_ATTRIB(iv, GLint)
GET_ATTRIB(fv, GLfloat)
GET_ATTRIB(dv, GLdouble)
GET_ATTRIB(Iiv, GLint)
GET_ATTRIB(Iuiv, GLuint)

static void attrib_pointer(struct vgpu_context *ctx, const struct vgpu_gl_vao *vao, GLuint index,
                           GLenum pname, void **pointer)
{
	if (index >= VGPU_ARRAY_GENERIC_COUNT || index >= (GLuint)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIBS))
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else if (pname != GL_VERTEX_ATTRIB_ARRAY_POINTER)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else
		*pointer = (void *)(uintptr_t)vao->arrays[VGPU_ARRAY_GENERIC0 + index].pointer;
}

void GLAPIENTRY entry_glGetVertexAttribPointerv(GLuint index, GLenum pname, void **pointer)
{
	VGPU_GL_CONTEXT();
	attrib_pointer(ctx, gl->vao, index, pname, pointer);
}

/* The fixed-function array that a pointer query names; VGPU_ARRAY_COUNT when none. */
static uint32_t pointer_array(const struct vgpu_gl_state *gl, GLenum pname, uint32_t unit)
{
	if (gl->core)
		return VGPU_ARRAY_COUNT;
	switch (pname) {
	case GL_VERTEX_ARRAY_POINTER:
		return VGPU_ARRAY_VERTEX;
	case GL_NORMAL_ARRAY_POINTER:
		return VGPU_ARRAY_NORMAL;
	case GL_COLOR_ARRAY_POINTER:
		return VGPU_ARRAY_COLOR;
	case GL_SECONDARY_COLOR_ARRAY_POINTER:
		return VGPU_ARRAY_COLOR1;
	case GL_FOG_COORD_ARRAY_POINTER:
		return VGPU_ARRAY_FOG;
	case GL_INDEX_ARRAY_POINTER:
		return VGPU_ARRAY_INDEX;
	case GL_EDGE_FLAG_ARRAY_POINTER:
		return VGPU_ARRAY_EDGE_FLAG;
	case 0x898C: /* GL_POINT_SIZE_ARRAY_POINTER_OES */
		return VGPU_ARRAY_POINT_SIZE;
	case GL_TEXTURE_COORD_ARRAY_POINTER:
		return unit < VGPU_ARRAY_TEX_COUNT ? VGPU_ARRAY_TEX0 + unit : VGPU_ARRAY_COUNT;
	default:
		return VGPU_ARRAY_COUNT;
	}
}

void GLAPIENTRY entry_glGetPointerv(GLenum pname, void **params)
{
	uint32_t array;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	array = pointer_array(gl, pname, gl->client_texture);
	if (array < VGPU_ARRAY_COUNT)
		*params = (void *)(uintptr_t)gl->vao->arrays[array].pointer;
	else if (pname == GL_DEBUG_CALLBACK_FUNCTION)
		*params = (void *)gl->debug.callback;
	else if (pname == GL_DEBUG_CALLBACK_USER_PARAM)
		*params = (void *)(uintptr_t)gl->debug.user;
	else if (pname == GL_FEEDBACK_BUFFER_POINTER && !gl->core && gl->desktop)
		*params = gl->feedback.feedback;
	else if (pname == GL_SELECTION_BUFFER_POINTER && !gl->core && gl->desktop)
		*params = gl->feedback.select;
	else
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
}

void GLAPIENTRY entry_glGetPointerIndexedvEXT(GLenum target, GLuint index, void **data)
{
	uint32_t array;

	VGPU_GL_CONTEXT();
	array = pointer_array(gl, target, index);
	if (array < VGPU_ARRAY_COUNT && target == GL_TEXTURE_COORD_ARRAY_POINTER)
		*data = (void *)(uintptr_t)gl->vao->arrays[array].pointer;
	else
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
}

void GLAPIENTRY entry_glGetPointeri_vEXT(GLenum pname, GLuint index, void **params)
{
	entry_glGetPointerIndexedvEXT(pname, index, params);
}

/* ---- by name ------------------------------------------------------------------------------ */

static struct vgpu_gl_vao *named(struct vgpu_context *ctx, GLuint name)
{
	struct vgpu_gl_vao *vao = vgpu_gl_vao_find(ctx, name);

	if (!vao || (!name && ctx->gl->core)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return NULL;
	}
	return vao;
}

void GLAPIENTRY entry_glGetVertexArrayPointervEXT(GLuint vaobj, GLenum pname, void **param)
{
	const struct vgpu_gl_vao *vao;
	uint32_t array;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	array = pointer_array(gl, pname, gl->client_texture);
	if (vao && array < VGPU_ARRAY_COUNT)
		*param = (void *)(uintptr_t)vao->arrays[array].pointer;
	else if (vao)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
}

void GLAPIENTRY entry_glGetVertexArrayPointeri_vEXT(GLuint vaobj, GLuint index, GLenum pname,
                                                    void **param)
{
	const struct vgpu_gl_vao *vao;
	uint32_t array;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	array = pointer_array(gl, pname, index);
	if (vao && array < VGPU_ARRAY_COUNT)
		*param = (void *)(uintptr_t)vao->arrays[array].pointer;
	else if (vao)
		attrib_pointer(ctx, vao, index, pname, param);
}

void GLAPIENTRY entry_glGetVertexArrayiv(GLuint vaobj, GLenum pname, GLint *param)
{
	const struct vgpu_gl_vao *vao;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	if (vao && pname == GL_ELEMENT_ARRAY_BUFFER_BINDING)
		*param = (GLint)vao->element_buffer;
	else if (vao)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
}

static bool binding(struct vgpu_context *ctx, const struct vgpu_gl_vao *vao, GLuint index,
                    GLenum pname, int64_t *out)
{
	const struct vgpu_gl_binding *b;

	if (index >= VGPU_ARRAY_GENERIC_COUNT) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	b = &vao->bindings[VGPU_ARRAY_GENERIC0 + index];
	switch (pname) {
	case GL_VERTEX_BINDING_OFFSET:
		*out = b->buffer ? (int64_t)b->offset : 0;
		return true;
	case GL_VERTEX_BINDING_STRIDE:
		*out = b->stride;
		return true;
	case GL_VERTEX_BINDING_DIVISOR:
		*out = b->divisor;
		return true;
	case GL_VERTEX_BINDING_BUFFER:
		*out = b->buffer;
		return true;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return false;
	}
}

void GLAPIENTRY entry_glGetVertexArrayIndexediv(GLuint vaobj, GLuint index, GLenum pname,
                                                GLint *param)
{
	const struct vgpu_gl_vao *vao;
	int64_t value;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	if (!vao)
		return;
	if (pname == GL_VERTEX_BINDING_STRIDE || pname == GL_VERTEX_BINDING_DIVISOR ||
	    pname == GL_VERTEX_BINDING_BUFFER) {
		if (binding(ctx, vao, index, pname, &value))
			*param = (GLint)value;
	} else {
		attrib(ctx, vao, index, pname, param);
	}
}

void GLAPIENTRY entry_glGetVertexArrayIndexed64iv(GLuint vaobj, GLuint index, GLenum pname,
                                                  GLint64 *param)
{
	const struct vgpu_gl_vao *vao;
	int64_t value;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	if (vao && pname != GL_VERTEX_BINDING_OFFSET)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (vao && binding(ctx, vao, index, pname, &value))
		*param = value;
}

/* For get.c: what glGetIntegerv says about arrays. */
bool vgpu_gl_array_get(struct vgpu_context *ctx, GLenum pname, int64_t *out)
{
	const struct vgpu_gl_state *gl = ctx->gl;
	const struct vgpu_gl_vao *vao = gl->vao;
	static const struct {
		GLenum enabled, size, type, stride, buffer;
	} names[] = {
		[VGPU_ARRAY_VERTEX] = { GL_VERTEX_ARRAY, GL_VERTEX_ARRAY_SIZE, GL_VERTEX_ARRAY_TYPE,
		                        GL_VERTEX_ARRAY_STRIDE, GL_VERTEX_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_NORMAL] = { GL_NORMAL_ARRAY, 0, GL_NORMAL_ARRAY_TYPE,
		                        GL_NORMAL_ARRAY_STRIDE, GL_NORMAL_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_COLOR] = { GL_COLOR_ARRAY, GL_COLOR_ARRAY_SIZE, GL_COLOR_ARRAY_TYPE,
		                       GL_COLOR_ARRAY_STRIDE, GL_COLOR_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_COLOR1] = { GL_SECONDARY_COLOR_ARRAY, GL_SECONDARY_COLOR_ARRAY_SIZE,
		                        GL_SECONDARY_COLOR_ARRAY_TYPE,
		                        GL_SECONDARY_COLOR_ARRAY_STRIDE,
		                        GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_FOG] = { GL_FOG_COORD_ARRAY, 0, GL_FOG_COORD_ARRAY_TYPE,
		                     GL_FOG_COORD_ARRAY_STRIDE, GL_FOG_COORD_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_INDEX] = { GL_INDEX_ARRAY, 0, GL_INDEX_ARRAY_TYPE, GL_INDEX_ARRAY_STRIDE,
		                       GL_INDEX_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_EDGE_FLAG] = { GL_EDGE_FLAG_ARRAY, 0, 0, GL_EDGE_FLAG_ARRAY_STRIDE,
		                           GL_EDGE_FLAG_ARRAY_BUFFER_BINDING },
		[VGPU_ARRAY_POINT_SIZE] = { 0x8B9C, 0, 0x898A, 0x898B, 0x8B9F },
		[VGPU_ARRAY_TEX0] = { GL_TEXTURE_COORD_ARRAY, GL_TEXTURE_COORD_ARRAY_SIZE,
		                      GL_TEXTURE_COORD_ARRAY_TYPE, GL_TEXTURE_COORD_ARRAY_STRIDE,
		                      GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING },
	};
	uint32_t i;

	if (gl->core || !pname)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t array = i == VGPU_ARRAY_TEX0 ? i + gl->client_texture : i;
		const struct vgpu_gl_array *a = &vao->arrays[array];

		if (i == VGPU_ARRAY_POINT_SIZE && gl->desktop)
			continue;
		if (pname == names[i].enabled)
			*out = (vao->enabled & VGPU_ARRAY_BIT(array)) != 0;
		else if (pname == names[i].size)
			*out = a->size;
		else if (pname == names[i].type)
			*out = a->type;
		else if (pname == names[i].stride)
			*out = a->stride;
		else if (pname == names[i].buffer)
			*out = vao->bindings[array].buffer;
		else
			continue;
		return true;
	}
	return false;
}

void GLAPIENTRY entry_glGetVertexArrayIntegervEXT(GLuint vaobj, GLenum pname, GLint *param)
{
	struct vgpu_gl_vao *vao, *old;
	int64_t value;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	if (!vao)
		return;
	if (pointer_array(gl, pname, gl->client_texture) < VGPU_ARRAY_COUNT) {
		/* the extension has pointers among these integers */
		void *pointer = NULL;

		entry_glGetVertexArrayPointervEXT(vaobj, pname, &pointer);
		*param = (GLint)(intptr_t)pointer;
		return;
	}
	old = gl->vao;
	gl->vao = vao; /* for the length of a question that the guest answers itself */
	if (pname == GL_CLIENT_ACTIVE_TEXTURE)
		*param = (GLint)(GL_TEXTURE0 + gl->client_texture);
	else if (pname == GL_ELEMENT_ARRAY_BUFFER_BINDING)
		*param = (GLint)vao->element_buffer;
	else if (vgpu_gl_array_get(ctx, pname, &value))
		*param = (GLint)value;
	else
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	gl->vao = old;
}

void GLAPIENTRY entry_glGetVertexArrayIntegeri_vEXT(GLuint vaobj, GLuint index, GLenum pname,
                                                    GLint *param)
{
	struct vgpu_gl_vao *vao;
	uint32_t unit;
	bool coords;
	GLint value;

	VGPU_GL_CONTEXT();
	vao = named(ctx, vaobj);
	if (!vao)
		return;
	coords = pname == GL_TEXTURE_COORD_ARRAY || pname == GL_TEXTURE_COORD_ARRAY_SIZE ||
	         pname == GL_TEXTURE_COORD_ARRAY_TYPE || pname == GL_TEXTURE_COORD_ARRAY_STRIDE ||
	         pname == GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING;
	if (coords && index < VGPU_ARRAY_TEX_COUNT) {
		unit = gl->client_texture;
		gl->client_texture = index;
		entry_glGetVertexArrayIntegervEXT(vaobj, pname, param);
		gl->client_texture = unit;
	} else if (coords) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else if (attrib(ctx, vao, index, pname, &value)) {
		*param = value;
	}
}

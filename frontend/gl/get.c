/* SPDX-License-Identifier: MIT */
/*
 * glGet*: what the guest tracks it answers, constants of the host it asks for
 * once, the rest is a round trip.
 */
#include <stdlib.h>

#include "encode.h"
#include "entry.h"
#include "frontend/debug.h"
#include "frontend/gl/pixels.h"
#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

struct vgpu_gl_limits {
	struct vgpu_idmap values; /* pname -> value + LIMIT_BIAS, so that none is 0 */
};
#define LIMIT_BIAS ((uintptr_t)1 << 31)

void vgpu_gl_limits_destroy(struct vgpu_gl_limits *limits)
{
	if (limits)
		vgpu_idmap_finish(&limits->values);
	free(limits);
}

GLint vgpu_gl_limit(struct vgpu_context *ctx, GLenum pname)
{
	struct vgpu_gl_state *gl = ctx->gl;
	uintptr_t known;
	GLint value = 0;

	if (!gl->limits)
		gl->limits = calloc(1, sizeof(*gl->limits));
	known = gl->limits ? vgpu_idmap_get(&gl->limits->values, pname) : 0;
	if (known)
		return (GLint)(known - LIMIT_BIAS);
	enc_glGetIntegerv(ctx->stream, pname, &value);
	if (value > 0 && gl->limits)
		vgpu_idmap_set(&gl->limits->values, pname, (uintptr_t)value + LIMIT_BIAS);
	return value;
}

/* Whole numbers that never change while a context lives, one value each. */
static bool is_constant(GLenum pname)
{
	switch (pname) {
	case GL_MAX_TEXTURE_SIZE:
	case GL_MAX_3D_TEXTURE_SIZE:
	case GL_MAX_CUBE_MAP_TEXTURE_SIZE:
	case GL_MAX_RECTANGLE_TEXTURE_SIZE:
	case GL_MAX_ARRAY_TEXTURE_LAYERS:
	case GL_MAX_TEXTURE_BUFFER_SIZE:
	case GL_MAX_RENDERBUFFER_SIZE:
	case GL_MAX_SAMPLES:
	case GL_MAX_COLOR_ATTACHMENTS:
	case GL_MAX_DRAW_BUFFERS:
	case GL_MAX_TEXTURE_IMAGE_UNITS:
	case GL_MAX_TEXTURE_UNITS:
	case GL_MAX_TEXTURE_COORDS:
	case GL_MAX_COMBINED_TEXTURE_IMAGE_UNITS:
	case GL_MAX_VERTEX_TEXTURE_IMAGE_UNITS:
	case GL_MAX_GEOMETRY_TEXTURE_IMAGE_UNITS:
	case GL_MAX_VERTEX_ATTRIBS:
	case GL_MAX_VERTEX_ATTRIB_BINDINGS:
	case GL_MAX_VERTEX_ATTRIB_STRIDE:
	case GL_MAX_VERTEX_ATTRIB_RELATIVE_OFFSET:
	case GL_MAX_VERTEX_UNIFORM_COMPONENTS:
	case GL_MAX_FRAGMENT_UNIFORM_COMPONENTS:
	case GL_MAX_GEOMETRY_UNIFORM_COMPONENTS:
	case GL_MAX_VERTEX_UNIFORM_VECTORS:
	case GL_MAX_FRAGMENT_UNIFORM_VECTORS:
	case GL_MAX_VARYING_VECTORS:
	case GL_MAX_VARYING_COMPONENTS:
	case GL_MAX_VERTEX_UNIFORM_BLOCKS:
	case GL_MAX_FRAGMENT_UNIFORM_BLOCKS:
	case GL_MAX_COMBINED_UNIFORM_BLOCKS:
	case GL_MAX_UNIFORM_BUFFER_BINDINGS:
	case GL_MAX_UNIFORM_BLOCK_SIZE:
	case GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT:
	case GL_MAX_SHADER_STORAGE_BUFFER_BINDINGS:
	case GL_SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT:
	case GL_TEXTURE_BUFFER_OFFSET_ALIGNMENT:
	case GL_MIN_MAP_BUFFER_ALIGNMENT:
	case GL_MAX_ELEMENTS_VERTICES:
	case GL_MAX_ELEMENTS_INDICES:
	case GL_MAX_CLIP_DISTANCES:
	case GL_MAX_LIGHTS:
	case GL_MAX_MODELVIEW_STACK_DEPTH:
	case GL_MAX_PROJECTION_STACK_DEPTH:
	case GL_MAX_TEXTURE_STACK_DEPTH:
	case GL_MAX_ATTRIB_STACK_DEPTH:
	case GL_MAX_LIST_NESTING:
	case GL_MAX_NAME_STACK_DEPTH:
	case GL_MAX_PIXEL_MAP_TABLE:
	case GL_MAX_EVAL_ORDER:
	case GL_MAX_TRANSFORM_FEEDBACK_BUFFERS:
	case GL_MAX_TRANSFORM_FEEDBACK_SEPARATE_ATTRIBS:
	case GL_MAX_TRANSFORM_FEEDBACK_SEPARATE_COMPONENTS:
	case GL_MAX_TRANSFORM_FEEDBACK_INTERLEAVED_COMPONENTS:
	case GL_MAX_VIEWPORTS:
	case GL_MAX_IMAGE_UNITS:
	case GL_MAX_PATCH_VERTICES:
	case GL_MAX_UNIFORM_LOCATIONS:
	case GL_MAX_LABEL_LENGTH:
	case GL_MAX_DEBUG_MESSAGE_LENGTH:
	case GL_MAX_DEBUG_LOGGED_MESSAGES:
	case GL_MAJOR_VERSION:
	case GL_MINOR_VERSION:
	case GL_CONTEXT_FLAGS:
	case GL_CONTEXT_PROFILE_MASK:
	case GL_NUM_COMPRESSED_TEXTURE_FORMATS:
		return true;
	default:
		return false;
	}
}

static bool binding(const struct vgpu_gl_state *gl, GLenum pname, int64_t *out)
{
	enum vgpu_gl_target t;

	switch (pname) {
	case GL_ARRAY_BUFFER_BINDING:
		t = VGPU_TARGET_ARRAY;
		break;
	case GL_PIXEL_PACK_BUFFER_BINDING:
		t = VGPU_TARGET_PIXEL_PACK;
		break;
	case GL_PIXEL_UNPACK_BUFFER_BINDING:
		t = VGPU_TARGET_PIXEL_UNPACK;
		break;
	case GL_COPY_READ_BUFFER_BINDING:
		t = VGPU_TARGET_COPY_READ;
		break;
	case GL_COPY_WRITE_BUFFER_BINDING:
		t = VGPU_TARGET_COPY_WRITE;
		break;
	case GL_UNIFORM_BUFFER_BINDING:
		t = VGPU_TARGET_UNIFORM;
		break;
	case GL_DRAW_INDIRECT_BUFFER_BINDING:
		t = VGPU_TARGET_DRAW_INDIRECT;
		break;
	case GL_SHADER_STORAGE_BUFFER_BINDING:
		t = VGPU_TARGET_SHADER_STORAGE;
		break;
	case GL_ELEMENT_ARRAY_BUFFER_BINDING:
		*out = gl->vao->element_buffer;
		return true;
	default:
		return false;
	}
	*out = gl->bound.buffer[t];
	return true;
}

/* A value that the guest knows. */
static bool local(struct vgpu_context *ctx, GLenum pname, int64_t *out)
{
	struct vgpu_gl_state *gl = ctx->gl;
	const int32_t *stored = vgpu_gl_pixel_store_value(gl, pname);

	if (stored) {
		*out = *stored;
		return true;
	}
	switch (pname) {
	case GL_VERTEX_ARRAY_BINDING:
		*out = gl->vao->name;
		return true;
	case GL_CLIENT_ACTIVE_TEXTURE:
		*out = GL_TEXTURE0 + gl->client_texture;
		return !gl->core;
	case GL_CLIENT_ATTRIB_STACK_DEPTH:
		*out = gl->client_depth;
		return !gl->core && gl->desktop;
	case GL_MAX_CLIENT_ATTRIB_STACK_DEPTH:
		*out = VGPU_CLIENT_STACK;
		return !gl->core && gl->desktop;
	case GL_ARRAY_ELEMENT_LOCK_FIRST_EXT:
		*out = gl->locked_first;
		return !gl->core && gl->desktop;
	case GL_ARRAY_ELEMENT_LOCK_COUNT_EXT:
		*out = gl->locked_count;
		return !gl->core && gl->desktop;
	case GL_NUM_EXTENSIONS:
		*out = vgpu_gl_extension_count(ctx);
		return ctx->version >= 30;
	default:
		break;
	}
	if (is_constant(pname)) {
		*out = vgpu_gl_limit(ctx, pname);
		return *out > 0; /* else let the host say what is wrong with it */
	}
	return binding(gl, pname, out) || vgpu_gl_array_get(ctx, pname, out);
}

/* What the host does not know as the program does: the worker sets it as it needs it. */
static bool only_here(struct vgpu_context *ctx, GLenum pname)
{
	int64_t value;

	switch (pname) {
	case GL_CLIENT_ACTIVE_TEXTURE:
	case GL_CLIENT_ATTRIB_STACK_DEPTH:
	case GL_MAX_CLIENT_ATTRIB_STACK_DEPTH:
	case GL_ARRAY_ELEMENT_LOCK_FIRST_EXT:
	case GL_ARRAY_ELEMENT_LOCK_COUNT_EXT:
	case GL_NUM_EXTENSIONS:
		return true;
	default:
		/* arrays in client memory are the host's at a draw only */
		return vgpu_gl_pixel_store_value(ctx->gl, pname) ||
		       (ctx->gl->vao->client && vgpu_gl_array_get(ctx, pname, &value));
	}
}

void vgpu_gl_verify(struct vgpu_context *ctx, GLenum pname, int64_t value)
{
	GLint host = 0;

	if (ctx->stream->lost || ctx->gl->inside || only_here(ctx, pname))
		return;
	enc_glGetIntegerv(ctx->stream, pname, &host);
	if (!ctx->stream->lost && host != (GLint)value)
		vgpu_debug_differs("glGetIntegerv", pname, value, host);
}

#define GET(suffix, T, convert)                                                                   \
	void GLAPIENTRY entry_glGet##suffix(GLenum pname, T *data)                                \
	{                                                                                         \
		int64_t value;                                                                    \
		VGPU_GL_CONTEXT();                                                                \
		if (local(ctx, pname, &value)) {                                                  \
			if (vgpu_debug_on(VGPU_DEBUG_VERIFY))                                     \
				vgpu_gl_verify(ctx, pname, value);                                \
			*data = (T)(convert);                                                     \
		} else {                                                                          \
			enc_glGet##suffix(s, pname, data);                                        \
		}                                                                                 \
	}
GET(Booleanv, GLboolean, value != 0)
GET(Integerv, GLint, value)
GET(Integer64v, GLint64, value)
GET(Floatv, GLfloat, value)
GET(Doublev, GLdouble, value)
GET(Fixedv, GLfixed, value * 65536)

/* Vertex buffer bindings are the only indexed values that the guest must answer itself. */
static bool local_indexed(struct vgpu_context *ctx, GLenum target, GLuint index, int64_t *out)
{
	const struct vgpu_gl_binding *b;

	if (index >= VGPU_ARRAY_GENERIC_COUNT)
		return false;
	b = &ctx->gl->vao->bindings[VGPU_ARRAY_GENERIC0 + index];
	switch (target) {
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
		return false;
	}
}

/* Bindings of arrays in client memory, or of arrays given by a pointer, are only known here. */
static void verify_indexed(struct vgpu_context *ctx, GLenum target, GLuint index, int64_t value)
{
	GLint host = 0;

	if (ctx->stream->lost || ctx->gl->inside || ctx->gl->vao->client ||
	    !ctx->gl->vao->bindings[VGPU_ARRAY_GENERIC0 + index].buffer)
		return;
	enc_glGetIntegeri_v(ctx->stream, target, index, &host);
	if (!ctx->stream->lost && host != (GLint)value)
		vgpu_debug_differs("glGetIntegeri_v", target, value, host);
}

void GLAPIENTRY entry_glGetIntegeri_v(GLenum target, GLuint index, GLint *data)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (local_indexed(ctx, target, index, &value)) {
		if (vgpu_debug_on(VGPU_DEBUG_VERIFY))
			verify_indexed(ctx, target, index, value);
		*data = (GLint)value;
	} else {
		enc_glGetIntegeri_v(s, target, index, data);
	}
}

void GLAPIENTRY entry_glGetInteger64i_v(GLenum target, GLuint index, GLint64 *data)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (local_indexed(ctx, target, index, &value))
		*data = value;
	else
		enc_glGetInteger64i_v(s, target, index, data);
}

GLboolean GLAPIENTRY entry_glIsEnabled(GLenum cap)
{
	uint32_t array;
	bool unified;

	VGPU_GL_CONTEXT(GL_FALSE);
	array = gl->core ? VGPU_ARRAY_COUNT : vgpu_gl_client_state(gl, cap, gl->client_texture);
	if (array < VGPU_ARRAY_COUNT) {
		bool on = (gl->vao->enabled & VGPU_ARRAY_BIT(array)) != 0;

		if (vgpu_debug_on(VGPU_DEBUG_VERIFY) && !s->lost && !gl->inside &&
		    array < VGPU_ARRAY_TEX0 && enc_glIsEnabled(s, cap) != on && !s->lost)
			vgpu_debug_differs("glIsEnabled", cap, on, !on);
		return on;
	}
	if (vgpu_gl_unified_enabled(ctx, cap, &unified))
		return unified;
	return enc_glIsEnabled(s, cap);
}

/* SPDX-License-Identifier: MIT */
/*
 * glGet*: the host's answer, but for object names, which the guest knows by its
 * own numbers, for framebuffer 0, and for what we asked of the host and the
 * guest did not.
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/gl_blocks.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "gl_enums.h"

/* ---- names --------------------------------------------------------------------------------- */

/* The kind of object whose name glGet returns for pname, or -1. */
static int binding_kind(GLenum pname)
{
	switch (pname) {
	case GL_ARRAY_BUFFER_BINDING:
	case GL_ELEMENT_ARRAY_BUFFER_BINDING:
	case GL_PIXEL_PACK_BUFFER_BINDING:
	case GL_PIXEL_UNPACK_BUFFER_BINDING:
	case GL_UNIFORM_BUFFER_BINDING:
	case GL_TEXTURE_BUFFER_BINDING:
	case GL_TRANSFORM_FEEDBACK_BUFFER_BINDING:
	case GL_COPY_READ_BUFFER_BINDING:
	case GL_COPY_WRITE_BUFFER_BINDING:
	case GL_DRAW_INDIRECT_BUFFER_BINDING:
	case GL_DISPATCH_INDIRECT_BUFFER_BINDING:
	case GL_PARAMETER_BUFFER_BINDING:
	case GL_SHADER_STORAGE_BUFFER_BINDING:
	case GL_ATOMIC_COUNTER_BUFFER_BINDING:
	case GL_QUERY_BUFFER_BINDING:
	case GL_VERTEX_ARRAY_BUFFER_BINDING:
	case GL_NORMAL_ARRAY_BUFFER_BINDING:
	case GL_COLOR_ARRAY_BUFFER_BINDING:
	case GL_INDEX_ARRAY_BUFFER_BINDING:
	case GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING:
	case GL_EDGE_FLAG_ARRAY_BUFFER_BINDING:
	case GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING:
	case GL_FOG_COORD_ARRAY_BUFFER_BINDING:
	case GL_WEIGHT_ARRAY_BUFFER_BINDING:
	case GL_POINT_SIZE_ARRAY_BUFFER_BINDING_OES:
	case GL_MATRIX_INDEX_ARRAY_BUFFER_BINDING_OES:
	case GL_VERTEX_BINDING_BUFFER:
		return VGPU_NAME_BUFFER;
	case GL_TEXTURE_BINDING_1D:
	case GL_TEXTURE_BINDING_2D:
	case GL_TEXTURE_BINDING_3D:
	case GL_TEXTURE_BINDING_1D_ARRAY:
	case GL_TEXTURE_BINDING_2D_ARRAY:
	case GL_TEXTURE_BINDING_RECTANGLE:
	case GL_TEXTURE_BINDING_CUBE_MAP:
	case GL_TEXTURE_BINDING_CUBE_MAP_ARRAY:
	case GL_TEXTURE_BINDING_BUFFER:
	case GL_TEXTURE_BINDING_2D_MULTISAMPLE:
	case GL_TEXTURE_BINDING_2D_MULTISAMPLE_ARRAY:
	case GL_TEXTURE_BINDING_EXTERNAL_OES:
	case GL_TEXTURE_BUFFER_DATA_STORE_BINDING:
	case GL_IMAGE_BINDING_NAME:
		return VGPU_NAME_TEXTURE;
	case GL_RENDERBUFFER_BINDING:
		return VGPU_NAME_RENDERBUFFER;
	case GL_SAMPLER_BINDING:
		return VGPU_NAME_SAMPLER;
	case GL_CURRENT_PROGRAM:
		return VGPU_NAME_PROGRAM;
	case GL_VERTEX_PROGRAM_BINDING_NV:
	case GL_FRAGMENT_PROGRAM_BINDING_NV:
		return VGPU_NAME_ARB_PROGRAM;
	case GL_PROGRAM_PIPELINE_BINDING:
		return VGPU_NAME_PIPELINE;
	case GL_VERTEX_ARRAY_BINDING:
		return VGPU_NAME_VERTEX_ARRAY;
	case GL_TRANSFORM_FEEDBACK_BINDING:
		return VGPU_NAME_TRANSFORM_FEEDBACK;
	default:
		return -1;
	}
}

/* ---- the default framebuffer ----------------------------------------------------------------- */

bool vgpu_wfbo_buffer_query(struct vgpu_replay *r, GLenum pname, GLint *value)
{
	const struct vgpu_wbuffers *b = &r->ctx->buffers;
	GLsizei i = 0;

	if (pname == GL_READ_BUFFER) {
		*value = (GLint)b->read;
		return true;
	}
	if (pname != GL_DRAW_BUFFER && (pname < GL_DRAW_BUFFER0 || pname > GL_DRAW_BUFFER15))
		return false;
	if (pname != GL_DRAW_BUFFER)
		i = (GLsizei)(pname - GL_DRAW_BUFFER0);
	if (i >= VGPU_WMAX_DRAW_BUFFERS)
		return false;
	*value = i < b->n_draw ? (GLint)b->draw[i] : GL_NONE;
	return true;
}

/* What framebuffer 0 says of itself, where it is the one that is bound. */
static bool default_value(struct vgpu_replay *r, GLenum pname, GLint *value)
{
	const struct vgpu_wcontext *ctx = r->ctx;
	const struct vgpu_wdrawable *draw = ctx->draw_fbo ? NULL : ctx->draw;
	const struct vgpu_wdrawable *read = ctx->read_fbo ? NULL : ctx->read;

	if (pname == GL_READ_BUFFER)
		return read && vgpu_wfbo_buffer_query(r, pname, value);
	if (!draw)
		return false;
	switch (pname) {
	case GL_DOUBLEBUFFER:
		*value = draw->format.double_buffer;
		return true;
	case GL_STEREO:
		*value = draw->format.stereo;
		return true;
	case GL_ACCUM_RED_BITS:
	case GL_ACCUM_GREEN_BITS:
	case GL_ACCUM_BLUE_BITS:
	case GL_ACCUM_ALPHA_BITS:
		if (!ctx->caps.compat)
			return false;
		*value = pname != GL_ACCUM_ALPHA_BITS || draw->format.alpha ? draw->format.accum : 0;
		return true;
	default:
		return vgpu_wfbo_buffer_query(r, pname, value);
	}
}

/* ---- all that is not the host's answer --------------------------------------------------------- */

/* Whether the context has the pname at all: then the host gave a value. */
static bool host_integer(struct vgpu_replay *r, GLenum pname, GLint *value)
{
	GLint first[16] = { 0 };

	vgpu_wcontext_keep_errors(r);
	r->gl->GetIntegerv(pname, first);
	*value = first[0];
	/* the answer proper has raised this error already */
	return r->gl->GetError() == GL_NO_ERROR;
}

static bool lie(struct vgpu_replay *r, GLenum pname, GLint *value)
{
	const struct vgpu_wcontext *ctx = r->ctx;
	int kind = binding_kind(pname);

	if (kind >= 0) {
		if (!host_integer(r, pname, value))
			return false;
		*value = (GLint)vgpu_guest_name(r, (enum vgpu_name_kind)kind, (GLuint)*value);
		return true;
	}
	if (vgpu_wblocks_get(r, pname, value))
		return true;
	switch (pname) {
	case GL_DRAW_FRAMEBUFFER_BINDING: /* and GL_FRAMEBUFFER_BINDING */
		*value = (GLint)ctx->draw_fbo;
		return true;
	case GL_READ_FRAMEBUFFER_BINDING:
		*value = (GLint)ctx->read_fbo;
		return ctx->caps.split_fbo;
	case GL_CONTEXT_FLAGS:
		if (ctx->caps.es ? ctx->caps.version < 32 : ctx->caps.version < 30)
			return false;
		if (!host_integer(r, pname, value))
			return false;
		if (!ctx->asked_robust)
			*value &= ~GL_CONTEXT_FLAG_ROBUST_ACCESS_BIT;
		/* allowed: what an error does is undefined there, so it may be checked for */
		if (ctx->asked_no_error)
			*value |= GL_CONTEXT_FLAG_NO_ERROR_BIT;
		return true;
	case GL_RESET_NOTIFICATION_STRATEGY:
		if (!host_integer(r, pname, value))
			return false;
		*value = ctx->asked_reset ? GL_LOSE_CONTEXT_ON_RESET : GL_NO_RESET_NOTIFICATION;
		return true;
	case GL_CONTEXT_ROBUST_ACCESS:
		if (!host_integer(r, pname, value))
			return false;
		*value = ctx->asked_robust;
		return true;
	case GL_READ_BUFFER:
	case GL_DOUBLEBUFFER:
	case GL_STEREO:
		return host_integer(r, pname, value) && default_value(r, pname, value);
	default:
		if (pname == GL_DRAW_BUFFER ||
		    (pname >= GL_DRAW_BUFFER0 && pname <= GL_DRAW_BUFFER15))
			return host_integer(r, pname, value) && default_value(r, pname, value);
		return false;
	}
}

static struct vgpu_out capacity(uint64_t bytes, uint32_t element)
{
	return (struct vgpu_out){ .capacity = bytes, .element = element, .kind = -1 };
}

/* Put a value in the place of the host's first one. */
static bool room_for_one(struct vgpu_out *out)
{
	if (!out->data || out->capacity < out->element)
		return false;
	if (out->written < out->element)
		out->written = out->element;
	return true;
}

int replay_glGetIntegerv(struct vgpu_replay *r, const struct args_glGetIntegerv *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLint));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetIntegerv(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLint *)out.data = value;
	return vgpu_outs_answer(r, VGPU_OP_glGetIntegerv, NULL, &out, 1);
}

int replay_glGetBooleanv(struct vgpu_replay *r, const struct args_glGetBooleanv *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLboolean));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetBooleanv(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLboolean *)out.data = value != 0;
	return vgpu_outs_answer(r, VGPU_OP_glGetBooleanv, NULL, &out, 1);
}

int replay_glGetFloatv(struct vgpu_replay *r, const struct args_glGetFloatv *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLfloat));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetFloatv(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLfloat *)out.data = (GLfloat)value;
	return vgpu_outs_answer(r, VGPU_OP_glGetFloatv, NULL, &out, 1);
}

int replay_glGetDoublev(struct vgpu_replay *r, const struct args_glGetDoublev *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLdouble));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetDoublev(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLdouble *)out.data = value;
	return vgpu_outs_answer(r, VGPU_OP_glGetDoublev, NULL, &out, 1);
}

int replay_glGetInteger64v(struct vgpu_replay *r, const struct args_glGetInteger64v *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLint64));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetInteger64v(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLint64 *)out.data = value;
	return vgpu_outs_answer(r, VGPU_OP_glGetInteger64v, NULL, &out, 1);
}

int replay_glGetFixedv(struct vgpu_replay *r, const struct args_glGetFixedv *a)
{
	struct vgpu_out out = capacity(a->params_bytes, sizeof(GLfixed));
	GLint value;
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetFixedv(a->pname, out.data);
	if (lie(r, a->pname, &value) && room_for_one(&out))
		*(GLfixed *)out.data = (GLfixed)((uint32_t)value << 16);
	return vgpu_outs_answer(r, VGPU_OP_glGetFixedv, NULL, &out, 1);
}

/* ---- indexed ------------------------------------------------------------------------------------ */

int replay_glGetIntegeri_v(struct vgpu_replay *r, const struct args_glGetIntegeri_v *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLint));
	int pass = 0;

	out.kind = binding_kind(a->target);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetIntegeri_v(a->target, a->index, out.data);
	return vgpu_outs_answer(r, VGPU_OP_glGetIntegeri_v, NULL, &out, 1);
}

int replay_glGetInteger64i_v(struct vgpu_replay *r, const struct args_glGetInteger64i_v *a)
{
	struct vgpu_out out = capacity(a->data_bytes, sizeof(GLint64));
	int pass = 0, kind = binding_kind(a->target);

	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetInteger64i_v(a->target, a->index, out.data);
	if (kind >= 0 && out.data && out.written >= sizeof(GLint64)) {
		GLint64 *value = out.data;

		*value = vgpu_guest_name(r, (enum vgpu_name_kind)kind, (uint32_t)*value);
	}
	return vgpu_outs_answer(r, VGPU_OP_glGetInteger64i_v, NULL, &out, 1);
}

/* ---- errors --------------------------------------------------------------------------------------- */

int replay_glGetError(struct vgpu_replay *r, const struct args_glGetError *a)
{
	struct vgpu_wcontext *ctx = r->ctx;
	GLenum error;

	if (ctx->error == GL_NO_ERROR) {
		error = r->gl->GetError();
	} else {
		/* of several errors the first is kept, as the host's GL does */
		vgpu_wcontext_keep_errors(r);
		error = ctx->error;
		ctx->error = GL_NO_ERROR;
	}
	return vgpu_answer_value(r, VGPU_OP_glGetError, error);
}

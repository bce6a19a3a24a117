/* SPDX-License-Identifier: MIT */
/*
 * Which buffers of framebuffer 0 are drawn to and read from, and the attribute
 * stack, which saves that choice.
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/names.h"
#include "decode.h"

/* A display list is being compiled and what is called is not executed. */
static bool compiling(struct vgpu_replay *r)
{
	GLint mode = 0;

	if (r->ctx->caps.compat)
		r->gl->GetIntegerv(GL_LIST_MODE, &mode);
	return mode == GL_COMPILE;
}

/* The choice has changed: set it on the host. */
static void apply(struct vgpu_replay *r)
{
	if (vgpu_wfbo_needs_front(r->ctx)) {
		vgpu_wfbo_validate(r);
		return;
	}
	vgpu_wfbo_apply_buffers(r);
	vgpu_wfbo_rebind(r);
}

/* Into the list that is being compiled, for the drawable of now. */
static void compile(struct vgpu_replay *r, const struct vgpu_wbuffers *choice, bool read)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wbuffers now = ctx->buffers;
	GLenum list[VGPU_WMAX_DRAW_BUFFERS];
	GLsizei n;

	ctx->buffers = *choice;
	if (vgpu_wfbo_needs_front(ctx))
		vgpu_wfbo_make_front(r);
	if (read) {
		r->gl->ReadBuffer(vgpu_wfbo_read_attachment(ctx));
	} else {
		n = vgpu_wfbo_draw_attachments(ctx, list);
		r->gl->DrawBuffers(n, list);
	}
	ctx->buffers = now;
}

static void choose(struct vgpu_replay *r, const struct vgpu_wbuffers *choice, bool read)
{
	if (compiling(r)) {
		compile(r, choice, read);
		return;
	}
	r->ctx->buffers = *choice;
	apply(r);
}

/* A buffer that exists in GL, if not here. */
static bool is_buffer(GLenum buffer)
{
	return buffer == GL_NONE || (buffer >= GL_FRONT_LEFT && buffer <= GL_AUX3) ||
	       (buffer >= GL_COLOR_ATTACHMENT0 && buffer <= GL_COLOR_ATTACHMENT31);
}

/* ---- one draw buffer ------------------------------------------------------------------ */

static void default_draw_buffer(struct vgpu_replay *r, GLenum buffer)
{
	struct vgpu_wbuffers choice = r->ctx->buffers;

	if (vgpu_wfbo_buffer_attachments(r->ctx->draw, r->ctx->caps.es, buffer) < 0) {
		vgpu_wcontext_raise(r, is_buffer(buffer) ? GL_INVALID_OPERATION : GL_INVALID_ENUM);
		return;
	}
	choice.n_draw = 1;
	choice.draw[0] = buffer;
	choose(r, &choice, false);
}

int replay_glDrawBuffer(struct vgpu_replay *r, const struct args_glDrawBuffer *a)
{
	if (r->ctx->draw_fbo || !r->ctx->draw_fb)
		r->gl->DrawBuffer(a->buf);
	else
		default_draw_buffer(r, a->buf);
	return 0;
}

int replay_glNamedFramebufferDrawBuffer(struct vgpu_replay *r,
                                        const struct args_glNamedFramebufferDrawBuffer *a)
{
	if (!a->framebuffer && r->ctx->draw_fb)
		default_draw_buffer(r, a->buf);
	else
		r->gl->NamedFramebufferDrawBuffer(vgpu_wfbo_host(r, a->framebuffer, false), a->buf);
	return 0;
}

int replay_glFramebufferDrawBufferEXT(struct vgpu_replay *r,
                                      const struct args_glFramebufferDrawBufferEXT *a)
{
	if (!a->framebuffer && r->ctx->draw_fb)
		default_draw_buffer(r, a->mode);
	else
		r->gl->FramebufferDrawBufferEXT(
			vgpu_host_name_bind(r, VGPU_NAME_FRAMEBUFFER, a->framebuffer, 0), a->mode);
	return 0;
}

/* ---- several -------------------------------------------------------------------------- */

/* May stand for more than one buffer, so that a list must not hold it. */
static bool is_several(GLenum buffer)
{
	return buffer == GL_FRONT || buffer == GL_BACK || buffer == GL_LEFT || buffer == GL_RIGHT ||
	       buffer == GL_FRONT_AND_BACK;
}

/* The error that GL has for a list of buffers of framebuffer 0. */
static GLenum check_list(const struct vgpu_wcontext *ctx, GLsizei n, const GLenum *list)
{
	int seen = 0;
	GLsizei i;

	if (n < 0 || n > VGPU_WMAX_DRAW_BUFFERS)
		return GL_INVALID_VALUE;
	if (ctx->caps.es)
		return n == 1 && (list[0] == GL_BACK || list[0] == GL_NONE) ? GL_NO_ERROR
		                                                            : GL_INVALID_OPERATION;
	for (i = 0; i < n; i++) {
		int bits = vgpu_wfbo_buffer_attachments(ctx->draw, false, list[i]);

		if (!is_buffer(list[i]) || (is_several(list[i]) && list[i] != GL_BACK))
			return GL_INVALID_ENUM;
		if (list[i] == GL_BACK && n > 1)
			return GL_INVALID_OPERATION;
		if (bits < 0 || (bits & seen))
			return GL_INVALID_OPERATION;
		seen |= bits;
	}
	return GL_NO_ERROR;
}

static void default_draw_buffers(struct vgpu_replay *r, GLsizei n, const GLenum *list)
{
	struct vgpu_wbuffers choice = r->ctx->buffers;
	GLenum error = check_list(r->ctx, n, list);
	GLsizei i;

	if (error != GL_NO_ERROR) {
		vgpu_wcontext_raise(r, error);
		return;
	}
	choice.n_draw = n ? n : 1;
	choice.draw[0] = GL_NONE;
	for (i = 0; i < n; i++)
		choice.draw[i] = list[i];
	choose(r, &choice, false);
}

int replay_glDrawBuffers(struct vgpu_replay *r, const struct args_glDrawBuffers *a)
{
	if (r->ctx->draw_fbo || !r->ctx->draw_fb)
		r->gl->DrawBuffers(a->n, a->bufs);
	else
		default_draw_buffers(r, a->n, a->bufs);
	return 0;
}

int replay_glNamedFramebufferDrawBuffers(struct vgpu_replay *r,
                                         const struct args_glNamedFramebufferDrawBuffers *a)
{
	if (!a->framebuffer && r->ctx->draw_fb)
		default_draw_buffers(r, a->n, a->bufs);
	else
		r->gl->NamedFramebufferDrawBuffers(vgpu_wfbo_host(r, a->framebuffer, false), a->n,
		                                   a->bufs);
	return 0;
}

int replay_glFramebufferDrawBuffersEXT(struct vgpu_replay *r,
                                       const struct args_glFramebufferDrawBuffersEXT *a)
{
	if (!a->framebuffer && r->ctx->draw_fb)
		default_draw_buffers(r, a->n, a->bufs);
	else
		r->gl->FramebufferDrawBuffersEXT(
			vgpu_host_name_bind(r, VGPU_NAME_FRAMEBUFFER, a->framebuffer, 0), a->n,
			a->bufs);
	return 0;
}

/* ---- reading -------------------------------------------------------------------------- */

static void default_read_buffer(struct vgpu_replay *r, GLenum buffer)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wbuffers choice = ctx->buffers;
	bool es_bad = ctx->caps.es && buffer != GL_BACK && buffer != GL_NONE;

	if (!is_buffer(buffer)) {
		vgpu_wcontext_raise(r, GL_INVALID_ENUM);
		return;
	}
	if (es_bad || vgpu_wfbo_buffer_attachments(ctx->read, ctx->caps.es, buffer) < 0) {
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return;
	}
	choice.read = buffer;
	choose(r, &choice, true);
}

int replay_glReadBuffer(struct vgpu_replay *r, const struct args_glReadBuffer *a)
{
	if (r->ctx->read_fbo || !r->ctx->read_fb)
		r->gl->ReadBuffer(a->src);
	else
		default_read_buffer(r, a->src);
	return 0;
}

int replay_glNamedFramebufferReadBuffer(struct vgpu_replay *r,
                                        const struct args_glNamedFramebufferReadBuffer *a)
{
	if (!a->framebuffer && r->ctx->read_fb)
		default_read_buffer(r, a->src);
	else
		r->gl->NamedFramebufferReadBuffer(vgpu_wfbo_host(r, a->framebuffer, true), a->src);
	return 0;
}

int replay_glFramebufferReadBufferEXT(struct vgpu_replay *r,
                                      const struct args_glFramebufferReadBufferEXT *a)
{
	if (!a->framebuffer && r->ctx->read_fb)
		default_read_buffer(r, a->mode);
	else
		r->gl->FramebufferReadBufferEXT(
			vgpu_host_name_bind(r, VGPU_NAME_FRAMEBUFFER, a->framebuffer, 0), a->mode);
	return 0;
}

/* ---- the attribute stack ---------------------------------------------------------------- */

int replay_glPushAttrib(struct vgpu_replay *r, const struct args_glPushAttrib *a)
{
	struct vgpu_wcontext *ctx = r->ctx;

	if (!compiling(r)) {
		if (ctx->attrib_depth < VGPU_WMAX_ATTRIB_DEPTH) {
			ctx->attrib_stack[ctx->attrib_depth].mask = a->mask;
			ctx->attrib_stack[ctx->attrib_depth].buffers = ctx->buffers;
			ctx->attrib_depth++;
		}
	}
	r->gl->PushAttrib(a->mask);
	return 0;
}

/*
 * The host pops the buffers that it knows of: those of a window, which it has
 * not. Where framebuffer 0 is bound it must not say so, and gets the right ones.
 */
int replay_glPopAttrib(struct vgpu_replay *r, const struct args_glPopAttrib *a)
{
	struct vgpu_wcontext *ctx = r->ctx;
	GLbitfield mask = 0;
	GLenum error;

	if (compiling(r)) {
		r->gl->PopAttrib();
		return 0;
	}
	if (ctx->attrib_depth > 0)
		mask = ctx->attrib_stack[--ctx->attrib_depth].mask;
	if (!(mask & (GL_COLOR_BUFFER_BIT | GL_PIXEL_MODE_BIT))) {
		r->gl->PopAttrib();
		return 0;
	}
	vgpu_wcontext_keep_errors(r);
	r->gl->PopAttrib();
	error = r->gl->GetError();
	if (error != GL_NO_ERROR && (error != GL_INVALID_OPERATION || ctx->draw_fbo))
		vgpu_wcontext_raise(r, error);
	if (mask & GL_COLOR_BUFFER_BIT) {
		ctx->buffers.n_draw = ctx->attrib_stack[ctx->attrib_depth].buffers.n_draw;
		for (int i = 0; i < VGPU_WMAX_DRAW_BUFFERS; i++)
			ctx->buffers.draw[i] =
				ctx->attrib_stack[ctx->attrib_depth].buffers.draw[i];
	}
	if (mask & GL_PIXEL_MODE_BIT)
		ctx->buffers.read = ctx->attrib_stack[ctx->attrib_depth].buffers.read;
	apply(r);
	return 0;
}

/* ---- parameters ---------------------------------------------------------------------------- */

/* Framebuffer 0 has none of these, but the one that stands for it here would have them. */
static bool only_of_objects(const struct vgpu_wcontext *ctx, GLenum target, GLenum pname)
{
	switch (target) {
	case GL_FRAMEBUFFER:
	case GL_DRAW_FRAMEBUFFER:
		if (ctx->draw_fbo)
			return false;
		break;
	case GL_READ_FRAMEBUFFER:
		if (ctx->read_fbo)
			return false;
		break;
	default:
		return false;
	}
	switch (pname) {
	case GL_FRAMEBUFFER_DEFAULT_WIDTH:
	case GL_FRAMEBUFFER_DEFAULT_HEIGHT:
	case GL_FRAMEBUFFER_DEFAULT_LAYERS:
	case GL_FRAMEBUFFER_DEFAULT_SAMPLES:
	case GL_FRAMEBUFFER_DEFAULT_FIXED_SAMPLE_LOCATIONS:
	case GL_FRAMEBUFFER_FLIP_Y_MESA:
		return true;
	default:
		return false;
	}
}

#define PARAMETER(name)                                                                           \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		if (only_of_objects(r->ctx, a->target, a->pname))                                 \
			vgpu_wcontext_raise(r, GL_INVALID_OPERATION);                             \
		else                                                                              \
			r->gl->name(a->target, a->pname, a->param);                               \
		return 0;                                                                         \
	}
PARAMETER(FramebufferParameteri)
PARAMETER(FramebufferParameteriMESA)

/* SPDX-License-Identifier: MIT */
/* Queries of framebuffers: 0 answers as a window would, others with guest names. */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/names.h"
#include "decode.h"

#define COLOR_ENCODING 0x8210
#define COMPONENT_TYPE 0x8211

/* One of the ways to ask about an attachment; name is the host's or a target. */
typedef void (*ask_fn)(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl, GLuint name,
                       GLenum attachment, GLenum pname, GLint *params);

static void ask_target(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl, GLuint target,
                       GLenum attachment, GLenum pname, GLint *params)
{
	if (caps->api == VGPU_API_GLES1)
		gl->GetFramebufferAttachmentParameterivOES(target, attachment, pname, params);
	else
		gl->GetFramebufferAttachmentParameteriv(target, attachment, pname, params);
}

static void ask_named(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl, GLuint name,
                      GLenum attachment, GLenum pname, GLint *params)
{
	gl->GetNamedFramebufferAttachmentParameteriv(name, attachment, pname, params);
}

static void ask_named_ext(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl, GLuint name,
                          GLenum attachment, GLenum pname, GLint *params)
{
	gl->GetNamedFramebufferAttachmentParameterivEXT(name, attachment, pname, params);
}

/* ---- attachments of framebuffer 0 --------------------------------------------------------- */

/* The host's attachment for one of a window's; GL_NONE: it has no such buffer. False: no such enum. */
static bool default_attachment(const struct vgpu_wdrawable *d, bool es, GLenum guest, GLenum *host)
{
	int bits;

	*host = GL_NONE;
	switch (guest) {
	case GL_DEPTH:
		if (d->format.depth)
			*host = GL_DEPTH_ATTACHMENT;
		return true;
	case GL_STENCIL:
		if (d->format.stencil)
			*host = GL_STENCIL_ATTACHMENT;
		return true;
	case GL_BACK:
		break;
	case GL_FRONT:
	case GL_FRONT_LEFT:
	case GL_FRONT_RIGHT:
	case GL_BACK_LEFT:
	case GL_BACK_RIGHT:
		if (es)
			return false;
		break;
	default:
		return false;
	}
	bits = vgpu_wfbo_buffer_attachments(d, es, guest);
	/* all colour buffers of a window are of one format, and this one exists always */
	if (bits > 0)
		*host = GL_COLOR_ATTACHMENT0;
	return true;
}

static void default_parameter(struct vgpu_replay *r, const struct vgpu_wdrawable *d, ask_fn ask,
                              GLuint name, GLenum attachment, GLenum pname, GLint *params)
{
	GLenum host;

	if (!default_attachment(d, r->ctx->caps.es, attachment, &host)) {
		vgpu_wcontext_raise(r, GL_INVALID_ENUM);
		return;
	}
	switch (pname) {
	case GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE:
		*params = host == GL_NONE ? GL_NONE : GL_FRAMEBUFFER_DEFAULT;
		return;
	case GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME:
		*params = 0;
		return;
	case GL_FRAMEBUFFER_ATTACHMENT_RED_SIZE:
	case GL_FRAMEBUFFER_ATTACHMENT_GREEN_SIZE:
	case GL_FRAMEBUFFER_ATTACHMENT_BLUE_SIZE:
	case GL_FRAMEBUFFER_ATTACHMENT_ALPHA_SIZE:
	case GL_FRAMEBUFFER_ATTACHMENT_DEPTH_SIZE:
	case GL_FRAMEBUFFER_ATTACHMENT_STENCIL_SIZE:
	case COMPONENT_TYPE:
	case COLOR_ENCODING:
		if (host == GL_NONE)
			vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		else
			ask(&r->ctx->caps, r->gl, name, host, pname, params);
		return;
	default:
		vgpu_wcontext_raise(r, GL_INVALID_ENUM);
		return;
	}
}

/* ---- attachments of the guest's own --------------------------------------------------------- */

static void own_parameter(struct vgpu_replay *r, ask_fn ask, GLuint name, GLenum attachment,
                          GLenum pname, GLint *params)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint type = GL_NONE, object = 0;

	if (pname != GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME) {
		ask(caps, r->gl, name, attachment, pname, params);
		return;
	}
	vgpu_wcontext_keep_errors(r);
	ask(caps, r->gl, name, attachment, pname, &object);
	vgpu_wcontext_keep_errors(r);
	ask(caps, r->gl, name, attachment, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
	if (r->gl->GetError() != GL_NO_ERROR)
		return;
	if (type == GL_TEXTURE)
		*params = (GLint)vgpu_guest_name(r, VGPU_NAME_TEXTURE, (GLuint)object);
	else if (type == GL_RENDERBUFFER)
		*params = (GLint)vgpu_guest_name(r, VGPU_NAME_RENDERBUFFER, (GLuint)object);
	else
		*params = 0;
}

/* guest is the framebuffer's name, name what ask takes. */
static int attachment_parameter(struct vgpu_replay *r, uint16_t op, ask_fn ask, GLuint guest,
                                bool read, GLuint name, GLenum attachment, GLenum pname,
                                uint64_t capacity)
{
	struct vgpu_wdrawable *d = vgpu_wfbo_drawable(r, guest, read);
	struct vgpu_out out = { .capacity = capacity, .element = sizeof(GLint), .kind = -1 };
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass)) {
		if (d)
			default_parameter(r, d, ask, name, attachment, pname, out.data);
		else
			own_parameter(r, ask, name, attachment, pname, out.data);
	}
	return vgpu_outs_answer(r, op, NULL, &out, 1);
}

static bool reads(GLenum target)
{
	return target == GL_READ_FRAMEBUFFER;
}

static GLuint bound(const struct vgpu_wcontext *ctx, GLenum target)
{
	return reads(target) ? ctx->read_fbo : ctx->draw_fbo;
}

int replay_glGetFramebufferAttachmentParameteriv(
	struct vgpu_replay *r, const struct args_glGetFramebufferAttachmentParameteriv *a)
{
	return attachment_parameter(r, VGPU_OP_glGetFramebufferAttachmentParameteriv, ask_target,
	                            bound(r->ctx, a->target), reads(a->target), a->target,
	                            a->attachment, a->pname, a->params_bytes);
}

int replay_glGetFramebufferAttachmentParameterivOES(
	struct vgpu_replay *r, const struct args_glGetFramebufferAttachmentParameterivOES *a)
{
	return attachment_parameter(r, VGPU_OP_glGetFramebufferAttachmentParameterivOES, ask_target,
	                            bound(r->ctx, a->target), reads(a->target), a->target,
	                            a->attachment, a->pname, a->params_bytes);
}

int replay_glGetNamedFramebufferAttachmentParameteriv(
	struct vgpu_replay *r, const struct args_glGetNamedFramebufferAttachmentParameteriv *a)
{
	return attachment_parameter(r, VGPU_OP_glGetNamedFramebufferAttachmentParameteriv,
	                            ask_named, a->framebuffer, false,
	                            vgpu_wfbo_host(r, a->framebuffer, false), a->attachment,
	                            a->pname, a->params_bytes);
}

int replay_glGetNamedFramebufferAttachmentParameterivEXT(
	struct vgpu_replay *r, const struct args_glGetNamedFramebufferAttachmentParameterivEXT *a)
{
	return attachment_parameter(r, VGPU_OP_glGetNamedFramebufferAttachmentParameterivEXT,
	                            ask_named_ext, a->framebuffer, false,
	                            vgpu_wfbo_host(r, a->framebuffer, false), a->attachment,
	                            a->pname, a->params_bytes);
}

/* ---- parameters of the framebuffer itself ------------------------------------------------------ */

enum ask_how { ASK_TARGET, ASK_TARGET_MESA, ASK_NAMED, ASK_NAMED_EXT, ASK_NAMED_OLD };

static void ask_framebuffer(const struct vgpu_gl *gl, enum ask_how how, GLuint name, GLenum pname,
                            GLint *params)
{
	switch (how) {
	case ASK_TARGET:
		gl->GetFramebufferParameteriv(name, pname, params);
		break;
	case ASK_TARGET_MESA:
		gl->GetFramebufferParameterivMESA(name, pname, params);
		break;
	case ASK_NAMED:
		gl->GetNamedFramebufferParameteriv(name, pname, params);
		break;
	case ASK_NAMED_EXT:
		gl->GetNamedFramebufferParameterivEXT(name, pname, params);
		break;
	case ASK_NAMED_OLD:
		gl->GetFramebufferParameterivEXT(name, pname, params);
		break;
	}
}

static void default_framebuffer(struct vgpu_replay *r, const struct vgpu_wdrawable *d,
                                enum ask_how how, GLuint name, GLenum pname, GLint *params)
{
	switch (pname) {
	case GL_DOUBLEBUFFER:
		*params = d->format.double_buffer;
		return;
	case GL_STEREO:
		*params = d->format.stereo;
		return;
	case GL_SAMPLES:
	case GL_SAMPLE_BUFFERS:
	case GL_IMPLEMENTATION_COLOR_READ_FORMAT:
	case GL_IMPLEMENTATION_COLOR_READ_TYPE:
	case GL_DRAW_BUFFER:
	case GL_READ_BUFFER:
		break;
	default:
		if (pname >= GL_DRAW_BUFFER0 && pname <= GL_DRAW_BUFFER15)
			break;
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return;
	}
	if (vgpu_wfbo_buffer_query(r, pname, params))
		return;
	ask_framebuffer(r->gl, how, name, pname, params);
}

static int framebuffer_parameter(struct vgpu_replay *r, uint16_t op, enum ask_how how, GLuint guest,
                                 bool read, GLuint name, GLenum pname, uint64_t capacity)
{
	struct vgpu_wdrawable *d = vgpu_wfbo_drawable(r, guest, read);
	struct vgpu_out out = { .capacity = capacity, .element = sizeof(GLint), .kind = -1 };
	int pass = 0;

	while (vgpu_outs_pass(r, &out, 1, &pass)) {
		if (d)
			default_framebuffer(r, d, how, name, pname, out.data);
		else
			ask_framebuffer(r->gl, how, name, pname, out.data);
	}
	return vgpu_outs_answer(r, op, NULL, &out, 1);
}

int replay_glGetFramebufferParameteriv(struct vgpu_replay *r,
                                       const struct args_glGetFramebufferParameteriv *a)
{
	return framebuffer_parameter(r, VGPU_OP_glGetFramebufferParameteriv, ASK_TARGET,
	                             bound(r->ctx, a->target), reads(a->target), a->target,
	                             a->pname, a->params_bytes);
}

int replay_glGetFramebufferParameterivMESA(struct vgpu_replay *r,
                                           const struct args_glGetFramebufferParameterivMESA *a)
{
	return framebuffer_parameter(r, VGPU_OP_glGetFramebufferParameterivMESA, ASK_TARGET_MESA,
	                             bound(r->ctx, a->target), reads(a->target), a->target,
	                             a->pname, a->params_bytes);
}

int replay_glGetFramebufferParameterivEXT(struct vgpu_replay *r,
                                          const struct args_glGetFramebufferParameterivEXT *a)
{
	return framebuffer_parameter(r, VGPU_OP_glGetFramebufferParameterivEXT, ASK_NAMED_OLD,
	                             a->framebuffer, false,
	                             vgpu_wfbo_host(r, a->framebuffer, false), a->pname,
	                             a->params_bytes);
}

int replay_glGetNamedFramebufferParameteriv(struct vgpu_replay *r,
                                            const struct args_glGetNamedFramebufferParameteriv *a)
{
	return framebuffer_parameter(r, VGPU_OP_glGetNamedFramebufferParameteriv, ASK_NAMED,
	                             a->framebuffer, false,
	                             vgpu_wfbo_host(r, a->framebuffer, false), a->pname,
	                             a->param_bytes);
}

int replay_glGetNamedFramebufferParameterivEXT(
	struct vgpu_replay *r, const struct args_glGetNamedFramebufferParameterivEXT *a)
{
	return framebuffer_parameter(r, VGPU_OP_glGetNamedFramebufferParameterivEXT, ASK_NAMED_EXT,
	                             a->framebuffer, false,
	                             vgpu_wfbo_host(r, a->framebuffer, false), a->pname,
	                             a->params_bytes);
}

/* SPDX-License-Identifier: MIT */
/*
 * Framebuffer 0 as the guest knows it: bound, cleared, copied from and to,
 * invalidated. On the host it is an FBO over the drawable (fbo.h).
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/names.h"
#include "decode.h"

/* ---- binding ---------------------------------------------------------------------- */

static bool known_target(const struct vgpu_wcaps *caps, GLenum target)
{
	return target == GL_FRAMEBUFFER ||
	       (caps->split_fbo &&
	        (target == GL_DRAW_FRAMEBUFFER || target == GL_READ_FRAMEBUFFER));
}

static int bind(struct vgpu_replay *r, GLenum target, GLuint guest)
{
	struct vgpu_wcontext *ctx = r->ctx;
	GLuint host;

	if (!known_target(&ctx->caps, target)) {
		ctx->caps.BindFramebuffer(target, 0); /* the host says what is wrong */
		return 0;
	}
	if (guest) {
		host = vgpu_host_name_bind(r, VGPU_NAME_FRAMEBUFFER, guest, target);
		if (host == VGPU_UNKNOWN_NAME) {
			vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
			return 0;
		}
	}
	if (target != GL_READ_FRAMEBUFFER)
		ctx->draw_fbo = guest;
	if (target != GL_DRAW_FRAMEBUFFER)
		ctx->read_fbo = guest;
	if (guest) {
		ctx->caps.BindFramebuffer(target, host);
		return 0;
	}
	vgpu_wfbo_check(r);
	if (target != GL_FRAMEBUFFER || ctx->draw_fb == ctx->read_fb)
		ctx->caps.BindFramebuffer(target,
		                          vgpu_wfbo_host(r, 0, target == GL_READ_FRAMEBUFFER));
	else
		vgpu_wfbo_rebind(r);
	return 0;
}

int replay_glBindFramebuffer(struct vgpu_replay *r, const struct args_glBindFramebuffer *a)
{
	return bind(r, a->target, a->framebuffer);
}

int replay_glBindFramebufferEXT(struct vgpu_replay *r, const struct args_glBindFramebufferEXT *a)
{
	return bind(r, a->target, a->framebuffer);
}

int replay_glBindFramebufferOES(struct vgpu_replay *r, const struct args_glBindFramebufferOES *a)
{
	return bind(r, a->target, a->framebuffer);
}

static int delete(struct vgpu_replay *r, GLsizei n, const GLuint *guest)
{
	struct vgpu_wcontext *ctx = r->ctx;
	bool bound = false;
	GLsizei i;
	int rc;

	for (i = 0; i < n; i++) {
		if (guest[i] && guest[i] == ctx->draw_fbo) {
			ctx->draw_fbo = 0;
			bound = true;
		}
		if (guest[i] && guest[i] == ctx->read_fbo) {
			ctx->read_fbo = 0;
			bound = true;
		}
	}
	rc = vgpu_replay_delete_names(r, VGPU_NAME_FRAMEBUFFER, n, guest,
	                              ctx->caps.DeleteFramebuffers);
	if (bound) {
		vgpu_wfbo_check(r);
		vgpu_wfbo_rebind(r);
	}
	return rc;
}

int replay_glDeleteFramebuffers(struct vgpu_replay *r, const struct args_glDeleteFramebuffers *a)
{
	return delete (r, a->n, a->framebuffers);
}

int replay_glDeleteFramebuffersOES(struct vgpu_replay *r,
                                   const struct args_glDeleteFramebuffersOES *a)
{
	return delete (r, a->n, a->framebuffers);
}

/* ---- completeness ------------------------------------------------------------------- */

static bool reads(GLenum target)
{
	return target == GL_READ_FRAMEBUFFER;
}

/* No drawable is current, and the guest means framebuffer 0. */
static bool undefined(struct vgpu_replay *r, GLuint guest, GLenum target)
{
	return !guest && known_target(&r->ctx->caps, target) &&
	       !vgpu_wfbo_drawable(r, 0, reads(target));
}

static GLenum status(struct vgpu_replay *r, GLenum target)
{
	GLuint guest = reads(target) ? r->ctx->read_fbo : r->ctx->draw_fbo;

	if (undefined(r, guest, target))
		return GL_FRAMEBUFFER_UNDEFINED;
	return r->ctx->caps.CheckFramebufferStatus(target);
}

int replay_glCheckFramebufferStatus(struct vgpu_replay *r,
                                    const struct args_glCheckFramebufferStatus *a)
{
	return vgpu_answer_value(r, VGPU_OP_glCheckFramebufferStatus, status(r, a->target));
}

int replay_glCheckFramebufferStatusOES(struct vgpu_replay *r,
                                       const struct args_glCheckFramebufferStatusOES *a)
{
	return vgpu_answer_value(r, VGPU_OP_glCheckFramebufferStatusOES, status(r, a->target));
}

int replay_glCheckNamedFramebufferStatus(struct vgpu_replay *r,
                                         const struct args_glCheckNamedFramebufferStatus *a)
{
	GLenum rc = GL_FRAMEBUFFER_UNDEFINED;

	if (!undefined(r, a->framebuffer, a->target))
		rc = r->gl->CheckNamedFramebufferStatus(
			vgpu_wfbo_host(r, a->framebuffer, reads(a->target)), a->target);
	return vgpu_answer_value(r, VGPU_OP_glCheckNamedFramebufferStatus, rc);
}

int replay_glCheckNamedFramebufferStatusEXT(struct vgpu_replay *r,
                                            const struct args_glCheckNamedFramebufferStatusEXT *a)
{
	GLenum rc = GL_FRAMEBUFFER_UNDEFINED;

	if (!undefined(r, a->framebuffer, a->target))
		rc = r->gl->CheckNamedFramebufferStatusEXT(
			vgpu_wfbo_host(r, a->framebuffer, reads(a->target)), a->target);
	return vgpu_answer_value(r, VGPU_OP_glCheckNamedFramebufferStatusEXT, rc);
}

/* ---- clearing and copying ------------------------------------------------------------- */

int replay_glClearNamedFramebufferfv(struct vgpu_replay *r,
                                     const struct args_glClearNamedFramebufferfv *a)
{
	r->gl->ClearNamedFramebufferfv(vgpu_wfbo_host(r, a->framebuffer, false), a->buffer,
	                               a->drawbuffer, a->value);
	return 0;
}

int replay_glClearNamedFramebufferiv(struct vgpu_replay *r,
                                     const struct args_glClearNamedFramebufferiv *a)
{
	r->gl->ClearNamedFramebufferiv(vgpu_wfbo_host(r, a->framebuffer, false), a->buffer,
	                               a->drawbuffer, a->value);
	return 0;
}

int replay_glClearNamedFramebufferuiv(struct vgpu_replay *r,
                                      const struct args_glClearNamedFramebufferuiv *a)
{
	r->gl->ClearNamedFramebufferuiv(vgpu_wfbo_host(r, a->framebuffer, false), a->buffer,
	                                a->drawbuffer, a->value);
	return 0;
}

int replay_glClearNamedFramebufferfi(struct vgpu_replay *r,
                                     const struct args_glClearNamedFramebufferfi *a)
{
	r->gl->ClearNamedFramebufferfi(vgpu_wfbo_host(r, a->framebuffer, false), a->buffer,
	                               a->drawbuffer, a->depth, a->stencil);
	return 0;
}

int replay_glBlitFramebuffer(struct vgpu_replay *r, const struct args_glBlitFramebuffer *a)
{
	vgpu_wfbo_check(r);
	r->gl->BlitFramebuffer(a->srcX0, a->srcY0, a->srcX1, a->srcY1, a->dstX0, a->dstY0, a->dstX1,
	                       a->dstY1, a->mask, a->filter);
	return 0;
}

int replay_glBlitNamedFramebuffer(struct vgpu_replay *r,
                                  const struct args_glBlitNamedFramebuffer *a)
{
	vgpu_wfbo_check(r);
	r->gl->BlitNamedFramebuffer(vgpu_wfbo_host(r, a->readFramebuffer, true),
	                            vgpu_wfbo_host(r, a->drawFramebuffer, false), a->srcX0,
	                            a->srcY0, a->srcX1, a->srcY1, a->dstX0, a->dstY0, a->dstX1,
	                            a->dstY1, a->mask, a->filter);
	return 0;
}

/* ---- invalidating ----------------------------------------------------------------------- */

/*
 * Attachments of framebuffer 0 in the host's words. Returns how many there are
 * (a front buffer that does not exist apart is left out), or -1 after an error.
 */
static GLsizei translate(struct vgpu_replay *r, const struct vgpu_wdrawable *d, GLsizei n,
                         const GLenum *guest, GLenum *host)
{
	GLsizei i, have = 0;

	for (i = 0; i < n; i++) {
		int bits;

		switch (guest[i]) {
		case GL_COLOR:
			host[have++] = GL_COLOR_ATTACHMENT0;
			continue;
		case GL_DEPTH:
			host[have++] = GL_DEPTH_ATTACHMENT;
			continue;
		case GL_STENCIL:
			host[have++] = GL_STENCIL_ATTACHMENT;
			continue;
		default:
			break;
		}
		if (r->ctx->caps.es || guest[i] < GL_FRONT_LEFT || guest[i] > GL_BACK_RIGHT) {
			vgpu_wcontext_raise(r, GL_INVALID_ENUM);
			return -1;
		}
		bits = vgpu_wfbo_buffer_attachments(d, false, guest[i]);
		if (bits > 0)
			host[have++] = (GLenum)(GL_COLOR_ATTACHMENT0 +
			                        __builtin_ctz((unsigned int)bits));
	}
	return have;
}

/*
 * The attachments to pass on: the guest's own for its own framebuffers. NULL: there
 * is nothing to do. *n is the count in and out.
 */
static const GLenum *attachments(struct vgpu_replay *r, GLuint fbo, bool read, GLsizei *n,
                                 const GLenum *guest)
{
	const struct vgpu_wdrawable *d = vgpu_wfbo_drawable(r, fbo, read);
	GLenum *host;

	if (fbo || !d || *n <= 0)
		return guest;
	host = vgpu_scratch_alloc(r, (size_t)*n * sizeof(*host));
	if (!host)
		return NULL;
	*n = translate(r, d, *n, guest, host);
	return *n > 0 ? host : NULL;
}

static GLuint bound(const struct vgpu_wcontext *ctx, GLenum target)
{
	return reads(target) ? ctx->read_fbo : ctx->draw_fbo;
}

int replay_glInvalidateFramebuffer(struct vgpu_replay *r,
                                   const struct args_glInvalidateFramebuffer *a)
{
	GLsizei n = a->numAttachments;
	const GLenum *list = attachments(r, bound(r->ctx, a->target), reads(a->target), &n,
	                                 a->attachments);

	if (list || n < 0)
		r->gl->InvalidateFramebuffer(a->target, n, list);
	return 0;
}

int replay_glInvalidateSubFramebuffer(struct vgpu_replay *r,
                                      const struct args_glInvalidateSubFramebuffer *a)
{
	GLsizei n = a->numAttachments;
	const GLenum *list = attachments(r, bound(r->ctx, a->target), reads(a->target), &n,
	                                 a->attachments);

	if (list || n < 0)
		r->gl->InvalidateSubFramebuffer(a->target, n, list, a->x, a->y, a->width,
		                                a->height);
	return 0;
}

int replay_glDiscardFramebufferEXT(struct vgpu_replay *r,
                                   const struct args_glDiscardFramebufferEXT *a)
{
	GLsizei n = a->numAttachments;
	const GLenum *list = attachments(r, bound(r->ctx, a->target), reads(a->target), &n,
	                                 a->attachments);

	if (list || n < 0)
		r->gl->DiscardFramebufferEXT(a->target, n, list);
	return 0;
}

int replay_glInvalidateNamedFramebufferData(struct vgpu_replay *r,
                                            const struct args_glInvalidateNamedFramebufferData *a)
{
	GLsizei n = a->numAttachments;
	const GLenum *list = attachments(r, a->framebuffer, false, &n, a->attachments);

	if (list || n < 0)
		r->gl->InvalidateNamedFramebufferData(vgpu_wfbo_host(r, a->framebuffer, false), n,
		                                      list);
	return 0;
}

int replay_glInvalidateNamedFramebufferSubData(
	struct vgpu_replay *r, const struct args_glInvalidateNamedFramebufferSubData *a)
{
	GLsizei n = a->numAttachments;
	const GLenum *list = attachments(r, a->framebuffer, false, &n, a->attachments);

	if (list || n < 0)
		r->gl->InvalidateNamedFramebufferSubData(vgpu_wfbo_host(r, a->framebuffer, false),
		                                         n, list, a->x, a->y, a->width, a->height);
	return 0;
}

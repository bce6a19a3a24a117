/* SPDX-License-Identifier: MIT */
/* The default framebuffer of a context (fbo.h). */
#include "backend/worker/fbo.h"

#include <errno.h>
#include <stdlib.h>

#include "backend/worker/image.h"
#include "backend/worker/names.h"

#ifndef GL_FRAMEBUFFER_FLIP_Y_MESA
#define GL_FRAMEBUFFER_FLIP_Y_MESA 0x8BBB
#endif

/* ---- attaching -------------------------------------------------------------------- */

void vgpu_wfbo_attach(const struct vgpu_wcaps *caps, GLenum attachment,
                      const struct vgpu_wimage *image)
{
	if (image->texture)
		caps->FramebufferTexture2D(GL_FRAMEBUFFER, attachment, GL_TEXTURE_2D, image->name,
		                           0);
	else
		caps->FramebufferRenderbuffer(GL_FRAMEBUFFER, attachment, GL_RENDERBUFFER,
		                              image->name);
}

void vgpu_wfbo_attach_depth(const struct vgpu_wcaps *caps, const struct vgpu_wimage *image)
{
	bool stencil = image->format == GL_DEPTH24_STENCIL8 ||
	               image->format == GL_DEPTH32F_STENCIL8 || image->format == GL_STENCIL_INDEX8;

	if (image->format != GL_STENCIL_INDEX8)
		vgpu_wfbo_attach(caps, GL_DEPTH_ATTACHMENT, image);
	if (stencil)
		vgpu_wfbo_attach(caps, GL_STENCIL_ATTACHMENT, image);
}

static void set_flip(const struct vgpu_wcaps *caps, bool flip)
{
	if (flip)
		caps->FramebufferParameteri(GL_FRAMEBUFFER, GL_FRAMEBUFFER_FLIP_Y_MESA, GL_TRUE);
}

static void attach_colors(const struct vgpu_wcaps *caps, const struct vgpu_wstorage *st)
{
	int i, n = caps->split_fbo ? VGPU_WBUF_COUNT : 1;

	for (i = 0; i < n; i++)
		vgpu_wfbo_attach(caps, (GLenum)(GL_COLOR_ATTACHMENT0 + i), &st->color[i]);
}

static void drop(const struct vgpu_wcaps *caps, GLuint *name)
{
	if (*name)
		caps->DeleteFramebuffers(1, name);
	*name = 0;
}

/* Attach what the storage has now. */
static void attach(struct vgpu_replay *r, struct vgpu_wfbo *fbo, const struct vgpu_wstorage *st)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;

	if (!fbo->draw) {
		caps->GenFramebuffers(1, &fbo->draw);
		caps->BindFramebuffer(GL_FRAMEBUFFER, fbo->draw);
		set_flip(caps, st->top_first);
	}
	caps->BindFramebuffer(GL_FRAMEBUFFER, fbo->draw);
	attach_colors(caps, st);
	if (st->depth_stencil.name)
		vgpu_wfbo_attach_depth(caps, &st->depth_stencil);
	drop(caps, &fbo->raw);
	drop(caps, &fbo->shown);
	drop(caps, &fbo->resolved);
	drop(caps, &fbo->resolve);
	fbo->attached = st->generation;
}

/* ---- buffers ----------------------------------------------------------------------- */

int vgpu_wfbo_buffer_attachments(const struct vgpu_wdrawable *d, bool es, GLenum buffer)
{
	const bool two = d->format.double_buffer, stereo = d->format.stereo;
	const int main = 1 << VGPU_WBUF_MAIN, main_right = stereo ? 1 << VGPU_WBUF_MAIN_RIGHT : 0;
	const int back_left = two ? main : 0, back_right = two ? main_right : 0;
	const int front_left = two ? 1 << VGPU_WBUF_FRONT : main;
	const int front_right = !stereo ? 0 : two ? 1 << VGPU_WBUF_FRONT_RIGHT : main_right;
	int bits;

	switch (buffer) {
	case GL_NONE:
		return 0;
	case GL_BACK:
		bits = es ? main : back_left | back_right;
		break;
	case GL_FRONT:
		bits = front_left | front_right;
		break;
	case GL_LEFT:
		bits = front_left | back_left;
		break;
	case GL_RIGHT:
		bits = front_right | back_right;
		break;
	case GL_FRONT_AND_BACK:
		bits = front_left | back_left | front_right | back_right;
		break;
	case GL_BACK_LEFT:
		bits = back_left;
		break;
	case GL_BACK_RIGHT:
		bits = back_right;
		break;
	case GL_FRONT_LEFT:
		bits = front_left;
		break;
	case GL_FRONT_RIGHT:
		bits = front_right;
		break;
	default:
		bits = 0;
		break;
	}
	return bits ? bits : -1;
}

/* The same for a choice made when another drawable was current: what is missing is the main one. */
static int attachments_now(const struct vgpu_wcontext *ctx, const struct vgpu_wdrawable *d,
                           GLenum buffer)
{
	int bits = vgpu_wfbo_buffer_attachments(d, ctx->caps.es, buffer);

	return bits < 0 ? 1 << VGPU_WBUF_MAIN : bits;
}

/* Whether the guest has chosen the front buffer of a drawable that has a back buffer. */
static bool front_chosen(const struct vgpu_wcontext *ctx, const struct vgpu_wdrawable *d)
{
	int bits = 0;
	GLsizei i;

	if (!d->format.double_buffer || ctx->caps.es)
		return false;
	if (ctx->draw == d)
		for (i = 0; i < ctx->buffers.n_draw; i++)
			bits |= attachments_now(ctx, d, ctx->buffers.draw[i]);
	if (ctx->read == d)
		bits |= attachments_now(ctx, d, ctx->buffers.read);
	return bits & (1 << VGPU_WBUF_FRONT | 1 << VGPU_WBUF_FRONT_RIGHT);
}

static GLenum lowest(int bits)
{
	return bits ? (GLenum)(GL_COLOR_ATTACHMENT0 + __builtin_ctz((unsigned int)bits)) : GL_NONE;
}

GLsizei vgpu_wfbo_draw_attachments(const struct vgpu_wcontext *ctx,
                                   GLenum list[VGPU_WMAX_DRAW_BUFFERS])
{
	GLsizei n = 0, i;

	list[0] = GL_NONE;
	if (ctx->buffers.n_draw == 1) {
		int bits = attachments_now(ctx, ctx->draw, ctx->buffers.draw[0]);

		for (i = 0; i < VGPU_WBUF_COUNT; i++)
			if (bits & 1 << i)
				list[n++] = (GLenum)(GL_COLOR_ATTACHMENT0 + i);
	} else {
		for (i = 0; i < ctx->buffers.n_draw; i++)
			list[n++] = lowest(attachments_now(ctx, ctx->draw, ctx->buffers.draw[i]));
	}
	return n ? n : 1;
}

GLenum vgpu_wfbo_read_attachment(const struct vgpu_wcontext *ctx)
{
	GLenum buffer = ctx->buffers.read;

	/* one buffer is read where several would be drawn to */
	if (buffer == GL_LEFT || buffer == GL_FRONT_AND_BACK)
		buffer = GL_FRONT_LEFT;
	else if (buffer == GL_RIGHT)
		buffer = GL_FRONT_RIGHT;
	return lowest(attachments_now(ctx, ctx->read, buffer));
}

void vgpu_wfbo_apply_buffers(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;
	const struct vgpu_wcaps *caps = &ctx->caps;

	/* ES draws to and reads from attachment 0, unless it has chosen GL_NONE */
	if (!caps->split_fbo)
		return;
	if (ctx->draw_fb) {
		GLenum list[VGPU_WMAX_DRAW_BUFFERS];
		GLenum es_buffer = ctx->buffers.draw[0] == GL_NONE ? GL_NONE : GL_COLOR_ATTACHMENT0;

		caps->BindFramebuffer(GL_DRAW_FRAMEBUFFER, ctx->draw_fb->draw);
		if (caps->es)
			r->gl->DrawBuffers(1, &es_buffer);
		else
			r->gl->DrawBuffers(vgpu_wfbo_draw_attachments(ctx, list), list);
	}
	if (ctx->read_fb) {
		caps->BindFramebuffer(GL_READ_FRAMEBUFFER, ctx->read_fb->draw);
		r->gl->ReadBuffer(vgpu_wfbo_read_attachment(ctx));
	}
}

static bool lacks_front(struct vgpu_wcontext *ctx, struct vgpu_wdrawable *d)
{
	bool lacks;

	if (!d || !front_chosen(ctx, d))
		return false;
	pthread_mutex_lock(&d->lock);
	lacks = !d->front_used;
	pthread_mutex_unlock(&d->lock);
	return lacks;
}

bool vgpu_wfbo_needs_front(struct vgpu_wcontext *ctx)
{
	return lacks_front(ctx, ctx->draw) || lacks_front(ctx, ctx->read);
}

/* ---- objects ------------------------------------------------------------------------ */

struct vgpu_wfbo *vgpu_wfbo_get(struct vgpu_replay *r, struct vgpu_wdrawable *d,
                                struct vgpu_wstorage **storage_out)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wstorage *st = vgpu_wstorage_get(r, d);
	struct vgpu_wfbo *fbo;

	if (!st)
		return NULL;
	if ((d->front_used || front_chosen(ctx, d)) && vgpu_wstorage_want_front(r, d, st))
		return NULL;
	for (fbo = ctx->fbos; fbo && fbo->drawable != d; fbo = fbo->next)
		;
	if (!fbo) {
		fbo = calloc(1, sizeof(*fbo));
		if (!fbo)
			return NULL;
		fbo->drawable = vgpu_wdrawable_ref(d);
		fbo->next = ctx->fbos;
		ctx->fbos = fbo;
	}
	if (fbo->attached != st->generation)
		attach(r, fbo, st);
	if (storage_out)
		*storage_out = st;
	return fbo;
}

GLuint vgpu_wfbo_raw(struct vgpu_replay *r, struct vgpu_wfbo *fbo, struct vgpu_wstorage *st)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;

	if (fbo->raw)
		return fbo->raw;
	caps->GenFramebuffers(1, &fbo->raw);
	caps->BindFramebuffer(GL_FRAMEBUFFER, fbo->raw);
	attach_colors(caps, st);
	return fbo->raw;
}

GLuint vgpu_wfbo_over(struct vgpu_replay *r, GLuint *name, const struct vgpu_wimage *color,
                      const struct vgpu_wimage *depth, bool flip)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;

	if (*name)
		return *name;
	caps->GenFramebuffers(1, name);
	caps->BindFramebuffer(GL_FRAMEBUFFER, *name);
	set_flip(caps, flip);
	vgpu_wfbo_attach(caps, GL_COLOR_ATTACHMENT0, color);
	if (depth && depth->name)
		vgpu_wfbo_attach_depth(caps, depth);
	return *name;
}

void vgpu_wfbo_collect(struct vgpu_replay *r, bool all)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wfbo **at = &ctx->fbos;

	while (*at) {
		struct vgpu_wfbo *fbo = *at;

		if (!all && (!fbo->drawable->dead || fbo->drawable == ctx->draw ||
		             fbo->drawable == ctx->read)) {
			at = &fbo->next;
			continue;
		}
		*at = fbo->next;
		drop(&ctx->caps, &fbo->draw);
		drop(&ctx->caps, &fbo->raw);
		drop(&ctx->caps, &fbo->shown);
		drop(&ctx->caps, &fbo->resolved);
		drop(&ctx->caps, &fbo->resolve);
		if (ctx->draw_fb == fbo)
			ctx->draw_fb = NULL;
		if (ctx->read_fb == fbo)
			ctx->read_fb = NULL;
		vgpu_wdrawable_unref(r, fbo->drawable);
		free(fbo);
	}
}

/* ---- binding ------------------------------------------------------------------------ */

struct vgpu_wdrawable *vgpu_wfbo_drawable(struct vgpu_replay *r, GLuint guest, bool read)
{
	if (guest)
		return NULL;
	return read ? r->ctx->read : r->ctx->draw;
}

GLuint vgpu_wfbo_host(struct vgpu_replay *r, GLuint guest, bool read)
{
	const struct vgpu_wfbo *fbo = read ? r->ctx->read_fb : r->ctx->draw_fb;

	if (guest)
		return vgpu_host_name(r, VGPU_NAME_FRAMEBUFFER, guest);
	return fbo ? fbo->draw : 0;
}

/* A framebuffer that was deleted while it was bound stays bound nowhere: its name is 0 then. */
void vgpu_wfbo_rebind(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;
	GLuint draw = vgpu_wfbo_host(r, ctx->draw_fbo, false);
	GLuint read = vgpu_wfbo_host(r, ctx->read_fbo, true);

	if (!ctx->caps.split_fbo || draw == read) {
		ctx->caps.BindFramebuffer(GL_FRAMEBUFFER, draw);
		return;
	}
	ctx->caps.BindFramebuffer(GL_DRAW_FRAMEBUFFER, draw);
	ctx->caps.BindFramebuffer(GL_READ_FRAMEBUFFER, read);
}

static int update(struct vgpu_replay *r, struct vgpu_wdrawable *d, struct vgpu_wfbo **fbo)
{
	*fbo = NULL;
	if (!d)
		return 0;
	pthread_mutex_lock(&d->lock);
	*fbo = vgpu_wfbo_get(r, d, NULL);
	pthread_mutex_unlock(&d->lock);
	return *fbo ? 0 : -ENOMEM;
}

int vgpu_wfbo_validate(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;
	int rc, rc2;

	rc = update(r, ctx->draw, &ctx->draw_fb);
	rc2 = ctx->read == ctx->draw ? rc : update(r, ctx->read, &ctx->read_fb);
	if (ctx->read == ctx->draw)
		ctx->read_fb = ctx->draw_fb;
	vgpu_wfbo_apply_buffers(r);
	vgpu_wfbo_rebind(r);
	return rc ? rc : rc2;
}

void vgpu_wfbo_make_front(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;

	update(r, ctx->draw, &ctx->draw_fb);
	update(r, ctx->read, &ctx->read_fb);
	vgpu_wfbo_rebind(r);
}

static bool stale(struct vgpu_wdrawable *d, const struct vgpu_wfbo *fbo)
{
	bool is;

	if (!d)
		return false;
	pthread_mutex_lock(&d->lock);
	is = !fbo || !d->latest || d->latest->generation != fbo->attached ||
	     (d->width ? d->width : 1) != d->latest->width ||
	     (d->height ? d->height : 1) != d->latest->height;
	pthread_mutex_unlock(&d->lock);
	return is;
}

void vgpu_wfbo_check(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;

	if (stale(ctx->draw, ctx->draw_fb) ||
	    (ctx->read != ctx->draw && stale(ctx->read, ctx->read_fb)))
		vgpu_wfbo_validate(r);
}

/* ---- blits -------------------------------------------------------------------------- */

/* Blits heed the first scissor rectangle only; the others must stay as they are. */
static bool indexed_scissor(const struct vgpu_wcaps *caps)
{
	return !caps->es && caps->version >= 41;
}

void vgpu_wblit_begin(struct vgpu_replay *r, struct vgpu_wblit_state *state)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;

	if (indexed_scissor(caps)) {
		state->scissor = r->gl->IsEnabledi(GL_SCISSOR_TEST, 0);
		if (state->scissor)
			r->gl->Disablei(GL_SCISSOR_TEST, 0);
	} else {
		state->scissor = r->gl->IsEnabled(GL_SCISSOR_TEST);
		if (state->scissor)
			r->gl->Disable(GL_SCISSOR_TEST);
	}
	state->srgb = !caps->es && r->gl->IsEnabled(GL_FRAMEBUFFER_SRGB);
	if (state->srgb)
		r->gl->Disable(GL_FRAMEBUFFER_SRGB);
}

void vgpu_wblit_end(struct vgpu_replay *r, const struct vgpu_wblit_state *state)
{
	if (state->scissor && indexed_scissor(&r->ctx->caps))
		r->gl->Enablei(GL_SCISSOR_TEST, 0);
	else if (state->scissor)
		r->gl->Enable(GL_SCISSOR_TEST);
	if (state->srgb)
		r->gl->Enable(GL_FRAMEBUFFER_SRGB);
}

static bool reads_multisample(const struct vgpu_wcontext *ctx)
{
	return ctx->read_fbo == 0 && ctx->read_fb && ctx->read->format.samples > 0 &&
	       ctx->caps.split_fbo;
}

/* A single-sample FBO of the drawable that is read, with what copied to it. 0: failed. */
static GLuint resolve(struct vgpu_replay *r, struct vgpu_wdrawable *d, GLbitfield what)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	struct vgpu_wblit_state state;
	struct vgpu_wstorage *st;
	struct vgpu_wfbo *fbo = vgpu_wfbo_get(r, d, &st);

	if (!fbo || vgpu_wstorage_want(r, d, st, &st->resolved) ||
	    (st->depth_stencil.name && vgpu_wstorage_want(r, d, st, &st->resolved_depth)))
		return 0;
	if (fbo->attached != st->generation) {
		attach(r, fbo, st);
		vgpu_wfbo_apply_buffers(r);
	}
	if (!vgpu_wfbo_over(r, &fbo->resolve, &st->resolved, &st->resolved_depth, st->top_first))
		return 0;
	caps->BindFramebuffer(GL_READ_FRAMEBUFFER, fbo->draw);
	caps->BindFramebuffer(GL_DRAW_FRAMEBUFFER, fbo->resolve);
	vgpu_wblit_begin(r, &state);
	r->gl->BlitFramebuffer(0, 0, (GLint)st->width, (GLint)st->height, 0, 0, (GLint)st->width,
	                       (GLint)st->height, what, GL_NEAREST);
	vgpu_wblit_end(r, &state);
	return fbo->resolve;
}

bool vgpu_wfbo_rectangle(struct vgpu_replay *r, GLint x, GLint y, GLsizei width, GLsizei height)
{
	const GLint far = 1 << 30;

	if (x >= -far && y >= -far && x <= far && y <= far && width <= far - (x > 0 ? x : 0) &&
	    height <= far - (y > 0 ? y : 0))
		return true;
	vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return false;
}

void vgpu_wfbo_read_begin(struct vgpu_replay *r, GLbitfield what)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wdrawable *d = ctx->read;
	GLuint copy;

	if (ctx->read_fbo == 0)
		vgpu_wfbo_check(r); /* another context may have drawn */
	if (!reads_multisample(ctx))
		return;
	pthread_mutex_lock(&d->lock);
	copy = resolve(r, d, what);
	pthread_mutex_unlock(&d->lock);
	if (!copy)
		return;
	ctx->caps.BindFramebuffer(GL_DRAW_FRAMEBUFFER, vgpu_wfbo_host(r, ctx->draw_fbo, false));
	ctx->caps.BindFramebuffer(GL_READ_FRAMEBUFFER, copy);
}

void vgpu_wfbo_read_end(struct vgpu_replay *r)
{
	if (reads_multisample(r->ctx))
		vgpu_wfbo_rebind(r);
}

/* SPDX-License-Identifier: MIT */
/* Contexts: made, bound, released and destroyed (context.h). */
#include "backend/worker/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/worker/conn.h"
#include "backend/worker/drawable.h"
#include "backend/worker/fbo.h"
#include "backend/worker/frame.h"
#include "backend/worker/gl_feedback.h"
#include "backend/worker/gl_state.h"
#include "backend/worker/gl_sync.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/vram.h"

#define MAX_ATTRIBS 64

bool vgpu_wcontext_free_names(const struct vgpu_wcontext *ctx)
{
	return ctx->caps.compat || (ctx->caps.es && ctx->caps.version < 30);
}

void vgpu_wcontext_keep_errors(struct vgpu_replay *r)
{
	int i;

	/* several flags may be up; a lost context never stops */
	for (i = 0; i < 8; i++) {
		GLenum error = r->gl->GetError();

		if (error == GL_NO_ERROR)
			break;
		if (r->ctx->error == GL_NO_ERROR)
			r->ctx->error = error;
	}
}

void vgpu_wcontext_raise(struct vgpu_replay *r, GLenum error)
{
	vgpu_wcontext_keep_errors(r);
	if (r->ctx->error == GL_NO_ERROR)
		r->ctx->error = error;
}

/* ---- attributes -------------------------------------------------------------- */

struct attribs {
	struct vgpu_host_context_params host;
	bool robust, reset, no_error;
};

static EGLint parse_one(struct attribs *at, GLint name, GLint value)
{
	struct vgpu_host_context_params *p = &at->host;

	switch (name) {
	case VGPU_CTX_API:
		if (value < VGPU_API_GL || value > VGPU_API_GLES2)
			return EGL_BAD_ATTRIBUTE;
		p->api = (enum vgpu_api)value;
		return EGL_SUCCESS;
	case VGPU_CTX_MAJOR:
		if (value < 1 || value > 9)
			return EGL_BAD_MATCH;
		p->major = value;
		return EGL_SUCCESS;
	case VGPU_CTX_MINOR:
		if (value < 0 || value > 9)
			return EGL_BAD_MATCH;
		p->minor = value;
		return EGL_SUCCESS;
	case VGPU_CTX_PROFILE:
		if (value < 0 || value > 3)
			return EGL_BAD_MATCH;
		p->profile = (uint32_t)value;
		return EGL_SUCCESS;
	case VGPU_CTX_PRIORITY:
		if (value < 0 || value > 2)
			return EGL_BAD_ATTRIBUTE;
		p->priority = value > 1 ? 1 : value; /* no guest goes before the host's own */
		return EGL_SUCCESS;
	default:
		break;
	}
	if (value != 0 && value != 1)
		return EGL_BAD_ATTRIBUTE;
	switch (name) {
	case VGPU_CTX_DEBUG:
		p->debug = value;
		return EGL_SUCCESS;
	case VGPU_CTX_FORWARD:
		p->forward = value;
		return EGL_SUCCESS;
	case VGPU_CTX_ROBUST:
		at->robust = value;
		return EGL_SUCCESS;
	case VGPU_CTX_RESET:
		at->reset = value;
		return EGL_SUCCESS;
	case VGPU_CTX_NO_ERROR:
		at->no_error = value;
		return EGL_SUCCESS;
	case VGPU_CTX_RELEASE_NONE:
		p->release_none = value;
		return EGL_SUCCESS;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

static EGLint parse_attribs(struct attribs *at, const GLint *list, GLsizei count, uint64_t bytes)
{
	GLsizei i;

	memset(at, 0, sizeof(*at));
	at->host.priority = 1;
	if (count < 0 || count > MAX_ATTRIBS || count % 2 || bytes != (uint64_t)count * sizeof(*list))
		return EGL_BAD_PARAMETER;
	for (i = 0; i < count; i += 2) {
		EGLint rc = parse_one(at, list[i], list[i + 1]);

		if (rc != EGL_SUCCESS)
			return rc;
	}
	/* EGL makes of 3.1 a core context; with the compatibility profile that is what 3.0 gives */
	if (at->host.api == VGPU_API_GL && at->host.major == 3 && at->host.minor == 1 &&
	    at->host.profile == 2 && !at->host.forward)
		at->host.minor = 0;
	if (at->host.api == VGPU_API_GLES1 && (at->host.major > 1 || at->host.minor > 1))
		return EGL_BAD_MATCH;
	if (at->host.api == VGPU_API_GLES2 && at->host.major == 1)
		return EGL_BAD_MATCH;
	if (at->host.api != VGPU_API_GL && !at->host.major)
		at->host.major = at->host.api == VGPU_API_GLES1 ? 1 : 2;
	return EGL_SUCCESS;
}

/* ---- life -------------------------------------------------------------------- */

struct vgpu_wcontext *vgpu_wcontext_find(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wcontext *ctx;

	for (ctx = conn->contexts; ctx && ctx->id != id; ctx = ctx->next)
		;
	return ctx;
}

static struct vgpu_wshare *share_create(struct vgpu_wconn *conn)
{
	struct vgpu_wshare *share = calloc(1, sizeof(*share));
	int i;

	if (!share)
		return NULL;
	share->refs = 1;
	share->service = EGL_NO_CONTEXT;
	pthread_mutex_init(&share->lock, NULL);
	pthread_mutex_init(&share->program_lock, NULL);
	pthread_mutex_init(&share->buffers_lock, NULL);
	pthread_mutex_init(&share->maps_lock, NULL);
	pthread_mutex_init(&share->service_lock, NULL);
	share->syncs = vgpu_wsyncs_create();
	share->vram = vgpu_vram_create(&conn->vram, &conn->quota);
	if (!share->syncs || !share->vram) {
		vgpu_wshare_unref(share);
		return NULL;
	}
	for (i = 0; i < VGPU_NAME_SHARED_COUNT; i++) {
		share->names[i] = vgpu_names_create();
		if (!share->names[i]) {
			vgpu_wshare_unref(share);
			return NULL;
		}
	}
	return share;
}

/* Free what is not GL's, and the host context, which is current nowhere. */
static void context_free(struct vgpu_wcontext *ctx)
{
	int i;

	if (!ctx)
		return;
	for (i = 0; i < VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT; i++)
		vgpu_names_destroy(ctx->names[i]);
	if (ctx->egl != EGL_NO_CONTEXT) {
		ctx->share->contexts--;
		vgpu_host_context_destroy(ctx->egl);
	}
	vgpu_wfeedback_destroy(ctx->feedback);
	vgpu_wgl_destroy(ctx->wgl, NULL);
	vgpu_wshare_unref(ctx->share);
	free(ctx);
}

static struct vgpu_wcontext *context_alloc(struct vgpu_wconn *conn, uint32_t id,
                                           const struct attribs *at, struct vgpu_wshare *share)
{
	struct vgpu_wcontext *ctx = calloc(1, sizeof(*ctx));
	int i;

	if (!ctx)
		return NULL;
	ctx->id = id;
	ctx->conn = conn;
	ctx->egl = EGL_NO_CONTEXT;
	ctx->api = at->host.api;
	ctx->asked_robust = at->robust;
	ctx->asked_reset = at->reset;
	ctx->asked_no_error = at->no_error;
	ctx->asked_debug = at->host.debug;
	ctx->share = share ? vgpu_wshare_ref(share) : share_create(conn);
	for (i = 0; i < VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT; i++)
		ctx->names[i] = vgpu_names_create();
	for (i = 0; i < VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT; i++) {
		if (!ctx->names[i] || !ctx->share) {
			context_free(ctx);
			return NULL;
		}
	}
	return ctx;
}

EGLint vgpu_wcontext_create(struct vgpu_wconn *conn, uint32_t id, uint32_t share_id,
                            const GLint *list, GLsizei count, uint64_t bytes)
{
	struct vgpu_wcontext *ctx = NULL, *share = NULL;
	struct attribs at;
	EGLint rc = parse_attribs(&at, list, count, bytes);

	if (rc != EGL_SUCCESS)
		return rc;
	/* the lock keeps the context that is shared with alive */
	pthread_mutex_lock(&conn->lock);
	if (!id || vgpu_wcontext_find(conn, id)) {
		rc = EGL_BAD_PARAMETER;
		goto out;
	}
	if (conn->n_contexts >= VGPU_MAX_CONTEXTS) {
		rc = EGL_BAD_ALLOC;
		goto out;
	}
	if (share_id) {
		share = vgpu_wcontext_find(conn, share_id);
		if (!share) {
			rc = EGL_BAD_CONTEXT;
			goto out;
		}
		at.host.share = share->egl;
	}
	ctx = context_alloc(conn, id, &at, share ? share->share : NULL);
	if (!ctx) {
		rc = EGL_BAD_ALLOC;
		goto out;
	}
	rc = vgpu_host_context_create(&at.host, &ctx->egl, &ctx->caps.robust);
	if (rc != EGL_SUCCESS) {
		ctx->egl = EGL_NO_CONTEXT;
		goto out;
	}
	ctx->share->contexts++;
	ctx->next = conn->contexts;
	conn->contexts = ctx;
	conn->n_contexts++;
	ctx = NULL;
out:
	pthread_mutex_unlock(&conn->lock);
	context_free(ctx);
	return rc;
}

/*
 * Take down a context that is in no list and current nowhere. r is the calling
 * stream, or NULL when the program is gone; its context stays current.
 */
static void context_destroy(struct vgpu_replay *r, struct vgpu_wcontext *ctx)
{
	struct vgpu_replay mine = { .gl = vgpu_host_get()->gl, .conn = ctx->conn };
	struct vgpu_wdrawable *draw = ctx->draw, *read = ctx->read;

	ctx->draw = ctx->read = NULL;
	if ((ctx->frames || ctx->fbos) &&
	    vgpu_host_make_current(ctx->egl, ctx->api) == EGL_SUCCESS) {
		mine.ctx = ctx;
		mine.share = ctx->share;
		vgpu_vram_enter(ctx->share->vram, &ctx->error);
		vgpu_wframes_destroy(&mine);
		vgpu_wfbo_collect(&mine, true);
		vgpu_wdrawable_unref(&mine, draw);
		vgpu_wdrawable_unref(&mine, read);
		draw = read = NULL;
		vgpu_vram_enter(r && r->ctx ? r->ctx->share->vram : NULL,
		                r && r->ctx ? &r->ctx->error : NULL);
		if (r && r->ctx)
			vgpu_host_make_current(r->ctx->egl, r->ctx->api);
		else
			vgpu_host_make_current(EGL_NO_CONTEXT, ctx->api);
	}
	vgpu_wdrawable_unref(r, draw);
	vgpu_wdrawable_unref(r, read);
	context_free(ctx);
}

/* Take it out of the connection's list. conn->lock is held. */
static void unlist(struct vgpu_wconn *conn, struct vgpu_wcontext *ctx)
{
	struct vgpu_wcontext **at;

	for (at = &conn->contexts; *at; at = &(*at)->next) {
		if (*at == ctx) {
			*at = ctx->next;
			conn->n_contexts--;
			return;
		}
	}
}

void vgpu_wcontext_destroy(struct vgpu_replay *r, uint32_t id)
{
	struct vgpu_wcontext *ctx;

	pthread_mutex_lock(&r->conn->lock);
	ctx = vgpu_wcontext_find(r->conn, id);
	if (ctx && ctx->current) {
		ctx->doomed = true;
		ctx->id = 0; /* the name is free at once, the context when it is released */
		ctx = NULL;
	} else if (ctx) {
		unlist(r->conn, ctx);
	}
	pthread_mutex_unlock(&r->conn->lock);
	if (ctx)
		context_destroy(r, ctx);
}

void vgpu_wcontext_destroy_all(struct vgpu_wconn *conn)
{
	for (;;) {
		struct vgpu_wcontext *ctx;

		pthread_mutex_lock(&conn->lock);
		ctx = conn->contexts;
		if (ctx)
			unlist(conn, ctx);
		pthread_mutex_unlock(&conn->lock);
		if (!ctx)
			return;
		context_destroy(NULL, ctx);
	}
}

/* ---- binding ------------------------------------------------------------------- */

/* Release what is current on this stream. */
static void release(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wdrawable *draw, *read;
	bool doomed;

	if (!ctx)
		return;
	while (vgpu_frames_poll(r, true))
		;
	vgpu_wfences_leave(r);
	draw = ctx->draw;
	read = ctx->read;
	ctx->draw = ctx->read = NULL;
	vgpu_wdrawable_unref(r, draw);
	vgpu_wdrawable_unref(r, read);
	vgpu_wfbo_collect(r, false);
	vgpu_host_make_current(EGL_NO_CONTEXT, ctx->api);
	vgpu_vram_enter(NULL, NULL);
	r->ctx = NULL;
	r->share = NULL;
	pthread_mutex_lock(&r->conn->lock);
	ctx->current = NULL;
	doomed = ctx->doomed;
	if (doomed)
		unlist(r->conn, ctx);
	pthread_mutex_unlock(&r->conn->lock);
	if (doomed)
		context_destroy(r, ctx);
}

/* Claim the context for this stream. */
static EGLint claim(struct vgpu_replay *r, uint32_t id, struct vgpu_wcontext **ctx_out)
{
	struct vgpu_wcontext *ctx;
	EGLint rc = EGL_SUCCESS;

	pthread_mutex_lock(&r->conn->lock);
	ctx = vgpu_wcontext_find(r->conn, id);
	if (!ctx)
		rc = EGL_BAD_CONTEXT;
	else if (ctx->current && ctx->current != r)
		rc = EGL_BAD_ACCESS;
	else
		ctx->current = r;
	pthread_mutex_unlock(&r->conn->lock);
	if (rc == EGL_SUCCESS)
		*ctx_out = ctx;
	return rc;
}

/* The first time a context gets a drawable: viewport, scissor box and buffers follow it. */
static void first_drawable(struct vgpu_replay *r)
{
	struct vgpu_wcontext *ctx = r->ctx;
	struct vgpu_wdrawable *d = ctx->draw;

	ctx->had_drawable = true;
	ctx->buffers.n_draw = 1;
	ctx->buffers.draw[0] = ctx->caps.es || d->format.double_buffer ? GL_BACK : GL_FRONT;
	ctx->buffers.read = ctx->caps.es || ctx->read->format.double_buffer ? GL_BACK : GL_FRONT;
	pthread_mutex_lock(&d->lock);
	r->gl->Viewport(0, 0, (GLsizei)d->width, (GLsizei)d->height);
	r->gl->Scissor(0, 0, (GLsizei)d->width, (GLsizei)d->height);
	pthread_mutex_unlock(&d->lock);
}

/* Make the context current here; its drawables' references are taken over. */
static EGLint enter(struct vgpu_replay *r, struct vgpu_wcontext *ctx, struct vgpu_wdrawable *draw,
                    struct vgpu_wdrawable *read)
{
	struct vgpu_wdrawable *old_draw = ctx->draw, *old_read = ctx->read;
	EGLint rc;

	if (r->ctx != ctx) {
		rc = vgpu_host_make_current(ctx->egl, ctx->api);
		if (rc != EGL_SUCCESS) {
			pthread_mutex_lock(&r->conn->lock);
			ctx->current = NULL;
			pthread_mutex_unlock(&r->conn->lock);
			vgpu_wdrawable_unref(r, draw);
			vgpu_wdrawable_unref(r, read);
			return rc == EGL_BAD_ACCESS ? EGL_BAD_ALLOC : rc;
		}
		r->ctx = ctx;
		r->share = ctx->share;
		vgpu_vram_enter(ctx->share->vram, &ctx->error);
	}
	if (!ctx->caps.known) {
		bool robust = ctx->caps.robust;

		vgpu_wcaps_init(&ctx->caps, r->gl, ctx->api);
		ctx->caps.robust = robust;
	}
	ctx->draw = draw;
	ctx->read = read;
	vgpu_wdrawable_unref(r, old_draw);
	vgpu_wdrawable_unref(r, old_read);
	vgpu_wfbo_collect(r, false);
	if (draw && !ctx->had_drawable)
		first_drawable(r);
	vgpu_wcontext_keep_errors(r);
	rc = vgpu_wfbo_validate(r) ? EGL_BAD_ALLOC : EGL_SUCCESS;
	if (rc != EGL_SUCCESS)
		release(r);
	return rc;
}

EGLint vgpu_wcontext_bind(struct vgpu_replay *r, uint32_t id, uint32_t draw_id, uint32_t read_id)
{
	struct vgpu_wdrawable *draw = NULL, *read = NULL;
	struct vgpu_wcontext *ctx = NULL;
	EGLint rc;

	if (!id) {
		release(r);
		return EGL_SUCCESS;
	}
	if (!draw_id != !read_id)
		return EGL_BAD_MATCH;
	rc = claim(r, id, &ctx);
	if (rc == EGL_SUCCESS && draw_id) {
		draw = vgpu_wdrawable_get(r->conn, draw_id);
		read = vgpu_wdrawable_get(r->conn, read_id);
		if (!draw || !read) {
			if (ctx != r->ctx) {
				pthread_mutex_lock(&r->conn->lock);
				ctx->current = NULL;
				pthread_mutex_unlock(&r->conn->lock);
			}
			vgpu_wdrawable_unref(r, draw);
			vgpu_wdrawable_unref(r, read);
			rc = EGL_BAD_SURFACE;
		}
	}
	/* what follows was meant for the context that could not be bound: drop it */
	if (rc != EGL_SUCCESS || r->ctx != ctx)
		release(r);
	if (rc != EGL_SUCCESS)
		return rc;
	return enter(r, ctx, draw, read);
}

void vgpu_replay_thread_end(struct vgpu_replay *r)
{
	release(r);
	eglReleaseThread();
}

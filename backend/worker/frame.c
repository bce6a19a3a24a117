/* SPDX-License-Identifier: MIT */
/* Swaps and frames (frame.h). */
#include "backend/worker/frame.h"

#include <stdlib.h>
#include <string.h>

#include "backend/worker/conn.h"
#include "backend/worker/copy.h"
#include "backend/worker/drawable.h"
#include "backend/worker/fbo.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/image.h"
#include "backend/worker/pixelread.h"

#define RING 3
#define FENCE_WAIT_NS 5000000000ull

/* Where a frame goes. */
struct target {
	struct vgpu_wpool *pool; /* counted; NULL: nowhere */
	uint32_t slot, seq;
	uint64_t slot_bytes;
	uint32_t width, height;  /* 0: there is no picture */
};

/* A read in flight. */
struct pending {
	GLuint buffer;
	uint64_t bytes;   /* of the buffer */
	void *map;        /* persistent, or NULL */
	GLsync fence;     /* NULL: not in flight */
	struct target target;
};

struct vgpu_wframes {
	struct pending ring[RING];
	unsigned int first, count;
};

/* ---- slots --------------------------------------------------------------------------- */

static uint8_t *pixels_of(const struct target *t)
{
	return t->pool->base + VGPU_POOL_HEADER + t->slot * t->slot_bytes;
}

/* Give the slot to the guest. Takes the reference to the pool. */
static void publish(struct vgpu_wconn *conn, struct target *t)
{
	struct vgpu_frame_slot *shared;

	if (!t->pool)
		return;
	shared = (struct vgpu_frame_slot *)t->pool->base + t->slot;
	shared->seq = t->seq;
	shared->width = t->width;
	shared->height = t->height;
	shared->stride = t->width * 4;
	__atomic_store_n(&shared->state, VGPU_SLOT_READY, __ATOMIC_RELEASE);
	conn->frames++;
	vgpu_wconn_frame_signal(conn);
	vgpu_wconn_pool_put(t->pool);
	t->pool = NULL;
}

/* The target of a frame of width x height. d->lock is held. */
static struct target target_of(struct vgpu_wdrawable *d, uint32_t slot, uint32_t seq,
                               uint32_t width, uint32_t height)
{
	struct target t = { .slot = slot, .seq = seq, .slot_bytes = d->slot_bytes };

	if (slot == VGPU_SLOT_NONE || !d->pool)
		return t;
	d->pool->refs++;
	t.pool = d->pool;
	if ((uint64_t)width * height * 4 <= d->slot_bytes) {
		t.width = width;
		t.height = height;
	}
	return t;
}

/* ---- reads in flight ------------------------------------------------------------------- */

static void copy_out(struct vgpu_replay *r, struct pending *p)
{
	uint64_t bytes = (uint64_t)p->target.width * p->target.height * 4;
	const struct vgpu_gl *gl = r->gl;
	GLint bound = 0;
	void *map = p->map;

	if (map) {
		vgpu_copy_large(pixels_of(&p->target), map, bytes);
		return;
	}
	gl->GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &bound);
	gl->BindBuffer(GL_PIXEL_PACK_BUFFER, p->buffer);
	map = gl->MapBufferRange(GL_PIXEL_PACK_BUFFER, 0, (GLsizeiptr)bytes, GL_MAP_READ_BIT);
	if (map)
		vgpu_copy_large(pixels_of(&p->target), map, bytes);
	gl->UnmapBuffer(GL_PIXEL_PACK_BUFFER);
	gl->BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)bound);
}

/* Hand out the oldest read if it has arrived. */
static bool complete_first(struct vgpu_replay *r, struct vgpu_wframes *f, bool wait)
{
	struct pending *p = &f->ring[f->first];
	GLenum rc = r->gl->ClientWaitSync(p->fence, wait ? GL_SYNC_FLUSH_COMMANDS_BIT : 0,
	                                  wait ? FENCE_WAIT_NS : 0);

	if (rc == GL_TIMEOUT_EXPIRED && !wait)
		return false;
	/* after a reset or a hang there is no picture, but the guest must not wait for it */
	if (rc == GL_ALREADY_SIGNALED || rc == GL_CONDITION_SATISFIED)
		copy_out(r, p);
	else
		p->target.width = p->target.height = 0;
	r->gl->DeleteSync(p->fence);
	p->fence = NULL;
	publish(r->conn, &p->target);
	f->first = (f->first + 1) % RING;
	f->count--;
	return true;
}

bool vgpu_frames_poll(struct vgpu_replay *r, bool wait)
{
	struct vgpu_wframes *f = r->ctx ? r->ctx->frames : NULL;

	if (!f || !f->count)
		return false;
	if (complete_first(r, f, wait))
		while (f->count && complete_first(r, f, false))
			;
	return f->count > 0;
}

static void free_buffer(struct vgpu_replay *r, struct pending *p)
{
	if (p->buffer)
		r->gl->DeleteBuffers(1, &p->buffer); /* unmaps it */
	p->buffer = 0;
	p->map = NULL;
	p->bytes = 0;
}

void vgpu_wframes_destroy(struct vgpu_replay *r)
{
	struct vgpu_wframes *f = r->ctx->frames;
	int i;

	if (!f)
		return;
	while (vgpu_frames_poll(r, true))
		;
	for (i = 0; i < RING; i++)
		free_buffer(r, &f->ring[i]);
	free(f);
	r->ctx->frames = NULL;
}

/* Bind a pixel pack buffer of this size. */
static bool bind_buffer(struct vgpu_replay *r, struct pending *p, uint64_t bytes)
{
	const GLbitfield access = GL_MAP_READ_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	const struct vgpu_gl *gl = r->gl;

	if (p->buffer && p->bytes >= bytes && p->bytes <= 4 * bytes) {
		gl->BindBuffer(GL_PIXEL_PACK_BUFFER, p->buffer);
		return true;
	}
	free_buffer(r, p);
	gl->GenBuffers(1, &p->buffer);
	gl->BindBuffer(GL_PIXEL_PACK_BUFFER, p->buffer);
	if (r->ctx->caps.buffer_storage) {
		gl->BufferStorage(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)bytes, NULL,
		                  access | GL_CLIENT_STORAGE_BIT);
		p->map = gl->MapBufferRange(GL_PIXEL_PACK_BUFFER, 0, (GLsizeiptr)bytes, access);
	} else {
		gl->BufferData(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)bytes, NULL, GL_STREAM_READ);
	}
	p->bytes = bytes;
	if (gl->GetError() == GL_NO_ERROR && (p->map || !r->ctx->caps.buffer_storage))
		return true;
	free_buffer(r, p);
	return false;
}

/* Begin to read the framebuffer that is bound. Takes the target on success. */
static bool read_later(struct vgpu_replay *r, struct target *t)
{
	struct vgpu_wframes *f = r->ctx->frames;
	struct pending *p;

	if (!r->ctx->caps.pack_buffer || !r->ctx->caps.fence || !r->ctx->caps.read_bgra)
		return false;
	if (!f)
		f = r->ctx->frames = calloc(1, sizeof(*f));
	if (!f)
		return false;
	if (f->count == RING)
		complete_first(r, f, true);
	p = &f->ring[(f->first + f->count) % RING];
	if (!bind_buffer(r, p, (uint64_t)t->width * t->height * 4))
		return false;
	vgpu_wpixel_read_bgra(r, t->width, t->height, NULL);
	p->fence = r->gl->FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	if (!p->fence)
		return false;
	r->gl->Flush();
	p->target = *t;
	t->pool = NULL;
	f->count++;
	return true;
}

/* ---- the picture ------------------------------------------------------------------------ */

static void blit(struct vgpu_replay *r, GLuint from, GLuint to, const struct vgpu_wstorage *st,
                 bool flip)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint w = (GLint)st->width, h = (GLint)st->height;

	caps->BindFramebuffer(GL_READ_FRAMEBUFFER, from);
	caps->BindFramebuffer(GL_DRAW_FRAMEBUFFER, to);
	r->gl->BlitFramebuffer(0, 0, w, h, 0, flip ? h : 0, w, flip ? 0 : h, GL_COLOR_BUFFER_BIT,
	                       GL_NEAREST);
}

/* What a picture needs besides the storage: a resolved and a flipped copy. */
static bool prepare(struct vgpu_replay *r, struct vgpu_wdrawable *d, struct vgpu_wstorage *st)
{
	if (!r->ctx->caps.split_fbo)
		return d->format.samples == 0;
	if (d->format.samples > 0 && vgpu_wstorage_want(r, d, st, &st->resolved))
		return false;
	if (!st->top_first && !vgpu_host_get()->software &&
	    vgpu_wstorage_want(r, d, st, &st->shown))
		return false;
	return true;
}

/*
 * Bind for reading an FBO that holds the picture in a single sample, its rows
 * from the top unless *upside_down is set. buffer is an attachment.
 */
static void bind_picture(struct vgpu_replay *r, struct vgpu_wfbo *fbo, struct vgpu_wstorage *st,
                         enum vgpu_wbuffer buffer, bool *upside_down)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLuint from = vgpu_wfbo_raw(r, fbo, st);
	struct vgpu_wblit_state state;

	*upside_down = !st->top_first;
	if (!caps->split_fbo) {
		caps->BindFramebuffer(GL_FRAMEBUFFER, from);
		return;
	}
	caps->BindFramebuffer(GL_READ_FRAMEBUFFER, from);
	r->gl->ReadBuffer((GLenum)(GL_COLOR_ATTACHMENT0 + buffer));
	if (!st->resolved.name && !st->shown.name)
		return;
	vgpu_wblit_begin(r, &state);
	if (st->resolved.name && st->color[buffer].name) {
		GLuint to = vgpu_wfbo_over(r, &fbo->resolved, &st->resolved, NULL, false);

		blit(r, from, to, st, false);
		from = to;
	}
	if (st->shown.name) {
		GLuint to = vgpu_wfbo_over(r, &fbo->shown, &st->shown, NULL, false);

		blit(r, from, to, st, true);
		from = to;
		*upside_down = false;
	}
	vgpu_wblit_end(r, &state);
	caps->BindFramebuffer(GL_READ_FRAMEBUFFER, from);
}

/* Rows from the bottom, as GL reads them, to rows from the top. */
static void read_turned(struct vgpu_replay *r, const struct target *t)
{
	size_t row = (size_t)t->width * 4;
	uint8_t *lines = vgpu_scratch_alloc(r, row * t->height), *to = pixels_of(t);
	uint32_t y;

	if (!lines)
		return;
	vgpu_wpixel_read_bgra(r, t->width, t->height, lines);
	for (y = 0; y < t->height; y++)
		memcpy(to + (t->height - 1 - y) * row, lines + y * row, row);
}

static void read_picture(struct vgpu_replay *r, struct target *t, bool upside_down)
{
	struct vgpu_wpixel_state state;

	vgpu_wpixel_begin(r, &state);
	if (upside_down)
		read_turned(r, t);
	else if (vgpu_host_get()->software || !read_later(r, t)) {
		if (r->ctx->caps.pack_buffer)
			r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
		vgpu_wpixel_read_bgra(r, t->width, t->height, pixels_of(t));
	}
	vgpu_wpixel_end(r, &state);
}

/* The new front buffer is the picture that was shown; where nobody looks at it, remember where it is. */
static void keep_front(struct vgpu_replay *r, struct vgpu_wdrawable *d, struct vgpu_wfbo *fbo,
                       struct vgpu_wstorage *st, const struct target *t)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	struct vgpu_wblit_state state;
	int i;

	d->last_slot = t->pool && t->width ? t->slot : VGPU_SLOT_NONE;
	if (!st->color[VGPU_WBUF_FRONT].name)
		return;
	vgpu_wblit_begin(r, &state);
	for (i = VGPU_WBUF_MAIN; i < VGPU_WBUF_COUNT; i += 2) {
		GLenum to = (GLenum)(GL_COLOR_ATTACHMENT0 + i + 1);

		if (!st->color[i + 1].name)
			continue;
		caps->BindFramebuffer(GL_FRAMEBUFFER, vgpu_wfbo_raw(r, fbo, st));
		r->gl->ReadBuffer((GLenum)(GL_COLOR_ATTACHMENT0 + i));
		r->gl->DrawBuffers(1, &to);
		r->gl->BlitFramebuffer(0, 0, (GLint)st->width, (GLint)st->height, 0, 0,
		                       (GLint)st->width, (GLint)st->height, GL_COLOR_BUFFER_BIT,
		                       GL_NEAREST);
	}
	vgpu_wblit_end(r, &state);
}

/* Whether the last frame's slot holds all that the front buffer holds. */
static bool slot_is_exact(const struct vgpu_wdrawable *d)
{
	GLenum internal = vgpu_wformat_color(&d->format, false);

	return (internal == GL_RGBA8 || internal == GL_RGB8 || internal == GL_SRGB8_ALPHA8) &&
	       !d->format.stereo;
}

/* In r's context. d->lock is held. False: nothing could be done. */
static bool swap_here(struct vgpu_replay *r, struct vgpu_wdrawable *d, uint32_t slot, uint32_t seq,
                      bool front)
{
	struct vgpu_wcontext *ctx = r->ctx;
	enum vgpu_wbuffer buffer = VGPU_WBUF_MAIN;
	struct vgpu_wstorage *st = NULL;
	struct vgpu_wfbo *fbo;
	struct target t;
	bool upside_down;

	if (front && d->format.double_buffer && !ctx->caps.es)
		buffer = VGPU_WBUF_FRONT;
	fbo = vgpu_wfbo_get(r, d, &st);
	if (!fbo || (buffer == VGPU_WBUF_FRONT && vgpu_wstorage_want_front(r, d, st)) ||
	    !prepare(r, d, st))
		return false;
	fbo = vgpu_wfbo_get(r, d, &st); /* what was wanted is attached now */
	if (!fbo)
		return false;
	t = target_of(d, slot, seq, st->width, st->height);
	if (t.pool && t.width) {
		bind_picture(r, fbo, st, buffer, &upside_down);
		read_picture(r, &t, upside_down);
	}
	if (!front && d->format.double_buffer) {
		struct target shown = target_of(d, slot, seq, st->width, st->height);

		keep_front(r, d, fbo, st, &shown);
		vgpu_wconn_pool_put(shown.pool);
		if (!ctx->caps.es && (!shown.pool || !slot_is_exact(d)))
			vgpu_wstorage_want_front(r, d, st);
	}
	publish(r->conn, &t);
	return true;
}

/* The main buffer in malloc'd memory, RGBA octets, rows from the top, by way of the service context. */
static uint8_t *picture_by_service(struct vgpu_replay *r, const struct vgpu_wdrawable *d,
                                   const struct vgpu_wstorage *st)
{
	const struct vgpu_wimage *from = &st->color[VGPU_WBUF_MAIN];
	struct vgpu_wimage single = { 0 }, picture = { 0 };
	struct vgpu_wservice s = { .gl = r->gl, .caps = &st->share->service_caps };
	uint8_t *data = NULL;

	if (vgpu_wservice_enter(r, st->share))
		return NULL;
	/* resolved first: a multisampled image cannot be turned over on its way */
	if (d->format.samples > 0 &&
	    !vgpu_wimage_make(&s, &single, from->format, st->width, st->height, 0)) {
		vgpu_wimage_copy(&s, from, &single, st->width, st->height, false);
		from = &single;
	}
	if (!vgpu_wimage_make(&s, &picture, GL_RGBA8, st->width, st->height, 0)) {
		vgpu_wimage_copy(&s, from, &picture, st->width, st->height, !st->top_first);
		data = vgpu_wimage_get(&s, &picture, st->width, st->height, 0);
	}
	vgpu_wimage_free(&s, &single);
	vgpu_wimage_free(&s, &picture);
	vgpu_wservice_leave(r, st->share);
	return data;
}

/* The drawable's storage is of another share group, or no context is current here. */
static void swap_elsewhere(struct vgpu_replay *r, struct vgpu_wdrawable *d, uint32_t slot,
                           uint32_t seq)
{
	struct vgpu_wstorage *st = d->latest;
	struct target t = target_of(d, slot, seq, st ? st->width : 0, st ? st->height : 0);
	uint8_t *data = t.pool && t.width ? picture_by_service(r, d, st) : NULL, *to;
	uint64_t i;

	if (data) {
		to = pixels_of(&t);
		for (i = 0; i < (uint64_t)t.width * t.height; i++, to += 4) {
			to[0] = data[4 * i + 2];
			to[1] = data[4 * i + 1];
			to[2] = data[4 * i];
			to[3] = data[4 * i + 3];
		}
		d->last_slot = slot;
	} else {
		t.width = t.height = 0;
	}
	free(data);
	publish(r->conn, &t);
}

bool vgpu_wframe_swap(struct vgpu_replay *r, uint32_t id, uint32_t slot, uint32_t seq, bool front)
{
	struct vgpu_wdrawable *d = vgpu_wdrawable_get(r->conn, id);
	bool ours, ok = true;

	if (!d)
		return true; /* destroyed by another stream meanwhile */
	pthread_mutex_lock(&d->lock);
	if (slot != VGPU_SLOT_NONE && slot >= VGPU_POOL_MAX_SLOTS) {
		ok = false;
		goto out;
	}
	if (slot != VGPU_SLOT_NONE && slot >= d->slots) {
		/* of a pool that has been replaced: nobody looks at it any more */
		goto out;
	}
	ours = r->ctx && (r->ctx->draw == d || (d->latest && d->latest->share == r->share));
	if (r->ctx)
		vgpu_wcontext_keep_errors(r);
	if (!ours || !swap_here(r, d, slot, seq, front))
		swap_elsewhere(r, d, slot, seq);
	d->frames++;
	if (r->ctx) {
		int i;

		for (i = 0; i < 8 && r->gl->GetError() != GL_NO_ERROR; i++)
			;
	}
out:
	pthread_mutex_unlock(&d->lock);
	if (r->ctx) {
		vgpu_wfbo_check(r);
		vgpu_wfbo_rebind(r);
	}
	vgpu_wdrawable_unref(r, d);
	return ok;
}

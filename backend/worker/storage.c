/* SPDX-License-Identifier: MIT */
/*
 * A drawable's buffers in each share group that uses it (drawable.h). Everything
 * is done in service contexts, so that the guest's state stays as it is.
 */
#include "backend/worker/drawable.h"

#include <errno.h>
#include <stdlib.h>

#include "backend/worker/host_egl.h"
#include "backend/worker/image.h"

static _Atomic uint64_t last_generation;

static struct vgpu_wservice service_of(const struct vgpu_wshare *share)
{
	return (struct vgpu_wservice){ .gl = vgpu_host_get()->gl, .caps = &share->service_caps };
}

static void changed(struct vgpu_wstorage *st)
{
	st->generation = ++last_generation;
}

/* ---- making and freeing, in the service context ------------------------------------ */

static void free_images(const struct vgpu_wservice *s, struct vgpu_wstorage *st)
{
	int i;

	for (i = 0; i < VGPU_WBUF_COUNT; i++)
		vgpu_wimage_free(s, &st->color[i]);
	vgpu_wimage_free(s, &st->depth_stencil);
	vgpu_wimage_free(s, &st->resolved);
	vgpu_wimage_free(s, &st->resolved_depth);
	vgpu_wimage_free(s, &st->shown);
}

static int make_color(const struct vgpu_wservice *s, const struct vgpu_wdrawable *d,
                      struct vgpu_wstorage *st, enum vgpu_wbuffer buffer)
{
	if (st->color[buffer].name)
		return 0;
	return vgpu_wimage_make(s, &st->color[buffer], vgpu_wformat_color(&d->format, s->caps->es),
	                        st->width, st->height, d->format.samples);
}

static int make_images(const struct vgpu_wservice *s, const struct vgpu_wdrawable *d,
                       struct vgpu_wstorage *st)
{
	GLenum depth = vgpu_wformat_depth(&d->format, s->caps->es);
	int rc = make_color(s, d, st, VGPU_WBUF_MAIN);

	if (!rc && d->format.stereo)
		rc = make_color(s, d, st, VGPU_WBUF_MAIN_RIGHT);
	if (!rc && d->front_used)
		rc = make_color(s, d, st, VGPU_WBUF_FRONT);
	if (!rc && d->front_used && d->format.stereo)
		rc = make_color(s, d, st, VGPU_WBUF_FRONT_RIGHT);
	if (!rc && depth)
		rc = vgpu_wimage_make(s, &st->depth_stencil, depth, st->width, st->height,
		                      d->format.samples);
	if (rc)
		free_images(s, st);
	return rc;
}

static uint32_t at_least_1(uint32_t n)
{
	return n ? n : 1;
}

static bool fits(const struct vgpu_wdrawable *d, const struct vgpu_wstorage *st)
{
	return st->color[VGPU_WBUF_MAIN].name && st->width == at_least_1(d->width) &&
	       st->height == at_least_1(d->height);
}

/* ---- from one share group to another ------------------------------------------------ */

struct contents {
	void *color[VGPU_WBUF_COUNT];
	void *depth;
};

static void contents_get(struct vgpu_replay *r, const struct vgpu_wdrawable *d,
                         const struct vgpu_wstorage *st, struct contents *c)
{
	struct vgpu_wservice s;
	int i;

	if (vgpu_wservice_enter(r, st->share))
		return;
	s = service_of(st->share);
	for (i = 0; i < VGPU_WBUF_COUNT; i++)
		if (st->color[i].name)
			c->color[i] = vgpu_wimage_get(&s, &st->color[i], st->width, st->height,
			                              d->format.samples);
	if (st->depth_stencil.name)
		c->depth = vgpu_wimage_get(&s, &st->depth_stencil, st->width, st->height,
		                           d->format.samples);
	vgpu_wservice_leave(r, st->share);
}

static void contents_put(const struct vgpu_wservice *s, const struct vgpu_wstorage *st,
                         const struct contents *c, bool flip)
{
	int i;

	for (i = 0; i < VGPU_WBUF_COUNT; i++)
		if (st->color[i].name && c->color[i])
			vgpu_wimage_put(s, &st->color[i], st->width, st->height, c->color[i], false,
			                flip);
	if (st->depth_stencil.name && c->depth)
		vgpu_wimage_put(s, &st->depth_stencil, st->width, st->height, c->depth, false, flip);
}

static void contents_free(struct contents *c)
{
	int i;

	for (i = 0; i < VGPU_WBUF_COUNT; i++)
		free(c->color[i]);
	free(c->depth);
}

/* ---- public ------------------------------------------------------------------------- */

static void storage_free(struct vgpu_replay *r, struct vgpu_wstorage *st)
{
	if (!vgpu_wservice_enter(r, st->share)) {
		struct vgpu_wservice s = service_of(st->share);

		free_images(&s, st);
		vgpu_wservice_leave(r, st->share);
	}
	vgpu_wshare_unref(st->share);
	free(st);
}

void vgpu_wstorage_free_all(struct vgpu_replay *r, struct vgpu_wdrawable *d)
{
	while (d->storages) {
		struct vgpu_wstorage *st = d->storages;

		d->storages = st->next;
		storage_free(r, st);
	}
	d->latest = NULL;
}

/* Free storage of share groups whose contexts are all gone, but for the one in use. */
static void prune(struct vgpu_replay *r, struct vgpu_wdrawable *d, const struct vgpu_wstorage *keep)
{
	struct vgpu_wstorage **at = &d->storages;

	while (*at) {
		struct vgpu_wstorage *st = *at;

		if (st == keep || st->share->contexts > 0) {
			at = &st->next;
			continue;
		}
		*at = st->next;
		storage_free(r, st);
	}
}

/* Make the images of storage anew, with the contents of latest if there are any. */
static int renew(struct vgpu_replay *r, struct vgpu_wdrawable *d, struct vgpu_wstorage *st)
{
	struct vgpu_wstorage *latest = d->latest;
	struct contents contents = { { NULL } };
	struct vgpu_wservice s;
	bool bring = latest && latest != st && fits(d, latest);
	int rc;

	if (bring)
		contents_get(r, d, latest, &contents);
	rc = vgpu_wservice_enter(r, st->share);
	if (rc)
		goto out;
	s = service_of(st->share);
	if (!fits(d, st)) {
		free_images(&s, st);
		st->width = at_least_1(d->width);
		st->height = at_least_1(d->height);
		changed(st);
		d->last_slot = latest == st || !latest ? VGPU_SLOT_NONE : d->last_slot;
		rc = make_images(&s, d, st);
	}
	if (!rc && bring && latest->color[VGPU_WBUF_FRONT].name)
		rc = make_color(&s, d, st, VGPU_WBUF_FRONT);
	if (!rc && bring)
		contents_put(&s, st, &contents, latest->top_first != st->top_first);
	vgpu_wservice_leave(r, st->share);
out:
	contents_free(&contents);
	return rc;
}

struct vgpu_wstorage *vgpu_wstorage_get(struct vgpu_replay *r, struct vgpu_wdrawable *d)
{
	bool top_first = r->ctx->caps.flip_y;
	struct vgpu_wstorage *st;

	for (st = d->storages; st; st = st->next)
		if (st->share == r->share && st->top_first == top_first)
			break;
	if (st && st == d->latest && fits(d, st))
		return st;
	if (!st) {
		st = calloc(1, sizeof(*st));
		if (!st)
			return NULL;
		st->share = vgpu_wshare_ref(r->share);
		st->top_first = top_first;
		st->next = d->storages;
		d->storages = st;
	}
	if (renew(r, d, st))
		return NULL;
	d->latest = st;
	prune(r, d, st);
	return st;
}

int vgpu_wstorage_want(struct vgpu_replay *r, struct vgpu_wdrawable *d, struct vgpu_wstorage *st,
                       struct vgpu_wimage *where)
{
	GLenum internal = vgpu_wformat_color(&d->format, st->share->service_caps.es);
	struct vgpu_wservice s;
	int rc;

	if (where->name)
		return 0;
	if (where == &st->resolved_depth)
		internal = vgpu_wformat_depth(&d->format, st->share->service_caps.es);
	else if (where == &st->shown && internal != GL_SRGB8_ALPHA8)
		internal = GL_RGBA8;
	rc = vgpu_wservice_enter(r, st->share);
	if (rc)
		return rc;
	s = service_of(st->share);
	rc = vgpu_wimage_make(&s, where, internal, st->width, st->height, 0);
	changed(st);
	vgpu_wservice_leave(r, st->share);
	return rc;
}

/* The front buffer starts as what is shown: the last frame, wherever that still is. */
static void fill_front(const struct vgpu_wservice *s, const struct vgpu_wdrawable *d,
                       const struct vgpu_wstorage *st)
{
	uint64_t bytes = (uint64_t)st->width * st->height * 4;
	const struct vgpu_wimage *front = &st->color[VGPU_WBUF_FRONT];

	if (d->last_slot != VGPU_SLOT_NONE && st->shown.name)
		vgpu_wimage_copy(s, &st->shown, front, st->width, st->height, !st->top_first);
	else if (d->last_slot < d->slots && bytes <= d->slot_bytes)
		vgpu_wimage_put(s, front, st->width, st->height,
		                d->pool->base + VGPU_POOL_HEADER + d->last_slot * d->slot_bytes,
		                true, !st->top_first);
	else
		vgpu_wimage_copy(s, &st->color[VGPU_WBUF_MAIN], front, st->width, st->height, false);
	if (d->format.stereo)
		vgpu_wimage_copy(s, &st->color[VGPU_WBUF_MAIN_RIGHT],
		                 &st->color[VGPU_WBUF_FRONT_RIGHT], st->width, st->height, false);
}

int vgpu_wstorage_want_front(struct vgpu_replay *r, struct vgpu_wdrawable *d,
                             struct vgpu_wstorage *st)
{
	struct vgpu_wservice s;
	int rc;

	if (!d->format.double_buffer || st->color[VGPU_WBUF_FRONT].name)
		return 0;
	rc = vgpu_wservice_enter(r, st->share);
	if (rc)
		return rc;
	s = service_of(st->share);
	rc = make_color(&s, d, st, VGPU_WBUF_FRONT);
	if (!rc && d->format.stereo)
		rc = make_color(&s, d, st, VGPU_WBUF_FRONT_RIGHT);
	if (!rc) {
		fill_front(&s, d, st);
		d->front_used = true;
	}
	changed(st);
	vgpu_wservice_leave(r, st->share);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Drawables as objects: made, found, counted, resized (drawable.h). */
#include "backend/worker/drawable.h"

#include <malloc.h>
#include <stdlib.h>

#include "backend/worker/fbo.h"
#include "backend/worker/host_egl.h"

#define MAX_ATTRIBS 64

struct vgpu_wdrawable *vgpu_wdrawable_ref(struct vgpu_wdrawable *drawable)
{
	drawable->refs++;
	return drawable;
}

void vgpu_wdrawable_unref(struct vgpu_replay *r, struct vgpu_wdrawable *drawable)
{
	if (!drawable || --drawable->refs > 0)
		return;
	vgpu_wstorage_free_all(r, drawable);
	vgpu_wconn_pool_put(drawable->pool);
	pthread_mutex_destroy(&drawable->lock);
	free(drawable->accum);
	free(drawable);
}

static struct vgpu_wdrawable *find(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wdrawable *d;

	for (d = conn->drawables; d && d->id != id; d = d->next)
		;
	return d;
}

struct vgpu_wdrawable *vgpu_wdrawable_get(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wdrawable *d;

	pthread_mutex_lock(&conn->lock);
	d = find(conn, id);
	if (d)
		vgpu_wdrawable_ref(d);
	pthread_mutex_unlock(&conn->lock);
	return d;
}

/* Store a value that must lie in 0..max. */
static bool take(uint8_t *field, GLint value, GLint max)
{
	if (value < 0 || value > max)
		return false;
	*field = (uint8_t)value;
	return true;
}

static bool take_bool(bool *field, GLint value)
{
	*field = value == 1;
	return value == 0 || value == 1;
}

static bool take_size(uint32_t *field, GLint value)
{
	if (value < 0 || (uint32_t)value > vgpu_host_get()->info.max_drawable)
		return false;
	*field = (uint32_t)value;
	return true;
}

static bool parse_one(struct vgpu_wdrawable *d, GLint name, GLint value)
{
	struct vgpu_wformat *f = &d->format;

	switch (name) {
	case VGPU_DRAW_WIDTH:
		return take_size(&d->width, value);
	case VGPU_DRAW_HEIGHT:
		return take_size(&d->height, value);
	case VGPU_DRAW_RED:
		return take(&f->red, value, 32);
	case VGPU_DRAW_GREEN:
		return take(&f->green, value, 32);
	case VGPU_DRAW_BLUE:
		return take(&f->blue, value, 32);
	case VGPU_DRAW_ALPHA:
		return take(&f->alpha, value, 32);
	case VGPU_DRAW_DEPTH:
		return take(&f->depth, value, 32);
	case VGPU_DRAW_STENCIL:
		return take(&f->stencil, value, 8);
	case VGPU_DRAW_SAMPLES:
		return take(&f->samples, value, (GLint)vgpu_host_get()->info.max_samples);
	case VGPU_DRAW_ACCUM:
		return take(&f->accum, value, 32);
	case VGPU_DRAW_DOUBLE:
		return take_bool(&f->double_buffer, value);
	case VGPU_DRAW_STEREO:
		return take_bool(&f->stereo, value);
	case VGPU_DRAW_SRGB:
		return take_bool(&f->srgb, value);
	case VGPU_DRAW_FLOAT:
		return take_bool(&f->float_color, value);
	case VGPU_DRAW_KIND:
		if (value < VGPU_DRAWABLE_WINDOW || value > VGPU_DRAWABLE_PIXMAP)
			return false;
		d->kind = (enum vgpu_drawable_kind)value;
		return true;
	default:
		return false;
	}
}

EGLint vgpu_wdrawable_create(struct vgpu_wconn *conn, uint32_t id, const GLint *list, GLsizei count,
                             uint64_t bytes)
{
	struct vgpu_wdrawable *d;
	EGLint rc = EGL_BAD_PARAMETER;
	GLsizei i;

	if (!id || count < 0 || count > MAX_ATTRIBS || count % 2 ||
	    bytes != (uint64_t)count * sizeof(*list))
		return EGL_BAD_PARAMETER;
	d = calloc(1, sizeof(*d));
	if (!d)
		return EGL_BAD_ALLOC;
	pthread_mutex_init(&d->lock, NULL);
	d->conn = conn;
	d->id = id;
	d->refs = 1;
	d->last_slot = VGPU_SLOT_NONE;
	for (i = 0; i < count; i += 2)
		if (!parse_one(d, list[i], list[i + 1]))
			goto out;
	if (d->format.samples == 1)
		d->format.samples = 0;
	rc = EGL_BAD_ALLOC;
	pthread_mutex_lock(&conn->lock);
	if (find(conn, id)) {
		rc = EGL_BAD_PARAMETER;
	} else if (conn->n_drawables < VGPU_MAX_DRAWABLES) {
		d->next = conn->drawables;
		conn->drawables = d;
		conn->n_drawables++;
		d = NULL;
		rc = EGL_SUCCESS;
	}
	pthread_mutex_unlock(&conn->lock);
out:
	vgpu_wdrawable_unref(NULL, d);
	return rc;
}

static struct vgpu_wdrawable *unlist(struct vgpu_wconn *conn, uint32_t id, bool any)
{
	struct vgpu_wdrawable **at, *found = NULL;

	pthread_mutex_lock(&conn->lock);
	for (at = &conn->drawables; *at; at = &(*at)->next) {
		if (any || (*at)->id == id) {
			found = *at;
			*at = found->next;
			conn->n_drawables--;
			break;
		}
	}
	pthread_mutex_unlock(&conn->lock);
	if (found)
		found->dead = true;
	return found;
}

void vgpu_wdrawable_destroy(struct vgpu_replay *r, uint32_t id)
{
	struct vgpu_wdrawable *d = unlist(r->conn, id, false);

	if (!d)
		return;
	if (r->ctx)
		vgpu_wfbo_collect(r, false);
	vgpu_wdrawable_unref(r, d);
}

void vgpu_wdrawable_destroy_all(struct vgpu_wconn *conn)
{
	struct vgpu_wdrawable *d;

	while ((d = unlist(conn, 0, true)))
		vgpu_wdrawable_unref(NULL, d);
	/* what a program had is scattered over its threads' arenas, which keep it otherwise */
	malloc_trim(0);
}

bool vgpu_wdrawable_resize(struct vgpu_replay *r, uint32_t id, GLsizei width, GLsizei height)
{
	struct vgpu_wdrawable *d;
	uint32_t w, h;
	bool changed;

	if (!take_size(&w, width) || !take_size(&h, height))
		return false;
	d = vgpu_wdrawable_get(r->conn, id);
	if (!d)
		return true; /* its destruction came by another stream */
	pthread_mutex_lock(&d->lock);
	changed = d->width != w || d->height != h;
	d->width = w;
	d->height = h;
	pthread_mutex_unlock(&d->lock);
	if (changed && r->ctx && (r->ctx->draw == d || r->ctx->read == d) && vgpu_wfbo_validate(r))
		vgpu_replay_log(r, "no memory for a drawable of %u x %u", w, h);
	vgpu_wdrawable_unref(r, d);
	return true;
}

bool vgpu_wdrawable_set_pool(struct vgpu_replay *r, uint32_t id, uint32_t pool_id, uint32_t slots,
                             uint64_t slot_bytes)
{
	struct vgpu_wpool *pool = NULL, *old;
	struct vgpu_wdrawable *d;

	if (pool_id) {
		if (slots < 1 || slots > VGPU_POOL_MAX_SLOTS)
			return false;
		pool = vgpu_wconn_pool_get(r->conn, pool_id);
		if (!pool)
			return false;
		if (pool->bytes < VGPU_POOL_HEADER || slot_bytes % 4 ||
		    slot_bytes > (pool->bytes - VGPU_POOL_HEADER) / slots) {
			vgpu_wconn_pool_put(pool);
			return false;
		}
	}
	d = vgpu_wdrawable_get(r->conn, id);
	if (!d) {
		vgpu_wconn_pool_put(pool);
		return true;
	}
	pthread_mutex_lock(&d->lock);
	old = d->pool;
	d->pool = pool;
	d->slots = pool ? slots : 0;
	d->slot_bytes = pool ? slot_bytes : 0;
	if (pool)
		pool->slot_bytes = slot_bytes;
	d->last_slot = VGPU_SLOT_NONE;
	pthread_mutex_unlock(&d->lock);
	vgpu_wconn_pool_put(old);
	vgpu_wdrawable_unref(r, d);
	return true;
}

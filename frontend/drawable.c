/* SPDX-License-Identifier: MIT */
/*
 * Drawables and their frames. A frame slot goes round: free -> queued (named in
 * a swap) -> ready (filled by the worker) -> showing (handed to the presenter)
 * -> free. The guest waits only when no slot is free.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "encode.h"
#include "frontend/connection.h"
#include "frontend/transport/record.h"

enum slot_state { SLOT_FREE, SLOT_QUEUED, SLOT_SHOWING };

/* Frames of one size. An old pool lives until its last frame has been shown. */
struct pool {
	struct pool *next;
	struct vgpu_transport_pool memory;
	struct vgpu_frame_slot *shared; /* page 0 of memory */
	uint32_t slots, slot_bytes;
	enum slot_state state[VGPU_POOL_MAX_SLOTS];
	uint32_t seq[VGPU_POOL_MAX_SLOTS];
	uint32_t base_slot; /* slot numbers seen by the presenter are unique over pools */
};

struct vgpu_drawable {
	struct vgpu_drawable *next; /* client->drawables */
	struct vgpu_client *client;
	struct vgpu_drawable_params params;
	uint32_t id;
	_Atomic int refs;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t changed;
	uint32_t width, height;
	int interval;
	struct pool *pools; /* the newest first */
	uint32_t next_base;
	uint32_t next_seq;  /* of the next swap */
	uint32_t show_seq;  /* of the next frame to show */
	bool kept;   /* the back buffer is what was swapped last */
	bool frozen; /* the program builds on that: no new size before the next swap */
	bool closing;
};

static bool stale(struct vgpu_drawable *d)
{
	return d->client->lost;
}

/* Wait for a change, or a while: vgpu_drawable_wake can come just before the wait. */
static void wait_changed(struct vgpu_drawable *d)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	pthread_cond_timedwait(&d->changed, &d->lock, &until);
}

static void pool_free(struct vgpu_drawable *d, struct pool *pool)
{
	struct vgpu_transport *t = d->client->transport;

	if (d->params.present)
		d->params.present->pool_gone(d->params.present_data, pool->memory.memory);
	t->impl->pool_close(t, &pool->memory);
	free(pool);
}

static bool pool_idle(const struct pool *pool)
{
	for (uint32_t i = 0; i < pool->slots; i++)
		if (pool->state[i] != SLOT_FREE)
			return false;
	return true;
}

/* Free old pools whose frames are all shown. The lock is held. */
static void reap_pools(struct vgpu_drawable *d)
{
	struct pool **at = d->pools ? &d->pools->next : &d->pools;

	while (*at) {
		struct pool *pool = *at;

		if (pool_idle(pool)) {
			*at = pool->next;
			pool_free(d, pool);
		} else {
			at = &pool->next;
		}
	}
}

/* A pool for the present size in front of the list, told to the host. The lock is held. */
static int ensure_pool(struct vgpu_drawable *d, struct vgpu_stream *stream)
{
	struct vgpu_transport *t = d->client->transport;
	uint64_t need = ((uint64_t)d->width * d->height * 4 + 4095) & ~4095ull;
	uint32_t slots = d->client->frame_slots;
	struct pool *pool;
	int rc;

	if (d->pools && d->pools->slot_bytes >= need && d->pools->slot_bytes / 4 <= need)
		return 0;
	while (slots > 1 && VGPU_POOL_HEADER + need * slots > VGPU_MAX_POOL_BYTES)
		slots--;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	rc = t->impl->pool_open(t, VGPU_POOL_HEADER + need * slots, &pool->memory);
	if (rc) {
		free(pool);
		return rc;
	}
	if (vgpu_recording)
		vgpu_record_pool(pool->memory.id, pool->memory.bytes);
	pool->shared = pool->memory.memory;
	pool->slots = slots;
	pool->slot_bytes = (uint32_t)need;
	pool->base_slot = d->next_base;
	d->next_base += VGPU_POOL_MAX_SLOTS;
	d->params.present->pool(d->params.present_data, pool->memory.fd, pool->memory.memory,
	                        pool->memory.bytes);
	pool->next = d->pools;
	d->pools = pool;
	enc_vgpuDrawablePool(stream, d->id, pool->memory.id, slots, pool->slot_bytes);
	reap_pools(d);
	return 0;
}

static uint32_t put(GLint *attribs, uint32_t n, GLint key, GLint value)
{
	attribs[n++] = key;
	attribs[n++] = value;
	return n;
}

int vgpu_drawable_create(struct vgpu_client *client, const struct vgpu_drawable_params *params,
                         struct vgpu_drawable **out)
{
	struct vgpu_stream *stream = vgpu_client_stream(client);
	struct vgpu_drawable *d;
	GLint attribs[32];
	uint32_t n = 0;

	if (!stream)
		return -EIO;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->client = client;
	d->params = *params;
	d->id = client->next_id++;
	d->refs = 1;
	d->interval = 1;
	d->width = params->width;
	d->height = params->height;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->changed, NULL);
	n = put(attribs, n, VGPU_DRAW_WIDTH, (GLint)params->width);
	n = put(attribs, n, VGPU_DRAW_HEIGHT, (GLint)params->height);
	n = put(attribs, n, VGPU_DRAW_RED, params->red);
	n = put(attribs, n, VGPU_DRAW_GREEN, params->green);
	n = put(attribs, n, VGPU_DRAW_BLUE, params->blue);
	n = put(attribs, n, VGPU_DRAW_ALPHA, params->alpha);
	n = put(attribs, n, VGPU_DRAW_DEPTH, params->depth);
	n = put(attribs, n, VGPU_DRAW_STENCIL, params->stencil);
	n = put(attribs, n, VGPU_DRAW_SAMPLES, params->samples);
	n = put(attribs, n, VGPU_DRAW_DOUBLE, params->double_buffer);
	n = put(attribs, n, VGPU_DRAW_STEREO, params->stereo);
	n = put(attribs, n, VGPU_DRAW_SRGB, params->srgb);
	n = put(attribs, n, VGPU_DRAW_FLOAT, params->float_color);
	n = put(attribs, n, VGPU_DRAW_KIND, params->kind);
	n = put(attribs, n, VGPU_DRAW_ACCUM, params->accum);
	if (enc_vgpuDrawableCreate(stream, d->id, (GLsizei)n, attribs) != 0x3000 || stream->lost) {
		pthread_cond_destroy(&d->changed);
		pthread_mutex_destroy(&d->lock);
		free(d);
		return stream->lost ? -EIO : -ENOMEM;
	}
	if (params->present) {
		pthread_mutex_lock(&client->lock);
		d->next = client->drawables;
		client->drawables = d;
		pthread_mutex_unlock(&client->lock);
	}
	*out = d;
	return 0;
}

struct vgpu_drawable *vgpu_drawable_ref(struct vgpu_drawable *d)
{
	d->refs++;
	return d;
}

uint32_t vgpu_drawable_id(const struct vgpu_drawable *d)
{
	return d->id;
}

struct vgpu_drawable *vgpu_drawable_next(struct vgpu_drawable *d)
{
	return d->next;
}

static void unlink_drawable(struct vgpu_drawable *d)
{
	struct vgpu_client *client = d->client;

	pthread_mutex_lock(&client->show_lock);
	pthread_mutex_lock(&client->lock);
	for (struct vgpu_drawable **at = &client->drawables; *at; at = &(*at)->next) {
		if (*at == d) {
			*at = d->next;
			break;
		}
	}
	pthread_mutex_unlock(&client->lock);
	pthread_mutex_unlock(&client->show_lock);
}

void vgpu_drawable_destroy(struct vgpu_drawable *d)
{
	struct vgpu_stream *stream;

	if (!d || --d->refs > 0)
		return;
	if (d->params.present) {
		/* what was swapped before is still shown, as natively */
		vgpu_drawable_drain(d);
		unlink_drawable(d);
		d->params.present->destroy(d->params.present_data);
	}
	stream = vgpu_client_stream(d->client);
	if (stream)
		enc_vgpuDrawableDestroy(stream, d->id);
	while (d->pools) {
		struct pool *pool = d->pools;
		struct vgpu_transport *t = d->client->transport;

		d->pools = pool->next;
		t->impl->pool_close(t, &pool->memory);
		free(pool);
	}
	pthread_cond_destroy(&d->changed);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void vgpu_drawable_size(struct vgpu_drawable *d, uint32_t *width, uint32_t *height)
{
	pthread_mutex_lock(&d->lock);
	*width = d->width;
	*height = d->height;
	pthread_mutex_unlock(&d->lock);
}

void vgpu_drawable_check_size(struct vgpu_drawable *d)
{
	struct vgpu_stream *stream;
	uint32_t width, height;

	if (!d->params.present || stale(d) ||
	    !d->params.present->size(d->params.present_data, &width, &height))
		return;
	if (width > VGPU_MAX_DRAWABLE_DIM || height > VGPU_MAX_DRAWABLE_DIM)
		return;
	pthread_mutex_lock(&d->lock);
	stream = vgpu_client_stream(d->client);
	if (stream && !d->frozen && (width != d->width || height != d->height)) {
		d->kept = false;
		d->width = width;
		d->height = height;
		enc_vgpuDrawableResize(stream, d->id, (GLsizei)width, (GLsizei)height);
	}
	pthread_mutex_unlock(&d->lock);
}

void vgpu_drawable_set_swap_interval(struct vgpu_drawable *d, int interval)
{
	pthread_mutex_lock(&d->lock);
	d->interval = interval;
	pthread_mutex_unlock(&d->lock);
}

bool vgpu_drawable_double_buffered(const struct vgpu_drawable *d)
{
	return d->params.double_buffer;
}

int vgpu_drawable_buffer_age(struct vgpu_drawable *d)
{
	int age;

	vgpu_drawable_check_size(d);
	pthread_mutex_lock(&d->lock);
	/* a swap copies: the back buffer stays as it is until it gets another size */
	age = d->kept && !stale(d) ? 1 : 0;
	d->frozen = age > 0;
	pthread_mutex_unlock(&d->lock);
	return age;
}

void *vgpu_drawable_present_data(struct vgpu_drawable *d)
{
	return d->params.present_data;
}

/* A free slot of the newest pool; waits for one. Returns -1 when lost. The lock is held. */
static int take_slot(struct vgpu_drawable *d)
{
	for (;;) {
		struct pool *pool = d->pools;

		for (uint32_t i = 0; i < pool->slots; i++)
			if (pool->state[i] == SLOT_FREE)
				return (int)i;
		if (stale(d))
			return -1;
		wait_changed(d);
	}
}

/* Put the front buffer, after a swap or as it is, on the window. */
static int frame(struct vgpu_drawable *d, bool swap)
{
	struct vgpu_stream *stream = vgpu_client_stream(d->client);
	int slot, rc;

	if (!stream || stale(d))
		return -EIO;
	if (!d->params.present) {
		if (swap)
			enc_vgpuSwap(stream, d->id, VGPU_SLOT_NONE, 0);
		vgpu_order_flush(stream);
		return 0;
	}
	rc = vgpu_frames_start(d->client);
	if (rc)
		return rc;
	/* Waiting for a slot while commands lie unseen in the ring would wait for ever. */
	vgpu_stream_flush(stream);
	pthread_mutex_lock(&d->lock);
	rc = ensure_pool(d, stream);
	slot = rc ? -1 : take_slot(d);
	if (slot >= 0) {
		struct pool *pool = d->pools;

		pool->state[slot] = SLOT_QUEUED;
		pool->seq[slot] = d->next_seq++;
		__atomic_store_n(&pool->shared[slot].state, VGPU_SLOT_QUEUED, __ATOMIC_RELEASE);
		if (swap)
			enc_vgpuSwap(stream, d->id, (GLuint)slot, pool->seq[slot]);
		else
			enc_vgpuFlushFront(stream, d->id, (GLuint)slot, pool->seq[slot]);
	} else if (!rc) {
		rc = -EIO;
	}
	if (swap && !rc) {
		d->kept = true;
		d->frozen = false;
	}
	pthread_mutex_unlock(&d->lock);
	vgpu_order_flush(stream); /* a swap is a flush as well */
	/* after it: what has been drawn for the old size is shown with that */
	if (!rc)
		vgpu_drawable_check_size(d);
	return rc;
}

int vgpu_drawable_swap(struct vgpu_drawable *d)
{
	return frame(d, true);
}

int vgpu_drawable_flush_front(struct vgpu_drawable *d)
{
	return d->params.present ? frame(d, false) : 0;
}

void vgpu_drawable_frame_done(struct vgpu_drawable *d, uint32_t slot)
{
	pthread_mutex_lock(&d->lock);
	for (struct pool *pool = d->pools; pool; pool = pool->next) {
		uint32_t i = slot - pool->base_slot;

		if (i < pool->slots && pool->state[i] == SLOT_SHOWING) {
			__atomic_store_n(&pool->shared[i].state, VGPU_SLOT_FREE, __ATOMIC_RELEASE);
			pool->state[i] = SLOT_FREE;
			break;
		}
	}
	pthread_cond_broadcast(&d->changed);
	pthread_mutex_unlock(&d->lock);
}

/* The slot whose frame is the next to show and is ready. The lock is held. */
static struct pool *next_ready(struct vgpu_drawable *d, uint32_t *slot_out)
{
	for (struct pool *pool = d->pools; pool; pool = pool->next) {
		for (uint32_t i = 0; i < pool->slots; i++) {
			if (pool->state[i] != SLOT_QUEUED || pool->seq[i] != d->show_seq)
				continue;
			if (__atomic_load_n(&pool->shared[i].state, __ATOMIC_ACQUIRE) !=
			    VGPU_SLOT_READY)
				return NULL;
			*slot_out = i;
			return pool;
		}
	}
	return NULL;
}

void vgpu_drawable_show_ready(struct vgpu_drawable *d)
{
	struct pool *pool;
	uint32_t i;

	pthread_mutex_lock(&d->lock);
	while ((pool = next_ready(d, &i)) != NULL) {
		struct vgpu_frame_slot info = pool->shared[i];
		uint64_t offset = VGPU_POOL_HEADER + (uint64_t)i * pool->slot_bytes;
		struct vgpu_show_frame frame = {
			.drawable = d,
			.slot = pool->base_slot + i,
			.pixels = (const uint8_t *)pool->memory.memory + offset,
			.offset = offset,
			.width = info.width,
			.height = info.height,
			.stride = info.stride,
			.swap_interval = d->interval > 0 ? (uint32_t)d->interval : 0,
		};
		bool good = info.width > 0 && info.height > 0 &&
		            info.width <= VGPU_MAX_DRAWABLE_DIM &&
		            info.height <= VGPU_MAX_DRAWABLE_DIM && info.stride == info.width * 4 &&
		            (uint64_t)info.stride * info.height <= pool->slot_bytes;

		pool->state[i] = SLOT_SHOWING;
		d->show_seq++;
		pthread_mutex_unlock(&d->lock);
		if (good)
			d->params.present->show(d->params.present_data, &frame);
		else
			vgpu_drawable_frame_done(d, frame.slot);
		pthread_mutex_lock(&d->lock);
	}
	pthread_mutex_unlock(&d->lock);
}

void vgpu_drawable_wake(struct vgpu_drawable *d)
{
	pthread_cond_broadcast(&d->changed);
}

void vgpu_drawable_drain(struct vgpu_drawable *d)
{
	struct vgpu_stream *stream = vgpu_client_stream(d->client);

	if (stream)
		vgpu_stream_flush(stream);
	pthread_mutex_lock(&d->lock);
	while (!stale(d)) {
		bool busy = false;

		for (struct pool *pool = d->pools; pool; pool = pool->next)
			busy |= !pool_idle(pool);
		if (!busy)
			break;
		wait_changed(d);
	}
	pthread_mutex_unlock(&d->lock);
}

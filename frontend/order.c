/* SPDX-License-Identifier: MIT */
/*
 * Marks and followers (order.h). No locks: the list of streams only grows, and
 * a mark becomes visible to a thread in the way in which the program itself
 * tells that thread that there is something to use.
 */
#include "frontend/order.h"

#include "encode.h"
#include "frontend/connection.h"

void vgpu_order_join(struct vgpu_stream *s)
{
	struct vgpu_client *client = s->client;
	struct vgpu_stream *first = atomic_load(&client->streams);

	atomic_store(&s->order.behind, true);
	do
		s->order.all_next = first;
	while (!atomic_compare_exchange_weak(&client->streams, &first, s));
}

static void mark(struct vgpu_stream *s, struct vgpu_order_mark *m)
{
	atomic_store(&m->position, s->position);
	atomic_store(&m->epoch, atomic_fetch_add(&s->client->order_epoch, 1) + 1);
}

/* behind before limit: vgpu_stream_more does it the other way round, so one of both sees it. */
static void poke(struct vgpu_stream *s)
{
	atomic_store(&s->order.behind, true);
	atomic_store(&s->limit, NULL);
}

static bool related(const struct vgpu_stream *s, const struct vgpu_share *share)
{
	return atomic_load(&s->client->order_all) || atomic_load(&s->order.share) == share;
}

void vgpu_order_flush(struct vgpu_stream *s)
{
	struct vgpu_share *share = atomic_load(&s->order.share);
	struct vgpu_stream *t;

	if (s->lost)
		return;
	vgpu_stream_flush(s);
	atomic_store(&s->order.flushed_share, share);
	mark(s, &s->order.flushed);
	for (t = atomic_load(&s->client->streams); t; t = t->order.all_next) {
		if (t != s && related(t, share))
			poke(t);
	}
}

void vgpu_order_release(struct vgpu_stream *s)
{
	struct vgpu_stream *t;

	if (s->lost)
		return;
	vgpu_stream_flush(s);
	mark(s, &s->order.released);
	for (t = atomic_load(&s->client->streams); t; t = t->order.all_next) {
		if (t != s)
			poke(t);
	}
}

void vgpu_order_share(struct vgpu_stream *s, struct vgpu_share *share)
{
	if (atomic_load(&s->order.share) == share)
		return;
	atomic_store(&s->order.share, share);
	if (!share)
		return;
	s->order.seen = 0; /* flushes of this group have not been looked at */
	poke(s);
}

void vgpu_order_all(struct vgpu_client *client)
{
	atomic_store(&client->order_all, true);
}

/* Up to where stream s has to wait for t; 0: not at all. */
static uint64_t wait_position(const struct vgpu_stream *s, const struct vgpu_stream *t)
{
	const struct vgpu_order *o = &t->order;
	uint64_t position = 0;

	if (atomic_load(&o->released.epoch) > s->order.seen)
		position = atomic_load(&o->released.position);
	if (atomic_load(&o->flushed.epoch) > s->order.seen &&
	    related(s, atomic_load(&o->flushed_share))) {
		uint64_t flushed = atomic_load(&o->flushed.position);

		if (flushed > position)
			position = flushed;
	}
	return position && vgpu_stream_is_past(t, position) ? 0 : position;
}

void vgpu_order_follow(struct vgpu_stream *s)
{
	uint64_t epoch, position;
	struct vgpu_stream *t;

	atomic_store(&s->order.behind, false);
	epoch = atomic_load(&s->client->order_epoch);
	for (t = atomic_load(&s->client->streams); t; t = t->order.all_next) {
		position = t == s ? 0 : wait_position(s, t);
		if (position)
			enc_vgpuStreamWait(s, t->id, position);
	}
	s->order.seen = epoch;
}

/* SPDX-License-Identifier: MIT */
#include "protocol/ring.h"

#include <errno.h>
#include <string.h>

void vgpu_ring_init(struct vgpu_ring *ring, struct vgpu_ring_shared *shared, uint8_t *data,
                    uint32_t size)
{
	*ring = (struct vgpu_ring){ .shared = shared, .data = data, .size = size };
}

int64_t vgpu_ring_readable(struct vgpu_ring *ring)
{
	uint32_t untrusted_prod = atomic_load_explicit(&ring->shared->prod, memory_order_acquire);

	if (untrusted_prod - ring->cons > ring->size)
		return -EPROTO;
	ring->prod = untrusted_prod;
	return untrusted_prod - ring->cons;
}

/*
 * A store of the own index, then a look at what the other end sleeps for; 0: it is
 * awake. The fence pairs with the one in set_waiting: either the sleeper sees the
 * new index on its last look, or this end sees that it sleeps.
 */
static uint32_t advance(_Atomic uint32_t *index, uint32_t value, _Atomic uint32_t *waiting)
{
	atomic_store_explicit(index, value, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(waiting, memory_order_relaxed);
}

static void set_waiting(_Atomic uint32_t *flag, uint32_t bytes)
{
	atomic_store_explicit(flag, bytes, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

bool vgpu_ring_consume(struct vgpu_ring *ring, uint32_t n)
{
	uint32_t untrusted_wanted;

	ring->cons += n;
	untrusted_wanted = advance(&ring->shared->cons, ring->cons, &ring->shared->prod_waiting);
	/*
	 * The producer may have written more than this end has seen: then it is woken too early
	 * and sleeps again, but never too late, for this end goes on until it has seen all.
	 */
	return untrusted_wanted && ring->size - (ring->prod - ring->cons) >= untrusted_wanted;
}

int64_t vgpu_ring_writable(struct vgpu_ring *ring)
{
	uint32_t untrusted_cons = atomic_load_explicit(&ring->shared->cons, memory_order_acquire);

	if (ring->prod - untrusted_cons > ring->size)
		return -EPROTO;
	ring->cons = untrusted_cons;
	return ring->size - (ring->prod - untrusted_cons);
}

bool vgpu_ring_publish(struct vgpu_ring *ring, uint32_t prod)
{
	ring->prod = prod;
	return advance(&ring->shared->prod, prod, &ring->shared->cons_waiting) != 0;
}

bool vgpu_ring_publish_early(struct vgpu_ring *ring, uint32_t prod)
{
	ring->prod = prod;
	atomic_store_explicit(&ring->shared->prod, prod, memory_order_release);
	return atomic_load_explicit(&ring->shared->cons_waiting, memory_order_relaxed) != 0;
}

void vgpu_ring_cons_waiting(struct vgpu_ring *ring, uint32_t bytes)
{
	set_waiting(&ring->shared->cons_waiting, bytes);
}

void vgpu_ring_prod_waiting(struct vgpu_ring *ring, uint32_t bytes)
{
	set_waiting(&ring->shared->prod_waiting, bytes);
}

void vgpu_ring_copy_in(struct vgpu_ring *ring, uint32_t at, const void *src, uint32_t n)
{
	uint32_t offset = at & (ring->size - 1);
	uint32_t first = ring->size - offset < n ? ring->size - offset : n;

	memcpy(ring->data + offset, src, first);
	memcpy(ring->data, (const uint8_t *)src + first, n - first);
}

void vgpu_ring_copy_out(const struct vgpu_ring *ring, uint32_t at, void *dst, uint32_t n)
{
	uint32_t offset = at & (ring->size - 1);
	uint32_t first = ring->size - offset < n ? ring->size - offset : n;

	memcpy(dst, ring->data + offset, first);
	memcpy((uint8_t *)dst + first, ring->data, n - first);
}

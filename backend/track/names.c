/* SPDX-License-Identifier: MIT */
/*
 * Name tables: two radix trees of four levels of eight bits, one from guest to
 * host and one back. Chunks are never freed or moved while the table lives, and
 * every cell is atomic, so that a reader needs no lock. What a hostile guest
 * can make it hold is capped: names scattered over all 32 bits cost a path each.
 */
#include "backend/track/names.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "protocol/wire.h"

#define BITS 8
#define CELLS (1u << BITS)
#define MASK (CELLS - 1)
#define MAX_TREE_BYTES (64u << 20)

struct leaf {
	_Atomic uint32_t value[CELLS];
};

struct branch {
	/* struct branch, or struct leaf in the lowest level */
	_Atomic(void *) child[CELLS];
};

struct tree {
	struct branch root;
	size_t bytes; /* writer only */
};

struct vgpu_names {
	struct tree host_of;  /* by guest name */
	struct tree guest_of; /* by host name */
	_Atomic uint32_t count;
};

static uint32_t tree_get(const struct tree *tree, uint32_t key)
{
	const void *node = &tree->root;
	int shift;

	for (shift = 24; shift > 0; shift -= BITS) {
		const struct branch *branch = node;

		node = atomic_load_explicit(&branch->child[(key >> shift) & MASK],
		                            memory_order_acquire);
		if (!node)
			return 0;
	}
	return atomic_load_explicit(&((const struct leaf *)node)->value[key & MASK],
	                            memory_order_acquire);
}

/* The cell of a key, made if it is not there. NULL when a cap or memory is short. */
static _Atomic uint32_t *tree_cell(struct tree *tree, uint32_t key, int *rc)
{
	void *node = &tree->root;
	int shift;

	for (shift = 24; shift > 0; shift -= BITS) {
		struct branch *branch = node;
		_Atomic(void *) *child = &branch->child[(key >> shift) & MASK];
		size_t size = shift > BITS ? sizeof(struct branch) : sizeof(struct leaf);

		node = atomic_load_explicit(child, memory_order_relaxed);
		if (node)
			continue;
		if (tree->bytes > MAX_TREE_BYTES - size) {
			*rc = -ENOSPC;
			return NULL;
		}
		node = calloc(1, size);
		if (!node) {
			*rc = -ENOMEM;
			return NULL;
		}
		tree->bytes += size;
		atomic_store_explicit(child, node, memory_order_release);
	}
	return &((struct leaf *)node)->value[key & MASK];
}

/* Set a cell that exists. */
static void tree_set(struct tree *tree, uint32_t key, uint32_t value)
{
	int rc = 0;
	_Atomic uint32_t *cell = tree_cell(tree, key, &rc);

	if (cell)
		atomic_store_explicit(cell, value, memory_order_release);
}

static void branch_free(struct branch *branch, int depth)
{
	unsigned int i;

	for (i = 0; i < CELLS; i++) {
		void *child = atomic_load_explicit(&branch->child[i], memory_order_relaxed);

		if (!child)
			continue;
		if (depth > 1)
			branch_free(child, depth - 1);
		free(child);
	}
}

struct vgpu_names *vgpu_names_create(void)
{
	return calloc(1, sizeof(struct vgpu_names));
}

void vgpu_names_destroy(struct vgpu_names *names)
{
	if (!names)
		return;
	branch_free(&names->host_of.root, 3);
	branch_free(&names->guest_of.root, 3);
	free(names);
}

uint32_t vgpu_names_host(const struct vgpu_names *names, uint32_t guest)
{
	return guest ? tree_get(&names->host_of, guest) : 0;
}

uint32_t vgpu_names_guest(const struct vgpu_names *names, uint32_t host)
{
	return host ? tree_get(&names->guest_of, host) : 0;
}

int vgpu_names_add(struct vgpu_names *names, uint32_t guest, uint32_t host)
{
	_Atomic uint32_t *host_cell, *guest_cell;
	uint32_t stale;
	int rc = 0;

	if (!guest || !host)
		return -EINVAL;
	if (tree_get(&names->host_of, guest))
		return -EEXIST;
	if (names->count >= VGPU_MAX_NAMES)
		return -ENOSPC;
	host_cell = tree_cell(&names->host_of, guest, &rc);
	if (!host_cell)
		return rc;
	guest_cell = tree_cell(&names->guest_of, host, &rc);
	if (!guest_cell)
		return rc;
	/* the host uses a number again: whatever it named before is gone */
	stale = atomic_load_explicit(guest_cell, memory_order_relaxed);
	if (stale && tree_get(&names->host_of, stale) == host) {
		tree_set(&names->host_of, stale, 0);
		names->count--;
	}
	atomic_store_explicit(guest_cell, guest, memory_order_release);
	atomic_store_explicit(host_cell, host, memory_order_release);
	names->count++;
	return 0;
}

static uint32_t forward_remove(struct vgpu_names *names, uint32_t guest)
{
	uint32_t host = vgpu_names_host(names, guest);

	if (!host)
		return 0;
	tree_set(&names->host_of, guest, 0);
	names->count--;
	return host;
}

uint32_t vgpu_names_remove(struct vgpu_names *names, uint32_t guest)
{
	uint32_t host = forward_remove(names, guest);

	if (host)
		tree_set(&names->guest_of, host, 0);
	return host;
}

uint32_t vgpu_names_retire(struct vgpu_names *names, uint32_t guest)
{
	return forward_remove(names, guest);
}

uint32_t vgpu_names_count(const struct vgpu_names *names)
{
	return names->count;
}

static bool branch_each(const struct branch *branch, int depth, uint32_t prefix,
                        bool (*fn)(uint32_t guest, uint32_t host, void *data), void *data)
{
	unsigned int i, j;

	for (i = 0; i < CELLS; i++) {
		void *child = atomic_load_explicit(&branch->child[i], memory_order_acquire);
		uint32_t key = (prefix << BITS) | i;

		if (!child)
			continue;
		if (depth > 1) {
			if (!branch_each(child, depth - 1, key, fn, data))
				return false;
			continue;
		}
		for (j = 0; j < CELLS; j++) {
			uint32_t host = atomic_load_explicit(&((struct leaf *)child)->value[j],
			                                     memory_order_acquire);

			if (host && !fn((key << BITS) | j, host, data))
				return false;
		}
	}
	return true;
}

void vgpu_names_each(const struct vgpu_names *names,
                     bool (*fn)(uint32_t guest, uint32_t host, void *data), void *data)
{
	branch_each(&names->host_of.root, 3, 0, fn, data);
}

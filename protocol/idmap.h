/* SPDX-License-Identifier: MIT */
/*
 * A hash table from a non-zero 32-bit number to a pointer or number: object
 * records at both ends. Not thread-safe. Memory grows with the number of
 * entries and is bounded by whoever bounds those.
 */
#ifndef VGPU_PROTOCOL_IDMAP_H
#define VGPU_PROTOCOL_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_idmap_slot {
	uint32_t id; /* 0: free */
	uintptr_t value;
};

/* Storage is the owner's; all zero is an empty map. */
struct vgpu_idmap {
	struct vgpu_idmap_slot *slots;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

/* The value of id, 0 when there is none. */
uintptr_t vgpu_idmap_get(const struct vgpu_idmap *map, uint32_t id);
/* Set or replace. id and value must not be 0. Returns 0, -EINVAL or -ENOMEM. */
int vgpu_idmap_set(struct vgpu_idmap *map, uint32_t id, uintptr_t value);
/* Remove; returns the value that was there, 0 when none. */
uintptr_t vgpu_idmap_remove(struct vgpu_idmap *map, uint32_t id);
/*
 * Walk: start with *cursor 0; returns false at the end. The map must not be
 * changed meanwhile.
 */
bool vgpu_idmap_next(const struct vgpu_idmap *map, uint32_t *cursor, uint32_t *id_out,
                     uintptr_t *value_out);
/* Free the table, not what the values point to. */
void vgpu_idmap_finish(struct vgpu_idmap *map);

#endif

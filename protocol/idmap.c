/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing; removal shifts the cluster back. */
#include "protocol/idmap.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t home(const struct vgpu_idmap *map, uint32_t id)
{
	return (id * 2654435769u >> 7) & (map->size - 1);
}

static struct vgpu_idmap_slot *find(const struct vgpu_idmap *map, uint32_t id)
{
	uint32_t i;

	for (i = home(map, id); map->slots[i].id && map->slots[i].id != id;)
		i = (i + 1) & (map->size - 1);
	return &map->slots[i];
}

uintptr_t vgpu_idmap_get(const struct vgpu_idmap *map, uint32_t id)
{
	struct vgpu_idmap_slot *slot;

	if (!map->size || !id)
		return 0;
	slot = find(map, id);
	return slot->id ? slot->value : 0;
}

static int grow(struct vgpu_idmap *map)
{
	struct vgpu_idmap bigger = { .size = map->size ? map->size * 2 : 16 };
	uint32_t i;

	bigger.slots = bigger.size ? calloc(bigger.size, sizeof(*bigger.slots)) : NULL;
	if (!bigger.slots)
		return -ENOMEM;
	for (i = 0; i < map->size; i++) {
		if (map->slots[i].id)
			*find(&bigger, map->slots[i].id) = map->slots[i];
	}
	bigger.count = map->count;
	free(map->slots);
	*map = bigger;
	return 0;
}

int vgpu_idmap_set(struct vgpu_idmap *map, uint32_t id, uintptr_t value)
{
	struct vgpu_idmap_slot *slot;
	int rc;

	if (!id || !value)
		return -EINVAL;
	if (map->count >= map->size - map->size / 4) {
		rc = grow(map);
		if (rc)
			return rc;
	}
	slot = find(map, id);
	if (!slot->id)
		map->count++;
	slot->id = id;
	slot->value = value;
	return 0;
}

uintptr_t vgpu_idmap_remove(struct vgpu_idmap *map, uint32_t id)
{
	struct vgpu_idmap_slot *slot;
	uintptr_t value;
	uint32_t hole, i, h;

	if (!map->size || !id)
		return 0;
	slot = find(map, id);
	if (!slot->id)
		return 0;
	value = slot->value;
	hole = (uint32_t)(slot - map->slots);
	for (i = (hole + 1) & (map->size - 1); map->slots[i].id; i = (i + 1) & (map->size - 1)) {
		h = home(map, map->slots[i].id);
		/* may it move to the hole? not if its home lies cyclically in (hole, i] */
		if (hole <= i ? (hole < h && h <= i) : (hole < h || h <= i))
			continue;
		map->slots[hole] = map->slots[i];
		hole = i;
	}
	map->slots[hole] = (struct vgpu_idmap_slot){ 0 };
	map->count--;
	return value;
}

bool vgpu_idmap_next(const struct vgpu_idmap *map, uint32_t *cursor, uint32_t *id_out,
                     uintptr_t *value_out)
{
	while (*cursor < map->size) {
		const struct vgpu_idmap_slot *slot = &map->slots[(*cursor)++];

		if (slot->id) {
			*id_out = slot->id;
			*value_out = slot->value;
			return true;
		}
	}
	return false;
}

void vgpu_idmap_finish(struct vgpu_idmap *map)
{
	free(map->slots);
	*map = (struct vgpu_idmap){ 0 };
}

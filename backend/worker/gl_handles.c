/* SPDX-License-Identifier: MIT */
/* The handles of a share group (gl_handles.h): a hash table that drops what is gone when it grows.
 */
#include "backend/worker/gl_handles.h"

#include <errno.h>
#include <stdlib.h>

#include "backend/worker/context.h"
#include "backend/worker/names.h"
#include "protocol/wire.h"

#define FIRST_SLOTS 64u

struct handle {
	uint64_t handle; /* 0: free */
	enum vgpu_handle_kind kind;
	uint32_t texture, host_texture; /* guest and host name when it was given */
	uint32_t sampler, host_sampler;
};

struct vgpu_whandles {
	struct handle *slots;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

void vgpu_whandles_destroy(struct vgpu_whandles *handles)
{
	if (handles)
		free(handles->slots);
	free(handles);
}

static uint32_t hash(uint64_t handle)
{
	return (uint32_t)(handle * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* The slot of a handle, or the free one where it belongs. There is always a free one. */
static struct handle *slot_of(const struct vgpu_whandles *t, enum vgpu_handle_kind kind,
			      uint64_t handle)
{
	uint32_t i = hash(handle) & (t->size - 1);

	while (t->slots[i].handle && (t->slots[i].handle != handle || t->slots[i].kind != kind))
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

/* A name that was deleted, or deleted and made anew, is not the object that the handle is of. */
static bool alive(struct vgpu_replay *r, const struct handle *h)
{
	return vgpu_names_host(r->share->names[VGPU_NAME_TEXTURE], h->texture) == h->host_texture &&
	       (!h->sampler ||
		vgpu_names_host(r->share->names[VGPU_NAME_SAMPLER], h->sampler) == h->host_sampler);
}

/* Room for one more: leave out what is gone, then twice the size if it is still half full. */
static int grow(struct vgpu_replay *r, struct vgpu_whandles *t)
{
	struct vgpu_whandles next = { 0 };
	uint32_t i, living = 0;

	if (t->count < t->size / 2)
		return 0;
	for (i = 0; i < t->size; i++)
		living += t->slots[i].handle && alive(r, &t->slots[i]);
	if (living >= VGPU_MAX_HANDLES)
		return -ENOSPC;
	for (next.size = FIRST_SLOTS; next.size / 4 <= living; next.size *= 2)
		;
	next.slots = calloc(next.size, sizeof(*next.slots));
	if (!next.slots)
		return -ENOMEM;
	for (i = 0; i < t->size; i++) {
		if (t->slots[i].handle && alive(r, &t->slots[i])) {
			*slot_of(&next, t->slots[i].kind, t->slots[i].handle) = t->slots[i];
			next.count++;
		}
	}
	free(t->slots);
	*t = next;
	return 0;
}

int vgpu_whandle_add(struct vgpu_replay *r, enum vgpu_handle_kind kind, uint64_t handle,
		     uint32_t texture, uint32_t sampler)
{
	struct vgpu_whandles *t;
	struct handle *h;
	int rc = 0;

	if (!handle)
		return 0;
	pthread_mutex_lock(&r->share->lock);
	t = r->share->handles;
	if (!t)
		t = r->share->handles = calloc(1, sizeof(*t));
	rc = t ? grow(r, t) : -ENOMEM;
	if (!rc) {
		h = slot_of(t, kind, handle);
		t->count += !h->handle;
		*h = (struct handle){
			.handle = handle, .kind = kind, .texture = texture, .sampler = sampler
		};
		h->host_texture = vgpu_names_host(r->share->names[VGPU_NAME_TEXTURE], texture);
		h->host_sampler = vgpu_names_host(r->share->names[VGPU_NAME_SAMPLER], sampler);
	}
	pthread_mutex_unlock(&r->share->lock);
	return rc;
}

bool vgpu_whandle_known(struct vgpu_replay *r, enum vgpu_handle_kind kind, uint64_t handle)
{
	const struct vgpu_whandles *t;
	const struct handle *h;
	bool known = false;
	int k;

	if (!handle)
		return false;
	pthread_mutex_lock(&r->share->lock);
	t = r->share->handles;
	for (k = 0; t && t->size && !known && k < VGPU_HANDLE_ANY; k++) {
		if (kind != VGPU_HANDLE_ANY && kind != (enum vgpu_handle_kind)k)
			continue;
		h = slot_of(t, (enum vgpu_handle_kind)k, handle);
		known = h->handle && alive(r, h);
	}
	pthread_mutex_unlock(&r->share->lock);
	return known;
}

/* SPDX-License-Identifier: MIT */
#include "frontend/present/queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void vgpu_show_push(struct vgpu_show_queue *queue, const struct vgpu_show_frame *frame)
{
	queue->frames[queue->count++] = *frame;
}

bool vgpu_show_pop(struct vgpu_show_queue *queue, struct vgpu_show_frame *frame_out)
{
	if (queue->count == 0)
		return false;
	*frame_out = queue->frames[0];
	queue->count--;
	memmove(queue->frames, queue->frames + 1, queue->count * sizeof(queue->frames[0]));
	return true;
}

bool vgpu_show_within(const void *pixels, const void *base, uint64_t bytes)
{
	const uint8_t *p = pixels, *from = base;

	return p >= from && (uint64_t)(p - from) < bytes;
}

void vgpu_show_drop(struct vgpu_show_queue *queue, const void *base, uint64_t bytes)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < queue->count; i++) {
		if (!vgpu_show_within(queue->frames[i].pixels, base, bytes))
			queue->frames[kept++] = queue->frames[i];
	}
	queue->count = kept;
}

void vgpu_done_add(struct vgpu_done_list *done, struct vgpu_done_owner *owner,
                   struct vgpu_drawable *drawable, uint32_t slot)
{
	if (done->count == done->room) {
		unsigned int room = done->room ? 2 * done->room : 32;
		struct vgpu_done *list = realloc(done->list, room * sizeof(*list));

		if (!list)
			return;
		done->list = list;
		done->room = room;
	}
	done->list[done->count++] = (struct vgpu_done){ owner, drawable, slot };
}

void vgpu_done_tell(struct vgpu_done_list *done)
{
	while (done->count > 0) {
		struct vgpu_done first = done->list[0];

		done->count--;
		memmove(done->list, done->list + 1, done->count * sizeof(*done->list));
		first.owner->callbacks++;
		pthread_mutex_unlock(done->lock);
		vgpu_drawable_frame_done(first.drawable, first.slot);
		pthread_mutex_lock(done->lock);
		first.owner->callbacks--;
		if (first.owner->dying)
			pthread_cond_broadcast(done->cond);
	}
}

void vgpu_done_forget(struct vgpu_done_list *done, struct vgpu_done_owner *owner)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < done->count; i++) {
		if (done->list[i].owner != owner)
			done->list[kept++] = done->list[i];
	}
	done->count = kept;
	while (owner->callbacks > 0)
		pthread_cond_wait(done->cond, done->lock);
}

void vgpu_done_free(struct vgpu_done_list *done)
{
	free(done->list);
	done->list = NULL;
	done->count = done->room = 0;
}

bool vgpu_show_mappable(int fd, uint64_t bytes)
{
	const char *wish = getenv("VGPU_PRESENT");
	struct stat st;

	if (wish && strcmp(wish, "copy") == 0)
		return false;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size >= bytes;
}

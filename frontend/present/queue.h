/* SPDX-License-Identifier: MIT */
/*
 * What all presenters do with frames: keep them until they are due, and tell
 * their drawables when they are finished. Both lists belong to a window system's
 * connection and are guarded by its lock.
 */
#ifndef VGPU_PRESENT_QUEUE_H
#define VGPU_PRESENT_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "frontend/client.h"

#define VGPU_SHOW_MAX (2 * VGPU_POOL_MAX_SLOTS) /* the old pool's slots and the new one's */

/* Frames that are not due yet, the oldest first. Zeros: empty. */
struct vgpu_show_queue {
	struct vgpu_show_frame frames[VGPU_SHOW_MAX];
	unsigned int count;
};

/* Append; the queue must not be full (count < VGPU_SHOW_MAX). */
void vgpu_show_push(struct vgpu_show_queue *queue, const struct vgpu_show_frame *frame);
/* Take the oldest. False: there is none. */
bool vgpu_show_pop(struct vgpu_show_queue *queue, struct vgpu_show_frame *frame_out);
/* Forget the frames whose pixels lie in this pool. */
void vgpu_show_drop(struct vgpu_show_queue *queue, const void *base, uint64_t bytes);
/* Whether a frame's pixels lie in this pool. */
bool vgpu_show_within(const void *pixels, const void *base, uint64_t bytes);

/* Who is told: a part of each window's presenter. Zeros to begin with. */
struct vgpu_done_owner {
	unsigned int callbacks; /* running calls of vgpu_drawable_frame_done */
	bool dying;             /* no more calls */
};

struct vgpu_done {
	struct vgpu_done_owner *owner;
	struct vgpu_drawable *drawable;
	uint32_t slot;
};

/* Finished frames whose drawables do not know it yet. Zeros but for the lock: empty. */
struct vgpu_done_list {
	pthread_mutex_t *lock; /* the connection's; guards the list */
	pthread_cond_t *cond;  /* signalled when the last call of a dying owner returns */
	struct vgpu_done *list;
	unsigned int count, room;
};

/* Lock held. The slot is lost when memory is. */
void vgpu_done_add(struct vgpu_done_list *done, struct vgpu_done_owner *owner,
                   struct vgpu_drawable *drawable, uint32_t slot);
/* Tell all. Lock held; it is dropped meanwhile. No lock of a drawable may be held. */
void vgpu_done_tell(struct vgpu_done_list *done);
/* Forget what is the owner's, which is dying, and wait for its running calls. Lock held. */
void vgpu_done_forget(struct vgpu_done_list *done, struct vgpu_done_owner *owner);
void vgpu_done_free(struct vgpu_done_list *done);

/*
 * Whether another process can map fd, bytes long. Memory of the kernel's Xen
 * drivers cannot: its descriptor is a device's, without a size. Then frames are
 * copied once. VGPU_PRESENT=copy says no for all, for tests.
 */
bool vgpu_show_mappable(int fd, uint64_t bytes);

#endif

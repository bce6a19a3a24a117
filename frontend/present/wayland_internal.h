/* SPDX-License-Identifier: MIT */
/*
 * What the files of the Wayland presenter share: the connection and its thread
 * (wayland.c), one window (wayland_window.c). struct vgpu_wayland is guarded by
 * its lock, and so is all of its windows.
 */
#ifndef VGPU_PRESENT_WAYLAND_INTERNAL_H
#define VGPU_PRESENT_WAYLAND_INTERNAL_H

#include <pthread.h>
#include <wayland-client.h>

#include "frontend/present/queue.h"
#include "frontend/present/wayland.h"

#define VGPU_WAYLAND_BUFFERS VGPU_SHOW_MAX

/* A pool as the compositor knows it. */
struct vgpu_wayland_pool {
	struct vgpu_wayland_pool *next;
	uint8_t *base;
	uint64_t bytes;
	struct wl_shm_pool *shm; /* NULL: its frames are copied */
};

/* A buffer of the compositor: a place in a pool, or a copy. */
struct vgpu_wayland_buffer {
	struct vgpu_wayland_present *present;
	struct wl_buffer *wl; /* NULL: unused entry */
	struct vgpu_wayland_pool *pool;    /* NULL: the copy below */
	uint8_t *copy;
	size_t copy_bytes;
	const uint8_t *pixels;
	uint32_t width, height, stride;
	struct vgpu_drawable *drawable; /* NULL: released */
	uint32_t slot;
	bool busy;
};

struct vgpu_wayland_present {
	struct vgpu_wayland_present *next;
	struct vgpu_wayland *wayland;
	struct wl_egl_window *window; /* NULL once the program has destroyed it */
	struct wl_surface *surface;   /* a wrapper: its objects use our queue */
	struct wl_callback *callback; /* of the last paced frame; not called yet */
	uint32_t format;
	struct vgpu_wayland_pool *pools;
	struct vgpu_wayland_buffer buffers[VGPU_WAYLAND_BUFFERS];
	struct vgpu_show_queue queue;
	struct vgpu_done_owner done;
};

struct vgpu_wayland {
	struct wl_display *display;
	bool own; /* connected by us */
	struct wl_event_queue *queue;
	struct wl_shm *shm;
	unsigned int refs;
	pthread_t thread;
	pthread_mutex_t lock; /* all below, and the queue's dispatch */
	pthread_cond_t cond;
	int wake_fd;
	bool stop, lost;
	struct vgpu_wayland_present *presents;
	struct vgpu_done_list done;
};

/* Make the event thread look at its list of finished frames. */
void vgpu_wayland_wake(struct vgpu_wayland *wayland);
/* The compositor is gone: the window's buffers are released, nothing waits any more. Lock held. */
void vgpu_wayland_window_lost(struct vgpu_wayland_present *present);

#endif

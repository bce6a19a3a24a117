/* SPDX-License-Identifier: MIT */
/* One window of the Wayland presenter: its buffers, pacing, and what is shown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-egl-backend.h>

#include "frontend/present/wayland_internal.h"

#define BUFFERS VGPU_WAYLAND_BUFFERS

/* ---- buffers ---------------------------------------------------------------------- */

static void release(void *data, struct wl_buffer *wl)
{
	struct vgpu_wayland_buffer *buffer = data;

	buffer->busy = false;
	if (buffer->drawable)
		vgpu_done_add(&buffer->present->wayland->done, &buffer->present->done,
		              buffer->drawable, buffer->slot);
	buffer->drawable = NULL;
}

static const struct wl_buffer_listener buffer_listener = { .release = release };

static void drop_buffer(struct vgpu_wayland_buffer *buffer)
{
	if (buffer->wl)
		wl_buffer_destroy(buffer->wl);
	if (buffer->copy)
		munmap(buffer->copy, buffer->copy_bytes);
	memset(buffer, 0, sizeof(*buffer));
}

static struct vgpu_wayland_pool *find_pool(const struct vgpu_wayland_present *present,
                                           const struct vgpu_show_frame *frame)
{
	struct vgpu_wayland_pool *pool = present->pools;

	while (pool && (frame->pixels < pool->base || frame->pixels >= pool->base + pool->bytes))
		pool = pool->next;
	return pool;
}

static bool same_shape(const struct vgpu_wayland_buffer *buffer, const struct vgpu_show_frame *frame)
{
	return buffer->wl && !buffer->busy && buffer->width == frame->width &&
	       buffer->height == frame->height && buffer->stride == frame->stride;
}

static struct wl_buffer *make_wl(struct vgpu_wayland_present *present, struct wl_shm_pool *shm,
                                 uint64_t offset, const struct vgpu_show_frame *frame)
{
	return wl_shm_pool_create_buffer(shm, (int32_t)offset, (int32_t)frame->width,
	                                 (int32_t)frame->height, (int32_t)frame->stride,
	                                 present->format);
}

/* Memory of our own that the compositor can map. */
static bool make_copy(struct vgpu_wayland_present *present, struct vgpu_wayland_buffer *buffer,
                      const struct vgpu_show_frame *frame)
{
	size_t bytes = (size_t)frame->stride * frame->height;
	int fd = memfd_create("vgpu-frame", MFD_CLOEXEC);
	struct wl_shm_pool *shm;
	void *base = MAP_FAILED;

	if (fd < 0)
		return false;
	if (bytes <= INT32_MAX && ftruncate(fd, (off_t)bytes) == 0)
		base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base != MAP_FAILED) {
		buffer->copy = base;
		buffer->copy_bytes = bytes;
		shm = wl_shm_create_pool(present->wayland->shm, fd, (int32_t)bytes);
		buffer->wl = make_wl(present, shm, 0, frame);
		wl_shm_pool_destroy(shm);
	}
	close(fd);
	return buffer->wl != NULL;
}

/* The buffer for a frame: an old one that fits, or a new one. NULL when memory is short. */
static struct vgpu_wayland_buffer *get_buffer(struct vgpu_wayland_present *present,
                                              const struct vgpu_show_frame *frame)
{
	struct vgpu_wayland_pool *pool = find_pool(present, frame);
	struct vgpu_wayland_buffer *buffer, *unused = NULL;

	if (pool && (!pool->shm || frame->offset > INT32_MAX))
		pool = NULL;
	for (buffer = present->buffers; buffer < present->buffers + BUFFERS; buffer++) {
		if (!buffer->busy && (!unused || unused->wl))
			unused = buffer;
		if (same_shape(buffer, frame) && buffer->pool == pool &&
		    (!pool || buffer->pixels == frame->pixels))
			break;
	}
	if (buffer == present->buffers + BUFFERS) {
		if (!unused)
			return NULL;
		buffer = unused;
		drop_buffer(buffer);
		buffer->present = present;
		buffer->pool = pool;
		buffer->width = frame->width;
		buffer->height = frame->height;
		buffer->stride = frame->stride;
		if (pool)
			buffer->wl = make_wl(present, pool->shm, frame->offset, frame);
		else
			make_copy(present, buffer, frame);
		if (!buffer->wl) {
			drop_buffer(buffer);
			return NULL;
		}
		wl_buffer_add_listener(buffer->wl, &buffer_listener, buffer);
	}
	buffer->pixels = frame->pixels;
	if (!pool)
		memcpy(buffer->copy, frame->pixels, (size_t)frame->stride * frame->height);
	return buffer;
}

/* ---- sending ---------------------------------------------------------------------- */

static void send_due(struct vgpu_wayland_present *present, bool all);

static void frame_shown(void *data, struct wl_callback *callback, uint32_t time)
{
	struct vgpu_wayland_present *present = data;

	wl_callback_destroy(callback);
	present->callback = NULL;
	send_due(present, false);
}

static const struct wl_callback_listener frame_listener = { .done = frame_shown };

static void send_frame(struct vgpu_wayland_present *present, const struct vgpu_show_frame *frame)
{
	struct wl_egl_window *window = present->window;
	struct vgpu_wayland_buffer *buffer = NULL;

	if (window && !present->wayland->lost && frame->width > 0 && frame->height > 0)
		buffer = get_buffer(present, frame);
	if (!buffer) {
		vgpu_done_add(&present->wayland->done, &present->done, frame->drawable,
		              frame->slot);
		return;
	}
	buffer->busy = true;
	if (buffer->pool) {
		buffer->drawable = frame->drawable;
		buffer->slot = frame->slot;
	} else {
		vgpu_done_add(&present->wayland->done, &present->done, frame->drawable,
		              frame->slot);
	}
	if (frame->swap_interval > 0 && !present->callback) {
		present->callback = wl_surface_frame(present->surface);
		wl_callback_add_listener(present->callback, &frame_listener, present);
	}
	wl_surface_attach(present->surface, buffer->wl, window->dx, window->dy);
	window->attached_width = (int)frame->width;
	window->attached_height = (int)frame->height;
	window->dx = window->dy = 0;
	if (wl_proxy_get_version((struct wl_proxy *)present->surface) >=
	    WL_SURFACE_DAMAGE_BUFFER_SINCE_VERSION)
		wl_surface_damage_buffer(present->surface, 0, 0, INT32_MAX, INT32_MAX);
	else
		wl_surface_damage(present->surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(present->surface);
}

/* Send what may be sent: a paced frame only when the one before was shown. */
static void send_due(struct vgpu_wayland_present *present, bool all)
{
	struct vgpu_show_frame frame;

	while ((all || !present->callback || !present->window || present->wayland->lost) &&
	       vgpu_show_pop(&present->queue, &frame))
		send_frame(present, &frame);
}

void vgpu_wayland_window_lost(struct vgpu_wayland_present *present)
{
	for (unsigned int i = 0; i < BUFFERS; i++) {
		if (present->buffers[i].busy)
			release(&present->buffers[i], NULL);
	}
	send_due(present, true);
}

/* ---- struct vgpu_present_impl ----------------------------------------------------- */

static bool present_size(void *data, uint32_t *width, uint32_t *height)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;
	bool alive;

	pthread_mutex_lock(&w->lock);
	alive = present->window && !w->lost;
	if (alive) {
		*width = present->window->width > 0 ? (uint32_t)present->window->width : 1;
		*height = present->window->height > 0 ? (uint32_t)present->window->height : 1;
	}
	pthread_mutex_unlock(&w->lock);
	return alive;
}

static void present_pool(void *data, int fd, void *base, uint64_t bytes)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;
	struct vgpu_wayland_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return; /* its frames are copied */
	pool->base = base;
	pool->bytes = bytes;
	pthread_mutex_lock(&w->lock);
	/* what the compositor cannot map ends the connection: give it only plain memory */
	if (!w->lost && bytes <= INT32_MAX && vgpu_show_mappable(fd, bytes))
		pool->shm = wl_shm_create_pool(w->shm, fd, (int32_t)bytes);
	pool->next = present->pools;
	present->pools = pool;
	pthread_mutex_unlock(&w->lock);
}

/* Its frames are nobody's any more: not shown, not reported. */
static void drop_pool(struct vgpu_wayland_present *present, struct vgpu_wayland_pool **p)
{
	struct vgpu_wayland_pool *pool = *p;

	for (unsigned int i = 0; i < BUFFERS; i++) {
		if (present->buffers[i].pool == pool)
			drop_buffer(&present->buffers[i]);
	}
	vgpu_show_drop(&present->queue, pool->base, pool->bytes);
	if (pool->shm)
		wl_shm_pool_destroy(pool->shm);
	*p = pool->next;
	free(pool);
}

static void present_pool_gone(void *data, void *base)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;
	struct vgpu_wayland_pool **p;

	pthread_mutex_lock(&w->lock);
	for (p = &present->pools; *p && (*p)->base != base; p = &(*p)->next)
		;
	if (*p)
		drop_pool(present, p);
	pthread_mutex_unlock(&w->lock);
}

static void present_show(void *data, const struct vgpu_show_frame *frame)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	if (present->queue.count == VGPU_SHOW_MAX)
		send_due(present, true);
	vgpu_show_push(&present->queue, frame);
	send_due(present, frame->swap_interval == 0);
	if (!w->lost)
		wl_display_flush(w->display);
	vgpu_done_tell(&w->done);
	pthread_mutex_unlock(&w->lock);
}

static void present_destroy(void *data)
{
	struct vgpu_wayland_present *present = data, **p;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	present->done.dying = true;
	for (p = &w->presents; *p && *p != present; p = &(*p)->next)
		;
	if (*p)
		*p = present->next;
	while (present->pools)
		drop_pool(present, &present->pools);
	for (unsigned int i = 0; i < BUFFERS; i++)
		drop_buffer(&present->buffers[i]);
	if (present->callback)
		wl_callback_destroy(present->callback);
	if (present->window) {
		present->window->driver_private = NULL;
		present->window->destroy_window_callback = NULL;
	}
	wl_proxy_wrapper_destroy(present->surface);
	vgpu_done_forget(&w->done, &present->done);
	if (!w->lost)
		wl_display_flush(w->display);
	pthread_mutex_unlock(&w->lock);
	free(present);
	vgpu_wayland_close(w);
}

const struct vgpu_present_impl vgpu_wayland_present_impl = {
	.size = present_size,
	.pool = present_pool,
	.pool_gone = present_pool_gone,
	.show = present_show,
	.destroy = present_destroy,
};

/* ---- creating --------------------------------------------------------------------- */

/* Called by wl_egl_window_destroy; the window is freed afterwards. */
static void window_destroyed(void *data)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	present->window = NULL;
	send_due(present, true);
	if (w->done.count > 0)
		vgpu_wayland_wake(w);
	pthread_mutex_unlock(&w->lock);
}

int vgpu_wayland_present_create(struct vgpu_wayland *wayland, struct wl_egl_window *window,
                                bool opaque, struct vgpu_wayland_present **present_out)
{
	struct vgpu_wayland_present *present;

	if (!window || window->version != WL_EGL_WINDOW_VERSION || !window->surface)
		return -EINVAL;
	if (window->driver_private)
		return -EBUSY;
	present = calloc(1, sizeof(*present));
	if (!present)
		return -ENOMEM;
	present->surface = wl_proxy_create_wrapper(window->surface);
	if (!present->surface) {
		free(present);
		return -ENOMEM;
	}
	wl_proxy_set_queue((struct wl_proxy *)present->surface, wayland->queue);
	present->wayland = wayland;
	present->window = window;
	present->format = opaque ? WL_SHM_FORMAT_XRGB8888 : WL_SHM_FORMAT_ARGB8888;
	window->driver_private = present;
	window->destroy_window_callback = window_destroyed;
	pthread_mutex_lock(&wayland->lock);
	wayland->refs++;
	present->next = wayland->presents;
	wayland->presents = present;
	pthread_mutex_unlock(&wayland->lock);
	*present_out = present;
	return 0;
}

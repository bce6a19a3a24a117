/* SPDX-License-Identifier: MIT */
#include "frontend/present/wayland.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wayland-client.h>
#include <wayland-egl-backend.h>

#define BUFFERS (2 * VGPU_POOL_MAX_SLOTS) /* the old pool's and the new one's */

/* A pool as the compositor knows it. */
struct pool {
	struct pool *next;
	uint8_t *base;
	uint64_t bytes;
	struct wl_shm_pool *shm; /* NULL: its frames are copied */
};

struct frame {
	struct vgpu_drawable *drawable;
	uint32_t slot;
	const uint8_t *pixels;
	uint64_t offset;
	uint32_t width, height, stride;
	uint32_t interval;
};

/* A buffer of the compositor: a place in a pool, or a copy. */
struct buffer {
	struct vgpu_wayland_present *present;
	struct wl_buffer *wl; /* NULL: unused entry */
	struct pool *pool;    /* NULL: the copy below */
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
	struct pool *pools;
	struct buffer buffers[BUFFERS];
	struct frame queue[BUFFERS]; /* oldest first */
	unsigned int queued;
	unsigned int callbacks; /* running frame_done calls */
	bool dying;
};

struct done {
	struct vgpu_wayland_present *present;
	struct vgpu_drawable *drawable;
	uint32_t slot;
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
	struct done *done;
	unsigned int done_count, done_room;
};

/* ---- finished frames ------------------------------------------------------------------ */

static void wake(struct vgpu_wayland *w)
{
	uint64_t one = 1;

	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		vgpu_debug("wayland: eventfd: %s", strerror(errno));
}

static void add_done(struct vgpu_wayland_present *present, struct vgpu_drawable *drawable,
                     uint32_t slot)
{
	struct vgpu_wayland *w = present->wayland;

	if (w->done_count == w->done_room) {
		unsigned int room = w->done_room ? 2 * w->done_room : 32;
		struct done *done = realloc(w->done, room * sizeof(*done));

		if (!done)
			return; /* out of memory: the slot is lost */
		w->done = done;
		w->done_room = room;
	}
	w->done[w->done_count++] = (struct done){ present, drawable, slot };
}

/* Lock held; it is dropped meanwhile. */
static void call_back(struct vgpu_wayland *w)
{
	while (w->done_count > 0) {
		struct done done = w->done[0];

		w->done_count--;
		memmove(w->done, w->done + 1, w->done_count * sizeof(*w->done));
		done.present->callbacks++;
		pthread_mutex_unlock(&w->lock);
		vgpu_drawable_frame_done(done.drawable, done.slot);
		pthread_mutex_lock(&w->lock);
		done.present->callbacks--;
		if (done.present->dying)
			pthread_cond_broadcast(&w->cond);
	}
}

static void forget(struct vgpu_wayland_present *present)
{
	struct vgpu_wayland *w = present->wayland;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < w->done_count; i++) {
		if (w->done[i].present != present)
			w->done[kept++] = w->done[i];
	}
	w->done_count = kept;
	while (present->callbacks > 0)
		pthread_cond_wait(&w->cond, &w->lock);
}

/* ---- buffers ----------------------------------------------------------------------------- */

static void release(void *data, struct wl_buffer *wl)
{
	struct buffer *buffer = data;

	buffer->busy = false;
	if (buffer->drawable)
		add_done(buffer->present, buffer->drawable, buffer->slot);
	buffer->drawable = NULL;
}

static const struct wl_buffer_listener buffer_listener = { .release = release };

static void drop_buffer(struct buffer *buffer)
{
	if (buffer->wl)
		wl_buffer_destroy(buffer->wl);
	if (buffer->copy)
		munmap(buffer->copy, buffer->copy_bytes);
	memset(buffer, 0, sizeof(*buffer));
}

static struct pool *find_pool(const struct vgpu_wayland_present *present, const struct frame *frame)
{
	struct pool *pool = present->pools;

	while (pool && (frame->pixels < pool->base || frame->pixels >= pool->base + pool->bytes))
		pool = pool->next;
	return pool;
}

static bool same_shape(const struct buffer *buffer, const struct frame *frame)
{
	return buffer->wl && !buffer->busy && buffer->width == frame->width &&
	       buffer->height == frame->height && buffer->stride == frame->stride;
}

static struct wl_buffer *make_wl(struct vgpu_wayland_present *present, struct wl_shm_pool *shm,
                                 uint64_t offset, const struct frame *frame)
{
	return wl_shm_pool_create_buffer(shm, (int32_t)offset, (int32_t)frame->width,
	                                 (int32_t)frame->height, (int32_t)frame->stride,
	                                 present->format);
}

/* Memory of our own that the compositor can map. */
static bool make_copy(struct vgpu_wayland_present *present, struct buffer *buffer,
                      const struct frame *frame)
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
static struct buffer *get_buffer(struct vgpu_wayland_present *present, const struct frame *frame)
{
	struct pool *pool = find_pool(present, frame);
	struct buffer *buffer, *unused = NULL;

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

/* ---- sending --------------------------------------------------------------------------------- */

static void send_due(struct vgpu_wayland_present *present, bool all);

static void frame_shown(void *data, struct wl_callback *callback, uint32_t time)
{
	struct vgpu_wayland_present *present = data;

	wl_callback_destroy(callback);
	present->callback = NULL;
	send_due(present, false);
}

static const struct wl_callback_listener frame_listener = { .done = frame_shown };

static void send_frame(struct vgpu_wayland_present *present, const struct frame *frame)
{
	struct wl_egl_window *window = present->window;
	struct buffer *buffer = NULL;

	if (window && !present->wayland->lost && frame->width > 0 && frame->height > 0)
		buffer = get_buffer(present, frame);
	if (!buffer) {
		add_done(present, frame->drawable, frame->slot);
		return;
	}
	buffer->busy = true;
	if (buffer->pool) {
		buffer->drawable = frame->drawable;
		buffer->slot = frame->slot;
	} else {
		add_done(present, frame->drawable, frame->slot);
	}
	if (frame->interval > 0 && !present->callback) {
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
	while (present->queued > 0 &&
	       (all || !present->callback || !present->window || present->wayland->lost)) {
		struct frame frame = present->queue[0];

		present->queued--;
		memmove(present->queue, present->queue + 1, present->queued * sizeof(frame));
		send_frame(present, &frame);
	}
}

/* ---- the thread --------------------------------------------------------------------------------
 */

static void lose(struct vgpu_wayland *w)
{
	vgpu_debug("wayland: the compositor is gone: %s",
	           strerror(wl_display_get_error(w->display)));
	w->lost = true;
	for (struct vgpu_wayland_present *p = w->presents; p; p = p->next) {
		for (unsigned int i = 0; i < BUFFERS; i++) {
			if (p->buffers[i].busy)
				release(&p->buffers[i], NULL);
		}
		send_due(p, true);
	}
}

/* Handle what has arrived and promise to read; false when the connection is lost. Lock held. */
static bool prepare(struct vgpu_wayland *w)
{
	while (wl_display_prepare_read_queue(w->display, w->queue) != 0) {
		if (wl_display_dispatch_queue_pending(w->display, w->queue) < 0)
			return false;
	}
	if (wl_display_get_error(w->display) ||
	    (wl_display_flush(w->display) < 0 && errno != EAGAIN)) {
		wl_display_cancel_read(w->display);
		return false;
	}
	return true;
}

static void *event_thread(void *data)
{
	struct vgpu_wayland *w = data;
	bool reading;

	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		struct pollfd fds[2] = { { .fd = w->wake_fd, .events = POLLIN }, { .fd = -1 } };
		uint64_t ticks;

		reading = !w->lost && prepare(w);
		if (!reading && !w->lost)
			lose(w);
		if (w->done_count > 0) {
			/* without the promise to read: others would wait for it */
			if (reading)
				wl_display_cancel_read(w->display);
			call_back(w);
			continue;
		}
		if (reading)
			fds[1] = (struct pollfd){ .fd = wl_display_get_fd(w->display),
				                  .events = POLLIN };
		pthread_mutex_unlock(&w->lock);
		poll(fds, 2, -1);
		if (reading && (fds[1].revents & POLLIN))
			wl_display_read_events(w->display);
		else if (reading)
			wl_display_cancel_read(w->display);
		if ((fds[0].revents & POLLIN) && read(w->wake_fd, &ticks, sizeof(ticks)) < 0)
			vgpu_debug("wayland: eventfd: %s", strerror(errno));
		pthread_mutex_lock(&w->lock);
		if (reading && (fds[1].revents & (POLLHUP | POLLERR)) && !(fds[1].revents & POLLIN))
			lose(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- opening
 * -------------------------------------------------------------------------------------- */

static void found_global(void *data, struct wl_registry *registry, uint32_t name,
                         const char *interface, uint32_t version)
{
	struct vgpu_wayland *w = data;

	if (strcmp(interface, wl_shm_interface.name) == 0 && !w->shm)
		w->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
}

static void lost_global(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = { found_global, lost_global };

static int find_shm(struct vgpu_wayland *w)
{
	struct wl_display *wrapper = wl_proxy_create_wrapper(w->display);
	struct wl_registry *registry;
	int rc = 0;

	if (!wrapper)
		return -ENOMEM;
	wl_proxy_set_queue((struct wl_proxy *)wrapper, w->queue);
	registry = wl_display_get_registry(wrapper);
	wl_proxy_wrapper_destroy(wrapper);
	wl_registry_add_listener(registry, &registry_listener, w);
	if (wl_display_roundtrip_queue(w->display, w->queue) < 0)
		rc = -ECONNREFUSED;
	else if (!w->shm)
		rc = -ENOTSUP; /* XRGB8888 and ARGB8888 need not be asked for: all have them */
	wl_registry_destroy(registry);
	return rc;
}

static void free_wayland(struct vgpu_wayland *w)
{
	if (w->shm)
		wl_shm_destroy(w->shm);
	if (w->queue)
		wl_event_queue_destroy(w->queue);
	if (w->own)
		wl_display_disconnect(w->display);
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	pthread_cond_destroy(&w->cond);
	pthread_mutex_destroy(&w->lock);
	free(w->done);
	free(w);
}

int vgpu_wayland_open(struct wl_display *display, struct vgpu_wayland **wayland_out)
{
	struct vgpu_wayland *w = calloc(1, sizeof(*w));
	sigset_t all, old;
	int rc;

	if (!w)
		return -ENOMEM;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->cond, NULL);
	w->refs = 1;
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->display = display ? display : wl_display_connect(NULL);
	w->own = !display && w->display;
	rc = -ECONNREFUSED;
	if (!w->display)
		goto out;
	rc = -ENOMEM;
	w->queue = wl_display_create_queue(w->display);
	if (!w->queue || w->wake_fd < 0)
		goto out;
	rc = find_shm(w);
	if (rc < 0)
		goto out;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = -pthread_create(&w->thread, NULL, event_thread, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc < 0)
		goto out;
	*wayland_out = w;
	return 0;
out:
	free_wayland(w);
	return rc;
}

void vgpu_wayland_close(struct vgpu_wayland *w)
{
	bool last;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	last = --w->refs == 0;
	w->stop |= last;
	pthread_mutex_unlock(&w->lock);
	if (!last)
		return;
	wake(w);
	pthread_join(w->thread, NULL);
	free_wayland(w);
}

/* ---- struct vgpu_present_impl
 * -------------------------------------------------------------------- */

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
	struct pool *pool = calloc(1, sizeof(*pool));
	struct stat st;

	if (!pool)
		return; /* its frames are copied */
	pool->base = base;
	pool->bytes = bytes;
	pthread_mutex_lock(&w->lock);
	/* what the compositor cannot map ends the connection: give it only plain memory */
	if (!w->lost && bytes <= INT32_MAX && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size >= bytes)
		pool->shm = wl_shm_create_pool(w->shm, fd, (int32_t)bytes);
	pool->next = present->pools;
	present->pools = pool;
	pthread_mutex_unlock(&w->lock);
}

/* Its frames are nobody's any more: not shown, not reported. */
static void drop_pool(struct vgpu_wayland_present *present, struct pool **p)
{
	struct pool *pool = *p;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < BUFFERS; i++) {
		if (present->buffers[i].pool == pool)
			drop_buffer(&present->buffers[i]);
	}
	for (unsigned int i = 0; i < present->queued; i++) {
		if (find_pool(present, &present->queue[i]) != pool)
			present->queue[kept++] = present->queue[i];
	}
	present->queued = kept;
	if (pool->shm)
		wl_shm_pool_destroy(pool->shm);
	*p = pool->next;
	free(pool);
}

static void present_pool_gone(void *data, void *base)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;
	struct pool **p;

	pthread_mutex_lock(&w->lock);
	for (p = &present->pools; *p && (*p)->base != base; p = &(*p)->next)
		;
	if (*p)
		drop_pool(present, p);
	pthread_mutex_unlock(&w->lock);
}

static void present_show(void *data, struct vgpu_drawable *drawable, uint32_t slot,
                         const void *pixels, uint64_t offset, uint32_t width, uint32_t height,
                         uint32_t stride, uint32_t swap_interval)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	if (present->queued == BUFFERS)
		send_due(present, true);
	present->queue[present->queued++] = (struct frame){
		.drawable = drawable,
		.slot = slot,
		.pixels = pixels,
		.offset = offset,
		.width = width,
		.height = height,
		.stride = stride,
		.interval = swap_interval,
	};
	send_due(present, swap_interval == 0);
	if (!w->lost)
		wl_display_flush(w->display);
	call_back(w);
	pthread_mutex_unlock(&w->lock);
}

static void present_destroy(void *data)
{
	struct vgpu_wayland_present *present = data, **p;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	present->dying = true;
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
	forget(present);
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

/* ---- creating
 * -------------------------------------------------------------------------------------- */

/* Called by wl_egl_window_destroy; the window is freed afterwards. */
static void window_destroyed(void *data)
{
	struct vgpu_wayland_present *present = data;
	struct vgpu_wayland *w = present->wayland;

	pthread_mutex_lock(&w->lock);
	present->window = NULL;
	send_due(present, true);
	if (w->done_count > 0)
		wake(w);
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

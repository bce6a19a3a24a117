/* SPDX-License-Identifier: MIT */
/* The connection to a Wayland compositor, and the thread that hears what it says. */
#include "frontend/present/wayland.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "frontend/present/wayland_internal.h"

/* ---- the thread ------------------------------------------------------------------- */

void vgpu_wayland_wake(struct vgpu_wayland *w)
{
	uint64_t one = 1;

	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		vgpu_debug("wayland: eventfd: %s", strerror(errno));
}

static void lose(struct vgpu_wayland *w)
{
	vgpu_debug("wayland: the compositor is gone: %s",
	           strerror(wl_display_get_error(w->display)));
	w->lost = true;
	for (struct vgpu_wayland_present *p = w->presents; p; p = p->next)
		vgpu_wayland_window_lost(p);
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
		if (w->done.count > 0) {
			/* without the promise to read: others would wait for it */
			if (reading)
				wl_display_cancel_read(w->display);
			vgpu_done_tell(&w->done);
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

/* ---- opening ---------------------------------------------------------------------- */

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
	vgpu_done_free(&w->done);
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
	w->done.lock = &w->lock;
	w->done.cond = &w->cond;
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
	vgpu_wayland_wake(w);
	pthread_join(w->thread, NULL);
	free_wayland(w);
}

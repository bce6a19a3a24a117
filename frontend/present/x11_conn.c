/* SPDX-License-Identifier: MIT */
/*
 * The presenter's connection to an X display: one per process and display name,
 * with a thread that takes its events: a frame was read, a window changed its
 * size or went away, a request failed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frontend/present/x11_internal.h"

static pthread_mutex_t displays_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vgpu_x11 *displays;

/* A forked child shares our sockets: it must not touch them, nor close them for us. */
static void forget_displays(void)
{
	for (struct vgpu_x11 *x11 = displays; x11; x11 = x11->next) {
		pthread_mutex_init(&x11->lock, NULL);
		x11->lost = true;
		x11->threaded = false;
	}
	pthread_mutex_init(&displays_lock, NULL);
	displays = NULL;
}

static void watch_fork(void)
{
	pthread_atfork(NULL, NULL, forget_displays);
}

uint64_t vgpu_x11_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- events ------------------------------------------------------------------------ */

static struct vgpu_x11_present *find_window(struct vgpu_x11 *x11, xcb_window_t id)
{
	struct vgpu_x11_present *present = x11->presents;

	while (present && (present->id != id || !present->window))
		present = present->next;
	return present;
}

/* The request with this sequence number has been executed, or refused. */
static void landed(struct vgpu_x11 *x11, unsigned int sequence, bool refused)
{
	for (struct vgpu_x11_present *p = x11->presents; p; p = p->next) {
		for (unsigned int i = 0; i < VGPU_X11_FLIGHTS; i++) {
			struct vgpu_x11_flight *flight = &p->flights[i];

			if (!flight->busy || flight->sequence != sequence)
				continue;
			flight->busy = false;
			if (refused)
				vgpu_debug("x11: drawable %#x refused a frame", p->id);
			if (flight->drawable)
				vgpu_done_add(&x11->done, &p->done, flight->drawable, flight->slot);
			return;
		}
	}
}

static void handle(struct vgpu_x11 *x11, const xcb_generic_event_t *event)
{
	uint8_t type = event->response_type & 0x7f;
	struct vgpu_x11_present *present;

	if (type == 0) {
		landed(x11, event->full_sequence, true);
	} else if (x11->shm && type == x11->shm_event + XCB_SHM_COMPLETION) {
		landed(x11, event->full_sequence, false);
	} else if (type == XCB_CONFIGURE_NOTIFY) {
		const xcb_configure_notify_event_t *e = (const void *)event;

		present = find_window(x11, e->window);
		if (present) {
			present->width = e->width;
			present->height = e->height;
		}
	} else if (type == XCB_DESTROY_NOTIFY) {
		const xcb_destroy_notify_event_t *e = (const void *)event;

		present = find_window(x11, e->window);
		if (present)
			present->gone = true;
	}
}

/* The X server is gone: nothing will be answered any more. */
static void lose(struct vgpu_x11 *x11)
{
	x11->lost = true;
	for (struct vgpu_x11_present *p = x11->presents; p; p = p->next) {
		for (unsigned int i = 0; i < VGPU_X11_FLIGHTS; i++) {
			if (p->flights[i].busy && p->flights[i].drawable)
				vgpu_done_add(&x11->done, &p->done, p->flights[i].drawable, p->flights[i].slot);
			p->flights[i].busy = false;
		}
	}
}

void vgpu_x11_take_events(struct vgpu_x11 *x11, bool read)
{
	xcb_generic_event_t *event;

	if (!x11->lost) {
		while ((event = read ? xcb_poll_for_event(x11->c)
		                     : xcb_poll_for_queued_event(x11->c))) {
			handle(x11, event);
			free(event);
		}
		if (xcb_connection_has_error(x11->c))
			lose(x11);
	}
}

void vgpu_x11_drain(struct vgpu_x11 *x11, bool read)
{
	vgpu_x11_take_events(x11, read);
	if (x11->done.count > 0)
		vgpu_x11_wake(x11);
}

static void free_display(struct vgpu_x11 *x11)
{
	if (x11->c)
		xcb_disconnect(x11->c);
	if (x11->wake_fd >= 0)
		close(x11->wake_fd);
	pthread_cond_destroy(&x11->cond);
	pthread_mutex_destroy(&x11->lock);
	free(x11->refresh_mhz);
	vgpu_done_free(&x11->done);
	free(x11->name);
	free(x11);
}

static void *event_thread(void *data)
{
	struct vgpu_x11 *x11 = data;

	pthread_mutex_lock(&x11->lock);
	while (!x11->stop) {
		struct pollfd fds[2] = { { .fd = x11->wake_fd, .events = POLLIN } };
		uint64_t due = UINT64_MAX, now, ticks;
		struct timespec left;

		vgpu_x11_take_events(x11, true);
		vgpu_done_tell(&x11->done);
		now = vgpu_x11_now_ns();
		for (struct vgpu_x11_present *p = x11->presents; p; p = p->next) {
			uint64_t next = vgpu_x11_present_due(p, now);

			if (next < due)
				due = next;
		}
		vgpu_x11_take_events(x11, false);
		vgpu_done_tell(&x11->done);
		if (x11->stop)
			break;
		fds[1] = (struct pollfd){ .fd = x11->lost ? -1 : x11->fd, .events = POLLIN };
		pthread_mutex_unlock(&x11->lock);
		now = vgpu_x11_now_ns();
		now = due > now ? due - now : 0;
		left.tv_sec = now / 1000000000u;
		left.tv_nsec = now % 1000000000u;
		ppoll(fds, 2, due == UINT64_MAX ? NULL : &left, NULL);
		if ((fds[0].revents & POLLIN) && read(x11->wake_fd, &ticks, sizeof(ticks)) < 0)
			vgpu_debug("x11: eventfd: %s", strerror(errno));
		pthread_mutex_lock(&x11->lock);
	}
	pthread_mutex_unlock(&x11->lock);
	return NULL;
}

void vgpu_x11_wake(struct vgpu_x11 *x11)
{
	uint64_t one = 1;

	if (write(x11->wake_fd, &one, sizeof(one)) < 0)
		vgpu_debug("x11: eventfd: %s", strerror(errno));
}

int vgpu_x11_start(struct vgpu_x11 *x11)
{
	sigset_t all, old;
	int rc;

	if (x11->threaded)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&x11->thread, NULL, event_thread, x11);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return -rc;
	x11->threaded = true;
	return 0;
}

/* ---- opening and closing ----------------------------------------------------------- */

static bool is_unix_socket(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	       address.ss_family == AF_UNIX;
}

static void find_shm(struct vgpu_x11 *x11)
{
	const xcb_query_extension_reply_t *extension;
	xcb_shm_query_version_reply_t *version;

	extension = xcb_get_extension_data(x11->c, &xcb_shm_id);
	if (!extension || !extension->present)
		return;
	version = xcb_shm_query_version_reply(x11->c, xcb_shm_query_version(x11->c), NULL);
	if (!version)
		return;
	x11->shm = true;
	x11->shm_event = extension->first_event;
	/* a descriptor can only be passed over a local socket: xcb ends the connection otherwise */
	x11->shm_fd = is_unix_socket(x11->fd) &&
	              (version->major_version > 1 ||
	               (version->major_version == 1 && version->minor_version >= 2));
	free(version);
}

static int connect_display(const char *name, struct vgpu_x11 **x11_out)
{
	struct vgpu_x11 *x11 = calloc(1, sizeof(*x11));
	const char *wish = getenv("VGPU_X11"); /* tests: "sysv", "wire" */
	int rc;

	if (!x11)
		return -ENOMEM;
	pthread_mutex_init(&x11->lock, NULL);
	pthread_cond_init(&x11->cond, NULL);
	x11->done.lock = &x11->lock;
	x11->done.cond = &x11->cond;
	x11->refs = 1;
	x11->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	x11->name = strdup(name);
	if (!x11->name || x11->wake_fd < 0) {
		rc = -ENOMEM;
		goto out;
	}
	x11->c = xcb_connect(name[0] ? name : NULL, &x11->default_screen);
	rc = -ECONNREFUSED;
	if (xcb_connection_has_error(x11->c))
		goto out;
	x11->fd = xcb_get_file_descriptor(x11->c);
	x11->refresh_mhz = calloc(xcb_setup_roots_length(xcb_get_setup(x11->c)) + 1u,
	                          sizeof(*x11->refresh_mhz));
	if (!x11->refresh_mhz) {
		rc = -ENOMEM;
		goto out;
	}
	find_shm(x11);
	if (wish && strcmp(wish, "wire") == 0)
		x11->shm = false;
	if (wish && strcmp(wish, "shm-fd") != 0)
		x11->shm_fd = false;
	*x11_out = x11;
	return 0;
out:
	free_display(x11);
	return rc;
}

int vgpu_x11_open(const char *display_name, struct vgpu_x11 **x11_out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *name = display_name ? display_name : "";
	struct vgpu_x11 *x11;
	int rc = 0;

	pthread_once(&once, watch_fork);
	pthread_mutex_lock(&displays_lock);
	/* a display whose server went away may be back under the same name */
	for (x11 = displays; x11; x11 = x11->next) {
		if (strcmp(x11->name, name) == 0 && !xcb_connection_has_error(x11->c))
			break;
	}
	if (x11) {
		x11->refs++;
	} else {
		rc = connect_display(name, &x11);
		if (rc == 0) {
			x11->next = displays;
			displays = x11;
		}
	}
	pthread_mutex_unlock(&displays_lock);
	if (rc == 0)
		*x11_out = x11;
	return rc;
}

struct vgpu_x11 *vgpu_x11_ref(struct vgpu_x11 *x11)
{
	pthread_mutex_lock(&displays_lock);
	x11->refs++;
	pthread_mutex_unlock(&displays_lock);
	return x11;
}

void vgpu_x11_close(struct vgpu_x11 *x11)
{
	struct vgpu_x11 **p;
	bool threaded;

	if (!x11)
		return;
	pthread_mutex_lock(&displays_lock);
	if (--x11->refs > 0) {
		pthread_mutex_unlock(&displays_lock);
		return;
	}
	for (p = &displays; *p && *p != x11; p = &(*p)->next)
		;
	if (!*p) {
		/* the parent's */
		pthread_mutex_unlock(&displays_lock);
		return;
	}
	*p = x11->next;
	pthread_mutex_unlock(&displays_lock);

	pthread_mutex_lock(&x11->lock);
	x11->stop = true;
	threaded = x11->threaded;
	pthread_mutex_unlock(&x11->lock);
	if (threaded) {
		vgpu_x11_wake(x11);
		pthread_join(x11->thread, NULL);
	}
	free_display(x11);
}

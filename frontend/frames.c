/* SPDX-License-Identifier: MIT */
/*
 * The frame thread: sleeps until the worker has filled frames, then hands them
 * to the presenters. It exists only in programs that show something, and has
 * every signal blocked, since the program's handlers must not run on it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "frontend/connection.h"

/* The drawables with a presenter; show_lock keeps them alive. At most max; returns how many. */
static uint32_t collect(struct vgpu_client *client, struct vgpu_drawable **list, uint32_t max)
{
	uint32_t n = 0;

	pthread_mutex_lock(&client->lock);
	for (struct vgpu_drawable *d = client->drawables; d && n < max; d = vgpu_drawable_next(d))
		list[n++] = d;
	pthread_mutex_unlock(&client->lock);
	return n;
}

static void show_all(struct vgpu_client *client)
{
	struct vgpu_drawable *list[VGPU_MAX_DRAWABLES];
	uint32_t n;

	pthread_mutex_lock(&client->show_lock);
	n = collect(client, list, VGPU_MAX_DRAWABLES);
	for (uint32_t i = 0; i < n; i++)
		vgpu_drawable_show_ready(list[i]);
	pthread_mutex_unlock(&client->show_lock);
}

static void *frame_thread(void *data)
{
	struct vgpu_client *client = data;
	struct vgpu_transport *t = client->transport;
	struct pollfd pfd[2] = {
		{ .fd = t->impl->frame_fd(t), .events = POLLIN },
		{ .fd = t->impl->poll_fd(t), .events = POLLIN },
	};

	while (!client->lost) {
		if (poll(pfd, 2, -1) < 0 && errno != EINTR)
			break;
		if (pfd[0].revents & POLLIN) {
			uint64_t count;

			if (read(pfd[0].fd, &count, sizeof(count)) == sizeof(count))
				show_all(client);
		}
		if (pfd[1].revents && !t->impl->check(t))
			vgpu_client_lost(client);
	}
	return NULL;
}

int vgpu_frames_start(struct vgpu_client *client)
{
	sigset_t all, old;
	pthread_t thread;
	int rc = 0;

	if (__atomic_load_n(&client->frame_thread_runs, __ATOMIC_ACQUIRE))
		return 0;
	sigfillset(&all);
	pthread_mutex_lock(&client->lock);
	if (!client->frame_thread_runs) {
		pthread_sigmask(SIG_BLOCK, &all, &old);
		rc = -pthread_create(&thread, NULL, frame_thread, client);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		if (!rc) {
			pthread_detach(thread);
			pthread_setname_np(thread, "vgpu-frames");
			__atomic_store_n(&client->frame_thread_runs, true, __ATOMIC_RELEASE);
		}
	}
	pthread_mutex_unlock(&client->lock);
	return rc;
}

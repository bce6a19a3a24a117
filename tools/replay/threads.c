/* SPDX-License-Identifier: MIT */
#include "tools/replay/threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "backend/worker/stream.h"

struct lane {
	struct lane *next;
	struct vgpu_wstream *stream;
	uint32_t id;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const uint8_t *bytes; /* work to do, NULL when idle */
	size_t n;
	int rc;
	bool stop;
};

struct vgpu_replay_threads {
	struct vgpu_wconn *conn;
	struct lane *lanes;
};

static void *lane_thread(void *data)
{
	struct lane *lane = data;

	pthread_mutex_lock(&lane->lock);
	for (;;) {
		while (!lane->bytes && !lane->stop)
			pthread_cond_wait(&lane->changed, &lane->lock);
		if (!lane->bytes)
			break;
		lane->rc = vgpu_wstream_feed(lane->stream, lane->bytes, lane->n);
		lane->bytes = NULL;
		pthread_cond_broadcast(&lane->changed);
	}
	vgpu_wstream_offline_end(lane->stream);
	pthread_mutex_unlock(&lane->lock);
	return NULL;
}

static struct lane *lane_get(struct vgpu_replay_threads *threads, uint32_t id)
{
	struct lane *lane;

	for (lane = threads->lanes; lane; lane = lane->next)
		if (lane->id == id)
			return lane;
	lane = calloc(1, sizeof(*lane));
	if (!lane)
		return NULL;
	lane->id = id;
	lane->stream = vgpu_wstream_offline(threads->conn, id);
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->changed, NULL);
	if (!lane->stream || pthread_create(&lane->thread, NULL, lane_thread, lane)) {
		free(lane);
		return NULL;
	}
	lane->next = threads->lanes;
	threads->lanes = lane;
	return lane;
}

struct vgpu_replay_threads *vgpu_replay_threads_create(struct vgpu_wconn *conn)
{
	struct vgpu_replay_threads *threads = calloc(1, sizeof(*threads));

	if (threads)
		threads->conn = conn;
	return threads;
}

int vgpu_replay_threads_run(struct vgpu_replay_threads *threads, uint32_t stream,
                            const uint8_t *bytes, size_t n)
{
	struct lane *lane = lane_get(threads, stream);
	int rc;

	if (!lane)
		return -ENOMEM;
	pthread_mutex_lock(&lane->lock);
	lane->bytes = bytes;
	lane->n = n;
	pthread_cond_broadcast(&lane->changed);
	while (lane->bytes)
		pthread_cond_wait(&lane->changed, &lane->lock);
	rc = lane->rc;
	pthread_mutex_unlock(&lane->lock);
	return rc;
}

void vgpu_replay_threads_destroy(struct vgpu_replay_threads *threads)
{
	while (threads->lanes) {
		struct lane *lane = threads->lanes;

		threads->lanes = lane->next;
		pthread_mutex_lock(&lane->lock);
		lane->stop = true;
		pthread_cond_broadcast(&lane->changed);
		pthread_mutex_unlock(&lane->lock);
		pthread_join(lane->thread, NULL);
		pthread_cond_destroy(&lane->changed);
		pthread_mutex_destroy(&lane->lock);
		free(lane);
	}
	free(threads);
}

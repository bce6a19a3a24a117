/* SPDX-License-Identifier: MIT */
#include "backend/worker/conn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <EGL/egl.h>

#include "backend/worker/context.h"
#include "backend/worker/control.h"
#include "backend/worker/drawable.h"
#include "backend/worker/egl_image.h"
#include "backend/worker/replay.h"
#include "backend/worker/stream.h"

#define LOG_LINES_PER_MINUTE 20

struct vgpu_wconn *vgpu_wconn_create(uint32_t id, uint32_t pid, uint32_t uid, const char *name,
                                     int frame_event)
{
	struct vgpu_wconn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->id = id;
	conn->pid = pid;
	conn->uid = uid;
	conn->frame_event = frame_event;
	conn->log_tokens = LOG_LINES_PER_MINUTE;
	snprintf(conn->name, sizeof(conn->name), "%s", name);
	for (char *c = conn->name; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	pthread_mutex_init(&conn->lock, NULL);
	pthread_cond_init(&conn->stream_ended, NULL);
	pthread_cond_init(&conn->pool_added, NULL);
	vgpu_worder_init(conn);
	return conn;
}

void vgpu_wconn_destroy(struct vgpu_wconn *conn)
{
	struct vgpu_wstream *streams;

	pthread_mutex_lock(&conn->lock);
	streams = conn->streams;
	conn->streams = NULL;
	while (conn->ending_streams > 0)
		pthread_cond_wait(&conn->stream_ended, &conn->lock);
	pthread_mutex_unlock(&conn->lock);
	for (struct vgpu_wstream *s = streams; s; s = s->next)
		vgpu_wstream_stop(s);
	while (streams) {
		struct vgpu_wstream *s = streams;

		streams = s->next;
		vgpu_wstream_join(s);
	}
	vgpu_stats_ended(conn);
	vgpu_weglimage_destroy_all(conn);
	vgpu_wcontext_destroy_all(conn);
	vgpu_wdrawable_destroy_all(conn);
	/* else libEGL does it when the thread ends, perhaps while the process already exits */
	eglReleaseThread();
	while (conn->pools) {
		struct vgpu_wpool *pool = conn->pools;

		conn->pools = pool->next;
		vgpu_wconn_pool_put(pool);
	}
	close(conn->frame_event);
	pthread_cond_destroy(&conn->stream_ended);
	pthread_cond_destroy(&conn->pool_added);
	pthread_cond_destroy(&conn->stream_moved);
	pthread_mutex_destroy(&conn->lock);
	free(conn);
}

int vgpu_wconn_pool_add(struct vgpu_wconn *conn, uint32_t id, uint32_t bytes, int fd)
{
	struct vgpu_wpool *pool;

	if (conn->n_pools >= VGPU_MAX_POOLS)
		return -EMFILE;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pool->base == MAP_FAILED) {
		int rc = -errno;

		free(pool);
		return rc;
	}
	pool->id = id;
	pool->bytes = bytes;
	pool->refs = 1;
	pthread_mutex_lock(&conn->lock);
	pool->next = conn->pools;
	conn->pools = pool;
	conn->n_pools++;
	pthread_cond_broadcast(&conn->pool_added);
	pthread_mutex_unlock(&conn->lock);
	return 0;
}

void vgpu_wconn_pool_put(struct vgpu_wpool *pool)
{
	if (!pool || --pool->refs > 0)
		return;
	munmap(pool->base, pool->bytes);
	free(pool);
}

void vgpu_wconn_pool_del(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wpool *found = NULL;

	pthread_mutex_lock(&conn->lock);
	for (struct vgpu_wpool **at = &conn->pools; *at; at = &(*at)->next) {
		if ((*at)->id == id) {
			found = *at;
			*at = found->next;
			conn->n_pools--;
			break;
		}
	}
	pthread_mutex_unlock(&conn->lock);
	vgpu_wconn_pool_put(found);
}

struct vgpu_wpool *vgpu_wconn_pool_get(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wpool *pool;
	struct timespec until;
	bool late = VGPU_WPOOL_WAIT_MS == 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += VGPU_WPOOL_WAIT_MS / 1000;
	pthread_mutex_lock(&conn->lock);
	for (;;) {
		for (pool = conn->pools; pool && pool->id != id; pool = pool->next)
			;
		if (pool || late || conn->broken)
			break;
		late = pthread_cond_timedwait(&conn->pool_added, &conn->lock, &until) != 0;
	}
	if (pool)
		pool->refs++;
	pthread_mutex_unlock(&conn->lock);
	return pool;
}

void vgpu_wconn_frame_signal(struct vgpu_wconn *conn)
{
	uint64_t one = 1;
	ssize_t n = write(conn->frame_event, &one, sizeof(one));

	(void)n; /* EAGAIN: a wake-up is pending already */
}

/* A line may be written: some a minute for each program. */
static bool log_allowed(struct vgpu_wconn *conn)
{
	struct timespec ts;
	uint64_t now;
	bool ok;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
	pthread_mutex_lock(&conn->lock);
	if (now - conn->log_refilled_ns > 60000000000u) {
		conn->log_refilled_ns = now;
		conn->log_tokens = LOG_LINES_PER_MINUTE;
	}
	ok = conn->log_tokens > 0;
	if (ok)
		conn->log_tokens--;
	pthread_mutex_unlock(&conn->lock);
	return ok;
}

static void log_line(struct vgpu_wconn *conn, const char *fmt, va_list ap)
{
	char line[512];

	if (!log_allowed(conn))
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "vgpu-worker: program %u (%s, pid %u): %s\n", conn->id, conn->name,
	        conn->pid, line);
}

void vgpu_wconn_log(struct vgpu_wconn *conn, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(conn, fmt, ap);
	va_end(ap);
}

void vgpu_replay_log(struct vgpu_replay *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(r->conn, fmt, ap);
	va_end(ap);
}

/* SPDX-License-Identifier: MIT */
/*
 * The embedded transport: vgpu-backendd's unix socket hands out memfds and
 * eventfds. Requests are answered in order; the only message that comes
 * unasked is LOST.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frontend/client.h"
#include "frontend/transport/transport.h"

#ifndef MADV_POPULATE_WRITE /* Linux 5.14; older ones ignore it */
#define MADV_POPULATE_WRITE 23
#endif
#include "protocol/broker.h"
#include "protocol/ring.h"
#include "protocol/wire.h"

struct embedded {
	struct vgpu_transport base;
	pthread_mutex_t lock; /* one request at a time */
	int sock;
	int frame_event;
	_Atomic bool lost;
};

static struct embedded *embedded_of(struct vgpu_transport *transport)
{
	return (struct embedded *)transport;
}

static void close_fds(int fds[VGPU_BROKER_MAX_FDS])
{
	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/*
 * Send a request and receive its answer of type expect. The caller holds the
 * lock. Returns 0, -EPIPE when the backend is lost, or the error it answered.
 */
static int request(struct embedded *e, struct vgpu_broker_msg *msg, uint32_t expect,
                   int fds[VGPU_BROKER_MAX_FDS])
{
	int rc;

	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
		fds[i] = -1;
	if (e->lost)
		return -EPIPE;
	rc = vgpu_broker_send(e->sock, msg, NULL);
	if (!rc)
		rc = vgpu_broker_recv(e->sock, msg, fds);
	if (rc || msg->type == VGPU_BROKER_LOST) {
		e->lost = true;
		close_fds(fds);
		return -EPIPE;
	}
	if (msg->type == expect)
		return 0;
	close_fds(fds);
	if (msg->type != VGPU_BROKER_ERROR || msg->a == 0 || msg->a > 4095)
		return -EPROTO;
	vgpu_debug("refused: %s", msg->text);
	return -(int)msg->a;
}

static const char *program_name(void)
{
	return program_invocation_short_name ? program_invocation_short_name : "?";
}

static int embedded_open(struct vgpu_transport **out, char *why, size_t why_size)
{
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));
	struct embedded *e = calloc(1, sizeof(*e));
	int fds[VGPU_BROKER_MAX_FDS];
	int rc;

	if (!msg || !e) {
		rc = -ENOMEM;
		snprintf(why, why_size, "out of memory");
		goto out;
	}
	e->frame_event = -1;
	e->base.impl = &vgpu_transport_embedded;
	pthread_mutex_init(&e->lock, NULL);
	e->sock = vgpu_broker_connect();
	if (e->sock < 0) {
		char path[108];

		rc = e->sock == -ECONNREFUSED ? -ENOENT : e->sock;
		if (vgpu_broker_path(path, sizeof(path)))
			path[0] = '\0';
		snprintf(why, why_size, "no backend listens at %s: %s", path, strerror(-e->sock));
		goto out;
	}
	vgpu_broker_msg_init(msg, VGPU_BROKER_HELLO, "%s", program_name());
	msg->a = VGPU_BROKER_VERSION;
	msg->b = VGPU_BROKER_VERSION;
	rc = request(e, msg, VGPU_BROKER_WELCOME, fds);
	if (rc) {
		snprintf(why, why_size, "the backend refused the connection: %s",
		         msg->type == VGPU_BROKER_ERROR ? msg->text : strerror(-rc));
		goto out;
	}
	e->frame_event = fds[0];
	fds[0] = -1;
	close_fds(fds);
	*out = &e->base;
	e = NULL;
out:
	if (e) {
		if (e->sock > 0)
			close(e->sock);
		free(e);
	}
	free(msg);
	return rc;
}

static void embedded_close(struct vgpu_transport *transport)
{
	struct embedded *e = embedded_of(transport);

	close(e->sock);
	if (e->frame_event >= 0)
		close(e->frame_event);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static int embedded_stream_open(struct vgpu_transport *transport, uint32_t cmd_bytes,
                                uint32_t reply_bytes, struct vgpu_transport_stream *out)
{
	struct embedded *e = embedded_of(transport);
	struct vgpu_transport_stream s = { .event_to_worker = -1, .event_to_guest = -1 };
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));
	int fds[VGPU_BROKER_MAX_FDS];
	int rc;

	if (!msg)
		return -ENOMEM;
	vgpu_broker_msg_init(msg, VGPU_BROKER_STREAM_OPEN, NULL);
	msg->a = cmd_bytes;
	msg->b = reply_bytes;
	pthread_mutex_lock(&e->lock);
	rc = request(e, msg, VGPU_BROKER_STREAM, fds);
	pthread_mutex_unlock(&e->lock);
	if (rc)
		goto out;
	s.id = msg->a;
	s.cmd_bytes = msg->b;
	s.reply_bytes = msg->c;
	s.memory_bytes = VGPU_STREAM_HEADER + (size_t)msg->b + msg->c;
	s.memory = mmap(NULL, s.memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
	if (s.memory == MAP_FAILED) {
		rc = -errno;
		goto out;
	}
	/* commands go round through all of it: one fault a page would cost as much as they do */
	madvise(s.memory, VGPU_STREAM_HEADER + (size_t)s.cmd_bytes, MADV_POPULATE_WRITE);
	s.event_to_worker = fds[1];
	s.event_to_guest = fds[2];
	fds[1] = fds[2] = -1;
	*out = s;
out:
	close_fds(fds);
	free(msg);
	return rc;
}

/* Tell the daemon that something is no longer used; there is no answer. */
static void notify(struct embedded *e, enum vgpu_broker_type type, uint32_t id)
{
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));

	if (!msg)
		return;
	vgpu_broker_msg_init(msg, type, NULL);
	msg->a = id;
	pthread_mutex_lock(&e->lock);
	if (!e->lost)
		vgpu_broker_send(e->sock, msg, NULL);
	pthread_mutex_unlock(&e->lock);
	free(msg);
}

static void embedded_stream_close(struct vgpu_transport *transport,
                                  struct vgpu_transport_stream *stream)
{
	notify(embedded_of(transport), VGPU_BROKER_STREAM_CLOSE, stream->id);
	munmap(stream->memory, stream->memory_bytes);
	close(stream->event_to_worker);
	close(stream->event_to_guest);
}

static int embedded_pool_open(struct vgpu_transport *transport, uint64_t bytes,
                              struct vgpu_transport_pool *out)
{
	struct embedded *e = embedded_of(transport);
	struct vgpu_broker_msg *msg;
	int fds[VGPU_BROKER_MAX_FDS];
	void *memory;
	int rc;

	if (bytes > VGPU_MAX_POOL_BYTES)
		return -E2BIG;
	msg = malloc(sizeof(*msg));
	if (!msg)
		return -ENOMEM;
	vgpu_broker_msg_init(msg, VGPU_BROKER_POOL_OPEN, NULL);
	msg->a = (uint32_t)bytes;
	pthread_mutex_lock(&e->lock);
	rc = request(e, msg, VGPU_BROKER_POOL, fds);
	pthread_mutex_unlock(&e->lock);
	if (rc)
		goto out;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
	if (memory == MAP_FAILED) {
		rc = -errno;
		goto out;
	}
	*out = (struct vgpu_transport_pool){
		.id = msg->a, .memory = memory, .bytes = bytes, .fd = fds[0]
	};
	fds[0] = -1;
out:
	close_fds(fds);
	free(msg);
	return rc;
}

static void embedded_pool_close(struct vgpu_transport *transport, struct vgpu_transport_pool *pool)
{
	notify(embedded_of(transport), VGPU_BROKER_POOL_CLOSE, pool->id);
	munmap(pool->memory, pool->bytes);
	close(pool->fd);
}

static int embedded_poll_fd(struct vgpu_transport *transport)
{
	return embedded_of(transport)->sock;
}

static int embedded_frame_fd(struct vgpu_transport *transport)
{
	return embedded_of(transport)->frame_event;
}

static bool embedded_check(struct vgpu_transport *transport)
{
	struct embedded *e = embedded_of(transport);
	struct pollfd pfd = { .fd = e->sock, .events = POLLIN };

	if (e->lost)
		return false;
	/* Under the lock no request waits for its answer: what can be read now came unasked. */
	pthread_mutex_lock(&e->lock);
	if (!e->lost && poll(&pfd, 1, 0) == 1)
		e->lost = true;
	pthread_mutex_unlock(&e->lock);
	return !e->lost;
}

const struct vgpu_transport_impl vgpu_transport_embedded = {
	.name = "embedded",
	.open = embedded_open,
	.close = embedded_close,
	.stream_open = embedded_stream_open,
	.stream_close = embedded_stream_close,
	.pool_open = embedded_pool_open,
	.pool_close = embedded_pool_close,
	.poll_fd = embedded_poll_fd,
	.check = embedded_check,
	.frame_fd = embedded_frame_fd,
};

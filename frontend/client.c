/* SPDX-License-Identifier: MIT */
/*
 * The process's connection: made at first use, one stream per thread, streams of
 * ended threads used again. After fork the child has no connection and starts
 * afresh; what it inherited is abandoned without touching shared memory.
 */
#include "frontend/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encode.h"
#include "frontend/connection.h"
#include "frontend/debug.h"
#include "frontend/transport/record.h"

#define DEFAULT_CMD_BYTES (4u << 20)
#define DEFAULT_REPLY_BYTES (4u << 20)
#define DEFAULT_FRAME_SLOTS 3u

__thread struct vgpu_context *vgpu_current;

static pthread_mutex_t global_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vgpu_client *global_client;
/* Lost connections: contexts, drawables and threads may point at them for ever. */
static struct vgpu_client *retired_clients;
static char global_error[256] = "not tried yet";
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t stream_key;
static __thread struct vgpu_stream *thread_stream;

void vgpu_debug(const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (vgpu_debug_on(VGPU_DEBUG_TALK)) {
		char line[512];

		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		fprintf(stderr, "vgpu: %s\n", line);
	}
	errno = saved;
}

/* An ended thread's stream goes to the idle list; its context, if any, is released first. */
static void thread_ends(void *data)
{
	struct vgpu_stream *s = data;
	struct vgpu_client *client = s->client;

	thread_stream = s;
	if (vgpu_current)
		vgpu_context_make_current(NULL, NULL, NULL);
	vgpu_order_release(s);
	thread_stream = NULL;
	pthread_mutex_lock(&client->lock);
	for (struct vgpu_stream **at = &client->busy; *at; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			break;
		}
	}
	s->next = client->idle;
	client->idle = s;
	pthread_mutex_unlock(&client->lock);
}

static void fork_prepare(void)
{
	pthread_mutex_lock(&global_lock);
	if (global_client)
		pthread_mutex_lock(&global_client->lock);
}

static void fork_parent(void)
{
	if (global_client)
		pthread_mutex_unlock(&global_client->lock);
	pthread_mutex_unlock(&global_lock);
}

static void fork_child(void)
{
	struct vgpu_client *client = global_client;

	if (client) {
		for (struct vgpu_stream *s = client->busy; s; s = s->next)
			vgpu_stream_abandon(s);
		for (struct vgpu_stream *s = client->idle; s; s = s->next)
			vgpu_stream_abandon(s);
		client->lost = true;
		client->idle = NULL;
		pthread_mutex_unlock(&client->lock);
	}
	global_client = NULL;
	thread_stream = NULL;
	vgpu_record_stop();
	pthread_setspecific(stream_key, NULL);
	if (vgpu_current)
		vgpu_current->lost = true;
	pthread_mutex_unlock(&global_lock);
}

static void init_once(void)
{
	pthread_key_create(&stream_key, thread_ends);
	pthread_atfork(fork_prepare, fork_parent, fork_child);
}

static uint32_t env_number(const char *name, uint32_t fallback, uint32_t low, uint32_t high)
{
	const char *env = getenv(name);
	char *end;
	unsigned long n;

	if (!env || !*env)
		return fallback;
	n = strtoul(env, &end, 0);
	if (*end != '\0' || n < low || n > high) {
		vgpu_debug("%s=%s is ignored: a number from %u to %u is allowed", name, env, low,
		           high);
		return fallback;
	}
	return (uint32_t)n;
}

static uint32_t env_ring(const char *name, uint32_t fallback)
{
	uint32_t n = env_number(name, fallback, VGPU_MIN_RING, VGPU_MAX_RING);

	return (n & (n - 1)) == 0 ? n : fallback;
}

/* The global lock is held. */
static void retire(struct vgpu_client *client)
{
	client->retired = retired_clients;
	retired_clients = client;
}

static int client_open(struct vgpu_client **out)
{
	struct vgpu_client *client = calloc(1, sizeof(*client));
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct vgpu_stream *stream;
	int rc;

	if (!client)
		return -ENOMEM;
	pthread_mutex_init(&client->show_lock, NULL);
	pthread_mutex_init(&client->lock, NULL);
	client->next_id = 1;
	client->cmd_bytes = env_ring("VGPU_RING_BYTES", DEFAULT_CMD_BYTES);
	client->reply_bytes = env_ring("VGPU_REPLY_BYTES", DEFAULT_REPLY_BYTES);
	client->frame_slots = env_number("VGPU_FRAMES", DEFAULT_FRAME_SLOTS, 1, VGPU_POOL_MAX_SLOTS);
	/* On few processors a spinning guest keeps the worker from running; servers wake slowly. */
	client->spin_ns = env_number("VGPU_SPIN_US", cpus > 4 ? 100 : cpus > 2 ? 50 : 3, 0, 100000) * 1000ull;
	rc = vgpu_transport_embedded.open(&client->transport, global_error, sizeof(global_error));
	if (rc)
		goto out;
	stream = vgpu_client_stream(client);
	if (!stream) {
		snprintf(global_error, sizeof(global_error), "the backend gives no stream");
		rc = -EIO;
		goto out;
	}
	enc_vgpuHostInfo(stream, sizeof(client->host), &client->host);
	if (stream->lost || client->host.wire_version != VGPU_WIRE_VERSION) {
		snprintf(global_error, sizeof(global_error), "the worker does not answer");
		rc = -EIO;
		goto out;
	}
	client->host.vendor[sizeof(client->host.vendor) - 1] = '\0';
	client->host.renderer[sizeof(client->host.renderer) - 1] = '\0';
	client->host.version[sizeof(client->host.version) - 1] = '\0';
	client->host.device[sizeof(client->host.device) - 1] = '\0';
	client->host.worker[sizeof(client->host.worker) - 1] = '\0';
	vgpu_record_begin(client->host.renderer);
	*out = client;
	return 0;
out:
	/* A client that got as far as a stream stays: the thread still points at it. */
	if (!client->transport) {
		free(client);
	} else {
		client->lost = true;
		retire(client);
	}
	return rc;
}

int vgpu_client_get(struct vgpu_client **client_out)
{
	int rc = 0;

	if (getenv("VGPU_WORKER"))
		return -ENOENT;
	pthread_once(&once, init_once);
	pthread_mutex_lock(&global_lock);
	if (global_client && global_client->lost) {
		retire(global_client);
		global_client = NULL;
	}
	if (!global_client)
		rc = client_open(&global_client);
	if (!rc)
		*client_out = global_client;
	pthread_mutex_unlock(&global_lock);
	if (rc)
		vgpu_debug("no backend: %s", global_error);
	return rc;
}

const struct vgpu_host_info *vgpu_client_host(struct vgpu_client *client)
{
	return &client->host;
}

const char *vgpu_client_error(void)
{
	return global_error;
}

struct vgpu_stream *vgpu_client_stream(struct vgpu_client *client)
{
	struct vgpu_stream *s = thread_stream;

	if (s && s->client == client)
		return s;
	/* A stream of an older, lost connection: leave it, nobody reads it. */
	pthread_mutex_lock(&client->lock);
	s = client->idle;
	if (s)
		client->idle = s->next;
	pthread_mutex_unlock(&client->lock);
	if (!s) {
		s = malloc(sizeof(*s));
		if (!s)
			return NULL;
		if (vgpu_stream_init(s, client)) {
			free(s);
			return NULL;
		}
	}
	pthread_mutex_lock(&client->lock);
	s->next = client->busy;
	client->busy = s;
	pthread_mutex_unlock(&client->lock);
	thread_stream = s;
	pthread_setspecific(stream_key, s);
	return s;
}

void vgpu_client_lost(struct vgpu_client *client)
{
	if (atomic_exchange(&client->lost, true))
		return;
	vgpu_debug("the backend is lost");
	pthread_mutex_lock(&client->lock);
	for (struct vgpu_drawable *d = client->drawables; d; d = vgpu_drawable_next(d))
		vgpu_drawable_wake(d);
	pthread_mutex_unlock(&client->lock);
}

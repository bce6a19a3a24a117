/* SPDX-License-Identifier: MIT */
/* One input: a program connects (or is there already), has sent its prelude, and sends the input. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/drawable.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/stream.h"
#include "tests/fuzz/decode_input.h"

#define HISTORY_BYTES ((size_t)1 << 20)
#define POOL_BYTES (VGPU_POOL_HEADER + 4 * 32 * 32 * 4)

static void broken(struct vgpu_wconn *conn, const char *why)
{
}

static int pool_memory(void)
{
	int fd = memfd_create("fuzz-pool", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, POOL_BYTES) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * A program that is there already. Making contexts takes a driver much longer
 * than an input does, so $FUZZ_KEEP inputs (1 without it) go to the same one:
 * each begins with the state that the ones before have left. What they were is
 * kept in $FUZZ_HISTORY-START, each behind its size in 32 bits, and zeros at the
 * end: $FUZZ_REPLAY=FILE runs them again before anything else.
 */
struct program {
	struct vgpu_wconn *conn;
	struct vgpu_wstream *stream;
	unsigned int inputs;
	uint8_t *history;
	size_t history_bytes;
};
static struct program programs[FUZZ_STARTS];
static struct program *running;

/* A file for the history of programs of this start, or memory. */
static uint8_t *history_memory(enum fuzz_start start)
{
	const char *env = getenv("FUZZ_HISTORY");
	char path[256];
	int fd = -1;
	void *at;

	if (env && snprintf(path, sizeof(path), "%s-%d", env, start) < (int)sizeof(path))
		fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, HISTORY_BYTES) < 0)
		abort();
	at = mmap(NULL, HISTORY_BYTES, PROT_READ | PROT_WRITE,
	          fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
	if (at == MAP_FAILED)
		abort();
	if (fd >= 0)
		close(fd);
	return at;
}

static unsigned int keep(void)
{
	static unsigned int n;
	const char *env = getenv("FUZZ_KEEP");

	if (!n) {
		n = env ? (unsigned int)strtoul(env, NULL, 10) : 1;
		n = n ? n : 1;
	}
	return n;
}

static void program_start(struct program *p, enum fuzz_start start)
{
	const uint8_t *prelude;
	struct timespec now;
	size_t n;
	int pool;

	vgpu_wstream_env.gl = vgpu_host_get()->gl;
	vgpu_wstream_env.broken = broken;
	p->conn = vgpu_wconn_create(1, (uint32_t)getpid(), getuid(), "fuzz",
	                            eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!p->conn)
		abort();
	p->conn->log_tokens = 0; /* a line per wrong input would be the slowest part */
	clock_gettime(CLOCK_MONOTONIC, &now);
	p->conn->log_refilled_ns = (uint64_t)now.tv_sec * 1000000000u;
	pool = pool_memory();
	if (pool < 0 || vgpu_wconn_pool_add(p->conn, 1, POOL_BYTES, pool))
		abort();
	close(pool);
	p->stream = vgpu_wstream_offline(p->conn, 1);
	if (!p->stream)
		abort();
	prelude = fuzz_prelude(start, &n);
	if (vgpu_wstream_feed(p->stream, prelude, n))
		abort(); /* what our own encoders write is never an error */
	p->inputs = 0;
	if (!p->history)
		p->history = history_memory(start);
	memset(p->history, 0, p->history_bytes);
	p->history[0] = (uint8_t)start;
	p->history_bytes = 1;
}

static void program_end(struct program *p)
{
	vgpu_wstream_offline_end(p->stream);
	vgpu_wconn_destroy(p->conn);
	p->stream = NULL;
	p->conn = NULL;
}

/* As if each had a thread of its own: its context is the one that is current. */
static struct program *program_of(enum fuzz_start start)
{
	struct program *p = &programs[start];
	struct vgpu_wcontext *ctx;

	if (p == running && p->conn)
		return p;
	ctx = p->conn ? p->stream->replay.ctx : NULL;
	vgpu_host_make_current(ctx ? ctx->egl : EGL_NO_CONTEXT, ctx ? ctx->api : VGPU_API_GL);
	if (!p->conn)
		program_start(p, start);
	return p;
}

void fuzz_run(const uint8_t *data, size_t size)
{
	struct program *p;
	uint32_t size32;
	uint8_t *copy;
	size_t n;

	if (size < 1)
		return;
	keep();
	p = running = program_of((enum fuzz_start)(data[0] % FUZZ_STARTS));
	/* of its own size and 8-aligned, as in a ring: reading past its end is seen */
	n = (size - 1) & ~(size_t)7;
	copy = aligned_alloc(8, n ? n : 8);
	memcpy(copy, data + 1, n);
	if (n && n + sizeof(size32) <= HISTORY_BYTES - p->history_bytes) {
		size32 = (uint32_t)n;
		memcpy(p->history + p->history_bytes, &size32, sizeof(size32));
		memcpy(p->history + p->history_bytes + sizeof(size32), data + 1, n);
		p->history_bytes += sizeof(size32) + n;
	}
	vgpu_wstream_feed(p->stream, copy, n);
	/* the next input begins with a command */
	p->stream->joined_have = p->stream->joined_total = 0;
	free(copy);
	if (++p->inputs >= keep())
		program_end(p);
}

void fuzz_replay(const char *path)
{
	uint8_t *all = malloc(HISTORY_BYTES), *input = malloc(HISTORY_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t have = fd >= 0 && all && input ? read(fd, all, HISTORY_BYTES) : -1;
	size_t at = 1;
	uint32_t n;

	if (have < 1) {
		fprintf(stderr, "fuzz_decode: %s cannot be read\n", path);
		exit(1);
	}
	while (at + sizeof(n) <= (size_t)have) {
		memcpy(&n, all + at, sizeof(n));
		at += sizeof(n);
		if (!n || n > (size_t)have - at)
			break;
		input[0] = all[0];
		memcpy(input + 1, all + at, n);
		fuzz_run(input, n + 1);
		at += n;
	}
	free(input);
	free(all);
	close(fd);
}

/* SPDX-License-Identifier: MIT */
/* Shared memory of maps (map_shared.h). */
#include "frontend/gl/map_shared.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "encode.h"
#include "frontend/connection.h"
#include "frontend/gl/state.h"
#include "frontend/gl/touched.h"
#include "frontend/transport/record.h"

#define MAX_SHARED 64u               /* maps of a process; windows need pools too */
#define MAX_SHARED_BYTES (256u << 20) /* of all of them; all of it is allocated at once */
#define MAX_BYTES (64u << 20)        /* of one */
#define WAIT_NS 50000
#define MAX_WAITS 200000             /* 10 s: what comes later is a protocol error */

/* How far a stream was when it last named the memory. */
struct mark {
	struct vgpu_stream *stream; /* lives as long as the connection */
	uint64_t position;
};

struct vgpu_gl_shared {
	struct vgpu_transport *transport;
	struct vgpu_transport_pool pool;
	struct vgpu_touched *touched;
	struct mark *marks;
	uint32_t n_marks;
};

static _Atomic uint32_t in_use;
static _Atomic uint64_t bytes_in_use;

struct vgpu_gl_shared *vgpu_gl_shared_open(struct vgpu_context *ctx, uint64_t bytes)
{
	struct vgpu_gl_shared *sh;
	uint64_t whole = (bytes + 4095) & ~UINT64_C(4095);

	/* a recording holds what went through rings, no other memory */
	if (vgpu_recording || ctx->stream->lost || !bytes || whole > MAX_BYTES)
		return NULL;
	sh = calloc(1, sizeof(*sh));
	if (!sh)
		return NULL;
	sh->transport = ctx->stream->client->transport;
	if (atomic_fetch_add(&in_use, 1) < MAX_SHARED &&
	    atomic_load(&bytes_in_use) + whole <= MAX_SHARED_BYTES &&
	    !sh->transport->impl->pool_open(sh->transport, whole, &sh->pool)) {
		sh->touched = vgpu_touched_begin(sh->pool.memory, whole, sh->pool.fd);
		if (sh->touched) {
			atomic_fetch_add(&bytes_in_use, whole);
			return sh;
		}
		sh->transport->impl->pool_close(sh->transport, &sh->pool);
	}
	atomic_fetch_sub(&in_use, 1);
	free(sh);
	return NULL;
}

uint8_t *vgpu_gl_shared_memory(const struct vgpu_gl_shared *sh)
{
	return sh->pool.memory;
}

struct vgpu_touched *vgpu_gl_shared_touched(const struct vgpu_gl_shared *sh)
{
	return sh->touched;
}

void vgpu_gl_shared_send(struct vgpu_context *ctx, struct vgpu_gl_shared *sh, uint32_t name,
                         uint64_t offset, uint64_t bytes)
{
	enc_vgpuBufferFrom(ctx->stream, name, (GLintptr)offset, (GLsizeiptr)bytes, sh->pool.id,
	                   offset);
}

void vgpu_gl_shared_sent(struct vgpu_context *ctx, struct vgpu_gl_shared *sh)
{
	struct vgpu_stream *s = ctx->stream;
	struct mark *marks;
	uint32_t i;

	vgpu_stream_flush(s);
	for (i = 0; i < sh->n_marks && sh->marks[i].stream != s; i++)
		;
	if (i == sh->n_marks) {
		marks = realloc(sh->marks, (i + 1) * sizeof(*marks));
		if (!marks) {
			enc_vgpuSync(s); /* then there is nothing to remember */
			return;
		}
		sh->marks = marks;
		sh->marks[i].stream = s;
		sh->n_marks++;
	}
	sh->marks[i].position = vgpu_stream_written(s);
}

void vgpu_gl_shared_close(struct vgpu_gl_shared *sh)
{
	const struct timespec pause = { .tv_nsec = WAIT_NS };
	uint32_t i, waits = 0;

	if (!sh)
		return;
	for (i = 0; i < sh->n_marks; i++) {
		const struct mark *m = &sh->marks[i];

		while (!m->stream->lost && !m->stream->client->lost &&
		       !vgpu_stream_is_past(m->stream, m->position) && waits++ < MAX_WAITS)
			nanosleep(&pause, NULL);
	}
	vgpu_touched_end(sh->touched);
	atomic_fetch_sub(&bytes_in_use, sh->pool.bytes);
	atomic_fetch_sub(&in_use, 1);
	sh->transport->impl->pool_close(sh->transport, &sh->pool);
	free(sh->marks);
	free(sh);
}

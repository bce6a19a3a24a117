/* SPDX-License-Identifier: MIT */
/*
 * The guest's end of a stream: where encoders write commands and read replies.
 * A stream belongs to one thread at a time; nothing here locks.
 *
 * A command is written straight into the shared ring. It becomes visible to the
 * worker with the next publish: when vgpu_stream_more runs (every few KiB), at
 * vgpu_stream_flush, and before any wait. After the backend is lost, writes go
 * to a scratch page and replies are all zero, so that encoders need no check.
 */
#ifndef VGPU_FRONTEND_TRANSPORT_STREAM_H
#define VGPU_FRONTEND_TRANSPORT_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frontend/order.h"
#include "protocol/ring.h"
#include "protocol/wire.h"

struct vgpu_client;

#define VGPU_STREAM_FENCES 64u

struct vgpu_stream {
	uint8_t *wr; /* where the next command goes */
	/* vgpu_stream_more when a command would pass it; other threads may set it to NULL */
	_Atomic(uint8_t *) limit;
	uint8_t *large; /* heap copy of a command too large for the ring, else NULL */
	bool lost;
	/* The rest is frontend/transport/stream.c's. */
	uint32_t id;
	uint32_t large_bytes;
	uint8_t *spare; /* memory of the last large command, for the next */
	uint64_t spare_bytes;
	uint8_t *saved_wr;
	struct vgpu_ring cmd, reply;
	struct vgpu_client *client;
	void *memory;
	size_t memory_bytes;
	int event_to_worker, event_to_guest;
	uint64_t reply_left; /* payload bytes of the reply not read yet */
	uint8_t *scratch;
	uint32_t max_inline; /* larger commands travel as fragments */
	uint64_t round_trips;
	bool early; /* the last publish did not make sure that the worker is awake */
	struct vgpu_stream *next;
	uint64_t position; /* octets published since the stream was opened */
	bool count_waits;  /* VGPU_DEBUG=sync */
	bool in_pieces;    /* a large command is on its way: nothing may come between */
	struct vgpu_order order;
	/* frontend/gl/sync.c: the last fences made on this stream, by number */
	uint32_t fences[VGPU_STREAM_FENCES];
};

#define VGPU_STREAM_AHEAD 1024 /* bytes */

/* The slow half of vgpu_cmd_begin: publishes, waits for room, wraps. */
uint8_t *vgpu_stream_more(struct vgpu_stream *stream, uint32_t size);
/* The slow half of vgpu_cmd_end: sends stream->large as fragments. */
void vgpu_stream_send_large(struct vgpu_stream *stream);

/*
 * The worker's processor holds the lines of the ring that come next: ask for them in
 * time. Past the end of the ring, or where the worker still reads, it does no harm.
 */
static inline void vgpu_stream_prefetch(const uint8_t *p)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(p[VGPU_STREAM_AHEAD]));
#else
	__builtin_prefetch(p + VGPU_STREAM_AHEAD, 1);
#endif
}

/*
 * Begin a command of size bytes (header included, a multiple of 8). Returns
 * where its fixed part goes. Size is at most VGPU_MAX_COMMAND: the caller checks.
 */
static inline uint8_t *vgpu_cmd_begin(struct vgpu_stream *stream, uint16_t opcode, uint32_t size)
{
	uint8_t *p = stream->wr;

	if (__builtin_expect((uintptr_t)p + size > (uintptr_t)atomic_load_explicit(
	                             &stream->limit, memory_order_relaxed), 0))
		p = vgpu_stream_more(stream, size);
	stream->wr = p + size;
	vgpu_stream_prefetch(p);
	*(struct vgpu_wire_hdr *)p = (struct vgpu_wire_hdr){ .opcode = opcode, .size = size };
	return p + sizeof(struct vgpu_wire_hdr);
}

/* End a command. Needed only where size may exceed VGPU_CMD_SMALL. */
#define VGPU_CMD_SMALL 4096u
static inline void vgpu_cmd_end(struct vgpu_stream *stream)
{
	if (__builtin_expect(stream->large != NULL, 0))
		vgpu_stream_send_large(stream);
}

/* Make everything written visible and wake the worker if it sleeps. */
void vgpu_stream_flush(struct vgpu_stream *stream);

/*
 * Flush and wait for the reply to opcode. Returns true and sets up reading, or
 * false when the backend is lost (then nothing may be read).
 */
bool vgpu_reply_begin(struct vgpu_stream *stream, uint16_t opcode);
/* Read n bytes of payload. Short or lost replies give zeros. */
void vgpu_reply_read(struct vgpu_stream *stream, void *dst, size_t n);
/*
 * Read one output parameter: a uint64_t count and padded bytes. At most
 * capacity bytes reach dst (the rest is skipped). Returns the count stored.
 */
size_t vgpu_reply_read_blob(struct vgpu_stream *stream, void *dst, size_t capacity);
/* Skip what is left of the payload. */
void vgpu_reply_end(struct vgpu_stream *stream);

/*
 * The number of a fence made on this stream that the worker knows to be signalled, like
 * all that were made on it before; 0: none yet.
 */
uint32_t vgpu_stream_fences_done(const struct vgpu_stream *stream);

/* The position behind what has been written so far. The stream's thread. */
uint64_t vgpu_stream_written(const struct vgpu_stream *stream);
/* Have all that was published up to position been replayed, as far as is known here? Any thread. */
bool vgpu_stream_is_past(const struct vgpu_stream *stream, uint64_t position);

#endif

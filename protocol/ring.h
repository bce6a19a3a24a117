/* SPDX-License-Identifier: MIT */
/*
 * One single-producer single-consumer byte ring in shared memory, used for
 * commands (guest produces) and replies (worker produces). Both ends use this
 * code. Indexes are free-running uint32_t byte counts; each end trusts only its
 * private copy of its own index, and checks what it reads of the other's.
 */
#ifndef VGPU_PROTOCOL_RING_H
#define VGPU_PROTOCOL_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shared: one cache line a side, so that the two ends do not fight over one. */
struct vgpu_ring_shared {
	_Atomic uint32_t prod;         /* bytes produced */
	/* not 0: the producer sleeps until so many bytes are free, at least */
	_Atomic uint32_t prod_waiting;
	uint32_t pad0[14];
	_Atomic uint32_t cons;         /* bytes consumed */
	_Atomic uint32_t cons_waiting; /* 1: the consumer sleeps until bytes appear */
	uint32_t pad1[14];
};
_Static_assert(sizeof(struct vgpu_ring_shared) == 128, "wire layout");

/* The header page of a stream's memory; the two data areas follow it. */
#define VGPU_STREAM_HEADER 4096u
struct vgpu_stream_shared {
	struct vgpu_ring_shared cmd;
	struct vgpu_ring_shared reply;
	/* 1: the guest's agent wants no new commands for now; no matter to the worker */
	_Atomic uint32_t pause;
	uint32_t pad[15];
	/*
	 * Of the fences that this stream has made (glFenceSync), the last of which the worker
	 * knows that it and all before it are signalled. 0: of none yet.
	 */
	_Atomic uint32_t fences_done;
};
_Static_assert(offsetof(struct vgpu_stream_shared, fences_done) == 320, "wire layout");

/* One end of a ring. Private memory. */
struct vgpu_ring {
	struct vgpu_ring_shared *shared; /* borrowed */
	uint8_t *data;                   /* borrowed: size bytes of shared memory */
	uint32_t size;                   /* a power of two */
	uint32_t prod;                   /* own index, or last checked copy */
	uint32_t cons;                   /* own index, or last checked copy */
};

/* Bind a ring to its memory; size must be a power of two. Indexes start at 0. */
void vgpu_ring_init(struct vgpu_ring *ring, struct vgpu_ring_shared *shared, uint8_t *data,
                    uint32_t size);

/*
 * Consumer: refresh the copy of the producer's index. Returns readable bytes,
 * or -EPROTO when the other end claims more than the ring holds.
 */
int64_t vgpu_ring_readable(struct vgpu_ring *ring);
/*
 * Consumer: give n bytes back to the producer. Returns true if it sleeps and as much is
 * free now as it waits for, which is so at the latest when all has been consumed.
 */
bool vgpu_ring_consume(struct vgpu_ring *ring, uint32_t n);

/* Producer: refresh the copy of the consumer's index. Writable bytes or -EPROTO. */
int64_t vgpu_ring_writable(struct vgpu_ring *ring);
/* Producer: make all up to prod visible. Returns true if the consumer sleeps. */
bool vgpu_ring_publish(struct vgpu_ring *ring, uint32_t prod);
/*
 * The same without waiting until what was written has left this processor. It may
 * miss that the consumer is just falling asleep, so a vgpu_ring_publish must follow
 * before the other end's progress matters to anybody.
 */
bool vgpu_ring_publish_early(struct vgpu_ring *ring, uint32_t prod);

/*
 * Announce that this end is about to sleep until so many bytes are there to be read or
 * free to be written, at most the ring's size; 0: it is awake again. Otherwise look at the
 * ring once more before sleeping. A consumer is always woken by the first byte.
 */
void vgpu_ring_cons_waiting(struct vgpu_ring *ring, uint32_t bytes);
void vgpu_ring_prod_waiting(struct vgpu_ring *ring, uint32_t bytes);

/* Copy in or out at a free-running index, wrapping round the end. */
void vgpu_ring_copy_in(struct vgpu_ring *ring, uint32_t at, const void *src, uint32_t n);
void vgpu_ring_copy_out(const struct vgpu_ring *ring, uint32_t at, void *dst, uint32_t n);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Recordings: a program's streams in a file, as they stand on the wire. The
 * guest library writes one when VGPU_RECORD names a file (vgpu-run --record);
 * vgpu-replay, the tests, the fuzzers and the benchmarks read it. Since all names
 * are chosen by the guest, no reply need be recorded.
 *
 * struct vgpu_record_header, then chunks: struct vgpu_record_chunk and bytes of
 * payload padded to 8. Chunks stand in the order in which the program published
 * them, over all of its streams.
 */
#ifndef VGPU_PROTOCOL_RECORD_H
#define VGPU_PROTOCOL_RECORD_H

#include <assert.h>
#include <stdint.h>

#define VGPU_RECORD_MAGIC "VGPUREC"
#define VGPU_RECORD_VERSION 1u

struct vgpu_record_header {
	char magic[8];         /* VGPU_RECORD_MAGIC and a NUL */
	uint32_t version;      /* VGPU_RECORD_VERSION */
	uint32_t wire_version; /* VGPU_WIRE_VERSION */
	char program[64];      /* its name, NUL-terminated */
	char renderer[128];    /* the host it ran on, NUL-terminated */
};
static_assert(sizeof(struct vgpu_record_header) == 208, "file layout");

enum vgpu_record_type {
	VGPU_RECORD_COMMANDS = 1, /* whole commands of wire.h, PAD and FRAGMENT among them */
	VGPU_RECORD_POOL = 2,     /* no payload; id: a frame pool, value: its bytes */
	VGPU_RECORD_POOL_GONE = 3, /* no payload; id: the pool */
};

struct vgpu_record_chunk {
	uint32_t type;    /* enum vgpu_record_type */
	uint32_t id;      /* the stream, or the pool */
	uint64_t time_ns; /* since the recording began */
	uint64_t value;
	uint64_t bytes;   /* of payload, before padding */
};
static_assert(sizeof(struct vgpu_record_chunk) == 32, "file layout");

#define VGPU_RECORD_MAX_CHUNK (64u << 20) /* a reader refuses more: no ring is larger */

#endif

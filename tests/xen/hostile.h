/* SPDX-License-Identifier: MIT */
/* What the files of "hostile" share: its noise, and the device that it has connected. */
#ifndef VGPU_TESTS_XEN_HOSTILE_H
#define VGPU_TESTS_XEN_HOSTILE_H

#include <stdint.h>

#include "frontend/agent/xen.h"
#include "protocol/vgpuif.h"

#define STREAM_PAGES 33
#define RING_BYTES (64u << 10)

struct frontend {
	struct vgpuif_control *page;
	struct vgpu_port port;
	struct vgpu_grant stream, directory;
	uint8_t *memory; /* the stream's, STREAM_PAGES of them */
	struct vgpuif_page_directory *dir;
	int report; /* a pipe: one letter for each thing that is counted */
};

/* The next of a row of numbers that the seed determines. */
uint32_t noise(void);
/* Put a request into the ring as it stands, and send an event. */
void send_request(struct frontend *f, const struct vgpuif_request *request);
/* Count one of: c (connected), s (a stream was mapped), r (a worker read from it), l (LOST). */
void count(struct frontend *f, char what);

/*
 * Read the recordings of honest programs in folder (tests/fuzz/seeds/fuzz_decode): octet 0, then
 * commands. None there: garbage must do.
 */
void stream_load(const char *folder);
/*
 * Be a good frontend: a connection and a stream, opened by the rules and mapped by a worker. Then
 * play recordings through the stream, most of them spoilt, some changed while the worker reads.
 * Returns when the backend has had enough of this connection, or after some plays.
 */
void stream_attack(struct frontend *f);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the decoder fuzzers share. An input is one octet that picks the state it
 * starts from, and commands as they stand in a ring. A custom mutator keeps the
 * commands' framing right, so that the fuzzer's time goes into what is behind it.
 */
#ifndef VGPU_TESTS_FUZZ_DECODE_INPUT_H
#define VGPU_TESTS_FUZZ_DECODE_INPUT_H

#include <stddef.h>
#include <stdint.h>

enum fuzz_start {
	FUZZ_COMPAT,  /* a compatibility context on a pbuffer, with some objects of each kind */
	FUZZ_CORE,    /* the same, core profile */
	FUZZ_ES2,     /* the same, ES 3 */
	FUZZ_NOTHING, /* no context: the input makes its own */
	FUZZ_STARTS,
};

/*
 * The commands that bring about a start, as the guest library's own encoders
 * write them. Returns their bytes; valid until the next call. Not thread-safe.
 */
const uint8_t *fuzz_prelude(enum fuzz_start start, size_t *n_out);

/*
 * Keep from the driver what only takes it long. Replaces functions of gl, which is the
 * host's table, once; how many calls were withheld is told at the end.
 */
struct vgpu_gl;
void fuzz_limit(struct vgpu_gl *gl);

/* Run one input against an open host (vgpu_host_get). */
void fuzz_run(const uint8_t *data, size_t size);

/* Run again what $FUZZ_HISTORY has kept in a file, with the $FUZZ_KEEP of then. Exits when it cannot be read. */
void fuzz_replay(const char *path);

#endif

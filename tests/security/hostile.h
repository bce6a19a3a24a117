/* SPDX-License-Identifier: MIT */
/*
 * hostile: a guest that lies. It speaks to a real vgpu-backendd and its real
 * vgpu-worker, and writes into its rings what it likes. Each test is named after
 * the point of the checklist in docs/security.md that it belongs to; a second,
 * honest program draws before and after each test, and must not notice.
 */
#ifndef TESTS_SECURITY_HOSTILE_H
#define TESTS_SECURITY_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "frontend/connection.h"
#include "gl_enums.h"
#include "ops.h"

/* A program of the guest with one stream. */
struct peer {
	struct vgpu_client client;
	struct vgpu_stream stream;
	struct vgpu_transport_pool pool; /* peer_window's */
};

/* What must have become of the liar when its test returns. */
enum outcome {
	ALIVE,  /* refused politely: GL errors, but the stream goes on */
	CLOSED, /* a protocol error: the program is cut off */
	EITHER, /* whatever, as long as nobody else notices */
};

struct test {
	const char *name; /* POINT-what, positive ones end in -ok */
	enum outcome outcome;
	void (*run)(struct peer *p);
};
extern const struct test ring_tests[], decode_tests[], pixel_tests[], state_tests[], reply_tests[],
	resource_tests[], memory_tests[], honest_tests[], map_tests[], extension_tests[], driver_tests[];

/* Memory that changes all the time until stop: pthread_create's function and its argument. */
struct scribbler {
	uint8_t *at;
	uint32_t bytes;
	_Atomic bool stop;
};
void *scribble(void *scribbler);

/* Connect and open a stream of 64 KiB rings. Exits when there is no backend. */
void peer_open(struct peer *p);
void peer_close(struct peer *p);
/* Wait until the worker has replayed all. False: it has cut this program off. */
bool peer_sync(struct peer *p);

/* Context 1 without a drawable, current. A profile: 1 core, 2 compatibility. */
void peer_context(struct peer *p, int profile);
/* Context 1, drawable 1 of 32 x 32 with a frame pool, current. */
void peer_window(struct peer *p, int profile);
/* The first pending error. */
GLenum peer_error(struct peer *p);
bool peer_has(struct peer *p, const char *extension);

/* Octets into the command ring as they are; n is a multiple of 8. */
void peer_raw(struct peer *p, const void *bytes, uint32_t n);
/* A command of opcode whose payload are these words. */
void peer_words(struct peer *p, uint16_t opcode, const uint32_t *words, uint32_t n);
/* The next command's place in the ring, to spoil what an encoder wrote there. */
static inline uint8_t *peer_next(struct peer *p)
{
	vgpu_stream_flush(&p->stream);
	if ((size_t)(p->stream.limit - p->stream.wr) < 1024)
		p->stream.wr = vgpu_stream_more(&p->stream, 1024);
	return p->stream.wr;
}
/* Take what stands in the ring, not published yet, back and send it with this size. */
void peer_resize(struct peer *p, uint8_t *command, uint32_t size);

/* An empty buffer of bytes, by this name and bound to target. */
void peer_buffer(struct peer *p, GLuint name, GLenum target, GLsizeiptr bytes);
/* A program of name 1 from these shaders of names 2 and 3. */
void peer_program(struct peer *p, const char *vertex, const char *fragment);

/* A failed check ends the test with its text. */
#define CHECK(ok) check(ok, #ok, __FILE__, __LINE__)
void check(bool ok, const char *text, const char *file, int line);
/* This host cannot run the test. */
void skip(const char *missing);

#define NO_REF ((struct vgpu_ref){ VGPU_REF_NULL, 0, NULL })
#define BLOB(data, n) ((struct vgpu_ref){ VGPU_REF_BLOB, n, data })
#define OFFSET(at) ((struct vgpu_ref){ VGPU_REF_OFFSET, at, NULL })

#endif

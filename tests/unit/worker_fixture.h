/* SPDX-License-Identifier: MIT */
/*
 * A stream without a ring: calls replay_* with arguments made by hand, records
 * answers, and looks into frame pools. The functions of conn.c and stream.c
 * that the worker's GL side needs are here, so that those are not linked.
 */
#ifndef TESTS_UNIT_WORKER_FIXTURE_H
#define TESTS_UNIT_WORKER_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/drawable.h"
#include "backend/worker/fbo.h"
#include "backend/worker/frame.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "gl_enums.h"

#define FIX_POOL_BYTES (4u << 20)
#define FIX_SLOTS 3u
#define FIX_SLOT_BYTES (1u << 20)

/* What has been answered since the last fix_answer. */
struct fix_reply {
	uint8_t bytes[1 << 16];
	size_t used;
	unsigned int count;
};

extern struct vgpu_wconn fix_conn;
extern __thread struct fix_reply fix_reply;
extern _Atomic unsigned int fix_signals;
extern const struct vgpu_gl *fix_gl;

int fix_open(void **state);  /* group setup: the host */
int fix_close(void **state);
int fix_start(void **state); /* test setup: a connection with pool 1 */
int fix_stop(void **state);  /* ends it as a program that died; checks for leaks */

/* A new stream of the connection. */
struct vgpu_replay *fix_stream(void);
void fix_stream_end(struct vgpu_replay *r);

/* The value that was answered last; the blob in it at index (0 ..). */
uint64_t fix_value(void);
const void *fix_blob(unsigned int index, bool has_value, uint64_t *bytes_out);

/* Short forms of the private commands. attribs end with 0. */
EGLint fix_context(struct vgpu_replay *r, uint32_t id, uint32_t share, ...);
EGLint fix_drawable(struct vgpu_replay *r, uint32_t id, ...);
EGLint fix_bind(struct vgpu_replay *r, uint32_t context, uint32_t drawable);
void fix_pool(struct vgpu_replay *r, uint32_t drawable);
/* Swap into a slot and wait for the frame; the slot's header is checked. */
const uint32_t *fix_swap(struct vgpu_replay *r, uint32_t drawable, uint32_t slot);
const uint32_t *fix_flush_front(struct vgpu_replay *r, uint32_t drawable, uint32_t slot);
struct vgpu_frame_slot *fix_slot(uint32_t slot);
GLint fix_get(struct vgpu_replay *r, GLenum pname);
GLenum fix_error(struct vgpu_replay *r);

/* Fill a rectangle of the current draw framebuffer, in GL's coordinates. */
void fix_fill(int x, int y, int w, int h, uint32_t rgba);

#endif

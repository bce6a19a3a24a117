/* SPDX-License-Identifier: MIT */
/*
 * The worker's inner contract: what a decoder and a hand-written replay
 * function may use. One struct vgpu_replay per stream thread.
 *
 * Generated decoders have checked lengths and fixed fields before they call
 * replay_<name>(). All else that a guest can lie about is the callee's to check.
 */
#ifndef VGPU_BACKEND_WORKER_REPLAY_H
#define VGPU_BACKEND_WORKER_REPLAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/track/names.h"
#include "protocol/wire.h"

struct vgpu_gl;       /* generated: the host's GL functions (build/gen/host_gl.h) */
struct vgpu_wstream;  /* backend/worker/stream.h: the ring, replies */
struct vgpu_wconn;    /* backend/worker/conn.h: one program */
struct vgpu_wcontext; /* backend/worker/context.h */
struct vgpu_wshare;   /* backend/worker/context.h: a share group's names */
struct vgpu_wdrawable; /* backend/worker/drawable.h */
struct vgpu_wfences;  /* backend/worker/gl_fences.c: fences the guest has not been told of */

/* Memory that lives until the command is done; grows, is reused. */
struct vgpu_scratch {
	uint8_t *base;
	size_t size, used;
	void *overflow; /* list of larger pieces */
	uint8_t *image; /* vgpu_scratch_image's */
	size_t image_size;
};

struct vgpu_replay {
	const struct vgpu_gl *gl;
	struct vgpu_wstream *stream;
	struct vgpu_wconn *conn;
	struct vgpu_wcontext *ctx; /* current, or NULL: GL commands are then ignored */
	struct vgpu_wshare *share; /* ctx's, or NULL */
	struct vgpu_scratch scratch;
	uint32_t bind_status;      /* EGL error code of the last vgpuContextBind */
	struct vgpu_wfences *fences; /* or NULL */
	uint32_t fences_pending;   /* in there */
	int broken;                /* a quick command (decode.h) was wrong: -EPROTO, the stream ends */
};

/*
 * Zeroed memory for the length of this command, 16-aligned. NULL when n is
 * beyond VGPU_MAX_REPLY or memory is short; the decoder then answers with zeros.
 */
void *vgpu_scratch_alloc(struct vgpu_replay *r, size_t n);
/*
 * The same for what a driver fills: one piece, not zeroed but holding nothing
 * that was not meant for this guest. The next call takes it away.
 */
void *vgpu_scratch_image(struct vgpu_replay *r, size_t n);
void vgpu_scratch_reset(struct vgpu_replay *r);
/* At the end of the thread. */
void vgpu_scratch_free(struct vgpu_replay *r);

/*
 * Replies (backend/worker/stream.c; a recording stub in unit tests and fuzzing).
 * begin names the command and the whole payload size; writes must add up to it.
 * Writing blocks while the reply ring is full; a dead guest makes it a no-op.
 */
void vgpu_reply_send_begin(struct vgpu_replay *r, uint16_t opcode, uint64_t bytes);
void vgpu_reply_send(struct vgpu_replay *r, const void *data, size_t n);
/* One output parameter: count, bytes, padding to 8. Its payload is VGPU_REPLY_BLOB(n). */
void vgpu_reply_send_blob(struct vgpu_replay *r, const void *data, size_t n);
/*
 * Room for payload in the ring itself, for a driver to write to: up to want
 * bytes in one piece, *have_out of them, at least 8. Waits for the guest to read. NULL when
 * there is none (a recording is replayed, the stream ends): use vgpu_reply_send.
 * Whoever writes there calls vgpu_reply_wrote with what it wrote, a multiple of
 * 8, next; nothing is sent otherwise. It may also be taken before
 * vgpu_reply_send_begin: what is sent then goes to the start of it.
 */
void *vgpu_reply_space(struct vgpu_replay *r, uint64_t want, uint64_t *have_out);
void vgpu_reply_wrote(struct vgpu_replay *r, uint64_t n);
#define VGPU_PAD8(n) (((uint64_t)(n) + 7) & ~(uint64_t)7)
#define VGPU_REPLY_BLOB(n) (8 + VGPU_PAD8(n))

/*
 * Host names for guest names and back, by the kind of object (names.h has the
 * tables; these pick the right one: share group or context).
 * vgpu_host_name: 0 for 0; for an unknown guest name, a name that the host has
 * not generated, so that the host's GL raises the error the specification asks for.
 */
uint32_t vgpu_host_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest);
uint32_t vgpu_guest_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t host);

/* One line about this guest, rate-limited: "conn 3 (glxgears): ..." */
void vgpu_replay_log(struct vgpu_replay *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What generated decoders stand on: cutting a command's tail, outputs, object
 * names in arrays. Called on the stream's thread. Hand-written replay functions
 * may use the answering half.
 */
#ifndef VGPU_BACKEND_WORKER_DECODE_SUPPORT_H
#define VGPU_BACKEND_WORKER_DECODE_SUPPORT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/replay.h"
#include "protocol/gl_size.h"
#include "protocol/ref.h"

#define VGPU_NO_STRING UINT64_MAX /* on the wire: the string is NULL */

/*
 * No version of GL has the command, and the host's drivers have none of the extensions (number
 * needs of host_needs.h) that do: GL_INVALID_OPERATION, as from a function that is none.
 */
bool vgpu_lacking(struct vgpu_replay *replay, unsigned int needs);

/* What of the tail has not been taken. Anything that does not fit makes it bad. */
struct vgpu_tail {
	const uint8_t *at;
	uint64_t left;
	bool bad;
};

/* Take n bytes and their padding. NULL when they are not there. */
const void *vgpu_tail_cut(struct vgpu_tail *tail, uint64_t n);
/* Take a string of n bytes and its NUL; NULL for VGPU_NO_STRING, which is bad unless nullable. */
const void *vgpu_tail_string(struct vgpu_tail *tail, uint64_t n, bool nullable);
/* The same, when another field says the length (negative: up to the NUL) and must agree. */
const void *vgpu_tail_string_of(struct vgpu_tail *tail, uint64_t n, int64_t length, bool nullable);
/*
 * Take an array of strings (see encode_support.h): NUL-terminated each. The
 * arrays live in the scratch. lengths_out may be NULL.
 */
const char *const *vgpu_tail_strings(struct vgpu_replay *replay, struct vgpu_tail *tail,
                                     uint64_t bytes, int64_t count, const int32_t **lengths_out);
struct vgpu_ref vgpu_tail_ref(struct vgpu_tail *tail, uint32_t kind, uint64_t value);
/* A reference that is written to: nothing in the tail, value is a capacity or an offset. */
struct vgpu_ref vgpu_tail_out_ref(struct vgpu_tail *tail, uint32_t kind, uint64_t value);
/* A capacity that the guest asks for. */
uint64_t vgpu_tail_capacity(struct vgpu_tail *tail, uint64_t capacity);

/*
 * The first of some consecutive things (bindings, viewports, parameters). Drivers
 * add a count to it in 32 bits and compare afterwards: what would wrap becomes a
 * number that no driver has, so that they find what is wrong.
 */
static inline uint32_t vgpu_number(uint32_t n)
{
	return n <= INT32_MAX ? n : INT32_MAX;
}

/*
 * A dimension of a new image. Drivers count the levels of one that is far too large
 * before they refuse it, and have no room for so many: it becomes one that is too
 * large as well, but not by so much.
 */
int32_t vgpu_dimension(const struct vgpu_replay *replay, int32_t n);

/* The same for offsets into buffers and sizes of parts, whose sum drivers take in 64 bits. */
static inline int64_t vgpu_offset(int64_t n)
{
	return n <= INT64_MAX / 4 ? n : INT64_MAX / 4;
}

/* The same for the offset of a reference, which no command takes for a negative one. */
static inline uint64_t vgpu_ref_offset(uint64_t value)
{
	return (uint64_t)vgpu_offset(value <= INT64_MAX ? (int64_t)value : INT64_MAX);
}

/* All taken, nothing bad? */
static inline bool vgpu_tail_done(const struct vgpu_tail *tail)
{
	return !tail->bad && tail->left == 0;
}

/*
 * Host names for an array of bytes / 4 guest names, in the scratch; NULL when memory is
 * short. kind is an enum vgpu_name_kind, or -1 for what is not a name.
 */
const uint32_t *vgpu_host_names(struct vgpu_replay *replay, int kind, const uint32_t *guest,
                                uint64_t bytes);
static inline uint32_t vgpu_host_name_if(struct vgpu_replay *replay, int kind, uint32_t guest)
{
	return kind < 0 ? guest : vgpu_host_name(replay, (enum vgpu_name_kind)kind, guest);
}

/* Answers. Each returns 0, so that a decoder can end with it. */
int vgpu_answer_empty(struct vgpu_replay *replay, uint16_t opcode);
int vgpu_answer_value(struct vgpu_replay *replay, uint16_t opcode, uint64_t value);

/*
 * Output parameters. A driver writes to scratch memory; only what it has
 * written is answered, so that a refused query leaves the program's memory as
 * it is. To know how much that is, the driver is asked twice, over two fill
 * patterns:
 *
 *	while (vgpu_outs_pass(replay, out, n, &pass))
 *		gl->GetX(..., out[0].data);
 *	return vgpu_outs_answer(replay, op, NULL, out, n);
 */
struct vgpu_out {
	uint64_t capacity; /* bytes */
	uint32_t element;  /* bytes of one element: written is a multiple of it */
	int kind;          /* of the 32-bit names in it, or -1 */
	void *data;        /* where the driver writes */
	uint8_t *first;    /* what it wrote over the first pattern */
	uint64_t written;  /* bytes */
};
bool vgpu_outs_pass(struct vgpu_replay *replay, struct vgpu_out *out, unsigned int n, int *pass);
/* The same for what must not be asked twice: one pass over zeros, all is answered. */
bool vgpu_outs_once(struct vgpu_replay *replay, struct vgpu_out *out, unsigned int n, int *pass);
/* value: what the command returned, or NULL. Empty when memory was short. */
int vgpu_outs_answer(struct vgpu_replay *replay, uint16_t opcode, const uint64_t *value,
                     struct vgpu_out *out, unsigned int n);

/* The kind of the names that a query of pname returns (GL_TEXTURE_BINDING_2D ...), or -1. */
int vgpu_pname_name_kind(uint32_t pname);
/* The kind that an identifier of glObjectLabel means (GL_BUFFER ...), or -1. */
int vgpu_identifier_name_kind(uint32_t identifier);
/* The kind of the object that a target of glCopyImageSubData means. */
int vgpu_image_name_kind(uint32_t target);

#endif

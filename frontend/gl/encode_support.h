/* SPDX-License-Identifier: MIT */
/*
 * What generated encoders and entry points stand on: writing blobs into a
 * command, sizes of strings, refusing what is too large. Called on the thread
 * that owns the stream. The generated code is the only user.
 */
#ifndef VGPU_FRONTEND_GL_ENCODE_SUPPORT_H
#define VGPU_FRONTEND_GL_ENCODE_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "frontend/client.h"
#include "frontend/transport/stream.h"
#include "protocol/gl_size.h"
#include "protocol/ref.h"

#define VGPU_NO_STRING UINT64_MAX /* on the wire: the string is NULL */

/* Sets GL_OUT_OF_MEMORY: the command does not fit the wire and is dropped. */
void vgpu_too_large(struct vgpu_context *context) __attribute__((cold));

/* True if blobs of this size altogether fit one command; else the GL error is set. */
static inline bool vgpu_fits(struct vgpu_context *context, uint64_t bytes)
{
	if (__builtin_expect(bytes <= VGPU_MAX_COMMAND - 4096, 1))
		return true;
	vgpu_too_large(context);
	return false;
}

/* Copy n bytes (zeros when data is NULL) and zero the padding. Returns where the next blob goes. */
static inline uint8_t *vgpu_put(uint8_t *at, const void *data, uint64_t n)
{
	uint64_t padded = vgpu_pad(n);

	if (padded != n)
		memset(at + padded - 8, 0, 8);
	if (data)
		memcpy(at, data, n);
	else
		memset(at, 0, n);
	return at + padded;
}

/*
 * Bytes of a string without its NUL: length, or up to the NUL when length is
 * negative. VGPU_NO_STRING for NULL.
 */
static inline uint64_t vgpu_string_bytes(const char *string, int64_t length)
{
	if (!string)
		return VGPU_NO_STRING;
	return length < 0 ? strlen(string) : (uint64_t)length;
}

/* The same for vgpu_fits: what is longer than VGPU_MAX_STRING fits nowhere. */
static inline uint64_t vgpu_string_cost(const char *string, int64_t length)
{
	uint64_t bytes = string ? vgpu_string_bytes(string, length) : 0;

	return bytes <= VGPU_MAX_STRING ? bytes : UINT64_MAX;
}

/* What the tail holds for it: the bytes and a NUL, padded. */
static inline uint64_t vgpu_string_tail(uint64_t bytes)
{
	return bytes == VGPU_NO_STRING ? 0 : vgpu_pad(bytes + 1);
}
uint8_t *vgpu_put_string(uint8_t *at, const void *string, uint64_t bytes);

/*
 * An array of strings: a uint32_t length each, then each one's bytes and a NUL.
 * lengths may be NULL, or negative for NUL-terminated; a NULL string is empty.
 * UINT64_MAX if it cannot be counted.
 */
uint64_t vgpu_strings_bytes(int64_t count, const char *const *strings, const int32_t *lengths);
uint8_t *vgpu_put_strings(uint8_t *at, uint64_t bytes, int64_t count, const char *const *strings,
                          const int32_t *lengths);

/* Client memory of a ref, if it is that. */
static inline uint64_t vgpu_ref_tail(struct vgpu_ref ref)
{
	return ref.kind == VGPU_REF_BLOB ? ref.value : 0;
}

/* Wait for the answer and return its value; 0 when there is none. */
uint64_t vgpu_wait_value(struct vgpu_stream *stream, uint16_t opcode);
/* Wait for the answer; value_out (may be NULL) gets the returned value. False: nothing to read. */
bool vgpu_wait_outs(struct vgpu_stream *stream, uint16_t opcode, uint64_t *value_out);
/* Wait for the answer of a read into client memory. */
void vgpu_wait_ref(struct vgpu_stream *stream, uint16_t opcode, struct vgpu_ref ref);

#endif

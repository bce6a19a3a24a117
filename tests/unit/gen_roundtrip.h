/* SPDX-License-Identifier: MIT */
/*
 * What the generated round-trip tests are written in. A test makes arguments,
 * says what the driver must see ("want"), calls the entry point or the encoder
 * and checks. The driver's functions log what they got. Between the two stand
 * a stream on the heap and the real encoders and decoders.
 */
#ifndef VGPU_TESTS_GEN_ROUNDTRIP_H
#define VGPU_TESTS_GEN_ROUNDTRIP_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/decode_support.h"
#include "frontend/transport/stream.h"
#include "protocol/ref.h"

struct rt_case {
	uint16_t opcode;
	void (*run)(void);
};

/* Arguments, pseudo-random. Memory lives until the case ends. */
uint64_t rt_random(void);
double rt_float(void);
int32_t rt_count(int32_t least); /* what sizes depend on: least .. least + 6 */
uint32_t rt_enum(void);          /* an enum that sizes depend on */
void *rt_memory(uint64_t bytes, bool nullable); /* nullable: NULL at times */
char *rt_string(bool nullable);                 /* at least 8 characters */
const char **rt_strings(int64_t count);
int32_t *rt_lengths(int64_t count); /* NULL at times */
struct vgpu_ref rt_ref(bool out);
void *rt_room(uint64_t bytes); /* for an output; NULL at times */
uint32_t rt_next_name(void);   /* what vgpu_guest_names_alloc gives next */
void rt_next_names(uint32_t *names, uint64_t bytes);
struct vgpu_stream *rt_stream(void);

/* What the driver must see. */
void rt_want_call(uint16_t opcode);
void rt_want(const void *data, uint64_t bytes);
#define RT_WANT(x) rt_want(&(x), sizeof(x))
void rt_want_name(int kind, uint32_t guest);
void rt_want_bound(int kind, uint32_t guest);
void rt_want_names(int kind, const uint32_t *guest, uint64_t bytes);
void rt_want_array(const void *data, uint64_t bytes);
void rt_want_string(const char *string, int64_t length);
void rt_want_strings(int64_t count, const char *const *strings, const int32_t *lengths);
void rt_want_ref(struct vgpu_ref ref, bool out);
void rt_want_kind(int kind);                /* of a Gen*, Create* or Delete* */
void rt_want_new(int kind, uint32_t guest); /* of a command that returns a name */

/* What it got. */
void rt_call(uint16_t opcode);
void rt_got(const void *data, uint64_t bytes);
#define RT_GOT(x) rt_got(&(x), sizeof(x))
void rt_got_array(const void *data, uint64_t bytes);
void rt_got_string(const void *string, int64_t length);
void rt_got_strings(int64_t count, const char *const *strings, const int32_t *lengths);
void rt_got_ref(struct vgpu_ref ref, bool out);
void rt_write(void *out, uint64_t bytes); /* an output, or nothing: this case is an error */
uint64_t rt_result(void);                 /* what the driver returns */
#define RT_NEW_HOST 0x00777777u           /* a name it returns */
void rt_drive_names(int32_t n, uint32_t *names);
void rt_drive_target(uint32_t target, int32_t n, uint32_t *names);
void rt_drive_delete(int32_t n, const uint32_t *names);
void rt_present(void *function, uint64_t bytes); /* any function pointer */

/* Answers of hand-written replay functions. */
struct rt_blob {
	uint64_t bytes;
};
void rt_answer(struct vgpu_replay *replay, uint16_t opcode, bool value, const struct rt_blob *blob,
               unsigned int blobs);
void rt_answer_ref(struct vgpu_replay *replay, uint16_t opcode, struct vgpu_ref ref);

/* The command has been called: did the driver see what it had to, and what of broken copies? */
void rt_check(uint64_t result, uint64_t wanted);
/*
 * An output of bytes. measured: nothing of it may have been touched when the
 * driver wrote nothing; else it is zero then.
 */
void rt_check_room(const void *out, uint64_t bytes, uint32_t element, int kind, bool measured);
void rt_check_ref(struct vgpu_ref ref);

#endif

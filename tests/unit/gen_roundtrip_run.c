/* SPDX-License-Identifier: MIT */
/*
 * The wire between generated encoders and decoders, on the heap: what
 * frontend/transport/stream.c and backend/worker do in earnest.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/worker/context.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "frontend/client.h"
#include "frontend/gl/names.h"
#include "frontend/gl/state.h"
#include "frontend/gl/uniforms.h"
#include "test_roundtrip.h"
#include "tests/unit/gen_roundtrip_run.h"

#define RING (1u << 20)

__thread struct vgpu_context *vgpu_current;

static struct vgpu_stream stream;
static struct vgpu_context context;
static struct vgpu_gl driver;
static struct vgpu_replay replay;
static uint8_t *ring;
static bool silent, decoded;
static uint8_t *answer; /* payload */
static uint64_t answer_bytes, answer_at, answer_expected;
static unsigned int answers;
static uint16_t answer_opcode;
static void *scratch[256];
static unsigned int scratches;
static const uint32_t *guest_names;
static int guest_kind;
static GLenum gl_error;

/* ---- the worker's contract ---------------------------------------------------- */

void *vgpu_scratch_alloc(struct vgpu_replay *r, size_t n)
{
	if (n > VGPU_MAX_REPLY)
		return NULL;
	assert_true(scratches < sizeof(scratch) / sizeof(scratch[0]));
	scratch[scratches] = calloc(1, n ? n : 1);
	return scratch[scratches++];
}

void vgpu_reply_send_begin(struct vgpu_replay *r, uint16_t opcode, uint64_t bytes)
{
	answers++;
	answer_opcode = opcode;
	answer_expected = bytes;
	answer_bytes = answer_at = 0;
	answer = realloc(answer, bytes ? bytes : 1);
	assert_non_null(answer);
}

void vgpu_reply_send(struct vgpu_replay *r, const void *data, size_t n)
{
	assert_true(answer_bytes + n <= answer_expected);
	if (n)
		memcpy(answer + answer_bytes, data, n);
	answer_bytes += n;
}

void vgpu_reply_send_blob(struct vgpu_replay *r, const void *data, size_t n)
{
	static const uint8_t zeros[8];
	uint64_t count = n;

	vgpu_reply_send(r, &count, sizeof(count));
	vgpu_reply_send(r, data, n);
	vgpu_reply_send(r, zeros, VGPU_PAD8(n) - n);
}

uint32_t rt_host_name(int kind, uint32_t guest)
{
	return guest ? guest ^ (0x40000000u + ((uint32_t)kind << 20)) : 0;
}

uint32_t vgpu_host_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest)
{
	return rt_host_name((int)kind, guest);
}

uint32_t vgpu_guest_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t host)
{
	return rt_host_name((int)kind, host);
}

uint32_t vgpu_host_name_bind(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                             uint32_t target)
{
	return rt_host_name((int)kind, guest) ^ RT_BOUND;
}

int vgpu_replay_gen_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                          const GLuint *guest, void (*fn)(GLsizei, GLuint *))
{
	GLuint host[8];

	guest_names = guest;
	guest_kind = (int)kind;
	fn(n, host);
	return 0;
}

int vgpu_replay_create_names_target(struct vgpu_replay *r, enum vgpu_name_kind kind, GLenum target,
                                    GLsizei n, const GLuint *guest,
                                    void (*fn)(GLenum, GLsizei, GLuint *))
{
	GLuint host[8];

	guest_names = guest;
	guest_kind = (int)kind;
	fn(target, n, host);
	return 0;
}

int vgpu_replay_delete_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                             const GLuint *guest, void (*fn)(GLsizei, const GLuint *))
{
	guest_names = guest;
	guest_kind = (int)kind;
	fn(n, guest);
	return 0;
}

int vgpu_replay_add_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                         uint32_t host)
{
	rt_got_number(kind);
	rt_got_number(guest);
	rt_got_number(host);
	return 0;
}

void vgpu_wcontext_raise(struct vgpu_replay *r, GLenum error)
{
	assert_true(false); /* the driver of this test lacks nothing */
}

/* ---- the guest library's contract ------------------------------------------------ */

void vgpu_gl_set_error(struct vgpu_context *ctx, GLenum error)
{
	gl_error = error;
}

bool vgpu_gl_uniform_count(struct vgpu_context *ctx, GLuint program, GLint location,
                           GLsizei *count)
{
	return true;
}

int vgpu_guest_names_alloc(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           uint32_t *out)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = rt_take_name();
	return 0;
}

void vgpu_guest_names_free(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           const uint32_t *names)
{
}

void vgpu_guest_names_note(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name)
{
}

uint8_t *vgpu_stream_more(struct vgpu_stream *s, uint32_t size)
{
	fail_msg("a command of %u bytes", size);
	return NULL;
}

void vgpu_stream_send_large(struct vgpu_stream *s)
{
	fail_msg("a command in fragments");
}

bool vgpu_reply_begin(struct vgpu_stream *s, uint16_t opcode)
{
	rt_run_pending();
	if (answers != 1)
		fail_msg("%s: %u answers", vgpu_ops[opcode].name, answers);
	assert_int_equal(answer_opcode, opcode);
	return true;
}

void vgpu_reply_read(struct vgpu_stream *s, void *dst, size_t n)
{
	if (answer_at + n > answer_bytes)
		fail_msg("%s: the answer is short", vgpu_ops[answer_opcode].name);
	memcpy(dst, answer + answer_at, n);
	answer_at += n;
}

size_t vgpu_reply_read_blob(struct vgpu_stream *s, void *dst, size_t capacity)
{
	uint64_t count;

	vgpu_reply_read(s, &count, sizeof(count));
	assert_true(answer_at + VGPU_PAD8(count) <= answer_bytes);
	capacity = count < capacity ? count : capacity;
	if (capacity)
		memcpy(dst, answer + answer_at, capacity);
	answer_at += VGPU_PAD8(count);
	return capacity;
}

void vgpu_reply_end(struct vgpu_stream *s)
{
	assert_int_equal(answer_at, answer_bytes);
}

struct vgpu_stream *rt_stream(void)
{
	return &stream;
}

/* ---- drivers ------------------------------------------------------------------------ */

static uint8_t pattern(uint64_t i)
{
	static const uint8_t first[] = { 0xa5, 0x5a, 0, 1, 0xff, 0xa5, 0xa5, 0x5a, 0x5a };

	return i < sizeof(first) ? first[i] : (uint8_t)(i * 37 + rt_result());
}

static uint8_t pattern_end(uint64_t i, uint64_t bytes)
{
	return i + 1 == bytes && bytes % 8 == 4 ? 0x5a : pattern(i);
}

void rt_write(void *out, uint64_t bytes)
{
	uint8_t *to = out;

	for (uint64_t i = 0; !silent && i < bytes; i++)
		to[i] = pattern_end(i, bytes);
}

void rt_drive_names(int32_t n, uint32_t *names)
{
	rt_got(&n, sizeof(n));
	rt_got_array(guest_names, n > 0 ? (uint64_t)n * 4 : 0);
	rt_got_number((uint64_t)guest_kind);
}

void rt_drive_target(uint32_t target, int32_t n, uint32_t *names)
{
	rt_got(&target, sizeof(target));
	rt_drive_names(n, names);
}

void rt_drive_delete(int32_t n, const uint32_t *names)
{
	assert_ptr_equal(names, guest_names);
	rt_drive_names(n, NULL);
}

static void present(void)
{
}

void rt_present(void *function, uint64_t bytes)
{
	void (*fn)(void) = present;

	assert_int_equal(bytes, sizeof(fn));
	memcpy(function, &fn, sizeof(fn));
}

static void send_pattern(struct vgpu_replay *r, uint64_t bytes)
{
	uint8_t *data = vgpu_scratch_alloc(r, bytes);

	rt_write(data, bytes);
	vgpu_reply_send_blob(r, data, silent ? 0 : bytes);
}

void rt_answer(struct vgpu_replay *r, uint16_t opcode, bool value, const struct rt_blob *blob,
               unsigned int blobs)
{
	uint64_t bytes = value ? 8 : 0, result = rt_result();

	for (unsigned int i = 0; i < blobs; i++)
		bytes += VGPU_REPLY_BLOB(silent ? 0 : blob[i].bytes);
	vgpu_reply_send_begin(r, opcode, bytes);
	if (value)
		vgpu_reply_send(r, &result, sizeof(result));
	for (unsigned int i = 0; i < blobs; i++)
		send_pattern(r, blob[i].bytes);
}

void rt_answer_ref(struct vgpu_replay *r, uint16_t opcode, struct vgpu_ref ref)
{
	if (ref.kind != VGPU_REF_BLOB)
		return;
	vgpu_reply_send_begin(r, opcode, VGPU_REPLY_BLOB(silent ? 0 : ref.value));
	send_pattern(r, ref.value);
}

void rt_check_room(const void *out, uint64_t bytes, uint32_t element, int kind, bool measured)
{
	const uint8_t *p = out;

	for (uint64_t i = 0; p && i < bytes; i++) {
		uint8_t expected = pattern_end(i, bytes);

		if (silent)
			expected = measured ? RT_UNTOUCHED : 0;
		else if (kind >= 0 && element == 4)
			expected ^= (uint8_t)(rt_host_name(kind, 1) >> (8 * (i % 4)) ^ (i % 4 == 0));
		if (p[i] != expected)
			fail_msg("%s: output octet %llu of %llu", rt_run_pending(),
			         (unsigned long long)i, (unsigned long long)bytes);
	}
}

void rt_check_ref(struct vgpu_ref ref)
{
	if (ref.kind == VGPU_REF_BLOB)
		rt_check_room(ref.data, ref.value, 1, -1, true);
}

/* ---- running ------------------------------------------------------------------------- */

int rt_decode(uint16_t opcode, const void *fixed, const void *tail, uint64_t tail_bytes)
{
	int rc = vgpu_decoders[opcode](&replay, fixed, tail, tail_bytes);

	while (scratches)
		free(scratch[--scratches]);
	return rc;
}

static int decode(const struct vgpu_wire_hdr *hdr, uint64_t fixed_bytes, int64_t change)
{
	uint64_t tail_bytes = hdr->size - sizeof(*hdr) - fixed_bytes;
	uint64_t given = (uint64_t)((int64_t)tail_bytes + change);
	/* copies of the exact size, so that a sanitizer sees reads beyond */
	uint8_t *fixed = malloc(fixed_bytes ? fixed_bytes : 1), *tail = calloc(1, given ? given : 1);
	int rc;

	assert_true(fixed && tail);
	memcpy(fixed, hdr + 1, fixed_bytes);
	memcpy(tail, (const uint8_t *)(hdr + 1) + fixed_bytes, given < tail_bytes ? given : tail_bytes);
	rc = rt_decode(hdr->opcode, fixed, tail, given);
	free(fixed);
	free(tail);
	return rc;
}

void rt_run_begin(bool new_silent)
{
	if (!ring) {
		ring = malloc(RING);
		assert_non_null(ring);
		vgpu_gl_load_null(&driver);
		rt_load(&driver);
		replay.gl = &driver;
		context.stream = &stream;
	}
	memset(ring, 0xee, 4096);
	stream = (struct vgpu_stream){ .wr = ring, .limit = ring + RING };
	vgpu_current = &context;
	replay.ctx = (struct vgpu_wcontext *)&context;
	silent = new_silent;
	decoded = false;
	answers = 0;
	gl_error = GL_NO_ERROR;
}

const char *rt_run_pending(void)
{
	const struct vgpu_wire_hdr *hdr = (const void *)ring;
	const struct vgpu_op_info *op;
	int rc;

	assert_true(hdr->opcode < VGPU_OP_COUNT);
	op = &vgpu_ops[hdr->opcode];
	assert_non_null(op->name);
	if (decoded)
		return op->name;
	decoded = true;
	if (gl_error)
		fail_msg("%s: GL error %#x", op->name, gl_error);
	assert_int_equal(stream.wr - ring, hdr->size);
	assert_int_equal(hdr->flags, 0);
	assert_int_equal(hdr->size % 8, 0);
	assert_true(hdr->size >= sizeof(*hdr) + op->fixed_bytes);
	rc = decode(hdr, op->fixed_bytes, 0);
	if (rc)
		fail_msg("%s: refused with %d", op->name, rc);
	if (answers && answer_bytes != answer_expected)
		fail_msg("%s: an answer of %llu bytes, announced %llu", op->name,
		         (unsigned long long)answer_bytes, (unsigned long long)answer_expected);
	if (op->flags & VGPU_OP_F_REPLY ? answers != 1 : answers && !(op->flags & VGPU_OP_F_REPLY_REF))
		fail_msg("%s: %u answers", op->name, answers);
	return op->name;
}

uint32_t rt_error(void)
{
	uint32_t error = gl_error;

	gl_error = GL_NO_ERROR;
	return error;
}

uint64_t rt_written(void)
{
	return (uint64_t)(stream.wr - ring);
}

bool rt_answered(void)
{
	return answers != 0;
}

void rt_run_broken(void)
{
	const struct vgpu_wire_hdr *hdr = (const void *)ring;
	const struct vgpu_op_info *op = &vgpu_ops[hdr->opcode];
	uint64_t tail_bytes = hdr->size - sizeof(*hdr) - op->fixed_bytes;
	unsigned int calls = rt_calls(), before = answers;

	if (decode(hdr, op->fixed_bytes, 8) != -EPROTO)
		fail_msg("%s: took a tail that is too long", op->name);
	if (tail_bytes && decode(hdr, op->fixed_bytes, -8) != -EPROTO)
		fail_msg("%s: took a tail that is too short", op->name);
	if (rt_calls() != calls || answers != before)
		fail_msg("%s: acted on a broken command", op->name);
	if (op->flags & VGPU_OP_F_PRIVATE)
		return;
	replay.ctx = NULL;
	if (decode(hdr, op->fixed_bytes, 0) != 0)
		fail_msg("%s: refused without a context", op->name);
	if (rt_calls() != calls)
		fail_msg("%s: called the driver without a context", op->name);
	if (answers != 2 * before || (before && answer_expected != 0))
		fail_msg("%s: without a context: %u answers", op->name, answers - before);
	answers = before;
}

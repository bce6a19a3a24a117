/* SPDX-License-Identifier: MIT */
/* Points 30 to 33: what goes back to the guest. */
#include "tests/security/hostile.h"

#define OPCODE_WORDS(...) ((const uint32_t[]){ __VA_ARGS__ })

/* Answer octets of a command that was written by hand; -1 when the stream is closed. */
static int64_t answer(struct peer *p, uint16_t opcode, const uint32_t *words, uint32_t n, void *out,
                      size_t size)
{
	struct vgpu_stream *s = &p->stream;
	int64_t bytes;

	peer_words(p, opcode, words, n);
	if (!vgpu_reply_begin(s, opcode))
		return -1;
	bytes = (int64_t)s->reply_left;
	vgpu_reply_read(s, out, size);
	vgpu_reply_end(s);
	return bytes;
}

/* A query that the driver refuses has nothing to say; never what lay in the worker's memory. */
static void refused_queries_are_empty(struct peer *p)
{
	static const uint16_t ops[] = { VGPU_OP_glGetIntegerv, VGPU_OP_glGetFloatv,
		                        VGPU_OP_glGetDoublev, VGPU_OP_glGetBooleanv,
		                        VGPU_OP_glGetInteger64v };
	uint64_t out[4];
	size_t i;

	peer_context(p, 2);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		memset(out, 0xff, sizeof(out));
		CHECK(answer(p, ops[i], OPCODE_WORDS(0xdeadbeef), 1, out, sizeof(out)) == 8);
		CHECK(out[0] == 0);
	}
	CHECK(peer_error(p) == GL_INVALID_ENUM);
	memset(out, 0xff, sizeof(out));
	CHECK(answer(p, VGPU_OP_glGetTexLevelParameteriv,
	             OPCODE_WORDS(GL_TEXTURE_2D, 99, GL_TEXTURE_WIDTH), 3, out, sizeof(out)) == 8);
	CHECK(out[0] == 0);
}

/* Capacities are the guest's word: more than any answer is refused, less is filled up to that. */
static void capacities(struct peer *p)
{
	char text[64];
	struct peer other;

	peer_context(p, 2);
	memset(text, 'x', sizeof(text));
	CHECK(enc_vgpuGetString(&p->stream, GL_VERSION, 0, 0, 4, text) > 4);
	CHECK(text[4] == 'x');
	CHECK(enc_vgpuGetString(&p->stream, GL_VERSION, 0, 0, 0, text) > 4);
	peer_open(&other);
	peer_context(&other, 2);
	peer_words(&other, VGPU_OP_vgpuGetString, OPCODE_WORDS(GL_VERSION, 0, 0, 0x7fffffff), 4);
	CHECK(!peer_sync(&other));
	peer_close(&other);
	/* a negative one has no room, and is the driver's to refuse */
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 1);
	enc_glGetShaderInfoLog(&p->stream, 1, -1, NULL, NULL);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
}

static void logs(struct peer *p)
{
	static const char *const source = "this is no shader";
	char log[256];
	GLsizei length = -1, whole = 0;

	peer_context(p, 2);
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 1);
	enc_glShaderSource(&p->stream, 1, 1, &source, NULL);
	enc_glCompileShader(&p->stream, 1);
	enc_glGetShaderInfoLog(&p->stream, 1, sizeof(log), &whole, log);
	CHECK(whole > 8 && (size_t)whole < sizeof(log));
	memset(log, 'x', sizeof(log));
	enc_glGetShaderInfoLog(&p->stream, 1, 8, &length, log);
	CHECK(length == 7 && log[7] == 0 && log[8] == 'x');
}

/* What one program has freed is not what the next one gets. */
static void memory_is_cleared(struct peer *p)
{
	static uint8_t mark[1 << 16], back[1 << 16];
	struct peer other;
	uint32_t round, i, same = 0;

	memset(mark, 0xc7, sizeof(mark));
	peer_open(&other);
	peer_context(&other, 2);
	for (i = 1; i < 40; i++) {
		peer_buffer(&other, i, GL_ARRAY_BUFFER, sizeof(mark));
		enc_vgpuBufferWrite(&other.stream, i, 0, sizeof(mark), mark);
	}
	CHECK(peer_sync(&other));
	peer_close(&other);
	peer_context(p, 2);
	for (round = 1; round < 40; round++) {
		peer_buffer(p, round, GL_ARRAY_BUFFER, sizeof(back));
		memset(back, 0, sizeof(back));
		enc_vgpuBufferRead(&p->stream, round, 0, sizeof(back), back);
		for (i = 0; i < sizeof(back); i++)
			same += back[i] == 0xc7;
	}
	CHECK(same < 64);
}

/* Pixels outside of what was drawn, of a window that has just been made or has grown. */
static void windows_are_cleared(struct peer *p)
{
	static uint8_t back[64 * 64 * 4];
	size_t i;

	peer_window(p, 2);
	for (int grown = 0; grown < 2; grown++) {
		enc_glReadPixels(&p->stream, 0, 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE,
		                 BLOB(back, sizeof(back)));
		for (i = 0; i < 32 * 32; i++)
			CHECK(back[(i / 32 * 64 + i % 32) * 4] == 0);
		enc_vgpuDrawableResize(&p->stream, 1, 64, 64);
	}
}

const struct test reply_tests[] = {
	{ "30-refused-queries-are-empty", ALIVE, refused_queries_are_empty },
	{ "30-capacities", ALIVE, capacities },
	{ "31-logs-ok", ALIVE, logs },
	{ "32-memory-is-cleared", ALIVE, memory_is_cleared },
	{ "32-windows-are-cleared", ALIVE, windows_are_cleared },
	{ 0 },
};

/* SPDX-License-Identifier: MIT */
/*
 * What the points of the checklist must leave alone: each used as it is meant, up to its limits,
 * where no other test of that point does so. Results are read back.
 */
#include "tests/security/hostile.h"

#define VERTEX "#version 430 compatibility\nvoid main(){gl_Position=gl_Vertex;}"
#define RED "#version 430 compatibility\nvoid main(){gl_FragColor=vec4(1,0,0,1);}"

static const float corners[] = { -1, -1, 3, -1, -1, 3 }; /* a triangle over all */

static GLuint pixel(struct peer *p, GLint x, GLint y)
{
	GLuint got = 0;

	enc_glReadPixels(&p->stream, x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(&got, sizeof(got)));
	return got;
}

/* A buffer with the triangle, as array 0. */
static void triangle(struct peer *p, GLuint name)
{
	struct vgpu_stream *s = &p->stream;

	peer_buffer(p, name, GL_ARRAY_BUFFER, sizeof(corners));
	enc_vgpuBufferWrite(s, name, 0, sizeof(corners), corners);
	enc_vgpuArrayPointer(s, 0, 2, GL_FLOAT, 0, 8, 0);
	enc_vgpuArrayEnable(s, 0, 1);
}

/* What is larger than a batch goes to the driver from where it stands. */
static void large_tail(struct peer *p)
{
	static uint8_t data[48 << 10], back[48 << 10];

	peer_context(p, 2);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31 + i / 251);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, sizeof(data));
	enc_vgpuBufferWrite(&p->stream, 1, 0, sizeof(data), data);
	CHECK(enc_vgpuBufferRead(&p->stream, 1, 0, sizeof(back), back) == 1);
	CHECK(memcmp(data, back, sizeof(data)) == 0);
}

static void many_wake_ups(struct peer *p)
{
	GLint width = 0;

	peer_context(p, 2);
	for (int i = 1; i <= 3000; i++) {
		enc_glScissor(&p->stream, 0, 0, i, 1);
		vgpu_stream_flush(&p->stream);
	}
	enc_glGetIntegerv(&p->stream, GL_SCISSOR_BOX, (GLint[4]){ 0 });
	for (int i = 0; i < 100; i++)
		CHECK(peer_sync(p));
	{
		GLint box[4] = { 0 };

		enc_glGetIntegerv(&p->stream, GL_SCISSOR_BOX, box);
		width = box[2];
	}
	CHECK(width == 3000);
}

static void offsets_are_no_pointers(struct peer *p)
{
	static const GLubyte indices[] = { 9, 9, 0, 1, 2 };
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	peer_program(p, VERTEX, RED);
	triangle(p, 1);
	peer_buffer(p, 2, GL_ELEMENT_ARRAY_BUFFER, sizeof(indices));
	enc_vgpuBufferWrite(s, 2, 0, sizeof(indices), indices);
	enc_glDrawElements(s, GL_TRIANGLES, 3, GL_UNSIGNED_BYTE, OFFSET(2));
	CHECK(peer_error(p) == GL_NO_ERROR);
	CHECK(pixel(p, 5, 5) == 0xff0000ffu);
}

static void second_program(struct peer *p)
{
	struct peer other;
	char version[64] = "";

	peer_open(&other);
	peer_window(&other, 1);
	CHECK(enc_vgpuGetString(&other.stream, GL_VERSION, 0, 0, sizeof(version) - 1, version) > 3);
	CHECK(version[0] >= '1' && version[0] <= '9');
	CHECK(peer_sync(&other));
	peer_close(&other);
	peer_window(p, 2);
}

/* The smallest and largest sizes that commands with tails have. */
static void exact_sizes(struct peer *p)
{
	static GLuint names[2000];
	struct vgpu_stream *s = &p->stream;

	peer_context(p, 2);
	for (GLuint i = 0; i < 2000; i++)
		names[i] = i + 1;
	enc_glGenTextures(s, 0, names);
	enc_glGenTextures(s, 1, names);
	enc_glGenTextures(s, 1999, names + 1);
	enc_glBindTexture(s, GL_TEXTURE_2D, 2000);
	CHECK(enc_glIsTexture(s, 2000));
	enc_glDeleteTextures(s, 2000, names);
	CHECK(!enc_glIsTexture(s, 2000));
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void up_to_the_end(struct peer *p)
{
	GLuint word = 0x12345678, back = 0;

	peer_context(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 64);
	enc_vgpuBufferWrite(&p->stream, 1, 60, 4, &word);
	CHECK(enc_vgpuBufferRead(&p->stream, 1, 60, 4, &back) == 1 && back == word);
	enc_vgpuBufferWrite(&p->stream, 1, 64, 0, &word);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_vgpuBufferWrite(&p->stream, 1, 61, 4, &word);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
}

static void sizes_agree(struct peer *p)
{
	static const uint8_t data[40] = { 7, 8, 9 };
	uint8_t back[40] = { 0 };
	struct vgpu_stream *s = &p->stream;

	peer_context(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 8);
	enc_glBufferData(s, GL_ARRAY_BUFFER, sizeof(data), BLOB(data, sizeof(data)), GL_STATIC_DRAW);
	CHECK(enc_vgpuBufferRead(s, 1, 0, sizeof(back), back) == 1);
	CHECK(memcmp(data, back, sizeof(data)) == 0);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* Mesa clamps viewports where the caller has them: that must be a copy. */
static void nothing_is_edited(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLfloat boxes[64], sent[64];
	uint8_t *at;

	peer_context(p, 2);
	if (!peer_has(p, "GL_ARB_viewport_array"))
		skip("GL_ARB_viewport_array");
	for (int i = 0; i < 64; i++)
		sent[i] = boxes[i] = (i % 4 < 2 ? -1.0f : 1.0f) * 1e9f;
	at = peer_next(p);
	enc_glViewportArrayv(s, 0, 16, boxes);
	CHECK(peer_sync(p));
	CHECK(peer_error(p) == GL_NO_ERROR);
	/* behind the header and the two numbers, where the encoder put them */
	CHECK(memcmp(at + 16, sent, sizeof(sent)) == 0);
}

static void own_names(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint far[] = { 5, 1000000 };

	peer_context(p, 2);
	enc_glGenBuffers(s, 2, far);
	for (int i = 0; i < 2; i++) {
		enc_glBindBuffer(s, GL_ARRAY_BUFFER, far[i]);
		CHECK(enc_glIsBuffer(s, far[i]));
	}
	enc_glDeleteBuffers(s, 1, far);
	CHECK(!enc_glIsBuffer(s, 5) && enc_glIsBuffer(s, 1000000));
	enc_glGenBuffers(s, 1, far); /* a name comes back */
	enc_glBindBuffer(s, GL_ARRAY_BUFFER, 5);
	CHECK(enc_glIsBuffer(s, 5));
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void deleted_while_attached(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint one = 1;

	peer_window(p, 2);
	enc_glGenTextures(s, 1, &one);
	enc_glBindTexture(s, GL_TEXTURE_2D, 1);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	enc_glGenFramebuffers(s, 1, &one);
	enc_glBindFramebuffer(s, GL_FRAMEBUFFER, 1);
	enc_glFramebufferTexture2D(s, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 1, 0);
	enc_glBindFramebuffer(s, GL_FRAMEBUFFER, 0);
	enc_glDeleteTextures(s, 1, &one); /* the framebuffer keeps it */
	enc_glBindFramebuffer(s, GL_FRAMEBUFFER, 1);
	enc_glClearColor(s, 0, 1, 0, 1);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	CHECK(pixel(p, 3, 3) == 0xff00ff00u);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void indirect_draws(struct peer *p)
{
	static const GLuint commands[] = { 0, 1, 0, 0, 3, 1, 0, 0 };
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	if (!peer_has(p, "GL_ARB_multi_draw_indirect"))
		skip("GL_ARB_multi_draw_indirect");
	peer_program(p, VERTEX, RED);
	triangle(p, 1);
	peer_buffer(p, 2, GL_DRAW_INDIRECT_BUFFER, sizeof(commands));
	enc_vgpuBufferWrite(s, 2, 0, sizeof(commands), commands);
	enc_glMultiDrawArraysIndirect(s, GL_TRIANGLES, OFFSET(0), 2, 0);
	CHECK(peer_error(p) == GL_NO_ERROR);
	CHECK(pixel(p, 9, 9) == 0xff0000ffu);
}

static void stacks_to_the_limit(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLint depth = 0, most = 0;

	peer_context(p, 2);
	enc_glGetIntegerv(s, GL_MAX_ATTRIB_STACK_DEPTH, &most);
	for (GLint i = 0; i < most; i++)
		enc_glPushAttrib(s, GL_ALL_ATTRIB_BITS);
	enc_glGetIntegerv(s, GL_ATTRIB_STACK_DEPTH, &depth);
	CHECK(depth == most && peer_error(p) == GL_NO_ERROR);
	for (GLint i = 0; i < most; i++)
		enc_glPopAttrib(s);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glPopAttrib(s);
	CHECK(peer_error(p) == GL_STACK_UNDERFLOW);
}

static void lists_of_lists(struct peer *p)
{
	static const GLushort names[] = { 2, 1 };
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	enc_glGenLists(s, 3, 1);
	enc_glNewList(s, 1, GL_COMPILE);
	enc_glClearColor(s, 0, 0, 1, 1);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	enc_glEndList(s);
	enc_glNewList(s, 2, GL_COMPILE);
	enc_glCallList(s, 1);
	enc_glEndList(s);
	enc_glCallLists(s, 2, GL_UNSIGNED_SHORT, names);
	CHECK(pixel(p, 1, 1) == 0xffff0000u);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void waits(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLenum result;

	peer_context(p, 2);
	enc_glFenceSync(s, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 7);
	result = enc_glClientWaitSync(s, 7, GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000);
	CHECK(result == GL_ALREADY_SIGNALED || result == GL_CONDITION_SATISFIED);
	enc_glDeleteSync(s, 7);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void own_binaries(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static uint8_t binary[1 << 20];
	GLint linked = 0, formats = 0;
	GLsizei length = 0;
	GLenum format = 0;

	peer_window(p, 2);
	enc_glGetIntegerv(s, GL_NUM_PROGRAM_BINARY_FORMATS, &formats);
	if (!formats)
		skip("program binaries");
	peer_program(p, VERTEX, RED);
	enc_glGetProgramBinary(s, 1, sizeof(binary), &length, &format, binary);
	CHECK(length > 0 && (size_t)length < sizeof(binary));
	enc_glCreateProgram(s, 50);
	enc_glProgramBinary(s, 50, format, binary, length);
	enc_glGetProgramiv(s, 50, GL_LINK_STATUS, &linked);
	CHECK(linked && peer_error(p) == GL_NO_ERROR);
}

static void after_a_shortage(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint word = 77, back = 0;

	peer_context(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 4);
	enc_vgpuBufferWrite(s, 1, 0, 4, &word);
	enc_glBufferData(s, GL_ARRAY_BUFFER, 1ll << 46, NO_REF, GL_STATIC_DRAW);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	/* what there was is still there, and more can be had */
	CHECK(enc_vgpuBufferRead(s, 1, 0, 4, &back) == 1 && back == 77);
	peer_buffer(p, 2, GL_ARRAY_BUFFER, 4096);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void draws_with_state(struct peer *p)
{
	peer_window(p, 2);
	peer_program(p, VERTEX, RED);
	triangle(p, 1);
	enc_glDrawArrays(&p->stream, GL_TRIANGLES, 0, 3);
	CHECK(pixel(p, 31, 31) == 0xff0000ffu);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void frames_arrive(struct peer *p)
{
	struct vgpu_frame_slot *slots;
	const GLuint *pixels;

	peer_window(p, 2);
	slots = (struct vgpu_frame_slot *)p->pool.memory;
	enc_glClearColor(&p->stream, 1, 0, 0, 1);
	enc_glClear(&p->stream, GL_COLOR_BUFFER_BIT);
	enc_vgpuSwap(&p->stream, 1, 1, 1);
	CHECK(peer_sync(p));
	for (int i = 0; i < 1000 && __atomic_load_n(&slots[1].state, __ATOMIC_ACQUIRE) != VGPU_SLOT_READY;
	     i++)
		CHECK(peer_sync(p));
	CHECK(slots[1].state == VGPU_SLOT_READY && slots[1].width == 32 && slots[1].height == 32);
	pixels = (const GLuint *)((const uint8_t *)p->pool.memory + VGPU_POOL_HEADER + 4096);
	CHECK((pixels[0] & 0xffffff) == 0xff0000 && (pixels[1023] & 0xffffff) == 0xff0000);
}

const struct test honest_tests[] = {
	{ "04-large-tail-ok", ALIVE, large_tail },
	{ "06-many-wake-ups-ok", ALIVE, many_wake_ups },
	{ "08-offsets-are-no-pointers-ok", ALIVE, offsets_are_no_pointers },
	{ "10-second-program-ok", ALIVE, second_program },
	{ "13-exact-sizes-ok", ALIVE, exact_sizes },
	{ "16-up-to-the-end-ok", ALIVE, up_to_the_end },
	{ "17b-sizes-agree-ok", ALIVE, sizes_agree },
	{ "19-nothing-is-edited", ALIVE, nothing_is_edited },
	{ "21-own-names-ok", ALIVE, own_names },
	{ "22-deleted-while-attached-ok", ALIVE, deleted_while_attached },
	{ "25-indirect-draws-ok", ALIVE, indirect_draws },
	{ "26-stacks-to-the-limit-ok", ALIVE, stacks_to_the_limit },
	{ "27-lists-of-lists-ok", ALIVE, lists_of_lists },
	{ "28-waits-ok", ALIVE, waits },
	{ "35-own-binaries-ok", ALIVE, own_binaries },
	{ "38-after-a-shortage-ok", ALIVE, after_a_shortage },
	{ "41-draws-with-state-ok", ALIVE, draws_with_state },
	{ "45-frames-arrive-ok", ALIVE, frames_arrive },
	{ 0 },
};

/* SPDX-License-Identifier: MIT */
/* Points 20 to 29: numbers, names, objects that go, pointers, lists, waits. */
#include <limits.h>

#include "tests/security/hostile.h"

/* ---- 20: numbers --------------------------------------------------------------------------- */

static void numbers(struct peer *p)
{
	static const GLuint big[] = { 64, 1000, 0x7fffffff, 0x80000000u, 0xfffffff0u, 0xffffffffu };
	static const float v[64];
	static const GLint box[64];
	static const GLuint names[4] = { 1, 1, 1, 1 };
	static const uint16_t halves[64];
	struct vgpu_stream *s = &p->stream;
	size_t i;

	peer_context(p, 2);
	for (i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		GLuint n = big[i];

		enc_glActiveTexture(s, GL_TEXTURE0 + 1000 + n);
		enc_glMultiTexCoord4fv(s, GL_TEXTURE0 + n, v);
		enc_glVertexAttrib4fv(s, n, v);
		enc_glLightfv(s, GL_LIGHT0 + n, GL_POSITION, v);
		enc_glClipPlane(s, GL_CLIP_PLANE0 + n, (const double *)v);
		enc_glEnable(s, n);
		enc_glEnablei(s, GL_BLEND, n);
		enc_glColorMaski(s, n, 1, 1, 1, 1);
		enc_glBlendFunci(s, n, GL_ONE, GL_ONE);
		enc_glSampleMaski(s, n, 1);
		enc_glViewportIndexedf(s, n, 0, 0, 1, 1);
		enc_glScissorIndexed(s, n, 0, 0, 1, 1);
		enc_glDepthRangeIndexed(s, n, 0, 1);
		enc_glBindBufferBase(s, GL_UNIFORM_BUFFER, n, 0);
		enc_glBindBufferBase(s, GL_SHADER_STORAGE_BUFFER, n, 0);
		enc_glBindSampler(s, n, 0);
		enc_glBindImageTexture(s, n, 0, 0, 0, 0, GL_READ_ONLY, GL_RGBA8);
		enc_glTexImage2D(s, GL_TEXTURE_CUBE_MAP_POSITIVE_X + n % 1000 + 6, 0, GL_RGBA, 1, 1, 0,
		                 GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
		enc_glTexParameteri(s, GL_TEXTURE_2D, GL_TEXTURE_BASE_LEVEL, (GLint)n);
		enc_glBeginQueryIndexed(s, GL_PRIMITIVES_GENERATED, n, 1);
		enc_glMatrixMode(s, n);
		enc_glClearBufferfv(s, GL_COLOR, (GLint)n, v);
		enc_glVertexBindingDivisor(s, n, 1);
		enc_glVertexAttribBinding(s, n, n);
		enc_glProgramEnvParameter4fvARB(s, GL_VERTEX_PROGRAM_ARB, n, v);
		enc_glUniform4fv(s, (GLint)n, 1, v);
		enc_glTransformFeedbackBufferBase(s, 1, n, 1);
		/* the first of several: first + count must not wrap */
		enc_glBindBuffersBase(s, GL_UNIFORM_BUFFER, n, 4, names);
		enc_glBindTextures(s, n, 4, names);
		enc_glBindSamplers(s, n, 4, names);
		enc_glBindImageTextures(s, n, 4, names);
		enc_glViewportArrayv(s, n, 4, v);
		enc_glScissorArrayv(s, n, 4, box);
		enc_glDepthRangeArrayv(s, n, 4, (const double *)v);
		enc_glProgramEnvParameters4fvEXT(s, GL_VERTEX_PROGRAM_ARB, n, 4, v);
		enc_glProgramLocalParameters4fvEXT(s, GL_VERTEX_PROGRAM_ARB, n, 4, v);
		enc_glVertexAttribs4hvNV(s, n, 4, halves);
		enc_glVertexAttribs1hvNV(s, n, 4, halves);
		enc_glBindBuffersRange(s, GL_UNIFORM_BUFFER, n, 2, NULL, NULL, NULL);
		CHECK(peer_sync(p));
		CHECK(peer_error(p) != GL_NO_ERROR);
	}
}

static void array_numbers(struct peer *p)
{
	static const GLuint arrays[] = { 15, 16 + 16, 47 };
	struct peer other;
	GLuint bad;
	size_t i;

	peer_context(p, 2);
	for (i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		enc_vgpuArrayEnable(&p->stream, arrays[i], 1);
		enc_glDrawArrays(&p->stream, GL_POINTS, 0, 3);
		CHECK(peer_sync(p));
	}
	for (bad = 48; bad; bad *= 16) {
		peer_open(&other);
		peer_context(&other, 2);
		enc_vgpuArrayEnable(&other.stream, bad, 1);
		CHECK(!peer_sync(&other));
		peer_close(&other);
	}
}

static void indices_of_many_ok(struct peer *p)
{
	static const float v[16] = { 0, 0, 9, 9, 1, 1, 5, 5 };
	float back[4] = { 0 };

	peer_context(p, 1);
	enc_glViewportArrayv(&p->stream, 1, 2, v);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glGetFloati_v(&p->stream, GL_VIEWPORT, 2, back);
	CHECK(back[0] == 1 && back[3] == 5);
}

/* ---- 21: names --------------------------------------------------------------------------------- */

static void names_of_others(struct peer *p)
{
	static uint8_t secret[64], back[64];
	struct peer other;

	memset(secret, 0xc3, sizeof(secret));
	peer_open(&other);
	peer_context(&other, 2);
	peer_buffer(&other, 77, GL_ARRAY_BUFFER, sizeof(secret));
	enc_vgpuBufferWrite(&other.stream, 77, 0, sizeof(secret), secret);
	CHECK(enc_vgpuBufferRead(&other.stream, 77, 0, sizeof(back), back) == 1);
	CHECK(memcmp(secret, back, sizeof(back)) == 0);
	peer_context(p, 2);
	memset(back, 0, sizeof(back));
	CHECK(enc_vgpuBufferRead(&p->stream, 77, 0, sizeof(back), back) == 0);
	CHECK(enc_vgpuBufferSize(&p->stream, 77) == 0);
	CHECK(back[0] != 0xc3);
	for (GLuint host = 1; host < 200; host++)
		CHECK(enc_vgpuBufferSize(&p->stream, host) == 0);
	peer_close(&other);
}

static void names_of_nothing(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	CHECK(enc_vgpuContextCreate(s, 0, 0, 0, NULL) != 0x3000);
	CHECK(enc_vgpuContextCreate(s, 1, 99, 0, NULL) != 0x3000);
	enc_vgpuContextDestroy(s, 0);
	enc_vgpuContextDestroy(s, 12345);
	enc_vgpuContextBind(s, 12345, 0, 0);
	CHECK(enc_vgpuContextStatus(s) != 0x3000);
	enc_vgpuDrawableDestroy(s, 777);
	peer_context(p, 2);
	enc_glUseProgram(s, 4711);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glAttachShader(s, 1, 2);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glFramebufferTexture2D(s, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 4711, 0);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glGetAttachedShaders(s, 0xffffffffu, 1, NULL, NULL);
	CHECK(peer_error(p) != GL_NO_ERROR);
	/* a buffer is no texture: names of one kind mean nothing to another */
	peer_buffer(p, 5, GL_ARRAY_BUFFER, 16);
	CHECK(enc_glIsTexture(s, 5) == 0);
	CHECK(enc_glIsBuffer(s, 5) == 1);
	enc_glCreateShader(s, GL_VERTEX_SHADER, 9);
	enc_glUseProgram(s, 9);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

static void same_name_twice(struct peer *p)
{
	static const GLuint names[] = { 3, 3, 3 };

	peer_context(p, 2);
	enc_glGenBuffers(&p->stream, 3, names);
	enc_glDeleteBuffers(&p->stream, 3, names);
	enc_glDeleteBuffers(&p->stream, 3, names);
	enc_glGenTextures(&p->stream, 3, names);
	enc_glBindTexture(&p->stream, GL_TEXTURE_2D, 3);
	CHECK(peer_sync(p));
}

/* ---- 22: gone, but in use ----------------------------------------------------------------------- */

static void gone_but_in_use(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLuint one = 1, two = 2;
	int i;

	peer_window(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 256);
	enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 16, 0);
	enc_vgpuArrayEnable(s, 0, 1);
	enc_glDrawArrays(s, GL_POINTS, 0, 4);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glDeleteBuffers(s, 1, &one);
	enc_glDeleteBuffers(s, 1, &one);
	enc_glDrawArrays(s, GL_POINTS, 0, 4); /* the array has no buffer any more */
	enc_vgpuArrayEnable(s, 0, 0);
	peer_error(p);
	enc_glGenTextures(s, 1, &two);
	enc_glBindTexture(s, GL_TEXTURE_2D, 2);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	enc_glGenFramebuffers(s, 1, &one);
	enc_glBindFramebuffer(s, GL_FRAMEBUFFER, 1);
	enc_glFramebufferTexture2D(s, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 2, 0);
	enc_glDeleteTextures(s, 1, &two);
	enc_glDeleteTextures(s, 1, &two);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	enc_glDeleteFramebuffers(s, 1, &one);
	enc_glGenQueries(s, 1, &one);
	enc_glBeginQuery(s, GL_SAMPLES_PASSED, 1);
	enc_glDeleteQueries(s, 1, &one);
	enc_glEndQuery(s, GL_SAMPLES_PASSED);
	peer_program(p, "void main(){gl_Position=gl_Vertex;}", "void main(){gl_FragColor=vec4(1);}");
	enc_glDeleteShader(s, 2);
	enc_glDeleteProgram(s, 1);
	enc_glDeleteProgram(s, 1);
	enc_glRectf(s, 0, 0, 1, 1);
	enc_glUseProgram(s, 0);
	enc_glRectf(s, 0, 0, 1, 1);
	CHECK(peer_sync(p));
	/* the window and the context that are current */
	enc_vgpuDrawableDestroy(s, 1);
	enc_glRectf(s, 0, 0, 1, 1);
	enc_vgpuSwap(s, 1, 0, 1);
	enc_vgpuContextDestroy(s, 1);
	enc_glRectf(s, 0, 0, 1, 1);
	enc_vgpuContextBind(s, 0, 0, 0);
	for (i = 0; i < 3; i++)
		enc_glRectf(s, 0, 0, 1, 1); /* no context: ignored */
	CHECK(peer_sync(p));
}

/* ---- 23: no address reaches the driver ------------------------------------------------------------ */

static void offsets_without_buffers(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	const struct vgpu_ref at = OFFSET(0x10000);

	peer_window(p, 2);
	enc_glDrawElements(s, GL_POINTS, 4, GL_UNSIGNED_SHORT, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 16, 0x10000);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_vgpuArrayEnable(s, 0, 1);
	enc_glDrawArrays(s, GL_POINTS, 0, 4); /* the array that was enabled has a buffer of zeros */
	enc_glArrayElement(s, 1000);
	enc_glBindVertexBuffer(s, 0, 0, 0x10000, 16);
	enc_glDrawArrays(s, GL_POINTS, 0, 4);
	CHECK(peer_sync(p));
	peer_error(p);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glReadPixels(s, 0, 0, 8, 8, GL_RGBA, GL_UNSIGNED_BYTE, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glDrawPixels(s, 8, 8, GL_RGBA, GL_UNSIGNED_BYTE, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPolygonStipple(s, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glDrawArraysIndirect(s, GL_POINTS, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glDispatchComputeIndirect(s, 0x10000);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glGetTexImage(s, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, at);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

static void query_to_an_address(struct peer *p)
{
	static const GLuint name = 1;

	peer_context(p, 2);
	enc_glGenQueries(&p->stream, 1, &name);
	enc_glBeginQuery(&p->stream, GL_SAMPLES_PASSED, 1);
	enc_glEndQuery(&p->stream, GL_SAMPLES_PASSED);
	enc_glGetQueryObjectuiv(&p->stream, 1, GL_QUERY_RESULT, OFFSET(0x10000));
}

/* Client memory where a buffer is bound: the driver would take the address for an offset. */
static void memory_despite_buffer(struct peer *p)
{
	static const uint8_t data[256];

	peer_context(p, 2);
	peer_buffer(p, 1, GL_PIXEL_UNPACK_BUFFER, 4096);
	enc_glTexImage2D(&p->stream, GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE,
	                 BLOB(data, sizeof(data)));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

/* ---- 24: what lies past the end of a buffer -------------------------------------------------------- */

static const GLint far[] = { 100, 4096, 1 << 20, 1 << 26, 0x7ffffff0, -1, -1000000, INT_MIN };

static void array_of(struct peer *p, GLsizeiptr bytes)
{
	peer_buffer(p, 1, GL_ARRAY_BUFFER, bytes);
	enc_vgpuArrayPointer(&p->stream, 0, 4, GL_FLOAT, 0, 16, 0);
	enc_vgpuArrayEnable(&p->stream, 0, 1);
}

static void vertices_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	size_t i;

	peer_window(p, 2);
	array_of(p, 64);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glDrawArrays(s, GL_POINTS, far[i], 16);
		enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 16, (GLuint64)(int64_t)far[i]);
		enc_glDrawArrays(s, GL_POINTS, 0, 16);
		enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, far[i] & 2047, 0);
		enc_glDrawArrays(s, GL_POINTS, 0, 2000);
		enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 16, 0);
		CHECK(peer_sync(p));
	}
}

static void indices_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	uint32_t indices[4];
	size_t i;

	peer_window(p, 2);
	array_of(p, 64);
	peer_buffer(p, 2, GL_ELEMENT_ARRAY_BUFFER, 64);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glDrawElements(s, GL_POINTS, 16, GL_UNSIGNED_INT, OFFSET((uint64_t)(int64_t)far[i]));
		indices[0] = indices[1] = indices[2] = indices[3] = (uint32_t)far[i];
		enc_vgpuBufferWrite(s, 2, 0, sizeof(indices), indices);
		enc_glDrawElements(s, GL_POINTS, 4, GL_UNSIGNED_INT, OFFSET(0));
		enc_glDrawElementsBaseVertex(s, GL_POINTS, 4, GL_UNSIGNED_INT, OFFSET(0), far[i]);
		CHECK(peer_sync(p));
	}
}

/* These the driver itself reads, element by element. */
static void elements_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	size_t i;

	peer_window(p, 2);
	array_of(p, 64);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glBegin(s, GL_POINTS);
		enc_glArrayElement(s, far[i]);
		enc_glEnd(s);
		CHECK(peer_sync(p));
		enc_glArrayElement(s, far[i]);
		CHECK(peer_sync(p));
	}
}

static void lists_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	size_t i;

	peer_window(p, 2);
	array_of(p, 64);
	peer_buffer(p, 2, GL_ELEMENT_ARRAY_BUFFER, 64);
	enc_glGenLists(s, 1, 1);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glNewList(s, 1, i % 2 ? GL_COMPILE : GL_COMPILE_AND_EXECUTE);
		enc_glDrawArrays(s, GL_POINTS, far[i], 16);
		enc_glDrawElements(s, GL_POINTS, 16, GL_UNSIGNED_INT,
		                   OFFSET((uint64_t)(int64_t)far[i] & ~3ull));
		enc_glArrayElement(s, far[i]);
		enc_glEndList(s);
		enc_glCallList(s, 1);
		CHECK(peer_sync(p));
	}
}

static void feedback_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	size_t i;

	peer_window(p, 2);
	array_of(p, 64);
	peer_buffer(p, 2, GL_ELEMENT_ARRAY_BUFFER, 64);
	enc_glFeedbackBuffer(s, 1024, GL_3D_COLOR_TEXTURE);
	enc_glRenderMode(s, GL_FEEDBACK);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glDrawArrays(s, GL_POINTS, far[i], 16);
		enc_glDrawElements(s, GL_POINTS, 16, GL_UNSIGNED_INT,
		                   OFFSET((uint64_t)(int64_t)far[i] & ~3ull));
		CHECK(peer_sync(p));
	}
	enc_glRenderMode(s, GL_RENDER);
}

static void elements_ok(struct peer *p)
{
	static const float corners[] = { -1, -1, 1, -1, 1, 1, -1, 1 };
	uint8_t pixel[4] = { 0 };
	struct vgpu_stream *s = &p->stream;
	GLint i;

	peer_window(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, sizeof(corners));
	enc_vgpuBufferWrite(s, 1, 0, sizeof(corners), corners);
	enc_vgpuArrayPointer(s, 0, 2, GL_FLOAT, 0, 8, 0);
	enc_vgpuArrayEnable(s, 0, 1);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	enc_glColor3f(s, 1, 1, 0);
	enc_glBegin(s, GL_QUADS);
	for (i = 0; i < 4; i++)
		enc_glArrayElement(s, i);
	enc_glEnd(s);
	enc_glReadPixels(s, 16, 16, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(pixel, 4));
	CHECK(pixel[0] == 255 && pixel[1] == 255 && pixel[2] == 0);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* ---- 25: parameters from buffers ------------------------------------------------------------------ */

static void indirect_junk(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	uint32_t junk[16];
	size_t i;

	peer_window(p, 2);
	if (!peer_has(p, "GL_ARB_multi_draw_indirect"))
		skip("GL_ARB_multi_draw_indirect");
	array_of(p, 64);
	peer_buffer(p, 2, GL_DRAW_INDIRECT_BUFFER, sizeof(junk));
	peer_buffer(p, 3, GL_ELEMENT_ARRAY_BUFFER, 64);
	for (i = 0; i < 16; i++)
		junk[i] = i % 5 == 0 ? 3 : i % 5 == 1 ? 1 : 0xfffffff0u;
	enc_vgpuBufferWrite(s, 2, 0, sizeof(junk), junk);
	enc_glDrawArraysIndirect(s, GL_POINTS, OFFSET(0));
	enc_glDrawElementsIndirect(s, GL_POINTS, GL_UNSIGNED_INT, OFFSET(0));
	CHECK(peer_sync(p));
	peer_error(p);
	enc_glDrawArraysIndirect(s, GL_POINTS, OFFSET(60));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glDrawArraysIndirect(s, GL_POINTS, OFFSET(UINT64_MAX - 3));
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glMultiDrawArraysIndirect(s, GL_POINTS, OFFSET(0), 1000000, 16);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glMultiDrawArraysIndirect(s, GL_POINTS, OFFSET(0), INT_MAX, INT_MAX & ~3);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glMultiDrawArraysIndirectCount(s, GL_POINTS, OFFSET(0), 0, 4, 16);
	CHECK(peer_sync(p));
	peer_buffer(p, 4, GL_DISPATCH_INDIRECT_BUFFER, 8);
	enc_glDispatchComputeIndirect(s, 0);
	CHECK(peer_error(p) != GL_NO_ERROR);
}

/* ---- 26, 27: stacks and lists ------------------------------------------------------------------------ */

static void stacks(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint i;

	peer_context(p, 2);
	for (i = 0; i < 2000; i++) {
		enc_glPushMatrix(s);
		enc_glPushAttrib(s, 0xffffffffu);
		enc_glPushName(s, i);
		enc_glPushDebugGroup(s, GL_DEBUG_SOURCE_APPLICATION, i, -1, "x");
	}
	CHECK(peer_error(p) == GL_STACK_OVERFLOW);
	while (peer_error(p))
		;
	for (i = 0; i < 2000; i++) {
		enc_glPopMatrix(s);
		enc_glPopAttrib(s);
		enc_glPopName(s);
		enc_glPopDebugGroup(s);
	}
	CHECK(peer_error(p) == GL_STACK_UNDERFLOW);
}

static void lists_nest(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint i;

	peer_context(p, 2);
	enc_glGenLists(s, 1000, 1);
	for (i = 1; i <= 1000; i++) {
		enc_glNewList(s, i, GL_COMPILE);
		enc_glCallList(s, i % 1000 + 1); /* the last calls the first */
		enc_glEndList(s);
	}
	enc_glCallList(s, 1);
	enc_glNewList(s, 5, GL_COMPILE);
	enc_glCallList(s, 5);
	enc_glEndList(s);
	enc_glCallList(s, 5);
	CHECK(peer_sync(p));
}

static void list_ranges(struct peer *p)
{
	struct peer other;

	peer_open(&other);
	peer_context(&other, 2);
	enc_glGenLists(&other.stream, INT_MAX, 1);
	CHECK(!peer_sync(&other));
	peer_close(&other);
	peer_open(&other);
	peer_context(&other, 2);
	enc_glGenLists(&other.stream, 100, UINT32_MAX - 50);
	CHECK(!peer_sync(&other));
	peer_close(&other);
	peer_context(p, 2);
	enc_glCallLists(&p->stream, 4, 0xdead, NULL);
	CHECK(peer_error(p) == GL_INVALID_ENUM);
}

/* ---- 28: waits ---------------------------------------------------------------------------------------- */

static void syncs(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLint value = 0;

	peer_context(p, 1);
	enc_glFenceSync(s, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 5);
	enc_glFenceSync(s, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 5); /* the same number again */
	CHECK(peer_error(p) != GL_NO_ERROR);
	CHECK(enc_glClientWaitSync(s, 5, GL_SYNC_FLUSH_COMMANDS_BIT, UINT64_MAX) !=
	      GL_WAIT_FAILED);
	enc_glWaitSync(s, 5, 0, 1); /* a timeout that is none */
	enc_glGetSynciv(s, 5, GL_SYNC_STATUS, 1, NULL, &value);
	CHECK(value == GL_SIGNALED);
	enc_glDeleteSync(s, 5);
	CHECK(enc_glIsSync(s, 5) == 0);
	/* one that never comes is waited for, but not for ever */
	while (peer_error(p))
		;
	enc_glDeleteSync(s, 5);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	CHECK(peer_sync(p));
}

static void invalidating_nothing(struct peer *p)
{
	static const GLuint made[] = { 7 };
	struct vgpu_stream *s = &p->stream;

	peer_context(p, 2);
	enc_glGenTextures(s, 1, made);
	for (GLint level = -1; level < 40; level += 3) {
		enc_glInvalidateTexSubImage(s, 0, level, 0, 0, 0, 1, 1, 1);
		enc_glInvalidateTexSubImage(s, 7, level, 0, 0, 0, 1, 1, 1);
		enc_glInvalidateTexSubImage(s, 4711, level, 0, 0, 0, 1, 1, 1);
	}
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glBindTexture(s, GL_TEXTURE_2D, 7);
	enc_glInvalidateTexSubImage(s, 7, 9, 0, 0, 0, 1, 1, 1);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	CHECK(peer_sync(p));
}

const struct test state_tests[] = {
	{ "41-invalidating-nothing", ALIVE, invalidating_nothing },
	{ "20-numbers", ALIVE, numbers },
	{ "20-array-numbers", ALIVE, array_numbers },
	{ "20-indices-of-many-ok", ALIVE, indices_of_many_ok },
	{ "21-names-of-others", ALIVE, names_of_others },
	{ "21-names-of-nothing", ALIVE, names_of_nothing },
	{ "21-same-name-twice", ALIVE, same_name_twice },
	{ "22-gone-but-in-use", ALIVE, gone_but_in_use },
	{ "23-offsets-without-buffers", ALIVE, offsets_without_buffers },
	{ "23-query-to-an-address", CLOSED, query_to_an_address },
	{ "23-memory-despite-buffer", ALIVE, memory_despite_buffer },
	{ "24-vertices-past-the-end", ALIVE, vertices_past_the_end },
	{ "24-indices-past-the-end", ALIVE, indices_past_the_end },
	{ "24-elements-past-the-end", ALIVE, elements_past_the_end },
	{ "24-lists-past-the-end", ALIVE, lists_past_the_end },
	{ "24-feedback-past-the-end", ALIVE, feedback_past_the_end },
	{ "24-elements-ok", ALIVE, elements_ok },
	{ "25-indirect-junk", ALIVE, indirect_junk },
	{ "26-stacks", ALIVE, stacks },
	{ "27-lists-nest", ALIVE, lists_nest },
	{ "27-list-ranges", ALIVE, list_ranges },
	{ "28-syncs", ALIVE, syncs },
	{ 0 },
};

/* SPDX-License-Identifier: MIT */
/*
 * Queries, fences, callbacks, errors, lists and stacks: points D11, D12, D13, D15 and D18 of
 * docs/marshalling.md that no older test has.
 */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

/* ---- D11 --------------------------------------------------------------------------------- */

static void conditional_drawing(void)
{
	GLuint queries[2], n = 77;
	GLint i = 77;
	GLint64 i64 = 77;

	draw_triangle_program("void main() { o = vec4(0, 1, 1, 1); }\n");
	glGenQueries(2, queries);
	glEnable(GL_SCISSOR_TEST);
	glScissor(0, 0, 0, 0);
	glBeginQuery(GL_SAMPLES_PASSED, queries[0]); /* nothing is seen */
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glEndQuery(GL_SAMPLES_PASSED);
	glDisable(GL_SCISSOR_TEST);
	glBeginConditionalRender(queries[0], GL_QUERY_WAIT);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glEndConditionalRender();
	glGetQueryObjectiv(queries[0], GL_QUERY_RESULT, &i);
	glGetQueryObjecti64v(queries[0], GL_QUERY_RESULT, &i64);
	draw_say(" %d %ld", i, (long)i64);
	glBeginConditionalRender(queries[0], GL_QUERY_WAIT_INVERTED);
	glDrawArrays(GL_LINE_LOOP, 0, 3);
	glEndConditionalRender();
	glGetQueryObjectuiv(queries[1], GL_QUERY_RESULT, &n);
	draw_say(" %u %x", n, glGetError());
	glEndConditionalRender();
	draw_say(" %x", glGetError());
	glBeginConditionalRender(4711, GL_QUERY_WAIT);
	draw_say(" %x", glGetError());
	glBeginQuery(GL_SAMPLES_PASSED, queries[0]);
	glBeginQuery(GL_SAMPLES_PASSED, queries[1]);
	draw_say(" %x", glGetError());
	glGetQueryObjectiv(queries[0], GL_QUERY_RESULT, &i);
	draw_say(" %x", glGetError());
	glEndQuery(GL_SAMPLES_PASSED);
}

static void fences(void)
{
	GLsync sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	GLint values[4] = { 77, 77, 77, 77 };
	GLsizei n = 0;

	draw_say(" %d", glClientWaitSync(sync, GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000) != GL_TIMEOUT_EXPIRED);
	glGetSynciv(sync, GL_SYNC_STATUS, 4, &n, values);
	draw_say(" %d %x %d", n, values[0], values[1]);
	glGetSynciv(sync, GL_OBJECT_TYPE, 1, NULL, values);
	draw_say(" %x", values[0]);
	glGetSynciv(sync, GL_SYNC_STATUS, -1, &n, values);
	draw_say(" %x", glGetError());
	glWaitSync(sync, 0, 5);
	draw_say(" %x", glGetError());
	glClientWaitSync(sync, 8, 0);
	draw_say(" %x", glGetError());
	draw_say(" %d", glIsSync(sync));
	glDeleteSync(sync);
	glDeleteSync(NULL);
	draw_say(" %d %x", glIsSync(sync), glGetError());
	draw_say(" %x", glClientWaitSync((GLsync)values, 0, 0));
	draw_say(" %x", glGetError());
	draw_say(" %d", glFenceSync(0, 0) == NULL);
	draw_say(" %x", glGetError());
	draw_say(" %x", glGetGraphicsResetStatus());
}

/* ---- D12 --------------------------------------------------------------------------------- */

static unsigned int heard, crc;

static void GLAPIENTRY hear(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
                            const GLchar *message, const void *user)
{
	heard++;
	crc = draw_crc(crc, message, (size_t)length);
	*(GLuint *)(uintptr_t)user += id;
}

static void callbacks(void)
{
	GLuint ids = 0;
	void *pointer = NULL;

	heard = crc = 0;
	glEnable(GL_DEBUG_OUTPUT);
	glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
	glDebugMessageCallback(hear, &ids);
	glDebugMessageControl(GL_DONT_CARE, GL_DONT_CARE, GL_DONT_CARE, 0, NULL, GL_FALSE);
	glDebugMessageControl(GL_DEBUG_SOURCE_APPLICATION, GL_DONT_CARE, GL_DONT_CARE, 0, NULL, GL_TRUE);
	glDebugMessageInsert(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER, 5,
	                     GL_DEBUG_SEVERITY_HIGH, -1, "one");
	glPushDebugGroup(GL_DEBUG_SOURCE_APPLICATION, 7, -1, "two");
	glPopDebugGroup();
	glGetError(); /* by now at the latest */
	draw_say(" %u %u %08x", heard, ids, crc);
	glGetPointerv(GL_DEBUG_CALLBACK_USER_PARAM, &pointer);
	draw_say(" %d", pointer == &ids);
	glGetPointerv(GL_DEBUG_CALLBACK_FUNCTION, &pointer);
	draw_say(" %d", pointer == (void *)hear);
	glDebugMessageCallback(NULL, NULL);
	glDebugMessageInsert(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER, 9,
	                     GL_DEBUG_SEVERITY_HIGH, -1, "three");
	draw_say(" %x %u", glGetError(), heard);
}

/* ---- D13 --------------------------------------------------------------------------------- */

static void first_error_stays(void)
{
	GLint n = 0;

	glEnable(0xdead);
	glBindFramebuffer(GL_TEXTURE_2D, 0);      /* the host's */
	glDrawArrays(GL_TRIANGLES, 0, -1);
	glBufferData(GL_ARRAY_BUFFER, 4, NULL, 7); /* the guest's, perhaps */
	draw_say(" %x", glGetError());
	draw_say(" %x", glGetError());
	glGetIntegerv(GL_NUM_EXTENSIONS, &n);
	draw_say(" %d %d", n > 100, glGetStringi(GL_EXTENSIONS, (GLuint)n) == NULL);
	draw_say(" %x", glGetError());
	draw_say(" %d", glGetStringi(GL_EXTENSIONS, 0) != NULL);
	draw_say(" %d", glGetString(GL_EXTENSIONS) == NULL);
	draw_say(" %x", glGetError());
	glEnablei(GL_BLEND, 2);
	draw_say(" %d%d", glIsEnabledi(GL_BLEND, 2), glIsEnabledi(GL_BLEND, 1));
	glIsEnabledi(GL_BLEND, 999);
	draw_say(" %x", glGetError());
	glIsEnabledi(GL_DEPTH_TEST, 0);
	draw_say(" %x", glGetError());
	draw_say(" %x", glCheckFramebufferStatus(GL_FRAMEBUFFER));
	draw_say(" %x %x", glCheckFramebufferStatus(GL_TEXTURE_2D), glGetError());
}

/* ---- D15, D18 ------------------------------------------------------------------------------ */

static void lists_keep_what_they_read(void)
{
	float at[6];
	GLubyte names[] = { 0, 1, 0, 2 };
	GLushort wide[] = { 2, 1 };
	GLuint list = glGenLists(4);
	GLubyte pixels[64];

	memcpy(at, draw_triangle, sizeof(at));
	memset(pixels, 0xc0, sizeof(pixels));
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, at);
	glNewList(list, GL_COMPILE);
	glColor3f(1, 0, 0);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glEndList();
	glNewList(list + 1, GL_COMPILE_AND_EXECUTE);
	glColor3f(0, 1, 0);
	glRasterPos2f(-1, -1);
	glDrawPixels(4, 4, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glEndList();
	glNewList(list + 2, GL_COMPILE);
	glCallList(list);
	glPushAttrib(GL_CURRENT_BIT);
	glColor3f(0, 0, 1);
	glRectf(0, 0, 0.5f, 0.5f);
	glPopAttrib();
	glEndList();
	memset(at, 0, sizeof(at));
	memset(pixels, 0, sizeof(pixels));
	glDisableClientState(GL_VERTEX_ARRAY);
	glListBase(list);
	glCallLists(1, GL_2_BYTES, names); /* 1 */
	glCallLists(2, GL_UNSIGNED_SHORT, wide);
	draw_say(" %x", glGetError());
	glCallLists(1, GL_DOUBLE, wide);
	draw_say(" %x", glGetError());
	glDeleteLists(list + 1, 1);
	draw_say(" %d%d%d", glIsList(list), glIsList(list + 1), glIsList(list + 3));
	glEndList();
	draw_say(" %x", glGetError());
	glNewList(0, GL_COMPILE);
	draw_say(" %x", glGetError());
}

static void state_after_pops(void)
{
	PROC(PFNGLMATRIXPUSHEXTPROC, MatrixPushEXT);
	PROC(PFNGLMATRIXPOPEXTPROC, MatrixPopEXT);
	GLint mode = 0, depth = 0;
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glPushAttrib(GL_ALL_ATTRIB_BITS);
	glPushClientAttrib(GL_CLIENT_ALL_ATTRIB_BITS);
	glMatrixMode(GL_TEXTURE);
	glEnable(GL_PRIMITIVE_RESTART);
	glEnable(GL_BLEND);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glEnableClientState(GL_NORMAL_ARRAY);
	glPopClientAttrib();
	glPopAttrib();
	glGetIntegerv(GL_MATRIX_MODE, &mode);
	draw_say(" %x %d %d", mode, glIsEnabled(GL_BLEND), glIsEnabled(GL_NORMAL_ARRAY));
	glGetIntegerv(GL_PACK_ALIGNMENT, &mode);
	glGetIntegerv(GL_ARRAY_BUFFER_BINDING, &depth);
	draw_say(" %d %d", mode, depth);
	glPopClientAttrib();
	draw_say(" %x", glGetError());
	if (MatrixPushEXT && MatrixPopEXT) {
		MatrixPushEXT(GL_PROJECTION);
		glGetIntegerv(GL_PROJECTION_STACK_DEPTH, &depth);
		draw_say(" %d", depth);
		MatrixPopEXT(GL_PROJECTION);
		MatrixPopEXT(GL_PROJECTION);
		draw_say(" %x", glGetError());
	}
}

static const struct draw_test tests[] = {
	{ "D11-conditional-drawing", DRAW_CORE, conditional_drawing },
	{ "D11-fences", DRAW_CORE, fences },
	{ "D12-callbacks", DRAW_CORE, callbacks },
	{ "D13-first-error-stays", DRAW_CORE, first_error_stays },
	{ "D15-lists-keep-what-they-read", DRAW_COMPAT, lists_keep_what_they_read },
	{ "D18-state-after-pops", DRAW_COMPAT, state_after_pops },
};

DRAW_MAIN(tests)

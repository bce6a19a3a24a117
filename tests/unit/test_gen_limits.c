/* SPDX-License-Identifier: MIT */
/* What does not fit, on the guest's side, and what lies, on the worker's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"
#include "entry.h"
#include "frontend/client.h"
#include "tests/unit/gen_roundtrip_run.h"
#include "wire_gl.h"

static int setup(void **state)
{
	rt_begin(1);
	return 0;
}

static int teardown(void **state)
{
	rt_end();
	return 0;
}

/* Nothing was written, and the program gets this error. */
static void assert_dropped(GLenum error)
{
	assert_int_equal(rt_error(), error);
	assert_int_equal(rt_written(), 0);
}

static void guest_too_large(void **state)
{
	static const GLfloat value[4];
	static const GLint order3[12];
	char *text = malloc(VGPU_MAX_STRING + 2);
	const GLchar *strings[2] = { "void main() {}", text };

	assert_non_null(text);
	memset(text, 'a', VGPU_MAX_STRING + 1);
	text[VGPU_MAX_STRING + 1] = 0;
	entry_glUniform4fv(0, INT32_MAX, value);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glMap1f(GL_MAP1_VERTEX_3, 0, 1, INT32_MAX, INT32_MAX, value);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glScissorArrayv(0, INT32_MAX, order3);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glBindAttribLocation(1, 0, text);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glObjectLabel(GL_TEXTURE, 1, VGPU_MAX_STRING + 1, text);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glTransformFeedbackVaryings(1, 2, strings, GL_INTERLEAVED_ATTRIBS);
	assert_dropped(GL_OUT_OF_MEMORY);
	entry_glTransformFeedbackVaryings(1, INT32_MAX, NULL, GL_INTERLEAVED_ATTRIBS);
	assert_dropped(GL_OUT_OF_MEMORY);
	free(text);
}

static void guest_without_context(void **state)
{
	GLint value = 5;

	vgpu_current = NULL;
	entry_glUniform1i(0, 1);
	entry_glLineWidth(2);
	entry_glGetShaderiv(1, GL_COMPILE_STATUS, &value);
	assert_int_equal(entry_glIsTexture(1), 0);
	assert_int_equal(entry_glCreateShaderProgramEXT(GL_VERTEX_SHADER, ""), 0);
	assert_int_equal(value, 5);
	assert_dropped(GL_NO_ERROR);
}

static int decode(uint16_t opcode, const void *fixed, const void *tail, uint64_t tail_bytes)
{
	uint8_t *copy = malloc(tail_bytes ? tail_bytes : 1);
	int rc;

	assert_non_null(copy);
	if (tail_bytes)
		memcpy(copy, tail, tail_bytes);
	rc = rt_decode(opcode, fixed, copy, tail_bytes);
	free(copy);
	return rc;
}

#define DECODE(name, fixed, tail) decode(VGPU_OP_##name, &(fixed), (tail), sizeof(tail))

static void host_arrays(void **state)
{
	struct wire_glUniform4fv uniform = { .count = INT32_MAX };
	struct wire_glMap2d map = { .target = GL_MAP2_VERTEX_4, .ustride = INT32_MAX, .uorder = INT32_MAX,
		                    .vstride = INT32_MAX, .vorder = INT32_MAX };
	const uint8_t tail[64] = { 0 };

	assert_int_equal(DECODE(glUniform4fv, uniform, tail), -EPROTO);
	uniform.count = 5;
	assert_int_equal(DECODE(glUniform4fv, uniform, tail), -EPROTO);
	uniform.count = 3;
	assert_int_equal(DECODE(glUniform4fv, uniform, tail), -EPROTO);
	uniform.count = -1;
	assert_int_equal(DECODE(glUniform4fv, uniform, tail), -EPROTO);
	assert_int_equal(rt_calls(), 0);
	uniform.count = 4;
	assert_int_equal(DECODE(glUniform4fv, uniform, tail), 0);
	assert_int_equal(rt_calls(), 1);
	assert_int_equal(DECODE(glMap2d, map, tail), -EPROTO);
	assert_int_equal(rt_calls(), 1);
}

static void host_string(void **state)
{
	struct wire_glBindAttribLocation bind = { .name_bytes = 7 };
	const char good[8] = "sevench", open[8] = { 'e', 'i', 'g', 'h', 't', 'c', 'h', 'r' };

	assert_int_equal(DECODE(glBindAttribLocation, bind, good), 0);
	assert_int_equal(rt_calls(), 1);
	assert_int_equal(DECODE(glBindAttribLocation, bind, open), -EPROTO);
	bind.name_bytes = 8;
	assert_int_equal(DECODE(glBindAttribLocation, bind, good), -EPROTO);
	bind.name_bytes = UINT64_MAX; /* NULL, where GL takes none */
	assert_int_equal(decode(VGPU_OP_glBindAttribLocation, &bind, NULL, 0), -EPROTO);
	bind.name_bytes = UINT64_MAX - 1;
	assert_int_equal(DECODE(glBindAttribLocation, bind, good), -EPROTO);
	bind.name_bytes = VGPU_MAX_STRING + 1;
	assert_int_equal(DECODE(glBindAttribLocation, bind, good), -EPROTO);
	assert_int_equal(rt_calls(), 1);
}

static void host_string_of_length(void **state)
{
	struct wire_glObjectLabel label = { .identifier = GL_TEXTURE, .length = 7, .label_bytes = 7 };
	const char good[8] = "sevench", early[8] = "abc";

	assert_int_equal(DECODE(glObjectLabel, label, good), 0);
	label.length = 8; /* the driver would read beyond */
	assert_int_equal(DECODE(glObjectLabel, label, good), -EPROTO);
	label.length = INT32_MAX;
	assert_int_equal(DECODE(glObjectLabel, label, good), -EPROTO);
	label.length = -1;
	assert_int_equal(DECODE(glObjectLabel, label, good), 0);
	assert_int_equal(DECODE(glObjectLabel, label, early), -EPROTO);
	assert_int_equal(rt_calls(), 2);
	label.label_bytes = UINT64_MAX; /* NULL takes a label away */
	assert_int_equal(decode(VGPU_OP_glObjectLabel, &label, NULL, 0), 0);
	assert_int_equal(rt_calls(), 3);
}

static void host_strings(void **state)
{
	struct wire_glShaderSource source = { .shader = 1, .count = 2, .string_bytes = 14 };
	struct {
		uint32_t length[2];
		char text[8];
	} tail = { { 2, 2 }, "ab\0cd" };

	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), 0);
	assert_int_equal(rt_calls(), 1);
	for (uint32_t lie = 0; lie < 2; lie++) {
		static const uint32_t lies[] = { 0, 1, 3, 4, 5, 6, 100, 0x7fffffff, 0xffffffff };

		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			tail.length[lie] = lies[i];
			assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)),
			                 -EPROTO);
		}
		tail.length[lie] = 2;
	}
	tail.text[5] = 'x'; /* the last NUL */
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	tail.text[5] = 0;
	source.count = 3;
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	source.count = INT32_MAX;
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	source.count = -1; /* has no strings */
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	source.count = 2;
	source.string_bytes = 13;
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	source.string_bytes = UINT64_MAX;
	assert_int_equal(decode(VGPU_OP_glShaderSource, &source, &tail, sizeof(tail)), -EPROTO);
	assert_int_equal(rt_calls(), 1);
}

static void host_references(void **state)
{
	struct wire_glTexImage2D image = { .pixels_kind = VGPU_REF_BLOB, .pixels_value = 16 };
	struct wire_glReadPixels read = { .pixels_kind = VGPU_REF_BLOB, .pixels_value = UINT64_MAX };
	const uint8_t tail[16] = { 0 };

	assert_int_equal(DECODE(glTexImage2D, image, tail), 0);
	image.pixels_value = 17;
	assert_int_equal(DECODE(glTexImage2D, image, tail), -EPROTO);
	image.pixels_value = UINT64_MAX;
	assert_int_equal(DECODE(glTexImage2D, image, tail), -EPROTO);
	image.pixels_kind = VGPU_REF_OFFSET; /* an offset brings nothing along */
	assert_int_equal(DECODE(glTexImage2D, image, tail), -EPROTO);
	assert_int_equal(decode(VGPU_OP_glTexImage2D, &image, NULL, 0), 0);
	image.pixels_kind = VGPU_REF_NULL; /* nor has a value */
	assert_int_equal(decode(VGPU_OP_glTexImage2D, &image, NULL, 0), -EPROTO);
	image.pixels_kind = 3;
	assert_int_equal(decode(VGPU_OP_glTexImage2D, &image, NULL, 0), -EPROTO);
	assert_int_equal(decode(VGPU_OP_glReadPixels, &read, NULL, 0), -EPROTO);
	read.pixels_value = VGPU_MAX_REPLY;
	assert_int_equal(decode(VGPU_OP_glReadPixels, &read, NULL, 0), -EPROTO);
	assert_int_equal(rt_calls(), 2);
}

/* An answer beyond the cap is no answer, and the driver is not asked. */
static void host_answers(void **state)
{
	struct wire_glGetUniformIndices indices = { .uniformCount = 0, .uniformNames_bytes = 0 };
	struct wire_glGetShaderInfoLog log = { .bufSize = INT32_MAX };

	assert_int_equal(decode(VGPU_OP_glGetShaderInfoLog, &log, NULL, 0), 0);
	assert_int_equal(rt_calls(), 0);
	assert_true(rt_answered());
	log.bufSize = -1;
	assert_int_equal(decode(VGPU_OP_glGetShaderInfoLog, &log, NULL, 0), 0);
	assert_int_equal(rt_calls(), 2); /* twice: see docs/generator.md */
	assert_int_equal(decode(VGPU_OP_glGetUniformIndices, &indices, NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(guest_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(guest_without_context, setup, teardown),
		cmocka_unit_test_setup_teardown(host_arrays, setup, teardown),
		cmocka_unit_test_setup_teardown(host_string, setup, teardown),
		cmocka_unit_test_setup_teardown(host_string_of_length, setup, teardown),
		cmocka_unit_test_setup_teardown(host_strings, setup, teardown),
		cmocka_unit_test_setup_teardown(host_references, setup, teardown),
		cmocka_unit_test_setup_teardown(host_answers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The generated tables: commands by name, entry points by name, extensions, text of a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "extensions.h"
#include "ops.h"
#include "trace.h"
#include "wire_gl.h"

static void names(void **state)
{
	unsigned int n = 0;

	for (unsigned int op = 0; op < VGPU_OP_COUNT; op++) {
		if (!vgpu_ops[op].name)
			continue;
		assert_int_equal(vgpu_op_by_name(vgpu_ops[op].name), op);
		assert_int_equal(vgpu_ops[op].fixed_bytes % 8, 0);
		assert_int_equal(!!(vgpu_ops[op].flags & VGPU_OP_F_PRIVATE), op < 256);
		n++;
	}
	assert_true(n > 2000);
	assert_int_equal(vgpu_op_by_name("glFrobnicate"), VGPU_OP_INVALID);
	assert_int_equal(vgpu_op_by_name(""), VGPU_OP_INVALID);
	/* opcodes are for ever */
	assert_int_equal(VGPU_OP_vgpuSync, 16);
	assert_int_equal(VGPU_OP_glAccum, 256);
	assert_true(vgpu_ops[VGPU_OP_glGetError].flags & VGPU_OP_F_REPLY);
	assert_true(vgpu_ops[VGPU_OP_glReadPixels].flags & VGPU_OP_F_REPLY_REF);
	assert_false(vgpu_ops[VGPU_OP_glGenTextures].flags & VGPU_OP_F_REPLY);
	assert_true(vgpu_ops[VGPU_OP_glTexImage2D].flags & VGPU_OP_F_INPLACE);
}

static void extensions(void **state)
{
	assert_true(vgpu_gl_extension_carried("GL_ARB_vertex_buffer_object"));
	assert_true(vgpu_gl_extension_carried("GL_EXT_texture_filter_anisotropic"));
	assert_true(vgpu_gl_extension_carried("GL_ARB_bindless_texture"));
	assert_false(vgpu_gl_extension_carried("GL_NV_shader_buffer_load"));
	assert_false(vgpu_gl_extension_carried("GL_XYZ_of_the_future"));
	assert_false(vgpu_gl_extension_carried(""));
}

static void text(void **state)
{
	struct wire_glTexParameterf command = { .target = 0xde1, .pname = 0x2801, .param = 1.5f };
	struct wire_glDepthRange range = { .n = 0.25, .f = 1 };
	const uint8_t tail[24] = { 1, 2, 3 };
	char out[128];
	int n;

	n = vgpu_trace_print(out, sizeof(out), VGPU_OP_glTexParameterf, (void *)&command, NULL, 0);
	assert_string_equal(out, "glTexParameterf(target=0x0de1, pname=0x2801, param=1.5)");
	assert_int_equal(n, strlen(out));
	/* cut short as snprintf does */
	assert_int_equal(vgpu_trace_print(out, 6, VGPU_OP_glTexParameterf, (void *)&command, NULL, 0),
	                 n);
	assert_string_equal(out, "glTex");
	vgpu_trace_print(out, sizeof(out), VGPU_OP_glDepthRange, (void *)&range, tail, sizeof(tail));
	assert_string_equal(out, "glDepthRange(n=0.25, f=1) + 24 bytes: "
	                         "01 02 03 00 00 00 00 00 00 00 00 00 00 00 00 00 ...");
	vgpu_trace_print(out, sizeof(out), VGPU_OP_glFlush, NULL, NULL, 0);
	assert_string_equal(out, "glFlush()");
	vgpu_trace_print(out, sizeof(out), 65535, NULL, NULL, 0);
	assert_string_equal(out, "opcode 65535");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(extensions),
		cmocka_unit_test(text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Sizes that both ends compute: overflow, negative counts, evaluator maps, pnames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gl_enums.h"
#include "protocol/gl_size.h"
#include "protocol/wire.h"

static void arithmetic(void **state)
{
	assert_int_equal(vgpu_bytes(-1, 8), 0);
	assert_int_equal(vgpu_bytes(INT64_MIN, 8), 0);
	assert_int_equal(vgpu_bytes(3, 8), 24);
	assert_true(vgpu_bytes(INT64_MAX, 8) == UINT64_MAX);
	assert_true(vgpu_add(UINT64_MAX, 1) == UINT64_MAX);
	assert_true(vgpu_add(UINT64_MAX - 1, 1) == UINT64_MAX);
	assert_int_equal(vgpu_pad(0), 0);
	assert_int_equal(vgpu_pad(1), 8);
	assert_int_equal(vgpu_pad(8), 8);
}

static void maps(void **state)
{
	/* the last point ends the array, not a whole stride */
	assert_int_equal(vgpu_map1_count(GL_MAP1_VERTEX_3, 3, 4), 12);
	assert_int_equal(vgpu_map1_count(GL_MAP1_VERTEX_3, 5, 4), 18);
	assert_int_equal(vgpu_map1_count(GL_MAP1_TEXTURE_COORD_1, 1, 1), 1);
	assert_int_equal(vgpu_map2_count(GL_MAP2_VERTEX_4, 16, 4, 4, 4), 64);
	assert_int_equal(vgpu_map2_count(GL_MAP2_VERTEX_4, 4, 4, 16, 4), 64);
	/* strides may overlap points */
	assert_int_equal(vgpu_map2_count(GL_MAP2_VERTEX_3, 3, 2, 3, 5), 18);
	/* what GL refuses reads nothing */
	assert_int_equal(vgpu_map1_count(GL_MAP1_VERTEX_3, 2, 4), 0);
	assert_int_equal(vgpu_map1_count(GL_MAP1_VERTEX_3, 3, 0), 0);
	assert_int_equal(vgpu_map1_count(GL_MAP1_VERTEX_3, 3, -7), 0);
	assert_int_equal(vgpu_map1_count(0x1234, 3, 4), 0);
	assert_int_equal(vgpu_map2_count(GL_MAP2_VERTEX_3, 3, 2, 2, 5), 0);
	assert_int_equal(vgpu_map2_count(GL_MAP2_VERTEX_3, 3, 0, 3, 5), 0);
	/* 32-bit extremes stay exact, and far beyond what a command may hold */
	assert_true(vgpu_map1_count(GL_MAP1_VERTEX_3, INT32_MAX, INT32_MAX) ==
	            (int64_t)INT32_MAX * (INT32_MAX - 1) + 3);
	assert_true(vgpu_bytes(vgpu_map2_count(GL_MAP2_VERTEX_3, INT32_MAX, INT32_MAX, INT32_MAX,
	                                       INT32_MAX), 8) > VGPU_MAX_COMMAND);
	assert_true(vgpu_map1_count(GL_MAP1_VERTEX_3, INT64_MAX, INT64_MAX) == INT64_MAX);
}

static void shading_rates(void **state)
{
	assert_int_equal(vgpu_shading_rate_count(GL_SHADING_RATE_1_INVOCATION_PER_PIXEL_NV, 4), 12);
	assert_int_equal(vgpu_shading_rate_count(GL_SHADING_RATE_1_INVOCATION_PER_2X4_PIXELS_NV, 2), 48);
	assert_int_equal(vgpu_shading_rate_count(GL_SHADING_RATE_16_INVOCATIONS_PER_PIXEL_NV, 16), 48);
	assert_int_equal(vgpu_shading_rate_count(GL_SHADING_RATE_16_INVOCATIONS_PER_PIXEL_NV + 1, 16), 0);
	assert_int_equal(vgpu_shading_rate_count(GL_SHADING_RATE_NO_INVOCATIONS_NV - 1, 16), 0);
	assert_true(vgpu_bytes(vgpu_shading_rate_count(GL_SHADING_RATE_1_INVOCATION_PER_4X4_PIXELS_NV,
	                                               UINT32_MAX), 4) > VGPU_MAX_COMMAND);
}

static void pnames(void **state)
{
	assert_int_equal(vgpu_light_count(GL_POSITION), 4);
	assert_int_equal(vgpu_light_count(GL_SPOT_DIRECTION), 3);
	assert_int_equal(vgpu_light_count(GL_SPOT_CUTOFF), 1);
	assert_int_equal(vgpu_material_count(GL_COLOR_INDEXES), 3);
	assert_int_equal(vgpu_material_count(GL_SHININESS), 1);
	assert_int_equal(vgpu_tex_parameter_count(GL_TEXTURE_SWIZZLE_RGBA), 4);
	assert_int_equal(vgpu_tex_parameter_count(GL_TEXTURE_MIN_FILTER), 1);
	assert_int_equal(vgpu_tex_env_count(GL_TEXTURE_ENV_COLOR), 4);
	assert_int_equal(vgpu_tex_gen_count(GL_EYE_PLANE), 4);
	assert_int_equal(vgpu_tex_gen_count(GL_TEXTURE_GEN_MODE), 1);
	assert_int_equal(vgpu_fog_count(GL_FOG_COLOR), 4);
	assert_int_equal(vgpu_point_parameter_count(GL_POINT_DISTANCE_ATTENUATION), 3);
	assert_int_equal(vgpu_patch_parameter_count(GL_PATCH_DEFAULT_INNER_LEVEL), 2);
	assert_int_equal(vgpu_clear_buffer_count(GL_COLOR), 4);
	assert_int_equal(vgpu_clear_buffer_count(GL_DEPTH), 1);
	assert_int_equal(vgpu_call_lists_bytes(5, GL_3_BYTES), 15);
	assert_int_equal(vgpu_call_lists_bytes(5, GL_FLOAT), 20);
	assert_int_equal(vgpu_call_lists_bytes(5, GL_RGBA), 0);
	assert_int_equal(vgpu_call_lists_bytes(-5, GL_FLOAT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arithmetic),
		cmocka_unit_test(maps),
		cmocka_unit_test(shading_rates),
		cmocka_unit_test(pnames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

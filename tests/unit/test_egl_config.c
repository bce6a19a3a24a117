/* SPDX-License-Identifier: MIT */
/*
 * eglChooseConfig against what Mesa's llvmpipe answers (22.3, Xvfb with depth 24):
 * the same requests must give the same number of configs with the same first
 * and last one. Config IDs count in the same order in both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "frontend/egl/config.h"
#include "frontend/present/x11.h"

static const struct vgpu_host_info host = {
	.wire_version = VGPU_WIRE_VERSION,
	.max_samples = 4,
	.version_compat = 45,
	.version_core = 45,
	.version_gles1 = 11,
	.version_gles2 = 32,
	.max_drawable = 16384,
};

static const struct vgpu_x11_visual xvfb[] = {
	{ 0x21, 4, 24, 8, 0xff0000, 0xff00, 0xff },
	{ 0x22, 5, 24, 8, 0xff0000, 0xff00, 0xff },
	{ 0x23, 4, 24, 8, 0xff0000, 0xff00, 0xff },
};

struct answer {
	EGLint count; /* -1: EGL_BAD_ATTRIBUTE */
	EGLint first, last;
};

static const struct {
	EGLint attribs[16];
	struct answer answer[2]; /* X11, surfaceless */
} requests[] = {
	{ { EGL_NONE }, { { 40, 11, 30 }, { 0, 0, 0 } } },
	{ { EGL_RED_SIZE, 1, EGL_GREEN_SIZE, 1, EGL_BLUE_SIZE, 1, EGL_DEPTH_SIZE, 1, EGL_NONE },
	  { { 32, 12, 30 }, { 0, 0, 0 } } },
	{ { EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_DEPTH_SIZE,
	    24, EGL_NONE },
	  { { 12, 3, 30 }, { 0, 0, 0 } } },
	{ { EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_DEPTH_SIZE, 24,
	    EGL_STENCIL_SIZE, 8, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE },
	  { { 8, 14, 29 }, { 8, 14, 29 } } },
	{ { EGL_ALPHA_SIZE, EGL_DONT_CARE, EGL_RED_SIZE, 5, EGL_GREEN_SIZE, 6, EGL_BLUE_SIZE, 5,
	    EGL_SURFACE_TYPE, EGL_DONT_CARE, EGL_NONE },
	  { { 40, 11, 30 }, { 50, 11, 50 } } },
	{ { EGL_SAMPLES, 4, EGL_SAMPLE_BUFFERS, 1, EGL_RED_SIZE, 8, EGL_SURFACE_TYPE, EGL_DONT_CARE,
	    EGL_NONE },
	  { { 20, 16, 30 }, { 20, 16, 30 } } },
	{ { EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE },
	  { { 40, 11, 30 }, { 50, 41, 30 } } },
	{ { EGL_RENDERABLE_TYPE, EGL_OPENVG_BIT, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_RENDERABLE_TYPE, EGL_OPENGL_ES3_BIT, EGL_ALPHA_SIZE, 8, EGL_SURFACE_TYPE, 0,
	    EGL_NONE },
	  { { 20, 1, 30 }, { 10, 21, 30 } } },
	{ { EGL_BUFFER_SIZE, 16, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE },
	  { { 40, 11, 30 }, { 50, 41, 30 } } },
	{ { EGL_BUFFER_SIZE, 32, EGL_SURFACE_TYPE, 0, EGL_STENCIL_SIZE, 1, EGL_NONE },
	  { { 4, 4, 29 }, { 4, 4, 29 } } },
	{ { EGL_CONFIG_ID, 7, EGL_SURFACE_TYPE, 0, EGL_DEPTH_SIZE, 99, EGL_NONE },
	  { { 1, 7, 7 }, { 1, 7, 7 } } },
	{ { EGL_DEPTH_SIZE, 32, EGL_STENCIL_SIZE, 8, EGL_NONE }, { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_DEPTH_SIZE, 32, EGL_RED_SIZE, 1, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 8, 15, 30 }, { 10, 15, 50 } } },
	{ { EGL_LEVEL, 1, EGL_NONE }, { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_COLOR_COMPONENT_TYPE_EXT, EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT, EGL_RED_SIZE, 8,
	    EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 0, 0, 0 }, { 20, 61, 60 } } },
	{ { EGL_NATIVE_VISUAL_TYPE, 5, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 40, 11, 30 }, { 50, 41, 30 } } },
	{ { EGL_CONFIG_CAVEAT, EGL_SLOW_CONFIG, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_CONFORMANT, EGL_OPENGL_BIT | EGL_OPENGL_ES2_BIT, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
	    EGL_SAMPLES, 1, EGL_NONE },
	  { { 20, 16, 30 }, { 25, 46, 30 } } },
	{ { EGL_SAMPLES, 16, EGL_SURFACE_TYPE, 0, EGL_NONE }, { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_TRANSPARENT_TYPE, EGL_TRANSPARENT_RGB, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 0, 0, 0 }, { 0, 0, 0 } } },
	{ { EGL_BIND_TO_TEXTURE_RGBA, EGL_TRUE, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE },
	  { { 20, 1, 30 }, { 20, 1, 30 } } },
	{ { EGL_LEVEL, EGL_DONT_CARE, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_RED_SIZE, -2, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_SURFACE_TYPE, 0x10000, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_CONFIG_CAVEAT, 3, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_CONFIG_ID, 0, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { 0x9999, 1, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_BIND_TO_TEXTURE_RGB, 2, EGL_NONE }, { { -1, 0, 0 }, { -1, 0, 0 } } },
	{ { EGL_MAX_PBUFFER_WIDTH, 100000, EGL_SURFACE_TYPE, 0, EGL_NONE },
	  { { 40, 11, 30 }, { 50, 41, 30 } } },
};

static EGLint no_pixmap(void *data, EGLint pixmap)
{
	return pixmap == 77 ? *(EGLint *)data : 0;
}

static void check(const struct vgpu_egl_config *configs, EGLint count, size_t request,
                  const struct answer *answer)
{
	const struct vgpu_egl_config *chosen[100];
	EGLint n = -1, error;

	error = vgpu_egl_config_choose(configs, count, requests[request].attribs, no_pixmap, NULL,
	                               chosen, 100, &n);
	if (error != EGL_SUCCESS || answer->count < 0) {
		assert_int_equal(error, answer->count < 0 ? EGL_BAD_ATTRIBUTE : EGL_SUCCESS);
		assert_int_equal(n, -1);
		return;
	}
	if (n != answer->count || (n > 0 && chosen[0]->id != answer->first) ||
	    (n > 0 && chosen[n - 1]->id != answer->last))
		fail_msg("request %zu: %d configs, first %d, last %d", request, n,
		         n ? chosen[0]->id : 0, n ? chosen[n - 1]->id : 0);
}

static void test_as_mesa(void **state)
{
	struct vgpu_egl_config *window, *surfaceless;
	EGLint windows, others;

	window = vgpu_egl_configs_create(&host, xvfb, 3, &windows);
	surfaceless = vgpu_egl_configs_create(&host, NULL, 0, &others);
	assert_non_null(window);
	assert_non_null(surfaceless);
	assert_int_equal(windows, 40);
	assert_int_equal(others, 70);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		check(window, windows, i, &requests[i].answer[0]);
		check(surfaceless, others, i, &requests[i].answer[1]);
	}
	free(window);
	free(surfaceless);
}

static void test_fixed_before_float(void **state)
{
	static const EGLint attribs[] = { EGL_COLOR_COMPONENT_TYPE_EXT,
		                          EGL_DONT_CARE,
		                          EGL_RED_SIZE,
		                          8,
		                          EGL_SURFACE_TYPE,
		                          0,
		                          EGL_NONE };
	const struct vgpu_egl_config *chosen[3];
	struct vgpu_egl_config *configs;
	EGLint count, n;

	configs = vgpu_egl_configs_create(&host, NULL, 0, &count);
	assert_int_equal(
		vgpu_egl_config_choose(configs, count, attribs, no_pixmap, NULL, chosen, 3, &n),
		EGL_SUCCESS);
	assert_int_equal(n, 3);
	assert_false(chosen[0]->float_color);
	assert_int_equal(
		vgpu_egl_config_choose(configs, count, attribs, no_pixmap, NULL, NULL, 0, &n),
		EGL_SUCCESS);
	assert_int_equal(n, 60);
	free(configs);
}

static void test_pixmap(void **state)
{
	static const EGLint attribs[] = { EGL_MATCH_NATIVE_PIXMAP, 77, EGL_SURFACE_TYPE,
		                          EGL_PIXMAP_BIT, EGL_NONE };
	static const EGLint wrong[] = { EGL_MATCH_NATIVE_PIXMAP, 78, EGL_NONE };
	const struct vgpu_egl_config *chosen[100];
	struct vgpu_egl_config *configs;
	EGLint count, n = -1, depth = 32;

	configs = vgpu_egl_configs_create(&host, xvfb, 3, &count);
	assert_int_equal(
		vgpu_egl_config_choose(configs, count, attribs, no_pixmap, &depth, chosen, 100, &n),
		EGL_SUCCESS);
	assert_int_equal(n, 20);
	assert_int_equal(chosen[0]->alpha, 8);
	assert_int_equal(
		vgpu_egl_config_choose(configs, count, wrong, no_pixmap, &depth, chosen, 100, &n),
		EGL_BAD_NATIVE_PIXMAP);
	free(configs);
}

static void test_host_limits(void **state)
{
	struct vgpu_host_info poor = host;
	struct vgpu_egl_config *configs;
	EGLint count, value;

	poor.max_samples = 1;
	poor.version_gles1 = 0;
	poor.version_gles2 = 20;
	poor.max_drawable = 2048;
	configs = vgpu_egl_configs_create(&poor, xvfb, 1, &count);
	assert_int_equal(count, 10);
	assert_int_equal(vgpu_egl_config_attrib(&configs[0], EGL_RENDERABLE_TYPE, &value),
	                 EGL_SUCCESS);
	assert_int_equal(value, EGL_OPENGL_BIT | EGL_OPENGL_ES2_BIT);
	assert_int_equal(vgpu_egl_config_attrib(&configs[0], EGL_MAX_PBUFFER_WIDTH, &value),
	                 EGL_SUCCESS);
	assert_int_equal(value, 2048);
	assert_int_equal(vgpu_egl_config_attrib(&configs[0], EGL_HEIGHT, &value),
	                 EGL_BAD_ATTRIBUTE);
	free(configs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_mesa),
		cmocka_unit_test(test_fixed_before_float),
		cmocka_unit_test(test_pixmap),
		cmocka_unit_test(test_host_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

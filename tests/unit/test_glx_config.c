/* SPDX-License-Identifier: MIT */
/*
 * GLX configs: what is listed for a screen, and what programs' usual requests
 * choose. The expected sizes are what the X server's own GLX chooses for the
 * same requests with llvmpipe; there depth buffers of 32 bits are the largest, with a
 * GPU those of 24.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "frontend/glx/glx.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define RGB888 .red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff

struct screen {
	struct vgpu_glx_visual *visuals;
	size_t visual_count;
	struct vgpu_glx_config *configs;
	size_t count;
};

static const struct vgpu_glx_limits limits = { .max_samples = 4, .max_drawable = 8192 };
static const struct vgpu_glx_limits accum_limits = { .max_samples = 4, .accum = true };

static void build(struct screen *s, const struct vgpu_glx_visual *visuals, size_t n,
		  const struct vgpu_glx_limits *l)
{
	s->visuals = calloc(n + 1, sizeof(*visuals));
	memcpy(s->visuals, visuals, n * sizeof(*visuals));
	s->visual_count = n;
	s->count = vgpu_glx_configs_build(s->visuals, n, l, 0x1000, &s->configs);
}

static void discard(struct screen *s)
{
	free(s->visuals);
	free(s->configs);
}

/* What Xvfb without GLX has. */
static const struct vgpu_glx_visual few[] = {
	{ .id = 0x21, .class = TrueColor, .depth = 24, RGB888 },
	{ .id = 0x22, .class = DirectColor, .depth = 24, RGB888 },
	{ .id = 0x40, .class = TrueColor, .depth = 32, RGB888 },
};

static int get(const struct vgpu_glx_config *c, int attrib)
{
	int value = -1;

	assert_int_equal(vgpu_glx_config_attrib(c, attrib, &value), 0);
	return value;
}

struct sizes {
	int red, alpha, depth, stencil, samples, double_buffer, accum, srgb;
};

static void check_sizes(const struct vgpu_glx_config *c, const struct sizes *want, size_t index)
{
	const struct sizes have = { c->red,     c->alpha,         c->depth, c->stencil,
				    c->samples, c->double_buffer, c->accum, c->srgb };

	if (memcmp(&have, want, sizeof(have)) != 0)
		fail_msg("request %zu: got r%d a%d z%d s%d ms%d db%d acc%d srgb%d", index, have.red,
			 have.alpha, have.depth, have.stencil, have.samples, have.double_buffer,
			 have.accum, have.srgb);
}

#define RGB1 GLX_RED_SIZE, 1, GLX_GREEN_SIZE, 1, GLX_BLUE_SIZE, 1
#define RGB8 GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8

static void test_choose_fbconfig(void **state)
{
	static const struct {
		int attribs[24];
		bool found;
		struct sizes want;
	} requests[] = {
		{ { None }, true, { 8, 0, 0, 0, 0, 0, 0, 0 } },
		{ { GLX_DOUBLEBUFFER, 1, None }, true, { 8, 0, 0, 0, 0, 1, 0, 0 } },
		{ { GLX_DOUBLEBUFFER, 0, None }, true, { 8, 0, 0, 0, 0, 0, 0, 0 } },
		{ { GLX_DEPTH_SIZE, 1, None }, true, { 8, 0, 24, 0, 0, 0, 0, 0 } },
		{ { GLX_DEPTH_SIZE, 16, GLX_DOUBLEBUFFER, 1, None },
		  true,
		  { 8, 0, 24, 0, 0, 1, 0, 0 } },
		{ { RGB1, GLX_DOUBLEBUFFER, 1, GLX_DEPTH_SIZE, 1, None },
		  true,
		  { 8, 0, 24, 0, 0, 1, 0, 0 } },
		{ { RGB8, GLX_ALPHA_SIZE, 8, GLX_DOUBLEBUFFER, 1, GLX_DEPTH_SIZE, 24,
		    GLX_STENCIL_SIZE, 8, None },
		  true,
		  { 8, 8, 24, 8, 0, 1, 0, 0 } },
		{ { RGB8, GLX_DOUBLEBUFFER, 1, GLX_DEPTH_SIZE, 24, GLX_STENCIL_SIZE, 8, None },
		  true,
		  { 8, 0, 24, 8, 0, 1, 0, 0 } },
		{ { RGB8, GLX_DOUBLEBUFFER, 1, GLX_DEPTH_SIZE, 24, GLX_SAMPLE_BUFFERS, 1,
		    GLX_SAMPLES, 4, None },
		  true,
		  { 8, 0, 24, 0, 4, 1, 0, 0 } },
		{ { RGB8, GLX_SAMPLE_BUFFERS, 1, GLX_SAMPLES, 8, None }, false, { 0 } },
		{ { RGB8, GLX_DOUBLEBUFFER, 1, GLX_FRAMEBUFFER_SRGB_CAPABLE_EXT, 1, None },
		  true,
		  { 8, 0, 0, 0, 0, 1, 0, 1 } },
		{ { GLX_X_RENDERABLE, 1, GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, GLX_RED_SIZE, 1,
		    GLX_ALPHA_SIZE, 1, GLX_DEPTH_SIZE, 1, GLX_DOUBLEBUFFER, 1, None },
		  true,
		  { 8, 8, 24, 0, 0, 1, 0, 0 } },
		{ { GLX_BUFFER_SIZE, 32, None }, true, { 8, 8, 0, 0, 0, 0, 0, 0 } },
		{ { GLX_STEREO, 1, None }, false, { 0 } },
		{ { GLX_RENDER_TYPE, GLX_COLOR_INDEX_BIT, None }, false, { 0 } },
		{ { GLX_RED_SIZE, 10, None }, false, { 0 } },
		{ { GLX_LEVEL, 1, None }, false, { 0 } },
		{ { GLX_ACCUM_RED_SIZE, 1, None }, false, { 0 } },
		{ { GLX_CONFIG_CAVEAT, GLX_SLOW_CONFIG, None }, false, { 0 } },
		{ { 0x7777, 1, GLX_DOUBLEBUFFER, 1, None }, true, { 8, 0, 0, 0, 0, 1, 0, 0 } },
		{ { GLX_DOUBLEBUFFER, (int)GLX_DONT_CARE, None },
		  true,
		  { 8, 0, 0, 0, 0, 0, 0, 0 } },
	};
	struct vgpu_glx_config **result;
	struct screen s;

	(void)state;
	build(&s, few, COUNT(few), &limits);
	result = calloc(s.count, sizeof(*result));
	for (size_t i = 0; i < COUNT(requests); i++) {
		size_t n = vgpu_glx_choose(s.configs, s.count, requests[i].attribs, result);

		assert_int_equal(n > 0, requests[i].found);
		if (n == 0)
			continue;
		check_sizes(result[0], &requests[i].want, i);
		/* never a surprise: neither DirectColor nor a transparent window first */
		assert_int_equal(result[0]->visual_id, 0x21);
	}
	free(result);
	discard(&s);
}

static void test_choose_visual(void **state)
{
	static const struct {
		int attribs[24];
		VisualID id; /* 0: none */
		struct sizes want;
	} requests[] = {
		{ { GLX_RGBA, None }, 0x21, { 8, 0, 0, 0, 0, 0, 0, 0 } },
		{ { GLX_RGBA, GLX_DOUBLEBUFFER, None }, 0x21, { 8, 0, 0, 0, 0, 1, 0, 0 } },
		{ { GLX_RGBA, GLX_DEPTH_SIZE, 16, GLX_DOUBLEBUFFER, None },
		  0x21,
		  { 8, 0, 24, 0, 0, 1, 0, 0 } },
		{ { GLX_RGBA, RGB1, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 1, None },
		  0x21,
		  { 8, 0, 24, 0, 0, 1, 0, 0 } },
		{ { GLX_RGBA, RGB1, GLX_ALPHA_SIZE, 1, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 1, None },
		  0x21,
		  { 8, 8, 24, 0, 0, 1, 0, 0 } },
		{ { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_STENCIL_SIZE, 1, None },
		  0x21,
		  { 8, 0, 24, 8, 0, 1, 0, 0 } },
		{ { GLX_RGBA, GLX_SAMPLE_BUFFERS, 1, GLX_SAMPLES, 4, GLX_DOUBLEBUFFER, None },
		  0x21,
		  { 8, 0, 0, 0, 4, 1, 0, 0 } },
		{ { GLX_DOUBLEBUFFER, None }, 0x21, { 8, 0, 0, 0, 0, 1, 0, 0 } },
		{ { GLX_RGBA, GLX_STEREO, None }, 0, { 0 } },
		{ { GLX_RGBA, GLX_LEVEL, 1, None }, 0, { 0 } },
		{ { GLX_RGBA, GLX_RED_SIZE, 12, None }, 0, { 0 } },
		{ { GLX_RGBA, GLX_X_VISUAL_TYPE, GLX_DIRECT_COLOR, None },
		  0x22,
		  { 8, 0, 0, 0, 0, 0, 0, 0 } },
	};
	struct screen s;

	(void)state;
	build(&s, few, COUNT(few), &limits);
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct vgpu_glx_config *c =
			vgpu_glx_choose_visual(s.configs, s.count, requests[i].attribs);

		assert_int_equal(c ? c->visual_id : 0, requests[i].id);
		if (c)
			check_sizes(c, &requests[i].want, i);
	}
	discard(&s);
}

static bool same(const struct vgpu_glx_config *a, const struct vgpu_glx_config *b)
{
	return a->visual_class == b->visual_class && a->visual_depth == b->visual_depth &&
	       a->red == b->red && a->alpha == b->alpha && a->depth == b->depth &&
	       a->stencil == b->stencil && a->samples == b->samples && a->accum == b->accum &&
	       a->double_buffer == b->double_buffer && a->srgb == b->srgb;
}

/* Every config once, ids without gaps, visuals of the config's own kind. */
static void test_list_is_sound(void **state)
{
	struct screen s;

	(void)state;
	build(&s, few, COUNT(few), &accum_limits);
	assert_true(s.count > 0);
	for (size_t i = 0; i < s.count; i++) {
		const struct vgpu_glx_config *c = &s.configs[i];

		assert_int_equal(c->id, 0x1000 + i);
		assert_int_equal(get(c, GLX_BUFFER_SIZE), c->red + c->green + c->blue + c->alpha);
		assert_int_equal(get(c, GLX_DRAWABLE_TYPE),
				 GLX_WINDOW_BIT | GLX_PIXMAP_BIT | GLX_PBUFFER_BIT);
		assert_int_equal(get(c, GLX_CONFIG_CAVEAT), c->accum ? GLX_SLOW_CONFIG : GLX_NONE);
		assert_true(c->samples <= 4);
		if (c->visual_depth == 32)
			assert_int_equal(c->visual_id, 0x40);
		else
			assert_int_equal(c->visual_id,
					 c->visual_class == DirectColor ? 0x22 : 0x21);
		for (size_t j = 0; j < i; j++) {
			assert_false(same(c, &s.configs[j]));
		}
	}
	/* visuals nobody chose mean what most programs need */
	for (size_t i = 0; i < COUNT(few); i++) {
		const struct vgpu_glx_config *c = s.visuals[i].primary;

		check_sizes(c, &(struct sizes){ 8, 8, 24, 8, 0, 1, 0, 0 }, i);
	}
	discard(&s);
}

static void test_accum_is_chosen_only_when_asked_for(void **state)
{
	static const int want_accum[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_ACCUM_RED_SIZE,
					  1,        GLX_DEPTH_SIZE,   1,
					  None };
	static const int no_accum[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 1, None };
	struct vgpu_glx_config *c;
	struct screen s;

	(void)state;
	build(&s, few, COUNT(few), &accum_limits);
	c = vgpu_glx_choose_visual(s.configs, s.count, want_accum);
	check_sizes(c, &(struct sizes){ 8, 0, 24, 0, 0, 1, 16, 0 }, 0);
	c = vgpu_glx_choose_visual(s.configs, s.count, no_accum);
	check_sizes(c, &(struct sizes){ 8, 0, 24, 0, 0, 1, 0, 0 }, 1);
	discard(&s);
}

/* A server with many visuals of a kind: configs get visuals of their own, none stays without. */
static void test_many_visuals(void **state)
{
	struct vgpu_glx_visual many[200];
	struct screen s;
	size_t own = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct vgpu_glx_visual){
			.id = 0x21 + i, .class = TrueColor, .depth = 24, RGB888
		};
	build(&s, many, COUNT(many), &limits);
	assert_true(s.count < COUNT(many));
	for (size_t i = 0; i < COUNT(many); i++) {
		assert_non_null(s.visuals[i].primary);
		own += s.visuals[i].primary->visual_id == s.visuals[i].id;
	}
	assert_int_equal(own, s.count);
	discard(&s);
}

static void test_other_depths(void **state)
{
	static const struct vgpu_glx_visual visuals[] = {
		{ .id = 1, .class = PseudoColor, .depth = 8 },
		{ .id = 2,
		  .class = TrueColor,
		  .depth = 16,
		  .red_mask = 0xf800,
		  .green_mask = 0x7e0,
		  .blue_mask = 0x1f },
		{ .id = 3,
		  .class = TrueColor,
		  .depth = 30,
		  .red_mask = 0x3ff00000,
		  .green_mask = 0xffc00,
		  .blue_mask = 0x3ff },
	};
	static const int rgb10[] = { GLX_RED_SIZE, 10, None };
	static const int any[] = { None };
	struct vgpu_glx_config **result;
	struct screen s;

	(void)state;
	build(&s, visuals, COUNT(visuals), &limits);
	assert_null(s.visuals[0].primary);
	result = calloc(s.count, sizeof(*result));
	assert_true(vgpu_glx_choose(s.configs, s.count, rgb10, result) > 0);
	assert_int_equal(result[0]->visual_id, 3);
	assert_true(vgpu_glx_choose(s.configs, s.count, any, result) > 0);
	check_sizes(result[0], &(struct sizes){ 5, 0, 0, 0, 0, 0, 0, 0 }, 0);
	free(result);
	discard(&s);
	/* no RGB visual at all: pbuffers are left */
	build(&s, visuals, 1, &limits);
	for (size_t i = 0; i < s.count; i++)
		assert_int_equal(get(&s.configs[i], GLX_DRAWABLE_TYPE), GLX_PBUFFER_BIT);
	assert_null(vgpu_glx_choose_visual(s.configs, s.count, (int[]){ GLX_RGBA, None }));
	discard(&s);
}

/* The largest depth buffer there is, which only software rendering has with 32 bits. */
static void test_depth_32(void **state)
{
	static const struct vgpu_glx_limits software = { .max_samples = 4, .depth32 = true };
	static const int depth[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 24, None };
	static const int stencil[] = { GLX_RGBA, GLX_DEPTH_SIZE, 1, GLX_STENCIL_SIZE, 1, None };
	struct vgpu_glx_config *c;
	struct screen s;

	(void)state;
	build(&s, few, COUNT(few), &software);
	c = vgpu_glx_choose_visual(s.configs, s.count, depth);
	check_sizes(c, &(struct sizes){ 8, 0, 32, 0, 0, 1, 0, 0 }, 0);
	c = vgpu_glx_choose_visual(s.configs, s.count, stencil);
	check_sizes(c, &(struct sizes){ 8, 0, 24, 8, 0, 0, 0, 0 }, 1);
	check_sizes(s.visuals[0].primary, &(struct sizes){ 8, 8, 24, 8, 0, 1, 0, 0 }, 2);
	discard(&s);
}

static void test_order_follows_the_specification(void **state)
{
	static const int attribs[] = { GLX_DEPTH_SIZE, 1, GLX_ALPHA_SIZE, 1, None };
	struct vgpu_glx_config **r;
	struct screen s;
	size_t n;

	(void)state;
	build(&s, few, COUNT(few), &accum_limits);
	r = calloc(s.count, sizeof(*r));
	n = vgpu_glx_choose(s.configs, s.count, attribs, r);
	assert_true(n > 8);
	for (size_t i = 1; i < n; i++) {
		const struct vgpu_glx_config *a = r[i - 1], *b = r[i];

		assert_true(a->depth >= 1 && a->alpha >= 1);
		assert_true((a->accum > 0) <= (b->accum > 0));
		if ((a->accum > 0) != (b->accum > 0))
			continue;
		assert_true(a->double_buffer <= b->double_buffer);
		if (a->double_buffer != b->double_buffer)
			continue;
		assert_true(a->samples <= b->samples);
		if (a->samples != b->samples)
			continue;
		assert_true(a->depth >= b->depth);
		if (a->depth == b->depth)
			assert_true(a->stencil <= b->stencil);
	}
	free(r);
	discard(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose_fbconfig),
		cmocka_unit_test(test_choose_visual),
		cmocka_unit_test(test_list_is_sound),
		cmocka_unit_test(test_accum_is_chosen_only_when_asked_for),
		cmocka_unit_test(test_many_visuals),
		cmocka_unit_test(test_other_depths),
		cmocka_unit_test(test_depth_32),
		cmocka_unit_test(test_order_follows_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

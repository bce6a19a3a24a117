/* SPDX-License-Identifier: MIT */
/* Names chosen by the guest: unique, reused, never one that the program invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontend/client.h"
#include "frontend/gl/names.h"
#include "frontend/gl/state.h"

static struct vgpu_context *context(struct vgpu_share *share)
{
	struct vgpu_context *ctx = calloc(1, sizeof(*ctx));

	ctx->share = share ? vgpu_share_ref(share) : vgpu_share_create();
	ctx->gl = vgpu_gl_state_create(ctx);
	assert_non_null(ctx->gl);
	return ctx;
}

static void destroy(struct vgpu_context *ctx)
{
	vgpu_gl_state_destroy(ctx->gl);
	vgpu_share_unref(ctx->share);
	free(ctx);
}

static void unique(void **state)
{
	struct vgpu_context *ctx = context(NULL);
	uint32_t names[1000], more[10];

	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_TEXTURE, 1000, names), 0);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(names[i], i + 1); /* small and dense, as programs expect */
	vgpu_guest_names_note(ctx, VGPU_NAME_TEXTURE, 1003); /* the program's own */
	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_TEXTURE, 10, more), 0);
	for (uint32_t i = 0; i < 10; i++) {
		assert_true(more[i] > 1000 && more[i] != 1003);
		assert_true(vgpu_guest_names_known(ctx, VGPU_NAME_TEXTURE, more[i]));
	}
	assert_false(vgpu_guest_names_known(ctx, VGPU_NAME_TEXTURE, 0));
	assert_false(vgpu_guest_names_known(ctx, VGPU_NAME_TEXTURE, 5000));
	assert_false(vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, 1));
	vgpu_guest_names_free(ctx, VGPU_NAME_TEXTURE, 1, &names[4]);
	vgpu_guest_names_free(ctx, VGPU_NAME_TEXTURE, 1, &names[4]); /* twice is nothing */
	assert_false(vgpu_guest_names_known(ctx, VGPU_NAME_TEXTURE, 5));
	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_TEXTURE, 2, more), 0);
	assert_int_equal(more[0], 5);
	assert_true(more[1] > 1000);
	destroy(ctx);
}

static void ranges(void **state)
{
	struct vgpu_context *ctx = context(NULL);
	uint32_t first, freed[3];

	vgpu_guest_names_note(ctx, VGPU_NAME_LIST, 50);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, 10), 1);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, 100), 51);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, 39), 11);
	for (uint32_t i = 0; i < 3; i++)
		freed[i] = 60 + i;
	vgpu_guest_names_free(ctx, VGPU_NAME_LIST, 3, freed);
	first = vgpu_guest_names_range(ctx, VGPU_NAME_LIST, 4);
	assert_true(first > 150);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, 3), 60);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, VGPU_MAX_NAMES), 0);
	assert_int_equal(vgpu_guest_names_range(ctx, VGPU_NAME_LIST, VGPU_MAX_NAMES - 10), 0);
	destroy(ctx);
}

/* What one context frees, another must not get before the host has seen the delete. */
static void shared(void **state)
{
	struct vgpu_context *a = context(NULL), *b = context(a->share);
	uint32_t x[4], y[4];

	assert_int_equal(vgpu_guest_names_alloc(a, VGPU_NAME_BUFFER, 4, x), 0);
	assert_true(vgpu_guest_names_known(b, VGPU_NAME_BUFFER, x[0]));
	vgpu_guest_names_free(a, VGPU_NAME_BUFFER, 2, x);
	vgpu_guest_names_free(a, VGPU_NAME_BUFFER, 2, x); /* twice is nothing */
	vgpu_guest_names_free(b, VGPU_NAME_BUFFER, 2, x);
	assert_false(vgpu_guest_names_known(b, VGPU_NAME_BUFFER, x[0]));
	assert_int_equal(vgpu_guest_names_alloc(b, VGPU_NAME_BUFFER, 4, y), 0);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++)
			assert_int_not_equal(x[i], y[k]);
	assert_int_equal(vgpu_guest_names_alloc(a, VGPU_NAME_BUFFER, 2, y), 0);
	assert_true((y[0] == x[0] && y[1] == x[1]) || (y[0] == x[1] && y[1] == x[0]));
	assert_int_equal(vgpu_guest_names_alloc(a, VGPU_NAME_BUFFER, 1, y), 0);
	assert_true(y[0] > 8);
	/* vertex arrays are each context's own */
	assert_int_equal(vgpu_guest_names_alloc(a, VGPU_NAME_VERTEX_ARRAY, 1, x), 0);
	assert_int_equal(vgpu_guest_names_alloc(b, VGPU_NAME_VERTEX_ARRAY, 1, y), 0);
	assert_int_equal(x[0], y[0]);
	destroy(a);
	destroy(b);
}

/* A deleted program may live on under its name: it is not used again. */
static void programs(void **state)
{
	struct vgpu_context *ctx = context(NULL);
	uint32_t a, b;

	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_PROGRAM, 1, &a), 0);
	vgpu_guest_names_free(ctx, VGPU_NAME_PROGRAM, 1, &a);
	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_PROGRAM, 1, &b), 0);
	assert_int_not_equal(a, b);
	destroy(ctx);
}

static void full(void **state)
{
	struct vgpu_context *ctx = context(NULL);
	uint32_t *names = malloc(VGPU_MAX_NAMES * sizeof(*names)), one;

	assert_true(vgpu_guest_names_alloc(ctx, VGPU_NAME_QUERY, VGPU_MAX_NAMES, names) < 0);
	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_QUERY, VGPU_MAX_NAMES - 1, names), 0);
	assert_true(vgpu_guest_names_alloc(ctx, VGPU_NAME_QUERY, 1, &one) < 0);
	vgpu_guest_names_free(ctx, VGPU_NAME_QUERY, 1, &names[12345]);
	assert_int_equal(vgpu_guest_names_alloc(ctx, VGPU_NAME_QUERY, 1, &one), 0);
	assert_int_equal(one, names[12345]);
	free(names);
	destroy(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unique),
		cmocka_unit_test(ranges),
		cmocka_unit_test(shared),
		cmocka_unit_test(programs),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* vgpu-ctl top: rates from two answers of the daemon, order, and answers that are nonsense. */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/ctl/top.h"

static struct vgpu_top_sample sample_of(const char *text, double at,
					const struct vgpu_top_sample *before)
{
	struct json_object *o = json_tokener_parse(text);
	struct vgpu_top_sample sample;

	assert_non_null(o);
	assert_int_equal(vgpu_top_sample(o, at, before, &sample), 0);
	json_object_put(o);
	return sample;
}

static const char first[] =
	"{\"workers\":[{\"pid\":7,\"uid\":4000000,\"programs\":["
	"{\"connection\":1,\"pid\":41,\"name\":\"a\\u001bb\",\"frames\":100,\"calls\":1000,"
	"\"bytes_in\":4096,\"bytes_out\":0,\"round_trips\":5,\"contexts\":1,\"vram\":1048576},"
	"{\"connection\":2,\"pid\":42,\"name\":\"slow\",\"frames\":10,\"contexts\":2,\"vram\":2097152}]},"
	"{\"pid\":8,\"uid\":0,\"guest\":\"web\",\"programs\":[]}]}";
static const char second[] =
	"{\"workers\":[{\"pid\":7,\"uid\":4000000,\"programs\":["
	"{\"connection\":1,\"pid\":41,\"name\":\"a\\u001bb\",\"frames\":220,\"calls\":3000,"
	"\"bytes_in\":8192,\"bytes_out\":2,\"round_trips\":5,\"contexts\":1,\"vram\":1048576},"
	"{\"connection\":2,\"pid\":42,\"name\":\"slow\",\"frames\":9,\"contexts\":2,\"vram\":2097152},"
	"{\"connection\":3,\"pid\":43,\"name\":\"new\",\"frames\":500,\"contexts\":1}]},"
	"{\"pid\":8,\"uid\":0,\"guest\":\"web\",\"programs\":["
	"{\"connection\":1,\"pid\":50,\"name\":\"x\",\"frames\":1}]}]}";

static void test_rates(void **state)
{
	struct vgpu_top_sample a = sample_of(first, 10, NULL), b;

	assert_int_equal(a.n, 4);
	assert_true(a.rows[1].fresh);
	assert_string_equal(a.rows[0].guest, "uid 4000000");
	assert_string_equal(a.rows[3].guest, "web");
	assert_string_equal(a.rows[1].name, "a?b");
	b = sample_of(second, 12, &a);
	assert_int_equal(b.n, 6);
	assert_true(b.seconds == 2);
	assert_true(b.rows[1].rate[TOP_FRAMES] == 60);
	assert_true(b.rows[1].rate[TOP_CALLS] == 1000);
	assert_true(b.rows[1].rate[TOP_IN] == 2048);
	assert_true(b.rows[1].rate[TOP_OUT] == 1);
	assert_true(b.rows[1].rate[TOP_WAITS] == 0);
	assert_true(b.rows[2].rate[TOP_FRAMES] == 0); /* a counter that fell */
	assert_true(b.rows[3].fresh && b.rows[3].rate[TOP_FRAMES] == 0);
	/* a guest is the sum; another worker's connection 1 is another program */
	assert_true(b.rows[0].is_guest && b.rows[0].programs == 3);
	assert_true(b.rows[0].rate[TOP_FRAMES] == 60);
	assert_int_equal(b.rows[0].vram, 3 << 20);
	assert_true(b.rows[5].fresh);
	assert_int_equal(b.rows[4].vram, -1);
	vgpu_top_free(&a);
	vgpu_top_free(&b);
}

static size_t column(const char *name)
{
	for (size_t i = 0; i < vgpu_top_n_columns; i++)
		if (strcmp(vgpu_top_columns[i].name, name) == 0)
			return i;
	fail();
	return 0;
}

static void test_order(void **state)
{
	struct vgpu_top_sample a = sample_of(first, 10, NULL), b = sample_of(second, 12, &a);

	vgpu_top_sort(&b, column("FRAMES/s"), false);
	assert_int_equal(b.rows[0].worker, 7);
	assert_int_equal(b.rows[1].pid, 41);
	vgpu_top_sort(&b, column("FRAMES/s"), true);
	assert_int_equal(b.rows[0].worker, 8);
	assert_int_equal(b.rows[1].pid, 50);
	assert_int_equal(b.rows[5].pid, 41);
	vgpu_top_sort(&b, column("NAME"), false);
	assert_string_equal(b.rows[0].guest, "uid 4000000");
	assert_string_equal(b.rows[1].name, "a?b");
	assert_string_equal(b.rows[3].name, "slow");
	vgpu_top_sort(&b, column("VRAM"), false);
	assert_string_equal(b.rows[1].name, "slow");
	vgpu_top_sort(&b, column("PID"), true);
	assert_int_equal(b.rows[1].pid, 43);
	vgpu_top_free(&a);
	vgpu_top_free(&b);
}

static void test_cells(void **state)
{
	struct vgpu_top_sample a = sample_of(first, 10, NULL), b = sample_of(second, 12, &a);
	char text[256];

	vgpu_top_cell(&b.rows[1], column("FRAMES/s"), text, sizeof(text));
	assert_string_equal(text, "60.0");
	vgpu_top_cell(&b.rows[1], column("IN/s"), text, sizeof(text));
	assert_string_equal(text, "2.0K");
	vgpu_top_cell(&b.rows[1], column("VRAM"), text, sizeof(text));
	assert_string_equal(text, "1.0M");
	vgpu_top_cell(&b.rows[3], column("FRAMES/s"), text, sizeof(text));
	assert_string_equal(text, "-");
	vgpu_top_cell(&b.rows[3], column("VRAM"), text, sizeof(text));
	assert_string_equal(text, "-");
	vgpu_top_line(&b.rows[0], text, sizeof(text));
	assert_non_null(strstr(text, "3 programs"));
	vgpu_top_line(NULL, text, 20); /* too little room */
	assert_true(strlen(text) < 20);
	vgpu_top_free(&a);
	vgpu_top_free(&b);
}

static void test_nonsense(void **state)
{
	static const char *const answers[] = {
		"{}", "{\"workers\":1}", "{\"workers\":[1,null,[],\"x\",{}]}",
		"{\"workers\":[{\"pid\":\"x\",\"programs\":[null,{},7]},{\"programs\":{}}]}",
		"{\"workers\":[{\"programs\":[{\"frames\":-5,\"name\":3}]},{\"programs\":[{}]}]}",
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct vgpu_top_sample a = sample_of(answers[i], 1, NULL);
		struct vgpu_top_sample b = sample_of(answers[i], 2, &a);
		struct json_object *o;

		for (size_t c = 0; c < vgpu_top_n_columns; c++) {
			char line[512];

			vgpu_top_sort(&b, c, c & 1);
			for (size_t r = 0; r < b.n; r++)
				vgpu_top_line(&b.rows[r], line, sizeof(line));
		}
		o = vgpu_top_json(&b);
		assert_non_null(o);
		json_object_put(o);
		vgpu_top_free(&a);
		vgpu_top_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

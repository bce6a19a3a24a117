/* SPDX-License-Identifier: MIT */
/* The daemon's log of guests: what is kept, cut, cleaned and rationed. */
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/daemon/log.h"

static struct json_object *lines_of(const struct vgpu_logs *logs, const char *guest,
                                    struct json_object **top_out)
{
	struct json_object *lines;

	*top_out = vgpu_log_json(logs, guest);
	assert_non_null(*top_out);
	assert_true(json_object_object_get_ex(*top_out, "lines", &lines));
	return lines;
}

static const char *text(struct json_object *lines, size_t i)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(json_object_array_get_idx(lines, i), "text", &value));
	return json_object_get_string(value);
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, key, &value));
	return json_object_get_int64(value);
}

static void test_kept_apart(void **state)
{
	struct vgpu_logs *logs = vgpu_logs_create();
	struct json_object *top, *lines;
	char longer[2 * VGPU_LOG_TEXT];

	vgpu_log_line(logs, "a", "", "first\033[2J\x80");
	vgpu_log_line(logs, "b", "", "other");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	vgpu_log_line(logs, "a", "", longer);
	lines = lines_of(logs, "a", &top);
	assert_int_equal(json_object_array_length(lines), 2);
	assert_string_equal(text(lines, 0), "first?[2J?");
	assert_int_equal(strlen(text(lines, 1)), VGPU_LOG_TEXT - 1);
	json_object_put(top);
	assert_null(vgpu_log_json(logs, "c"));
	assert_null(vgpu_log_json(NULL, "a"));
	vgpu_logs_free(logs);
}

/* A worker that says the same for ever has its say, and no more. */
static void test_rationed(void **state)
{
	struct vgpu_logs *logs = vgpu_logs_create();
	struct json_object *top, *lines;
	char line[32];
	size_t n;

	for (int i = 1; i <= 20000; i++) {
		snprintf(line, sizeof(line), "line %d", i);
		vgpu_log_line(logs, "loud", "", line);
	}
	vgpu_log_line(logs, "quiet", "", "still heard");
	lines = lines_of(logs, "loud", &top);
	n = json_object_array_length(lines);
	assert_int_equal(n, VGPU_LOG_LINES);
	/* 20000 in less than a minute: nearly all are lost, and counted */
	assert_true(number(top, "dropped") > 15000);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(number(json_object_array_get_idx(lines, i), "number"),
		                 number(json_object_array_get_idx(lines, i - 1), "number") + 1);
	json_object_put(top);
	lines = lines_of(logs, "quiet", &top);
	assert_string_equal(text(lines, 0), "still heard");
	json_object_put(top);
	vgpu_logs_free(logs);
}

/* Guests come and go: memory for VGPU_LOG_GUESTS of them, the latest. */
static void test_forgotten(void **state)
{
	struct vgpu_logs *logs = vgpu_logs_create();
	struct json_object *top;
	char guest[16];

	for (int i = 0; i < VGPU_LOG_GUESTS; i++) {
		snprintf(guest, sizeof(guest), "g%d", i);
		vgpu_log_line(logs, guest, "", "x");
	}
	usleep(5000);
	vgpu_log_line(logs, "g0", "", "again");
	for (int i = 1; i < VGPU_LOG_GUESTS; i++) {
		snprintf(guest, sizeof(guest), "h%d", i);
		vgpu_log_line(logs, guest, "", "x");
	}
	assert_null(vgpu_log_json(logs, "g5"));
	top = vgpu_log_json(logs, "g0");
	assert_non_null(top);
	json_object_put(top);
	vgpu_logs_free(logs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_apart),
		cmocka_unit_test(test_rationed),
		cmocka_unit_test(test_forgotten),
	};
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO); /* 20000 lines */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* VGPU_DEBUG: which words switch what on, and what a difference does to the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frontend/debug.h"

/* The environment is read once: each case has a process of its own. Returns its flags. */
static int flags_of(const char *value)
{
	int status;
	pid_t child = fork();

	if (!child) {
		if (value)
			setenv("VGPU_DEBUG", value, 1);
		else
			unsetenv("VGPU_DEBUG");
		_Exit((vgpu_debug_on(VGPU_DEBUG_TALK) ? 1 : 0) |
		      (vgpu_debug_on(VGPU_DEBUG_SYNC) ? 2 : 0) |
		      (vgpu_debug_on(VGPU_DEBUG_VERIFY) ? 4 : 0));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(flags_of(NULL), 0);
	assert_int_equal(flags_of(""), 0);
	assert_int_equal(flags_of("0"), 0);
	assert_int_equal(flags_of("1"), 1);
	assert_int_equal(flags_of("sync"), 2);
	assert_int_equal(flags_of("verify,sync"), 6);
	assert_int_equal(flags_of("sync,1"), 3);
	assert_int_equal(flags_of("syncs"), 1);
	assert_int_equal(flags_of(",,verify,"), 4);
}

static void test_difference(void **state)
{
	char said[200] = "";
	int status, out[2];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(out), 0);
	child = fork();
	if (!child) {
		dup2(out[1], 2);
		vgpu_debug_differs("glGetIntegerv", 0xd33, 16384, 8192);
	}
	close(out[1]);
	assert_true(read(out[0], said, sizeof(said) - 1) > 0);
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 86);
	assert_non_null(strstr(said, "glGetIntegerv 0xd33: the library says 16384, the host 8192"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* vgpu-info names the first broken link: no daemon, one that refuses, one that is something else.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/fake_backend.h"

static char info[4096], folder[] = "/tmp/vgpu-test-XXXXXX", path[64];

static pid_t fake;

/* A failed assertion leaves the test at once: the fake is ended here. */
static int stop(void **state)
{
	if (fake > 0) {
		kill(fake, SIGKILL);
		waitpid(fake, NULL, 0);
	}
	fake = 0;
	unlink(path);
	return 0;
}

static int info_run(const char *arguments, char *out, size_t size)
{
	char command[8192];

	snprintf(command, sizeof(command), "VGPU_SOCKET=%s '%s' %s 2>&1", path, info, arguments);
	return run_command(command, out, size);
}

static void test_no_daemon(void **state)
{
	char out[16384];

	assert_int_equal(info_run("", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "The first broken link is: transport."));
	assert_non_null(strstr(out, path));
	assert_non_null(strstr(out, "hint: "));
	assert_int_equal(info_run("--json", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "\"broken\":\"transport\""));
	assert_non_null(strstr(out, "\"schema\":1"));
}

static void test_daemon_refuses(void **state)
{
	char out[16384];
	int sock = fake_listen(path);

	fake = fork();
	/* it answers HELLO, as all but "list", with an error */
	if (fake == 0)
		fake_serve(sock, FAKE_ANSWERS, NULL, "{}");
	close(sock);
	assert_int_equal(info_run("", out, sizeof(out)), 4);
	assert_non_null(strstr(out, "The first broken link is: backend."));
	assert_non_null(strstr(out, "not for you"));
}

static void test_somebody_else_listens(void **state)
{
	char out[16384];
	int sock = fake_listen(path);

	fake = fork();
	if (fake == 0) {
		for (;;) {
			int client = accept(sock, NULL, NULL);
			char request[8192];

			/* closing with something unread would take our answer along */
			if (recv(client, request, sizeof(request), 0) > 0 &&
			    send(client, "HTTP/1.1 400 Bad Request", 24, MSG_NOSIGNAL) < 0)
				_exit(1);
			close(client);
		}
	}
	close(sock);
	assert_int_equal(info_run("", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "is not vgpu-backendd"));
}

static void test_usage(void **state)
{
	char out[16384];

	assert_int_equal(info_run("--nonsense", out, sizeof(out)), 2);
	assert_int_equal(info_run("word", out, sizeof(out)), 2);
	assert_int_equal(info_run("--help", out, sizeof(out)), 0);
	assert_int_equal(info_run("--probe nonsense", out, sizeof(out)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_no_daemon, stop),
		cmocka_unit_test_teardown(test_daemon_refuses, stop),
		cmocka_unit_test_teardown(test_somebody_else_listens, stop),
		cmocka_unit_test_teardown(test_usage, stop),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/vgpu.sock", folder);
	build_folder(info, sizeof(info) - 16);
	strcat(info, "/bin/vgpu-info");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}

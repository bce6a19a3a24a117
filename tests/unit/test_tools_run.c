/* SPDX-License-Identifier: MIT */
/*
 * vgpu-run against a fake vgpu-backendd, in a folder of the shape of an installed
 * prefix: environment, exit codes, signals, counters, and that nothing is left.
 * The fake is this very program under the daemon's name.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/fake_backend.h"

static char prefix[] = "/tmp/vgpu-test-XXXXXX";

/* before the program: somebody else's connection 2 */
static const char before_it[] =
	"{\"schema\":1,\"workers\":[{\"pid\":7,\"uid\":0,\"renderer\":\"llvmpipe\",\"ending\":0,"
	"\"programs\":[{\"connection\":2,\"pid\":1,\"frames\":1000}]}]}";
#define ANSWER(running, ended)                                                                     \
	"{\"schema\":1,\"workers\":[{\"pid\":7,\"uid\":0,\"renderer\":\"llvmpipe\",\"ending\":0,"  \
	"\"programs\":[" running                                                                   \
	"],\"ended\":[{\"connection\":2,\"pid\":1,\"frames\":1000}," ended "]}]}"
#define FIRST                                                                                      \
	"{\"connection\":3,\"pid\":1,\"name\":\"sh\",\"frames\":40,\"calls\":5,\"bytes_in\":6,"    \
	"\"bytes_out\":7,\"round_trips\":8}"
#define SECOND                                                                                     \
	"{\"connection\":4,\"pid\":1,\"name\":\"sh\",\"frames\":2,\"calls\":1,\"bytes_in\":1,"     \
	"\"bytes_out\":1,\"round_trips\":1}"
static const char all_ended[] = ANSWER("", FIRST "," SECOND);
static const char one_stays[] = ANSWER(FIRST, SECOND);

/* vgpu-backendd --embedded --socket PATH --quiet --ready-fd N */
static int fake_backendd(int argc, char **argv)
{
	const char *mode = getenv("FAKE");
	int sock, fd;

	if (argc != 7 || strcmp(argv[1], "--embedded") != 0 || strcmp(argv[2], "--socket") != 0 ||
	    strcmp(argv[4], "--quiet") != 0 || strcmp(argv[5], "--ready-fd") != 0)
		return 97;
	/* the host's GL must not be ours */
	if (getenv("__GLX_VENDOR_LIBRARY_NAME") || getenv("VGPU_SOCKET"))
		return 96;
	if (mode && strcmp(mode, "fails") == 0)
		return 42;
	fd = atoi(argv[6]);
	sock = fake_listen(argv[3]);
	if (write(fd, "\n", 1) != 1)
		return 95;
	close(fd);
	if (mode && strcmp(mode, "dies") == 0)
		return 0;
	fake_serve(sock, FAKE_ANSWERS, before_it,
		   mode && strcmp(mode, "stays") == 0 ? one_stays : all_ended);
}

static int run(const char *before, const char *arguments, char *out, size_t size)
{
	char command[8192];

	snprintf(command, sizeof(command),
		 "unset VGPU_SOCKET; export XDG_RUNTIME_DIR=%s; %s '%s/bin/vgpu-run' %s 2>&1",
		 prefix, before, prefix, arguments);
	return run_command(command, out, size);
}

/* No socket folder, no process. */
static void assert_clean(void)
{
	char command[256], out[1024];

	snprintf(command, sizeof(command), "ls -d %s/vgpu-run-* 2>/dev/null", prefix);
	assert_int_not_equal(run_command(command, out, sizeof(out)), 0);
	snprintf(command, sizeof(command),
		 "for e in /proc/[0-9]*/exe; do readlink $e; done 2>/dev/null | "
		 "grep -c '^%s/bin/vgpu-backendd'",
		 prefix);
	run_command(command, out, sizeof(out));
	assert_string_equal(out, "0\n");
}

static void test_environment(void **state)
{
	char out[8192], want[256];

	assert_int_equal(run("", "env", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "\n__GLX_VENDOR_LIBRARY_NAME=vgpu\n"));
	snprintf(want, sizeof(want), "LD_LIBRARY_PATH=%s/lib", prefix);
	assert_non_null(strstr(out, want));
	snprintf(want, sizeof(want),
		 "__EGL_VENDOR_LIBRARY_FILENAMES=%s/share/glvnd/egl_vendor.d/40_vgpu.json", prefix);
	assert_non_null(strstr(out, want));
	snprintf(want, sizeof(want), "VGPU_SOCKET=%s/vgpu-run-", prefix);
	assert_non_null(strstr(out, want));
	assert_null(strstr(out, "MESA"));
	assert_clean();
}

static void test_mesa_stays_behind_ours(void **state)
{
	char out[8192], want[512];

	assert_int_equal(run("__EGL_VENDOR_LIBRARY_FILENAMES=/a/50_mesa.json:/b/40_vgpu.json",
			     "env", out, sizeof(out)),
			 0);
	snprintf(want, sizeof(want),
		 "__EGL_VENDOR_LIBRARY_FILENAMES=%s/share/glvnd/egl_vendor.d/40_vgpu.json:"
		 "/a/50_mesa.json\n",
		 prefix);
	assert_non_null(strstr(out, want));
}

static void test_exit_codes(void **state)
{
	char out[8192];

	assert_int_equal(run("", "true", out, sizeof(out)), 0);
	assert_string_equal(out, "");
	assert_int_equal(run("", "sh -c 'exit 33'", out, sizeof(out)), 33);
	assert_int_equal(run("", "sh -c 'kill -SEGV $$'", out, sizeof(out)), 128 + SIGSEGV);
	assert_int_equal(run("", "/nonexistent/program", out, sizeof(out)), 127);
	assert_int_equal(run("", "/etc/passwd", out, sizeof(out)), 126);
	assert_int_equal(run("", "", out, sizeof(out)), 2);
	assert_int_equal(run("", "--nonsense true", out, sizeof(out)), 2);
	assert_int_equal(run("", "--help", out, sizeof(out)), 0);
	/* the program's own options are left alone */
	assert_int_equal(run("", "sh -c 'echo $1' x --stats", out, sizeof(out)), 0);
	assert_string_equal(out, "--stats\n");
	assert_clean();
}

static void test_signals(void **state)
{
	char out[8192];

	/* passed on, and the program's answer counts */
	assert_int_equal(
		run("timeout -s TERM 1",
		    "sh -c 'trap \"echo got it; exit 9\" TERM; while :; do sleep 0.05; done'", out,
		    sizeof(out)),
		124);
	assert_non_null(strstr(out, "got it"));
	/* $PPID is vgpu-run */
	assert_int_equal(run("",
			     "sh -c 'trap \"exit 9\" USR1; kill -USR1 $PPID; "
			     "while :; do sleep 0.05; done'",
			     out, sizeof(out)),
			 9);
	assert_int_equal(run("", "sh -c 'kill -TERM $PPID; sleep 20'", out, sizeof(out)),
			 128 + SIGTERM);
	assert_clean();
}

static void test_killed_run_takes_its_backend_along(void **state)
{
	char out[8192];

	run("",
	    "sh -c 'kill -KILL $PPID; sleep 0.5'; sleep 0.7; rm -rf $XDG_RUNTIME_DIR/vgpu-run-*",
	    out, sizeof(out));
	assert_clean();
}

static void test_backend_fails(void **state)
{
	char out[8192];

	assert_int_equal(run("FAKE=fails", "echo ran", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "exit code 42"));
	assert_non_null(strstr(out, "hint: "));
	assert_null(strstr(out, "ran\n"));
	assert_int_equal(run("FAKE=dies", "sh -c 'sleep 0.3; exit 4'", out, sizeof(out)), 4);
	assert_non_null(strstr(out, "the backend ended while sh ran"));
	/* a backend that the user named and that is not there is not replaced */
	assert_int_equal(run("VGPU_SOCKET=/nonexistent/s", "echo ran", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "/nonexistent/s"));
	assert_int_equal(run("VGPU_SOCKET=/nonexistent/s", "--embedded echo ran", out, sizeof(out)),
			 0);
	assert_string_equal(out, "ran\n");
	assert_clean();
}

static pid_t fake;
static char fake_path[64];

/* A failed assertion leaves the test at once: the fake is ended here. */
static int stop_fake(void **state)
{
	if (fake > 0) {
		kill(fake, SIGKILL);
		waitpid(fake, NULL, 0);
	}
	fake = 0;
	unlink(fake_path);
	return 0;
}

static void test_running_backend_is_used(void **state)
{
	char out[8192], before[128];
	int sock;

	snprintf(fake_path, sizeof(fake_path), "%s/vgpu.sock", prefix);
	sock = fake_listen(fake_path);
	fake = fork();
	if (fake == 0)
		fake_serve(sock, FAKE_ANSWERS, before_it, all_ended);
	close(sock);
	assert_int_equal(run("", "sh -c 'echo $VGPU_SOCKET'", out, sizeof(out)), 0);
	snprintf(before, sizeof(before), "%s\n", fake_path);
	assert_string_equal(out, before);
	/* the fake's connections belong to process 1, which we did not start */
	assert_int_equal(run("", "--stats true", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "true opened no connection"));
}

static void test_stats(void **state)
{
	char out[8192], command[512];

	assert_int_equal(
		run("", "--stats --json $XDG_RUNTIME_DIR/j.json sh -c 'exit 3'", out, sizeof(out)),
		3);
	assert_non_null(strstr(out, "sh: 42 frames in "));
	assert_non_null(strstr(out, " on llvmpipe"));
	assert_non_null(strstr(out, "2 connections, 6 calls, 7 bytes to the worker"));
	snprintf(command, sizeof(command),
		 "python3 -c 'import json; j = json.load(open(\"%s/j.json\")); "
		 "print(j[\"schema\"], j[\"exit_code\"], j[\"totals\"][\"frames\"], "
		 "j[\"complete\"], len(j[\"connections\"]), j[\"renderer\"])'; rm %s/j.json",
		 prefix, prefix);
	assert_int_equal(run_command(command, out, sizeof(out)), 0);
	assert_string_equal(out, "1 3 42 True 2 llvmpipe\n");
	/* a connection that stays: the numbers are there, and said to be not the last */
	assert_int_equal(run("FAKE=stays", "--json - true", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "\"frames\":42"));
	assert_non_null(strstr(out, "\"complete\":false"));
	assert_int_equal(
		run("", "--record $XDG_RUNTIME_DIR/r sh -c 'echo $VGPU_RECORD'", out, sizeof(out)),
		0);
	snprintf(command, sizeof(command), "%s/r\n", prefix);
	assert_string_equal(out, command);
	assert_int_equal(run("", "--record /nonexistent/r true", out, sizeof(out)), 1);
	assert_int_equal(run("", "--json /nonexistent/j true", out, sizeof(out)), 1);
	assert_int_equal(run("", "--json /dev/full true", out, sizeof(out)), 1);
	assert_clean();
}

static bool make_prefix(void)
{
	char build[4096], self[4096], command[16384];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0 || !mkdtemp(prefix))
		return false;
	self[n] = '\0';
	build_folder(build, sizeof(build));
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p bin lib share/glvnd/egl_vendor.d && cp '%s/bin/vgpu-run' bin/ "
		 "&& "
		 "cp '%s' bin/vgpu-backendd && touch lib/libEGL_vgpu.so.0 && "
		 "echo '{}' > share/glvnd/egl_vendor.d/40_vgpu.json",
		 prefix, build, self);
	return system(command) == 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_mesa_stays_behind_ours),
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_killed_run_takes_its_backend_along),
		cmocka_unit_test(test_backend_fails),
		cmocka_unit_test_teardown(test_running_backend_is_used, stop_fake),
		cmocka_unit_test(test_stats),
	};
	char command[64];
	int failed;

	if (argc > 1)
		return fake_backendd(argc, argv);
	if (!make_prefix())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", prefix);
	if (system(command) != 0)
		failed++;
	return failed;
}

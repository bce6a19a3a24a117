/* SPDX-License-Identifier: MIT */
/* vgpu-ctl against a fake daemon: the table, the JSON, and each way a daemon fails. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/fake_backend.h"

static char ctl[4096], folder[] = "/tmp/vgpu-test-XXXXXX", path[64];
static pid_t fake;

static const char answer[] =
	"{\"schema\":1,\"workers\":[{\"pid\":77,\"uid\":1000,\"renderer\":\"llvmpipe (LLVM 15)\","
	"\"programs\":[{\"connection\":1,\"pid\":4242,\"name\":\"glx\\u001b[31mgears\","
	"\"contexts\":1,"
	"\"streams\":2,\"drawables\":3,\"frames\":123,\"calls\":4567,\"bytes_in\":2048,"
	"\"bytes_out\":512,\"round_trips\":89}]},{\"pid\":78,\"uid\":0,\"renderer\":\"x\","
	"\"programs\":[]}]}";

static void start(enum fake_mode mode, const char *json)
{
	int sock = fake_listen(path);

	fake = fork();
	if (fake == 0)
		fake_serve(sock, mode, NULL, json);
	close(sock);
}

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

static int ctl_run(const char *arguments, char *out, size_t size)
{
	char command[8192];

	snprintf(command, sizeof(command), "VGPU_SOCKET=%s '%s' %s 2>&1", path, ctl, arguments);
	return run_command(command, out, size);
}

/* Compare but for the number of blanks. */
static void assert_words(char *text, const char *want)
{
	char got[256] = "", *save = NULL;

	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		strncat(got, *got ? " " : "", sizeof(got) - strlen(got) - 1);
		strncat(got, w, sizeof(got) - strlen(got) - 1);
	}
	assert_string_equal(got, want);
}

static void test_table(void **state)
{
	char out[4096];

	start(FAKE_ANSWERS, answer);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "FRAMES"));
	assert_non_null(strstr(out, "4242"));
	assert_non_null(strstr(out, "123"));
	assert_non_null(strstr(out, "2.0K"));
	/* a guest's name must not reach the terminal raw */
	assert_null(strchr(out, '\033'));
	assert_int_equal(ctl_run("list --noheadings -o pid,frames,worker,uid", out, sizeof(out)),
			 0);
	assert_words(out, "4242 123 77 1000");
}

static void test_json(void **state)
{
	char out[4096];

	start(FAKE_ANSWERS, answer);
	assert_int_equal(ctl_run("list --json", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "\"schema\":1"));
	assert_non_null(strstr(out, "\"round_trips\":89"));
}

/* Where the daemon serves guests, lines say which; where it does not, nothing changes. */
static void test_guests(void **state)
{
	char out[4096];

	start(FAKE_ANSWERS, "{\"schema\":1,\"guests\":[],\"workers\":[{\"pid\":1,\"guest\":\"web\","
			    "\"domid\":3,\"programs\":[{\"pid\":2}]}]}");
	assert_int_equal(ctl_run("list", out, sizeof(out)), 0);
	assert_int_equal(strncmp(out, "GUEST", 5), 0);
	assert_non_null(strstr(out, "web"));
	assert_int_equal(ctl_run("list -n -o PID,GUEST,DOMID", out, sizeof(out)), 0);
	assert_words(out, "2 web 3");
	stop(NULL);
	start(FAKE_ANSWERS, answer);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 0);
	assert_null(strstr(out, "GUEST"));
}

/* What can be said before there is a Xen host to say it to. */
static void test_guest_commands(void **state)
{
	char out[8192];

	assert_int_equal(ctl_run("attach", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("attach web weight=0", out, sizeof(out)), 2);
	assert_non_null(strstr(out, "weight=0"));
	assert_non_null(strstr(out, "1 to 65535"));
	assert_int_equal(ctl_run("attach web cap=1 weight=2", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("attach --from-config web cap=1", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("attach --wait soon web", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("attach --help", out, sizeof(out)), 0);
	assert_int_equal(ctl_run("detach", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("detach web now", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("show a b", out, sizeof(out)), 2);
	if (access("/dev/xen/xenbus", F_OK) < 0) {
		assert_int_equal(ctl_run("attach web", out, sizeof(out)), 1);
		assert_non_null(strstr(out, "xenstore"));
		assert_non_null(strstr(out, "hint: "));
	}
}

static void test_missing_counter_is_a_dash(void **state)
{
	char out[4096];

	start(FAKE_ANSWERS, "{\"schema\":1,\"workers\":[{\"pid\":1,\"programs\":[{\"pid\":2}]}]}");
	assert_int_equal(ctl_run("list -n -o PID,FRAMES,RENDERER", out, sizeof(out)), 0);
	assert_words(out, "2 - -");
}

static void test_no_daemon(void **state)
{
	char out[4096];

	assert_int_equal(ctl_run("list", out, sizeof(out)), 5);
	assert_non_null(strstr(out, path));
	assert_non_null(strstr(out, "hint: "));
}

static void test_refused(void **state)
{
	char out[4096];

	start(FAKE_REFUSES, answer);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 4);
	assert_non_null(strstr(out, "not for you"));
}

static void test_hangs_up(void **state)
{
	char out[4096];

	start(FAKE_HANGS_UP, answer);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 5);
	assert_non_null(strstr(out, "closed the connection"));
}

static void test_bad_answers(void **state)
{
	static const char *const bad[] = { "{\"schema\":1,", "[1]", "\"x\"", "nonsense", " " };
	char out[4096];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start(FAKE_ANSWERS, bad[i]);
		assert_int_equal(ctl_run("list --json", out, sizeof(out)), 1);
		stop(NULL);
	}
	start(FAKE_NO_FD, answer);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 1);
}

/* Another user's backend at the usual place is not trusted; one that the user names is. */
static void test_other_users_backend(void **state)
{
	char out[4096], command[8192];

	if (geteuid() != 0)
		skip();
	if (chmod(folder, 0777) < 0 || seteuid(65534) < 0)
		fail();
	start(FAKE_ANSWERS, answer);
	if (seteuid(0) < 0)
		fail();
	snprintf(command, sizeof(command), "unset VGPU_SOCKET; XDG_RUNTIME_DIR=%s '%s' list 2>&1",
		 folder, ctl);
	assert_int_equal(run_command(command, out, sizeof(out)), 4);
	assert_int_equal(ctl_run("list", out, sizeof(out)), 0);
}

static void test_usage(void **state)
{
	char out[8192];

	assert_int_equal(ctl_run("", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("frobnicate", out, sizeof(out)), 2);
	assert_non_null(strstr(out, "frobnicate"));
	assert_int_equal(ctl_run("list --nonsense", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("list -o NOPE", out, sizeof(out)), 2);
	assert_int_equal(ctl_run("help", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "list"));
	assert_int_equal(ctl_run("help list", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "RENDERER"));
	assert_int_equal(ctl_run("--help > /dev/full", out, sizeof(out)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_table, stop),
		cmocka_unit_test_teardown(test_json, stop),
		cmocka_unit_test_teardown(test_guests, stop),
		cmocka_unit_test(test_guest_commands),
		cmocka_unit_test_teardown(test_missing_counter_is_a_dash, stop),
		cmocka_unit_test_teardown(test_no_daemon, stop),
		cmocka_unit_test_teardown(test_refused, stop),
		cmocka_unit_test_teardown(test_hangs_up, stop),
		cmocka_unit_test_teardown(test_bad_answers, stop),
		cmocka_unit_test_teardown(test_other_users_backend, stop),
		cmocka_unit_test_teardown(test_usage, stop),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/vgpu.sock", folder);
	build_folder(ctl, sizeof(ctl) - 16);
	strcat(ctl, "/bin/vgpu-ctl");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}

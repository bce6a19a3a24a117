/* SPDX-License-Identifier: MIT */
/* The whole command over recorded machines: refusals, plans, interruptions, undoing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <pty.h>
#include <sys/wait.h>

#include "tests/unit/pci_fake_xen.h"
#include "tools/pci/operate.h"
#include "tools/pci/pci.h"

struct host {
	char root[64];
	struct fake_xen xen;
	char out[32768], err[8192];
};

static struct host *host(const char *machine)
{
	struct host *h = calloc(1, sizeof(*h));

	pci_tree_template(h->root, sizeof(h->root));
	pci_tree_unpack(machine, h->root);
	fake_init(&h->xen, h->root);
	return h;
}

static void finish(struct host *h)
{
	pci_tree_remove(h->root);
	free(h);
}

static void slurp(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(out, 1, size - 1, file) : 0;

	out[n] = 0;
	if (file)
		fclose(file);
}

/* A terminal at which somebody has typed an answer; both ends are the caller's. */
static void terminal(const char *answer, int *master_out, int *slave_out)
{
	assert_int_equal(openpty(master_out, slave_out, NULL, NULL, NULL), 0);
	assert_int_equal(write(*master_out, answer, strlen(answer)), strlen(answer));
}

/* Run "assign 02:00.0 win10" in a process of its own; returns its exit status. */
static int run_at(struct host *h, const char *line, int input)
{
	char copy[256], out[96], err[96], *argv[16] = { "pci" }, *rest;
	int argc = 1, status;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	snprintf(out, sizeof(out), "%s/out", h->root);
	snprintf(err, sizeof(err), "%s/err", h->root);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (!freopen(out, "w", stdout) || !freopen(err, "w", stderr) ||
		    dup2(input, STDIN_FILENO) < 0)
			_exit(99);
		status = vgpu_pci_main_with(argc, argv, &h->xen.base, h->root);
		fflush(NULL);
		_exit(status);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	slurp(out, h->out, sizeof(h->out));
	slurp(err, h->err, sizeof(h->err));
	unlink(out);
	unlink(err);
	if (!WIFEXITED(status))
		fail_msg("%s: ended by signal %d", line, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int run(struct host *h, const char *line)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC), code;

	assert_true(nothing >= 0);
	code = run_at(h, line, nothing);
	close(nothing);
	return code;
}

static void expect(struct host *h, const char *line, int code, const char *words)
{
	int got = run(h, line);

	if (got != code || !(strstr(h->err, words) || strstr(h->out, words)))
		fail_msg("%s: exit %d, not %d with \"%s\":\n%s%s", line, got, code, words, h->out,
		         h->err);
	/* a refusal says the way out */
	if (code && code != VGPU_PCI_EXIT_FAILED && strncmp(line, "check", 5))
		assert_non_null(strstr(h->err, "hint: "));
}

static void assert_driver(struct host *h, const char *bdf, const char *driver)
{
	char found[64];

	fake_driver(&h->xen, bdf, found, sizeof(found));
	if (strcmp(found, driver))
		fail_msg("%s has driver \"%s\", not \"%s\"", bdf, found, driver);
}

static bool recorded(struct host *h, const char *bdf, const char *key)
{
	char text[64];

	return fake_recorded(&h->xen, bdf, key, text, sizeof(text));
}

static const char *const functions[] = { "0000:02:00.0", "0000:02:00.1", "0000:02:00.2",
	                                 "0000:02:00.3" };
static const char *const drivers[] = { "nouveau", "snd_hda_intel", "xhci_hcd", "nvidia-gpu" };

/* All four functions of the NVIDIA card are with guest 7. */
static void assert_assigned(struct host *h)
{
	for (int i = 0; i < 4; i++) {
		assert_driver(h, functions[i], "pciback");
		assert_true(recorded(h, functions[i], "domid"));
		assert_true(recorded(h, functions[i], "attached"));
		assert_true(recorded(h, functions[i], "quarantine"));
	}
}

/* Everything is as it was: drivers, no record of libxl's, no journal. */
static void assert_released(struct host *h)
{
	char path[128];
	struct dirent *entry;
	DIR *dir;

	for (int i = 0; i < 4; i++)
		assert_driver(h, functions[i], drivers[i]);
	snprintf(path, sizeof(path), "%s/libxl", h->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fail_msg("left in libxl's records: %s", entry->d_name);
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "%s/run/vgpu/pci/0000:02:00.json", h->root);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void test_assign_and_release(void **state)
{
	struct host *h = host("dual");

	for (int round = 0; round < 10; round++) {
		expect(h, "assign 02:00.0 win10", 0, "guest win10 has it");
		assert_assigned(h);
		expect(h, "assign 02:00.0 win10", 0, "");
		assert_assigned(h);
		expect(h, "release 02:00.0", 0, "take 0000:02:00.3 from pciback");
		assert_released(h);
		expect(h, "release 02:00.0", 0, "is with Dom0 already");
	}
	expect(h, "assign 02:00.0", 0, "free for a guest");
	assert_driver(h, "0000:02:00.2", "pciback");
	assert_false(recorded(h, "0000:02:00.2", "domid"));
	expect(h, "assign 02:00.0 win10", 0, "guest win10 has it");
	assert_assigned(h);
	expect(h, "release 02:00.0", 0, "");
	assert_released(h);
	finish(h);
}

static void test_refusals(void **state)
{
	struct host *h = host("dual");

	expect(h, "assign 01:00.0", 6, "the vgpu backend draws on 0000:01:00.0");
	expect(h, "assign 01:00.0 --force", 6, "the vgpu backend draws on");
	expect(h, "assign 02:00.0 nobody", 3, "no guest nobody");
	expect(h, "assign 02:00.1", 6, "is a function of 0000:02:00.0");
	expect(h, "release 02:00.1", 6, "it is a function of 0000:02:00.0");
	expect(h, "assign 05:00.0", 3, "no PCI device 0000:05:00.0");
	assert_int_equal(h->xen.calls, 0);
	expect(h, "assign 02:00.0 other", 0, "guest other has it");
	expect(h, "assign 02:00.0 win10", 6, "is held by guest other (domain 8)");
	expect(h, "assign 02:00.0", 6, "is held by guest other");
	expect(h, "release 02:00.0", 0, "");
	/* one function alone with another guest, by other tools than this one */
	fake_record(&h->xen, "0000:02:00.2", "domid", "8");
	fake_record(&h->xen, "0000:02:00.2", "attached", "1");
	expect(h, "assign 02:00.0 win10", 6, "0000:02:00.2 (");
	assert_driver(h, "0000:02:00.0", "nouveau");
	fake_record(&h->xen, "0000:02:00.2", "domid", NULL);
	fake_record(&h->xen, "0000:02:00.2", "attached", NULL);
	h->xen.iommu = false;
	expect(h, "assign 02:00.0", 6, "no IOMMU");
	expect(h, "assign 02:00.0 --force", 6, "no IOMMU");
	h->xen.iommu = true;
	h->xen.type = VGPU_PCI_GUEST_PVH;
	expect(h, "assign 02:00.0 win10", 6, "guest win10 is PVH");
	h->xen.type = VGPU_PCI_GUEST_PV;
	h->xen.passthrough = 0;
	expect(h, "assign 02:00.0 win10", 6, "started without passthrough");
	finish(h);

	h = host("hybrid");
	expect(h, "assign 01:00.0", 6, "python3 (process 700) has nvidia0 open");
	expect(h, "assign 01:00.0 --force", 0, "warning: ");
	finish(h);

	h = host("legacy");
	expect(h, "assign 00:07.0", 6, "is the console");
	assert_driver(h, "0000:00:07.0", "radeon");
	expect(h, "assign 00:07.0 --force", 0, "");
	assert_driver(h, "0000:00:07.0", "pciback");
	expect(h, "assign 02:00.0 --force", 6, "one bridge to conventional PCI");
	expect(h, "assign 00:05.0 --force", 6, "4 KiB page");
	finish(h);

	h = host("single");
	expect(h, "assign 01:00.0", 6, "pciback driver is not loaded");
	finish(h);
}

static void test_usage(void **state)
{
	struct host *h = host("dual");
	static const char *const wrong[] = { "", "frobnicate", "check", "assign", "check 1 2 3",
		                             "assign 02:00.0 --json", "list --force", "list --what",
		                             "check zz", "assign 02:00.0 --yes", "list -o NAME,NONE",
		                             "assign 02:00.0 --sysroot /x", "release 02:00.0 --wait",
		                             "release 02:00.0 --wait 5x", "release 02:00.0 -w 0",
		                             "check 02:00.0 --wait 5" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(h, wrong[i], 2, "vgpu-ctl pci: ");
	expect(h, "--help", 0, "usage: ");
	expect(h, "assign --help", 0, "usage: ");
	expect(h, "list --help-columns", 0, "HELD-BY");
	assert_int_equal(h->xen.calls, 0);
	finish(h);
}

static void test_dry_run(void **state)
{
	struct host *h = host("dual");
	char path[128];

	expect(h, "assign -n 02:00.0 win10", 0, "would attach 0000:02:00.3 to guest win10");
	assert_non_null(strstr(h->out, "would make 0000:02:00.0 assignable"));
	assert_released(h);
	assert_int_equal(h->xen.calls, 0);
	snprintf(path, sizeof(path), "%s/run", h->root);
	assert_int_not_equal(access(path, F_OK), 0);
	expect(h, "assign 02:00.0 win10", 0, "");
	expect(h, "release -n 02:00.0", 0, "would detach 0000:02:00.3 from guest win10");
	assert_assigned(h);
	finish(h);
}

/* Kill at every event of `first`, then `second` must reach its end. Returns the events. */
static int interrupt(const char *first, bool assigned_before, const char *second)
{
	bool ends_assigned = !strncmp(second, "assign", 6);
	int at;

	for (at = 0; at < 200; at++) {
		struct host *h = host("dual");
		int code;

		if (assigned_before)
			assert_int_equal(run(h, "assign 02:00.0 win10"), 0);
		h->xen.kill_at = at;
		code = run(h, first);
		h->xen.kill_at = -1;
		if (code != 137) {
			if (code)
				fail_msg("%s: exit %d\n%s%s", first, code, h->out, h->err);
			finish(h);
			return at;
		}
		code = run(h, second);
		if (code)
			fail_msg("%s killed at event %d, then %s: exit %d\n%s%s", first, at, second,
			         code, h->out, h->err);
		if (ends_assigned)
			assert_assigned(h);
		else
			assert_released(h);
		/* and no trouble later */
		assert_int_equal(run(h, "release 02:00.0"), 0);
		assert_released(h);
		finish(h);
	}
	fail_msg("%s does not end", first);
	return at;
}

static void test_interrupted(void **state)
{
	int events;

	events = interrupt("assign 02:00.0 win10", false, "assign 02:00.0 win10");
	assert_true(events >= 4 * 6); /* four functions, six events each */
	assert_int_equal(interrupt("assign 02:00.0 win10", false, "release 02:00.0"), events);
	events = interrupt("release 02:00.0", true, "release 02:00.0");
	assert_true(events >= 4 * 7);
	assert_int_equal(interrupt("release 02:00.0", true, "assign 02:00.0 win10"), events);
}

/* Two interruptions in a row, the second while the first is mended. */
static void test_interrupted_twice(void **state)
{
	for (int first = 0; first < 24; first += 2) {
		for (int second = 0; second < 24; second += 5) {
			struct host *h = host("dual");

			h->xen.kill_at = first;
			run(h, "assign 02:00.0 win10");
			h->xen.kill_at = second;
			run(h, second % 2 ? "assign 02:00.0 win10" : "release 02:00.0");
			h->xen.kill_at = -1;
			if (run(h, "release 02:00.0"))
				fail_msg("killed at %d and %d:\n%s%s", first, second, h->out, h->err);
			assert_released(h);
			finish(h);
		}
	}
}

static void test_failure_is_undone(void **state)
{
	static const char *const calls[] = { "add 0000:02:00.0", "add 0000:02:00.2",
		                             "attach 0000:02:00.0", "attach 0000:02:00.3" };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct host *h = host("dual");

		h->xen.fail = calls[i];
		expect(h, "assign 02:00.0 win10", 1, "told to fail");
		assert_non_null(strstr(h->err, "is as it was before"));
		assert_released(h);
		h->xen.fail = NULL;
		/* what was assignable before stays so */
		assert_int_equal(run(h, "assign 02:00.0"), 0);
		h->xen.fail = "attach 0000:02:00.3";
		expect(h, "assign 02:00.0 win10", 1, "told to fail");
		for (int f = 0; f < 4; f++) {
			assert_driver(h, functions[f], "pciback");
			assert_false(recorded(h, functions[f], "domid"));
		}
		h->xen.fail = NULL;
		assert_int_equal(run(h, "release 02:00.0"), 0);
		assert_released(h);
		finish(h);
	}
}

static void test_guest_does_not_let_go(void **state)
{
	struct host *h = host("dual");

	assert_int_equal(run(h, "assign 02:00.0 win10"), 0);
	h->xen.fail = "detach 0000:02:00.1";
	expect(h, "release 02:00.0", 124, "--force");
	expect(h, "release 02:00.0 --force", 0, "");
	assert_released(h);
	finish(h);
}

static void test_release_says_no_reset(void **state)
{
	struct host *h = host("switch");

	expect(h, "assign 06:00.0 win10", 0, "guest win10 has it");
	expect(h, "release 06:00.0", 0, "could not be reset");
	assert_driver(h, "0000:06:00.0", "amdgpu");
	finish(h);
}

static void test_guest_by_configuration(void **state)
{
	struct host *h = host("dual");
	char path[128];
	const char *text = "name = 'render'\ntype = 'pv'\nmemory = 1024\n"
	                   "pci = [ '0000:02:00.0@5', '02:00.1@5,permissive=1' ]\n";
	const char *whole = "name = 'render'\ntype = 'pv'\ne820_host = 1\n"
	                    "pci = [ '02:00.0', '02:00.1', '02:00.2', '02:00.3', ]\n";
	const char *pvh = "name = 'render'\ntype = 'pvh'\n";

	snprintf(path, sizeof(path), "%s/etc/xen/render.cfg", h->root);
	pci_tree_write(path, text, strlen(text));
	expect(h, "check 02:00.0 render", 6, "leaves function 0000:02:00.3");
	expect(h, "assign 02:00.0 render", 6, "behind");
	pci_tree_write(path, whole, strlen(whole));
	expect(h, "check 02:00.0 render", 0, "names all its functions");
	expect(h, "assign 02:00.0 render", 0, "gets it when it starts");
	assert_driver(h, "0000:02:00.3", "pciback");
	pci_tree_write(path, pvh, strlen(pvh));
	expect(h, "assign 02:00.0 render", 6, "PVH");
	expect(h, "config 02:00.0 render", 6, "PVH");
	finish(h);
}

static void test_config(void **state)
{
	struct host *h = host("dual");

	expect(h, "config 02:00.0", 0,
	       "xen-pciback.hide=(0000:02:00.0)(0000:02:00.1)(0000:02:00.2)(0000:02:00.3)\n");
	assert_non_null(strstr(h->out, "'0000:02:00.0@5',"));
	assert_non_null(strstr(h->out, "'0000:02:00.3@8',")); /* HVM: a slot each */
	assert_non_null(strstr(h->out, "'0000:02:00.3@5',")); /* PV: one slot */
	assert_non_null(strstr(h->out, "e820_host = 1"));
	assert_non_null(strstr(h->out, "softdep nouveau pre: xen-pciback\n"));
	assert_non_null(strstr(h->out, "softdep i2c_nvidia_gpu pre: xen-pciback\n"));
	assert_null(strstr(h->out, "msitranslate"));
	assert_null(strstr(h->out, "permissive"));
	finish(h);
	h = host("hybrid");
	expect(h, "config 00:02.0", 0, "permissive=1,rdm_policy=relaxed");
	assert_non_null(strstr(h->out, "rdm = \"strategy=host,policy=relaxed\""));
	finish(h);
}

static void test_persistent(void **state)
{
	struct host *h = host("dual");
	char path[128], text[4096];

	expect(h, "assign 02:00.0 --persistent", 6, "nobody to ask");
	snprintf(path, sizeof(path), "%s/etc/modprobe.d/vgpu-pci.conf", h->root);
	assert_int_not_equal(access(path, F_OK), 0);
	expect(h, "assign 02:00.0 --persistent --yes", 0, "update-initramfs");
	slurp(path, text, sizeof(text));
	assert_non_null(strstr(text, "\noptions xen-pciback hide=(0000:02:00.0)(0000:02:00.1)"
	                             "(0000:02:00.2)(0000:02:00.3)\n"));
	assert_non_null(strstr(text, "\nsoftdep nouveau pre: xen-pciback\n"));
	/* a second device joins, and twice is as once */
	expect(h, "assign 02:00.0 --persistent --yes", 0, "");
	expect(h, "release 02:00.0", 0, "the next boot still hides it");
	expect(h, "release 02:00.0 --persistent -n", 0, "remove");
	slurp(path, text, sizeof(text));
	assert_non_null(strstr(text, "hide="));
	expect(h, "release 02:00.0 --persistent --yes", 0, "");
	assert_int_not_equal(access(path, F_OK), 0);
	finish(h);
}

/* At a terminal it asks, and only "y" is yes. */
static void test_persistent_asks(void **state)
{
	static const struct {
		const char *answer;
		int code;
	} cases[] = { { "n\n", 6 }, { "\n", 6 }, { "\004", 6 }, { "y\n", 0 } };
	char path[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host *h = host("dual");
		int master, slave, code;

		terminal(cases[i].answer, &master, &slave);
		code = run_at(h, "assign 02:00.0 --persistent", slave);
		close(slave);
		close(master);
		assert_int_equal(code, cases[i].code);
		assert_non_null(strstr(h->out, "--- /etc/modprobe.d/vgpu-pci.conf\n"));
		assert_non_null(strstr(h->out, "Write this? [y/N] "));
		snprintf(path, sizeof(path), "%s/etc/modprobe.d/vgpu-pci.conf", h->root);
		assert_int_equal(access(path, F_OK) == 0, cases[i].code == 0);
		assert_int_equal(strstr(h->err, "not written") == NULL, cases[i].code == 0);
		finish(h);
	}
}

static struct json_object *json(struct host *h, const char *line, int code)
{
	struct json_object *object, *schema;

	assert_int_equal(run(h, line), code);
	object = json_tokener_parse(h->out);
	assert_non_null(object);
	assert_true(json_object_object_get_ex(object, "schema", &schema));
	assert_int_equal(json_object_get_int(schema), 1);
	return object;
}

static struct json_object *at(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key %s", key);
	return value;
}

static void test_json(void **state)
{
	struct host *h = host("dual");
	struct json_object *object, *devices, *nvidia;

	object = json(h, "list --json", 0);
	devices = at(object, "devices");
	assert_int_equal(json_object_array_length(devices), 2);
	nvidia = json_object_array_get_idx(devices, 1);
	assert_string_equal(json_object_get_string(at(nvidia, "bdf")), "0000:02:00.0");
	assert_int_equal(json_object_array_length(at(nvidia, "functions")), 3);
	assert_int_equal(json_object_array_length(at(nvidia, "reset_methods")), 2);
	assert_true(json_object_get_boolean(at(nvidia, "passthrough")));
	assert_string_equal(json_object_get_string(at(at(nvidia, "held_by"), "kind")), "dom0");
	assert_null(at(at(nvidia, "held_by"), "guest"));
	json_object_put(object);
	object = json(h, "check 01:00.0 --json", 6);
	assert_false(json_object_get_boolean(at(object, "ok")));
	json_object_put(object);
	object = json(h, "config 02:00.0 --json", 0);
	assert_non_null(at(object, "softdep"));
	json_object_put(object);
	assert_int_equal(run(h, "assign 02:00.0 win10"), 0);
	object = json(h, "list --json", 0);
	nvidia = json_object_array_get_idx(at(object, "devices"), 1);
	assert_string_equal(json_object_get_string(at(at(nvidia, "held_by"), "guest")), "win10");
	assert_int_equal(json_object_get_int(at(at(nvidia, "held_by"), "domid")), 7);
	json_object_put(object);
	finish(h);
}

static void test_list(void **state)
{
	struct host *h = host("switch");

	expect(h, "list", 0, "HELD-BY");
	expect(h, "list --noheadings -o bdf,bridges,held-by", 0,
	       "0000:05:00.0, 0000:04:00.0, 0000:02:10.0");
	assert_null(strstr(h->out, "BRIDGES"));
	finish(h);
	h = host("dual");
	expect(h, "list -o BDF,FUNCTIONS", 0, ".1 audio, .2 usb, .3 usb-c");
	finish(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_assign_and_release),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_twice),
		cmocka_unit_test(test_failure_is_undone),
		cmocka_unit_test(test_guest_does_not_let_go),
		cmocka_unit_test(test_release_says_no_reset),
		cmocka_unit_test(test_guest_by_configuration),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_persistent),
		cmocka_unit_test(test_persistent_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

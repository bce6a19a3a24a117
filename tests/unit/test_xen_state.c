/* SPDX-License-Identifier: MIT */
/* The XenBus state machine: its table, and devices walked through their lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/fake_xen.h"

#define FE "/local/domain/3/device/vgpu/0"
#define BE "backend/vgpu/3/0"

static struct vgpuif_control page __attribute__((aligned(4096)));

/* ---- the table ----------------------------------------------------------------------- */

static void table_is_safe(void **state)
{
	for (unsigned int be = 0; be <= 9; be++) {
		for (unsigned int fe = 0; fe <= 9; fe++) {
			for (int online = 0; online < 2; online++) {
				enum vgpu_xstep free_step = vgpu_xstate_next(be, fe, online, false);
				enum vgpu_xstep held = vgpu_xstate_next(be, fe, online, true);

				/* nothing starts, and nothing is called closed, while mapped */
				assert_true(held == VGPU_XSTEP_STAY || held == VGPU_XSTEP_CLOSE);
				/* only one state connects */
				if (free_step == VGPU_XSTEP_CONNECT)
					assert_true(be == 2 && fe == 3 && online);
				/* what the tools take away is never offered again */
				if (!online)
					assert_true(free_step == VGPU_XSTEP_STAY ||
					            free_step == VGPU_XSTEP_CLOSE ||
					            free_step == VGPU_XSTEP_CLOSED);
				/* states that XenBus does not know change nothing */
				if (fe > 6)
					assert_int_equal(held, VGPU_XSTEP_STAY);
			}
		}
	}
}

static void table_steps(void **state)
{
	static const struct {
		unsigned int be, fe;
		bool online;
		enum vgpu_xstep step;
	} cases[] = {
		{ 1, 1, true, VGPU_XSTEP_PREPARE },  /* attached */
		{ 2, 3, true, VGPU_XSTEP_CONNECT },
		{ 4, 4, true, VGPU_XSTEP_STAY },
		{ 4, 1, true, VGPU_XSTEP_CLOSE },    /* the agent died and came again */
		{ 4, 5, true, VGPU_XSTEP_CLOSE },
		{ 5, 5, true, VGPU_XSTEP_CLOSED },
		{ 6, 5, true, VGPU_XSTEP_LATER },    /* a kernel's reset waits for Closed */
		{ 6, 6, true, VGPU_XSTEP_LATER },
		{ 6, 1, true, VGPU_XSTEP_PREPARE },
		{ 1, 4, true, VGPU_XSTEP_CLOSE },    /* a new daemon, an old connection */
		{ 5, 4, true, VGPU_XSTEP_STAY },     /* the frontend has not followed */
		{ 4, 0, true, VGPU_XSTEP_CLOSE },    /* its folder has gone */
		{ 4, 4, false, VGPU_XSTEP_CLOSE },   /* detach */
		{ 5, 5, false, VGPU_XSTEP_CLOSED },
		{ 6, 6, false, VGPU_XSTEP_STAY },
		{ 2, 1, false, VGPU_XSTEP_CLOSED },  /* detach before any agent */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(vgpu_xstate_next(cases[i].be, cases[i].fe, cases[i].online, false),
		                 cases[i].step);
}

/* ---- lives ------------------------------------------------------------------------------ */

static struct fake_xen *begin(void)
{
	struct fake_xen *x = fake_xen_new();

	memset(&page, 0, sizeof(page));
	page.magic = VGPUIF_MAGIC;
	page.version = VGPUIF_PROTOCOL_VERSION;
	fake_grant(x, 3, 100, &page);
	return x;
}

static void offer(struct fake_xen *x)
{
	fake_set(x, FE "/ring-ref", "100");
	fake_set(x, FE "/event-channel", "7");
	fake_set(x, FE "/version", "1");
	fake_set(x, FE "/protocol", "x86_64-abi");
	fake_set(x, FE "/state", "3");
	fake_run(x, 5);
}

static void connect_guest(struct fake_xen *x)
{
	fake_attach(x, 3);
	fake_run(x, 5);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	offer(x);
	assert_string_equal(fake_get(x, BE "/state"), "4");
	fake_set(x, FE "/state", "4");
	fake_run(x, 5);
	assert_int_equal(x->maps, 1);
	assert_int_equal(x->ports, 1);
}

static void attach_connect_detach(void **state)
{
	struct fake_xen *x = begin();

	fake_xen_start(x);
	connect_guest(x);
	assert_string_equal(fake_get(x, BE "/versions"), "1");
	assert_int_equal(strlen(fake_get(x, BE "/session")), 16);
	assert_string_equal(fake_get(x, BE "/max-pages"), "32768");
	/* the tools, as vgpu-ctl detach */
	fake_set(x, BE "/online", "0");
	fake_set(x, BE "/state", "5");
	fake_run(x, 5);
	assert_int_equal(x->maps, 0);
	assert_int_equal(x->ports, 0);
	fake_set(x, FE "/state", "5");
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "6");
	fake_rm(x, BE);
	fake_rm(x, FE);
	fake_run(x, 5);
	assert_null(vgpu_xen_find(x->xd, 3, 0));
	/* what was removed does not come back */
	assert_int_equal(fake_count(x, "backend/vgpu"), 0);
	fake_xen_free(x);
}

static void frontend_closes_and_comes_again(void **state)
{
	struct fake_xen *x = begin();
	char session[17];

	fake_xen_start(x);
	connect_guest(x);
	strcpy(session, fake_get(x, BE "/session"));
	fake_set(x, FE "/state", "5");
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "6");
	assert_int_equal(x->maps, 0);
	fake_set(x, FE "/state", "6");
	/* nobody writes 1: the backend is ready again after a while */
	fake_run(x, VGPU_XHOLD_MS + 200);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	assert_string_not_equal(fake_get(x, BE "/session"), session);
	offer(x);
	assert_string_equal(fake_get(x, BE "/state"), "4");
	fake_xen_free(x);
}

/* What a Linux guest does to a device that nobody drives (xenbus_reset_frontend). */
static void kernel_reset(void **state)
{
	struct fake_xen *x = begin();

	fake_xen_start(x);
	connect_guest(x);
	fake_set(x, FE "/state", "5");
	fake_run(x, 1);
	assert_string_equal(fake_get(x, BE "/state"), "5");
	fake_run(x, 100);
	fake_set(x, FE "/state", "6");
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "6");
	fake_set(x, FE "/state", "1");
	fake_run(x, 5);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	fake_xen_free(x);
}

static void agent_starts_over(void **state)
{
	struct fake_xen *x = begin();

	fake_xen_start(x);
	connect_guest(x);
	fake_set(x, FE "/state", "1"); /* without a word */
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	assert_int_equal(x->maps, 0);
	offer(x);
	assert_string_equal(fake_get(x, BE "/state"), "4");
	fake_xen_free(x);
}

static void daemon_starts_over(void **state)
{
	struct fake_xen *x = begin();

	/* left by a daemon that was killed */
	fake_attach(x, 3);
	fake_set(x, FE "/ring-ref", "100");
	fake_set(x, FE "/state", "4");
	fake_set(x, BE "/state", "4");
	fake_xen_start(x);
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "5");
	assert_int_equal(x->maps, 0);
	fake_set(x, FE "/state", "5");
	fake_run(x, 100);
	assert_string_equal(fake_get(x, BE "/state"), "6");
	fake_set(x, FE "/state", "1");
	fake_run(x, 5);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	fake_xen_free(x);
}

static void daemon_stops(void **state)
{
	struct fake_xen *x = begin();

	fake_xen_start(x);
	connect_guest(x);
	vgpu_xen_finish(x->xd);
	x->xd = NULL;
	assert_string_equal(fake_get(x, BE "/state"), "5");
	assert_int_equal(x->maps + x->ports, 0);
	fake_xen_free(x);
}

static void domain_is_destroyed(void **state)
{
	struct fake_xen *x = begin();

	fake_xen_start(x);
	connect_guest(x);
	/* libxl removes the guest's own folder, then the domain; ours it leaves */
	fake_rm(x, "/local/domain/3");
	fake_run(x, 5);
	assert_int_equal(x->maps + x->ports, 0);
	x->dead[3] = true;
	fake_set(x, "@releaseDomain", "");
	fake_run(x, 5);
	assert_null(vgpu_xen_find(x->xd, 3, 0));
	assert_int_equal(fake_count(x, "backend/vgpu/3"), 0);
	fake_xen_free(x);
}

static void leftovers_at_start(void **state)
{
	struct fake_xen *x = begin();

	fake_attach(x, 5);
	x->dead[5] = true;
	fake_attach(x, 3);
	fake_xen_start(x);
	fake_run(x, 5);
	assert_int_equal(fake_count(x, "backend/vgpu/5"), 0);
	assert_non_null(vgpu_xen_find(x->xd, 3, 0));
	fake_xen_free(x);
}

/* ---- what a frontend may write --------------------------------------------------------------- */

static void bad_offers(void **state)
{
	static const struct {
		const char *node, *value;
	} cases[] = {
		{ "ring-ref", "101" },          /* not granted */
		{ "ring-ref", "-1" },
		{ "ring-ref", "4294967296" },
		{ "ring-ref", "0x64" },
		{ "ring-ref", "" },
		{ "event-channel", "8" },       /* cannot be bound */
		{ "event-channel", "7 " },
		{ "version", "2" },
		{ "version", "01x" },
		{ "protocol", "x86_32-abi" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_xen *x = begin();
		char path[128];

		fake_xen_start(x);
		fake_attach(x, 3);
		fake_run(x, 2);
		fake_set(x, FE "/ring-ref", "100");
		fake_set(x, FE "/event-channel", "7");
		fake_set(x, FE "/version", "1");
		fake_set(x, FE "/protocol", "x86_64-abi");
		snprintf(path, sizeof(path), FE "/%s", cases[i].node);
		fake_set(x, path, cases[i].value);
		fake_set(x, FE "/state", "3");
		fake_run(x, 2);
		assert_string_equal(fake_get(x, BE "/state"), "5");
		assert_true(strlen(fake_get(x, BE "/error")) > 0);
		assert_int_equal(x->maps + x->ports, 0);
		fake_xen_free(x);
	}
}

static void bad_magic(void **state)
{
	struct fake_xen *x = begin();

	page.magic++;
	fake_xen_start(x);
	fake_attach(x, 3);
	fake_run(x, 2);
	offer(x);
	assert_string_equal(fake_get(x, BE "/state"), "5");
	assert_int_equal(x->maps, 0);
	fake_xen_free(x);
}

/* The tools' nodes, or somebody else's: a folder that is not as it must be is not served. */
static void bad_folders(void **state)
{
	struct fake_xen *x = begin();

	fake_attach(x, 3);
	fake_set(x, BE "/frontend", "/local/domain/4/device/vgpu/0");
	fake_set(x, "backend/vgpu/x/0/state", "1");
	fake_set(x, "backend/vgpu/-1/0/state", "1");
	fake_set(x, "backend/vgpu/99999999999/0/state", "1");
	fake_xen_start(x);
	fake_run(x, 2);
	assert_null(vgpu_xen_guests(x->xd));
	fake_xen_free(x);
}

static void bad_config(void **state)
{
	static const struct {
		const char *node, *value;
	} cases[] = {
		{ "weight", "0" }, { "cap", "101" }, { "pages", "10" }, { "vram", "1x" },
		{ "gpu", "../../etc/passwd" }, { "gpu", "ffff:ff:1f.7" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_xen *x = begin();
		char path[128];

		snprintf(path, sizeof(path), BE "/%s", cases[i].node);
		fake_set(x, path, cases[i].value);
		fake_attach(x, 3);
		fake_xen_start(x);
		fake_run(x, 2);
		/* not offered, and the admin's tool can say why */
		assert_string_equal(fake_get(x, BE "/state"), "1");
		assert_non_null(strstr(fake_get(x, BE "/error"), cases[i].node));
		fake_xen_free(x);
	}
}

static void xenstored_refuses(void **state)
{
	struct fake_xen *x = begin();

	fake_attach(x, 3);
	x->fail_list = EACCES;
	fake_xen_start(x);
	fake_run(x, 2);
	assert_null(vgpu_xen_guests(x->xd));
	x->fail_list = 0;
	fake_set(x, "backend/vgpu/3", ""); /* any watch */
	fake_run(x, 2);
	assert_string_equal(fake_get(x, BE "/state"), "2");
	/* writes fail: nothing is taken for written, and a guest stays */
	offer(x);
	x->fail_write = EIO;
	fake_set(x, FE "/state", "5");
	fake_run(x, 100);
	assert_int_equal(x->maps, 0);
	assert_non_null(vgpu_xen_find(x->xd, 3, 0));
	fake_xen_free(x);
}

/* xenstored refuses writes for a while, and no watch tells when it stops to. */
static void xenstored_refuses_for_a_while(void **state)
{
	static const int errors[] = { ENOSPC, EACCES };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct fake_xen *x = begin();

		/* the offer */
		fake_xen_start(x);
		x->fail_write = errors[i];
		fake_attach(x, 3);
		fake_run(x, 5);
		assert_string_equal(fake_get(x, BE "/state"), "1");
		x->fail_write = 0;
		fake_run(x, 1050);
		assert_string_equal(fake_get(x, BE "/state"), "2");
		/* Connected: the frontend hears of it in the end, and was mapped once */
		x->fail_write = errors[i];
		offer(x);
		assert_string_equal(fake_get(x, BE "/state"), "2");
		x->fail_write = 0;
		fake_run(x, 1050);
		assert_string_equal(fake_get(x, BE "/state"), "4");
		assert_int_equal(x->maps, 1);
		/* Closing: unmapped at once, said later */
		fake_set(x, FE "/state", "4");
		fake_run(x, 5);
		x->fail_write = errors[i];
		fake_set(x, BE "/online", "0");
		fake_run(x, 5);
		assert_int_equal(x->maps, 0);
		assert_string_equal(fake_get(x, BE "/state"), "4");
		x->fail_write = 0;
		fake_run(x, 1050);
		assert_string_equal(fake_get(x, BE "/state"), "5");
		fake_set(x, FE "/state", "5");
		fake_run(x, 1050);
		assert_string_equal(fake_get(x, BE "/state"), "6");
		fake_xen_free(x);
	}
}

/* A program is run for each domain that appears, once. */
static void automatic_attach(void **state)
{
	char folder[] = "/tmp/vgpu-attach-XXXXXX", script[64], made[64], command[256];
	struct fake_xen *x = fake_xen_new();
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(script, sizeof(script), "%s/ctl", folder);
	snprintf(made, sizeof(made), "%s/made", folder);
	file = fopen(script, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho \"$*\" >>%s\n", made);
	fclose(file);
	assert_int_equal(chmod(script, 0700), 0);
	/* as the daemon's main does: or the children's end is not seen */
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	x->attach = script;
	fake_set(x, "/local/domain/0/name", "Domain-0");
	fake_set(x, "/local/domain/3/name", "web");
	fake_set(x, "/local/domain/4/name", "not built yet");
	x->dead[4] = true;
	fake_xen_start(x);
	fake_run(x, 300);
	x->dead[4] = false;
	fake_set(x, "@introduceDomain", "");
	fake_set(x, "@introduceDomain", "");
	fake_run(x, 300);
	snprintf(command, sizeof(command), "printf 'attach --from-config 3\\nattach --from-config 4\\n' | "
	         "cmp - %s", made);
	assert_int_equal(system(command), 0);
	/* the next domain with a number that was used before */
	x->dead[3] = true;
	fake_set(x, "@releaseDomain", "");
	fake_run(x, 5);
	x->dead[3] = false;
	fake_set(x, "@introduceDomain", "");
	fake_run(x, 300);
	snprintf(command, sizeof(command), "test $(grep -c config.3 %s) = 2 && rm -r %s", made, folder);
	assert_int_equal(system(command), 0);
	fake_xen_free(x);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_safe),
		cmocka_unit_test(table_steps),
		cmocka_unit_test(attach_connect_detach),
		cmocka_unit_test(frontend_closes_and_comes_again),
		cmocka_unit_test(kernel_reset),
		cmocka_unit_test(agent_starts_over),
		cmocka_unit_test(daemon_starts_over),
		cmocka_unit_test(daemon_stops),
		cmocka_unit_test(domain_is_destroyed),
		cmocka_unit_test(leftovers_at_start),
		cmocka_unit_test(bad_offers),
		cmocka_unit_test(bad_magic),
		cmocka_unit_test(bad_folders),
		cmocka_unit_test(bad_config),
		cmocka_unit_test(xenstored_refuses),
		cmocka_unit_test(xenstored_refuses_for_a_while),
		cmocka_unit_test(automatic_attach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

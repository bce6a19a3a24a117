/* SPDX-License-Identifier: MIT */
/* What admins write: specifications, and the vgpu key of xl configs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ctl/spec.h"

static void good(void **state)
{
	struct vgpu_spec spec;
	char why[256];

	vgpu_spec_defaults(&spec);
	assert_string_equal(spec.backend, "0");
	assert_string_equal(spec.gpu, "auto");
	assert_int_equal(vgpu_spec_parse("", NULL, &spec, why, sizeof(why)), 0);
	assert_int_equal(vgpu_spec_parse("backend=0,gpu=0000:01:00.0,vram=512M,weight=256,cap=50",
	                                 NULL, &spec, why, sizeof(why)), 0);
	assert_string_equal(spec.gpu, "0000:01:00.0");
	assert_int_equal(spec.vram, 512u << 20);
	assert_int_equal(spec.weight, 256);
	assert_int_equal(spec.cap, 50);
	assert_int_equal(spec.pages, 32768);
	assert_int_equal(vgpu_spec_parse(" backend = gpudom , pages = 1024 ", NULL, &spec, why,
	                                 sizeof(why)), 0);
	assert_string_equal(spec.backend, "gpudom");
	assert_int_equal(spec.pages, 1024);
	assert_int_equal(spec.cap, 50); /* what is not named stays */
	assert_int_equal(vgpu_spec_parse("vram=1024G", NULL, &spec, why, sizeof(why)), 0);
	assert_true(spec.vram == 1024ull << 30);
	assert_int_equal(vgpu_spec_parse("vram=16777216", NULL, &spec, why, sizeof(why)), 0);
}

static void bad(void **state)
{
	static const struct {
		const char *text, *names, *allowed;
	} cases[] = {
		{ "memory=64M", "memory", "backend, gpu, vram" },
		{ "weight", "weight", "KEY=VALUE" },
		{ "weight=0", "weight=0", "1 to 65535" },
		{ "weight=65536", "weight=65536", "1 to 65535" },
		{ "weight=1e3", "weight", "1 to 65535" },
		{ "weight=-1", "weight", "1 to 65535" },
		{ "weight=99999999999999999999", "weight", "1 to 65535" },
		{ "cap=101", "cap=101", "100 percent" },
		{ "vram=15M", "vram=15M", "16M" },
		{ "vram=M", "vram", "16M" },
		{ "vram=64MB", "vram", "16M" },
		{ "vram=64T", "vram", "16M" },
		{ "vram=1025G", "vram", "16M" },
		{ "vram=18014398509481984G", "vram", "16M" },
		{ "gpu=01:00.0", "gpu", "0000:01:00.0" },
		{ "gpu=0000:01:00.0x", "gpu", "0000:01:00.0" },
		{ "gpu=", "gpu", "auto" },
		{ "backend=", "backend", "id or name" },
		{ "backend=a/b", "backend", "id or name" },
		{ "pages=1023", "pages", "1024" },
		{ "cap=1,cap=2", "cap", "twice" },
		{ "cap=1,,,weight=x", "weight", "1 to 65535" },
	};
	struct vgpu_spec_place place = { "/etc/xen/web.cfg", 7 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vgpu_spec spec, before;
		char why[256];

		vgpu_spec_defaults(&spec);
		before = spec;
		assert_int_equal(vgpu_spec_parse(cases[i].text, &place, &spec, why, sizeof(why)),
		                 -EINVAL);
		assert_int_equal(strncmp(why, "/etc/xen/web.cfg:7: ", 20), 0);
		assert_non_null(strstr(why, cases[i].names));
		assert_non_null(strstr(why, cases[i].allowed));
		assert_memory_equal(&spec, &before, sizeof(spec)); /* nothing half-taken */
	}
}

/* ---- xl configs ------------------------------------------------------------------------- */

static char dir[] = "/tmp/vgpu-spec-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int look(const char *name, const char *uuid, struct vgpu_spec *spec, char why[512])
{
	vgpu_spec_defaults(spec);
	why[0] = '\0';
	return vgpu_spec_from_config(dir, NULL, name, uuid, spec, why, 512);
}

static void configs(void **state)
{
	struct vgpu_spec spec;
	char why[512], path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/auto", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put("xl.conf", "this is (no config\n");
	put("a.cfg", "name = \"plain\"\nmemory = 512\n");
	put("b.cfg", "name = \"web\"\nmemory = 512\n\nvgpu = [ 'weight=512,cap=10' ]\n");
	put("c.cfg", "name = \"broken\"\n\nvgpu = [ 'weight=many' ]\n");
	put("d.cfg", "name = \"two\"\nvgpu = [ '', '' ]\n");
	put("e.cfg", "name = \"text\"\nvgpu = 'weight=1'\n");
	put("f.cfg", "name = \"empty\"\nvgpu = [ '' ]\n");
	put("g.cfg", "name = \"renamed\"\nuuid = \"11111111-2222-3333-4444-555555555555\"\n"
	             "vgpu = [ 'cap=1' ]\n");
	put("auto/h.cfg", "name = \"started\"\nvgpu = [ 'cap=2' ]\n");
	put("i.txt", "name = \"other\"\nvgpu = [ 'cap=3' ]\n");
	assert_int_equal(look("nobody", NULL, &spec, why), 0);
	assert_int_equal(look("plain", NULL, &spec, why), 0);
	assert_int_equal(look("web", NULL, &spec, why), 1);
	assert_int_equal(spec.weight, 512);
	assert_int_equal(spec.cap, 10);
	assert_int_equal(look("broken", NULL, &spec, why), -EINVAL);
	assert_non_null(strstr(why, "c.cfg:3: vgpu: weight=many"));
	assert_int_equal(look("two", NULL, &spec, why), -EINVAL);
	assert_non_null(strstr(why, "d.cfg:2: "));
	assert_int_equal(look("text", NULL, &spec, why), -EINVAL);
	assert_non_null(strstr(why, "e.cfg:2: "));
	assert_int_equal(look("empty", NULL, &spec, why), 1);
	/* the UUID decides where a file has one */
	assert_int_equal(look("else", "11111111-2222-3333-4444-555555555555", &spec, why), 1);
	assert_int_equal(look("renamed", "99999999-2222-3333-4444-555555555555", &spec, why), 0);
	assert_int_equal(look("web", "99999999-2222-3333-4444-555555555555", &spec, why), 1);
	assert_int_equal(look("started", NULL, &spec, why), 1);
	assert_int_equal(spec.cap, 2);
	assert_int_equal(look("other", NULL, &spec, why), 0);
	/* a file by name, whatever guest it is for */
	snprintf(path, sizeof(path), "%s/i.txt", dir);
	assert_int_equal(vgpu_spec_from_config(dir, path, NULL, NULL, &spec, why, 512), 1);
	assert_int_equal(spec.cap, 3);
	snprintf(path, sizeof(path), "%s/xl.conf", dir);
	assert_int_equal(vgpu_spec_from_config(dir, path, NULL, NULL, &spec, why, 512), -EINVAL);
	assert_non_null(strstr(why, "xl.conf"));
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(configs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

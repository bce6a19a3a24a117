/* SPDX-License-Identifier: MIT */
/*
 * The recorded inputs of the decoder's fuzzer, each once through the worker on the
 * host's GL: what the guest library wrote is no protocol error, and leaves nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/worker/conn.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/stream.h"

#define FOLDER "tests/fuzz/seeds/fuzz_decode"
#define MAX_SEED (64u << 10)

static void broken(struct vgpu_wconn *conn, const char *why)
{
	(void)conn;
	(void)why;
}

static int open_host(void **state)
{
	char error[256] = "";

	(void)state;
	if (vgpu_host_open(error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	vgpu_wstream_env.gl = vgpu_host_get()->gl;
	vgpu_wstream_env.broken = broken;
	return 0;
}

static void feed(const char *name)
{
	static uint8_t data[MAX_SEED] __attribute__((aligned(8)));
	struct vgpu_wstream *stream;
	struct vgpu_wconn *conn;
	char path[512];
	ssize_t n;
	int fd, rc;

	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	/* the first octet says where the fuzzer begins; commands are 8-aligned */
	n = pread(fd, data, sizeof(data), 1);
	close(fd);
	assert_true(n > 8 && n < (ssize_t)sizeof(data));
	conn = vgpu_wconn_create(1, 1, 1, "seed", eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	assert_non_null(conn);
	stream = vgpu_wstream_offline(conn, 1);
	assert_non_null(stream);
	rc = vgpu_wstream_feed(stream, data, (size_t)n & ~(size_t)7);
	if (rc)
		print_error("%s: %s\n", name, strerror(-rc));
	assert_int_equal(rc, 0);
	vgpu_wstream_offline_end(stream);
	assert_int_equal(conn->n_contexts, conn->contexts ? conn->n_contexts : 0);
	vgpu_wconn_destroy(conn);
}

static void test_seeds(void **state)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;
	unsigned int seeds = 0;

	(void)state;
	if (!dir)
		skip(); /* not run from the root of the tree */
	while ((entry = readdir(dir))) {
		/* those whose pool is announced by the daemon wait for it in vain */
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, "draw_", 5) == 0) {
			feed(entry->d_name);
			seeds++;
		}
	}
	closedir(dir);
	assert_true(seeds > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_seeds) };

	return cmocka_run_group_tests(tests, open_host, NULL);
}

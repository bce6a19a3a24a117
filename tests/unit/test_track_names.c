/* SPDX-License-Identifier: MIT */
/* Name tables: pairs, retirement, caps, and readers beside a writer. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/track/names.h"
#include "protocol/wire.h"

static void test_pairs(void **state)
{
	struct vgpu_names *n = vgpu_names_create();

	assert_non_null(n);
	assert_int_equal(vgpu_names_add(n, 0, 5), -EINVAL);
	assert_int_equal(vgpu_names_add(n, 5, 0), -EINVAL);
	assert_int_equal(vgpu_names_add(n, 5, 70), 0);
	assert_int_equal(vgpu_names_add(n, 5, 71), -EEXIST);
	assert_int_equal(vgpu_names_add(n, 0xffffffffu, 0x80000000u), 0);
	assert_int_equal(vgpu_names_count(n), 2);
	assert_int_equal(vgpu_names_host(n, 5), 70);
	assert_int_equal(vgpu_names_guest(n, 70), 5);
	assert_int_equal(vgpu_names_guest(n, 71), 0);
	assert_int_equal(vgpu_names_host(n, 0xffffffffu), 0x80000000u);
	assert_int_equal(vgpu_names_guest(n, 0x80000000u), 0xffffffffu);
	assert_int_equal(vgpu_names_host(n, 0xfffffffeu), 0);
	assert_int_equal(vgpu_names_host(n, 0), 0);
	assert_int_equal(vgpu_names_remove(n, 5), 70);
	assert_int_equal(vgpu_names_remove(n, 5), 0);
	assert_int_equal(vgpu_names_guest(n, 70), 0);
	assert_int_equal(vgpu_names_count(n), 1);
	vgpu_names_destroy(n);
	vgpu_names_destroy(NULL);
}

static void test_retire(void **state)
{
	struct vgpu_names *n = vgpu_names_create();

	assert_int_equal(vgpu_names_add(n, 5, 70), 0);
	assert_int_equal(vgpu_names_retire(n, 5), 70);
	assert_int_equal(vgpu_names_host(n, 5), 0);
	assert_int_equal(vgpu_names_guest(n, 70), 5);
	assert_int_equal(vgpu_names_count(n), 0);
	/* the host uses the number again */
	assert_int_equal(vgpu_names_add(n, 6, 70), 0);
	assert_int_equal(vgpu_names_guest(n, 70), 6);
	/* a name that was never removed does not come to mean another's object */
	assert_int_equal(vgpu_names_add(n, 7, 70), 0);
	assert_int_equal(vgpu_names_host(n, 6), 0);
	assert_int_equal(vgpu_names_count(n), 1);
	vgpu_names_destroy(n);
}

static bool sum(uint32_t guest, uint32_t host, void *data)
{
	*(uint64_t *)data += (uint64_t)guest * 3 + host;
	return guest != 900;
}

static void test_each(void **state)
{
	struct vgpu_names *n = vgpu_names_create();
	uint64_t all = 0, want = 0;
	uint32_t i;

	for (i = 1; i <= 800; i++) {
		assert_int_equal(vgpu_names_add(n, i * 1000003u, i), 0);
		want += (uint64_t)(i * 1000003u) * 3 + i;
	}
	vgpu_names_each(n, sum, &all);
	assert_true(all == want);
	vgpu_names_destroy(n);
}

/* Names far apart cost memory: there is an end to it, long before the host's. */
static void test_scattered(void **state)
{
	struct vgpu_names *n = vgpu_names_create();
	uint32_t i;
	int rc = 0;

	for (i = 1; i < 1u << 20 && !rc; i++)
		rc = vgpu_names_add(n, i << 12 | 1, i);
	assert_int_equal(rc, -ENOSPC);
	assert_int_equal(vgpu_names_count(n), i - 2);
	/* what is there still works */
	assert_int_equal(vgpu_names_host(n, 1u << 12 | 1), 1);
	assert_int_equal(vgpu_names_remove(n, 1u << 12 | 1), 1);
	assert_int_equal(vgpu_names_add(n, 1u << 12 | 2, 1), 0);
	vgpu_names_destroy(n);
}

static _Atomic bool over;

static void *reader(void *data)
{
	const struct vgpu_names *n = data;
	uint32_t bad = 0;

	while (!over) {
		uint32_t i;

		for (i = 1; i < 3000; i++) {
			uint32_t host = vgpu_names_host(n, i * 77u);

			bad += host != 0 && host != i;
		}
	}
	return (void *)(uintptr_t)bad;
}

static void test_readers(void **state)
{
	struct vgpu_names *n = vgpu_names_create();
	pthread_t thread;
	void *bad;
	uint32_t i, round;

	over = false;
	assert_int_equal(pthread_create(&thread, NULL, reader, n), 0);
	for (round = 0; round < 20; round++) {
		for (i = 1; i < 3000; i++)
			assert_int_equal(vgpu_names_add(n, i * 77u, i), 0);
		for (i = 1; i < 3000; i++)
			assert_int_equal(vgpu_names_retire(n, i * 77u), i);
	}
	over = true;
	pthread_join(thread, &bad);
	assert_null(bad);
	vgpu_names_destroy(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),     cmocka_unit_test(test_retire),
		cmocka_unit_test(test_each),      cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

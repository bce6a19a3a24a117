/* SPDX-License-Identifier: MIT */
/* The ring: wrapping, lying indexes, and two threads that move a known sequence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ring.h"

#define SIZE 256u

struct pair {
	struct vgpu_ring_shared shared;
	uint8_t data[SIZE];
	struct vgpu_ring producer, consumer;
};

static struct pair *pair_create(void)
{
	struct pair *p = aligned_alloc(64, (sizeof(*p) + 63) & ~63ul);

	memset(p, 0, sizeof(*p));
	vgpu_ring_init(&p->producer, &p->shared, p->data, SIZE);
	vgpu_ring_init(&p->consumer, &p->shared, p->data, SIZE);
	return p;
}

static void test_starts_empty(void **state)
{
	struct pair *p = pair_create();

	(void)state;
	assert_int_equal(vgpu_ring_readable(&p->consumer), 0);
	assert_int_equal(vgpu_ring_writable(&p->producer), SIZE);
	free(p);
}

static void test_wraps_round_the_end(void **state)
{
	struct pair *p = pair_create();
	uint8_t in[100], out[100];

	(void)state;
	for (int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = (uint8_t)(round + i);
		assert_true(vgpu_ring_writable(&p->producer) >= (int64_t)sizeof(in));
		vgpu_ring_copy_in(&p->producer, p->producer.prod, in, sizeof(in));
		vgpu_ring_publish(&p->producer, p->producer.prod + sizeof(in));
		assert_int_equal(vgpu_ring_readable(&p->consumer), sizeof(in));
		vgpu_ring_copy_out(&p->consumer, p->consumer.cons, out, sizeof(out));
		vgpu_ring_consume(&p->consumer, sizeof(out));
		assert_memory_equal(in, out, sizeof(in));
	}
	free(p);
}

static void test_full_ring_has_no_room(void **state)
{
	struct pair *p = pair_create();

	(void)state;
	vgpu_ring_publish(&p->producer, SIZE);
	assert_int_equal(vgpu_ring_writable(&p->producer), 0);
	assert_int_equal(vgpu_ring_readable(&p->consumer), SIZE);
	free(p);
}

static void test_producer_that_claims_too_much_is_refused(void **state)
{
	struct pair *p = pair_create();

	(void)state;
	p->shared.prod = SIZE + 1;
	assert_int_equal(vgpu_ring_readable(&p->consumer), -EPROTO);
	p->shared.prod = (uint32_t)-8; /* going back */
	assert_int_equal(vgpu_ring_readable(&p->consumer), -EPROTO);
	free(p);
}

static void test_consumer_that_claims_too_much_is_refused(void **state)
{
	struct pair *p = pair_create();

	(void)state;
	p->shared.cons = 8; /* more than was ever produced */
	assert_int_equal(vgpu_ring_writable(&p->producer), -EPROTO);
	free(p);
}

static void test_sleepers_are_reported_once_announced(void **state)
{
	struct pair *p = pair_create();

	(void)state;
	assert_false(vgpu_ring_publish(&p->producer, 8));
	vgpu_ring_cons_waiting(&p->consumer, 1);
	assert_true(vgpu_ring_publish(&p->producer, 16));
	vgpu_ring_cons_waiting(&p->consumer, 0);
	assert_false(vgpu_ring_publish(&p->producer, 24));
	vgpu_ring_prod_waiting(&p->producer, 1);
	assert_int_equal(vgpu_ring_readable(&p->consumer), 24);
	assert_true(vgpu_ring_consume(&p->consumer, 24));
	free(p);
}

static void test_a_producer_sleeps_until_as_much_is_free_as_it_said(void **state)
{
	struct pair *p = pair_create();
	uint32_t size = p->producer.size;

	(void)state;
	vgpu_ring_publish(&p->producer, size);
	vgpu_ring_prod_waiting(&p->producer, size / 2);
	assert_int_equal(vgpu_ring_readable(&p->consumer), size);
	assert_false(vgpu_ring_consume(&p->consumer, size / 2 - 8));
	assert_true(vgpu_ring_consume(&p->consumer, 8));
	vgpu_ring_prod_waiting(&p->producer, 0);
	assert_false(vgpu_ring_consume(&p->consumer, 8));
	vgpu_ring_prod_waiting(&p->producer, size);
	assert_false(vgpu_ring_consume(&p->consumer, size / 2 - 16));
	/* nothing is left: whatever it waits for, it does not get more */
	assert_true(vgpu_ring_consume(&p->consumer, 8));
	/* a producer that asks for more than there ever is harms nobody but itself */
	vgpu_ring_prod_waiting(&p->producer, size + 1);
	vgpu_ring_publish(&p->producer, size + 8);
	assert_int_equal(vgpu_ring_readable(&p->consumer), 8);
	assert_false(vgpu_ring_consume(&p->consumer, 8));
	free(p);
}

#define WORDS 200000u

static void *produce(void *data)
{
	struct pair *p = data;

	for (uint32_t i = 0; i < WORDS; i++) {
		while (vgpu_ring_writable(&p->producer) < (int64_t)sizeof(i))
			sched_yield();
		vgpu_ring_copy_in(&p->producer, p->producer.prod, &i, sizeof(i));
		vgpu_ring_publish(&p->producer, p->producer.prod + sizeof(i));
	}
	return NULL;
}

static void test_two_threads_keep_the_order(void **state)
{
	struct pair *p = pair_create();
	pthread_t thread;
	uint32_t bad = 0;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, produce, p), 0);
	for (uint32_t i = 0; i < WORDS; i++) {
		uint32_t word;

		while (vgpu_ring_readable(&p->consumer) < (int64_t)sizeof(word))
			sched_yield();
		vgpu_ring_copy_out(&p->consumer, p->consumer.cons, &word, sizeof(word));
		vgpu_ring_consume(&p->consumer, sizeof(word));
		bad += word != i;
	}
	pthread_join(thread, NULL);
	assert_int_equal(bad, 0);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_empty),
		cmocka_unit_test(test_wraps_round_the_end),
		cmocka_unit_test(test_full_ring_has_no_room),
		cmocka_unit_test(test_producer_that_claims_too_much_is_refused),
		cmocka_unit_test(test_consumer_that_claims_too_much_is_refused),
		cmocka_unit_test(test_sleepers_are_reported_once_announced),
		cmocka_unit_test(test_a_producer_sleeps_until_as_much_is_free_as_it_said),
		cmocka_unit_test(test_two_threads_keep_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * vgpuStreamWait: a stream waits for another one's position and for nothing else. Real streams with
 * rings written by hand; no GL. What only a hostile guest does ends the connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/stream.h"
#include "ops.h"
#include "protocol/ring.h"

#define RING VGPU_MIN_RING
#define BYTES (VGPU_STREAM_HEADER + 2 * RING)

struct end {
	struct vgpu_stream_shared *shared;
	struct vgpu_ring cmd, reply;
	int to_worker, to_guest;
	uint32_t written;
};

static struct vgpu_wconn *conn;
static struct end ends[3];
static _Atomic int broken;

static void on_broken(struct vgpu_wconn *c, const char *why)
{
	(void)why;
	atomic_store(&c->broken, true);
	broken = 1;
}

static void open_end(uint32_t id)
{
	struct end *e = &ends[id - 1];
	int memory = memfd_create("ring", MFD_CLOEXEC);

	assert_true(memory >= 0 && !ftruncate(memory, BYTES));
	e->shared = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	assert_ptr_not_equal(e->shared, MAP_FAILED);
	vgpu_ring_init(&e->cmd, &e->shared->cmd, (uint8_t *)e->shared + VGPU_STREAM_HEADER, RING);
	vgpu_ring_init(&e->reply, &e->shared->reply,
	               (uint8_t *)e->shared + VGPU_STREAM_HEADER + RING, RING);
	e->to_worker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	e->to_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	e->written = 0;
	assert_int_equal(vgpu_wstream_start(conn, id, RING, RING, memory, dup(e->to_worker),
	                                    dup(e->to_guest)), 0);
}

static int start(void **state)
{
	(void)state;
	broken = 0;
	vgpu_wstream_env.broken = on_broken;
	conn = vgpu_wconn_create(1, 1, 1, "test", eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	conn->log_tokens = 0;
	open_end(1);
	open_end(2);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	vgpu_wconn_destroy(conn);
	for (int i = 0; i < 3; i++) {
		if (!ends[i].shared)
			continue;
		munmap(ends[i].shared, BYTES);
		close(ends[i].to_worker);
		close(ends[i].to_guest);
		ends[i].shared = NULL;
	}
	return 0;
}

static void put(struct end *e, const void *bytes, uint32_t n)
{
	vgpu_ring_copy_in(&e->cmd, e->written, bytes, n);
	e->written += n;
}

static void put_wait(struct end *e, uint32_t stream, uint64_t position)
{
	struct vgpu_wire_hdr hdr = { .opcode = VGPU_OP_vgpuStreamWait, .size = 24 };
	uint64_t fields[2] = { stream, position };

	put(e, &hdr, sizeof(hdr));
	put(e, fields, sizeof(fields));
}

static void put_sync(struct end *e)
{
	struct vgpu_wire_hdr hdr = { .opcode = VGPU_OP_vgpuSync, .size = 8 };

	put(e, &hdr, sizeof(hdr));
}

static void publish(struct end *e)
{
	uint64_t one = 1;

	vgpu_ring_publish(&e->cmd, e->written);
	assert_int_equal(write(e->to_worker, &one, sizeof(one)), sizeof(one));
}

/* Has the stream answered within so many milliseconds? */
static bool answered(struct end *e, int ms)
{
	for (; ms > 0; ms--) {
		if (vgpu_ring_readable(&e->reply) > 0)
			return true;
		usleep(1000);
	}
	return false;
}

static bool breaks(int ms)
{
	for (; ms > 0 && !broken; ms--)
		usleep(1000);
	return broken;
}

static void test_passed(void **state)
{
	(void)state;
	put_sync(&ends[0]);
	publish(&ends[0]);
	assert_true(answered(&ends[0], 5000));
	put_wait(&ends[1], 1, 8);
	put_wait(&ends[1], 1, 0);
	put_sync(&ends[1]);
	publish(&ends[1]);
	assert_true(answered(&ends[1], 5000));
	assert_false(broken);
}

/* 1 waits for what 2 has before its own wait, though all of it is one batch: no circle. */
static void test_in_one_batch(void **state)
{
	(void)state;
	put_sync(&ends[0]);
	publish(&ends[0]);
	assert_true(answered(&ends[0], 5000));
	for (int i = 0; i < 100; i++) {
		put_sync(&ends[1]);
		put_wait(&ends[1], 1, ends[0].written);
		put_wait(&ends[0], 2, ends[1].written);
		put_sync(&ends[0]);
		publish(&ends[1]);
		publish(&ends[0]);
	}
	for (uint32_t want = 101 * 24; ends[0].reply.prod < want && !broken;) {
		assert_true(vgpu_ring_readable(&ends[0].reply) >= 0);
		usleep(100);
	}
	assert_false(broken);
}

static void test_unpublished(void **state)
{
	(void)state;
	put_wait(&ends[1], 1, 8);
	publish(&ends[1]);
	assert_true(breaks(5000));
}

static void test_far(void **state)
{
	(void)state;
	put_wait(&ends[1], 1, UINT64_MAX);
	publish(&ends[1]);
	assert_true(breaks(5000));
}

static void test_itself(void **state)
{
	(void)state;
	put_wait(&ends[1], 2, 24);
	put_sync(&ends[1]);
	publish(&ends[1]);
	assert_true(breaks(5000));
}

static void test_unknown(void **state)
{
	(void)state;
	put_wait(&ends[1], 7, 8);
	publish(&ends[1]);
	assert_true(breaks(VGPU_WORDER_ANNOUNCE_MS + 5000));
}

/* A stream that is named before it is announced. */
static void test_announced_later(void **state)
{
	(void)state;
	put_wait(&ends[1], 3, 0);
	put_sync(&ends[1]);
	publish(&ends[1]);
	usleep(20000);
	open_end(3);
	assert_true(answered(&ends[1], 5000));
	assert_false(broken);
}

static void test_circle(void **state)
{
	(void)state;
	open_end(3);
	for (int i = 0; i < 3; i++) {
		put_wait(&ends[i], (uint32_t)(i + 1) % 3 + 1, 32);
		put_sync(&ends[i]);
	}
	for (int i = 0; i < 3; i++)
		vgpu_ring_publish(&ends[i].cmd, ends[i].written);
	for (int i = 0; i < 3; i++)
		publish(&ends[i]);
	assert_true(breaks(5000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_passed, start, stop),
		cmocka_unit_test_setup_teardown(test_in_one_batch, start, stop),
		cmocka_unit_test_setup_teardown(test_unpublished, start, stop),
		cmocka_unit_test_setup_teardown(test_far, start, stop),
		cmocka_unit_test_setup_teardown(test_itself, start, stop),
		cmocka_unit_test_setup_teardown(test_unknown, start, stop),
		cmocka_unit_test_setup_teardown(test_announced_later, start, stop),
		cmocka_unit_test_setup_teardown(test_circle, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

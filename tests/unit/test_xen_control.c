/* SPDX-License-Identifier: MIT */
/*
 * The control page: programs, streams and pools come and go, and a guest that lies
 * about each thing that it can say. The guest's side is this file, the rest is real.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/wire.h"
#include "tests/unit/fake_xen.h"

#define FE "/local/domain/3/device/vgpu/0"
#define BE "backend/vgpu/3/0"
#define NONE 0xffffffffu
#define STREAM_PAGES 33u /* header, 64 KiB, 64 KiB */

static struct vgpuif_control page __attribute__((aligned(4096)));
static struct vgpuif_page_directory directory[3] __attribute__((aligned(4096)));
static uint16_t next_id;

static int setup(void **state)
{
	struct fake_xen *x = fake_xen_new();

	memset(&page, 0, sizeof(page));
	memset(directory, 0, sizeof(directory));
	page.magic = VGPUIF_MAGIC;
	page.version = VGPUIF_PROTOCOL_VERSION;
	page.fe_sleeps = 1;
	next_id = 1;
	fake_grant(x, 3, 100, &page);
	for (uint32_t i = 0; i < 3; i++)
		fake_grant(x, 3, 200 + i, &directory[i]);
	for (uint32_t i = 0; i < VGPUIF_DIRECTORY_REFS; i++)
		directory[0].ref[i] = 1000 + i;
	fake_xen_start(x);
	fake_attach(x, 3);
	fake_run(x, 1);
	fake_set(x, FE "/ring-ref", "100");
	fake_set(x, FE "/event-channel", "7");
	fake_set(x, FE "/version", "1");
	fake_set(x, FE "/protocol", "x86_64-abi");
	fake_set(x, FE "/state", "3");
	fake_run(x, 1);
	assert_string_equal(fake_get(x, BE "/state"), "4");
	fake_set(x, FE "/state", "4");
	fake_run(x, 1);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	fake_xen_free(*state);
	return 0;
}

static struct vgpu_xguest *guest(struct fake_xen *x)
{
	return vgpu_xen_find(x->xd, 3, 0);
}

/* ---- a frontend ------------------------------------------------------------------------- */

static struct vgpuif_request request(uint16_t op, uint32_t conn, uint32_t object, uint32_t slot)
{
	return (struct vgpuif_request){ .id = next_id++, .op = op, .conn = conn, .object = object,
		                        .slot = slot };
}

static void push(const struct vgpuif_request *req)
{
	page.req[page.req_prod % VGPUIF_RING_SLOTS] = *req;
	page.req_prod++;
}

/* Send it and take the answer, if one comes at once: id 0 if not. */
static struct vgpuif_response ask(struct fake_xen *x, const struct vgpuif_request *req)
{
	struct vgpuif_response rsp = { 0 };

	push(req);
	fake_event(x);
	fake_run(x, 1);
	if (page.rsp_prod != page.rsp_cons)
		rsp = page.rsp[page.rsp_cons++ % VGPUIF_RING_SLOTS];
	return rsp;
}

static struct vgpuif_response take(struct fake_xen *x)
{
	struct vgpuif_response rsp = { 0 };

	fake_run(x, 1);
	if (page.rsp_prod != page.rsp_cons)
		rsp = page.rsp[page.rsp_cons++ % VGPUIF_RING_SLOTS];
	return rsp;
}

static void expect_refused(struct fake_xen *x, const struct vgpuif_request *req, int error)
{
	struct vgpuif_response rsp = ask(x, req);

	assert_int_equal(rsp.id, req->id);
	assert_int_equal(rsp.op, req->op);
	assert_int_equal(rsp.status, -error);
	assert_true(rsp.text[0] != '\0');
	assert_string_equal(fake_get(x, BE "/state"), "4"); /* refused, not closed */
}

static void open_conn(struct fake_xen *x, uint32_t conn, uint32_t slot)
{
	struct vgpuif_request req = request(VGPUIF_OP_CONN_OPEN, conn, 0, slot);
	struct vgpuif_response rsp;

	strcpy(req.conn_open.name, "glxgears");
	rsp = ask(x, &req);
	if (rsp.id == 0) {
		assert_non_null(x->worker);
		fake_worker_ready(x);
		rsp = take(x);
	}
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, 0);
}

static struct vgpuif_request stream_request(uint32_t conn, uint32_t object, uint32_t slot)
{
	struct vgpuif_request req = request(VGPUIF_OP_STREAM_OPEN, conn, object, slot);

	req.stream_open.cmd_bytes = req.stream_open.reply_bytes = 65536;
	req.stream_open.pages = STREAM_PAGES;
	req.stream_open.directory = 200;
	return req;
}

static struct vgpuif_request pool_request(uint32_t conn, uint32_t object, uint32_t pages)
{
	struct vgpuif_request req = request(VGPUIF_OP_POOL_OPEN, conn, object, NONE);

	req.pool_open.pages = pages;
	req.pool_open.directory = 200;
	return req;
}

/* What the worker says of the last thing it was asked to map. */
static void mapped(struct fake_xen *x, uint32_t type, uint32_t error)
{
	const struct fake_sent *sent = fake_sent(x, type);

	assert_non_null(sent);
	x->worker->events->mapped(x->worker, sent->a, sent->b, error);
}

static void open_stream(struct fake_xen *x, uint32_t conn, uint32_t object, uint32_t slot)
{
	struct vgpuif_request req = stream_request(conn, object, slot);

	assert_int_equal(ask(x, &req).id, 0); /* not before the worker has mapped it */
	mapped(x, VGPU_BROKER_W_STREAM_ADD, 0);
	assert_int_equal(take(x).status, 0);
}

/* ---- what works ------------------------------------------------------------------------- */

static void life_of_a_program(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;
	struct vgpuif_response rsp;
	uint32_t number;

	open_conn(x, 1, 0);
	assert_int_equal(x->starts, 1);
	number = fake_sent(x, VGPU_BROKER_W_CONN_ADD)->a;
	open_stream(x, 1, 10, 1);
	assert_int_equal(fake_sent(x, VGPU_BROKER_W_STREAM_ADD)->fds, 3);
	assert_int_equal(fake_sent(x, VGPU_BROKER_W_STREAM_ADD)->b, 10);
	assert_int_equal(x->last_n, STREAM_PAGES);
	assert_int_equal(x->last_refs[7], 1007);
	req = pool_request(1, 11, 100);
	assert_int_equal(ask(x, &req).id, 0);
	mapped(x, VGPU_BROKER_W_POOL_ADD, 0);
	assert_int_equal(take(x).status, 0);
	assert_int_equal(guest(x)->pages, STREAM_PAGES + 100);
	/* two phases: no answer before it is unmapped */
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 10, 1);
	assert_int_equal(ask(x, &req).id, 0);
	assert_int_equal(fake_sent(x, VGPU_BROKER_W_STREAM_DEL)->b, 10);
	x->worker->events->unmapped(x->worker, number, 10);
	rsp = take(x);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, 0);
	assert_int_equal(guest(x)->pages, 100);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	assert_int_equal(ask(x, &req).id, 0);
	x->worker->events->unmapped(x->worker, number, 11);
	assert_int_equal(take(x).id, 0); /* the pool is, the program may have more */
	x->worker->events->unmapped(x->worker, number, 0);
	rsp = take(x);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, 0);
	assert_int_equal(guest(x)->pages, 0);
	assert_int_equal(guest(x)->n_conns, 0);
	assert_int_equal(guest(x)->n_streams, 0);
}

static void a_grant_that_cannot_be_mapped(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;
	struct vgpuif_response rsp;

	open_conn(x, 1, 0);
	req = stream_request(1, 10, 1);
	ask(x, &req);
	mapped(x, VGPU_BROKER_W_STREAM_ADD, EINVAL);
	rsp = take(x);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, -EINVAL);
	assert_int_equal(guest(x)->pages, 0);
	open_stream(x, 1, 10, 1); /* number and slot are free again */
}

static void long_directories(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	open_conn(x, 1, 0);
	directory[0].next = 201;
	directory[1].ref[0] = 77;
	req = pool_request(1, 11, VGPUIF_DIRECTORY_REFS + 1);
	assert_int_equal(ask(x, &req).id, 0);
	assert_int_equal(x->last_n, VGPUIF_DIRECTORY_REFS + 1);
	/* a page too many */
	directory[1].next = 202;
	req = pool_request(1, 12, VGPUIF_DIRECTORY_REFS + 1);
	expect_refused(x, &req, EINVAL);
	/* a page too few */
	directory[0].next = 0;
	req = pool_request(1, 12, VGPUIF_DIRECTORY_REFS + 1);
	expect_refused(x, &req, EINVAL);
	/* a page that is not granted */
	directory[0].next = 999;
	req = pool_request(1, 12, VGPUIF_DIRECTORY_REFS + 1);
	expect_refused(x, &req, EFAULT);
	assert_int_equal(guest(x)->pages, VGPUIF_DIRECTORY_REFS + 1);
}

static void the_worker_dies(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req, closing, opening;
	struct vgpuif_response rsp;

	open_conn(x, 1, 0);
	open_stream(x, 1, 10, 1);
	open_stream(x, 1, 11, 2);
	closing = request(VGPUIF_OP_STREAM_CLOSE, 1, 10, 1);
	ask(x, &closing);
	opening = stream_request(1, 12, 3);
	ask(x, &opening);
	fake_worker_gone(x, "the worker was ended by signal 9");
	fake_run(x, 1);
	/* the loss, and the two requests in work, in any order */
	for (int i = 0; i < 3; i++) {
		rsp = take(x);
		if (rsp.id == closing.id) {
			assert_int_equal(rsp.status, 0);
		} else if (rsp.id == opening.id) {
			assert_int_equal(rsp.status, -EIO);
		} else {
			assert_int_equal(rsp.op, VGPUIF_EVT_LOST);
			assert_int_equal(rsp.conn, 1);
			assert_true(rsp.text[0] != '\0');
		}
	}
	assert_int_equal(take(x).id, 0);
	assert_int_equal(guest(x)->pages, 0);
	/* what is left of it can be closed, in both ways */
	req = stream_request(1, 13, 4);
	expect_refused(x, &req, ENOTCONN);
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 11, 2);
	assert_int_equal(ask(x, &req).status, 0);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	rsp = ask(x, &req);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, 0);
	/* and a new program gets a new worker */
	open_conn(x, 2, 0);
	assert_int_equal(x->starts, 2);
}

static void the_worker_dies_before_it_is_ready(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req = request(VGPUIF_OP_CONN_OPEN, 1, 0, 0);
	struct vgpuif_response rsp;

	assert_int_equal(ask(x, &req).id, 0);
	fake_worker_gone(x, "no GPU");
	rsp = take(x);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.status, -EIO);
	assert_string_equal(rsp.text, "no GPU");
	assert_int_equal(guest(x)->n_conns, 0);
}

static void workers_that_die_often(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;
	uint32_t before = 0;

	for (uint32_t i = 0; i < 20; i++) {
		req = request(VGPUIF_OP_CONN_OPEN, i + 1, 0, i);
		if (ask(x, &req).id)
			break;
		before++;
		fake_worker_gone(x, "dead");
		take(x);
	}
	assert_true(before >= 2 && before < 20);
	req = request(VGPUIF_OP_CONN_OPEN, 99, 0, 99);
	expect_refused(x, &req, EAGAIN);
}

static void a_program_that_breaks_the_protocol(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;
	struct vgpuif_response rsp;
	uint32_t number;

	open_conn(x, 1, 0);
	number = fake_sent(x, VGPU_BROKER_W_CONN_ADD)->a;
	open_stream(x, 1, 10, 1);
	x->worker->events->broken(x->worker, number, "unknown opcode");
	rsp = take(x);
	assert_int_equal(rsp.id, 0);
	assert_int_equal(rsp.op, VGPUIF_EVT_LOST);
	assert_string_equal(rsp.text, "unknown opcode");
	assert_int_equal(fake_sent(x, VGPU_BROKER_W_CONN_DEL)->a, number);
	/* it is answered when the worker has let go */
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	assert_int_equal(ask(x, &req).id, 0);
	x->worker->events->unmapped(x->worker, number, 0);
	assert_int_equal(take(x).id, req.id);
	assert_int_equal(guest(x)->pages, 0);
}

/* ---- bells ---------------------------------------------------------------------------------- */

static void bells_both_ways(void **state)
{
	struct fake_xen *x = *state;
	struct vgpu_xobject *stream;
	uint64_t count = 1;
	uint32_t before;

	open_conn(x, 1, 0);
	open_stream(x, 1, 10, 65);
	stream = guest(x)->streams_by_slot[65];
	assert_non_null(stream);
	/* the guest rings: the worker's eventfd is written */
	page.bells_to_backend[1] |= 1ull << 1;
	fake_event(x);
	fake_run(x, 1);
	assert_int_equal(page.bells_to_backend[1], 0);
	assert_int_equal(read(stream->to_worker, &count, 8), 8);
	assert_int_equal(count, 1);
	assert_int_equal(page.be_sleeps, 1);
	/* the worker rings: a bit, and one event as long as the guest has not looked */
	before = x->notifies;
	for (int i = 0; i < 10; i++) {
		count = 1;
		assert_int_equal(write(stream->to_guest, &count, 8), 8);
		fake_run(x, 1);
	}
	assert_int_equal(page.bells_to_frontend[1], 1ull << 1);
	assert_int_equal(x->notifies, before + 1);
	/* a guest that is awake gets none */
	page.bells_to_frontend[1] = 0;
	page.fe_sleeps = 0;
	count = 1;
	assert_int_equal(write(stream->to_guest, &count, 8), 8);
	fake_run(x, 1);
	assert_int_equal(page.bells_to_frontend[1], 1ull << 1);
	assert_int_equal(x->notifies, before + 1);
	/* frames ring the connection's slot */
	count = 1;
	assert_int_equal(write(guest(x)->conns->frame_event, &count, 8), 8);
	fake_run(x, 1);
	assert_int_equal(page.bells_to_frontend[0], 1);
}

/* Bits for nobody, and bits that come back at once, cost a bounded share. */
static void a_storm(void **state)
{
	struct fake_xen *x = *state;
	uint32_t unmasks = x->unmasks;

	for (int i = 0; i < 5000; i++) {
		memset(page.bells_to_backend, 0xff, sizeof(page.bells_to_backend));
		fake_event(x);
		sd_event_run(x->daemon.event, 0);
	}
	assert_true(guest(x)->counters.throttled > 0);
	/* while it was slowed down the channel stayed masked */
	assert_true(x->unmasks - unmasks < 1000);
	/* and the guest is served again afterwards */
	fake_run(x, 150);
	open_conn(x, 1, 0);
}

/* ---- lies -------------------------------------------------------------------------------------- */

static void closed(struct fake_xen *x)
{
	fake_event(x);
	fake_run(x, 1);
	assert_string_equal(fake_get(x, BE "/state"), "5");
	assert_true(strlen(fake_get(x, BE "/error")) > 0);
	assert_int_equal(x->maps + x->ports, 0);
}

static void lie_req_prod(void **state)
{
	page.req_prod = VGPUIF_RING_SLOTS + 1;
	closed(*state);
}

static void lie_req_prod_back(void **state)
{
	page.req_prod = (uint32_t)-1;
	closed(*state);
}

static void lie_rsp_cons(void **state)
{
	page.rsp_cons = 5;
	closed(*state);
}

static void lie_id_zero(void **state)
{
	struct vgpuif_request req = request(VGPUIF_OP_CONN_OPEN, 1, 0, 0);

	req.id = 0;
	push(&req);
	closed(*state);
}

static void lie_id_twice(void **state)
{
	struct vgpuif_request req = request(VGPUIF_OP_CONN_OPEN, 1, 0, 0);

	push(&req);
	req.conn = 2;
	req.slot = 1;
	push(&req); /* the first one waits for the worker */
	closed(*state);
}

static void lies_of_form(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	open_conn(x, 1, 0);
	req = request(15, 1, 0, NONE);
	expect_refused(x, &req, EINVAL);
	req = request(22, 1, 0, NONE);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_EVT_LOST, 1, 0, NONE);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	req.reserved = 1;
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	req.octets[39] = 1;
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 5, 0);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, NONE);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 1); /* not its own */
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_OPEN, 0, 0, 5);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, VGPUIF_SLOTS);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, NONE);
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 0, 1);
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 10, 1);
	req.stream_open.reserved[23] = 1;
	expect_refused(x, &req, EINVAL);
	req = pool_request(1, 11, 1);
	req.pool_open.reserved[0] = 1;
	expect_refused(x, &req, EINVAL);
	req = pool_request(1, 11, 1);
	req.slot = 3;
	expect_refused(x, &req, EINVAL);
}

static void lies_about_programs(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	open_conn(x, 1, 0);
	req = request(VGPUIF_OP_CONN_OPEN, 1, 0, 1);
	expect_refused(x, &req, EEXIST);
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, 0);
	expect_refused(x, &req, EBUSY);
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, 1);
	strcpy(req.conn_open.name, "a\033[31mb");
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, 1);
	memcpy(req.conn_open.name, "a\0b", 3);
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_CONN_CLOSE, 2, 0, 0);
	expect_refused(x, &req, ENOENT);
	guest(x)->max_conns = 1;
	req = request(VGPUIF_OP_CONN_OPEN, 2, 0, 1);
	expect_refused(x, &req, EMFILE);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
	ask(x, &req);
	req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0); /* it is closing */
	expect_refused(x, &req, EBUSY);
	req = stream_request(1, 10, 1);
	expect_refused(x, &req, ENOTCONN);
}

static void lies_about_streams(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	open_conn(x, 1, 0);
	open_stream(x, 1, 10, 1);
	req = stream_request(2, 10, 2);
	expect_refused(x, &req, ENOENT);
	req = stream_request(1, 10, 2);
	expect_refused(x, &req, EEXIST);
	req = stream_request(1, 11, 1); /* a stream's slot */
	expect_refused(x, &req, EBUSY);
	req = stream_request(1, 11, 0); /* a program's slot */
	expect_refused(x, &req, EBUSY);
	req = stream_request(1, 11, 2);
	req.stream_open.cmd_bytes = 65536 + 4096;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.cmd_bytes = VGPU_MIN_RING / 2;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.reply_bytes = VGPU_MAX_RING * 2;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.reply_bytes = 0;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.pages--;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.pages++;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.directory = 0;
	expect_refused(x, &req, EINVAL);
	req = stream_request(1, 11, 2);
	req.stream_open.directory = 12345;
	expect_refused(x, &req, EFAULT);
	/* closing */
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 11, 2);
	expect_refused(x, &req, ENOENT);
	req = request(VGPUIF_OP_STREAM_CLOSE, 2, 10, 1);
	expect_refused(x, &req, ENOENT);
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 10, 2); /* not its own slot */
	expect_refused(x, &req, EINVAL);
	req = request(VGPUIF_OP_POOL_CLOSE, 1, 10, NONE); /* it is a stream */
	expect_refused(x, &req, ENOENT);
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 10, 1);
	ask(x, &req);
	req = request(VGPUIF_OP_STREAM_CLOSE, 1, 10, 1); /* it is closing */
	expect_refused(x, &req, EBUSY);
	guest(x)->max_streams = 1;
	req = stream_request(1, 11, 2);
	expect_refused(x, &req, EMFILE);
	assert_int_equal(guest(x)->pages, STREAM_PAGES);
}

static void the_budget(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	open_conn(x, 1, 0);
	guest(x)->max_pages = 100;
	open_stream(x, 1, 10, 1);
	req = pool_request(1, 11, 100 - STREAM_PAGES + 1);
	expect_refused(x, &req, ENOSPC);
	req = pool_request(1, 11, 0);
	expect_refused(x, &req, EINVAL);
	req = pool_request(1, 11, UINT32_MAX);
	expect_refused(x, &req, EINVAL);
	req = pool_request(1, 11, VGPU_MAX_POOL_BYTES / 4096 + 1);
	expect_refused(x, &req, EINVAL);
	req = pool_request(1, 11, VGPU_MAX_POOL_BYTES / 4096);
	expect_refused(x, &req, ENOSPC);
	/* all of it, and then not one page more */
	req = pool_request(1, 11, 100 - STREAM_PAGES);
	assert_int_equal(ask(x, &req).id, 0);
	mapped(x, VGPU_BROKER_W_POOL_ADD, 0);
	assert_int_equal(take(x).status, 0);
	req = pool_request(1, 12, 1);
	expect_refused(x, &req, ENOSPC);
	assert_int_equal(guest(x)->pages, 100);
}

/* Responses that nobody reads: they wait, and there is an end to it. */
static void unread_responses(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;

	for (int i = 0; i < 40; i++) {
		req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
		push(&req);
		fake_event(x);
		fake_run(x, 0);
	}
	assert_int_equal(page.rsp_prod, VGPUIF_RING_SLOTS);
	/* none is lost */
	for (int i = 0; i < 40; i++)
		assert_int_equal(take(x).id, i + 1);
	for (int i = 0; i < 600 && guest(x)->page; i++) {
		req = request(VGPUIF_OP_CONN_CLOSE, 1, 0, 0);
		push(&req);
		fake_event(x);
		fake_run(x, 0);
	}
	closed(x);
}

/* More requests in work than are kept: they stay in the page until some are answered. */
static void many_in_work(void **state)
{
	struct fake_xen *x = *state;
	struct vgpuif_request req;
	uint32_t answered = 0;

	for (uint32_t i = 0; i < VGPU_XREQUESTS + 8; i++) {
		req = request(VGPUIF_OP_CONN_OPEN, i + 1, 0, i);
		push(&req);
		fake_event(x);
		fake_run(x, 0);
	}
	assert_int_equal(page.req_cons, VGPU_XREQUESTS);
	fake_worker_ready(x);
	while (take(x).id)
		answered++;
	assert_int_equal(answered, VGPU_XREQUESTS + 8);
	assert_int_equal(guest(x)->n_conns, VGPU_XREQUESTS + 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(life_of_a_program), T(a_grant_that_cannot_be_mapped), T(long_directories),
		T(the_worker_dies), T(the_worker_dies_before_it_is_ready),
		T(workers_that_die_often), T(a_program_that_breaks_the_protocol),
		T(bells_both_ways), T(a_storm), T(lie_req_prod), T(lie_req_prod_back),
		T(lie_rsp_cons), T(lie_id_zero), T(lie_id_twice), T(lies_of_form),
		T(lies_about_programs), T(lies_about_streams), T(the_budget),
		T(unread_responses), T(many_in_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* vgpu-agentd's life with a backend: states, sessions, suspends, programs, limits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/ring.h"
#include "protocol/wire.h"
#include "tests/unit/agent_fixture.h"

#define STREAM_PAGES (1 + 2 * 16) /* header and two rings of 64 KiB */

struct stream {
	uint32_t id;
	int memory, to_worker, to_guest;
	struct vgpuif_request request;
};

/* The program asks for a stream; the backend maps it. */
static struct stream open_stream(struct vgpu_agent *agent, struct vgpuif_control *page, int sock)
{
	struct stream s;
	struct vgpu_broker_msg msg;
	int fds[VGPU_BROKER_MAX_FDS];

	agent_say(agent, sock, VGPU_BROKER_STREAM_OPEN, 4u << 20, 64u << 10);
	s.request = agent_request(page);
	assert_int_equal(s.request.op, VGPUIF_OP_STREAM_OPEN);
	assert_int_equal(s.request.stream_open.pages, STREAM_PAGES);
	agent_answer(agent, page, &s.request, 0, NULL);
	assert_true(agent_hear(sock, &msg, fds));
	assert_int_equal(msg.type, VGPU_BROKER_STREAM);
	assert_int_equal(msg.b, 64u << 10); /* --ring-bytes, not what was asked for */
	s.id = msg.a;
	s.memory = fds[0];
	s.to_worker = fds[1];
	s.to_guest = fds[2];
	return s;
}

static void close_stream(struct stream *s)
{
	close(s->memory);
	close(s->to_worker);
	close(s->to_guest);
}

static void test_connects(void **state)
{
	struct vgpu_agent *agent = agent_start();

	assert_false(vgpu_device_is_up(agent));
	agent_attach("1");
	munmap(agent_connect(agent), VGPUIF_PAGE_SIZE);
	assert_true(vgpu_device_is_up(agent));
	assert_string_equal(fake_read(FRONT "/protocol"), "x86_64-abi");
	agent_stop(agent);
	assert_string_equal(fake_read(FRONT "/state"), "6");
}

static void test_waits_for_backend(void **state)
{
	struct vgpu_agent *agent = agent_start();

	agent_attach("1");
	fake_write(BACK "/state", "1");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "1");
	fake_write(BACK "/versions", "7,8");
	fake_write(BACK "/state", "2");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "1"); /* no version in common */
	fake_write(BACK "/versions", "1,7");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "3");
	agent_stop(agent);
}

static void test_earlier_agent(void **state)
{
	struct vgpu_agent *agent;

	agent = agent_start();
	agent_attach("1");
	fake_write(FRONT "/state", "4");
	fake_write(BACK "/state", "4");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "5");
	fake_write(BACK "/state", "6");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "6");
	fake_write(BACK "/state", "2");
	munmap(agent_connect(agent), VGPUIF_PAGE_SIZE);
	agent_stop(agent);
}

static void test_stream(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpuif_page_directory *dir;
	struct vgpu_stream_shared *shared;
	struct stream s;
	unsigned before;
	char *last;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	before = fake.events_sent;
	agent_say(agent, sock, VGPU_BROKER_STREAM_OPEN, 64u << 10, 64u << 10);
	assert_true(fake.events_sent > before);
	s.request = page->req[page->req_cons % VGPUIF_RING_SLOTS];
	/* the directory lists the pages that the program will get */
	dir = fake_map(s.request.stream_open.directory);
	assert_int_equal(dir->next, 0);
	last = fake_map(dir->ref[STREAM_PAGES - 1]);
	assert_int_equal(dir->ref[STREAM_PAGES], 0);
	strcpy(last, "here");
	s.request = agent_request(page);
	agent_answer(agent, page, &s.request, 0, NULL);
	{
		struct vgpu_broker_msg msg;
		int fds[VGPU_BROKER_MAX_FDS];

		assert_true(agent_hear(sock, &msg, fds));
		s = (struct stream){ .id = msg.a, .memory = fds[0], .to_worker = fds[1],
			             .to_guest = fds[2], .request = s.request };
	}
	assert_int_equal(fake.grants, 2); /* control page and stream: the directory is back */
	shared = mmap(NULL, STREAM_PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s.memory, 0);
	assert_string_equal((char *)shared + (STREAM_PAGES - 1) * 4096, "here");
	/* doorbells, both ways */
	before = fake.events_sent;
	eventfd_write(s.to_worker, 1);
	agent_run(agent);
	assert_int_equal(page->bells_to_backend[s.request.slot / 64],
	                 1ull << (s.request.slot % 64));
	assert_int_equal(fake.events_sent, before + 1);
	page->be_sleeps = 0;
	eventfd_write(s.to_worker, 1);
	agent_run(agent);
	assert_int_equal(fake.events_sent, before + 1); /* it is awake: no event */
	page->bells_to_frontend[s.request.slot / 64] = 1ull << (s.request.slot % 64);
	page->bells_to_frontend[15] = 1ull << 63; /* nobody's */
	fake_event();
	agent_run(agent);
	{
		eventfd_t count;

		assert_int_equal(eventfd_read(s.to_guest, &count), 0);
		assert_int_equal(page->bells_to_frontend[15], 0);
		assert_int_equal(page->fe_sleeps, 1);
	}
	/* closing: freed after the answer, not before */
	agent_say(agent, sock, VGPU_BROKER_STREAM_CLOSE, s.id, 0);
	assert_int_equal(fake.grants, 2);
	s.request = agent_request(page);
	assert_int_equal(s.request.op, VGPUIF_OP_STREAM_CLOSE);
	agent_answer(agent, page, &s.request, 0, NULL);
	assert_int_equal(fake.grants, 1);
	munmap(dir, 4096);
	munmap(last, 4096);
	munmap(shared, STREAM_PAGES * 4096);
	munmap(page, 4096);
	close_stream(&s);
	close(sock);
	agent_stop(agent);
}

static void test_program_dies(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpuif_request pending, request;
	struct stream s;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	s = open_stream(agent, page, sock);
	agent_say(agent, sock, VGPU_BROKER_POOL_OPEN, 8192, 0);
	pending = agent_request(page);
	assert_int_equal(pending.op, VGPUIF_OP_POOL_OPEN);
	close(sock); /* with a request under way: it is seen when that is answered */
	agent_answer(agent, page, &pending, 0, NULL);
	request = agent_request(page);
	assert_int_equal(request.op, VGPUIF_OP_CONN_CLOSE);
	assert_int_equal(fake.grants, 3);
	agent_answer(agent, page, &request, -ENOENT, "gone already");
	assert_int_equal(fake.grants, 1);
	assert_null(agent->programs);
	assert_null(agent->usage);
	close_stream(&s);
	munmap(page, 4096);
	agent_stop(agent);
}

static void test_backend_dies(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_broker_msg msg;
	struct stream s;
	int sock, other;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	s = open_stream(agent, page, sock);
	munmap(page, 4096);
	fake_write(BACK "/error", "out of order");
	fake_write(BACK "/state", "5");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "5");
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_LOST);
	assert_string_equal(msg.text, "out of order");
	assert_int_equal(fake.grants, 2); /* it may still hold them */
	other = agent_program(agent);
	agent_say(agent, other, VGPU_BROKER_HELLO, 1, 1);
	assert_false(agent_hear(other, &msg, NULL)); /* waits */
	fake_write(BACK "/session", "2");
	fake_write(BACK "/state", "6");
	agent_run(agent);
	assert_int_equal(fake.grants, 0);
	fake_write(BACK "/state", "2");
	page = agent_connect(agent);
	assert_int_equal(agent_request(page).op, VGPUIF_OP_CONN_OPEN); /* the one that waited */
	munmap(page, 4096);
	close(sock);
	close(other);
	close_stream(&s);
	agent_stop(agent);
}

static void test_worker_dies(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpuif_request event = { 0 }, request;
	struct vgpu_broker_msg msg;
	struct stream s;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	s = open_stream(agent, page, sock);
	event.op = VGPUIF_EVT_LOST;
	event.conn = s.request.conn;
	agent_answer(agent, page, &event, 0, "the worker died");
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_LOST);
	request = agent_request(page);
	assert_int_equal(request.op, VGPUIF_OP_CONN_CLOSE);
	agent_answer(agent, page, &request, 0, NULL);
	close(sock);
	agent_run(agent);
	assert_int_equal(fake.grants, 1);
	sock = agent_welcome(agent, page); /* the next one works */
	close(sock);
	munmap(page, 4096);
	close_stream(&s);
	agent_stop(agent);
}

static void test_backend_nonsense(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;

	agent_attach("1");
	page = agent_connect(agent);
	page->rsp_prod = 1000;
	fake_event();
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "5");
	munmap(page, 4096);
	agent_stop(agent);
}

static void test_detach(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_broker_msg msg;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	munmap(page, 4096);
	fake_write(BACK "/online", "0");
	fake_write(BACK "/state", "5");
	agent_run(agent);
	fake_write(BACK "/state", "6");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "6");
	assert_int_equal(fake.ports, 0);
	fake_write("device/vgpu", NULL);
	fake_write(BACK, NULL);
	agent_run(agent);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_LOST);
	close(sock);
	sock = agent_program(agent);
	agent_say(agent, sock, VGPU_BROKER_HELLO, 1, 1);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_ERROR);
	assert_int_equal(msg.a, ENODEV);
	close(sock);
	agent_attach("2");
	munmap(agent_connect(agent), 4096);
	agent_stop(agent);
}

static void test_suspend_without_quiesce(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	munmap(page, 4096);
	/* the restored domain has the nodes that its tools made, and another session */
	fake_write("device/vgpu", NULL);
	fake_write(BACK, NULL);
	agent_attach("2");
	fake_resume();
	page = agent_connect(agent);
	assert_int_equal(fake.parked, 1);
	munmap(page, 4096);
	close(sock);
	agent_stop(agent);
}

static void test_quiesce(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_stream_shared *shared;
	struct stream s;
	eventfd_t count;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	s = open_stream(agent, page, sock);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s.memory, 0);
	atomic_store(&shared->cmd.prod, 64); /* not replayed yet */
	fake_write(BACK "/quiesce", "5");
	agent_run(agent);
	usleep(30000);
	agent_run(agent);
	assert_int_equal(atomic_load(&shared->pause), 1);
	assert_string_equal(fake_read(FRONT "/quiesce-ack"), "");
	atomic_store(&shared->cmd.cons, 64);
	for (int i = 0; i < 100 && fake.ports > 0; i++) {
		usleep(10000);
		agent_run(agent);
	}
	assert_int_equal(fake.ports, 0);
	assert_string_equal(fake_read(FRONT "/quiesce-ack"), "5");
	/* cancelled: a new port, and programs go on */
	fake_write(BACK "/quiesce", "0");
	agent_run(agent);
	assert_int_equal(fake.ports, 1);
	assert_string_equal(fake_read(FRONT "/quiesce-ack"), "0");
	assert_int_equal(atomic_load(&shared->pause), 0);
	assert_int_equal(eventfd_read(s.to_guest, &count), 0);
	munmap(shared, 4096);
	munmap(page, 4096);
	close(sock);
	close_stream(&s);
	agent_stop(agent);
}

static void test_limits(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_broker_msg msg;
	struct stream s[4];
	int sock, more[3];

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	/* wrong sizes are refused here, not sent on */
	agent_say(agent, sock, VGPU_BROKER_STREAM_OPEN, 100000, 65536);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.a, EINVAL);
	agent_say(agent, sock, VGPU_BROKER_POOL_OPEN, 4097, 0);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.a, EINVAL);
	/* the backend's max-pages is 150 */
	for (int i = 0; i < 4; i++)
		s[i] = open_stream(agent, page, sock);
	agent_say(agent, sock, VGPU_BROKER_POOL_OPEN, 20 * 4096, 0);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.a, ENOSPC);
	/* out of grants */
	fake.page_limit = fake.pages;
	agent_say(agent, sock, VGPU_BROKER_POOL_OPEN, 4096, 0);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.a, ENOSPC);
	assert_int_equal(page->req_prod, page->req_cons);
	fake.page_limit = 0;
	/* the backend's max-connections is 3 */
	more[0] = agent_welcome(agent, page);
	more[1] = agent_welcome(agent, page);
	more[2] = agent_program(agent);
	agent_say(agent, more[2], VGPU_BROKER_HELLO, 1, 1);
	assert_true(agent_hear(more[2], &msg, NULL));
	assert_int_equal(msg.a, EMFILE);
	for (int i = 0; i < 3; i++)
		close(more[i]);
	for (int i = 0; i < 4; i++)
		close_stream(&s[i]);
	munmap(page, 4096);
	close(sock);
	agent_stop(agent);
}

static void test_many_requests(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_broker_msg msg;
	struct vgpuif_request request;
	uint32_t pools[40];
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	for (int i = 0; i < 40; i++) {
		agent_say(agent, sock, VGPU_BROKER_POOL_OPEN, 4096, 0);
		request = agent_request(page);
		agent_answer(agent, page, &request, 0, NULL);
		assert_true(agent_hear(sock, &msg, NULL));
		pools[i] = msg.a;
	}
	for (int i = 0; i < 40; i++) /* more than the ring holds: the rest waits its turn */
		agent_say(agent, sock, VGPU_BROKER_POOL_CLOSE, pools[i], 0);
	assert_int_equal(page->req_prod - page->req_cons, VGPUIF_RING_SLOTS);
	for (int i = 0; i < 40; i++) {
		request = agent_request(page);
		assert_int_equal(request.op, VGPUIF_OP_POOL_CLOSE);
		assert_int_equal(request.object, pools[i]);
		agent_answer(agent, page, &request, 0, NULL);
	}
	assert_int_equal(fake.grants, 1);
	munmap(page, 4096);
	close(sock);
	agent_stop(agent);
}

static void xenstore_refuses(int error)
{
	struct vgpu_agent *agent = agent_start();

	agent_attach("1");
	fake.refuse_writes = error;
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "1");
	assert_int_equal(fake.grants, 0);
	/* a quota, and not one of grants */
	assert_non_null(strstr(agent->device.trouble, "quota"));
	fake.refuse_writes = 0;
	for (int i = 0; i < 30 && strcmp(fake_read(FRONT "/state"), "3") != 0; i++) {
		usleep(100000);
		agent_run(agent);
	}
	munmap(agent_connect(agent), 4096);
	agent_stop(agent);
}

/* The C xenstored says ENOSPC; oxenstored EQUOTA, which libxenstore makes EINVAL of. */
static void test_xenstore_refuses(void **state)
{
	xenstore_refuses(-ENOSPC);
	xenstore_refuses(-EINVAL);
}

/* What one user may take, apart from what the backend allows the guest. */
static void test_user_limits(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;
	struct vgpu_broker_msg msg;
	struct stream s;
	int sock;

	agent_attach("1");
	page = agent_connect(agent);
	sock = agent_welcome(agent, page);
	agent->programs->user->uid = 1000; /* the test may be root, whom nothing binds */
	agent->options.limits.pages = STREAM_PAGES + 1;
	s = open_stream(agent, page, sock);
	agent_say(agent, sock, VGPU_BROKER_STREAM_OPEN, 64u << 10, 64u << 10);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_ERROR);
	assert_int_equal(msg.a, EDQUOT);
	assert_non_null(strstr(msg.text, "--user-pages"));
	agent->options.limits.pages = 1000;
	agent->options.limits.streams = 1;
	agent_say(agent, sock, VGPU_BROKER_STREAM_OPEN, 64u << 10, 64u << 10);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.a, EDQUOT);
	assert_non_null(strstr(msg.text, "--user-streams"));
	/* nothing of what was refused is held */
	assert_int_equal(agent->streams, 1);
	assert_int_equal(agent->pages, STREAM_PAGES);
	agent->programs->user->uid = 0;
	close_stream(&s);
	munmap(page, 4096);
	close(sock);
	agent_stop(agent);
}

static void test_usage(void **state)
{
	static const struct vgpu_limits limits = { .connections = 2, .streams = 3, .pages = 10 };
	struct vgpu_usage *list = NULL, *one = vgpu_usage_get(&list, 1000);
	struct vgpu_usage *other = vgpu_usage_get(&list, 1001), *root = vgpu_usage_get(&list, 0);

	assert_ptr_equal(vgpu_usage_get(&list, 1000), one);
	assert_int_equal(vgpu_usage_take(one, &limits, VGPU_CONNECTIONS, 2), 0);
	assert_int_equal(vgpu_usage_take(one, &limits, VGPU_CONNECTIONS, 1), -EDQUOT);
	assert_int_equal(vgpu_usage_take(one, &limits, VGPU_PAGES, 11), -EDQUOT);
	assert_int_equal(vgpu_usage_take(one, &limits, VGPU_PAGES, 10), 0);
	assert_int_equal(vgpu_usage_take(one, &limits, VGPU_PAGES, UINT32_MAX), -EDQUOT);
	assert_int_equal(vgpu_usage_take(other, &limits, VGPU_PAGES, 10), 0);
	assert_int_equal(vgpu_usage_take(root, &limits, VGPU_PAGES, 11), 0);
	vgpu_usage_give(one, VGPU_PAGES, 10);
	vgpu_usage_give(one, VGPU_CONNECTIONS, 2);
	vgpu_usage_give(other, VGPU_PAGES, 10);
	vgpu_usage_give(root, VGPU_PAGES, 11);
	vgpu_usage_prune(&list);
	assert_null(list);
}

/* What was refused while the device goes down is said when xenstore listens again. */
static void test_xenstore_refuses_closing(void **state)
{
	struct vgpu_agent *agent = agent_start();
	struct vgpuif_control *page;

	agent_attach("1");
	agent_run(agent);
	page = agent_connect(agent);
	assert_string_equal(fake_read(FRONT "/state"), "4");
	fake.refuse_writes = -EACCES;
	fake_write(BACK "/state", "5");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "4");
	fake.refuse_writes = 0;
	for (int i = 0; i < 30 && strcmp(fake_read(FRONT "/state"), "5") != 0; i++) {
		usleep(100000);
		agent_run(agent);
	}
	assert_string_equal(fake_read(FRONT "/state"), "5");
	fake_write(BACK "/state", "6");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "6");
	assert_int_equal(fake.grants, 0);
	munmap(page, 4096);
	agent_stop(agent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connects),
		cmocka_unit_test(test_waits_for_backend),
		cmocka_unit_test(test_earlier_agent),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_program_dies),
		cmocka_unit_test(test_backend_dies),
		cmocka_unit_test(test_worker_dies),
		cmocka_unit_test(test_backend_nonsense),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_suspend_without_quiesce),
		cmocka_unit_test(test_quiesce),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_user_limits),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_many_requests),
		cmocka_unit_test(test_xenstore_refuses),
		cmocka_unit_test(test_xenstore_refuses_closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * fuzz_control: a guest that writes what it likes into its control page, its
 * directories and its part of xenstore, at any moment, while its worker answers,
 * lies and dies. backend/daemon/xen_*.c are the real ones over the Xen host in memory
 * of tests/unit/fake_xen.c. After every action the books must balance.
 *
 * An input is a list of actions: an octet that says what, then what it needs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fake_xen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FE "/local/domain/3/device/vgpu/0"
#define BE "backend/vgpu/3/0"

static struct vgpuif_control page __attribute__((aligned(4096)));
static struct vgpuif_page_directory directory[2] __attribute__((aligned(4096)));

static const uint8_t *input;
static size_t left;

static uint8_t octet(void)
{
	if (left == 0)
		return 0;
	left--;
	return *input++;
}

static void octets(void *to, size_t n)
{
	size_t have = n < left ? n : left;

	memcpy(to, input, have);
	memset((uint8_t *)to + have, 0, n - have);
	input += have;
	left -= have;
}

/* ---- what must always hold ------------------------------------------------------------- */

static void check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "fuzz_control: %s\n", what);
		abort();
	}
}

static void balance(struct fake_xen *x)
{
	const struct vgpu_xguest *g = vgpu_xen_find(x->xd, 3, 0);
	uint32_t conns = 0, streams = 0, pages = 0, slots = 0;

	check(x->maps <= 1 && x->ports <= 1, "more is mapped than the control page");
	if (!g) {
		check(x->maps + x->ports == 0, "mapped without a guest");
		return;
	}
	for (const struct vgpu_xconn *c = g->conns; c; c = c->next) {
		conns++;
		check(g->conns_by_slot[c->slot] == c, "a program's slot is not its own");
	}
	for (const struct vgpu_xobject *o = g->objects; o; o = o->next) {
		pages += o->pages;
		streams += o->is_stream;
		check(!o->is_stream || g->streams_by_slot[o->slot] == o,
		      "a stream's slot is not its own");
		check(o->conn->in_worker || o->state == VGPU_XOBJECT_LOST, "memory without a worker");
	}
	for (uint32_t i = 0; i < VGPUIF_SLOTS; i++)
		slots += (g->conns_by_slot[i] != NULL) + (g->streams_by_slot[i] != NULL);
	check(conns == g->n_conns && streams == g->n_streams, "programs or streams are miscounted");
	check(slots == conns + streams, "a slot is in use twice, or by nobody");
	check(pages == g->pages && pages <= g->max_pages, "pages are miscounted, or over the budget");
	check(g->n_waiting <= VGPU_XREQUESTS && g->queue_n <= VGPU_XQUEUE, "too much waits");
	check((g->own == VGPU_XENBUS_CONNECTED) == (g->page != NULL), "connected without a page");
	check(g->page || !g->conns, "programs without a page");
	check(!g->worker || g->worker == x->worker, "a worker that does not exist");
}

/* ---- actions ---------------------------------------------------------------------------- */

static void send_request(void)
{
	static const uint32_t sizes[] = { 65536, 131072, 65536 + 4096, 0, 1u << 26, 1u << 31, 1 };
	struct vgpuif_request req = { 0 };
	uint8_t sloppy;

	req.id = octet();
	req.op = (uint16_t)(VGPUIF_OP_CONN_OPEN + octet() % 7);
	req.conn = octet() % 4;
	req.object = octet() % 8;
	req.slot = octet() % 16;
	sloppy = octet();
	if (req.op == VGPUIF_OP_STREAM_OPEN) {
		req.stream_open.cmd_bytes = sizes[sloppy % 7];
		req.stream_open.reply_bytes = sizes[sloppy / 7 % 7];
		req.stream_open.pages = 1 + (req.stream_open.cmd_bytes + req.stream_open.reply_bytes) / 4096;
		req.stream_open.directory = 200 + (sloppy >> 7);
	} else if (req.op == VGPUIF_OP_POOL_OPEN) {
		req.pool_open.pages = (uint32_t)octet() * octet();
		req.pool_open.directory = 200;
	}
	if (req.op <= VGPUIF_OP_CONN_CLOSE)
		req.object = 0;
	if (req.op == VGPUIF_OP_POOL_OPEN || req.op == VGPUIF_OP_POOL_CLOSE)
		req.slot = 0xffffffffu;
	page.req[page.req_prod % VGPUIF_RING_SLOTS] = req;
	page.req_prod++;
}

static void write_node(struct fake_xen *x)
{
	static const char *const nodes[] = {
		FE "/state", FE "/ring-ref", FE "/event-channel", FE "/version", FE "/protocol",
	};
	static const char *const values[] = {
		"0", "1", "2", "3", "4", "5", "6", "7", "100", "x86_64-abi", "", "-1", "99999999999",
	};
	const char *node = nodes[octet() % 5];

	fake_set(x, node, values[octet() % 13]);
}

static void offer(struct fake_xen *x)
{
	memset(&page, 0, sizeof(page));
	page.magic = VGPUIF_MAGIC;
	page.version = VGPUIF_PROTOCOL_VERSION;
	page.fe_sleeps = 1;
	fake_set(x, FE "/ring-ref", "100");
	fake_set(x, FE "/event-channel", "7");
	fake_set(x, FE "/version", "1");
	fake_set(x, FE "/protocol", "x86_64-abi");
	fake_set(x, FE "/state", "3");
}

/* The worker is trusted not to be a guest, but it parses one's octets. */
static void worker_says(struct fake_xen *x)
{
	uint8_t what = octet();
	uint32_t conn = octet() % 8, object = octet() % 8;

	if (what & 64)
		fake_old_gone(x);
	if (!x->worker)
		return;
	switch (what % 6) {
	case 0:
		if (!x->worker->ready && !x->worker->ending)
			fake_worker_ready(x);
		break;
	case 1:
		fake_worker_gone(x, "fuzz");
		break;
	case 2:
		x->worker->events->mapped(x->worker, conn, object, what / 6);
		break;
	case 3:
		x->worker->events->unmapped(x->worker, conn, object);
		break;
	case 4:
		x->worker->events->broken(x->worker, conn, "fuzz");
		break;
	case 5: /* what it was asked last */
		if (fake_sent(x, VGPU_BROKER_W_STREAM_ADD))
			x->worker->events->mapped(x->worker, fake_sent(x, VGPU_BROKER_W_STREAM_ADD)->a,
			                          fake_sent(x, VGPU_BROKER_W_STREAM_ADD)->b, 0);
		break;
	}
}

static void scribble(void)
{
	uint32_t at = ((uint32_t)octet() << 8 | octet()) % (sizeof(page) - 8);

	octets((uint8_t *)&page + at, 1 + octet() % 8);
}

static void act(struct fake_xen *x)
{
	switch (octet() % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
		send_request();
		fake_event(x);
		break;
	case 4:
		octets(&page.req[page.req_prod % VGPUIF_RING_SLOTS], sizeof(page.req[0]));
		page.req_prod++;
		break;
	case 5:
		scribble();
		break;
	case 6:
	case 7:
	case 8:
		worker_says(x);
		break;
	case 9:
		write_node(x);
		break;
	case 10:
		octets(page.bells_to_backend, 16);
		fake_event(x);
		break;
	case 11:
		page.rsp_cons = page.rsp_prod;
		x->fail_write = octet() % 4 == 1 ? EACCES : 0; /* xenstored refuses, and again not */
		break;
	case 12:
		octets(&directory[octet() & 1].ref[octet()], 4);
		directory[0].next = octet() & 1 ? 201 : 0;
		break;
	case 13:
		offer(x);
		break;
	case 14:
		fake_set(x, BE "/online", octet() & 1 ? "1" : "0");
		break;
	case 15:
		if (octet() & 1)
			fake_rm(x, BE);
		else
			fake_attach(x, 3);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_xen *x = fake_xen_new();

	input = data;
	left = size;
	memset(directory, 0, sizeof(directory));
	fake_grant(x, 3, 100, &page);
	fake_grant(x, 3, 200, &directory[0]);
	fake_grant(x, 3, 201, &directory[1]);
	fake_xen_start(x);
	fake_attach(x, 3);
	for (int i = 0; i < 8; i++)
		sd_event_run(x->daemon.event, 0);
	offer(x);
	while (left > 0) {
		for (int i = 0; i < 32 && sd_event_run(x->daemon.event, 0) > 0; i++)
			;
		balance(x);
		act(x);
		balance(x);
	}
	fake_xen_free(x);
	return 0;
}

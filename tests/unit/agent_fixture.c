/* SPDX-License-Identifier: MIT */
#include "tests/unit/agent_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct fake_xen fake;

/* ---- xenstore ------------------------------------------------------------------------- */

#define NODES 256
#define WATCHES 8
static struct {
	char path[128], value[128];
} nodes[NODES];
static struct {
	char path[128], token[16];
	bool fired;
} watches[WATCHES];
static int store_fd = -1;

static bool below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	return strncmp(path, parent, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static void fire(const char *path)
{
	for (int i = 0; i < WATCHES; i++) {
		if (watches[i].path[0] && (!path || below(path, watches[i].path))) {
			watches[i].fired = true;
			eventfd_write(store_fd, 1);
		}
	}
}

static int find(const char *path)
{
	for (int i = 0; i < NODES; i++)
		if (strcmp(nodes[i].path, path) == 0)
			return i;
	return -1;
}

void fake_write(const char *path, const char *value)
{
	int at = find(path);

	for (int i = 0; !value && i < NODES; i++)
		if (nodes[i].path[0] && below(nodes[i].path, path))
			nodes[i].path[0] = '\0';
	if (value && at < 0)
		at = find("");
	if (value) {
		assert_true(at >= 0);
		snprintf(nodes[at].path, sizeof(nodes[at].path), "%s", path);
		snprintf(nodes[at].value, sizeof(nodes[at].value), "%s", value);
	}
	fire(path);
}

const char *fake_read(const char *path)
{
	int at = find(path);

	return at < 0 ? "" : nodes[at].value;
}

void fake_resume(void)
{
	fire(NULL);
}

int vgpu_store_open(struct vgpu_store **out)
{
	store_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	*out = (struct vgpu_store *)&store_fd;
	return 0;
}

void vgpu_store_close(struct vgpu_store *store)
{
	close(store_fd);
	memset(watches, 0, sizeof(watches));
}

int vgpu_store_fd(struct vgpu_store *store)
{
	return store_fd;
}

int vgpu_store_watch(struct vgpu_store *store, const char *path, const char *token)
{
	for (int i = 0; i < WATCHES; i++) {
		if (watches[i].path[0])
			continue;
		snprintf(watches[i].path, sizeof(watches[i].path), "%s", path);
		snprintf(watches[i].token, sizeof(watches[i].token), "%s", token);
		watches[i].fired = true;
		eventfd_write(store_fd, 1);
		return 0;
	}
	return -ENOSPC;
}

int vgpu_store_unwatch(struct vgpu_store *store, const char *path, const char *token)
{
	for (int i = 0; i < WATCHES; i++)
		if (strcmp(watches[i].path, path) == 0)
			watches[i].path[0] = '\0';
	return 0;
}

bool vgpu_store_fired(struct vgpu_store *store, char *token, size_t size)
{
	eventfd_t count;

	for (int i = 0; i < WATCHES; i++) {
		if (watches[i].path[0] && watches[i].fired) {
			watches[i].fired = false;
			snprintf(token, size, "%s", watches[i].token);
			return true;
		}
	}
	eventfd_read(store_fd, &count);
	return false;
}

int vgpu_store_read(struct vgpu_store *store, const char *path, char *value, size_t size)
{
	bool folder = false;
	int at = find(path);

	for (int i = 0; i < NODES; i++)
		folder = folder || (nodes[i].path[0] && below(nodes[i].path, path));
	if (at < 0 && !folder)
		return -ENOENT;
	if (at >= 0 && strlen(nodes[at].value) >= size)
		return -E2BIG;
	snprintf(value, size, "%s", at < 0 ? "" : nodes[at].value);
	return 0;
}

int vgpu_store_write(struct vgpu_store *store, const char *dir, const struct vgpu_store_node *list,
                     unsigned n)
{
	char path[128], value[8];

	if (fake.refuse_writes)
		return fake.refuse_writes;
	if (vgpu_store_read(store, dir, value, sizeof(value)))
		return -ENOENT;
	for (unsigned i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, list[i].key);
		fake_write(path, list[i].value);
	}
	return 0;
}

int vgpu_store_lowest(struct vgpu_store *store, const char *path)
{
	int lowest = -ENOENT;

	for (int i = 0; i < NODES; i++) {
		if (nodes[i].path[0] && below(nodes[i].path, path) &&
		    nodes[i].path[strlen(path)] == '/') {
			int n = atoi(nodes[i].path + strlen(path) + 1);

			if (lowest < 0 || n < lowest)
				lowest = n;
		}
	}
	return lowest;
}

/* ---- grants ------------------------------------------------------------------------------ */

#define REFS 65536
static struct {
	int fd;
	uint32_t page;
} refs[REFS];
static uint32_t next_ref = 8;

int vgpu_grant_alloc(uint32_t domid, uint32_t pages, bool writable, struct vgpu_grant *out)
{
	if (fake.page_limit && fake.pages + pages > fake.page_limit)
		return -ENOSPC;
	out->fd = memfd_create("fake-grant", MFD_CLOEXEC);
	assert_true(out->fd >= 0);
	assert_int_equal(ftruncate(out->fd, (off_t)pages * VGPUIF_PAGE_SIZE), 0);
	out->pages = pages;
	out->refs = calloc(pages, sizeof(uint32_t));
	for (uint32_t i = 0; i < pages; i++) {
		assert_true(next_ref < REFS);
		refs[next_ref].fd = dup(out->fd);
		refs[next_ref].page = i;
		out->refs[i] = next_ref++;
	}
	fake.grants++;
	fake.pages += pages;
	return 0;
}

void vgpu_grant_free(struct vgpu_grant *grant)
{
	if (grant->fd >= 0) {
		for (uint32_t i = 0; i < grant->pages; i++) {
			close(refs[grant->refs[i]].fd);
			refs[grant->refs[i]].fd = 0;
		}
		close(grant->fd);
		fake.grants--;
		fake.pages -= grant->pages;
	}
	free(grant->refs);
	*grant = (struct vgpu_grant){ .fd = -1 };
}

void *fake_map(uint32_t ref)
{
	void *at;

	if (ref >= REFS || refs[ref].fd == 0)
		return NULL;
	at = mmap(NULL, VGPUIF_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, refs[ref].fd,
	          (off_t)refs[ref].page * VGPUIF_PAGE_SIZE);
	return at == MAP_FAILED ? NULL : at;
}

/* ---- the event channel ---------------------------------------------------------------------- */

static int port_fd = -1;

int vgpu_port_bind(uint32_t domid, struct vgpu_port *out)
{
	port_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	*out = (struct vgpu_port){ .handle = &port_fd, .fd = port_fd, .number = 40 + fake.ports };
	fake.ports++;
	return 0;
}

int vgpu_port_notify(struct vgpu_port *port)
{
	fake.events_sent++;
	return 0;
}

void vgpu_port_take(struct vgpu_port *port)
{
	eventfd_t count;

	eventfd_read(port->fd, &count);
}

void vgpu_port_close(struct vgpu_port *port)
{
	if (port->handle) {
		close(port->fd);
		fake.ports--;
	}
	*port = (struct vgpu_port){ .fd = -1 };
}

int vgpu_port_park(struct vgpu_port *port)
{
	fake.parked++;
	vgpu_port_close(port);
	return 0;
}

void fake_event(void)
{
	eventfd_write(port_fd, 1);
}

const char *vgpu_xen_explain(int error, uint32_t pages, char *buf, size_t size)
{
	snprintf(buf, size, "%s", strerror(error < 0 ? -error : error));
	return buf;
}

void vgpu_xen_prepare(uint32_t gntalloc_pages)
{
}

/* ---- the agent -------------------------------------------------------------------------------- */

static struct vgpu_agent the_agent;

struct vgpu_agent *agent_start(void)
{
	struct vgpu_agent *agent = &the_agent;

	memset(&fake, 0, sizeof(fake));
	memset(nodes, 0, sizeof(nodes));
	*agent = (struct vgpu_agent){
		.listen_sock = -1,
		.options = { .ring_bytes = 64u << 10, .wait_s = 10,
		             .limits = { .connections = 4, .streams = 8, .pages = 200 } },
	};
	snprintf(agent->options.socket, sizeof(agent->options.socket), "/tmp/vgpu-test-%d/sock",
	         (int)getpid());
	assert_true(sd_event_new(&agent->event) >= 0);
	assert_int_equal(vgpu_programs_listen(agent), 0);
	assert_int_equal(vgpu_device_start(agent), 0);
	agent_run(agent);
	return agent;
}

void agent_stop(struct vgpu_agent *agent)
{
	char folder[108];

	fake_write(BACK "/state", "6");
	vgpu_device_finish(agent);
	vgpu_programs_finish(agent);
	sd_event_unref(agent->event);
	snprintf(folder, sizeof(folder), "/tmp/vgpu-test-%d", (int)getpid());
	rmdir(folder);
	/* nothing may be left, whatever the test did */
	assert_int_equal(fake.grants, 0);
	assert_int_equal(fake.ports, 0);
}

void agent_run(struct vgpu_agent *agent)
{
	while (sd_event_run(agent->event, 0) > 0)
		;
}

void agent_attach(const char *session)
{
	fake_write(BACK "/online", "1");
	fake_write(BACK "/versions", "1");
	fake_write(BACK "/session", session);
	fake_write(BACK "/max-connections", "3");
	fake_write(BACK "/max-streams", "6");
	fake_write(BACK "/max-pages", "150");
	fake_write(BACK "/state", "2");
	fake_write(FRONT "/backend", BACK);
	fake_write(FRONT "/backend-id", "0");
	fake_write(FRONT "/state", "1");
}

struct vgpuif_control *agent_connect(struct vgpu_agent *agent)
{
	struct vgpuif_control *page;

	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "3");
	page = fake_map((uint32_t)atoi(fake_read(FRONT "/ring-ref")));
	assert_non_null(page);
	assert_int_equal(page->magic, VGPUIF_MAGIC);
	assert_int_equal(page->version, VGPUIF_PROTOCOL_VERSION);
	page->be_sleeps = 1;
	fake_write(BACK "/state", "4");
	agent_run(agent);
	assert_string_equal(fake_read(FRONT "/state"), "4");
	return page;
}

struct vgpuif_request agent_request(struct vgpuif_control *page)
{
	struct vgpuif_request request;

	assert_int_not_equal(page->req_prod, page->req_cons);
	request = page->req[page->req_cons % VGPUIF_RING_SLOTS];
	page->req_cons++;
	return request;
}

void agent_answer(struct vgpu_agent *agent, struct vgpuif_control *page,
                  const struct vgpuif_request *request, int status, const char *text)
{
	struct vgpuif_response *r = &page->rsp[page->rsp_prod % VGPUIF_RING_SLOTS];

	memset(r, 0, sizeof(*r));
	r->id = request->id;
	r->op = request->op;
	r->status = status;
	r->conn = request->conn;
	r->object = request->object;
	snprintf(r->text, sizeof(r->text), "%s", text ? text : "");
	page->rsp_prod++;
	fake_event();
	agent_run(agent);
}

int agent_program(struct vgpu_agent *agent)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(sock >= 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%.100s", agent->options.socket);
	assert_int_equal(connect(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
	agent_run(agent);
	return sock;
}

void agent_say(struct vgpu_agent *agent, int sock, enum vgpu_broker_type type, uint32_t a,
               uint32_t b)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, type, "test");
	msg.a = a;
	msg.b = b;
	assert_int_equal(vgpu_broker_send(sock, &msg, NULL), 0);
	agent_run(agent);
}

bool agent_hear(int sock, struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS])
{
	int own[VGPU_BROKER_MAX_FDS], rc = vgpu_broker_recv(sock, msg, fds ? fds : own);

	for (int i = 0; !rc && !fds && i < VGPU_BROKER_MAX_FDS; i++)
		if (own[i] >= 0)
			close(own[i]);
	return rc == 0;
}

int agent_welcome(struct vgpu_agent *agent, struct vgpuif_control *page)
{
	int sock = agent_program(agent);
	struct vgpuif_request request;
	struct vgpu_broker_msg msg;

	agent_say(agent, sock, VGPU_BROKER_HELLO, 1, 1);
	request = agent_request(page);
	assert_int_equal(request.op, VGPUIF_OP_CONN_OPEN);
	agent_answer(agent, page, &request, 0, NULL);
	assert_true(agent_hear(sock, &msg, NULL));
	assert_int_equal(msg.type, VGPU_BROKER_WELCOME);
	assert_int_equal(msg.fds, 1);
	return sock;
}

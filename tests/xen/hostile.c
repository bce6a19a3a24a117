/* SPDX-License-Identifier: MIT */
/*
 * hostile SECONDS [SEED [RECORDINGS]]: a guest's root against the backend. In place of vgpu-agentd it
 * connects the device and then does what no frontend does: requests that are noise or
 * nearly right, indexes that jump and race, directories that lead nowhere, in circles or
 * to pages that were taken back, rings full of garbage, events without end, and death in
 * the middle of it; and, in every other round, streams that are opened by the rules and then
 * play spoilt recordings to the worker (hostile_stream.c). Each round is a process of its own. Prints
 * what came of it, "rounds N connected N streams N read N lost N".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "protocol/ring.h"
#include "tests/xen/hostile.h"

#define DEVICE "device/vgpu/0"
#define PATIENCE 2400u /* of 25 ms: for a round that does not connect */
#define NEVER UINT32_MAX

static uint64_t seed;

uint32_t noise(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33);
}

static int state_of(struct vgpu_store *store, const char *folder)
{
	char path[256], text[16];

	snprintf(path, sizeof(path), "%s/state", folder);
	return vgpu_store_read(store, path, text, sizeof(text)) ? 0 : atoi(text);
}

static void set_state(struct vgpu_store *store, int state)
{
	struct vgpu_store_node node = { .key = "state" };

	snprintf(node.value, sizeof(node.value), "%d", state);
	vgpu_store_write(store, DEVICE, &node, 1);
}

static bool wait_for(struct vgpu_store *store, const char *folder, int state)
{
	for (int i = 0; i < 3000; i++) { /* a minute: emulation is slow */
		int now = state_of(store, folder);

		if (now == state)
			return true;
		if (state == 4 && now >= 5)
			return false; /* it does not want what it was offered */
		usleep(20000);
	}
	return false;
}

/* ---- what a round does ----------------------------------------------------------------- */

void send_request(struct frontend *f, const struct vgpuif_request *request)
{
	f->page->req[f->page->req_prod % VGPUIF_RING_SLOTS] = *request;
	__atomic_store_n(&f->page->req_prod, f->page->req_prod + 1, __ATOMIC_RELEASE);
	vgpu_port_notify(&f->port);
}

void count(struct frontend *f, char what)
{
	ssize_t n = write(f->report, &what, 1); /* a full pipe costs a count, nothing else */

	(void)n;
}

static void fill_directory(struct frontend *f)
{
	for (uint32_t i = 0; i < STREAM_PAGES; i++)
		f->dir->ref[i] = f->stream.refs[i];
	f->dir->next = 0;
	switch (noise() % 6) {
	case 0:
		f->dir->next = f->directory.refs[0]; /* round and round */
		break;
	case 1:
		f->dir->ref[noise() % STREAM_PAGES] = noise(); /* nobody's */
		break;
	case 2:
		f->dir->ref[noise() % STREAM_PAGES] = noise() % 64; /* disks, console, xenstore */
		break;
	case 3:
		for (uint32_t i = 0; i < STREAM_PAGES; i++)
			f->dir->ref[i] = f->stream.refs[0]; /* one page many times */
		break;
	}
}

/* Open a stream that is right in all but what noise changes, and fill its ring with garbage. */
static void open_stream(struct frontend *f, uint32_t conn)
{
	struct vgpu_stream_shared *shared = (void *)f->memory;
	struct vgpuif_request request = { .id = (uint16_t)(1 + noise() % 200),
		                          .op = VGPUIF_OP_CONN_OPEN, .conn = conn,
		                          .slot = noise() % 4 };

	memcpy(request.conn_open.name, "hostile", 8);
	send_request(f, &request);
	fill_directory(f);
	request = (struct vgpuif_request){ .id = (uint16_t)(300 + noise() % 200),
		                           .op = VGPUIF_OP_STREAM_OPEN, .conn = conn,
		                           .object = 1 + noise() % 3, .slot = 4 + noise() % 4 };
	request.stream_open.cmd_bytes = noise() % 5 ? RING_BYTES : noise();
	request.stream_open.reply_bytes = noise() % 5 ? RING_BYTES : noise();
	request.stream_open.pages = noise() % 5 ? STREAM_PAGES : noise();
	request.stream_open.directory = noise() % 8 ? f->directory.refs[0] : noise();
	send_request(f, &request);
	for (uint32_t i = VGPU_STREAM_HEADER; i < VGPU_STREAM_HEADER + RING_BYTES; i += 4) {
		uint32_t word = noise();

		memcpy(f->memory + i, &word, 4);
	}
	if (noise() % 2) { /* a header that is nearly right: an opcode that exists, a size */
		uint16_t opcode = (uint16_t)(noise() % 4000), zero = 0;
		uint32_t size = 8 * (1 + noise() % 64);

		memcpy(f->memory + VGPU_STREAM_HEADER, &opcode, 2);
		memcpy(f->memory + VGPU_STREAM_HEADER + 2, &zero, 2);
		memcpy(f->memory + VGPU_STREAM_HEADER + 4, &size, 4);
	}
	atomic_store(&shared->cmd.prod, noise() % 3 ? 8 * (1 + noise() % 4096) : noise());
}

static void random_request(struct frontend *f)
{
	struct vgpuif_request request;
	uint32_t words[16];

	for (int i = 0; i < 16; i++)
		words[i] = noise();
	memcpy(&request, words, sizeof(request));
	if (noise() % 2)
		request.op = (uint16_t)(VGPUIF_OP_CONN_OPEN + noise() % 6);
	if (noise() % 2)
		request.conn = 1 + noise() % 4;
	if (noise() % 2)
		request.object = 1 + noise() % 4;
	if (noise() % 2)
		request.slot = noise() % 16;
	if (noise() % 2)
		request.reserved = 0;
	send_request(f, &request);
}

static void misbehave(struct frontend *f)
{
	uint8_t *bytes = (uint8_t *)f->page;

	switch (noise() % 8) {
	case 0:
		f->page->req_prod = noise();
		break;
	case 1:
		f->page->rsp_cons = noise();
		break;
	case 2:
		for (int i = 0; i < 2000; i++) /* racing with the reader */
			bytes[noise() % VGPUIF_PAGE_SIZE] = (uint8_t)noise();
		break;
	case 3:
		memset(f->page->bells_to_backend, 0xff, sizeof(f->page->bells_to_backend));
		break;
	case 4:
		for (int i = 0; i < 5000; i++)
			vgpu_port_notify(&f->port);
		break;
	case 5:
		open_stream(f, 1 + noise() % 4);
		break;
	case 6:
		for (int i = 0; i < 4000; i++) { /* under the worker's eyes */
			uint32_t word = noise();

			memcpy(f->memory + 4 * (noise() % (STREAM_PAGES * 1024)), &word, 4);
		}
		break;
	default:
		for (int i = 0; i < 16; i++)
			random_request(f);
	}
	vgpu_port_notify(&f->port);
}

/* Connect and misbehave until killed. Exit 0: connected. */
static int round_process(const char *backend, int report, bool polite)
{
	struct vgpu_store_node nodes[5] = {
		{ .key = "ring-ref" }, { .key = "event-channel" },
		{ .key = "version", .value = "1" }, { .key = "protocol", .value = "x86_64-abi" },
		{ .key = "state", .value = "3" },
	};
	struct vgpu_grant page;
	struct frontend f;
	struct vgpu_store *store;

	if (vgpu_store_open(&store))
		return 1;
	set_state(store, noise() % 2 ? 5 : 6);
	usleep(1000 * (noise() % 300));
	set_state(store, 1);
	if (!wait_for(store, backend, 2))
		return 1;
	if (vgpu_grant_alloc(0, 1, true, &page) ||
	    vgpu_grant_alloc(0, STREAM_PAGES, true, &f.stream) ||
	    vgpu_grant_alloc(0, 1, false, &f.directory) || vgpu_port_bind(0, &f.port))
		return 1;
	f.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, page.fd, 0);
	f.memory = mmap(NULL, STREAM_PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
	                f.stream.fd, 0);
	f.dir = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f.directory.fd, 0);
	if (f.page == MAP_FAILED || f.memory == MAP_FAILED || f.dir == MAP_FAILED)
		return 1;
	f.page->magic = polite || noise() % 20 ? VGPUIF_MAGIC : noise();
	f.page->version = 1;
	snprintf(nodes[0].value, sizeof(nodes[0].value), "%u",
	         polite || noise() % 20 ? page.refs[0] : noise() % 100);
	snprintf(nodes[1].value, sizeof(nodes[1].value), "%u",
	         polite || noise() % 20 ? f.port.number : noise() % 4096);
	if (!polite && noise() % 20 == 0)
		snprintf(nodes[1].value, sizeof(nodes[1].value), "-1");
	vgpu_store_write(store, DEVICE, nodes, 5);
	if (!wait_for(store, backend, 4))
		return 1;
	set_state(store, 4);
	f.report = report;
	count(&f, 'c');
	for (int i = polite ? 8 : 0; i > 0; i--)
		stream_attack(&f);
	open_stream(&f, 1);
	for (;;)
		misbehave(&f);
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 10, report[2];
	unsigned rounds = 0, counts[256] = { 0 };
	time_t end = time(NULL) + seconds;
	struct vgpu_store *store;
	char backend[256];
	unsigned char got;

	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	if (argc > 3)
		stream_load(argv[3]);
	printf("seed %llu\n", (unsigned long long)seed);
	if (vgpu_store_open(&store) ||
	    vgpu_store_read(store, DEVICE "/backend", backend, sizeof(backend)) || pipe2(report, O_NONBLOCK)) {
		printf("there is no vgpu\n");
		return 1;
	}
	while (time(NULL) < end) {
		pid_t pid;

		fflush(stdout);
		noise();
		pid = fork();
		if (pid == 0)
			_exit(round_process(backend, report[1], rounds % 2 == 0));
		if (pid < 0)
			return 1;
		/* it dies some time after it was connected, or after having tried long enough */
		for (unsigned i = 0, stop = NEVER; i < stop && i < PATIENCE; i++) {
			struct timespec tick = { .tv_nsec = 25000000 };

			if (waitpid(pid, NULL, WNOHANG) == pid) {
				pid = 0;
				break;
			}
			nanosleep(&tick, NULL);
			while (read(report[0], &got, 1) == 1)
				counts[got]++;
			if (stop == NEVER && state_of(store, DEVICE) == 4)
				stop = i + 2 + (rounds % 2 ? noise() % 40 : 200 + noise() % 400);
		}
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		rounds++;
	}
	while (read(report[0], &got, 1) == 1)
		counts[got]++;
	printf("rounds %u connected %u streams %u read %u lost %u\n", rounds, counts['c'],
	       counts['s'], counts['r'], counts['l']);
	set_state(store, 5);
	return counts['c'] > 0 ? 0 : 1;
}

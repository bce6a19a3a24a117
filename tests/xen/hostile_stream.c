/* SPDX-License-Identifier: MIT */
/* Attacks through a stream that is really connected: what a worker reads as commands. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/ring.h"
#include "tests/xen/hostile.h"

#define MAX_SCRIPTS 64
#define MAX_SCRIPT 16384
#define WAIT_STEPS 2000
#define STEP_US 5000

static struct {
	uint8_t *data;
	uint32_t size;
} scripts[MAX_SCRIPTS];
static uint32_t n_scripts;

void stream_load(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && n_scripts < MAX_SCRIPTS && (entry = readdir(dir))) {
		uint8_t *data = malloc(MAX_SCRIPT);
		char path[512];
		FILE *file;
		size_t n;

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		n = file && data ? fread(data, 1, MAX_SCRIPT, file) : 0;
		if (file)
			fclose(file);
		if (n < 9) {
			free(data);
			continue;
		}
		memmove(data, data + 1, n - 1);
		scripts[n_scripts].data = data;
		scripts[n_scripts++].size = (uint32_t)(n - 1) & ~7u;
	}
	if (dir)
		closedir(dir);
}

/* ---- the control page, by the rules ---------------------------------------------------- */

/* The answer to the request with this id; LOST and answers to others are taken meanwhile. */
static bool answer(struct frontend *f, uint16_t id, int32_t *status)
{
	for (int i = 0; i < WAIT_STEPS; i++) {
		uint32_t cons = f->page->rsp_cons;

		while (cons != __atomic_load_n(&f->page->rsp_prod, __ATOMIC_ACQUIRE)) {
			struct vgpuif_response rsp = f->page->rsp[cons % VGPUIF_RING_SLOTS];

			__atomic_store_n(&f->page->rsp_cons, ++cons, __ATOMIC_RELEASE);
			if (rsp.op == VGPUIF_EVT_LOST)
				count(f, 'l');
			if (rsp.id == id) {
				*status = rsp.status;
				return true;
			}
		}
		usleep(STEP_US);
	}
	return false;
}

static int32_t ask(struct frontend *f, struct vgpuif_request *request)
{
	static uint16_t next_id = 1000;
	int32_t status = -1;

	request->id = next_id++;
	send_request(f, request);
	return answer(f, request->id, &status) ? status : -1;
}

static bool open_politely(struct frontend *f, uint32_t conn, uint32_t slot)
{
	struct vgpuif_request request = { .op = VGPUIF_OP_CONN_OPEN, .conn = conn, .slot = slot };

	memcpy(request.conn_open.name, "spoilt", 7);
	if (ask(f, &request) != 0)
		return false;
	memset(f->memory, 0, VGPU_STREAM_HEADER);
	f->dir->next = 0;
	for (uint32_t i = 0; i < STREAM_PAGES; i++)
		f->dir->ref[i] = f->stream.refs[i];
	request = (struct vgpuif_request){
		.op = VGPUIF_OP_STREAM_OPEN, .conn = conn, .object = 1, .slot = slot + 1
	};
	request.stream_open.cmd_bytes = request.stream_open.reply_bytes = RING_BYTES;
	request.stream_open.pages = STREAM_PAGES;
	request.stream_open.directory = f->directory.refs[0];
	return ask(f, &request) == 0;
}

/* ---- commands ----------------------------------------------------------------------------- */

/* A value that somebody would try. */
static uint32_t telling(void)
{
	switch (noise() % 6) {
	case 0:
		return 0;
	case 1:
		return 1u << noise() % 32;
	case 2:
		return (1u << noise() % 32) - 1;
	case 3:
		return 0u - noise() % 5;
	case 4:
		return 0x0100 + noise() % 0x9000; /* where GL's enums are */
	default:
		return noise();
	}
}

/* Spoil a few words; the framing too, now and then. */
static void spoil(uint8_t *data, uint32_t size)
{
	bool framing = noise() % 4 == 0;

	for (uint32_t n = 1 + noise() % 6; n > 0; n--) {
		uint32_t at = noise() % (size / 4) * 4, value = telling();
		uint32_t command = 0, length = 0;

		/* which command is it in? */
		for (uint32_t next = 0; next <= at && next + 8 <= size; next += length) {
			command = next;
			memcpy(&length, data + next + 4, 4);
			length = length < 8 ? 8 : (length + 7) & ~7u;
		}
		if (at < command + 8 && !framing)
			at = command + 8;
		if (at + 4 <= size)
			memcpy(data + at, &value, 4);
	}
}

static void ring_bell(struct frontend *f, uint32_t slot)
{
	__atomic_fetch_or(&f->page->bells_to_backend[slot / 64], 1ull << slot % 64,
			  __ATOMIC_RELEASE);
	vgpu_port_notify(&f->port);
}

/* Play one script. False: the worker does not read any more. */
static bool play(struct frontend *f, uint32_t *prod, uint32_t slot)
{
	struct vgpu_stream_shared *shared = (void *)f->memory;
	static uint8_t copy[MAX_SCRIPT];
	uint8_t *ring = f->memory + VGPU_STREAM_HEADER;
	uint32_t size = 512, before = atomic_load(&shared->cmd.cons), script;
	bool race = noise() % 3 == 0;

	if (n_scripts > 0 && noise() % 8) {
		script = noise() % n_scripts;
		size = scripts[script].size;
		memcpy(copy, scripts[script].data, size);
		if (noise() % 5)
			spoil(copy, size);
	} else {
		for (uint32_t i = 0; i < size; i++)
			copy[i] = (uint8_t)noise();
	}
	for (uint32_t i = 0; i < size; i++)
		ring[(*prod + i) % RING_BYTES] = copy[i];
	*prod += size;
	/* what it answers is thrown away, or its ring would fill */
	atomic_store(&shared->reply.cons, atomic_load(&shared->reply.prod));
	atomic_store(&shared->cmd.prod, noise() % 16 ? *prod : noise());
	ring_bell(f, slot);
	for (int i = 0; i < 200 && atomic_load(&shared->cmd.cons) != *prod; i++) {
		for (int k = 0; k < 64 && race; k++) /* under the worker's eyes */
			ring[(*prod - 1 - noise() % size) % RING_BYTES] = (uint8_t)noise();
		atomic_store(&shared->reply.cons, atomic_load(&shared->reply.prod));
		usleep(STEP_US);
	}
	if (atomic_load(&shared->cmd.cons) == before)
		return false;
	count(f, 'r');
	return atomic_load(&shared->cmd.cons) == *prod;
}

void stream_attack(struct frontend *f)
{
	static uint32_t conn = 1000;
	uint32_t prod = 0, slot = 2 * (conn % 300) + 100;
	struct vgpuif_request close = { .op = VGPUIF_OP_CONN_CLOSE, .slot = slot };

	close.conn = ++conn;
	if (!open_politely(f, close.conn, slot))
		return;
	count(f, 's');
	for (int i = 0; i < 12 && play(f, &prod, slot + 1); i++)
		;
	if (noise() % 4) /* else it stays open, and its pages mapped, for the next one's open */
		ask(f, &close);
}

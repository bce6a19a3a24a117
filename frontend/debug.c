/* SPDX-License-Identifier: MIT */
#include "frontend/debug.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops.h"

#define PLACES 512 /* more are counted together */
#define SHOWN 40
#define DEPTH 16

/* Waits of one kind, from one place. */
struct place {
	const void *from;
	uint16_t opcode;
	uint64_t count, total_ns, max_ns;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t on;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct place places[PLACES];
static uint32_t n_places;

static void read_environment(void)
{
	const char *at = getenv("VGPU_DEBUG");

	while (at && *at) {
		size_t n = strcspn(at, ",");

		if (n == 4 && !strncmp(at, "sync", n))
			on |= VGPU_DEBUG_SYNC;
		else if (n == 6 && !strncmp(at, "verify", n))
			on |= VGPU_DEBUG_VERIFY;
		else if (n > 0 && !(n == 1 && *at == '0'))
			on |= VGPU_DEBUG_TALK;
		at += n;
		at += *at == ',';
	}
}

bool vgpu_debug_on(uint32_t flags)
{
	pthread_once(&once, read_environment);
	return on & flags;
}

uint64_t vgpu_debug_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The first return address that is not in this library. */
static const void *caller(void)
{
	void *frames[DEPTH];
	Dl_info here, there;
	int n = backtrace(frames, DEPTH);

	if (!dladdr((void *)(uintptr_t)vgpu_debug_on, &here))
		return NULL;
	for (int i = 0; i < n; i++) {
		if (!dladdr(frames[i], &there) || there.dli_fbase != here.dli_fbase)
			return frames[i];
	}
	return NULL;
}

void vgpu_debug_waited(uint16_t opcode, uint64_t began)
{
	uint64_t ns = vgpu_debug_now() - began;
	const void *from = caller();
	struct place *p = NULL;

	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; i < n_places && !p; i++) {
		if (places[i].opcode == opcode && places[i].from == from)
			p = &places[i];
	}
	if (!p) {
		p = &places[n_places < PLACES ? n_places++ : PLACES - 1];
		if (!p->count) {
			p->opcode = opcode;
			p->from = from;
		}
	}
	p->count++;
	p->total_ns += ns;
	p->max_ns = ns > p->max_ns ? ns : p->max_ns;
	pthread_mutex_unlock(&lock);
}

static int by_time(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->total_ns < q->total_ns ? 1 : p->total_ns > q->total_ns ? -1 : 0;
}

static void print_place(const struct place *p)
{
	const char *name = p->opcode && p->opcode < VGPU_OP_COUNT ? vgpu_ops[p->opcode].name : NULL;
	const char *file = "?", *slash;
	Dl_info info = { 0 };

	if (p->from && dladdr(p->from, &info) && info.dli_fname)
		file = info.dli_fname;
	slash = strrchr(file, '/');
	fprintf(stderr, "vgpu: %8" PRIu64 " %10.3f %9.3f  %-32s %s+0x%zx\n", p->count,
	        (double)p->total_ns / 1e6, (double)p->max_ns / 1e6,
	        p->opcode ? name ? name : "?" : "room in the ring", slash ? slash + 1 : file,
	        (size_t)((const char *)p->from - (const char *)info.dli_fbase));
}

/* At the end of the process, also without a call of ours. */
__attribute__((destructor)) static void report(void)
{
	uint64_t count = 0, total = 0;

	if (!n_places)
		return;
	pthread_mutex_lock(&lock);
	qsort(places, n_places, sizeof(places[0]), by_time);
	for (uint32_t i = 0; i < n_places; i++) {
		count += places[i].count;
		total += places[i].total_ns;
	}
	fprintf(stderr, "vgpu: waited %" PRIu64 " times, %.3f ms in all\n", count,
	        (double)total / 1e6);
	fprintf(stderr, "vgpu:    times   total ms    max ms  for                              from\n");
	for (uint32_t i = 0; i < n_places && i < SHOWN; i++)
		print_place(&places[i]);
	if (n_places > SHOWN)
		fprintf(stderr, "vgpu: and %u places more\n", n_places - SHOWN);
	pthread_mutex_unlock(&lock);
}

void vgpu_debug_differs(const char *what, uint32_t name, int64_t here, int64_t host)
{
	fprintf(stderr,
	        "vgpu: verify: %s 0x%x: the library says %" PRId64 ", the host %" PRId64 "\n",
	        what, name, here, host);
	fflush(stderr);
	_Exit(86);
}

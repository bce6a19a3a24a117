/* SPDX-License-Identifier: MIT */
#include "backend/worker/binaries.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (64u << 20)

struct binary {
	struct binary *next;
	uint64_t n;
	uint32_t format;
	uint8_t bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct binary *newest; /* the newest first */
static uint64_t total;

static bool same(const struct binary *b, uint32_t format, const void *bytes, uint64_t n)
{
	return b->format == format && b->n == n && memcmp(b->bytes, bytes, n) == 0;
}

static bool known(uint32_t format, const void *bytes, uint64_t n)
{
	for (const struct binary *b = newest; b; b = b->next)
		if (same(b, format, bytes, n))
			return true;
	return false;
}

/* Drop the oldest until n more bytes fit. */
static void make_room(uint64_t n)
{
	while (newest && total + n > MAX_BYTES) {
		struct binary **at = &newest;

		while ((*at)->next)
			at = &(*at)->next;
		total -= (*at)->n;
		free(*at);
		*at = NULL;
	}
}

void vgpu_binaries_issue(uint32_t format, const void *bytes, uint64_t n)
{
	struct binary *b;

	if (n == 0 || n > MAX_BYTES)
		return;
	pthread_mutex_lock(&lock);
	if (!known(format, bytes, n)) {
		make_room(n);
		b = malloc(sizeof(*b) + n);
		if (b) {
			b->format = format;
			b->n = n;
			memcpy(b->bytes, bytes, n);
			b->next = newest;
			newest = b;
			total += n;
		}
	}
	pthread_mutex_unlock(&lock);
}

bool vgpu_binaries_known(uint32_t format, const void *bytes, uint64_t n)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = n > 0 && known(format, bytes, n);
	pthread_mutex_unlock(&lock);
	return yes;
}

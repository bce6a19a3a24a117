/* SPDX-License-Identifier: MIT */
/*
 * The pieces of a copy are taken one by one, by the caller as well as by helpers: a
 * helper that wakes too late finds none left, and nobody has waited for it. A ticket
 * is the number of the copy and of its next piece in one word, so that a late helper
 * cannot take a piece of one copy for a piece of another.
 */
#include "backend/worker/copy.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define SPLIT_FROM (1u << 20) /* bytes; less is copied before a helper is awake */
#define PIECE (128u << 10)
#define MAX_HELPERS 2
#define HELPER_CPUS 6         /* processors for each helper */
#define SPINS 4000            /* a helper's, before it sleeps */

static pthread_mutex_t in_use = PTHREAD_MUTEX_INITIALIZER; /* one copy at a time */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int helpers;
static _Atomic int asleep;

static uint8_t *to;
static const uint8_t *from;
static size_t total;
static _Atomic uint64_t ticket; /* copy << 32 | next piece */
static _Atomic uint32_t pieces, done;

static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

/* Copy a piece of what is being copied. False: all have been taken. */
static bool take_piece(void)
{
	uint64_t t = atomic_load_explicit(&ticket, memory_order_acquire), at;
	size_t n;

	do {
		if ((uint32_t)t >= atomic_load_explicit(&pieces, memory_order_acquire))
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&ticket, &t, t + 1, memory_order_acq_rel,
	                                                memory_order_acquire));
	/* the copy cannot end before this piece has: its description stays */
	at = (uint64_t)(uint32_t)t * PIECE;
	n = total - at < PIECE ? total - at : PIECE;
	memcpy(to + at, from + at, n);
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
	return true;
}

static void *help(void *data)
{
	uint64_t seen = atomic_load(&ticket) >> 32;
	int spins = 0;

	(void)data;
	for (;;) {
		if (take_piece()) {
			spins = 0;
			continue;
		}
		if (++spins < SPINS) {
			cpu_relax();
			continue;
		}
		pthread_mutex_lock(&lock);
		atomic_fetch_add(&asleep, 1);
		while (atomic_load(&ticket) >> 32 == seen)
			pthread_cond_wait(&wake, &lock);
		atomic_fetch_sub(&asleep, 1);
		seen = atomic_load(&ticket) >> 32;
		pthread_mutex_unlock(&lock);
		spins = 0;
	}
	return NULL;
}

static void start(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread;

	while (helpers < MAX_HELPERS && cpus >= HELPER_CPUS * (helpers + 1)) {
		if (pthread_create(&thread, NULL, help, NULL))
			break;
		pthread_detach(thread);
		helpers++;
	}
}

void vgpu_copy_large(void *dst, const void *src, size_t bytes)
{
	uint64_t next;
	uint32_t n = (uint32_t)((bytes + PIECE - 1) / PIECE);

	if (bytes >= SPLIT_FROM && bytes <= UINT32_MAX)
		pthread_once(&once, start);
	if (bytes < SPLIT_FROM || bytes > UINT32_MAX || helpers == 0 ||
	    pthread_mutex_trylock(&in_use)) {
		memcpy(dst, src, bytes);
		return;
	}
	/* no piece of the last copy is left to take while this is written */
	atomic_store(&pieces, 0);
	to = dst;
	from = src;
	total = bytes;
	atomic_store(&done, 0);
	next = ((atomic_load(&ticket) >> 32) + 1) << 32;
	atomic_store(&ticket, next);
	atomic_store(&pieces, n);
	if (atomic_load(&asleep)) {
		pthread_mutex_lock(&lock);
		pthread_cond_broadcast(&wake);
		pthread_mutex_unlock(&lock);
	}
	while (take_piece())
		;
	for (uint32_t i = 1; atomic_load_explicit(&done, memory_order_acquire) < n; i++) {
		cpu_relax();
		if (i % 4096 == 0)
			sched_yield();
	}
	pthread_mutex_unlock(&in_use);
}

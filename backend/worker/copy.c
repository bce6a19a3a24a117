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
#include <time.h>
#include <unistd.h>

#define SPLIT_FROM (1u << 20) /* bytes; less is copied before a helper is awake */
#define PIECE (128u << 10)
#define MAX_HELPERS 2
#define HELPER_CPUS 6         /* processors for each helper */
#define SPIN_NS 100000        /* a helper's, before it sleeps */
#define OFTEN_NS 1500000      /* copies that follow each other faster find helpers awake */

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
static uint64_t last_ns, gap_ns; /* when the last copy began; how long it mostly is to the next */
static _Atomic uint64_t spin_ns = SPIN_NS;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* A wake-up can take as long as a whole copy: not for who copies a thousand times a second. */
static void follow_rhythm(void)
{
	uint64_t now = now_ns(), gap = now - last_ns;

	last_ns = now;
	if (gap > 4 * OFTEN_NS)
		gap = 4 * OFTEN_NS;
	gap_ns = (3 * gap_ns + gap) / 4;
	atomic_store_explicit(&spin_ns, gap_ns < OFTEN_NS ? 2 * gap_ns + SPIN_NS : SPIN_NS,
	                      memory_order_relaxed);
}

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
	uint64_t seen = atomic_load(&ticket) >> 32, until = 0;
	int spins = 0;

	(void)data;
	for (;;) {
		if (take_piece()) {
			until = 0;
			continue;
		}
		if (++spins % 64) {
			cpu_relax();
			continue;
		}
		if (!until)
			until = now_ns() + atomic_load_explicit(&spin_ns, memory_order_relaxed);
		if (now_ns() < until)
			continue;
		pthread_mutex_lock(&lock);
		atomic_fetch_add(&asleep, 1);
		while (atomic_load(&ticket) >> 32 == seen)
			pthread_cond_wait(&wake, &lock);
		atomic_fetch_sub(&asleep, 1);
		seen = atomic_load(&ticket) >> 32;
		pthread_mutex_unlock(&lock);
		until = 0;
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
	follow_rhythm();
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

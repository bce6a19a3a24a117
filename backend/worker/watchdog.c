/* SPDX-License-Identifier: MIT */
#include "backend/worker/watchdog.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_SECONDS 120
#define MAX_SECONDS 86400

typedef void stuck_fn(const struct vgpu_wconn *conn, uint32_t opcode, uint64_t seconds);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct vgpu_wpulse *pulses;
static uint64_t limit;
static stuck_fn *report;

static uint64_t seconds_allowed(void)
{
	const char *env = getenv("VGPU_WORKER_STUCK_S");
	unsigned long n;
	char *end;

	if (!env || !*env)
		return DEFAULT_SECONDS;
	n = strtoul(env, &end, 10);
	return *end || n > MAX_SECONDS ? DEFAULT_SECONDS : n;
}

bool vgpu_watchdog_stuck(struct vgpu_wpulse *pulse, uint64_t now_ns, uint64_t seconds)
{
	uint64_t beats = atomic_load_explicit(&pulse->beats, memory_order_relaxed);
	uintptr_t at = atomic_load_explicit(&pulse->at, memory_order_relaxed);

	if (!atomic_load_explicit(&pulse->busy, memory_order_relaxed) || beats != pulse->seen ||
	    at != pulse->seen_at || !pulse->since_ns) {
		pulse->seen = beats;
		pulse->seen_at = at;
		pulse->since_ns = now_ns;
		return false;
	}
	return seconds && now_ns - pulse->since_ns > seconds * 1000000000u;
}

static void *watch(void *data)
{
	(void)data;
	for (;;) {
		struct timespec ts;

		sleep(1);
		clock_gettime(CLOCK_MONOTONIC, &ts);
		pthread_mutex_lock(&lock);
		for (struct vgpu_wpulse *p = pulses; p; p = p->next)
			if (vgpu_watchdog_stuck(p, (uint64_t)ts.tv_sec * 1000000000u +
			                        (uint64_t)ts.tv_nsec, limit))
				report(p->conn, p->opcode, limit);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

int vgpu_watchdog_start(stuck_fn *stuck)
{
	pthread_t thread;
	int rc;

	limit = seconds_allowed();
	report = stuck;
	if (!limit)
		return 0;
	rc = pthread_create(&thread, NULL, watch, NULL);
	if (rc == 0)
		pthread_detach(thread);
	return -rc;
}

void vgpu_watchdog_add(struct vgpu_wpulse *pulse)
{
	pthread_mutex_lock(&lock);
	pulse->next = pulses;
	pulses = pulse;
	pthread_mutex_unlock(&lock);
}

void vgpu_watchdog_remove(struct vgpu_wpulse *pulse)
{
	struct vgpu_wpulse **at;

	pthread_mutex_lock(&lock);
	for (at = &pulses; *at && *at != pulse; at = &(*at)->next)
		;
	if (*at)
		*at = pulse->next;
	pthread_mutex_unlock(&lock);
}

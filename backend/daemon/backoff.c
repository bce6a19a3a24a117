/* SPDX-License-Identifier: MIT */
/*
 * Workers that end before they can draw (no GPU, a broken driver) are not started
 * again at once: the pause doubles from half a second to 32 seconds, for each user.
 */
#include <time.h>

#include "backend/daemon/daemon.h"

#define FIRST_MS 500
#define MAX_DOUBLINGS 6

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The user's entry; with take, else the one that expires first is given to the user. */
static struct vgpu_backoff *entry_of(struct vgpu_daemon *daemon, uid_t uid, bool take)
{
	struct vgpu_backoff *oldest = &daemon->backoff[0];

	for (size_t i = 0; i < VGPU_BACKOFF_USERS; i++) {
		struct vgpu_backoff *entry = &daemon->backoff[i];

		if (entry->failures && entry->uid == uid)
			return entry;
		if (entry->until_ms < oldest->until_ms)
			oldest = entry;
	}
	if (!take)
		return NULL;
	*oldest = (struct vgpu_backoff){ .uid = uid };
	return oldest;
}

void vgpu_backoff_failed(struct vgpu_daemon *daemon, uid_t uid)
{
	struct vgpu_backoff *entry = entry_of(daemon, uid, true);
	uint32_t doublings = entry->failures < MAX_DOUBLINGS ? entry->failures : MAX_DOUBLINGS;

	if (entry->failures < UINT32_MAX)
		entry->failures++;
	entry->until_ms = now_ms() + (FIRST_MS << doublings);
}

void vgpu_backoff_clear(struct vgpu_daemon *daemon, uid_t uid)
{
	struct vgpu_backoff *entry = entry_of(daemon, uid, false);

	if (entry)
		*entry = (struct vgpu_backoff){ 0 };
}

uint32_t vgpu_backoff_wait_ms(struct vgpu_daemon *daemon, uid_t uid, uint32_t *failures_out)
{
	struct vgpu_backoff *entry = entry_of(daemon, uid, false);
	uint64_t now = now_ms();

	if (!entry || entry->until_ms <= now)
		return 0;
	*failures_out = entry->failures;
	return (uint32_t)(entry->until_ms - now);
}

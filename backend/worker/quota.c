/* SPDX-License-Identifier: MIT */
#include "backend/worker/quota.h"

#include <stdlib.h>

#include "protocol/wire.h"

uint64_t vgpu_wquota_cap(void)
{
	static _Atomic uint64_t cap;
	const char *env;
	unsigned long long mb;
	char *end;

	if (cap)
		return cap;
	env = getenv("VGPU_WORKER_VRAM_MB");
	mb = env ? strtoull(env, &end, 10) : 0;
	cap = mb > 0 && !*end && mb < (1u << 24) ? mb << 20 : VGPU_MAX_PROGRAM_VRAM;
	return cap;
}

bool vgpu_wquota_room(const struct vgpu_wquota *quota, uint64_t more)
{
	uint64_t cap = vgpu_wquota_cap(), used = quota->used;

	return used <= cap && more <= cap - used;
}

bool vgpu_wquota_reserve(struct vgpu_wquota *quota, uint64_t more)
{
	uint64_t cap = vgpu_wquota_cap(), used = atomic_load(&quota->used);

	do {
		if (used > cap || more > cap - used)
			return false;
	} while (!atomic_compare_exchange_weak(&quota->used, &used, used + more));
	return true;
}

void vgpu_wquota_change(struct vgpu_wquota *quota, uint64_t before, uint64_t now)
{
	quota->used += now - before; /* modulo 2^64: down as well as up */
}

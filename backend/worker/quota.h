/* SPDX-License-Identifier: MIT */
/*
 * Memory that a program makes the driver hold: buffers, renderbuffers, textures.
 * Storage is refused (GL_OUT_OF_MEMORY) when it would pass the cap. Any thread.
 */
#ifndef VGPU_BACKEND_WORKER_QUOTA_H
#define VGPU_BACKEND_WORKER_QUOTA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct vgpu_wquota {
	_Atomic uint64_t used;
};

/* Octets of one program: $VGPU_WORKER_VRAM_MB, or VGPU_MAX_PROGRAM_VRAM. */
uint64_t vgpu_wquota_cap(void);
/* Are so many more allowed? */
bool vgpu_wquota_room(const struct vgpu_wquota *quota, uint64_t more);
/* The same, and they are used now. */
bool vgpu_wquota_reserve(struct vgpu_wquota *quota, uint64_t more);
/* An object of before octets has now so many. */
void vgpu_wquota_change(struct vgpu_wquota *quota, uint64_t before, uint64_t now);

#endif

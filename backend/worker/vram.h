/* SPDX-License-Identifier: MIT */
/*
 * How much memory of the GPU a program has: the sizes of its buffers, textures,
 * renderbuffers and drawables, as it asked for them. A driver pads, aligns and
 * keeps copies, so this is what the program answers for, not what the GPU holds.
 * The host's functions that give and take storage are wrapped, so that whoever
 * calls them (decoders, drawables) is counted alike.
 */
#ifndef VGPU_BACKEND_WORKER_VRAM_H
#define VGPU_BACKEND_WORKER_VRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "host_gl.h"

struct vgpu_vram; /* of a share group */

/* total (of the program; outlives the ledger) is changed with it. NULL without memory. */
struct vgpu_vram *vgpu_vram_create(_Atomic int64_t *total);
/* Takes what is left off the total. NULL is fine. */
void vgpu_vram_destroy(struct vgpu_vram *vram);

/* From now on, what this thread calls counts here. NULL: nowhere. */
void vgpu_vram_enter(struct vgpu_vram *vram);

/* Wrap the functions of a loaded table. Once, before it is used. */
void vgpu_vram_install(struct vgpu_gl *gl);

/* Bits of a texel of an internal format; an estimate for what is not in the table. */
unsigned int vgpu_vram_texel_bits(uint32_t internal_format);

#endif

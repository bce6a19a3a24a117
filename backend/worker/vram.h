/* SPDX-License-Identifier: MIT */
/*
 * How much memory of the GPU a program has: the sizes of its buffers, textures,
 * renderbuffers and drawables, as it asked for them. A driver pads, aligns and
 * keeps copies, so this is what the program answers for, not what the GPU holds.
 * The host's functions that give and take storage are wrapped, so that whoever
 * calls them (decoders, drawables) is counted alike. Images that would pass the
 * program's quota are refused before the driver hears of them; buffers are
 * refused by gl_ranges.c.
 */
#ifndef VGPU_BACKEND_WORKER_VRAM_H
#define VGPU_BACKEND_WORKER_VRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "host_gl.h"

struct vgpu_vram; /* of a share group */
struct vgpu_wquota;

/*
 * total and quota (of the program; they outlive the ledger) are changed with it; images alone count
 * against the quota. NULL without memory.
 */
struct vgpu_vram *vgpu_vram_create(_Atomic int64_t *total, struct vgpu_wquota *quota);
/* Takes what is left off the total and the quota. NULL is fine. */
void vgpu_vram_destroy(struct vgpu_vram *vram);

/*
 * From now on, what this thread calls counts here. NULL: nowhere. error: where the context that is
 * current keeps its first error (borrowed until the next call); NULL: nobody asks for errors.
 */
void vgpu_vram_enter(struct vgpu_vram *vram, GLenum *error);

/* Wrap the functions of a loaded table. Once, before it is used. */
void vgpu_vram_install(struct vgpu_gl *gl);

/* Bits of a texel of an internal format; an estimate for what is not in the table. */
unsigned int vgpu_vram_texel_bits(uint32_t internal_format);

#endif

/* SPDX-License-Identifier: MIT */
/* The ledger of the share group that this thread counts for (vram.h); nothing happens without one. */
#ifndef VGPU_BACKEND_WORKER_VRAM_LEDGER_H
#define VGPU_BACKEND_WORKER_VRAM_LEDGER_H

#include <stdbool.h>

#include "backend/worker/vram.h"

#define VGPU_VRAM_LEVELS 16
#define VGPU_VRAM_FACES 6

/* Does this thread count? */
bool vgpu_vram_counts(void);

/* The object with this host name has this many octets now; 0: none, or deleted. */
void vgpu_vram_set_buffer(GLuint name, uint64_t octets);
void vgpu_vram_set_renderbuffer(GLuint name, uint64_t octets);
/* One image of a texture. face is below VGPU_VRAM_FACES; a level out of range is ignored. */
void vgpu_vram_set_image(GLuint name, unsigned int face, GLint level, uint64_t octets);
/* Levels below level 0 that are not there yet: each a quarter of the one above. */
void vgpu_vram_mipmaps(GLuint name);
void vgpu_vram_forget_textures(GLsizei n, const GLuint *names);

#endif

/* SPDX-License-Identifier: MIT */
/* Index arrays: their size, and the lowest and highest vertex they name. */
#ifndef VGPU_FRONTEND_GL_INDICES_H
#define VGPU_FRONTEND_GL_INDICES_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_gl_minmax {
	uint32_t min, max;
	bool any; /* false: there is no index but restarts */
};

/* Bytes of one index of GL_UNSIGNED_BYTE, _SHORT or _INT; 0 for another type. */
uint32_t vgpu_gl_index_bytes(uint32_t type);
/* Scan n indices; with restart, the value `skip` is none. */
struct vgpu_gl_minmax vgpu_gl_index_range(const void *indices, uint64_t n, uint32_t type,
                                          bool restart, uint32_t skip);
/* Subtract `less` from every index but `skip`; out may not overlap in. */
void vgpu_gl_index_rebase(void *out, const void *in, uint64_t n, uint32_t type, uint32_t less,
                          bool restart, uint32_t skip);

#endif

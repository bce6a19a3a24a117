/* SPDX-License-Identifier: MIT */
/* The answer of vgpuTexLevel: what a read-back of a texture level needs. */
#ifndef VGPU_PROTOCOL_GL_TEXIMAGE_H
#define VGPU_PROTOCOL_GL_TEXIMAGE_H

#include <stdint.h>

/* How the texture is named. */
enum vgpu_tex_how {
	VGPU_TEX_BOUND = 0,     /* target of the active unit */
	VGPU_TEX_NAMED = 1,     /* object is a texture (GL 4.5) */
	VGPU_TEX_NAMED_EXT = 2, /* object is a texture, of this target */
	VGPU_TEX_UNIT = 3,      /* target of the unit in object (GL_TEXTURE0...) */
};

/* All zero when there is no such level. */
struct vgpu_tex_level {
	int32_t dims;  /* 1, 2 or 3: which parts of the pixel store count */
	int32_t width, height, depth; /* of what GetTexImage returns, cube faces included */
	int32_t compressed_bytes;     /* 0: not compressed */
	int32_t block_width, block_height, block_bytes; /* 0: unknown */
};
#define VGPU_TEX_LEVEL_WORDS 8
_Static_assert(sizeof(struct vgpu_tex_level) == 4 * VGPU_TEX_LEVEL_WORDS, "wire layout");

/* Bytes of a part of a compressed level, 0 when that cannot be known. */
static inline uint64_t vgpu_tex_compressed_bytes(const struct vgpu_tex_level *l, int32_t width,
                                                 int32_t height, int32_t depth)
{
	uint64_t w, h;

	if (l->block_width <= 0 || l->block_height <= 0 || l->block_bytes <= 0 || width < 0 ||
	    height < 0 || depth < 0)
		return 0;
	w = ((uint64_t)width + (uint64_t)l->block_width - 1) / (uint64_t)l->block_width;
	h = ((uint64_t)height + (uint64_t)l->block_height - 1) / (uint64_t)l->block_height;
	/* sizes of a level are below 2^15, so this cannot overflow once they are checked */
	if (width > 65536 || height > 65536 || depth > 65536 || l->block_bytes > 65536)
		return 0;
	return w * h * (uint64_t)depth * (uint64_t)l->block_bytes;
}

#endif

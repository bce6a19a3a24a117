/* SPDX-License-Identifier: MIT */
/* Memory that lives as long as one command, see replay.h. */
#include <stdlib.h>
#include <string.h>

#include "backend/worker/replay.h"

#define SCRATCH_BYTES (256u << 10)
#define KEEP_IMAGE (64u << 20) /* what is kept between commands */

/* A piece too large for the block; freed with the command. */
struct piece {
	struct piece *next;
	uint64_t pad;
};

void *vgpu_scratch_alloc(struct vgpu_replay *r, size_t n)
{
	struct vgpu_scratch *s = &r->scratch;
	struct piece *piece;
	uint8_t *p;

	if (n > VGPU_MAX_REPLY)
		return NULL;
	n = (n + 15) & ~(size_t)15;
	if (!s->base) {
		s->base = aligned_alloc(16, SCRATCH_BYTES);
		if (!s->base)
			return NULL;
		s->size = SCRATCH_BYTES;
	}
	if (n <= s->size - s->used) {
		p = s->base + s->used;
		s->used += n;
		memset(p, 0, n);
		return p;
	}
	piece = calloc(1, sizeof(*piece) + n);
	if (!piece)
		return NULL;
	piece->next = s->overflow;
	s->overflow = piece;
	return piece + 1;
}

void *vgpu_scratch_image(struct vgpu_replay *r, size_t n)
{
	struct vgpu_scratch *s = &r->scratch;

	if (n > VGPU_MAX_REPLY)
		return NULL;
	if (n > s->image_size || s->image_size > KEEP_IMAGE) {
		free(s->image);
		s->image = calloc(1, n + 8); /* and padding */
		s->image_size = s->image ? n : 0;
	}
	return s->image;
}

void vgpu_scratch_reset(struct vgpu_replay *r)
{
	struct vgpu_scratch *s = &r->scratch;

	s->used = 0;
	while (s->overflow) {
		struct piece *piece = s->overflow;

		s->overflow = piece->next;
		free(piece);
	}
}

void vgpu_scratch_free(struct vgpu_replay *r)
{
	vgpu_scratch_reset(r);
	free(r->scratch.base);
	free(r->scratch.image);
	r->scratch = (struct vgpu_scratch){ 0 };
}

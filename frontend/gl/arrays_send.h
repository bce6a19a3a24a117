/* SPDX-License-Identifier: MIT */
/* Byte ranges of client arrays, joined so that each byte is sent once. */
#ifndef VGPU_FRONTEND_GL_ARRAYS_SEND_H
#define VGPU_FRONTEND_GL_ARRAYS_SEND_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_gl_span {
	uint64_t start, end;  /* addresses; end is past the last byte */
	/* set by vgpu_gl_spans */
	uint64_t offset;      /* of start in what is sent */
	uint64_t piece_start; /* offset of the joined piece it belongs to */
	bool piece;           /* it is the first of its piece */
};

/*
 * Join what overlaps or touches, lay the pieces out one after the other, each
 * aligned to 16 bytes plus the two low bits of its address. total_out: bytes to send. n is at most
 * VGPU_ARRAY_COUNT. The bytes between pieces are undefined.
 */
void vgpu_gl_spans(struct vgpu_gl_span *spans, uint32_t n, uint64_t *total_out);

#endif

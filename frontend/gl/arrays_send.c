/* SPDX-License-Identifier: MIT */
/*
 * Sending client arrays: which bytes of the program's memory a draw reads, each
 * byte once. Interleaved arrays overlap as byte ranges, so they merge by
 * themselves.
 */
#include "frontend/gl/arrays_send.h"

#include <errno.h>
#include <string.h>

#include "encode.h"
#include "frontend/gl/state.h"

void vgpu_gl_spans(struct vgpu_gl_span *spans, uint32_t n, uint64_t *total_out)
{
	uint32_t order[VGPU_ARRAY_COUNT];
	uint64_t total = 0, end = 0, base = 0;
	uint32_t i, j;

	for (i = 0; i < n; i++) { /* insertion sort: n is small, mostly sorted */
		for (j = i; j > 0 && spans[order[j - 1]].start > spans[i].start; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (i = 0; i < n; i++) {
		struct vgpu_gl_span *s = &spans[order[i]];

		if (i == 0 || s->start > end) {
			/* a new piece; keep the program's alignment, so that one piece needs no copy */
			total = ((total + 15) & ~UINT64_C(15)) + (s->start & 3);
			base = s->start;
			s->piece_start = total;
			s->piece = true;
			end = s->start;
		} else {
			s->piece_start = spans[order[i - 1]].piece_start;
			s->piece = false;
		}
		s->offset = s->piece_start + (s->start - base);
		if (s->end > end) {
			total += s->end - end;
			end = s->end;
		}
	}
	*total_out = total;
}

/* Copy every piece: all bytes from its first span's start to its last span's end. */
static void gather(uint8_t *data, const struct vgpu_gl_span *spans, uint32_t n)
{
	uint32_t i, j;

	for (i = 0; i < n; i++) {
		uint64_t end;

		if (!spans[i].piece)
			continue;
		end = spans[i].end;
		for (j = 0; j < n; j++) {
			if (spans[j].piece_start == spans[i].piece_start && spans[j].end > end)
				end = spans[j].end;
		}
		memcpy(data + spans[i].offset, (const void *)(uintptr_t)spans[i].start,
		       (size_t)(end - spans[i].start));
	}
}

int vgpu_gl_arrays_send(struct vgpu_context *ctx, const struct vgpu_gl_range *range, bool renumber)
{
	struct vgpu_gl_vao *vao = ctx->gl->vao;
	struct vgpu_client_array out[VGPU_ARRAY_COUNT];
	struct vgpu_gl_span spans[VGPU_ARRAY_COUNT];
	uint64_t mask = vgpu_gl_vao_client(vao), total;
	const uint8_t *data;
	uint32_t n = 0, pieces = 0, i;

	memset(out, 0, sizeof(out));
	for (; mask; mask &= mask - 1) {
		uint32_t array = (uint32_t)__builtin_ctzll(mask);
		const struct vgpu_gl_array *a = &vao->arrays[array];
		const struct vgpu_gl_binding *b = &vao->bindings[a->binding];
		uint64_t first = range->first, count = range->count, length;

		if (b->divisor) {
			uint32_t instances = range->instances ? range->instances : 1;

			first = range->base_instance;
			count = (instances + (uint64_t)b->divisor - 1) / b->divisor;
		}
		if (!count)
			continue;
		if (!b->stride) { /* every vertex reads the same element */
			first = 0;
			count = 1;
		}
		if (__builtin_mul_overflow(count - 1, (uint64_t)b->stride, &length) ||
		    length > VGPU_MAX_COMMAND)
			goto too_large;
		if (first * b->stride > VGPU_CLIENT_ARRAY_GAP && !renumber && !b->divisor)
			return -ERANGE;
		spans[n].start = b->offset + a->relative + first * b->stride;
		spans[n].end = spans[n].start + length + a->element_bytes;
		out[n].array = array;
		out[n].size = a->size;
		out[n].type = a->type;
		out[n].flags = a->flags;
		out[n].stride = b->stride ? b->stride : a->element_bytes;
		out[n].first = renumber && !b->divisor ? 0 : (uint32_t)first;
		n++;
	}
	if (!n)
		return 0;
	vgpu_gl_spans(spans, n, &total);
	if (total > VGPU_MAX_COMMAND - 65536)
		goto too_large;
	data = NULL;
	for (i = 0; i < n; i++) {
		out[i].offset = (uint32_t)spans[i].offset;
		if (spans[i].piece && !spans[i].offset)
			data = (const void *)(uintptr_t)spans[i].start;
		pieces += spans[i].piece;
	}
	if (pieces > 1 || !data) {
		uint8_t *copy = vgpu_gl_scratch(ctx->gl, total);

		if (!copy) {
			vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
			return -ENOMEM;
		}
		gather(copy, spans, n);
		data = copy;
	}
	enc_vgpuClientArrays(ctx->stream, (GLsizei)n, (const GLuint *)out, (GLsizei)total, data);
	return 0;

too_large:
	vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return -ENOMEM;
}

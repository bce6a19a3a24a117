/* SPDX-License-Identifier: MIT */
/* Records of buffer objects, and moving contents in both directions. */
#include "frontend/gl/buffers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "frontend/gl/state.h"

#define READ_PIECE (64u << 20)
#define WRITE_PIECE (256u << 10) /* small enough for the host to begin while the rest is copied */

struct vgpu_gl_buffer *vgpu_gl_buffer_get(struct vgpu_context *ctx, uint32_t name)
{
	struct vgpu_share *share = ctx->share;
	struct vgpu_gl_buffer *b;

	if (!name)
		return NULL;
	pthread_mutex_lock(&share->lock);
	b = (struct vgpu_gl_buffer *)vgpu_idmap_get(&share->buffers, name);
	if (!b) {
		b = calloc(1, sizeof(*b));
		if (b) {
			b->name = name;
			b->size = -1;
			b->usage = GL_STATIC_DRAW;
			if (vgpu_idmap_set(&share->buffers, name, (uintptr_t)b)) {
				free(b);
				b = NULL;
			}
		}
	}
	pthread_mutex_unlock(&share->lock);
	return b;
}

struct vgpu_gl_buffer *vgpu_gl_buffer_bound(struct vgpu_context *ctx, GLenum target)
{
	return vgpu_gl_buffer_get(ctx, vgpu_gl_bound_buffer(ctx->gl, target));
}

uint64_t vgpu_gl_buffer_size(struct vgpu_context *ctx, struct vgpu_gl_buffer *b)
{
	if (b->size < 0)
		b->size = (int64_t)enc_vgpuBufferSize(ctx->stream, b->name);
	return (uint64_t)b->size;
}

int vgpu_gl_buffer_read(struct vgpu_context *ctx, uint32_t name, uint64_t offset, uint64_t bytes,
                        void *out)
{
	uint8_t *at = out;

	while (bytes) {
		uint64_t n = bytes < READ_PIECE ? bytes : READ_PIECE;

		if (offset > INT64_MAX || !enc_vgpuBufferRead(ctx->stream, name, (GLintptr)offset,
		                                              (GLsizeiptr)n, at))
			return -EINVAL;
		at += n;
		offset += n;
		bytes -= n;
	}
	return 0;
}

void vgpu_gl_buffer_write(struct vgpu_context *ctx, uint32_t name, uint64_t offset, uint64_t bytes,
                          const void *data)
{
	uint64_t piece = ctx->stream->max_inline > 8192 ? ctx->stream->max_inline - 4096 : 4096;
	const uint8_t *at = data;

	if (piece > WRITE_PIECE)
		piece = WRITE_PIECE;
	while (bytes) {
		uint64_t n = bytes < piece ? bytes : piece;

		enc_vgpuBufferWrite(ctx->stream, name, (GLintptr)offset, (GLsizeiptr)n, at);
		at += n;
		offset += n;
		bytes -= n;
	}
}

void vgpu_gl_buffer_new_storage(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, int64_t size,
                                bool defined)
{
	vgpu_gl_map_drop(ctx, b);
	if (b->copy && (b->shared || b->copy_size != (uint64_t)size))
		vgpu_gl_copy_free(b);
	b->valid_from = b->valid_to = 0;
	b->size = size;
	b->undefined = !defined;
	b->version++;
}

void vgpu_gl_buffer_changed(struct vgpu_gl_buffer *b)
{
	if (!b)
		return;
	b->valid_from = b->valid_to = 0;
	b->undefined = false;
	b->version++;
}

void vgpu_gl_buffer_gpu_writes(struct vgpu_gl_buffer *b)
{
	if (!b)
		return;
	vgpu_gl_buffer_changed(b);
	b->gpu_written = true;
}

void vgpu_gl_buffers_finish(struct vgpu_share *share)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	while (vgpu_idmap_next(&share->buffers, &cursor, &id, &value)) {
		struct vgpu_gl_buffer *b = (struct vgpu_gl_buffer *)value;

		vgpu_gl_copy_free(b);
		free(b->sent);
		free(b);
	}
	vgpu_idmap_finish(&share->buffers);
}

/* SPDX-License-Identifier: MIT */
/*
 * Client memory on its way into vertex and index buffers. One buffer a use is
 * written round and round through a map that lasts as long as it does; a fence
 * for each quarter says when the GPU has read it. A buffer that turns out too
 * small to write ahead of the GPU is replaced by one twice as large.
 */
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/gl_state.h"

#define FIRST_RING (1u << 20)
#define WAIT_RING (16u << 20) /* from this size on wait for the GPU rather than grow */
#define MAX_RING (512u << 20)
#define FENCE_WAIT_NS 5000000000ull

static void drop_fences(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring)
{
	for (int i = 0; i < VGPU_WRING_PARTS; i++) {
		if (ring->fence[i])
			r->gl->DeleteSync(ring->fence[i]);
		ring->fence[i] = NULL;
	}
}

void vgpu_wgl_stream_end(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring)
{
	drop_fences(r, ring);
	if (ring->name)
		r->gl->DeleteBuffers(1, &ring->name);
	*ring = (struct vgpu_wbuffer_ring){ 0 };
}

/* A new buffer in a map of its own, bound to target. The GPU keeps the old one as long as it needs. */
static bool new_mapped(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, GLenum target,
                       uint64_t size)
{
	const GLbitfield access = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;

	if (ring->name) {
		vgpu_wgl_stream_end(r, ring);
		vgpu_wgl_arrays_unsure(r);
	}
	vgpu_wcontext_keep_errors(r);
	r->gl->GenBuffers(1, &ring->name);
	r->gl->BindBuffer(target, ring->name);
	r->gl->BufferStorage(target, (GLsizeiptr)size, NULL, access);
	ring->map = r->gl->MapBufferRange(target, 0, (GLsizeiptr)size, access);
	if (!ring->map || r->gl->GetError() != GL_NO_ERROR) {
		vgpu_wgl_stream_end(r, ring);
		return false;
	}
	ring->size = size;
	return true;
}

/* The same storage again where maps do not last: the driver gives fresh memory while it is in use. */
static bool new_storage(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, GLenum target,
                        uint64_t size)
{
	GLint got = 0;

	r->gl->BufferData(target, (GLsizeiptr)size, NULL,
	                  r->ctx->caps.api == VGPU_API_GLES1 ? GL_DYNAMIC_DRAW : GL_STREAM_DRAW);
	r->gl->GetBufferParameteriv(target, GL_BUFFER_SIZE, &got);
	ring->size = got > 0 && (uint64_t)got == size ? size : 0;
	ring->at = 0;
	return ring->size != 0;
}

static uint64_t part_of(const struct vgpu_wbuffer_ring *ring, uint64_t at)
{
	return at / (ring->size / VGPU_WRING_PARTS);
}

static uint64_t aligned(uint64_t at)
{
	return (at + 15) & ~UINT64_C(15);
}

/*
 * Leave all parts up to the one that at lies in: what reads them was given to
 * the driver before now. wrap: at lies before what was written last.
 */
static void leave_parts(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, uint64_t at, bool wrap)
{
	uint64_t end = wrap ? VGPU_WRING_PARTS : part_of(ring, at);

	for (uint64_t i = ring->part; i < end; i++) {
		if (ring->fence[i])
			r->gl->DeleteSync(ring->fence[i]);
		ring->fence[i] = r->gl->FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	}
	ring->part = (uint32_t)part_of(ring, at);
}

/* Until the GPU has read what lies in [at, at + bytes). False: it has not yet, and wait is false. */
static bool enter_parts(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, uint64_t at,
                        uint64_t bytes, bool wait)
{
	for (uint64_t i = part_of(ring, at); i <= part_of(ring, at + bytes - 1); i++) {
		GLenum rc;

		if (!ring->fence[i])
			continue;
		rc = r->gl->ClientWaitSync(ring->fence[i], wait ? GL_SYNC_FLUSH_COMMANDS_BIT : 0,
		                           wait ? FENCE_WAIT_NS : 0);
		if (rc == GL_TIMEOUT_EXPIRED && !wait)
			return false;
		r->gl->DeleteSync(ring->fence[i]);
		ring->fence[i] = NULL;
	}
	return true;
}

static bool stream_mapped(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, GLenum target,
                          uint64_t gap, const void *data, uint64_t bytes, uint64_t *offset_out)
{
	uint64_t size = ring->size ? ring->size : FIRST_RING, need = gap + bytes + 64, at;

	while (size < need || (size < WAIT_RING && size < 2 * need))
		size *= 2;
	if (size != ring->size && !new_mapped(r, ring, target, size))
		return false;
	r->gl->BindBuffer(target, ring->name);
	at = aligned(ring->at > gap ? ring->at : gap);
	if (at + bytes > ring->size || (bytes && part_of(ring, at) != ring->part)) {
		bool wrap = at + bytes > ring->size;

		if (wrap)
			at = aligned(gap);
		leave_parts(r, ring, at, wrap);
	}
	if (bytes && !enter_parts(r, ring, at, bytes, ring->size >= WAIT_RING)) {
		if (!new_mapped(r, ring, target, ring->size * 2))
			return false;
		at = aligned(gap);
		ring->part = (uint32_t)part_of(ring, at);
	}
	memcpy(ring->map + at, data, bytes);
	ring->at = at + bytes;
	*offset_out = at;
	return true;
}

bool vgpu_wgl_stream(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, GLenum target,
                     uint64_t gap, const void *data, uint64_t bytes, uint64_t *offset_out)
{
	const GLbitfield access = GL_MAP_WRITE_BIT | GL_MAP_UNSYNCHRONIZED_BIT |
		GL_MAP_INVALIDATE_RANGE_BIT;
	uint64_t size = ring->size ? ring->size : FIRST_RING, at;
	void *map;

	if (gap > MAX_RING || bytes > MAX_RING || gap + bytes > MAX_RING)
		return false;
	if (r->ctx->caps.buffer_storage && r->ctx->caps.fence)
		return stream_mapped(r, ring, target, gap, data, bytes, offset_out);
	while (size < gap + bytes + 64)
		size *= 2;
	if (!ring->name)
		r->gl->GenBuffers(1, &ring->name);
	r->gl->BindBuffer(target, ring->name);
	at = aligned(ring->at > gap ? ring->at : gap);
	if (size != ring->size || at + bytes > ring->size) {
		if (!new_storage(r, ring, target, size))
			return false;
		at = aligned(gap);
	}
	if (!bytes) {
		*offset_out = at;
		return true;
	}
	if (r->ctx->caps.version >= 30 && r->ctx->caps.api != VGPU_API_GLES1) {
		map = r->gl->MapBufferRange(target, (GLintptr)at, (GLsizeiptr)bytes, access);
		if (!map)
			return false;
		memcpy(map, data, bytes);
		r->gl->UnmapBuffer(target);
	} else {
		r->gl->BufferSubData(target, (GLintptr)at, (GLsizeiptr)bytes, data);
	}
	ring->at = at + bytes;
	*offset_out = at;
	return true;
}

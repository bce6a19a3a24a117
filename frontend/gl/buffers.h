/* SPDX-License-Identifier: MIT */
/*
 * Buffer objects as the guest knows them: their size, whether they are mapped,
 * and a copy of the contents where a map has made one. Records belong to the
 * share group and live until the buffer is deleted.
 */
#ifndef VGPU_FRONTEND_GL_BUFFERS_H
#define VGPU_FRONTEND_GL_BUFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>
#include <GL/glext.h>

struct vgpu_context;
struct vgpu_share;

struct vgpu_gl_buffer {
	uint32_t name;
	int64_t size; /* bytes; -1: never learnt */
	GLenum usage;
	GLbitfield storage;
	bool immutable;
	bool gpu_written; /* the GPU may write it: a copy is never up to date */
	bool undefined;   /* nothing was written since it got its storage */
	uint32_t version; /* counts what changes the contents */

	/* The copy: size bytes (mapped memory), of which [valid_from, valid_to) are right. */
	uint8_t *copy;
	uint64_t copy_size;
	struct vgpu_gl_shared *shared; /* whose memory it is, while it is mapped; or NULL */
	uint64_t valid_from, valid_to;

	bool mapped;
	GLbitfield access;
	uint64_t map_offset, map_length;
	uint8_t *sent; /* what the host has of the mapped range, to find what changed; or NULL */
	bool tracked;  /* the kernel tells which pages of the copy are written */
	uint64_t epoch; /* vgpu_dirty_epoch before they were last taken */
	struct vgpu_gl_guess *guess; /* of a shared copy; or NULL */
	struct vgpu_gl_buffer *next_map; /* persistent maps of the share group */

	struct {
		uint64_t offset, count;
		uint32_t type, version, min, max;
	} range; /* of indices, the last that was worked out */
};

/* The record of a name, made when missing. NULL: 0, or memory is short. */
struct vgpu_gl_buffer *vgpu_gl_buffer_get(struct vgpu_context *ctx, uint32_t name);
/* The record of what is bound; NULL when nothing is. */
struct vgpu_gl_buffer *vgpu_gl_buffer_bound(struct vgpu_context *ctx, GLenum target);
/*
 * Is what is bound mapped, and not persistently? Then commands must not touch it: raises
 * GL_INVALID_OPERATION.
 */
bool vgpu_gl_buffer_in_use(struct vgpu_context *ctx, GLenum target);
/* Its size, from the host if need be; 0 when it has none. */
uint64_t vgpu_gl_buffer_size(struct vgpu_context *ctx, struct vgpu_gl_buffer *b);

/* Contents from the host. Returns 0, or -EINVAL when the buffer does not have them. */
int vgpu_gl_buffer_read(struct vgpu_context *ctx, uint32_t name, uint64_t offset, uint64_t bytes,
                        void *out);
/* Contents to the host, in pieces that fit the ring. */
void vgpu_gl_buffer_write(struct vgpu_context *ctx, uint32_t name, uint64_t offset, uint64_t bytes,
                          const void *data);

/* The storage is new, as after glBufferData. */
void vgpu_gl_buffer_new_storage(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, int64_t size,
                                bool defined);
/* The host changes the contents by itself. b may be NULL. */
void vgpu_gl_buffer_changed(struct vgpu_gl_buffer *b);
/* From now on the GPU may write it. b may be NULL. */
void vgpu_gl_buffer_gpu_writes(struct vgpu_gl_buffer *b);

/* map.c */
void vgpu_gl_map_drop(struct vgpu_context *ctx, struct vgpu_gl_buffer *b); /* unmap, send nothing */
/* Give the copy back; the buffer is not mapped. Not under the share group's lock. */
void vgpu_gl_copy_free(struct vgpu_gl_buffer *b);
/* Send what the program wrote into persistent maps. Cheap when there are none. */
void vgpu_gl_maps_commit(struct vgpu_context *ctx);
/* The same before a command of the host's that writes a buffer: pages stay protected until it has. */
void vgpu_gl_maps_settle(struct vgpu_context *ctx);
/* The program has waited for the GPU. Cheap when there are no maps. */
void vgpu_gl_maps_waited(struct vgpu_context *ctx);
/* The GPU may have written: refresh persistent maps that are read. */
void vgpu_gl_maps_refresh(struct vgpu_context *ctx);
/* At vgpu_share_unref. */
void vgpu_gl_buffers_finish(struct vgpu_share *share);

#endif

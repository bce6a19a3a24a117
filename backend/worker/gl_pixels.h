/* SPDX-License-Identifier: MIT */
/*
 * Images on their way to the driver: what the wire carries is checked against
 * what the driver will read. Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_PIXELS_H
#define VGPU_BACKEND_WORKER_GL_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/gl_state.h"
#include "protocol/ref.h"

struct vgpu_wunpack {
	const void *pixels; /* for the driver */
	bool reset;         /* the pixel store was changed: end puts it back */
	bool sentinel;      /* a buffer of ours is bound */
	bool blocks;        /* the driver has been given the blocks' shape */
};

/*
 * Before an upload of width x height x depth pixels. Returns 1: call the driver
 * and vgpu_wunpack_end; 0: do not (an error was raised); -EPROTO: the blob is
 * not of the size that the driver would read.
 */
int vgpu_wunpack_begin(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref,
                       int64_t width, int64_t height, int64_t depth, GLenum format, GLenum type);
/* The same for bytes whose number the command says: compressed images, pixel maps. */
int vgpu_wunpack_bytes(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref,
                       int64_t bytes);
/* A compressed image. */
struct vgpu_wshape {
	GLenum format;
	uint32_t dims;
	int64_t width, height, depth;
};
/* Compressed images: the same, and what the pixel store says of blocks is checked. */
int vgpu_wunpack_compressed(struct vgpu_replay *r, struct vgpu_wunpack *u,
                            const struct vgpu_ref *ref, int64_t bytes,
                            const struct vgpu_wshape *shape);
/*
 * A part of an image that comes without pixels: NULL would be read. After begin
 * the driver gets a buffer of one byte instead, and finds the error.
 */
void vgpu_wunpack_guard(struct vgpu_replay *r, struct vgpu_wunpack *u, const struct vgpu_ref *ref);
void vgpu_wunpack_end(struct vgpu_replay *r, struct vgpu_wunpack *u);

#endif

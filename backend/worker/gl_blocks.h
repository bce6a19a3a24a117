/* SPDX-License-Identifier: MIT */
/*
 * GL_PACK_COMPRESSED_BLOCK_* and GL_UNPACK_COMPRESSED_BLOCK_*. Drivers take a
 * program's word for how large a block is and copy so many rows of blocks,
 * whatever the format says: past the end of the image and of the memory. So the
 * driver's own copy stays 0, which means the format's blocks, but for a transfer
 * to or from a pixel buffer that has been checked. Stream thread, a context is
 * current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_BLOCKS_H
#define VGPU_BACKEND_WORKER_GL_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/gl_state.h"

/* A compressed image on its way. */
struct vgpu_wblock_image {
	uint32_t dims;
	int64_t width, height, depth;
	uint64_t bytes;                      /* of the image, as the format says */
	int32_t block_width, block_height;   /* the format's; 0: unknown */
	uint64_t offset;                     /* into the pixel buffer */
};

/* The shape of a format's blocks; 4 x 4 where its name says nothing else. */
void vgpu_wblocks_of(GLenum internal, int32_t *width_out, int32_t *height_out);

/* glPixelStorei of one of the eight. False: it is none of them. */
bool vgpu_wblocks_set(struct vgpu_replay *r, GLenum pname, GLint param);
/* What glGet of one of them answers. False: it is none of them, or was never set. */
bool vgpu_wblocks_get(struct vgpu_replay *r, GLenum pname, GLint *value_out);

/*
 * Before a transfer with a pixel buffer: if the store moves blocks about, see
 * that they are the format's and lie in the buffer, and give them to the driver.
 * Returns true: call the driver, then end. False: GL_INVALID_OPERATION was raised.
 */
bool vgpu_wblocks_begin(struct vgpu_replay *r, bool pack, const struct vgpu_wblock_image *image);
void vgpu_wblocks_end(struct vgpu_replay *r, bool pack);

#endif

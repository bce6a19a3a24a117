/* SPDX-License-Identifier: MIT */
/* Read-back of one image for commands of other files (gl_readback.c). Stream thread, a context is
 * current. */
#ifndef VGPU_BACKEND_WORKER_GL_READBACK_H
#define VGPU_BACKEND_WORKER_GL_READBACK_H

#include <stdint.h>

#include "backend/worker/replay.h"
#include "host_gl.h"
#include "protocol/ref.h"

/* An image of width x height pixels, as the driver says its size is. */
struct vgpu_wread {
	uint16_t op; /* of the command, for its answer */
	int64_t width, height;
	GLenum format, type;
};

/*
 * Let call(r, pixels, data) read it to where ref says: pixels is memory that the
 * image fits in with nothing skipped, or an offset into the pack buffer that is
 * bound. The answer is sent, or the error kept for the guest. call is left out
 * when ref is not of the image's size. Returns what the replay function returns.
 */
int vgpu_wread_image(struct vgpu_replay *r, const struct vgpu_wread *image,
		     const struct vgpu_ref *ref,
		     void (*call)(struct vgpu_replay *r, void *pixels, const void *data),
		     const void *data);

/* Bytes of an image under the pack alignment; 0 when they cannot be known. */
uint64_t vgpu_wread_bytes(struct vgpu_replay *r, int64_t width, int64_t height, GLenum format,
			  GLenum type);

#endif

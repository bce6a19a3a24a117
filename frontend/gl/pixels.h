/* SPDX-License-Identifier: MIT */
/* Images in the program's memory: their form on the wire, and back. */
#ifndef VGPU_FRONTEND_GL_PIXELS_H
#define VGPU_FRONTEND_GL_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>

#include "protocol/ref.h"

struct vgpu_context;
struct vgpu_gl_state;

/*
 * What goes on the wire for pixels of an upload: an offset when an unpack
 * buffer is bound, the rows packed otherwise. A format or type that nobody
 * knows gives NULL, so that the host raises the error. Returns false when
 * memory is short or the image too large (GL error raised). The data is valid
 * until the next use of the context's scratch memory.
 */
bool vgpu_gl_unpack(struct vgpu_context *ctx, uint32_t dims, GLsizei width, GLsizei height,
                    GLsizei depth, GLenum format, GLenum type, const void *pixels,
                    struct vgpu_ref *ref_out);
/* The same for bytes that have no layout (compressed images, pixel maps). */
bool vgpu_gl_unpack_bytes(struct vgpu_context *ctx, int64_t bytes, const void *data,
                          struct vgpu_ref *ref_out);

/* Compressed images, whose layout glPixelStore may have described. */
bool vgpu_gl_unpack_compressed(struct vgpu_context *ctx, uint32_t dims, GLsizei width,
                               GLsizei height, GLsizei depth, GLsizei bytes, const void *data,
                               struct vgpu_ref *ref_out);

/* A read-back in the making. */
struct vgpu_gl_readback {
	struct vgpu_ref ref; /* for the encoder */
	void *user;
	uint8_t *temporary; /* NULL: the answer goes straight to the program */
	uint32_t dims;
	GLsizei width, height, depth;
	GLenum format, type;
};

/*
 * limit: bytes of the program's memory, or -1. Returns false when nothing is to
 * be sent (a GL error may have been raised).
 */
bool vgpu_gl_pack_begin(struct vgpu_context *ctx, struct vgpu_gl_readback *rb, uint32_t dims,
                        GLsizei width, GLsizei height, GLsizei depth, GLenum format, GLenum type,
                        int64_t limit, void *pixels);
/* After the encoder: scatter what came under the pixel store. */
void vgpu_gl_pack_end(struct vgpu_context *ctx, struct vgpu_gl_readback *rb);

/* The value of a glPixelStore parameter, NULL when it is none. */
const int32_t *vgpu_gl_pixel_store_value(struct vgpu_gl_state *gl, GLenum pname);

#endif

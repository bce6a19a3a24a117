/* SPDX-License-Identifier: MIT */
/*
 * Single images of a drawable: made, cleared, copied and moved in a service
 * context, whose state is GL's initial state. Internal to storage.c.
 */
#ifndef VGPU_BACKEND_WORKER_IMAGE_H
#define VGPU_BACKEND_WORKER_IMAGE_H

#include "backend/worker/drawable.h"

struct vgpu_wservice {
	const struct vgpu_gl *gl;
	const struct vgpu_wcaps *caps;
};

/* The colour and depth-stencil formats that a drawable asks for; GL_NONE: no such buffer. */
GLenum vgpu_wformat_color(const struct vgpu_wformat *format, bool es);
GLenum vgpu_wformat_depth(const struct vgpu_wformat *format, bool es);
bool vgpu_wformat_is_depth(GLenum internal);

/* Of what vgpu_wimage_get gives: 4 (bytes), 8 (16 bits) or 16 (floats) for RGBA. */
uint32_t vgpu_wimage_pixel_bytes(GLenum internal);

/* Make an image and clear it. Returns 0 or -ENOMEM. */
int vgpu_wimage_make(const struct vgpu_wservice *service, struct vgpu_wimage *image,
                     GLenum internal, uint32_t width, uint32_t height, uint32_t samples);
void vgpu_wimage_free(const struct vgpu_wservice *service, struct vgpu_wimage *image);

/* Copy the whole of one image to another of the same kind; flip turns it upside down. */
void vgpu_wimage_copy(const struct vgpu_wservice *service, const struct vgpu_wimage *from,
                      const struct vgpu_wimage *to, uint32_t width, uint32_t height, bool flip);

/*
 * Contents in memory, tightly packed. get resolves a multisampled image and
 * returns malloc'd memory, or NULL. put takes what get gave for an image of the
 * same format; bgra: four bytes each, as frames have them.
 */
void *vgpu_wimage_get(const struct vgpu_wservice *service, const struct vgpu_wimage *image,
                      uint32_t width, uint32_t height, uint32_t samples);
void vgpu_wimage_put(const struct vgpu_wservice *service, const struct vgpu_wimage *image,
                     uint32_t width, uint32_t height, const void *data, bool bgra, bool flip);

#endif

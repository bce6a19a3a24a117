/* SPDX-License-Identifier: MIT */
/*
 * Reading pixels in a guest's context without leaving a trace in its state.
 * Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_PIXELREAD_H
#define VGPU_BACKEND_WORKER_PIXELREAD_H

#include "backend/worker/context.h"

#define VGPU_WPACK_STATES 7
#define VGPU_WTRANSFER_STATES 8

/* What of the guest's state changes glReadPixels. */
struct vgpu_wpixel_state {
	GLint pack[VGPU_WPACK_STATES];
	GLint pack_buffer;
	bool transfer_set; /* compatibility: scales and biases differ from the default */
	GLfloat transfer[VGPU_WTRANSFER_STATES];
	GLboolean map_color;
	uint32_t imaging; /* enabled stages of GL_ARB_imaging, as bits */
};

/* Set the state to GL's initial one, with rows not padded; and back. */
void vgpu_wpixel_begin(struct vgpu_replay *r, struct vgpu_wpixel_state *state);
void vgpu_wpixel_end(struct vgpu_replay *r, const struct vgpu_wpixel_state *state);

/*
 * Read width x height pixels of the read framebuffer as BGRA octets to data, or
 * to that offset of the pixel pack buffer that is bound.
 */
void vgpu_wpixel_read_bgra(struct vgpu_replay *r, uint32_t width, uint32_t height, void *data);

#endif

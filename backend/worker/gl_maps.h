/* SPDX-License-Identifier: MIT */
/*
 * Buffers that the host's driver keeps mapped, because the guest has them in a
 * persistent coherent map: what the guest wrote is copied straight into them, as
 * natively the program writes straight into them. A map lasts until the buffer is
 * deleted. All functions but finish are for a stream thread with a context current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_MAPS_H
#define VGPU_BACKEND_WORKER_GL_MAPS_H

#include <stdint.h>

#include "backend/worker/gl_state.h"

/*
 * Copy size octets from src, which the guest may be writing, to offset of a buffer
 * of the host. Returns 0, -ENXIO when its storage cannot be mapped that way (nothing
 * was done: use the driver's commands), or -ERANGE when the buffer is smaller.
 */
int vgpu_wmap_write(struct vgpu_replay *r, GLuint host, uint64_t offset, uint64_t size,
                    const uint8_t *src);

/*
 * Around the deletion of buffers with these guest names: until end no other stream
 * maps them or copies anything, since the driver is about to unmap them.
 */
void vgpu_wmaps_delete_begin(struct vgpu_replay *r, GLsizei n, const GLuint *guest);
void vgpu_wmaps_delete_end(struct vgpu_replay *r);

struct vgpu_wshare;
/* The group ends. */
void vgpu_wmaps_finish(struct vgpu_wshare *share);

#endif

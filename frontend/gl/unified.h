/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_vertex_buffer_unified_memory and GL_NV_uniform_buffer_unified_memory,
 * wholly in the guest: an address is the number of a buffer and an offset, and a
 * range of addresses becomes an ordinary binding of that buffer. No address of
 * the host's GPU crosses the boundary in either direction.
 *
 * Used by the thread that has the context current.
 */
#ifndef VGPU_FRONTEND_GL_UNIFIED_H
#define VGPU_FRONTEND_GL_UNIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>
#include <GL/glext.h>

struct vgpu_context;
struct vgpu_gl_unified;

/* glEnableClientState of one of the extensions' states. False: cap is none of them. */
bool vgpu_gl_unified_enable(struct vgpu_context *ctx, GLenum cap, bool enable);
/* Its value. False: cap is none of them. */
bool vgpu_gl_unified_enabled(struct vgpu_context *ctx, GLenum cap, bool *on_out);
/* Another vertex array object is current: give it the index buffer. False: there is none to give.
 */
bool vgpu_gl_unified_elements(struct vgpu_context *ctx);
void vgpu_gl_unified_destroy(struct vgpu_gl_unified *unified);

#endif

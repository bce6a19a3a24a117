/* SPDX-License-Identifier: MIT */
#ifndef VGPU_FRONTEND_GL_SYNC_H
#define VGPU_FRONTEND_GL_SYNC_H

struct vgpu_context;

/* Put the front buffer on the window where the program draws into it. GL thread. */
void vgpu_gl_show_front(struct vgpu_context *ctx);

#endif

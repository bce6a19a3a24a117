/* SPDX-License-Identifier: MIT */
/* glPushClientAttrib: a stack the guest keeps by itself. */
#ifndef VGPU_FRONTEND_GL_ARRAYS_STACK_H
#define VGPU_FRONTEND_GL_ARRAYS_STACK_H

struct vgpu_gl_state;

void vgpu_gl_client_stack_finish(struct vgpu_gl_state *gl);

#endif

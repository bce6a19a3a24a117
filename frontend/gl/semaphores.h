/* SPDX-License-Identifier: MIT */
/*
 * Semaphores with a value that grows (GL_NVX_progress_fence, GL_NV_timeline_semaphore)
 * and the commands of GL_EXT_semaphore, wholly in the guest: a signal is a fence, a
 * wait for a value waits for the first fence that brings at least that value. They
 * order the contexts of one share group. Nothing can be imported: the host's
 * handles mean nothing in a guest, nor a guest's on the host.
 */
#ifndef VGPU_FRONTEND_GL_SEMAPHORES_H
#define VGPU_FRONTEND_GL_SEMAPHORES_H

struct vgpu_gl_semaphores;

/* The share group ends. NULL is fine. */
void vgpu_gl_semaphores_destroy(struct vgpu_gl_semaphores *semaphores);

#endif

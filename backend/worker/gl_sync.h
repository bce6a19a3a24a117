/* SPDX-License-Identifier: MIT */
/*
 * Sync objects of a share group, by the 64-bit numbers the guest gave them. Any
 * stream of the group may use one at any time; a wait may reach the worker
 * before the fence does, on another stream.
 */
#ifndef VGPU_BACKEND_WORKER_GL_SYNC_H
#define VGPU_BACKEND_WORKER_GL_SYNC_H

struct vgpu_wsyncs;

struct vgpu_wsyncs *vgpu_wsyncs_create(void);
/* The host's objects go with the last context of the group. NULL is fine. */
void vgpu_wsyncs_destroy(struct vgpu_wsyncs *syncs);

#endif

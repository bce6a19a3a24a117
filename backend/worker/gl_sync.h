/* SPDX-License-Identifier: MIT */
/*
 * Sync objects of a share group, by the 64-bit numbers the guest gave them. Any
 * stream of the group may use one at any time; a wait may reach the worker
 * before the fence does, on another stream.
 */
#ifndef VGPU_BACKEND_WORKER_GL_SYNC_H
#define VGPU_BACKEND_WORKER_GL_SYNC_H

struct vgpu_replay;
struct vgpu_wsyncs;

struct vgpu_wsyncs *vgpu_wsyncs_create(void);
/* The host's objects go with the last context of the group. NULL is fine. */
void vgpu_wsyncs_destroy(struct vgpu_wsyncs *syncs);

/*
 * What the guest can know without asking: look whether fences of this stream are
 * signalled, and if so note it in the stream's header page (fences_done of
 * protocol/ring.h). A context is current. r->fences_pending says whether it is of use.
 */
void vgpu_wfences_poll(struct vgpu_replay *r);
/* The current context is about to be released: what is left is not noted any more. */
void vgpu_wfences_leave(struct vgpu_replay *r);
/* The stream has ended. */
void vgpu_wfences_free(struct vgpu_replay *r);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The handles of bindless textures and images that a share group was given
 * (GL_ARB_bindless_texture, GL_NV_bindless_texture). A handle is the host's
 * number: the program writes it into buffers that its shaders read, where
 * nobody can translate it. Commands that take one look it up here first.
 *
 * Any stream thread with a context current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_HANDLES_H
#define VGPU_BACKEND_WORKER_GL_HANDLES_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/replay.h"

enum vgpu_handle_kind {
	VGPU_HANDLE_TEXTURE,
	VGPU_HANDLE_IMAGE,
	VGPU_HANDLE_ANY, /* for vgpu_whandle_known: of either kind */
};

struct vgpu_whandles;

/*
 * The host gave this handle for a texture and perhaps a sampler (guest names; 0:
 * none). A handle of 0 is none and is ignored. Returns 0, -ENOSPC beyond
 * VGPU_MAX_HANDLES of the share group, or -ENOMEM.
 */
int vgpu_whandle_add(struct vgpu_replay *r, enum vgpu_handle_kind kind, uint64_t handle,
		     uint32_t texture, uint32_t sampler);

/* Was this handle given to the share group, and do its texture and sampler still exist? */
bool vgpu_whandle_known(struct vgpu_replay *r, enum vgpu_handle_kind kind, uint64_t handle);

/* The share group ends. NULL is fine. */
void vgpu_whandles_destroy(struct vgpu_whandles *handles);

#endif

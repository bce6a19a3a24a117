/* SPDX-License-Identifier: MIT */
/* Granted memory for a stream or a pool, and the directory that lists its grants. */
#ifndef VGPU_FRONTEND_AGENT_REGION_H
#define VGPU_FRONTEND_AGENT_REGION_H

#include "frontend/agent/xen.h"

struct vgpu_region {
	struct vgpu_grant memory;
	struct vgpu_grant directory; /* read-only for the backend */
};

/* Pages that the directory of a region of so many pages takes. */
uint32_t vgpu_region_directory_pages(uint32_t pages);
/* Allocate, grant to domid, and write the directory. 0 or a negative errno (-ENOSPC: see xen.h). */
int vgpu_region_alloc(uint32_t domid, uint32_t pages, struct vgpu_region *out);
/* The grant of the first directory page. */
uint32_t vgpu_region_first(const struct vgpu_region *region);
/* Give the directory back; the backend has answered. */
void vgpu_region_drop_directory(struct vgpu_region *region);
void vgpu_region_free(struct vgpu_region *region);

#endif

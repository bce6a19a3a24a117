/* SPDX-License-Identifier: MIT */
#include "frontend/agent/region.h"

#include <errno.h>
#include <sys/mman.h>

#include "protocol/vgpuif.h"

uint32_t vgpu_region_directory_pages(uint32_t pages)
{
	return (pages + VGPUIF_DIRECTORY_REFS - 1) / VGPUIF_DIRECTORY_REFS;
}

static int write_directory(const struct vgpu_grant *directory, const struct vgpu_grant *memory)
{
	size_t bytes = (size_t)directory->pages * VGPUIF_PAGE_SIZE;
	struct vgpuif_page_directory *dir;
	uint32_t done = 0;

	dir = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, directory->fd, 0);
	if (dir == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < directory->pages; i++) {
		dir[i].next = i + 1 < directory->pages ? directory->refs[i + 1] : 0;
		for (uint32_t j = 0; j < VGPUIF_DIRECTORY_REFS && done < memory->pages; j++)
			dir[i].ref[j] = memory->refs[done++];
	}
	munmap(dir, bytes);
	return 0;
}

int vgpu_region_alloc(uint32_t domid, uint32_t pages, struct vgpu_region *out)
{
	struct vgpu_region region = { .memory.fd = -1, .directory.fd = -1 };
	int rc = vgpu_grant_alloc(domid, pages, true, &region.memory);

	if (!rc)
		rc = vgpu_grant_alloc(domid, vgpu_region_directory_pages(pages), false,
		                      &region.directory);
	if (!rc)
		rc = write_directory(&region.directory, &region.memory);
	if (rc)
		vgpu_region_free(&region);
	else
		*out = region;
	return rc;
}

uint32_t vgpu_region_first(const struct vgpu_region *region)
{
	return region->directory.refs[0];
}

void vgpu_region_drop_directory(struct vgpu_region *region)
{
	vgpu_grant_free(&region->directory);
}

void vgpu_region_free(struct vgpu_region *region)
{
	vgpu_grant_free(&region->directory);
	vgpu_grant_free(&region->memory);
}

/* SPDX-License-Identifier: MIT */
/* The kernel's PAGEMAP_SCAN (Linux 6.7, Documentation/admin-guide/mm/pagemap.rst): newer than our headers. */
#ifndef VGPU_FRONTEND_GL_PAGEMAP_H
#define VGPU_FRONTEND_GL_PAGEMAP_H

#include <stdint.h>
#include <sys/ioctl.h>

struct vgpu_page_region {
	uint64_t start, end, categories;
};

struct vgpu_scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define VGPU_PAGEMAP_SCAN _IOWR('f', 16, struct vgpu_scan_arg)

#endif

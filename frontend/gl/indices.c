/* SPDX-License-Identifier: MIT */
#include "frontend/gl/indices.h"

#include <string.h>

#include <GL/gl.h>

uint32_t vgpu_gl_index_bytes(uint32_t type)
{
	switch (type) {
	case GL_UNSIGNED_BYTE:
		return 1;
	case GL_UNSIGNED_SHORT:
		return 2;
	case GL_UNSIGNED_INT:
		return 4;
	default:
		return 0;
	}
}

/* One loop per type; the compiler vectorises the one without restart. */
#define SCAN(name, type)                                                                          \
	static struct vgpu_gl_minmax scan_##name(const type *in, uint64_t n, bool restart,        \
	                                         uint32_t skip)                                   \
	{                                                                                         \
		type min = (type)~(type)0, max = 0;                                               \
		bool any = n != 0;                                                                \
                                                                                                  \
		if (!restart || skip > (type)~(type)0) {                                          \
			for (uint64_t i = 0; i < n; i++) {                                        \
				min = in[i] < min ? in[i] : min;                                  \
				max = in[i] > max ? in[i] : max;                                  \
			}                                                                         \
		} else {                                                                          \
			any = false;                                                              \
			for (uint64_t i = 0; i < n; i++) {                                        \
				if (in[i] == (type)skip)                                          \
					continue;                                                 \
				any = true;                                                       \
				min = in[i] < min ? in[i] : min;                                  \
				max = in[i] > max ? in[i] : max;                                  \
			}                                                                         \
		}                                                                                 \
		return (struct vgpu_gl_minmax){ .min = min, .max = max, .any = any };             \
	}                                                                                         \
	static void rebase_##name(type *out, const type *in, uint64_t n, uint32_t less,           \
	                          bool restart, uint32_t skip)                                    \
	{                                                                                         \
		for (uint64_t i = 0; i < n; i++)                                                  \
			out[i] = restart && in[i] == skip ? in[i] : (type)(in[i] - less);         \
	}

SCAN(bytes, uint8_t)
SCAN(shorts, uint16_t)
SCAN(ints, uint32_t)

struct vgpu_gl_minmax vgpu_gl_index_range(const void *indices, uint64_t n, uint32_t type,
                                          bool restart, uint32_t skip)
{
	switch (type) {
	case GL_UNSIGNED_BYTE:
		return scan_bytes(indices, n, restart, skip);
	case GL_UNSIGNED_SHORT:
		return scan_shorts(indices, n, restart, skip);
	case GL_UNSIGNED_INT:
		return scan_ints(indices, n, restart, skip);
	default:
		return (struct vgpu_gl_minmax){ 0 };
	}
}

void vgpu_gl_index_rebase(void *out, const void *in, uint64_t n, uint32_t type, uint32_t less,
                          bool restart, uint32_t skip)
{
	switch (type) {
	case GL_UNSIGNED_BYTE:
		rebase_bytes(out, in, n, less, restart, skip);
		break;
	case GL_UNSIGNED_SHORT:
		rebase_shorts(out, in, n, less, restart, skip);
		break;
	case GL_UNSIGNED_INT:
		rebase_ints(out, in, n, less, restart, skip);
		break;
	default:
		break;
	}
}

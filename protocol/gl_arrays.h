/* SPDX-License-Identifier: MIT */
/*
 * Vertex arrays as the private array commands of vgpu.xml name them: one number
 * for each fixed-function and each generic array of a vertex array object.
 */
#ifndef VGPU_PROTOCOL_GL_ARRAYS_H
#define VGPU_PROTOCOL_GL_ARRAYS_H

#include <stdint.h>

enum vgpu_array {
	VGPU_ARRAY_VERTEX = 0,
	VGPU_ARRAY_NORMAL = 1,
	VGPU_ARRAY_COLOR = 2,
	VGPU_ARRAY_COLOR1 = 3, /* secondary */
	VGPU_ARRAY_FOG = 4,
	VGPU_ARRAY_INDEX = 5,
	VGPU_ARRAY_EDGE_FLAG = 6,
	VGPU_ARRAY_POINT_SIZE = 7, /* GLES 1 */
	VGPU_ARRAY_TEX0 = 8,       /* to 15 */
	VGPU_ARRAY_GENERIC0 = 16,  /* to 47 */
	VGPU_ARRAY_COUNT = 48,
};
#define VGPU_ARRAY_TEX_COUNT 8u
#define VGPU_ARRAY_GENERIC_COUNT 32u
#define VGPU_ARRAY_BIT(a) (UINT64_C(1) << (a))

/* How the components reach the shader. */
enum vgpu_array_flags {
	VGPU_ARRAY_NORMALIZED = 1,
	VGPU_ARRAY_INTEGER = 2, /* VertexAttribIPointer */
	VGPU_ARRAY_LONG = 4,    /* VertexAttribLPointer */
	VGPU_ARRAY_FLAGS = 7,
};

/* One array of vgpuClientArrays: VGPU_CLIENT_ARRAY_WORDS GLuints. */
#define VGPU_CLIENT_ARRAY_WORDS 8u
struct vgpu_client_array {
	uint32_t array;  /* enum vgpu_array */
	uint32_t size;   /* components, or GL_BGRA */
	uint32_t type;
	uint32_t flags;
	uint32_t stride; /* bytes, never 0 */
	uint32_t first;  /* the element that stands at offset */
	uint32_t offset; /* into the data */
	uint32_t zero;
};
_Static_assert(sizeof(struct vgpu_client_array) == 4 * VGPU_CLIENT_ARRAY_WORDS, "wire layout");

/*
 * The element `first` keeps its number: the worker leaves first * stride bytes
 * of its buffer unused before it. Beyond this many bytes the guest renumbers.
 */
#define VGPU_CLIENT_ARRAY_GAP (16u << 20)

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How many bytes or elements a GL array has. Used by both ends: the generated
 * entry points and encoders, the generated decoders, and the hand-written
 * halves. One function computes each size, so the ends cannot disagree.
 *
 * Counts are int64_t: what the program or the wire says, negative ones
 * included; a negative or unknown count means no elements. Results that do not
 * fit are UINT64_MAX (bytes) or INT64_MAX (elements), which no limit lets pass.
 * Pure functions, any thread.
 */
#ifndef VGPU_PROTOCOL_GL_SIZE_H
#define VGPU_PROTOCOL_GL_SIZE_H

#include <stdint.h>

/* n elements in bytes; 0 when n is negative. */
static inline uint64_t vgpu_bytes(int64_t n, uint32_t element)
{
	uint64_t bytes;

	if (n <= 0)
		return 0;
	return __builtin_mul_overflow((uint64_t)n, element, &bytes) ? UINT64_MAX : bytes;
}

/* Sum that stays at UINT64_MAX. */
static inline uint64_t vgpu_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Up to a multiple of 8; n is at most VGPU_MAX_REPLY. */
static inline uint64_t vgpu_pad(uint64_t n)
{
	return (n + 7) & ~(uint64_t)7;
}

/* Bytes of one value of a GL type enum (GL_BYTE ... GL_DOUBLE, GL_2_BYTES ...); 0 if it is none. */
uint32_t vgpu_type_bytes(uint32_t type);

/*
 * Elements that a setter reads for a pname; 1 for what is not a vector, unknown
 * ones included (the host then refuses and reads nothing).
 */
int64_t vgpu_tex_parameter_count(uint32_t pname);
int64_t vgpu_tex_env_count(uint32_t pname);
int64_t vgpu_tex_gen_count(uint32_t pname);
int64_t vgpu_light_count(uint32_t pname);
int64_t vgpu_light_model_count(uint32_t pname);
int64_t vgpu_material_count(uint32_t pname);
int64_t vgpu_fog_count(uint32_t pname);
int64_t vgpu_point_parameter_count(uint32_t pname);
int64_t vgpu_color_table_parameter_count(uint32_t pname);
int64_t vgpu_convolution_parameter_count(uint32_t pname);
int64_t vgpu_combiner_parameter_count(uint32_t pname);
int64_t vgpu_patch_parameter_count(uint32_t pname);

/* glClearBuffer*v: 4 for colour, 1 for depth and stencil. */
int64_t vgpu_clear_buffer_count(uint32_t buffer);

/*
 * Evaluator maps: elements from the first one to the last one that is read.
 * 0 when an argument is one that GL refuses (it then reads nothing).
 */
int64_t vgpu_map1_count(uint32_t target, int64_t stride, int64_t order);
int64_t vgpu_map2_count(uint32_t target, int64_t ustride, int64_t uorder, int64_t vstride,
                        int64_t vorder);
/* The same for a vertex attribute of size components (APPLE_vertex_program_evaluators). */
int64_t vgpu_map_attrib1_count(int64_t size, int64_t stride, int64_t order);
int64_t vgpu_map_attrib2_count(int64_t size, int64_t ustride, int64_t uorder, int64_t vstride,
                               int64_t vorder);

/* glShadingRateSampleOrderCustomNV: x, y and sample of each sample of each pixel; 0 for no rate. */
int64_t vgpu_shading_rate_count(uint32_t rate, uint32_t samples);

/*
 * GL_NV_path_rendering: bytes of coordinates; floats of n transforms; floats that
 * generate so many components (a mode or format that nobody knows: none).
 */
int64_t vgpu_path_coord_bytes(int64_t n, uint32_t type);
int64_t vgpu_path_transform_count(int64_t n, uint32_t type);
int64_t vgpu_path_color_components(uint32_t format);
int64_t vgpu_path_gen_count(uint32_t mode, int64_t components);
/*
 * Bytes of a list of n path names in one of GL's encodings, at most `have` of
 * which may be read; -1: it is longer, malformed, or of no known encoding.
 */
int64_t vgpu_path_list_bytes(int64_t n, uint32_t type, const void *list, uint64_t have);
/* Floats that glGetPathMetricsNV returns for each path, and glGetPathSpacingNV in all. */
int64_t vgpu_path_metric_count(uint32_t mask);
int64_t vgpu_path_spacing_count(int64_t n, uint32_t type);

/* glCallLists: bytes of n list names of a type. */
int64_t vgpu_call_lists_bytes(int64_t n, uint32_t type);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Sizes by pname. The tables list what is longer than one element; a setter
 * whose pname the host refuses reads nothing, so that one is right for the rest.
 */
#include "protocol/gl_size.h"

#include <stddef.h>

#include "gl_enums.h"
#include "protocol/wire.h"

uint32_t vgpu_type_bytes(uint32_t type)
{
	switch (type) {
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
		return 1;
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_HALF_FLOAT:
	case GL_2_BYTES:
		return 2;
	case GL_3_BYTES:
		return 3;
	case GL_INT:
	case GL_UNSIGNED_INT:
	case GL_FLOAT:
	case GL_FIXED:
	case GL_4_BYTES:
		return 4;
	case GL_DOUBLE:
	case GL_INT64_ARB:
	case GL_UNSIGNED_INT64_ARB:
		return 8;
	default:
		return 0;
	}
}

int64_t vgpu_tex_parameter_count(uint32_t pname)
{
	switch (pname) {
	case GL_TEXTURE_BORDER_COLOR:
	case GL_TEXTURE_SWIZZLE_RGBA:
	case GL_TEXTURE_CROP_RECT_OES:
	case GL_POST_TEXTURE_FILTER_BIAS_SGIX:
	case GL_POST_TEXTURE_FILTER_SCALE_SGIX:
	case GL_TEXTURE_CLIPMAP_CENTER_SGIX:
	case GL_TEXTURE_CLIPMAP_OFFSET_SGIX:
	case GL_TEXTURE_CLIPMAP_VIRTUAL_DEPTH_SGIX:
	case GL_TEXTURE_COLOR_WRITEMASK_SGIS:
	case GL_SHADOW_AMBIENT_SGIX:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_tex_env_count(uint32_t pname)
{
	switch (pname) {
	case GL_TEXTURE_ENV_COLOR:
	case GL_TEXTURE_ENV_BIAS_SGIX:
	case GL_CULL_MODES_NV:
	case GL_OFFSET_TEXTURE_MATRIX_NV:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_tex_gen_count(uint32_t pname)
{
	switch (pname) {
	case GL_OBJECT_PLANE:
	case GL_EYE_PLANE:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_light_count(uint32_t pname)
{
	switch (pname) {
	case GL_AMBIENT:
	case GL_DIFFUSE:
	case GL_SPECULAR:
	case GL_POSITION:
		return 4;
	case GL_SPOT_DIRECTION:
		return 3;
	default:
		return 1;
	}
}

int64_t vgpu_light_model_count(uint32_t pname)
{
	return pname == GL_LIGHT_MODEL_AMBIENT ? 4 : 1;
}

int64_t vgpu_material_count(uint32_t pname)
{
	switch (pname) {
	case GL_AMBIENT:
	case GL_DIFFUSE:
	case GL_SPECULAR:
	case GL_EMISSION:
	case GL_AMBIENT_AND_DIFFUSE:
		return 4;
	case GL_COLOR_INDEXES:
		return 3;
	default:
		return 1;
	}
}

int64_t vgpu_fog_count(uint32_t pname)
{
	return pname == GL_FOG_COLOR ? 4 : 1;
}

int64_t vgpu_point_parameter_count(uint32_t pname)
{
	return pname == GL_POINT_DISTANCE_ATTENUATION ? 3 : 1;
}

int64_t vgpu_color_table_parameter_count(uint32_t pname)
{
	switch (pname) {
	case GL_COLOR_TABLE_SCALE:
	case GL_COLOR_TABLE_BIAS:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_convolution_parameter_count(uint32_t pname)
{
	switch (pname) {
	case GL_CONVOLUTION_BORDER_COLOR:
	case GL_CONVOLUTION_FILTER_SCALE:
	case GL_CONVOLUTION_FILTER_BIAS:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_combiner_parameter_count(uint32_t pname)
{
	switch (pname) {
	case GL_CONSTANT_COLOR0_NV:
	case GL_CONSTANT_COLOR1_NV:
		return 4;
	default:
		return 1;
	}
}

int64_t vgpu_patch_parameter_count(uint32_t pname)
{
	switch (pname) {
	case GL_PATCH_DEFAULT_OUTER_LEVEL:
		return 4;
	case GL_PATCH_DEFAULT_INNER_LEVEL:
		return 2;
	default:
		return 1;
	}
}

int64_t vgpu_clear_buffer_count(uint32_t buffer)
{
	return buffer == GL_COLOR ? 4 : 1;
}

int64_t vgpu_shading_rate_count(uint32_t rate, uint32_t samples)
{
	/* pixels of one invocation, from GL_SHADING_RATE_NO_INVOCATIONS_NV on */
	static const uint8_t pixels[] = { 1, 1, 2, 2, 4, 8, 8, 16, 1, 1, 1, 1 };

	rate -= GL_SHADING_RATE_NO_INVOCATIONS_NV;
	return rate < sizeof(pixels) ? (int64_t)pixels[rate] * samples * 3 : 0;
}

/* Components of one control point, 0 for what is no target. */
static int64_t map_components(uint32_t target)
{
	if (target >= GL_MAP1_VERTEX_ATTRIB0_4_NV && target <= GL_MAP2_VERTEX_ATTRIB15_4_NV)
		return 4;
	switch (target) {
	case GL_MAP1_INDEX:
	case GL_MAP2_INDEX:
	case GL_MAP1_TEXTURE_COORD_1:
	case GL_MAP2_TEXTURE_COORD_1:
		return 1;
	case GL_MAP1_TEXTURE_COORD_2:
	case GL_MAP2_TEXTURE_COORD_2:
		return 2;
	case GL_MAP1_NORMAL:
	case GL_MAP2_NORMAL:
	case GL_MAP1_TEXTURE_COORD_3:
	case GL_MAP2_TEXTURE_COORD_3:
	case GL_MAP1_VERTEX_3:
	case GL_MAP2_VERTEX_3:
		return 3;
	case GL_MAP1_COLOR_4:
	case GL_MAP2_COLOR_4:
	case GL_MAP1_TEXTURE_COORD_4:
	case GL_MAP2_TEXTURE_COORD_4:
	case GL_MAP1_VERTEX_4:
	case GL_MAP2_VERTEX_4:
		return 4;
	default:
		return 0;
	}
}

/* Elements of (order - 1) steps of stride and one point of size; INT64_MAX if that overflows. */
static int64_t points(int64_t size, int64_t stride, int64_t order, int64_t last)
{
	int64_t steps, sum;

	if (size <= 0 || order < 1 || stride < size)
		return 0;
	if (__builtin_mul_overflow(order - 1, stride, &steps) ||
	    __builtin_add_overflow(steps, last, &sum))
		return INT64_MAX;
	return sum;
}

int64_t vgpu_map_attrib1_count(int64_t size, int64_t stride, int64_t order)
{
	return points(size, stride, order, size);
}

int64_t vgpu_map_attrib2_count(int64_t size, int64_t ustride, int64_t uorder, int64_t vstride,
                               int64_t vorder)
{
	int64_t row = points(size, vstride, vorder, size);

	return row ? points(size, ustride, uorder, row) : 0;
}

int64_t vgpu_map1_count(uint32_t target, int64_t stride, int64_t order)
{
	return vgpu_map_attrib1_count(map_components(target), stride, order);
}

int64_t vgpu_map2_count(uint32_t target, int64_t ustride, int64_t uorder, int64_t vstride,
                        int64_t vorder)
{
	return vgpu_map_attrib2_count(map_components(target), ustride, uorder, vstride, vorder);
}

int64_t vgpu_call_lists_bytes(int64_t n, uint32_t type)
{
	return n > 0 ? n * (int64_t)vgpu_type_bytes(type) : 0;
}

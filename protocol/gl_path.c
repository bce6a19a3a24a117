/* SPDX-License-Identifier: MIT */
/* Sizes of GL_NV_path_rendering (gl_size.h). */
#include "protocol/gl_size.h"

#include <string.h>

#include "gl_enums.h"

int64_t vgpu_path_coord_bytes(int64_t n, uint32_t type)
{
	switch (type) {
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_FLOAT:
		return n > 0 ? n * vgpu_type_bytes(type) : 0;
	default:
		return 0;
	}
}

int64_t vgpu_path_transform_count(int64_t n, uint32_t type)
{
	int64_t each;

	switch (type) {
	case GL_TRANSLATE_X_NV:
	case GL_TRANSLATE_Y_NV:
		each = 1;
		break;
	case GL_TRANSLATE_2D_NV:
		each = 2;
		break;
	case GL_TRANSLATE_3D_NV:
		each = 3;
		break;
	case GL_AFFINE_2D_NV:
	case GL_TRANSPOSE_AFFINE_2D_NV:
		each = 6;
		break;
	case GL_AFFINE_3D_NV:
	case GL_TRANSPOSE_AFFINE_3D_NV:
		each = 12;
		break;
	default:
		return 0;
	}
	return n > 0 ? n * each : 0;
}

int64_t vgpu_path_color_components(uint32_t format)
{
	switch (format) {
	case GL_ALPHA:
	case GL_LUMINANCE:
	case GL_INTENSITY:
		return 1;
	case GL_LUMINANCE_ALPHA:
		return 2;
	case GL_RGB:
		return 3;
	case GL_RGBA:
		return 4;
	default:
		return 0;
	}
}

int64_t vgpu_path_gen_count(uint32_t mode, int64_t components)
{
	if (components < 0 || components > 4)
		return 0;
	switch (mode) {
	case GL_CONSTANT:
		return components;
	case GL_OBJECT_LINEAR:
	case GL_PATH_OBJECT_BOUNDING_BOX_NV:
		return components * 3;
	case GL_EYE_LINEAR:
		return components * 4;
	default:
		return 0;
	}
}

/* Bytes of a character that begins with this one; 0: none does. */
static uint32_t utf8_bytes(uint8_t lead)
{
	return lead < 0x80   ? 1
	       : lead < 0xc0 ? 0
	       : lead < 0xe0 ? 2
	       : lead < 0xf0 ? 3
	       : lead < 0xf8 ? 4
			     : 0;
}

static int64_t utf8_list(int64_t n, const uint8_t *list, uint64_t have)
{
	uint64_t at = 0;

	for (; n > 0; n--) {
		uint32_t bytes = at < have ? utf8_bytes(list[at]) : 0;

		if (!bytes || bytes > have - at)
			return -1;
		at += bytes;
	}
	return (int64_t)at;
}

static int64_t utf16_list(int64_t n, const uint8_t *list, uint64_t have)
{
	uint64_t at = 0;

	for (; n > 0; n--) {
		uint16_t unit;
		uint32_t bytes = 2;

		if (have - at < 2)
			return -1;
		memcpy(&unit, list + at, sizeof(unit));
		if (unit >= 0xd800 && unit < 0xdc00)
			bytes = 4;
		if (have - at < bytes)
			return -1;
		at += bytes;
	}
	return (int64_t)at;
}

int64_t vgpu_path_list_bytes(int64_t n, uint32_t type, const void *list, uint64_t have)
{
	int64_t bytes;

	if (n < 0)
		n = 0;
	switch (type) {
	case GL_UTF8_NV:
		return utf8_list(n, list, have);
	case GL_UTF16_NV:
		return utf16_list(n, list, have);
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_INT:
	case GL_UNSIGNED_INT:
	case GL_2_BYTES:
	case GL_3_BYTES:
	case GL_4_BYTES:
		bytes = n * vgpu_type_bytes(type);
		return (uint64_t)bytes <= have ? bytes : -1;
	default:
		return -1;
	}
}

int64_t vgpu_path_metric_count(uint32_t mask)
{
	return __builtin_popcount(mask);
}

int64_t vgpu_path_spacing_count(int64_t n, uint32_t type)
{
	if (n < 2 || (type != GL_TRANSLATE_X_NV && type != GL_TRANSLATE_2D_NV))
		return 0;
	return (n - 1) * (type == GL_TRANSLATE_2D_NV ? 2 : 1);
}

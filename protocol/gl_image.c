/* SPDX-License-Identifier: MIT */
#include "protocol/gl_image.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <GL/gl.h>
#include <GL/glext.h>

/* Of OES extensions and of GLES headers, which glext.h does not have. */

#ifndef GL_HALF_FLOAT_OES
#define GL_HALF_FLOAT_OES 0x8D61
#endif

uint32_t vgpu_image_components(uint32_t format)
{
	switch (format) {
	case GL_COLOR_INDEX:
	case GL_STENCIL_INDEX:
	case GL_DEPTH_COMPONENT:
	case GL_RED:
	case GL_GREEN:
	case GL_BLUE:
	case GL_ALPHA:
	case GL_LUMINANCE:
	case GL_INTENSITY:
	case GL_RED_INTEGER:
	case GL_GREEN_INTEGER:
	case GL_BLUE_INTEGER:
	case GL_ALPHA_INTEGER:
	case GL_LUMINANCE_INTEGER_EXT:
		return 1;
	case GL_RG:
	case GL_RG_INTEGER:
	case GL_LUMINANCE_ALPHA:
	case GL_LUMINANCE_ALPHA_INTEGER_EXT:
	case GL_DEPTH_STENCIL:
	case GL_YCBCR_MESA:
	case GL_DU8DV8_ATI: /* also GL_DUDV_ATI's component count */
	case GL_DUDV_ATI:
		return 2;
	case GL_RGB:
	case GL_BGR:
	case GL_RGB_INTEGER:
	case GL_BGR_INTEGER:
		return 3;
	case GL_RGBA:
	case GL_BGRA:
	case GL_RGBA_INTEGER:
	case GL_BGRA_INTEGER:
	case GL_ABGR_EXT:
	case GL_CMYK_EXT:
		return 4;
	default:
		return 0;
	}
}

uint32_t vgpu_image_pixel_bits(uint32_t format, uint32_t type)
{
	uint32_t n = vgpu_image_components(format);

	if (!n)
		return 0;
	switch (type) {
	case GL_BITMAP:
		return 1;
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
		return n * 8;
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_HALF_FLOAT:
	case GL_HALF_FLOAT_OES:
		return n * 16;
	case GL_INT:
	case GL_UNSIGNED_INT:
	case GL_FLOAT:
	case GL_FIXED:
		return n * 32;
	case GL_DOUBLE:
		return n * 64;
	case GL_UNSIGNED_BYTE_3_3_2:
	case GL_UNSIGNED_BYTE_2_3_3_REV:
		return 8;
	case GL_UNSIGNED_SHORT_5_6_5:
	case GL_UNSIGNED_SHORT_5_6_5_REV:
	case GL_UNSIGNED_SHORT_4_4_4_4:
	case GL_UNSIGNED_SHORT_4_4_4_4_REV:
	case GL_UNSIGNED_SHORT_5_5_5_1:
	case GL_UNSIGNED_SHORT_1_5_5_5_REV:
	case GL_UNSIGNED_SHORT_8_8_MESA:
	case GL_UNSIGNED_SHORT_8_8_REV_MESA:
		return 16;
	case GL_UNSIGNED_INT_8_8_8_8:
	case GL_UNSIGNED_INT_8_8_8_8_REV:
	case GL_UNSIGNED_INT_10_10_10_2:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_24_8:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
	case GL_UNSIGNED_INT_5_9_9_9_REV:
		return 32;
	case GL_FLOAT_32_UNSIGNED_INT_24_8_REV:
		return 64;
	default:
		return 0;
	}
}

static bool mul(uint64_t a, uint64_t b, uint64_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

static bool add(uint64_t a, uint64_t b, uint64_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

int vgpu_image_layout(struct vgpu_image_layout *layout_out, const struct vgpu_pixel_store *store,
                      uint32_t dims, int64_t width, int64_t height, int64_t depth,
                      uint32_t format, uint32_t type)
{
	struct vgpu_image_layout l = { .pixel_bits = vgpu_image_pixel_bits(format, type) };
	int32_t align = store->alignment;
	uint64_t bits, row, a, b, c, rows_per_image;
	uint64_t skip_images = dims == 3 ? (uint64_t)store->skip_images : 0;

	if (!l.pixel_bits || width < 0 || height < 0 || depth < 0 || store->row_length < 0 ||
	    store->image_height < 0 || store->skip_pixels < 0 || store->skip_rows < 0 ||
	    store->skip_images < 0 || (align != 1 && align != 2 && align != 4 && align != 8))
		return -EINVAL;

	row = store->row_length ? (uint64_t)store->row_length : (uint64_t)width;
	rows_per_image = dims == 3 && store->image_height ? (uint64_t)store->image_height
	                                                  : (uint64_t)height;
	if (!mul(row, l.pixel_bits, &bits) || !add(bits, 7 + 8 * (uint64_t)align, &a))
		return -EOVERFLOW;
	l.row_stride = ((bits + 7) / 8 + (uint64_t)align - 1) / (uint64_t)align * (uint64_t)align;
	if (!mul(l.row_stride, rows_per_image, &l.image_stride))
		return -EOVERFLOW;

	/* skipped pixels may be bits */
	if (!mul((uint64_t)store->skip_pixels, l.pixel_bits, &bits))
		return -EOVERFLOW;
	l.start_bit = bits % 8;
	if (!mul(l.row_stride, (uint64_t)store->skip_rows, &a) ||
	    !mul(l.image_stride, skip_images, &b) || !add(a, b, &c) || !add(c, bits / 8, &l.start))
		return -EOVERFLOW;

	if (!mul((uint64_t)width, l.pixel_bits, &bits) || !add(bits, l.start_bit + 7, &bits))
		return -EOVERFLOW;
	l.row_bytes = bits / 8;
	if (width && height && depth) {
		if (!mul(l.image_stride, (uint64_t)depth - 1, &a) ||
		    !mul(l.row_stride, (uint64_t)height - 1, &b) || !add(a, b, &c) ||
		    !add(c, l.row_bytes, &l.total) || !add(l.total, l.start, &a) || a > INT64_MAX)
			return -EOVERFLOW;
	}
	*layout_out = l;
	return 0;
}

int vgpu_image_bytes(uint64_t *bytes_out, int32_t alignment, int64_t width, int64_t height,
                     int64_t depth, uint32_t format, uint32_t type)
{
	struct vgpu_pixel_store store = { .alignment = alignment };
	struct vgpu_image_layout l;
	int rc = vgpu_image_layout(&l, &store, 3, width, height, depth, format, type);

	if (rc)
		return rc;
	*bytes_out = l.total;
	return 0;
}

bool vgpu_image_is_wire(const struct vgpu_pixel_store *store, uint32_t dims)
{
	return !store->row_length && !store->skip_pixels && !store->skip_rows &&
	       (dims < 3 || (!store->image_height && !store->skip_images));
}

/*
 * One row of bits. at_src and at_dst are the first bit's place in the first
 * byte, in the order that lsb_first names.
 */
static void copy_bits(uint8_t *dst, uint64_t at_dst, const uint8_t *src, uint64_t at_src,
                      uint64_t n, bool lsb_first)
{
	uint64_t i;

	for (i = 0; i < n; i++) {
		uint64_t s = at_src + i, d = at_dst + i;
		uint8_t sm = lsb_first ? (uint8_t)(1u << (s & 7)) : (uint8_t)(0x80u >> (s & 7));
		uint8_t dm = lsb_first ? (uint8_t)(1u << (d & 7)) : (uint8_t)(0x80u >> (d & 7));

		if (src[s >> 3] & sm)
			dst[d >> 3] |= dm;
		else
			dst[d >> 3] &= (uint8_t)~dm;
	}
}

static int copy_image(uint8_t *wire, uint8_t *user, bool to_wire,
                      const struct vgpu_pixel_store *store, uint32_t dims, int64_t width,
                      int64_t height, int64_t depth, uint32_t format, uint32_t type)
{
	struct vgpu_pixel_store plain = vgpu_image_wire_store(store);
	struct vgpu_image_layout u, w;
	int64_t z, y;
	int rc;

	rc = vgpu_image_layout(&u, store, dims, width, height, depth, format, type);
	if (rc)
		return rc;
	rc = vgpu_image_layout(&w, &plain, dims, width, height, depth, format, type);
	if (rc)
		return rc;
	if (!w.total)
		return 0;
	if (u.row_stride == w.row_stride && u.image_stride == w.image_stride && !u.start_bit) {
		if (to_wire)
			memcpy(wire, user + u.start, w.total);
		else if (w.row_stride == w.row_bytes && type != GL_BITMAP)
			memcpy(user + u.start, wire, w.total);
		else
			goto rows;
		return 0;
	}
rows:
	for (z = 0; z < depth; z++) {
		for (y = 0; y < height; y++) {
			uint8_t *up = user + u.start + u.image_stride * (uint64_t)z +
			              u.row_stride * (uint64_t)y;
			uint8_t *wp = wire + w.image_stride * (uint64_t)z +
			              w.row_stride * (uint64_t)y;

			if (type == GL_BITMAP && to_wire)
				copy_bits(wp, 0, up, u.start_bit, (uint64_t)width, store->lsb_first);
			else if (type == GL_BITMAP)
				copy_bits(up, u.start_bit, wp, 0, (uint64_t)width, store->lsb_first);
			else if (to_wire)
				memcpy(wp, up, w.row_bytes);
			else
				memcpy(up, wp, w.row_bytes);
		}
	}
	return 0;
}

int vgpu_image_to_wire(void *wire, const void *user, const struct vgpu_pixel_store *store,
                       uint32_t dims, int64_t width, int64_t height, int64_t depth,
                       uint32_t format, uint32_t type)
{
	return copy_image(wire, (uint8_t *)(uintptr_t)user, true, store, dims, width, height, depth,
	                  format, type);
}

int vgpu_image_from_wire(void *user, const void *wire, const struct vgpu_pixel_store *store,
                         uint32_t dims, int64_t width, int64_t height, int64_t depth,
                         uint32_t format, uint32_t type)
{
	return copy_image((uint8_t *)(uintptr_t)wire, user, false, store, dims, width, height, depth,
	                  format, type);
}

bool vgpu_image_compressed(struct vgpu_compressed_layout *layout_out,
                           const struct vgpu_pixel_store *store, uint32_t dims, int64_t width,
                           int64_t height, int64_t depth, uint64_t bytes)
{
	struct vgpu_compressed_layout l = { 0 };
	const int64_t limit = 1 << 20; /* no image is that large: products fit 64 bits */
	uint64_t size = (uint64_t)store->block_size, bw = (uint64_t)store->block_width;
	uint64_t bh = dims > 1 ? (uint64_t)store->block_height : 1;
	uint64_t bd = dims > 2 ? (uint64_t)store->block_depth : 1, rows;

	if (store->block_size <= 0 || store->block_width <= 0 || store->block_size > 4096 ||
	    store->row_length > limit || store->image_height > limit || store->skip_pixels > limit ||
	    store->skip_rows > limit || store->skip_images > limit || width < 0 || height < 0 ||
	    depth < 0 || width > limit || height > limit || depth > limit)
		return false;
	l.row_bytes = ((uint64_t)width + bw - 1) / bw * size;
	l.row_stride = store->row_length ? ((uint64_t)store->row_length + bw - 1) / bw * size
	                                 : l.row_bytes;
	l.start = (uint64_t)store->skip_pixels / bw * size;
	l.rows = bh ? ((uint64_t)height + bh - 1) / bh : (uint64_t)height;
	rows = l.rows;
	if (dims > 1 && bh) {
		l.start += (uint64_t)store->skip_rows / bh * l.row_stride;
		if (dims > 2 && store->image_height)
			rows = ((uint64_t)store->image_height + bh - 1) / bh;
	}
	l.slice_stride = rows * l.row_stride;
	l.slices = bd ? ((uint64_t)depth + bd - 1) / bd : (uint64_t)depth;
	if (dims > 2 && bd)
		l.start += (uint64_t)store->skip_images / bd * l.slice_stride;
	if (!l.row_bytes || l.row_bytes * l.rows * l.slices != bytes)
		return false;
	*layout_out = l;
	return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * Pixels of the X11 presenter: a frame is BGRA octets, an X image is what the
 * depth's pixmap format and the visual's masks say.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/present/x11_internal.h"

static bool masks_of_depth(uint8_t depth, uint32_t masks[3])
{
	static const struct {
		uint8_t depth;
		uint32_t masks[3];
	} usual[] = {
		{ 15, { 0x7c00, 0x3e0, 0x1f } },    { 16, { 0xf800, 0x7e0, 0x1f } },
		{ 24, { 0xff0000, 0xff00, 0xff } }, { 30, { 0x3ff00000, 0xffc00, 0x3ff } },
		{ 32, { 0xff0000, 0xff00, 0xff } },
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (usual[i].depth == depth) {
			memcpy(masks, usual[i].masks, sizeof(usual[i].masks));
			return true;
		}
	}
	return false;
}

bool vgpu_x11_format_init(struct vgpu_x11_format *format, const xcb_setup_t *setup, uint8_t depth,
                          const uint32_t masks[3])
{
	xcb_format_iterator_t it = xcb_setup_pixmap_formats_iterator(setup);
	static const uint32_t frame_masks[3] = { 0xff0000, 0xff00, 0xff };

	while (it.rem && it.data->depth != depth)
		xcb_format_next(&it);
	if (!it.rem)
		return false;
	memset(format, 0, sizeof(*format));
	format->bytes_per_pixel = it.data->bits_per_pixel / 8;
	format->pad = it.data->scanline_pad / 8;
	if (format->bytes_per_pixel < 2 || format->bytes_per_pixel > 4 || format->pad == 0)
		return false;
	if (masks[0] | masks[1] | masks[2])
		memcpy(format->mask, masks, sizeof(format->mask));
	else if (!masks_of_depth(depth, format->mask))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!format->mask[i])
			return false;
		format->shift[i] = __builtin_ctz(format->mask[i]);
		format->bits[i] = __builtin_popcount(format->mask[i]);
	}
	format->msb_first = setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;
	format->direct = format->bytes_per_pixel == 4 && !format->msb_first &&
	                 memcmp(format->mask, frame_masks, sizeof(frame_masks)) == 0;
	return true;
}

size_t vgpu_x11_format_stride(const struct vgpu_x11_format *format, uint32_t width)
{
	size_t bytes = (size_t)width * format->bytes_per_pixel;

	return (bytes + format->pad - 1) / format->pad * format->pad;
}

/* An 8-bit component with more or fewer bits. */
static uint32_t scale(uint8_t value, uint8_t bits)
{
	if (bits <= 8)
		return value >> (8 - bits);
	return (uint32_t)(((uint64_t)value * ((UINT64_C(1) << bits) - 1) + 127) / 255);
}

static void store(const struct vgpu_x11_format *format, uint8_t *dst, uint32_t pixel)
{
	unsigned int n = format->bytes_per_pixel;

	for (unsigned int i = 0; i < n; i++)
		dst[format->msb_first ? n - 1 - i : i] = (uint8_t)(pixel >> (8 * i));
}

void vgpu_x11_convert(const struct vgpu_x11_format *format, uint8_t *dst, const uint8_t *src,
                      uint32_t src_stride, uint32_t width, uint32_t height)
{
	size_t dst_stride = vgpu_x11_format_stride(format, width);
	uint32_t table[3][256];
	uint32_t spare = 0; /* alpha of a 32-bit pixel, if the masks leave its octet free */

	if (format->direct) {
		for (uint32_t y = 0; y < height; y++)
			memcpy(dst + y * dst_stride, src + (size_t)y * src_stride,
			       (size_t)width * 4);
		return;
	}
	for (unsigned int c = 0; c < 3; c++) {
		for (unsigned int v = 0; v < 256; v++)
			table[c][v] =
				(scale(v, format->bits[c]) << format->shift[c]) & format->mask[c];
	}
	if (format->bytes_per_pixel == 4)
		spare = ~(format->mask[0] | format->mask[1] | format->mask[2]);
	if (spare != 0xff000000 && spare != 0x000000ff)
		spare = 0;
	for (uint32_t y = 0; y < height; y++) {
		const uint8_t *from = src + (size_t)y * src_stride;
		uint8_t *to = dst + y * dst_stride;

		for (uint32_t x = 0; x < width; x++, from += 4, to += format->bytes_per_pixel) {
			uint32_t alpha = (uint32_t)from[3] * 0x01010101u & spare;

			store(format, to,
			      table[0][from[2]] | table[1][from[1]] | table[2][from[0]] | alpha);
		}
	}
}

static void put(struct vgpu_x11_present *present, uint32_t x, uint32_t y, uint32_t width,
                uint32_t height, const uint8_t *data, size_t bytes)
{
	xcb_put_image(present->x11->c, XCB_IMAGE_FORMAT_Z_PIXMAP, present->id, present->gc, width,
	              height, x, y, 0, present->depth, bytes, data);
}

int vgpu_x11_put_wire(struct vgpu_x11_present *present, const struct vgpu_show_frame *frame)
{
	const struct vgpu_x11_format *format = &present->format;
	size_t limit = (size_t)xcb_get_maximum_request_length(present->x11->c) * 4;
	size_t stride = vgpu_x11_format_stride(format, frame->width);
	const uint8_t *pixels = frame->pixels;
	uint8_t *copy = NULL;
	uint32_t rows, columns;

	/* 8 more than the request's header: a large request has a longer one */
	limit -= sizeof(xcb_put_image_request_t) + 8;
	if (!format->direct || frame->stride != stride) {
		copy = malloc(stride * frame->height);
		if (!copy)
			return -ENOMEM;
		vgpu_x11_convert(format, copy, frame->pixels, frame->stride, frame->width,
		                 frame->height);
		pixels = copy;
	}
	rows = stride <= limit ? limit / stride : 0;
	if (rows > 0) {
		for (uint32_t y = 0; y < frame->height; y += rows) {
			uint32_t n = frame->height - y < rows ? frame->height - y : rows;

			put(present, 0, y, frame->width, n, pixels + y * stride, n * stride);
		}
	} else {
		/* a row is too long: pieces of it that end on the row padding */
		columns = limit / format->bytes_per_pixel / 4 * 4;
		for (uint32_t y = 0; y < frame->height; y++) {
			for (uint32_t x = 0; x < frame->width; x += columns) {
				uint32_t left = frame->width - x;
				uint32_t n = left < columns ? left : columns;

				put(present, x, y, n, 1,
				    pixels + y * stride + (size_t)x * format->bytes_per_pixel,
				    vgpu_x11_format_stride(format, n));
			}
		}
	}
	free(copy);
	return 0;
}

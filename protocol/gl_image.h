/* SPDX-License-Identifier: MIT */
/*
 * How large an image in client memory is. Both ends use this one copy: the
 * guest to know what to send, the worker to check what it got.
 *
 * An image on the wire is `rows` = height * depth rows, each padded to the
 * alignment in force (GL_PACK_ALIGNMENT or GL_UNPACK_ALIGNMENT) except the
 * last, which ends with its last pixel: exactly what GL touches when row
 * length, image height and all skips are 0.
 */
#ifndef VGPU_PROTOCOL_GL_IMAGE_H
#define VGPU_PROTOCOL_GL_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

/* What glPixelStore sets, for one direction. All zero but alignment by default. */
struct vgpu_pixel_store {
	int32_t alignment; /* 1, 2, 4 or 8 */
	int32_t row_length;
	int32_t image_height;
	int32_t skip_pixels;
	int32_t skip_rows;
	int32_t skip_images;
	int32_t swap_bytes;
	int32_t lsb_first;
	int32_t block_width, block_height, block_depth, block_size; /* compressed */
};

#define VGPU_PIXEL_STORE_DEFAULT { .alignment = 4 }

/* Components of a pixel of this format (1..4), 0 if the format is unknown. */
uint32_t vgpu_image_components(uint32_t format);

/* Bits of one pixel, 0 if format or type is unknown. GL_BITMAP gives 1. */
uint32_t vgpu_image_pixel_bits(uint32_t format, uint32_t type);

/* Where an image lies in memory, in bytes. */
struct vgpu_image_layout {
	uint64_t pixel_bits;
	uint64_t row_bytes;   /* touched in one row, without padding */
	uint64_t row_stride;  /* from one row to the next */
	uint64_t image_stride; /* from one image of a 3D image to the next */
	uint64_t start;       /* of the first byte touched */
	uint64_t start_bit;   /* GL_BITMAP: skipped bits in the first byte */
	uint64_t total;       /* from start to the end of the last byte touched; 0: nothing */
};

/*
 * The layout of width x height x depth pixels under a pixel store. dims is 1, 2
 * or 3: image height and skipped images count only for 3. Returns 0, -EINVAL
 * for an unknown format or type or a negative size, -EOVERFLOW when a number
 * does not fit.
 */
int vgpu_image_layout(struct vgpu_image_layout *layout_out, const struct vgpu_pixel_store *store,
                      uint32_t dims, int64_t width, int64_t height, int64_t depth,
                      uint32_t format, uint32_t type);

/* Bytes of an image on the wire. Same errors. */
int vgpu_image_bytes(uint64_t *bytes_out, int32_t alignment, int64_t width, int64_t height,
                     int64_t depth, uint32_t format, uint32_t type);

/* The store of the wire: this alignment, nothing skipped. */
static inline struct vgpu_pixel_store vgpu_image_wire_store(const struct vgpu_pixel_store *store)
{
	struct vgpu_pixel_store wire = {
		.alignment = store->alignment,
		.swap_bytes = store->swap_bytes,
		.lsb_first = store->lsb_first,
	};
	return wire;
}

/* True when the program's memory already has the layout of the wire. */
bool vgpu_image_is_wire(const struct vgpu_pixel_store *store, uint32_t dims);

/*
 * Copy between the program's memory under its pixel store and the layout of the
 * wire. Bits that the program's image does not cover are left alone. The wire
 * buffer has vgpu_image_bytes() bytes. Both fail as vgpu_image_layout does.
 */
int vgpu_image_to_wire(void *wire, const void *user, const struct vgpu_pixel_store *store,
                       uint32_t dims, int64_t width, int64_t height, int64_t depth,
                       uint32_t format, uint32_t type);
int vgpu_image_from_wire(void *user, const void *wire, const struct vgpu_pixel_store *store,
                         uint32_t dims, int64_t width, int64_t height, int64_t depth,
                         uint32_t format, uint32_t type);

/*
 * Compressed images have a layout of their own once the size of a block has been
 * set (GL_UNPACK_COMPRESSED_BLOCK_SIZE ...). On the wire they are always compact:
 * bytes in all. False: there is nothing to lay out, or it does not add up to that.
 */
struct vgpu_compressed_layout {
	uint64_t start;      /* of the first block */
	uint64_t row_bytes;  /* of one row of blocks */
	uint64_t row_stride, slice_stride;
	uint64_t rows, slices;
};
bool vgpu_image_compressed(struct vgpu_compressed_layout *layout_out,
                           const struct vgpu_pixel_store *store, uint32_t dims, int64_t width,
                           int64_t height, int64_t depth, uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/* Sizes and repacking of images, against a walk over every pixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <GL/gl.h>
#include <GL/glext.h>

#include "protocol/gl_image.h"

struct kind {
	GLenum format, type;
	uint32_t bits;
};

static const struct kind kinds[] = {
	{ GL_RED, GL_UNSIGNED_BYTE, 8 },
	{ GL_RGB, GL_UNSIGNED_BYTE, 24 },
	{ GL_RGBA, GL_UNSIGNED_BYTE, 32 },
	{ GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, 32 },
	{ GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 16 },
	{ GL_RGB, GL_UNSIGNED_BYTE_3_3_2, 8 },
	{ GL_RGB, GL_FLOAT, 96 },
	{ GL_RGBA, GL_HALF_FLOAT, 64 },
	{ GL_LUMINANCE_ALPHA, GL_UNSIGNED_SHORT, 32 },
	{ GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8, 32 },
	{ GL_DEPTH_STENCIL, GL_FLOAT_32_UNSIGNED_INT_24_8_REV, 64 },
	{ GL_COLOR_INDEX, GL_BITMAP, 1 },
	{ GL_RGBA_INTEGER, GL_INT, 128 },
};

static struct vgpu_pixel_store random_store(void)
{
	struct vgpu_pixel_store s = { .alignment = 1 << rand() % 4 };

	if (rand() % 2)
		s.row_length = rand() % 20;
	if (rand() % 2)
		s.image_height = rand() % 6;
	if (rand() % 2)
		s.skip_pixels = rand() % 11;
	if (rand() % 2)
		s.skip_rows = rand() % 4;
	if (rand() % 2)
		s.skip_images = rand() % 3;
	s.lsb_first = rand() % 2;
	return s;
}

/* The bit that pixel (x, y, z) starts at, straight from the specification. */
static uint64_t pixel_at(const struct vgpu_pixel_store *s, uint32_t dims, uint64_t w, uint64_t h,
                         uint32_t bits, uint64_t x, uint64_t y, uint64_t z)
{
	uint64_t row = s->row_length ? (uint64_t)s->row_length : w;
	uint64_t rows = dims == 3 && s->image_height ? (uint64_t)s->image_height : h;
	uint64_t a = (uint64_t)s->alignment, bytes = (row * bits + 7) / 8, stride;

	for (stride = bytes; stride % a; stride++)
		;
	z += dims == 3 ? (uint64_t)s->skip_images : 0;
	y += (uint64_t)s->skip_rows;
	x += (uint64_t)s->skip_pixels;
	return (z * rows + y) * stride * 8 + x * bits;
}

static void sizes(void **state)
{
	for (int round = 0; round < 20000; round++) {
		const struct kind *k = &kinds[(size_t)rand() % (sizeof(kinds) / sizeof(kinds[0]))];
		struct vgpu_pixel_store s = random_store();
		uint32_t dims = 1 + (uint32_t)rand() % 3;
		int64_t w = rand() % 9, h = dims > 1 ? rand() % 5 : 1, d = dims > 2 ? rand() % 4 : 1;
		uint64_t first = UINT64_MAX, last = 0;
		struct vgpu_image_layout l;

		assert_int_equal(vgpu_image_layout(&l, &s, dims, w, h, d, k->format, k->type), 0);
		assert_int_equal(l.pixel_bits, k->bits);
		for (int64_t z = 0; z < d; z++)
			for (int64_t y = 0; y < h; y++)
				for (int64_t x = 0; x < w; x++) {
					uint64_t at = pixel_at(&s, dims, (uint64_t)w, (uint64_t)h, k->bits,
					                       (uint64_t)x, (uint64_t)y, (uint64_t)z);

					first = at / 8 < first ? at / 8 : first;
					last = (at + k->bits + 7) / 8 > last ? (at + k->bits + 7) / 8 : last;
				}
		if (first == UINT64_MAX) {
			assert_int_equal(l.total, 0);
			continue;
		}
		assert_int_equal(l.start, first);
		/* a row length shorter than the image makes rows overlap: the last byte is then elsewhere */
		if ((!s.row_length || s.row_length >= w) && (!s.image_height || s.image_height >= h || dims < 3))
			assert_int_equal(l.start + l.total, last);
	}
}

static int get_bit(const uint8_t *p, uint64_t bit, int lsb)
{
	return p[bit / 8] >> (lsb ? bit % 8 : 7 - bit % 8) & 1;
}

static void repack(void **state)
{
	for (int round = 0; round < 20000; round++) {
		const struct kind *k = &kinds[(size_t)rand() % (sizeof(kinds) / sizeof(kinds[0]))];
		struct vgpu_pixel_store s = random_store(), plain;
		uint32_t dims = 1 + (uint32_t)rand() % 3;
		int64_t w = 1 + rand() % 9, h = dims > 1 ? 1 + rand() % 5 : 1;
		int64_t d = dims > 2 ? 1 + rand() % 4 : 1;
		struct vgpu_image_layout l;
		uint8_t *user, *wire, *back, *same;
		uint64_t bytes;

		if (s.row_length && s.row_length < w)
			s.row_length = (int32_t)w;
		if (s.image_height && s.image_height < h)
			s.image_height = (int32_t)h;
		plain = vgpu_image_wire_store(&s);
		assert_int_equal(vgpu_image_layout(&l, &s, dims, w, h, d, k->format, k->type), 0);
		assert_int_equal(vgpu_image_bytes(&bytes, s.alignment, w, h, d, k->format, k->type), 0);
		/* exactly as large as touched, so that a sanitizer sees one byte too many */
		user = malloc(l.start + l.total);
		back = malloc(l.start + l.total);
		same = malloc(l.start + l.total);
		wire = calloc(1, bytes);
		for (uint64_t i = 0; i < l.start + l.total; i++)
			user[i] = (uint8_t)rand();
		memset(back, 0x5a, l.start + l.total);
		assert_int_equal(vgpu_image_to_wire(wire, user, &s, dims, w, h, d, k->format, k->type), 0);
		assert_int_equal(vgpu_image_from_wire(back, wire, &s, dims, w, h, d, k->format, k->type), 0);
		memset(same, 0x5a, l.start + l.total);
		for (int64_t z = 0; z < d; z++)
			for (int64_t y = 0; y < h; y++)
				for (int64_t x = 0; x < w; x++) {
					uint64_t u = pixel_at(&s, dims, (uint64_t)w, (uint64_t)h, k->bits,
					                      (uint64_t)x, (uint64_t)y, (uint64_t)z);
					uint64_t v = pixel_at(&plain, dims, (uint64_t)w, (uint64_t)h, k->bits,
					                      (uint64_t)x, (uint64_t)y, (uint64_t)z);

					if (k->bits == 1) {
						assert_int_equal(get_bit(wire, v, s.lsb_first),
						                 get_bit(user, u, s.lsb_first));
						same[u / 8] = (uint8_t)(
							(same[u / 8] &
							 ~(s.lsb_first ? 1 << u % 8 : 0x80 >> u % 8)) |
							(user[u / 8] & (s.lsb_first ? 1 << u % 8 : 0x80 >> u % 8)));
					} else {
						assert_memory_equal(wire + v / 8, user + u / 8, k->bits / 8);
						memcpy(same + u / 8, user + u / 8, k->bits / 8);
					}
				}
		/* nothing but pixels is written */
		if (k->bits == 1 || s.row_length || s.skip_pixels || s.skip_rows ||
		    l.row_stride == l.row_bytes)
			for (uint64_t i = 0; i < l.start + l.total; i++)
				assert_int_equal(back[i], same[i]);
		free(user);
		free(back);
		free(same);
		free(wire);
	}
}

static void refused(void **state)
{
	uint64_t bytes = 77;
	struct vgpu_pixel_store huge = { .alignment = 8, .row_length = INT32_MAX,
		                         .image_height = INT32_MAX, .skip_images = INT32_MAX };
	struct vgpu_image_layout l;

	assert_int_equal(vgpu_image_bytes(&bytes, 4, 1, 1, 1, 0x1234, GL_UNSIGNED_BYTE), -EINVAL);
	assert_int_equal(vgpu_image_bytes(&bytes, 4, 1, 1, 1, GL_RGBA, 0x1234), -EINVAL);
	assert_int_equal(vgpu_image_bytes(&bytes, 3, 1, 1, 1, GL_RGBA, GL_FLOAT), -EINVAL);
	assert_int_equal(vgpu_image_bytes(&bytes, 4, -1, 1, 1, GL_RGBA, GL_FLOAT), -EINVAL);
	assert_int_equal(vgpu_image_bytes(&bytes, 4, INT32_MAX, INT32_MAX, INT32_MAX, GL_RGBA, GL_FLOAT),
	                 -EOVERFLOW);
	assert_int_equal(bytes, 77);
	assert_int_equal(vgpu_image_layout(&l, &huge, 3, INT32_MAX, INT32_MAX, INT32_MAX, GL_RGBA,
	                                   GL_FLOAT),
	                 -EOVERFLOW);
	assert_int_equal(vgpu_image_bytes(&bytes, 4, 65536, 65536, 4, GL_RGBA, GL_FLOAT), 0);
	assert_true(bytes == UINT64_C(65536) * 65536 * 4 * 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(repack),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

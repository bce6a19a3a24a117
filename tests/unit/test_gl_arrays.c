/* SPDX-License-Identifier: MIT */
/* Joining client arrays, index ranges, and the table of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <GL/gl.h>

#include "frontend/gl/arrays_send.h"
#include "frontend/gl/indices.h"
#include "protocol/gl_arrays.h"
#include "protocol/idmap.h"

static void interleaved(void **state)
{
	/* position, normal and colour of 10 vertices of 32 bytes */
	struct vgpu_gl_span s[3] = {
		{ .start = 0x1000, .end = 0x1000 + 9 * 32 + 12 },
		{ .start = 0x100c, .end = 0x100c + 9 * 32 + 12 },
		{ .start = 0x1018, .end = 0x1018 + 9 * 32 + 4 },
	};
	uint64_t total;

	vgpu_gl_spans(s, 3, &total);
	assert_int_equal(total, 9 * 32 + 28);
	assert_int_equal(s[0].offset, 0);
	assert_int_equal(s[1].offset, 12);
	assert_int_equal(s[2].offset, 24);
	assert_true(s[0].piece && !s[1].piece && !s[2].piece);
}

/* Any spans: what is laid out must give each span its own bytes back. */
static void random_spans(void **state)
{
	static uint8_t memory[4096];

	for (size_t i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)(i * 7 + i / 256);
	for (int round = 0; round < 20000; round++) {
		struct vgpu_gl_span s[VGPU_ARRAY_COUNT];
		uint32_t n = 1 + (uint32_t)rand() % 8, i;
		uint64_t total, covered = 0;
		uint8_t out[8192];
		bool used[sizeof(memory)] = { false };

		memset(s, 0, sizeof(s));
		for (i = 0; i < n; i++) {
			s[i].start = (uint64_t)(rand() % 3000);
			s[i].end = s[i].start + 1 + (uint64_t)(rand() % 1000);
			for (uint64_t at = s[i].start; at < s[i].end; at++) {
				covered += !used[at];
				used[at] = true;
			}
		}
		vgpu_gl_spans(s, n, &total);
		assert_true(total <= sizeof(out));
		/* each byte once, but for alignment between pieces */
		assert_true(total >= covered && total <= covered + n * 19);
		memset(out, 0, sizeof(out));
		for (i = 0; i < n; i++) {
			assert_true(s[i].offset + (s[i].end - s[i].start) <= total);
			assert_int_equal(s[i].offset % 4, s[i].start % 4);
			memcpy(out + s[i].offset, memory + s[i].start, s[i].end - s[i].start);
		}
		for (i = 0; i < n; i++)
			assert_memory_equal(out + s[i].offset, memory + s[i].start,
			                    s[i].end - s[i].start);
	}
}

static void index_ranges(void **state)
{
	static const GLenum types[] = { GL_UNSIGNED_BYTE, GL_UNSIGNED_SHORT, GL_UNSIGNED_INT };

	for (int round = 0; round < 20000; round++) {
		GLenum type = types[rand() % 3];
		uint32_t size = vgpu_gl_index_bytes(type), n = (uint32_t)rand() % 40, i;
		uint8_t in[160], moved[160];
		uint32_t skip = rand() % 2 ? 0xffffffffu >> (32 - 8 * size) : (uint32_t)rand() % 40;
		bool restart = rand() % 2;
		uint32_t min = UINT32_MAX, max = 0, any = 0;
		struct vgpu_gl_minmax found;

		for (i = 0; i < n; i++) {
			uint32_t v = rand() % 4 ? (uint32_t)rand() % 200 : skip;

			memcpy(in + i * size, &v, size);
			if (restart && v == skip)
				continue;
			any = 1;
			min = v < min ? v : min;
			max = v > max ? v : max;
		}
		found = vgpu_gl_index_range(in, n, type, restart, skip);
		assert_int_equal(found.any, any);
		if (!any)
			continue;
		assert_int_equal(found.min, min);
		assert_int_equal(found.max, max);
		vgpu_gl_index_rebase(moved, in, n, type, min, restart, skip);
		for (i = 0; i < n; i++) {
			uint32_t v = 0, m = 0;

			memcpy(&v, in + i * size, size);
			memcpy(&m, moved + i * size, size);
			assert_int_equal(m, restart && v == skip ? v : v - min);
		}
	}
}

static void idmap(void **state)
{
	static uintptr_t model[4096];
	struct vgpu_idmap map = { 0 };
	uint32_t cursor, id, count;
	uintptr_t value;

	memset(model, 0, sizeof(model));
	for (int round = 0; round < 200000; round++) {
		id = 1 + (uint32_t)rand() % 4095;
		switch (rand() % 3) {
		case 0:
			value = (uintptr_t)rand() + 1;
			assert_int_equal(vgpu_idmap_set(&map, id, value), 0);
			model[id] = value;
			break;
		case 1:
			assert_true(vgpu_idmap_remove(&map, id) == model[id]);
			model[id] = 0;
			break;
		default:
			assert_true(vgpu_idmap_get(&map, id) == model[id]);
			break;
		}
	}
	for (id = 1, count = 0; id < 4096; id++)
		count += model[id] != 0;
	assert_int_equal(map.count, count);
	for (cursor = 0; vgpu_idmap_next(&map, &cursor, &id, &value); count--)
		assert_true(model[id] == value);
	assert_int_equal(count, 0);
	vgpu_idmap_finish(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interleaved),
		cmocka_unit_test(random_spans),
		cmocka_unit_test(index_ranges),
		cmocka_unit_test(idmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What is touched of shared memory, and guessing what comes next: no write is ever lost. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "frontend/gl/dirty.h"
#include "frontend/gl/map_guess.h"
#include "frontend/gl/touched.h"

#define PAGE 4096u
#define PAGES 512u
#define BYTES ((size_t)PAGES * PAGE)

/* ---- what was touched -------------------------------------------------------------------- */

struct memory {
	uint8_t *base, *mirror; /* the mirror has what was told */
	struct vgpu_touched *touched;
	uint32_t told;
};

static void copy_told(void *data, size_t from, size_t to)
{
	struct memory *m = data;

	m->told += (uint32_t)((to - from) / PAGE);
	memcpy(m->mirror + from, (uint8_t *)vgpu_touched_view(m->touched) + from, to - from);
}

/* False: this kernel cannot. */
static bool begin(struct memory *m)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0 && ftruncate(fd, BYTES) == 0);
	m->base = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(m->base != MAP_FAILED);
	m->mirror = calloc(1, BYTES);
	m->touched = vgpu_touched_begin(m->base, BYTES, fd);
	m->told = 0;
	close(fd);
	if (m->touched)
		return true;
	munmap(m->base, BYTES);
	free(m->mirror);
	return false;
}

static void end(struct memory *m)
{
	vgpu_touched_end(m->touched);
	munmap(m->base, BYTES);
	free(m->mirror);
}

static void take(struct memory *m)
{
	m->told = 0;
	assert_true(vgpu_touched_take(m->touched, 0, BYTES, copy_told, m));
	assert_true(vgpu_touched_take_lost(m->touched, copy_told, m));
}

static void touched(void **state)
{
	struct memory m;
	int file;

	if (!begin(&m))
		skip();
	take(&m);
	assert_int_equal(m.told, 0);
	m.base[5 * PAGE + 7] = 1;
	memset(m.base + 100 * PAGE, 2, 40 * PAGE);
	take(&m);
	assert_int_equal(m.told, 41);
	assert_memory_equal(m.base, m.mirror, BYTES); /* which reads, and so touches, all of it */
	take(&m);
	take(&m);
	assert_int_equal(m.told, 0);
	/* a system call writes */
	file = memfd_create("data", MFD_CLOEXEC);
	assert_int_equal(write(file, m.mirror + 100 * PAGE, 3 * PAGE), 3 * PAGE);
	assert_int_equal(pread(file, m.base + 200 * PAGE, 3 * PAGE, 0), 3 * PAGE);
	close(file);
	take(&m);
	assert_int_equal(m.told, 3);
	/* the view touches nothing */
	((uint8_t *)vgpu_touched_view(m.touched))[300 * PAGE] = 9;
	take(&m);
	assert_int_equal(m.told, 0);
	assert_int_equal(m.base[300 * PAGE], 9);
	end(&m);
}

static void opened(void **state)
{
	struct memory m;
	uint64_t faults;

	if (!begin(&m))
		skip();
	for (int i = 0; i < 3; i++) {
		memset(m.base + 64 * PAGE, i, 64 * PAGE);
		take(&m);
		assert_int_equal(m.told, 64);
	}
	vgpu_touched_open(m.touched, 65 * PAGE, 127 * PAGE);
	faults = vgpu_dirty_epoch();
	memset(m.base + 64 * PAGE, 77, 64 * PAGE);
	assert_true(vgpu_dirty_epoch() - faults < 10);
	take(&m);
	assert_int_equal(m.told, 64);
	vgpu_touched_open(m.touched, 65 * PAGE, 127 * PAGE);
	m.base[70 * PAGE] = 5; /* in what is open, without a fault */
	take(&m);
	assert_int_equal(m.told, 62);
	assert_memory_equal(m.base, m.mirror, BYTES);
	/* what was never mapped may be opened as well */
	vgpu_touched_open(m.touched, 300 * PAGE, 400 * PAGE);
	memset(m.base + 310 * PAGE, 3, 10 * PAGE);
	take(&m);
	assert_memory_equal(m.base, m.mirror, BYTES);
	end(&m);
}

/* As when memory is short: the kernel unmaps a page everywhere after it was written. */
static void taken_away(void **state)
{
	struct memory m;
	uint8_t *view;

	if (!begin(&m))
		skip();
	view = vgpu_touched_view(m.touched);
	m.base[50 * PAGE] = 1;
	memset(m.base + 60 * PAGE, 4, 20 * PAGE);
	assert_int_equal(madvise(m.base + 40 * PAGE, 50 * PAGE, MADV_DONTNEED), 0);
	assert_int_equal(madvise(view + 40 * PAGE, 50 * PAGE, MADV_DONTNEED), 0);
	take(&m);
	assert_true(m.told >= 21);
	take(&m);
	assert_int_equal(m.told, 0);
	assert_int_equal(m.mirror[50 * PAGE], 1);
	assert_memory_equal(view, m.mirror, BYTES);
	end(&m);
}

struct writer {
	uint8_t *base;
	_Atomic bool stop;
	uint32_t seed;
};

static void *write_pages(void *data)
{
	struct writer *w = data;

	while (!w->stop) {
		w->seed = w->seed * 1664525u + 1013904223u;
		if (w->seed >> 28 == 0) {
			memset(w->base + (w->seed >> 8) % (PAGES - 32) * PAGE, (int)w->seed, 32 * PAGE);
		} else {
			w->base[(w->seed >> 8) % BYTES]++;
		}
	}
	return NULL;
}

/* Three threads write while pages are taken and opened. */
static void threads(void **state)
{
	struct writer w[3];
	pthread_t thread[3];
	uint32_t seed = 1;
	struct memory m;

	if (!begin(&m))
		skip();
	for (uint32_t i = 0; i < 3; i++) {
		w[i] = (struct writer){ .base = m.base, .seed = i };
		assert_int_equal(pthread_create(&thread[i], NULL, write_pages, &w[i]), 0);
	}
	for (int i = 0; i < 400; i++) {
		size_t from, n;

		take(&m);
		seed = seed * 1664525u + 1013904223u;
		from = (seed >> 8) % (PAGES - 64);
		n = (seed >> 20) % 64;
		vgpu_touched_open(m.touched, from * PAGE, (from + n) * PAGE);
		if (i % 3 == 0)
			assert_true(vgpu_touched_take(m.touched, from * PAGE, (from + n) * PAGE, copy_told, &m));
	}
	for (int i = 0; i < 3; i++)
		w[i].stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	take(&m);
	assert_memory_equal(vgpu_touched_view(m.touched), m.mirror, BYTES);
	end(&m);
}

static void not_a_file(void **state)
{
	int fds[2];
	uint8_t *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(pipe(fds), 0);
	assert_null(vgpu_touched_begin(p, BYTES, fds[0]));
	assert_null(vgpu_touched_begin(p, BYTES, -1));
	p[0] = 1;
	assert_int_equal(p[0], 1);
	munmap(p, BYTES);
	close(fds[0]);
	close(fds[1]);
}

/* ---- what comes next ------------------------------------------------------------------------ */

/*
 * A program that writes a range, draws, and waits. Returns how many pages were sent though
 * nobody had written them; *faults_out counts pages that were noticed one by one.
 */
static uint32_t one_round(struct vgpu_gl_guess *g, uint32_t from, uint32_t to, bool waits,
                          uint32_t *faults_out)
{
	struct vgpu_gl_pages open;
	uint32_t wasted = 0;

	if (waits && vgpu_gl_guess_waited(g, &open))
		vgpu_gl_guess_open(g, open);
	open = g->open;
	vgpu_gl_guess_begin(g);
	for (uint32_t p = 0; p < PAGES; p++) {
		bool is_open = p > open.from && p + 1 < open.to, written = p >= from && p < to;

		if (!is_open && !written)
			continue;
		*faults_out += !is_open;
		wasted += !written;
		vgpu_gl_guess_found(g, (struct vgpu_gl_pages){ p, p + 1 });
	}
	if (vgpu_gl_guess_end(g, &open))
		vgpu_gl_guess_open(g, open);
	return wasted;
}

static void guess_cyclic(void **state)
{
	struct vgpu_gl_guess g;
	uint32_t faults = 0, wasted = 0;

	for (int waits = 0; waits < 2; waits++) {
		vgpu_gl_guess_init(&g, (struct vgpu_gl_pages){ 0, PAGES });
		for (uint32_t i = 0; i < 1000; i++) {
			if (i == 50)
				faults = wasted = 0;
			wasted += one_round(&g, i % 8 * 64, i % 8 * 64 + 64, waits, &faults);
			if (waits) /* a fence follows each draw */
				wasted += one_round(&g, 0, 0, false, &faults);
		}
		/* 950 rounds of 64 pages: two each, and all of them now and then */
		assert_true(faults < 950 * 6);
		assert_int_equal(wasted, 0);
	}
}

static void guess_sequence(void **state)
{
	struct vgpu_gl_guess g;
	uint32_t faults = 0, wasted = 0, at = 0;

	vgpu_gl_guess_init(&g, (struct vgpu_gl_pages){ 0, PAGES });
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t n = 40 + i % 3;

		if (at + n > PAGES)
			at = 0;
		wasted += one_round(&g, at, at + n, true, &faults);
		at += n;
	}
	assert_true(faults < 1000 * 20);
	assert_true(wasted < 1000 * 4);
}

/* Where there is no rhythm, little is sent in vain. */
static void guess_nothing(void **state)
{
	struct vgpu_gl_guess g;
	uint32_t faults = 0, wasted = 0, seed = 1, written = 0;

	vgpu_gl_guess_init(&g, (struct vgpu_gl_pages){ 0, PAGES });
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t from, n;

		seed = seed * 1664525u + 1013904223u;
		from = (seed >> 8) % (PAGES - 100);
		n = (seed >> 20) % 100;
		written += n;
		wasted += one_round(&g, from, from + n, i % 2, &faults);
	}
	assert_true(wasted < written / 20);
	/* a rhythm, and then no writes any more */
	vgpu_gl_guess_init(&g, (struct vgpu_gl_pages){ 0, PAGES });
	for (uint32_t i = 0; i < 100; i++)
		one_round(&g, i % 4 * 128, i % 4 * 128 + 128, true, &faults);
	wasted = 0;
	for (uint32_t i = 0; i < 1000; i++)
		wasted += one_round(&g, 0, 0, true, &faults);
	assert_true(wasted <= 128 * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touched),        cmocka_unit_test(opened),
		cmocka_unit_test(taken_away),     cmocka_unit_test(threads),
		cmocka_unit_test(not_a_file),     cmocka_unit_test(guess_cyclic),
		cmocka_unit_test(guess_sequence), cmocka_unit_test(guess_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Touched pages (touched.h). */
#include "frontend/gl/touched.h"
#include "frontend/gl/pagemap.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Newer than the headers that we may be built with. */
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

#define IS_PRESENT (1u << 3)
#define IS_SWAPPED (1u << 4) /* also what is just being moved in memory */

#define MOVE_FROM (16u * 4096) /* smaller runs are dropped: moving splits mappings */

struct vgpu_touched {
	uint8_t *base;
	uint8_t *aside; /* entries that are not needed now */
	uint8_t *watch; /* never touched, all mapped */
	size_t bytes;
	size_t open_from, open_to; /* counts as touched, whatever is mapped there */
	int pages;                 /* /proc/self/pagemap */
	pid_t owner;               /* whose memory pages tells of */
};

/* Move the page table entries of n bytes; what was mapped at to goes. */
static bool move(uint8_t *from, uint8_t *to, size_t n)
{
	return mremap(from, n, n, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to) == to;
}

/* Runs of [from, to) at where for which mask says so: mapped, or (missing) not. */
static bool scan(struct vgpu_touched *t, uint8_t *where, size_t from, size_t to, bool missing,
                 void (*fn)(struct vgpu_touched *t, size_t from, size_t to, void *data), void *data)
{
	struct vgpu_page_region found[32];
	struct vgpu_scan_arg arg = {
		.size = sizeof(arg), .start = (uintptr_t)where + from, .end = (uintptr_t)where + to,
		.vec = (uintptr_t)found, .vec_len = sizeof(found) / sizeof(found[0]),
		.category_inverted = missing ? IS_PRESENT : 0, .category_mask = missing ? IS_PRESENT : 0,
		.category_anyof_mask = missing ? 0 : IS_PRESENT | IS_SWAPPED,
		.return_mask = IS_PRESENT | IS_SWAPPED,
	};

	if (t->owner != getpid())
		return false;
	while (arg.start < arg.end) {
		int n = ioctl(t->pages, VGPU_PAGEMAP_SCAN, &arg);

		if (n < 0 || arg.walk_end <= arg.start)
			return false;
		for (int i = 0; i < n; i++)
			fn(t, (size_t)(found[i].start - (uintptr_t)where),
			   (size_t)(found[i].end - (uintptr_t)where), data);
		arg.start = arg.walk_end;
	}
	return true;
}

struct caller {
	void (*fn)(void *data, size_t from, size_t to);
	void *data;
	size_t from, to; /* a run that may go on */
};

/* The run is complete. What stays mapped although it should not is told again, which does no harm. */
static void forget_run(struct vgpu_touched *t, struct caller *caller)
{
	size_t from = caller->from, n = caller->to - from;

	caller->from = caller->to;
	if (!n)
		return;
	if (n < MOVE_FROM || !move(t->base + from, t->aside + from, n))
		madvise(t->base + from, n, MADV_DONTNEED);
	if (caller->fn)
		caller->fn(caller->data, from, from + n);
}

static void forget(struct vgpu_touched *t, size_t from, size_t to, void *data)
{
	struct caller *caller = data;

	if (from != caller->to) {
		forget_run(t, caller);
		caller->from = from;
	}
	caller->to = to;
}

static void forget_lost(struct vgpu_touched *t, size_t from, size_t to, void *data)
{
	/* mapped again before it is sent: what is taken away afterwards is seen the next time */
	madvise(t->watch + from, to - from, MADV_POPULATE_READ);
	madvise(t->base + from, to - from, MADV_DONTNEED);
	((const struct caller *)data)->fn(((const struct caller *)data)->data, from, to);
}

bool vgpu_touched_take(struct vgpu_touched *t, size_t from, size_t to,
                       void (*fn)(void *data, size_t from, size_t to), void *data)
{
	struct caller caller = { .fn = fn, .data = data };
	size_t open_from = t->open_from, open_to = t->open_to;
	bool ok = true;

	if (open_from < to && from < open_to) {
		t->open_from = t->open_to = 0;
		if (from < open_from)
			ok = scan(t, t->base, from, open_from, false, forget, &caller);
		forget(t, open_from, open_to, &caller);
		from = open_to;
	}
	if (from < to)
		ok = scan(t, t->base, from, to, false, forget, &caller) && ok;
	forget_run(t, &caller);
	return ok;
}

bool vgpu_touched_take_lost(struct vgpu_touched *t,
                            void (*fn)(void *data, size_t from, size_t to), void *data)
{
	struct caller caller = { .fn = fn, .data = data };

	return scan(t, t->watch, 0, t->bytes, true, forget_lost, &caller);
}

void *vgpu_touched_view(struct vgpu_touched *t)
{
	return t->watch;
}

void vgpu_touched_open(struct vgpu_touched *t, size_t from, size_t to)
{
	if (from >= to)
		return;
	if (t->open_from < t->open_to) {
		from = from < t->open_from ? from : t->open_from;
		to = to > t->open_to ? to : t->open_to;
	}
	/*
	 * What is mapped there goes, with the knowledge that it was touched since the last take.
	 * Of what was never set aside the program makes faults, as without this.
	 */
	t->open_from = from;
	t->open_to = to;
	move(t->aside + from, t->base + from, to - from);
}

static void count(struct vgpu_touched *t, size_t from, size_t to, void *data)
{
	(void)t;
	*(size_t *)data += to - from;
}

/* Does all that is needed do what it should? Leaves nothing mapped at base. */
static bool works(struct vgpu_touched *t)
{
	size_t before = 0, mapped = 0, back = 0;

	if (t->pages < 0 || madvise(t->watch, t->bytes, MADV_POPULATE_READ) ||
	    !move(t->base, t->aside, t->bytes) || !scan(t, t->base, 0, t->bytes, false, count, &before))
		return false;
	/* a write, which must not be taken for one to more than its page */
	__atomic_fetch_or(t->base, 0, __ATOMIC_RELAXED);
	return scan(t, t->base, 0, t->bytes, false, count, &mapped) && move(t->base, t->aside, t->bytes) &&
	       move(t->aside, t->base, 4096) && scan(t, t->base, 0, 4096, false, count, &back) &&
	       move(t->base, t->aside, t->bytes) && !before && mapped == 4096 && back == 4096;
}

struct vgpu_touched *vgpu_touched_begin(void *base, size_t bytes, int fd)
{
	struct vgpu_touched *t;
	struct stat st;

	/* memory of a device would not come back once its entries have been moved */
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || sysconf(_SC_PAGESIZE) != 4096)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	*t = (struct vgpu_touched){
		.base = base, .bytes = bytes, .owner = getpid(),
		.aside = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
		.watch = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
		.pages = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
	};
	if (t->aside != MAP_FAILED && t->watch != MAP_FAILED && works(t))
		return t;
	vgpu_touched_end(t);
	return NULL;
}

void vgpu_touched_end(struct vgpu_touched *t)
{
	if (!t)
		return;
	if (t->aside != MAP_FAILED)
		munmap(t->aside, t->bytes);
	if (t->watch != MAP_FAILED)
		munmap(t->watch, t->bytes);
	if (t->pages >= 0)
		close(t->pages);
	free(t);
}

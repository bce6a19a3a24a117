/* SPDX-License-Identifier: MIT */
/* Written pages (dirty.h). */
#include "frontend/gl/dirty.h"
#include "frontend/gl/pagemap.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers that we may be built with. */
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#define FEATURE_WP_UNPOPULATED (1u << 13)
#define FEATURE_WP_ASYNC (1u << 15)

#define IS_WRITTEN (1u << 1)
#define SCAN_WP_MATCHING (1u << 0)
#define SCAN_CHECK_WPASYNC (1u << 1)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int faults = -1, pages = -1;
static pid_t opened_by; /* both belong to the memory of that process */

static uint64_t whole_pages(size_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

static int open_faults(void)
{
	struct uffdio_api api = { .api = UFFD_API,
		                  .features = FEATURE_WP_ASYNC | FEATURE_WP_UNPOPULATED };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The lock is held. */
static bool ready(void)
{
	if (opened_by != getpid()) {
		if (faults >= 0)
			close(faults);
		if (pages >= 0)
			close(pages);
		opened_by = getpid();
		faults = open_faults();
		pages = faults >= 0 ? open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) : -1;
	}
	return faults >= 0 && pages >= 0;
}

static bool take(void *base, size_t bytes, void (*fn)(void *data, size_t from, size_t to),
                 void *data)
{
	struct vgpu_page_region found[64];
	struct vgpu_scan_arg arg = {
		.size = sizeof(arg), .flags = SCAN_WP_MATCHING | SCAN_CHECK_WPASYNC,
		.start = (uintptr_t)base, .end = (uintptr_t)base + whole_pages(bytes),
		.vec = (uintptr_t)found, .vec_len = sizeof(found) / sizeof(found[0]),
		.category_mask = IS_WRITTEN, .return_mask = IS_WRITTEN,
	};

	while (arg.start < arg.end) {
		int n = ioctl(pages, VGPU_PAGEMAP_SCAN, &arg);

		if (n < 0 || arg.walk_end <= arg.start)
			return false;
		for (int i = 0; i < n && fn; i++)
			fn(data, (size_t)(found[i].start - (uintptr_t)base),
			   (size_t)(found[i].end - (uintptr_t)base));
		arg.start = arg.walk_end;
	}
	return true;
}

bool vgpu_dirty_begin(void *base, size_t bytes)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)base, whole_pages(bytes) },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = { .range = reg.range,
		                               .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	bool ok;

	pthread_mutex_lock(&lock);
	ok = ready() && !ioctl(faults, UFFDIO_REGISTER, &reg);
	if (ok && (ioctl(faults, UFFDIO_WRITEPROTECT, &protect) || !take(base, bytes, NULL, NULL))) {
		ioctl(faults, UFFDIO_UNREGISTER, &reg.range);
		ok = false;
	}
	pthread_mutex_unlock(&lock);
	return ok;
}

void vgpu_dirty_end(void *base, size_t bytes)
{
	struct uffdio_range range = { (uintptr_t)base, whole_pages(bytes) };

	pthread_mutex_lock(&lock);
	if (faults >= 0 && opened_by == getpid())
		ioctl(faults, UFFDIO_UNREGISTER, &range);
	pthread_mutex_unlock(&lock);
}

bool vgpu_dirty_take(void *base, size_t bytes, void (*fn)(void *data, size_t from, size_t to),
                     void *data)
{
	return pages >= 0 && take(base, bytes, fn, data);
}

uint64_t vgpu_dirty_epoch(void)
{
	struct rusage use;

	/* the first write to a protected page is a fault, counted before the write happens */
	if (getrusage(RUSAGE_SELF, &use))
		return 0;
	return (uint64_t)use.ru_minflt + (uint64_t)use.ru_majflt;
}

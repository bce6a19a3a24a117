/* SPDX-License-Identifier: MIT */
/*
 * Which pages of shared memory were touched (a read may count for some pages around as
 * well), by whatever thread or system call, for less than write protection costs (dirty.h). The kernel maps a page of a file when it
 * is touched first, so what is mapped has been touched. To forget that, the entries of
 * the page table are moved to another mapping of the same file (mremap that leaves the
 * old range mapped, but empty), and moved back they let the program write without a
 * fault. Pages that the kernel takes away when memory is short are missing from a third
 * mapping too, where nobody touches them, and count as touched.
 *
 * Linux 6.7 (to ask what is mapped). Calls for one such memory one at a time.
 */
#ifndef VGPU_FRONTEND_GL_TOUCHED_H
#define VGPU_FRONTEND_GL_TOUCHED_H

#include <stdbool.h>
#include <stddef.h>

struct vgpu_touched;

/*
 * base is where bytes (whole pages) of the memory file fd are mapped, shared, from its
 * start; fd is not kept. Nothing counts as touched. All of it is allocated. NULL: this
 * kernel or this memory cannot, nothing was done.
 */
struct vgpu_touched *vgpu_touched_begin(void *base, size_t bytes, int fd);
/* base stays mapped. NULL is fine. */
void vgpu_touched_end(struct vgpu_touched *touched);

/*
 * Call fn for each run of pages in [from, to) that were touched since the last take, as
 * offsets from base; they count as untouched before fn is called. Some may be told that
 * were not, or be told twice. False: take all for touched.
 */
bool vgpu_touched_take(struct vgpu_touched *touched, size_t from, size_t to,
                       void (*fn)(void *data, size_t from, size_t to), void *data);
/*
 * The same for what the kernel took away, after a take of all. It need not be
 * called where no page was touched but those that a take has told.
 */
bool vgpu_touched_take_lost(struct vgpu_touched *touched,
                            void (*fn)(void *data, size_t from, size_t to), void *data);

/* The same memory, to read and to write without touching it. */
void *vgpu_touched_view(struct vgpu_touched *touched);

/* Take [from, to), whole pages, for touched; writes to it cause no faults as far as possible. */
void vgpu_touched_open(struct vgpu_touched *touched, size_t from, size_t to);

#endif

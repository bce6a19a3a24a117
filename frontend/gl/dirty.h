/* SPDX-License-Identifier: MIT */
/*
 * Which pages of a piece of memory were written, by whatever thread or system
 * call. The kernel keeps the books (userfaultfd's asynchronous write protection,
 * Linux 6.7), so no signal is involved and no write is lost. Any thread.
 */
#ifndef VGPU_FRONTEND_GL_DIRTY_H
#define VGPU_FRONTEND_GL_DIRTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Watch private anonymous memory: base is page aligned, bytes are rounded up to
 * pages. All of it counts as not written. False: this kernel cannot, nothing was done.
 */
bool vgpu_dirty_begin(void *base, size_t bytes);
/* Stop; before the memory is unmapped, or after. */
void vgpu_dirty_end(void *base, size_t bytes);

/*
 * Call fn for each run of pages that were written since the last take, as
 * offsets from base; they count as not written before fn is called. False: it
 * cannot be known, all must be taken for written.
 */
bool vgpu_dirty_take(void *base, size_t bytes, void (*fn)(void *data, size_t from, size_t to),
                     void *data);

/*
 * A number that changes before a page can be written for the first time since a
 * take: while it stays the same nothing need be taken. It costs one system call.
 */
uint64_t vgpu_dirty_epoch(void);

#endif

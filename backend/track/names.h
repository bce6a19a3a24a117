/* SPDX-License-Identifier: MIT */
/*
 * Guest name <-> host name tables. A guest chooses its own object names; the
 * host's GL chooses others. One writer at a time: the owner locks (share group)
 * or is one thread (context). vgpu_names_host, _guest and _count may be called
 * from any thread at any time, without a lock.
 */
#ifndef VGPU_BACKEND_TRACK_NAMES_H
#define VGPU_BACKEND_TRACK_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/names.h"

struct vgpu_names; /* one table: guest -> host and host -> guest */

struct vgpu_names *vgpu_names_create(void);
void vgpu_names_destroy(struct vgpu_names *names);
/* 0 if the guest name is unknown. */
uint32_t vgpu_names_host(const struct vgpu_names *names, uint32_t guest);
/* 0 if the host name is unknown. */
uint32_t vgpu_names_guest(const struct vgpu_names *names, uint32_t host);
/* Returns 0, -EEXIST, -EINVAL for name 0, -ENOSPC at VGPU_MAX_NAMES, or -ENOMEM. */
int vgpu_names_add(struct vgpu_names *names, uint32_t guest, uint32_t host);
/* Returns the host name that was removed, 0 if unknown. */
uint32_t vgpu_names_remove(struct vgpu_names *names, uint32_t guest);
/*
 * The same, but vgpu_names_guest still answers for the host name until that is
 * added again: a deleted object that is bound elsewhere keeps its name in glGet.
 */
uint32_t vgpu_names_retire(struct vgpu_names *names, uint32_t guest);
uint32_t vgpu_names_count(const struct vgpu_names *names);
/* Calls fn for every pair until it returns false. fn must not change the table. */
void vgpu_names_each(const struct vgpu_names *names,
                     bool (*fn)(uint32_t guest, uint32_t host, void *data), void *data);

#endif

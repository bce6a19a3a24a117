/* SPDX-License-Identifier: MIT */
/* What a worker asks of the kernel once it serves guests, and what it must never ask (jail_calls.c). */
#ifndef VGPU_BACKEND_WORKER_JAIL_LIST_H
#define VGPU_BACKEND_WORKER_JAIL_LIST_H

#include <stdint.h>

/* By name, because not every architecture has each; each list ends with NULL. */

/* Allowed whatever the parameters are. */
extern const char *const vgpu_jail_allowed[];
/* Refused with EPERM and no word: drivers try them as a courtesy and go on without. */
extern const char *const vgpu_jail_declined[];
/* End the process: no driver makes these, an intruder does. */
extern const char *const vgpu_jail_deadly[];

/* Types (the second octet) of the ioctls that are allowed, and of those that end the process. */
extern const uint8_t vgpu_jail_ioctls[], vgpu_jail_deadly_ioctls[]; /* end with 0 */

#endif

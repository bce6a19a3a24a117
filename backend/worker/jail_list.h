/* SPDX-License-Identifier: MIT */
/* What a worker asks of the kernel once it serves guests, and what it must never ask (jail_calls.c). */
#ifndef VGPU_BACKEND_WORKER_JAIL_LIST_H
#define VGPU_BACKEND_WORKER_JAIL_LIST_H

#include <stdint.h>

/* The run-time libraries of sanitizers need more; builds without one never have it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VGPU_JAIL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VGPU_JAIL_SANITIZED 1
#endif
#endif
#ifndef VGPU_JAIL_SANITIZED
#define VGPU_JAIL_SANITIZED 0
#endif

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

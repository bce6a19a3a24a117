/* SPDX-License-Identifier: MIT */
/*
 * The worker's half of its jail (docs/security.md): what it gives up by itself.
 * The daemon's half, before the worker runs, is backend/daemon/jail.h.
 */
#ifndef VGPU_BACKEND_WORKER_JAIL_H
#define VGPU_BACKEND_WORKER_JAIL_H

#include <stdbool.h>

#include "protocol/jail.h"

/* False when VGPU_WORKER_JAIL=off: for developers and debuggers. */
bool vgpu_jail_wanted(void);

/*
 * Landlock: from now on this process reaches the driver's files only. Before the
 * GPU is opened, because a rule holds for the calling thread and those that it
 * starts, and drivers start threads. Sets no_new_privs.
 */
void vgpu_jail_files(struct vgpu_jail_report *report);

/*
 * seccomp: from now on all threads of this process may make the listed system
 * calls only. After the GPU is opened, because a driver needs more for that. Takes
 * the handler of SIGSYS, which names a refused call on stderr, once for each.
 */
void vgpu_jail_calls(struct vgpu_jail_report *report);

#endif

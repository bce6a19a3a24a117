/* SPDX-License-Identifier: MIT */
/* The program that is run: started, sent the signals that we get, waited for. */
#ifndef VGPU_TOOLS_RUN_CHILD_H
#define VGPU_TOOLS_RUN_CHILD_H

#include <sys/types.h>

/*
 * Block the signals that are passed on, and SIGCHLD. Call once, before anything
 * is started: children get the old mask back.
 */
void vgpu_run_signals_block(void);

/*
 * Start argv in this process's environment. Returns 0 and sets *pid_out, or
 * VGPU_EXIT_NOT_FOUND or VGPU_EXIT_CANNOT_RUN after saying why on stderr.
 */
int vgpu_run_child_start(char **argv, pid_t *pid_out);

/* Called for every child that ended other than the program. */
typedef void vgpu_run_reaped_fn(void *data, pid_t pid, int status);
/* Called about every interval_ms. */
typedef void vgpu_run_tick_fn(void *data);

/*
 * Pass signals on until the program ends. tick may be NULL. Returns the exit
 * code as a shell has it: the program's own, or 128 + n when signal n ended it.
 */
int vgpu_run_child_wait(pid_t pid, vgpu_run_reaped_fn *reaped, vgpu_run_tick_fn *tick,
			int interval_ms, void *data);

#endif

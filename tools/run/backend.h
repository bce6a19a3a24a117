/* SPDX-License-Identifier: MIT */
/*
 * The backend that a program is run against: one that is there already, or an
 * embedded vgpu-backendd of our own, which lives as long as the program.
 */
#ifndef VGPU_TOOLS_RUN_BACKEND_H
#define VGPU_TOOLS_RUN_BACKEND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct vgpu_paths;

struct vgpu_run_backend {
	char socket[PATH_MAX]; /* where it listens */
	char dir[PATH_MAX];    /* our own folder, "" when the backend is not ours */
	pid_t pid;             /* 0 when the backend is not ours, or has been reaped */
	int status;            /* wait status, once it was reaped */
	bool died;             /* it ended before it was told to */
};

/*
 * Find or start the backend. own: start one even if another runs. Blocks until
 * it is ready. Returns 0, or an exit code after saying on stderr what is wrong;
 * nothing is left behind then. SIGCHLD must be blocked.
 */
int vgpu_run_backend_open(struct vgpu_run_backend *backend, const struct vgpu_paths *paths,
			  bool own, bool verbose);

/* Note the wait status of a child; returns true when the child was the backend. */
bool vgpu_run_backend_reaped(struct vgpu_run_backend *backend, pid_t pid, int status);

/* Stop our own backend, if it is one, and remove its folder. */
void vgpu_run_backend_close(struct vgpu_run_backend *backend);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The daemon's half of the worker's jail (docs/security.md): what a process is
 * stripped of before it becomes the worker. The worker's own half is
 * backend/worker/jail.h.
 */
#ifndef VGPU_BACKEND_DAEMON_JAIL_H
#define VGPU_BACKEND_DAEMON_JAIL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/jail.h"

#define VGPU_JAIL_USER_NAME "vgpu-worker"
#define VGPU_JAIL_MAX_GROUPS 32

/* Made once, by the daemon; then only read. */
struct vgpu_jail {
	bool on;
	/* the user, when the daemon is root and the user exists */
	bool has_user;
	uid_t uid;
	gid_t gid;
	gid_t groups[VGPU_JAIL_MAX_GROUPS];
	int n_groups;
	char no_user[VGPU_JAIL_WHY]; /* why not */
	/* a cgroup for each worker, below this folder */
	int cgroup; /* the folder; -1 when there is none */
	uint64_t memory_max; /* octets */
	uint32_t pids_max;
	char no_cgroup[VGPU_JAIL_WHY];
};

/*
 * Find out what this daemon can apply. cgroup names an existing cgroup (v2) to make
 * the workers' below, or is NULL: then the daemon's own, if systemd delegated it.
 * VGPU_WORKER_JAIL=off in the environment switches the jail off.
 */
void vgpu_jail_init(struct vgpu_jail *jail, const char *cgroup);
void vgpu_jail_finish(struct vgpu_jail *jail);

/*
 * In the child of a fork, single-threaded, just before exec: apply what can be
 * applied, and report. cgroup is the worker's (vgpu_jail_cgroup_add), or -1.
 * Descriptors from first_closed up are closed. Returns 0, or a negative errno
 * after a step that must not fail half-way (the user).
 */
int vgpu_jail_enter(const struct vgpu_jail *jail, int cgroup, int first_closed,
                    struct vgpu_jail_report *report);

/*
 * jail_cgroup.c. The folder of the worker's own cgroup, made below jail->cgroup, with
 * its limits written; -1 and why in the report when there is none.
 */
void vgpu_jail_cgroup_open(struct vgpu_jail *jail, const char *path);
int vgpu_jail_cgroup_add(const struct vgpu_jail *jail, const char *name,
                         struct vgpu_jail_report *report);
void vgpu_jail_cgroup_remove(const struct vgpu_jail *jail, const char *name);

#endif

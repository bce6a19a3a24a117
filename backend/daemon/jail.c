/* SPDX-License-Identifier: MIT */
#include "backend/daemon/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The worker's user and the groups that the system gave it (render and video, for the GPU). */
static void find_user(struct vgpu_jail *jail)
{
	struct passwd *user;

	if (geteuid() != 0) {
		snprintf(jail->no_user, sizeof(jail->no_user),
		         "the daemon is not root: workers run as its user, %u", (unsigned)geteuid());
		return;
	}
	user = getpwnam(VGPU_JAIL_USER_NAME);
	if (!user) {
		snprintf(jail->no_user, sizeof(jail->no_user), "no user " VGPU_JAIL_USER_NAME
		         ": make install, then systemd-sysusers, make it");
		return;
	}
	jail->n_groups = VGPU_JAIL_MAX_GROUPS;
	if (user->pw_uid == 0 ||
	    getgrouplist(user->pw_name, user->pw_gid, jail->groups, &jail->n_groups) < 0) {
		snprintf(jail->no_user, sizeof(jail->no_user),
		         VGPU_JAIL_USER_NAME " is root, or in more than %d groups",
		         VGPU_JAIL_MAX_GROUPS);
		return;
	}
	jail->uid = user->pw_uid;
	jail->gid = user->pw_gid;
	jail->has_user = true;
}

void vgpu_jail_init(struct vgpu_jail *jail, const char *cgroup)
{
	const char *env = getenv("VGPU_WORKER_JAIL");

	memset(jail, 0, sizeof(*jail));
	jail->cgroup = -1;
	jail->on = !env || strcmp(env, "off") != 0;
	if (!jail->on)
		return;
	find_user(jail);
	vgpu_jail_cgroup_open(jail, cgroup);
}

void vgpu_jail_finish(struct vgpu_jail *jail)
{
	if (jail->cgroup >= 0)
		close(jail->cgroup);
	jail->cgroup = -1;
}

/* ---- in the child ---------------------------------------------------------------- */

static int put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/*
 * Without privileges a namespace needs a user namespace around it, in which this
 * user is itself and nobody else exists.
 */
static int enter_user_namespace(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	int rc;

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	rc = put_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
	if (!rc)
		rc = put_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
	if (!rc)
		rc = put_file("/proc/self/gid_map", map);
	return rc;
}

static void enter_network(struct vgpu_jail_report *report)
{
	int rc = 0;

	if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0) {
		rc = -errno;
		if (rc == -EPERM && geteuid() != 0) {
			rc = enter_user_namespace();
			if (!rc && unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
				rc = -errno;
		}
	}
	if (rc)
		vgpu_jail_fails(report, VGPU_JAIL_NETWORK, "no namespace: %s%s", strerror(-rc),
		                rc == -EPERM || rc == -ENOSPC
		                        ? " (are unprivileged user namespaces off?)" : "");
	else
		vgpu_jail_holds(report, VGPU_JAIL_NETWORK);
}

static int become_user(const struct vgpu_jail *jail, struct vgpu_jail_report *report)
{
	if (!jail->has_user) {
		vgpu_jail_fails(report, VGPU_JAIL_USER, "%s", jail->no_user);
		return 0;
	}
	if (setgroups((size_t)jail->n_groups, jail->groups) < 0 ||
	    setresgid(jail->gid, jail->gid, jail->gid) < 0 ||
	    setresuid(jail->uid, jail->uid, jail->uid) < 0)
		return -errno;
	vgpu_jail_holds(report, VGPU_JAIL_USER);
	return 0;
}

/* Nothing that this process or a program in its place could be given back. */
static int drop_bounding_set(void)
{
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return errno == EINVAL ? 0 : -errno; /* past the last */
	return 0;
}

static int drop_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2];
	const struct rlimit no_core = { 0, 0 };

	memset(none, 0, sizeof(none));
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    setrlimit(RLIMIT_CORE, &no_core) < 0)
		return -errno;
	return 0;
}

int vgpu_jail_enter(const struct vgpu_jail *jail, int cgroup, int first_closed,
                    struct vgpu_jail_report *report)
{
	int rc, bounding;

	if (cgroup >= 0) {
		int fd = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);

		if (fd >= 0 && write(fd, "0", 1) == 1)
			vgpu_jail_holds(report, VGPU_JAIL_CGROUP);
		else
			vgpu_jail_fails(report, VGPU_JAIL_CGROUP, "cannot move the worker: %s",
			                strerror(errno));
	}
	if (syscall(SYS_close_range, first_closed, ~0u, 0) < 0)
		vgpu_jail_fails(report, VGPU_JAIL_DESCRIPTORS, "close_range: %s", strerror(errno));
	else
		vgpu_jail_holds(report, VGPU_JAIL_DESCRIPTORS);
	enter_network(report);
	bounding = drop_bounding_set(); /* needs CAP_SETPCAP, which goes with the user */
	rc = become_user(jail, report);
	if (rc)
		return rc;
	rc = drop_privileges();
	if (!rc && geteuid() == 0)
		rc = bounding; /* root would get all capabilities back by exec */
	if (rc)
		vgpu_jail_fails(report, VGPU_JAIL_PRIVILEGES, "%s", strerror(-rc));
	else
		vgpu_jail_holds(report, VGPU_JAIL_PRIVILEGES);
	return 0;
}

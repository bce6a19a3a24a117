/* SPDX-License-Identifier: MIT */
/*
 * A cgroup (v2) for each worker. The daemon uses its own cgroup only when somebody
 * gave it away: systemd (Delegate=yes) marks it so, an administrator names one. In
 * v2 a cgroup whose children have controllers holds no processes of its own, so the
 * daemon first moves into a child, "daemon".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "backend/daemon/jail.h"

#define CGROUP2_MAGIC 0x63677270
#define PIDS_MAX 4096u /* threads; a program may have VGPU_MAX_STREAMS, and drivers have theirs */

/* The cgroup of this process, as a path. Returns 0 or a negative errno. */
static int own_path(char *path, size_t size)
{
	static const char *const roots[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char line[4096];
	FILE *f = fopen("/proc/self/cgroup", "re");
	int rc = -ENOENT;

	if (!f)
		return -errno;
	while (rc && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < 2 && rc; i++) {
			struct statfs fs;

			if (snprintf(path, size, "%s%s", roots[i], line + 3) < (int)size &&
			    statfs(path, &fs) == 0 && fs.f_type == CGROUP2_MAGIC)
				rc = 0;
		}
	}
	fclose(f);
	return rc;
}

static bool delegated(const char *path)
{
	char value[4];

	return getxattr(path, "user.delegate", value, sizeof(value)) > 0 ||
	       getxattr(path, "trusted.delegate", value, sizeof(value)) > 0;
}

/* Write a string to a file of a cgroup. Returns 0 or a negative errno. */
static int put(int folder, const char *file, const char *text)
{
	int fd = openat(folder, file, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Half of the machine's memory: enough for a GPU's driver, and the rest stays usable. */
static uint64_t default_memory(void)
{
	struct sysinfo info;

	if (sysinfo(&info) < 0)
		return UINT64_C(4) << 30;
	return (uint64_t)info.totalram * info.mem_unit / 2;
}

void vgpu_jail_cgroup_open(struct vgpu_jail *jail, const char *path)
{
	char own[4200];
	int rc = 0, child;

	jail->cgroup = -1;
	jail->memory_max = default_memory();
	jail->pids_max = PIDS_MAX;
	if (!path) {
		rc = own_path(own, sizeof(own));
		if (rc || !delegated(own)) {
			snprintf(jail->no_cgroup, sizeof(jail->no_cgroup), "%s",
			         rc ? "no cgroup of version 2 is mounted"
			            : "the daemon's cgroup is not delegated (Delegate=yes, --cgroup)");
			return;
		}
		path = own;
	}
	jail->cgroup = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (jail->cgroup < 0) {
		snprintf(jail->no_cgroup, sizeof(jail->no_cgroup), "cannot open %.60s: %s", path,
		         strerror(errno));
		return;
	}
	if (path == own) {
		if (mkdirat(jail->cgroup, "daemon", 0755) < 0 && errno != EEXIST)
			rc = -errno;
		child = rc ? -1 : openat(jail->cgroup, "daemon", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (!rc)
			rc = child < 0 ? -errno : put(child, "cgroup.procs", "0");
		if (child >= 0)
			close(child);
	}
	/* each by itself: one that the machine lacks must not cost the other */
	if (!rc) {
		int memory = put(jail->cgroup, "cgroup.subtree_control", "+memory");
		int pids = put(jail->cgroup, "cgroup.subtree_control", "+pids");

		rc = memory ? memory : pids;
	}
	if (rc) {
		snprintf(jail->no_cgroup, sizeof(jail->no_cgroup),
		         "cannot hand memory and pids to %.50s: %s", path, strerror(-rc));
		close(jail->cgroup);
		jail->cgroup = -1;
	}
}

int vgpu_jail_cgroup_add(const struct vgpu_jail *jail, const char *name,
                         struct vgpu_jail_report *report)
{
	char text[32];
	int rc = 0, folder = -1;

	if (jail->cgroup < 0) {
		vgpu_jail_fails(report, VGPU_JAIL_CGROUP, "%s", jail->no_cgroup);
		return -1;
	}
	if (mkdirat(jail->cgroup, name, 0755) < 0 && errno != EEXIST)
		rc = -errno;
	if (!rc) {
		folder = openat(jail->cgroup, name, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		rc = folder < 0 ? -errno : 0;
	}
	if (!rc) {
		snprintf(text, sizeof(text), "%" PRIu64, jail->memory_max);
		rc = put(folder, "memory.max", text);
	}
	if (!rc) {
		snprintf(text, sizeof(text), "%" PRIu32, jail->pids_max);
		rc = put(folder, "pids.max", text);
	}
	if (rc) {
		vgpu_jail_fails(report, VGPU_JAIL_CGROUP, "the worker's cgroup: %s", strerror(-rc));
		if (folder >= 0)
			close(folder);
		unlinkat(jail->cgroup, name, AT_REMOVEDIR);
		return -1;
	}
	return folder;
}

void vgpu_jail_cgroup_remove(const struct vgpu_jail *jail, const char *name)
{
	if (jail->cgroup >= 0)
		unlinkat(jail->cgroup, name, AT_REMOVEDIR);
}

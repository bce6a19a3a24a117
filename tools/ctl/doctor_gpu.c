/* SPDX-License-Identifier: MIT */
/* What doctor says about the GPU's device nodes, and about the worker's user. */
#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ctl/doctor.h"

#define USER "vgpu-worker" /* backend/daemon/jail.h */

/* The user that workers have: root's daemon gives them their own. */
struct who {
	uid_t uid;
	gid_t groups[64];
	int n;
	const char *name;
};

static void whose(struct who *who)
{
	struct passwd *user = geteuid() == 0 ? getpwnam(USER) : NULL;

	who->n = 64;
	if (user) {
		who->uid = user->pw_uid;
		who->name = USER;
		if (getgrouplist(USER, user->pw_gid, who->groups, &who->n) < 0)
			who->n = 64;
		return;
	}
	who->uid = geteuid();
	who->name = "this user";
	who->n = getgroups(63, who->groups);
	if (who->n < 0)
		who->n = 0;
	who->groups[who->n++] = getegid();
}

/* As the kernel decides for a process without capabilities. */
static bool may_open(const struct who *who, const struct stat *st)
{
	if (st->st_uid == who->uid)
		return (st->st_mode & 0600) == 0600;
	for (int i = 0; i < who->n; i++)
		if (st->st_gid == who->groups[i])
			return (st->st_mode & 0060) == 0060;
	return (st->st_mode & 0006) == 0006;
}

static bool is_gpu(const char *folder, const char *name)
{
	if (strcmp(folder, "/dev/dri") == 0)
		return strncmp(name, "renderD", 7) == 0;
	return strncmp(name, "nvidia", 6) == 0 && name[6] >= '0' && name[6] <= '9';
}

static int nodes(struct vgpu_doctor *doctor, const struct who *who, const char *folder)
{
	char path[PATH_MAX + 300], fix[512];
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", doctor->root, folder);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		struct group *group;
		struct stat st;

		if (!is_gpu(folder, entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s%s/%s", doctor->root, folder, entry->d_name);
		if (stat(path, &st) < 0)
			continue;
		found++;
		group = getgrgid(st.st_gid);
		snprintf(fix, sizeof(fix), "usermod -aG %s %s", group ? group->gr_name : "render",
			 strcmp(who->name, USER) == 0 ? USER : "YOU, then log in again");
		if (may_open(who, &st))
			vgpu_doctor_say(doctor, DOCTOR_PASS, "GPU", "device", NULL,
					"%s may open %s/%s", who->name, folder, entry->d_name);
		else
			vgpu_doctor_say(doctor, DOCTOR_FAIL, "GPU", "device", fix,
					"%s may not open %s/%s", who->name, folder, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

void vgpu_doctor_gpu(struct vgpu_doctor *doctor)
{
	struct who who;

	whose(&who);
	if (nodes(doctor, &who, "/dev/dri") + nodes(doctor, &who, "/dev") == 0)
		vgpu_doctor_say(doctor, DOCTOR_WARN, "GPU", "device",
				"install the GPU's kernel driver; 'lspci -k' shows what has none",
				"no GPU: neither /dev/dri/renderD* nor /dev/nvidia*; the processor "
				"draws instead");
}

/* SPDX-License-Identifier: MIT */
/*
 * Which files a worker reaches. A driver needs its libraries and tables, its
 * device nodes, and some of /proc and /sys; nothing that belongs to a person.
 * What is not listed cannot be opened, made, removed or renamed. Landlock is
 * called by number: the headers of the build machine may be older than the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/worker/jail.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* linux/landlock.h, as far as kernel 6.12 */
enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_MAKE_REG = 1 << 8,
	FS_ALL_1 = (1 << 13) - 1,
	FS_REFER = 1 << 13,     /* version 2 */
	FS_TRUNCATE = 1 << 14,  /* 3 */
	FS_IOCTL_DEV = 1 << 15, /* 5 */
	NET_ALL_4 = 3,          /* TCP bind and connect */
	SCOPE_ALL_6 = 3,        /* abstract sockets, signals */
};
#define CREATE_VERSION 1u
#define RULE_PATH_BENEATH 1

struct ruleset_attr {
	uint64_t fs, net, scoped;
};
struct path_beneath {
	uint64_t access;
	int32_t parent;
} __attribute__((packed));

enum { READ = FS_READ_FILE | FS_READ_DIR, LIBRARY = READ | FS_EXECUTE,
	DEVICE = FS_READ_FILE | FS_WRITE_FILE | FS_READ_DIR | FS_IOCTL_DEV };

static const struct {
	const char *path;
	uint32_t access;
} rules[] = {
	/* libraries, drivers, libglvnd's and Mesa's tables */
	{ "/usr", LIBRARY },
	{ "/lib", LIBRARY },
	{ "/lib64", LIBRARY },
	{ "/lib32", LIBRARY },
	{ "/etc/ld.so.cache", READ },
	{ "/etc/ld.so.preload", READ },
	{ "/etc/glvnd", READ },
	{ "/etc/drirc", READ },
	{ "/etc/nvidia", READ },
	{ "/etc/localtime", READ },
	/* devices */
	{ "/dev/null", DEVICE },
	{ "/dev/zero", DEVICE },
	{ "/dev/urandom", FS_READ_FILE },
	{ "/dev/random", FS_READ_FILE },
	{ "/dev/dri", DEVICE },
	{ "/dev/nvidiactl", DEVICE },
	{ "/dev/nvidia-modeset", DEVICE },
	{ "/dev/nvidia-uvm", DEVICE },
	{ "/dev/nvidia-uvm-tools", DEVICE },
	/* what the kernel says about processors, memory and GPUs */
	{ "/proc/self", READ },
	{ "/proc/cpuinfo", READ },
	{ "/proc/meminfo", READ },
	{ "/proc/devices", READ },
	{ "/proc/modules", READ },
	{ "/proc/filesystems", READ },
	{ "/proc/version", READ },
	{ "/proc/driver/nvidia", READ },
	{ "/proc/sys/vm", READ },
	{ "/proc/sys/kernel", READ },
	{ "/sys/devices", READ },
	{ "/sys/dev/char", READ },
	{ "/sys/class/drm", READ },
	{ "/sys/bus/pci", READ },
	{ "/sys/module", READ },
};

static int create_ruleset(const struct ruleset_attr *attr, size_t size, uint32_t flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

/* A path that is not there needs no rule. Returns 0 or a negative errno. */
static int allow(int ruleset, const struct ruleset_attr *attr, const char *path, uint64_t access)
{
	struct path_beneath rule = { .parent = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int rc = 0;

	if (rule.parent < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : -errno;
	if (fstat(rule.parent, &st) < 0)
		rc = -errno;
	if (!S_ISDIR(st.st_mode)) /* a file takes the rights of files only */
		access &= FS_READ_FILE | FS_WRITE_FILE | FS_EXECUTE | FS_IOCTL_DEV;
	rule.access = access & attr->fs;
	if (!rc && syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) < 0)
		rc = -errno;
	close(rule.parent);
	return rc;
}

/* "/a:/b" of a variable that the administrator set for the daemon. */
static int allow_list(int ruleset, const struct ruleset_attr *attr, const char *variable)
{
	const char *env = getenv(variable);
	char *copy, *save = NULL;
	int rc = 0;

	if (!env || !*env)
		return 0;
	copy = strdup(env);
	if (!copy)
		return -ENOMEM;
	for (char *p = strtok_r(copy, ":", &save); p && !rc; p = strtok_r(NULL, ":", &save))
		if (*p == '/')
			rc = allow(ruleset, attr, p, LIBRARY);
	free(copy);
	return rc;
}

/* A sanitizer reads the program for its reports, and writes them where log_path says. */
static int allow_sanitizer(int ruleset, const struct ruleset_attr *attr)
{
	static const char *const options[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS" };
	char path[4096];
	int rc = allow(ruleset, attr, "/proc/self/exe", READ);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && !rc; i++) {
		const char *env = getenv(options[i]);
		const char *at = env ? strstr(env, "log_path=/") : NULL;
		char *end;

		if (!at)
			continue;
		snprintf(path, sizeof(path), "%s", at + strlen("log_path="));
		path[strcspn(path, ": ")] = '\0';
		end = strrchr(path, '/');
		*end = '\0';
		rc = allow(ruleset, attr, path, READ | FS_WRITE_FILE | FS_MAKE_REG);
	}
	return rc;
}

static int allow_all(int ruleset, const struct ruleset_attr *attr)
{
	static const char *const lists[] = { "LD_LIBRARY_PATH", "LIBGL_DRIVERS_PATH",
		"__EGL_VENDOR_LIBRARY_FILENAMES", "__EGL_VENDOR_LIBRARY_DIRS" };
	char path[32];
	int rc = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !rc; i++)
		rc = allow(ruleset, attr, rules[i].path, rules[i].access);
	for (int i = 0; i < 32 && !rc; i++) { /* not all of /dev: one node a GPU */
		snprintf(path, sizeof(path), "/dev/nvidia%d", i);
		rc = allow(ruleset, attr, path, DEVICE);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !rc; i++)
		rc = allow_list(ruleset, attr, lists[i]);
	if (SANITIZED && !rc)
		rc = allow_sanitizer(ruleset, attr);
	return rc;
}

void vgpu_jail_files(struct vgpu_jail_report *report)
{
	struct ruleset_attr attr = { .fs = FS_ALL_1 };
	int version = create_ruleset(NULL, 0, CREATE_VERSION);
	size_t size = sizeof(attr.fs);
	int ruleset, rc;

	if (version < 1) {
		vgpu_jail_fails(report, VGPU_JAIL_FILES, "%s",
		                errno == EOPNOTSUPP
		                        ? "Landlock is off: add landlock to the kernel's lsm= option"
		                        : "the kernel has no Landlock (CONFIG_SECURITY_LANDLOCK)");
		return;
	}
	if (version >= 2)
		attr.fs |= FS_REFER;
	if (version >= 3)
		attr.fs |= FS_TRUNCATE;
	if (version >= 5)
		attr.fs |= FS_IOCTL_DEV;
	if (version >= 4) {
		attr.net = NET_ALL_4;
		size += sizeof(attr.net);
	}
	if (version >= 6) {
		attr.scoped = SCOPE_ALL_6;
		size += sizeof(attr.scoped);
	}
	ruleset = create_ruleset(&attr, size, 0);
	rc = ruleset < 0 ? -errno : allow_all(ruleset, &attr);
	if (!rc && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		rc = -errno;
	if (!rc && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		rc = -errno;
	if (ruleset >= 0)
		close(ruleset);
	if (rc)
		vgpu_jail_fails(report, VGPU_JAIL_FILES, "Landlock refused: %s", strerror(-rc));
	else
		vgpu_jail_holds(report, VGPU_JAIL_FILES);
}

/* SPDX-License-Identifier: MIT */
#include "tools/common/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The build tells us (tools/tools.mk); these are only for compiling the file alone. */
#ifndef VGPU_LIBDIR
#define VGPU_LIBDIR "/usr/local/lib"
#endif
#ifndef VGPU_LIBEXECDIR
#define VGPU_LIBEXECDIR "/usr/local/libexec/xen-vgpu"
#endif
#ifndef VGPU_DATADIR
#define VGPU_DATADIR "/usr/local/share"
#endif

#define ICD "glvnd/egl_vendor.d/40_vgpu.json"

/* The folder above the one this command is in: build/ or the prefix. False if unknown. */
static bool own_prefix(char *out, size_t size)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = '\0';
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(exe, '/');

		if (!slash || slash == exe)
			return false;
		*slash = '\0';
	}
	return (size_t)snprintf(out, size, "%s", exe) < size;
}

/* Set out to dir/name if that can be accessed in the way asked for. */
static bool try_path(char out[PATH_MAX], const char *dir, const char *name, int mode)
{
	if (snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX && access(out, mode) == 0)
		return true;
	out[0] = '\0';
	return false;
}

static bool in_loader_path(const char *dir)
{
	return strncmp(dir, "/usr/lib", 8) == 0 || strncmp(dir, "/lib", 4) == 0;
}

void vgpu_paths_find(struct vgpu_paths *paths)
{
	char prefix[PATH_MAX - 64], dir[PATH_MAX], found[PATH_MAX];

	memset(paths, 0, sizeof(*paths));
	if (!own_prefix(prefix, sizeof(prefix)))
		snprintf(prefix, sizeof(prefix), "/nonexistent");

	snprintf(dir, sizeof(dir), "%s/lib", prefix);
	if (try_path(found, dir, VGPU_EGL_LIBRARY, R_OK))
		memcpy(paths->lib_dir, dir, sizeof(dir));
	else if (try_path(found, VGPU_LIBDIR, VGPU_EGL_LIBRARY, R_OK))
		snprintf(paths->lib_dir, sizeof(paths->lib_dir), "%s", VGPU_LIBDIR);
	paths->default_lib_dir = in_loader_path(paths->lib_dir);

	snprintf(dir, sizeof(dir), "%s/share", prefix);
	if (!try_path(paths->egl_json, dir, ICD, R_OK) &&
	    !try_path(paths->egl_json, VGPU_DATADIR, ICD, R_OK))
		try_path(paths->egl_json, "/usr/share", ICD, R_OK);

	snprintf(dir, sizeof(dir), "%s/bin", prefix);
	if (!try_path(paths->backendd, dir, "vgpu-backendd", X_OK)) {
		snprintf(dir, sizeof(dir), "%s/libexec/xen-vgpu", prefix);
		if (!try_path(paths->backendd, dir, "vgpu-backendd", X_OK))
			try_path(paths->backendd, VGPU_LIBEXECDIR, "vgpu-backendd", X_OK);
	}
}

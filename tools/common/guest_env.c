/* SPDX-License-Identifier: MIT */
/*
 * libglvnd's order (src/EGL/libeglvendor.c): __EGL_VENDOR_LIBRARY_FILENAMES is
 * the whole list when set; else every *.json of __EGL_VENDOR_LIBRARY_DIRS, or of
 * /etc/glvnd/egl_vendor.d and /usr/share/glvnd/egl_vendor.d, sorted by strcmp in
 * each folder.
 */
#include "tools/common/guest_env.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_DIRS "/etc/glvnd/egl_vendor.d:/usr/share/glvnd/egl_vendor.d"

/* Append one element to a ':' list that *list owns. False when memory is short. */
static bool list_add(char **list, const char *element)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *list, **list ? ":" : "", element) < 0)
		return false;
	free(*list);
	*list = longer;
	return true;
}

static int is_json(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool list_add_folder(char **list, const char *folder)
{
	struct dirent **entries = NULL;
	bool ok = true;
	int n = scandir(folder, &entries, is_json, by_octets);

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) < PATH_MAX)
			ok = ok && list_add(list, path);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

char *vgpu_egl_icd_list(void)
{
	const char *files = getenv("__EGL_VENDOR_LIBRARY_FILENAMES");
	const char *dirs = getenv("__EGL_VENDOR_LIBRARY_DIRS");
	char *list, *copy, *save = NULL;
	bool ok = true;

	if (files)
		return strdup(files);
	list = strdup("");
	copy = strdup(dirs ? dirs : DEFAULT_DIRS);
	if (!list || !copy) {
		free(list);
		free(copy);
		return NULL;
	}
	for (char *d = strtok_r(copy, ":", &save); d && ok; d = strtok_r(NULL, ":", &save))
		ok = list_add_folder(&list, d);
	free(copy);
	if (!ok) {
		free(list);
		return NULL;
	}
	return list;
}

static bool is_ours(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "40_vgpu.json") == 0;
}

/* Our ICD file first, then what libglvnd would have read without us. */
static int set_egl(const struct vgpu_paths *paths)
{
	char *others = vgpu_egl_icd_list(), *list = strdup(paths->egl_json), *save = NULL;
	bool ok = others && list;

	if (ok) {
		for (char *p = strtok_r(others, ":", &save); p && ok;
		     p = strtok_r(NULL, ":", &save))
			ok = is_ours(p) || list_add(&list, p);
		ok = ok && setenv("__EGL_VENDOR_LIBRARY_FILENAMES", list, 1) == 0;
	}
	free(others);
	free(list);
	return ok ? 0 : -ENOMEM;
}

/* Put dir first in LD_LIBRARY_PATH, once. */
static int set_library_path(const char *dir)
{
	const char *old = getenv("LD_LIBRARY_PATH");
	size_t n = strlen(dir);
	char *path;
	int rc;

	if (old && strncmp(old, dir, n) == 0 && (old[n] == ':' || old[n] == '\0'))
		return 0;
	if (asprintf(&path, "%s%s%s", dir, old && *old ? ":" : "", old ? old : "") < 0)
		return -ENOMEM;
	rc = setenv("LD_LIBRARY_PATH", path, 1) == 0 ? 0 : -ENOMEM;
	free(path);
	return rc;
}

int vgpu_guest_env_set(const struct vgpu_paths *paths, const char *socket)
{
	int rc = set_egl(paths);

	if (rc == 0 && !paths->default_lib_dir && paths->lib_dir[0])
		rc = set_library_path(paths->lib_dir);
	if (rc == 0 && setenv("__GLX_VENDOR_LIBRARY_NAME", "vgpu", 1) < 0)
		rc = -ENOMEM;
	if (rc == 0 && socket && setenv("VGPU_SOCKET", socket, 1) < 0)
		rc = -ENOMEM;
	return rc;
}

void vgpu_guest_env_clear(void)
{
	const char *glx = getenv("__GLX_VENDOR_LIBRARY_NAME");
	const char *egl = getenv("__EGL_VENDOR_LIBRARY_FILENAMES");

	/* the user's own choice of a host driver stays */
	if (glx && strcmp(glx, "vgpu") == 0)
		unsetenv("__GLX_VENDOR_LIBRARY_NAME");
	if (egl && strstr(egl, "40_vgpu.json"))
		unsetenv("__EGL_VENDOR_LIBRARY_FILENAMES");
	unsetenv("VGPU_SOCKET");
}

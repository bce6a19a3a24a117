/* SPDX-License-Identifier: MIT */
/* The "vgpu" key of xl configs. xl itself ignores it and keeps no trace of it. */
#include <dirent.h>
#include <errno.h>
#include <libxlutil.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/ctl/spec.h"

static bool is_config(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && ((n > 4 && strcmp(name + n - 4, ".cfg") == 0) ||
	                          (n > 5 && strcmp(name + n - 5, ".conf") == 0));
}

/* Of this guest? A UUID in the file decides; else the name does. */
static bool matches(XLU_Config *config, const char *name, const char *uuid)
{
	const char *found;

	if (uuid && xlu_cfg_get_string(config, "uuid", &found, 1) == 0)
		return strcasecmp(found, uuid) == 0;
	return name && xlu_cfg_get_string(config, "name", &found, 1) == 0 &&
	       strcmp(found, name) == 0;
}

/* The line where text stands in the file, or the one of "vgpu =". libxlutil does not say. */
static unsigned int find_line(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char line[2048];
	unsigned int n = 0, found = 0;

	while (file && fgets(line, sizeof(line), file)) {
		n++;
		if (text && *text && strstr(line, text)) {
			found = n;
			break;
		}
		if (!found && strncmp(line + strspn(line, " \t"), "vgpu", 4) == 0)
			found = n;
	}
	if (file)
		fclose(file);
	return found;
}

static int read_key(XLU_Config *config, const char *path, struct vgpu_spec *spec, char *why,
                    size_t size)
{
	struct vgpu_spec_place place = { .file = path };
	XLU_ConfigList *list;
	const char *text;
	int n = 0, rc = xlu_cfg_get_list(config, "vgpu", &list, &n, 1);

	if (rc == ESRCH)
		return 0;
	if (rc || n > 1) {
		snprintf(why, size, "%s:%u: vgpu: %s", path, find_line(path, NULL),
		         rc ? "allowed is a list: vgpu = [ 'KEY=VALUE,...' ]"
		            : "one entry, a guest has one vgpu");
		return -EINVAL;
	}
	if (n == 0)
		return 0;
	text = xlu_cfg_get_listitem(list, 0);
	place.line = find_line(path, text);
	rc = vgpu_spec_parse(text ? text : "", &place, spec, why, size);
	return rc ? rc : 1;
}

/* Sets *ours when the file configures the guest; else returns 0. */
static int read_file(const char *path, bool any, const char *name, const char *uuid, bool *ours,
                     struct vgpu_spec *spec, char *why, size_t size)
{
	/* what libxlutil says of files that are no configs is not for anybody */
	FILE *report = fopen("/dev/null", "we");
	XLU_Config *config = report ? xlu_cfg_init(report, path) : NULL;
	int rc = 0;

	*ours = false;
	if (!config) {
		rc = -ENOMEM;
	} else if (xlu_cfg_readfile(config, path)) {
		if (any) {
			snprintf(why, size, "%s cannot be read, or is no xl config", path);
			rc = -EINVAL;
		}
	} else if (any || matches(config, name, uuid)) {
		*ours = true;
		rc = read_key(config, path, spec, why, size);
	}
	if (config)
		xlu_cfg_destroy(config);
	if (report)
		fclose(report);
	return rc;
}

int vgpu_spec_from_config(const char *dir, const char *file, const char *name, const char *uuid,
                          struct vgpu_spec *spec, char *why, size_t size)
{
	static const char *const folders[] = { "", "/auto" };
	char folder[PATH_MAX], path[PATH_MAX + 300];
	bool ours = false;
	int rc = 0;

	if (file)
		return read_file(file, true, NULL, NULL, &ours, spec, why, size);
	for (int f = 0; f < 2 && !ours && !rc; f++) {
		struct dirent **entries;
		int n;

		snprintf(folder, sizeof(folder), "%s%s", dir, folders[f]);
		n = scandir(folder, &entries, NULL, alphasort);
		for (int i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			if (!ours && !rc && is_config(entries[i]->d_name))
				rc = read_file(path, false, name, uuid, &ours, spec, why, size);
			free(entries[i]);
		}
		if (n >= 0)
			free(entries);
	}
	return rc;
}

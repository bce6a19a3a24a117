/* SPDX-License-Identifier: MIT */
#include "tools/pci/guest_config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxlutil.h>

#include "tools/pci/file.h"
#include "tools/pci/xen.h"

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && !strcmp(text + length - tail, end);
}

static enum vgpu_pci_guest_type read_type(const XLU_Config *cfg)
{
	const char *text;

	if (xlu_cfg_get_string(cfg, "type", &text, 1) && xlu_cfg_get_string(cfg, "builder", &text, 1))
		return VGPU_PCI_GUEST_PV; /* xl's default on x86 */
	if (!strcmp(text, "hvm"))
		return VGPU_PCI_GUEST_HVM;
	if (!strcmp(text, "pvh"))
		return VGPU_PCI_GUEST_PVH;
	return !strcmp(text, "pv") || !strcmp(text, "generic") ? VGPU_PCI_GUEST_PV
	                                                       : VGPU_PCI_GUEST_UNKNOWN;
}

static void read_devices(const XLU_Config *cfg, struct vgpu_pci_guest *guest)
{
	XLU_ConfigList *list;
	int count = 0;

	guest->configured_count = 0;
	if (xlu_cfg_get_list(cfg, "pci", &list, &count, 1))
		return;
	for (int i = 0; i < count; i++) {
		const char *spec = xlu_cfg_get_listitem(list, i);
		char address[VGPU_PCI_BDF_TEXT];
		struct vgpu_pci_bdf bdf;

		if (!spec || guest->configured_count == sizeof(guest->configured) /
		                                                sizeof(guest->configured[0]))
			continue;
		if (!strncmp(spec, "bdf=", 4))
			spec += 4;
		snprintf(address, sizeof(address), "%.*s", (int)strcspn(spec, "@,"), spec);
		if (vgpu_pci_bdf_parse(address, &bdf) == 0)
			guest->configured[guest->configured_count++] = bdf;
	}
}

/* libxl's rule: what a guest can take while it runs is decided when it starts. */
static int read_passthrough(const XLU_Config *cfg, const struct vgpu_pci_guest *guest)
{
	const char *text;

	if (xlu_cfg_get_string(cfg, "passthrough", &text, 1) == 0 && strcmp(text, "default"))
		return strcmp(text, "disabled") != 0;
	return guest->configured_count > 0;
}

static void read_all(const XLU_Config *cfg, const char *name, struct vgpu_pci_guest *guest)
{
	long memory = 0, most = 0, number;

	snprintf(guest->name, sizeof(guest->name), "%s", name);
	guest->type = read_type(cfg);
	guest->e820_host = xlu_cfg_get_long(cfg, "e820_host", &number, 1) == 0 && number != 0;
	xlu_cfg_get_long(cfg, "memory", &memory, 1);
	xlu_cfg_get_long(cfg, "maxmem", &most, 1);
	guest->populate_on_demand = guest->type == VGPU_PCI_GUEST_HVM && most > memory;
}

/* Does this file configure the guest? Then take what it says. */
static bool read_file(const char *path, const char *name, bool all, struct vgpu_pci_guest *guest)
{
	FILE *report = fopen("/dev/null", "w");
	XLU_Config *cfg = report ? xlu_cfg_init(report, path) : NULL;
	const char *found;
	bool match = false;

	if (cfg && xlu_cfg_readfile(cfg, path) == 0 &&
	    xlu_cfg_get_string(cfg, "name", &found, 1) == 0 && !strcmp(found, name)) {
		match = true;
		vgpu_pci_text_copy(guest->config_path, sizeof(guest->config_path), path);
		read_devices(cfg, guest);
		if (all)
			read_all(cfg, name, guest);
		if (all || guest->passthrough < 0)
			guest->passthrough = read_passthrough(cfg, guest);
	}
	if (cfg)
		xlu_cfg_destroy(cfg);
	if (report)
		fclose(report);
	return match;
}

int vgpu_pci_guest_config_find(const char *root, const char *name, bool all,
                               struct vgpu_pci_guest *guest)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count, rc = -ENOENT;

	snprintf(path, sizeof(path), "%s/etc/xen", root);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *file = entries[i]->d_name;

		snprintf(path, sizeof(path), "%s/etc/xen/%s", root, file);
		if (rc && (ends_with(file, ".cfg") || ends_with(file, ".conf")) &&
		    read_file(path, name, all, guest))
			rc = 0;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return rc;
}

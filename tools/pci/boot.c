/* SPDX-License-Identifier: MIT */
#include "tools/pci/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/file.h"

#define HEADER "# Written by vgpu-ctl pci assign --persistent; vgpu-ctl pci release --persistent takes it back.\n"

bool vgpu_pci_boot_hides(const struct vgpu_pci_boot *boot, struct vgpu_pci_bdf bdf)
{
	for (size_t i = 0; i < boot->hidden_count; i++)
		if (vgpu_pci_bdf_compare(boot->hidden[i], bdf) == 0)
			return true;
	return false;
}

static int add_hidden(struct vgpu_pci_boot *boot, struct vgpu_pci_bdf bdf)
{
	if (vgpu_pci_boot_hides(boot, bdf))
		return 0;
	if (boot->hidden_count == VGPU_PCI_BOOT_MAX)
		return -ENOSPC;
	boot->hidden[boot->hidden_count++] = bdf;
	return 0;
}

static int add_rival(struct vgpu_pci_boot *boot, const char *name)
{
	for (size_t i = 0; i < boot->rival_count; i++)
		if (!strcmp(boot->rivals[i], name))
			return 0;
	if (boot->rival_count == sizeof(boot->rivals) / sizeof(boot->rivals[0]))
		return -ENOSPC;
	snprintf(boot->rivals[boot->rival_count++], sizeof(boot->rivals[0]), "%s", name);
	return 0;
}

/* "(0000:01:00.0)(...)": the addresses up to the first thing that is none */
static int read_hidden(struct vgpu_pci_boot *boot, const char *text)
{
	int rc = 0;

	while (rc == 0 && *text == '(') {
		size_t length = strcspn(text + 1, ")\n");
		char address[VGPU_PCI_BDF_TEXT];
		struct vgpu_pci_bdf bdf;

		if (text[1 + length] != ')' || length >= sizeof(address))
			return -EPROTO;
		memcpy(address, text + 1, length);
		address[length] = 0;
		if (vgpu_pci_bdf_parse(address, &bdf))
			return -EPROTO;
		rc = add_hidden(boot, bdf);
		text += length + 2;
	}
	return rc;
}

int vgpu_pci_boot_load(const char *root, struct vgpu_pci_boot *boot_out)
{
	struct vgpu_pci_boot boot = { 0 };
	char path[PATH_MAX], text[8192], *line, *rest;
	ssize_t length;
	int rc = 0;

	snprintf(path, sizeof(path), "%s" VGPU_PCI_BOOT_MODPROBE, root);
	length = vgpu_pci_file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (length == -ENOENT) {
		*boot_out = boot;
		return 0;
	}
	if (length < 0)
		return (int)length;
	for (line = strtok_r(text, "\n", &rest); line && rc == 0;
	     line = strtok_r(NULL, "\n", &rest)) {
		char name[64];

		if (!strncmp(line, "options xen-pciback hide=", 25))
			rc = read_hidden(&boot, line + 25);
		else if (sscanf(line, "softdep %63s pre: xen-pciback", name) == 1)
			rc = add_rival(&boot, name);
	}
	if (rc == 0)
		*boot_out = boot;
	return rc;
}

int vgpu_pci_boot_add(struct vgpu_pci_boot *boot, const struct vgpu_pci_group *group,
                      const char *const *rivals, size_t rival_count)
{
	int rc = 0;

	for (size_t i = 0; i < group->function_count && rc == 0; i++)
		rc = add_hidden(boot, group->functions[i]->bdf);
	for (size_t i = 0; i < rival_count && rc == 0; i++)
		rc = add_rival(boot, rivals[i]);
	return rc;
}

void vgpu_pci_boot_drop(struct vgpu_pci_boot *boot, const struct vgpu_pci_group *group)
{
	size_t kept = 0;

	for (size_t i = 0; i < boot->hidden_count; i++) {
		bool drop = false;

		for (size_t f = 0; f < group->function_count; f++)
			drop = drop || !vgpu_pci_bdf_compare(boot->hidden[i], group->functions[f]->bdf);
		if (!drop)
			boot->hidden[kept++] = boot->hidden[i];
	}
	boot->hidden_count = kept;
	if (kept == 0)
		boot->rival_count = 0;
}

static void print_hide(FILE *out, const struct vgpu_pci_boot *boot)
{
	char bdf[VGPU_PCI_BDF_TEXT];

	for (size_t i = 0; i < boot->hidden_count; i++)
		fprintf(out, "(%s)", vgpu_pci_bdf_text(boot->hidden[i], bdf));
}

char *vgpu_pci_boot_modprobe_text(const struct vgpu_pci_boot *boot)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, HEADER "options xen-pciback hide=");
	print_hide(out, boot);
	fprintf(out, "\n");
	for (size_t i = 0; i < boot->rival_count; i++)
		fprintf(out, "softdep %s pre: xen-pciback\n", boot->rivals[i]);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *vgpu_pci_boot_grub_text(const struct vgpu_pci_boot *boot)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, HEADER "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX xen-pciback.hide=");
	print_hide(out, boot);
	fprintf(out, "\"\n");
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static int write_or_remove(const char *root, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, name);
	if (text)
		return vgpu_pci_file_replace(path, text, 0644);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

int vgpu_pci_boot_save(const char *root, const struct vgpu_pci_boot *boot)
{
	bool any = boot->hidden_count > 0;
	char *modprobe = any ? vgpu_pci_boot_modprobe_text(boot) : NULL;
	char *grub = any ? vgpu_pci_boot_grub_text(boot) : NULL;
	int rc;

	if (any && (!modprobe || !grub)) {
		rc = -ENOMEM;
		goto out;
	}
	/* modprobe.d last: it is the one that is read back */
	rc = write_or_remove(root, VGPU_PCI_BOOT_LOAD, any ? HEADER "xen-pciback\n" : NULL);
	if (rc == 0)
		rc = write_or_remove(root, VGPU_PCI_BOOT_GRUB, grub);
	if (rc == 0)
		rc = write_or_remove(root, VGPU_PCI_BOOT_MODPROBE, modprobe);
out:
	free(modprobe);
	free(grub);
	return rc;
}

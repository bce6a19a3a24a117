/* SPDX-License-Identifier: MIT */
/* Reads /sys/bus/pci and what the kernel hangs on it: drivers, nodes, consoles. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/pci/device.h"
#include "tools/pci/file.h"

static uint64_t read_number(int dir, const char *name, uint64_t otherwise)
{
	char text[64], *end;
	unsigned long long value;

	if (vgpu_pci_file_read_at(dir, name, text, sizeof(text)) < 0)
		return otherwise;
	errno = 0;
	value = strtoull(text, &end, 0);
	return errno || end == text ? otherwise : value;
}

/* The last part of a link's target, "" when there is no link. */
static void link_name(int dir, const char *name, char *out, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir, name, target, sizeof(target) - 1);
	const char *slash;

	out[0] = 0;
	if (length <= 0)
		return;
	target[length] = 0;
	slash = strrchr(target, '/');
	vgpu_pci_text_copy(out, size, slash ? slash + 1 : target);
}

/*
 * The address in a path, counted from its end: skip 0 for the last one. True when
 * there are that many.
 */
static bool path_address(const char *path, int skip, struct vgpu_pci_bdf *bdf_out)
{
	char copy[PATH_MAX];
	char *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	do {
		struct vgpu_pci_bdf bdf;

		slash = strrchr(copy, '/');
		if (vgpu_pci_bdf_parse(slash ? slash + 1 : copy, &bdf) == 0 && skip-- == 0) {
			*bdf_out = bdf;
			return true;
		}
		if (slash)
			*slash = 0;
	} while (slash);
	return false;
}

static void read_bars(int dir, struct vgpu_pci_dev *dev)
{
	char text[4096], *line, *rest;
	size_t i = 0;

	if (vgpu_pci_file_read_at(dir, "resource", text, sizeof(text)) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line && i < VGPU_PCI_BARS;
	     line = strtok_r(NULL, "\n", &rest), i++) {
		unsigned long long start, end, flags;

		if (sscanf(line, "%llx %llx %llx", &start, &end, &flags) == 3 && end > start)
			dev->bars[i] = (struct vgpu_pci_bar){ start, end, flags };
	}
}

static void read_reset(int dir, struct vgpu_pci_dev *dev)
{
	char text[64];

	dev->reset = faccessat(dir, "reset", F_OK, 0) == 0;
	if (vgpu_pci_file_read_at(dir, "reset_method", text, sizeof(text)) > 0)
		snprintf(dev->reset_methods, sizeof(dev->reset_methods), "%s", text);
}

static void read_config(int dir, struct vgpu_pci_dev *dev)
{
	uint8_t config[4096];
	ssize_t length;
	int fd = openat(dir, "config", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	length = vgpu_pci_file_read_all(fd, config, sizeof(config));
	close(fd);
	if (length < 64)
		return;
	dev->pin = config[0x3d] <= 4 ? config[0x3d] : 0;
	vgpu_pci_caps_parse(config, (size_t)length, &dev->caps);
}

static void read_device(int dir, struct vgpu_pci_dev *dev)
{
	char text[PATH_MAX];

	dev->vendor = (uint16_t)read_number(dir, "vendor", 0);
	dev->device = (uint16_t)read_number(dir, "device", 0);
	dev->subvendor = (uint16_t)read_number(dir, "subsystem_vendor", 0);
	dev->subdevice = (uint16_t)read_number(dir, "subsystem_device", 0);
	dev->class_code = (uint32_t)read_number(dir, "class", 0) & 0xffffff;
	dev->bridge = dev->class_code >> 8 == 0x0604;
	dev->boot_vga = read_number(dir, "boot_vga", 0) == 1;
	dev->irq = (unsigned int)read_number(dir, "irq", 0);
	dev->virtual_function = readlinkat(dir, "physfn", text, sizeof(text)) > 0;
	link_name(dir, "driver", dev->driver, sizeof(dev->driver));
	link_name(dir, "driver/module", dev->module, sizeof(dev->module));
	read_bars(dir, dev);
	read_reset(dir, dev);
	read_config(dir, dev);
}

static int compare_devs(const void *a, const void *b)
{
	const struct vgpu_pci_dev *left = a, *right = b;

	return vgpu_pci_bdf_compare(left->bdf, right->bdf);
}

/* sysfs nests a device's directory in that of its bridge */
static void find_parents(struct vgpu_pci_tree *tree, int devices)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct vgpu_pci_dev *dev = &tree->devs[i], *parent;
		char name[VGPU_PCI_BDF_TEXT], target[PATH_MAX];
		struct vgpu_pci_bdf above;
		ssize_t length;

		dev->parent = -1;
		length = readlinkat(devices, vgpu_pci_bdf_text(dev->bdf, name), target,
		                    sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = 0;
		if (!path_address(target, 1, &above))
			continue;
		parent = vgpu_pci_tree_find(tree, above);
		if (parent)
			dev->parent = (int)(parent - tree->devs);
	}
}

static void add_node(struct vgpu_pci_dev *dev, const char *name)
{
	if (dev->node_count < VGPU_PCI_NODES)
		vgpu_pci_text_copy(dev->nodes[dev->node_count++], sizeof(dev->nodes[0]), name);
}

/* DRM, frame buffer and sound nodes: the class link's target runs through the device. */
static void find_nodes(struct vgpu_pci_tree *tree, const char *root, const char *class)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/%s", root, class);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char target[PATH_MAX];
		struct vgpu_pci_bdf bdf;
		struct vgpu_pci_dev *dev;
		ssize_t length;

		/* connectors ("card0-DP-1") are no nodes */
		if (entry->d_name[0] == '.' || strchr(entry->d_name, '-'))
			continue;
		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = 0;
		if (path_address(target, 0, &bdf) && (dev = vgpu_pci_tree_find(tree, bdf)))
			add_node(dev, entry->d_name);
	}
	closedir(dir);
}

/* The proprietary NVIDIA driver numbers its nodes by itself. */
static void find_nvidia_nodes(struct vgpu_pci_tree *tree, const char *root)
{
	for (size_t i = 0; i < tree->count; i++) {
		char path[PATH_MAX], text[4096], bdf[VGPU_PCI_BDF_TEXT], node[32];
		const char *minor;

		if (strcmp(tree->devs[i].driver, "nvidia"))
			continue;
		snprintf(path, sizeof(path), "%s/proc/driver/nvidia/gpus/%s/information", root,
		         vgpu_pci_bdf_text(tree->devs[i].bdf, bdf));
		if (vgpu_pci_file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0)
			continue;
		minor = strstr(text, "Device Minor:");
		if (!minor)
			continue;
		snprintf(node, sizeof(node), "nvidia%d", atoi(minor + strlen("Device Minor:")));
		add_node(&tree->devs[i], node);
	}
}

/* Does Linux draw its text console on frame buffers at all? */
static bool fbcon_bound(const char *root)
{
	for (int i = 0; i < 8; i++) {
		char path[PATH_MAX], text[64];

		snprintf(path, sizeof(path), "%s/sys/class/vtconsole/vtcon%d/name", root, i);
		if (vgpu_pci_file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0 ||
		    !strstr(text, "frame buffer"))
			continue;
		snprintf(path, sizeof(path), "%s/sys/class/vtconsole/vtcon%d/bind", root, i);
		if (vgpu_pci_file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
		    atoi(text) == 1)
			return true;
	}
	return false;
}

/*
 * The kernel puts its text console on the first frame buffer that registered, so
 * the lowest number there is.
 */
static void find_console(struct vgpu_pci_tree *tree, const char *root)
{
	struct vgpu_pci_dev *console = NULL;
	int lowest = INT_MAX;

	if (!fbcon_bound(root))
		return;
	for (size_t i = 0; i < tree->count; i++) {
		for (size_t n = 0; n < tree->devs[i].node_count; n++) {
			int number;

			if (sscanf(tree->devs[i].nodes[n], "fb%d", &number) == 1 &&
			    number < lowest) {
				lowest = number;
				console = &tree->devs[i];
			}
		}
	}
	/* a lower number that is no PCI device's is the firmware's own frame buffer */
	for (int i = 0; i < lowest && console; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/sys/class/graphics/fb%d", root, i);
		if (access(path, F_OK) == 0)
			console = NULL;
	}
	if (console)
		console->fb_console = true;
}

static int read_devices(struct vgpu_pci_tree *tree, DIR *dir)
{
	struct dirent *entry;
	size_t room = 0;

	while ((entry = readdir(dir))) {
		struct vgpu_pci_bdf bdf;
		int fd;

		if (vgpu_pci_bdf_parse(entry->d_name, &bdf))
			continue;
		if (tree->count == room) {
			struct vgpu_pci_dev *devs;

			room = room ? room * 2 : 64;
			devs = realloc(tree->devs, room * sizeof(*devs));
			if (!devs)
				return -ENOMEM;
			tree->devs = devs;
		}
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) /* unplugged under our hands */
			continue;
		memset(&tree->devs[tree->count], 0, sizeof(tree->devs[0]));
		tree->devs[tree->count].bdf = bdf;
		read_device(fd, &tree->devs[tree->count]);
		tree->count++;
		close(fd);
	}
	return 0;
}

int vgpu_pci_tree_init(struct vgpu_pci_tree *tree_out, const char *root)
{
	struct vgpu_pci_tree tree = { 0 };
	char path[PATH_MAX];
	DIR *dir;
	int rc;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", root);
	dir = opendir(path);
	if (!dir)
		return -ENOENT;
	rc = read_devices(&tree, dir);
	if (rc)
		goto out;
	if (tree.count)
		qsort(tree.devs, tree.count, sizeof(tree.devs[0]), compare_devs);
	find_parents(&tree, dirfd(dir));
	find_nodes(&tree, root, "drm");
	find_nodes(&tree, root, "graphics");
	find_nodes(&tree, root, "sound");
	find_nvidia_nodes(&tree, root);
	find_console(&tree, root);
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/pciback", root);
	tree.pciback = access(path, F_OK) == 0;
	*tree_out = tree;
	tree = (struct vgpu_pci_tree){ 0 }; /* moved */
out:
	closedir(dir);
	vgpu_pci_tree_finish(&tree);
	return rc;
}

void vgpu_pci_tree_finish(struct vgpu_pci_tree *tree)
{
	free(tree->devs);
	*tree = (struct vgpu_pci_tree){ 0 };
}

struct vgpu_pci_dev *vgpu_pci_tree_find(const struct vgpu_pci_tree *tree, struct vgpu_pci_bdf bdf)
{
	for (size_t i = 0; i < tree->count; i++)
		if (vgpu_pci_bdf_compare(tree->devs[i].bdf, bdf) == 0)
			return &tree->devs[i];
	return NULL;
}

bool vgpu_pci_dev_is_display(const struct vgpu_pci_dev *dev)
{
	return dev->class_code >> 16 == 0x03;
}

bool vgpu_pci_dev_is_igd(const struct vgpu_pci_dev *dev)
{
	return vgpu_pci_dev_is_display(dev) && dev->vendor == VGPU_PCI_VENDOR_INTEL &&
	       dev->bdf.bus == 0 && dev->bdf.dev == 2;
}

bool vgpu_pci_dev_on_pciback(const struct vgpu_pci_dev *dev)
{
	return strcmp(dev->driver, "pciback") == 0;
}

const char *vgpu_pci_dev_kind(const struct vgpu_pci_dev *dev)
{
	switch (dev->class_code >> 8) {
	case 0x0300:
	case 0x0302:
	case 0x0380:
		return "display";
	case 0x0401:
	case 0x0403:
		return "audio";
	case 0x0c03:
		return "usb";
	case 0x0c80: /* NVIDIA's USB-C UCSI controller */
		return "usb-c";
	case 0x0604:
		return "bridge";
	}
	return vgpu_pci_dev_is_display(dev) ? "display" : "other";
}

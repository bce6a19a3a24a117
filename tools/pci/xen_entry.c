/* SPDX-License-Identifier: MIT */
/*
 * The list of a guest's devices in xenstore, which pciback, the guest and libxl share. libxl
 * asks for a device by its state in the list, gives the guest ten seconds, and leaves the
 * entry when they are over. Asking again after a late answer is no way out: pciback does not
 * find the device any more and stays in Reconfiguring for good. So the entry is dropped here.
 */
#include "tools/pci/xen_libxl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xenbus.h>

#define BACKENDS "/local/domain/0/backend/pci"

/* What an entry consists of: "dev-0", "state-0", ... */
static const char *const parts[] = { "dev", "key", "state", "vdev", "vdevfn", "opts", "name" };

struct list {
	struct xs_handle *xs;
	xs_transaction_t t;
	char path[64];
};

static char *read_part(const struct list *list, const char *part, int index)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s-%d", list->path, part, index);
	return xs_read(list->xs, list->t, path, NULL);
}

/* Write a part, or remove it when value is NULL. */
static bool write_part(const struct list *list, const char *part, int index, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s-%d", list->path, part, index);
	if (value)
		return xs_write(list->xs, list->t, path, value, (unsigned int)strlen(value));
	return xs_rm(list->xs, list->t, path) || errno == ENOENT;
}

/* -1: senseless; pciback has 32 slots of 8 functions */
static int count_of(const struct list *list)
{
	char path[128], *text;
	int count;

	snprintf(path, sizeof(path), "%s/num_devs", list->path);
	text = xs_read(list->xs, list->t, path, NULL);
	count = text ? atoi(text) : 0;
	free(text);
	return count < 0 || count > 256 ? -1 : count;
}

static int find(const struct list *list, int count, struct vgpu_pci_bdf bdf)
{
	for (int i = 0; i < count; i++) {
		char *text = read_part(list, "dev", i);
		struct vgpu_pci_bdf found;
		bool same = text && vgpu_pci_bdf_parse(text, &found) == 0 &&
		            vgpu_pci_bdf_compare(found, bdf) == 0;

		free(text);
		if (same)
			return i;
	}
	return -1;
}

/* The entries after it move up: their numbers have no gap. */
static bool close_gap(const struct list *list, int index, int count)
{
	char path[128], number[16];
	bool good = true;

	for (; index < count; index++) {
		for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
			char *value = index + 1 < count ? read_part(list, parts[p], index + 1) : NULL;

			good = write_part(list, parts[p], index, value) && good;
			free(value);
		}
	}
	snprintf(path, sizeof(path), "%s/num_devs", list->path);
	snprintf(number, sizeof(number), "%d", count - 1);
	return xs_write(list->xs, list->t, path, number, (unsigned int)strlen(number)) && good;
}

static int drop(const struct list *list, uint32_t domid, struct vgpu_pci_bdf bdf)
{
	int count = count_of(list), index = find(list, count, bdf);
	char path[64];

	if (index < 0)
		return count < 0 ? -EPROTO : 0;
	if (count > 1)
		return close_gap(list, index, count) ? 0 : -EIO;
	/*
	 * The last one: the guest's pciback device goes with it, there is only number 0. Linux
	 * heeds a device's own node only: when just its parent goes, the frontend stays, and the
	 * next device never comes to it.
	 */
	snprintf(path, sizeof(path), "/local/domain/%u/device/pci/0", domid);
	if (!xs_rm(list->xs, list->t, path) && errno != ENOENT)
		return -errno;
	*strrchr(path, '/') = 0;
	if (!xs_rm(list->xs, list->t, path) && errno != ENOENT)
		return -errno;
	snprintf(path, sizeof(path), BACKENDS "/%u", domid);
	return xs_rm(list->xs, list->t, path) ? 0 : -errno;
}

static struct list list_of(struct vgpu_pci_libxl *xen, uint32_t domid)
{
	struct list list = { .xs = xen->xs, .t = XBT_NULL };

	snprintf(list.path, sizeof(list.path), BACKENDS "/%u/0", domid);
	return list;
}

int vgpu_pci_libxl_entry_drop(struct vgpu_pci_libxl *xen, uint32_t domid, struct vgpu_pci_bdf bdf)
{
	struct list list = list_of(xen, domid);
	int rc;

	for (;;) {
		list.t = xs_transaction_start(xen->xs);
		if (list.t == XBT_NULL)
			return -errno;
		rc = drop(&list, domid, bdf);
		if (xs_transaction_end(xen->xs, list.t, rc != 0) || rc)
			return rc;
		if (errno != EAGAIN)
			return -errno;
	}
}

static int state_of(const struct list *list, const char *part, int index)
{
	char path[128], *text;
	int state;

	if (part)
		text = read_part(list, part, index);
	else {
		snprintf(path, sizeof(path), "%s/state", list->path);
		text = xs_read(list->xs, list->t, path, NULL);
	}
	state = text ? atoi(text) : XenbusStateUnknown;
	free(text);
	return state;
}

bool vgpu_pci_libxl_settled(struct vgpu_pci_libxl *xen, uint32_t domid)
{
	struct list list = list_of(xen, domid);
	int state = state_of(&list, NULL, 0);

	return state != XenbusStateReconfiguring && state != XenbusStateReconfigured;
}

bool vgpu_pci_libxl_connected(struct vgpu_pci_libxl *xen, uint32_t domid)
{
	struct list list = list_of(xen, domid);

	return state_of(&list, NULL, 0) == XenbusStateConnected;
}

enum vgpu_pci_libxl_entry vgpu_pci_libxl_entry_of(struct vgpu_pci_libxl *xen, uint32_t domid,
                                                  struct vgpu_pci_bdf bdf)
{
	struct list list = list_of(xen, domid);
	int index = find(&list, count_of(&list), bdf);

	if (index < 0)
		return VGPU_PCI_ENTRY_NONE;
	if (state_of(&list, "state", index) != XenbusStateClosing)
		return VGPU_PCI_ENTRY_THERE;
	return vgpu_pci_libxl_settled(xen, domid) ? VGPU_PCI_ENTRY_LEFT_OVER : VGPU_PCI_ENTRY_CLOSING;
}

int vgpu_pci_libxl_entries_clear(struct vgpu_pci_libxl *xen, struct vgpu_pci_bdf bdf)
{
	unsigned int count = 0;
	char **names = xs_directory(xen->xs, XBT_NULL, BACKENDS, &count);
	int rc = 0;

	for (unsigned int i = 0; names && i < count && rc == 0; i++) {
		uint32_t domid = (uint32_t)strtoul(names[i], NULL, 10);

		if (vgpu_pci_libxl_entry_of(xen, domid, bdf) == VGPU_PCI_ENTRY_LEFT_OVER)
			rc = vgpu_pci_libxl_entry_drop(xen, domid, bdf);
	}
	free(names);
	return rc;
}

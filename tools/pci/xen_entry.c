/* SPDX-License-Identifier: MIT */
/* The list of a guest's devices in xenstore, when the guest does not answer any more. */
#include "tools/pci/xen_libxl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int count_of(const struct list *list)
{
	char path[128], *text;
	int count;

	snprintf(path, sizeof(path), "%s/num_devs", list->path);
	text = xs_read(list->xs, list->t, path, NULL);
	count = text ? atoi(text) : 0;
	free(text);
	return count;
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
		return 0;
	if (count > 1)
		return close_gap(list, index, count) ? 0 : -EIO;
	/* the last one: the guest's pciback device goes with it, there is only number 0 */
	snprintf(path, sizeof(path), "/local/domain/%u/device/pci", domid);
	if (!xs_rm(list->xs, list->t, path) && errno != ENOENT)
		return -errno;
	snprintf(path, sizeof(path), "/local/domain/0/backend/pci/%u", domid);
	return xs_rm(list->xs, list->t, path) ? 0 : -errno;
}

int vgpu_pci_libxl_entry_drop(struct vgpu_pci_libxl *xen, uint32_t domid, struct vgpu_pci_bdf bdf)
{
	struct list list = { .xs = xen->xs };
	int rc;

	snprintf(list.path, sizeof(list.path), "/local/domain/0/backend/pci/%u/0", domid);
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

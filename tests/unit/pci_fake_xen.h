/* SPDX-License-Identifier: MIT */
/*
 * Stands in for Xen, libxl and the kernel over an unpacked tree: the same steps as
 * libxl's, with all state in files, so that a process that is killed half way leaves
 * what a real one would leave. Knobs: killed after the n-th event, failing calls.
 */
#ifndef VGPU_TESTS_UNIT_PCI_FAKE_XEN_H
#define VGPU_TESTS_UNIT_PCI_FAKE_XEN_H

#include <dirent.h>

#include "tests/unit/pci_tree.h"
#include "tools/pci/guest_config.h"
#include "tools/pci/xen.h"

struct fake_xen {
	struct vgpu_pci_xen base;
	const char *root;
	bool iommu;
	int kill_at;          /* _exit(137) after this many events, -1 never */
	int events;
	const char *fail;     /* "attach 0000:02:00.3": this call fails */
	enum vgpu_pci_guest_type type; /* of the running guests: "win10" is 7, "other" is 8 */
	int passthrough;
	int calls;            /* that change something */
};

static inline struct fake_xen *fake(struct vgpu_pci_xen *xen)
{
	return (struct fake_xen *)xen;
}

static inline void fake_event(struct fake_xen *xen)
{
	if (xen->events++ == xen->kill_at)
		_exit(137);
}

static inline bool fake_fails(struct fake_xen *xen, const char *call, const char *bdf)
{
	char both[64];

	snprintf(both, sizeof(both), "%s %s", call, bdf);
	xen->base.why[0] = 0;
	xen->calls++;
	if (!xen->fail || strcmp(xen->fail, both))
		return false;
	snprintf(xen->base.why, sizeof(xen->base.why), "told to fail");
	return true;
}

static inline void fake_record(struct fake_xen *xen, const char *bdf, const char *key,
                               const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/libxl/%s/%s", xen->root, bdf, key);
	if (value)
		pci_tree_write(path, value, strlen(value));
	else
		unlink(path);
}

static inline bool fake_recorded(struct fake_xen *xen, const char *bdf, const char *key, char *out,
                                 size_t size)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/libxl/%s/%s", xen->root, bdf, key);
	out[0] = 0;
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(out, (int)size, file))
		out[0] = 0;
	fclose(file);
	return true;
}

/* ---- the kernel's part ------------------------------------------------------- */

static inline bool fake_driver(struct fake_xen *xen, const char *bdf, char *out, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver", xen->root, bdf);
	length = readlink(path, target, sizeof(target) - 1);
	out[0] = 0;
	if (length <= 0)
		return false;
	target[length] = 0;
	snprintf(out, size, "%s", strrchr(target, '/') + 1);
	return true;
}

static inline void fake_unbind(struct fake_xen *xen, const char *bdf)
{
	char path[PATH_MAX], driver[64];

	if (!fake_driver(xen, bdf, driver, sizeof(driver)))
		return;
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/driver", xen->root, bdf);
	unlink(path);
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/%s/%s", xen->root, driver, bdf);
	unlink(path);
}

static inline int fake_bind(struct fake_xen *xen, const char *bdf, const char *driver)
{
	char path[PATH_MAX + 64], real[PATH_MAX], target[2 * PATH_MAX];
	size_t up;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/%s", xen->root, driver);
	if (access(path, F_OK))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s", xen->root, bdf);
	if (!realpath(path, real))
		return -ENODEV;
	target[0] = 0;
	up = strlen(xen->root) + strlen("/sys");
	for (const char *at = real + up; (at = strchr(at, '/')); at++)
		strcat(target, "../");
	snprintf(target + strlen(target), sizeof(target) - strlen(target), "bus/pci/drivers/%s",
	         driver);
	snprintf(path, sizeof(path), "%s/driver", real);
	if (symlink(target, path))
		return -EBUSY;
	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/%s/%s", xen->root, driver, bdf);
	snprintf(target, sizeof(target), "../../../..%s", real + up);
	return symlink(target, path) ? -errno : 0;
}

/* What a write into drivers/NAME/bind does at once on a real machine. */
static inline void fake_kernel(struct fake_xen *xen)
{
	char path[PATH_MAX], text[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers", xen->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/sys/bus/pci/drivers/%s/bind", xen->root,
		         entry->d_name);
		file = fopen(path, "r+");
		if (!file)
			continue;
		if (fgets(text, sizeof(text), file) && strlen(text) > 5) {
			text[strcspn(text, "\n")] = 0;
			fake_bind(xen, text, entry->d_name);
		}
		if (ftruncate(fileno(file), 0))
			pci_tree_die(path);
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

/* ---- the table ------------------------------------------------------------------ */

static inline int fake_host(struct vgpu_pci_xen *base, struct vgpu_pci_host *host_out)
{
	fake_kernel(fake(base));
	*host_out = (struct vgpu_pci_host){ .iommu = fake(base)->iommu, .version = "4.17-fake" };
	return 0;
}

static inline int fake_guest_find(struct vgpu_pci_xen *base, const char *name,
                                  struct vgpu_pci_guest *guest_out)
{
	struct vgpu_pci_guest guest = { .domid = VGPU_PCI_NO_DOMID, .e820_host = -1,
		                        .passthrough = fake(base)->passthrough,
		                        .type = fake(base)->type };

	if (!strcmp(name, "win10") || !strcmp(name, "7"))
		guest.domid = 7;
	else if (!strcmp(name, "other") || !strcmp(name, "8"))
		guest.domid = 8;
	if (guest.domid == VGPU_PCI_NO_DOMID) {
		int rc = vgpu_pci_guest_config_find(fake(base)->root, name, true, &guest);

		if (rc)
			return rc;
	} else {
		snprintf(guest.name, sizeof(guest.name), "%s", guest.domid == 7 ? "win10" : "other");
		vgpu_pci_guest_config_find(fake(base)->root, guest.name, false, &guest);
	}
	*guest_out = guest;
	return 0;
}

static inline int fake_holds(struct vgpu_pci_xen *base, struct vgpu_pci_hold **list_out,
                             size_t *count_out)
{
	struct vgpu_pci_hold *list = calloc(64, sizeof(*list));
	struct fake_xen *xen = fake(base);
	char path[PATH_MAX], text[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/libxl", xen->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		struct vgpu_pci_hold *hold = &list[count];

		if (vgpu_pci_bdf_parse(entry->d_name, &hold->bdf))
			continue;
		if (!fake_recorded(xen, entry->d_name, "domid", text, sizeof(text)))
			continue;
		hold->domid = (uint32_t)atoi(text);
		hold->stale = !fake_recorded(xen, entry->d_name, "attached", text, sizeof(text));
		snprintf(hold->guest, sizeof(hold->guest), "%s",
		         hold->domid == 7 ? "win10" : hold->domid == 8 ? "other" : "gone");
		count++;
	}
	if (dir)
		closedir(dir);
	*list_out = list;
	*count_out = count;
	return 0;
}

static inline int fake_stored_driver(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, char *out,
                                     size_t size)
{
	char text[VGPU_PCI_BDF_TEXT];

	fake_recorded(fake(base), vgpu_pci_bdf_text(bdf, text), "driver_path", out, size);
	return 0;
}

static inline int fake_assignable_add(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct fake_xen *xen = fake(base);
	char text[VGPU_PCI_BDF_TEXT], driver[64];

	vgpu_pci_bdf_text(bdf, text);
	if (fake_fails(xen, "add", text))
		return -EIO;
	if (!xen->iommu)
		return -ENODEV;
	if (fake_driver(xen, text, driver, sizeof(driver)) && strcmp(driver, "pciback")) {
		fake_unbind(xen, text);
		fake_event(xen); /* unbound, nothing written down yet */
		fake_record(xen, text, "driver_path", driver);
		fake_event(xen); /* written down, not on pciback */
	}
	if (fake_driver(xen, text, driver, sizeof(driver)) ? 0 : fake_bind(xen, text, "pciback"))
		return -EIO;
	fake_event(xen); /* on pciback, not in quarantine */
	fake_record(xen, text, "quarantine", "1");
	fake_event(xen);
	return 0;
}

static inline int fake_assignable_remove(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct fake_xen *xen = fake(base);
	char text[VGPU_PCI_BDF_TEXT], driver[64], path[64];

	vgpu_pci_bdf_text(bdf, text);
	if (fake_fails(xen, "remove", text))
		return -EIO;
	fake_record(xen, text, "quarantine", NULL);
	fake_event(xen);
	if (fake_driver(xen, text, driver, sizeof(driver)) && !strcmp(driver, "pciback"))
		fake_unbind(xen, text);
	fake_event(xen); /* neither pciback nor the driver */
	if (fake_recorded(xen, text, "driver_path", path, sizeof(path))) {
		if (fake_bind(xen, text, path))
			return -EIO;
		fake_event(xen);
		fake_record(xen, text, "driver_path", NULL);
	}
	fake_event(xen);
	return 0;
}

static inline int fake_attach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                              const struct vgpu_pci_attach *how)
{
	struct fake_xen *xen = fake(base);
	char text[VGPU_PCI_BDF_TEXT], driver[64], number[16];

	vgpu_pci_bdf_text(bdf, text);
	if (fake_fails(xen, "attach", text))
		return -EIO;
	/* libxl's list of assignable devices leaves out what has an owner in its records */
	if (!fake_driver(xen, text, driver, sizeof(driver)) || strcmp(driver, "pciback") ||
	    fake_recorded(xen, text, "domid", number, sizeof(number))) {
		snprintf(xen->base.why, sizeof(xen->base.why), "not assignable");
		return -EIO;
	}
	snprintf(number, sizeof(number), "%u", domid);
	fake_record(xen, text, "domid", number);
	fake_event(xen); /* the owner is written down, but does not have it: stale */
	fake_record(xen, text, "attached", "1");
	fake_event(xen);
	return 0;
}

static inline int fake_detach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                              bool force)
{
	struct fake_xen *xen = fake(base);
	char text[VGPU_PCI_BDF_TEXT];

	vgpu_pci_bdf_text(bdf, text);
	if (fake_fails(xen, "detach", text) && !force)
		return -ETIMEDOUT;
	fake_record(xen, text, "attached", NULL);
	fake_event(xen);
	fake_record(xen, text, "domid", NULL);
	fake_event(xen);
	return 0;
}

static inline int fake_forget(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, bool all)
{
	struct fake_xen *xen = fake(base);
	char text[VGPU_PCI_BDF_TEXT], path[PATH_MAX];

	vgpu_pci_bdf_text(bdf, text);
	fake_kernel(xen);
	fake_fails(xen, "forget", text);
	fake_record(xen, text, "domid", NULL);
	if (all) {
		fake_record(xen, text, "driver_path", NULL);
		snprintf(path, sizeof(path), "%s/libxl/%s", xen->root, text);
		rmdir(path);
	}
	fake_event(xen);
	return 0;
}

static inline void fake_destroy(struct vgpu_pci_xen *base)
{
}

static const struct vgpu_pci_xen_impl fake_impl = {
	.host = fake_host,
	.guest_find = fake_guest_find,
	.holds = fake_holds,
	.stored_driver = fake_stored_driver,
	.assignable_add = fake_assignable_add,
	.assignable_remove = fake_assignable_remove,
	.attach = fake_attach,
	.detach = fake_detach,
	.forget = fake_forget,
	.destroy = fake_destroy,
};

static inline void fake_init(struct fake_xen *xen, const char *root)
{
	*xen = (struct fake_xen){ .base = { .impl = &fake_impl }, .root = root, .iommu = true,
		                  .kill_at = -1, .type = VGPU_PCI_GUEST_HVM, .passthrough = 1 };
}

#endif

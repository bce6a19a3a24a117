/* SPDX-License-Identifier: MIT */
/*
 * What is asked of Xen, as a table, so that tests stand in a host of their own.
 * The real one is libxl (vgpu_pci_xen_create, xen_libxl.c). Single thread.
 */
#ifndef VGPU_TOOLS_PCI_XEN_H
#define VGPU_TOOLS_PCI_XEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pci/bdf.h"

#define VGPU_PCI_NO_DOMID UINT32_MAX

enum vgpu_pci_guest_type {
	VGPU_PCI_GUEST_PV,
	VGPU_PCI_GUEST_PVH,
	VGPU_PCI_GUEST_HVM,
	VGPU_PCI_GUEST_UNKNOWN,
};

struct vgpu_pci_guest {
	uint32_t domid; /* VGPU_PCI_NO_DOMID when it is only a configuration file */
	char name[128];
	enum vgpu_pci_guest_type type;
	int e820_host;   /* 1, 0, or -1 unknown; matters for PV */
	int passthrough; /* can it take devices while it runs: 1, 0, or -1 unknown */
	bool populate_on_demand; /* HVM with less memory than maxmem */
	char config_path[256]; /* "" when no configuration file names it */
	struct vgpu_pci_bdf configured[16]; /* what its configuration file passes on */
	size_t configured_count;
};

/* A device that a guest has, or that libxl's records give to one. */
struct vgpu_pci_hold {
	struct vgpu_pci_bdf bdf;
	uint32_t domid;
	char guest[128];
	bool stale; /* only the record is left: the guest is gone or never got the device */
};

struct vgpu_pci_host {
	bool iommu;          /* Xen can pass devices on */
	char version[64];    /* "4.17.7" */
};

struct vgpu_pci_attach {
	unsigned int vslot;  /* slot in the guest, 0 for any */
	bool permissive;
	bool msitranslate;
	bool rdm_relaxed;
};

struct vgpu_pci_xen;

/* All int functions return 0 or a negative errno. After an error `why` has Xen's words; after a
 * success it is empty, or the last thing that Xen could not do on the side.
 */
struct vgpu_pci_xen_impl {
	int (*host)(struct vgpu_pci_xen *xen, struct vgpu_pci_host *host_out);
	/* by name, or by id when it is a number. -ENOENT: neither runs nor has a file */
	int (*guest_find)(struct vgpu_pci_xen *xen, const char *name, struct vgpu_pci_guest *guest_out);
	/* the caller frees *list_out */
	int (*holds)(struct vgpu_pci_xen *xen, struct vgpu_pci_hold **list_out, size_t *count_out);
	/* Dom0's driver before pciback, "" when none is recorded */
	int (*stored_driver)(struct vgpu_pci_xen *xen, struct vgpu_pci_bdf bdf, char *out, size_t size);
	int (*assignable_add)(struct vgpu_pci_xen *xen, struct vgpu_pci_bdf bdf);
	int (*assignable_remove)(struct vgpu_pci_xen *xen, struct vgpu_pci_bdf bdf);
	/* -ETIMEDOUT: the guest has not dealt with the device before */
	int (*attach)(struct vgpu_pci_xen *xen, uint32_t domid, struct vgpu_pci_bdf bdf,
	              const struct vgpu_pci_attach *how);
	/* force: do not wait for the guest to let go. -ETIMEDOUT: it did not, in wait_s seconds */
	int (*detach)(struct vgpu_pci_xen *xen, uint32_t domid, struct vgpu_pci_bdf bdf, bool force);
	/*
	 * Drop what is left of libxl's record of a device, for which libxl has no call:
	 * a stale owner, or (all) everything once the device is back in Dom0.
	 */
	int (*forget)(struct vgpu_pci_xen *xen, struct vgpu_pci_bdf bdf, bool all);
	void (*destroy)(struct vgpu_pci_xen *xen);
};

struct vgpu_pci_xen {
	const struct vgpu_pci_xen_impl *impl;
	unsigned int wait_s; /* for a running guest to answer attach and detach */
	char why[256];
};

/*
 * Connect to this machine's Xen. verbose: libxl's messages go to stderr as they
 * come. Returns 0, -ENODEV (no Xen here), -EACCES, or -ECONNREFUSED (Xen, but no
 * xenstored). Destroy with xen->impl->destroy(xen).
 */
int vgpu_pci_xen_create(struct vgpu_pci_xen **xen_out, bool verbose);

const char *vgpu_pci_guest_type_text(enum vgpu_pci_guest_type type);

#endif

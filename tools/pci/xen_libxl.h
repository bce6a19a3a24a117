/* SPDX-License-Identifier: MIT */
/*
 * struct vgpu_pci_xen over libxl, between its files: xen_libxl.c connects, xen_questions.c
 * asks, xen_changes.c changes. The functions are those of struct vgpu_pci_xen_impl (xen.h),
 * which has their contract. Single thread.
 */
#ifndef VGPU_TOOLS_PCI_XEN_LIBXL_H
#define VGPU_TOOLS_PCI_XEN_LIBXL_H

#include <libxl.h>
#include <xenstore.h>
#include <xentoollog.h>

#include "tools/pci/xen.h"

struct vgpu_pci_libxl_logger {
	xentoollog_logger vtable; /* first: libxl calls us with this */
	struct vgpu_pci_libxl *owner;
};

struct vgpu_pci_libxl {
	struct vgpu_pci_xen base; /* first */
	libxl_ctx *ctx;
	struct xs_handle *xs;
	struct vgpu_pci_libxl_logger logger;
	bool verbose;
};

static inline struct vgpu_pci_libxl *vgpu_pci_libxl_of(struct vgpu_pci_xen *xen)
{
	return (struct vgpu_pci_libxl *)xen;
}

static inline struct vgpu_pci_bdf vgpu_pci_libxl_bdf(const libxl_device_pci *pci)
{
	return (struct vgpu_pci_bdf){ (uint32_t)pci->domain, pci->bus, pci->dev, pci->func };
}

/* Before a call of libxl: forget the words of the last one. */
void vgpu_pci_libxl_begin(struct vgpu_pci_libxl *xen);

/* libxl's return value as a negative errno, or 0; base.why has its words already, or gets ours. */
int vgpu_pci_libxl_failed(struct vgpu_pci_libxl *xen, const char *call, int rc);

/* "/libxl/pci/0000-01-00-0/NODE", or without the last part when node is NULL, into out. */
void vgpu_pci_libxl_record_path(struct vgpu_pci_bdf bdf, const char *node, char *out, size_t size);

int vgpu_pci_libxl_host(struct vgpu_pci_xen *base, struct vgpu_pci_host *host_out);
int vgpu_pci_libxl_guest_find(struct vgpu_pci_xen *base, const char *name,
                              struct vgpu_pci_guest *guest_out);
int vgpu_pci_libxl_holds(struct vgpu_pci_xen *base, struct vgpu_pci_hold **list_out,
                         size_t *count_out);
int vgpu_pci_libxl_stored_driver(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, char *out,
                                 size_t size);

int vgpu_pci_libxl_assignable_add(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf);
int vgpu_pci_libxl_assignable_remove(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf);
int vgpu_pci_libxl_attach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                          const struct vgpu_pci_attach *how);
int vgpu_pci_libxl_detach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                          bool force);
int vgpu_pci_libxl_forget(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, bool all);

/* A function in the list of a guest's devices, xen_entry.c. */
enum vgpu_pci_libxl_entry {
	VGPU_PCI_ENTRY_NONE,      /* not listed */
	VGPU_PCI_ENTRY_THERE,     /* the guest has it, or was not asked for it yet */
	VGPU_PCI_ENTRY_CLOSING,   /* the guest was asked to let go of it, and has not answered */
	VGPU_PCI_ENTRY_LEFT_OVER, /* it has answered; only the entry is left */
};

enum vgpu_pci_libxl_entry vgpu_pci_libxl_entry_of(struct vgpu_pci_libxl *xen, uint32_t domid,
                                                  struct vgpu_pci_bdf bdf);

/* Have pciback and the guest dealt with the last change? Also true when there is no pciback. */
bool vgpu_pci_libxl_settled(struct vgpu_pci_libxl *xen, uint32_t domid);

/* Have the guest's frontend and pciback found each other, with no change on its way? */
bool vgpu_pci_libxl_connected(struct vgpu_pci_libxl *xen, uint32_t domid);

/*
 * Take a function out of the list, as libxl does when the guest answers in time. What libxl
 * does before must be done: it has taken the device from the guest. Returns 0, also when it
 * is not listed, or a negative errno.
 */
int vgpu_pci_libxl_entry_drop(struct vgpu_pci_libxl *xen, uint32_t domid, struct vgpu_pci_bdf bdf);

/* Drop a function's left-over entries, whoever's they are. Returns 0 or a negative errno. */
int vgpu_pci_libxl_entries_clear(struct vgpu_pci_libxl *xen, struct vgpu_pci_bdf bdf);

#endif

/* SPDX-License-Identifier: MIT */
/* One PCI function as sysfs shows it, and the tree of all of them. */
#ifndef VGPU_TOOLS_PCI_DEVICE_H
#define VGPU_TOOLS_PCI_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pci/bdf.h"

#define VGPU_PCI_VENDOR_INTEL 0x8086
#define VGPU_PCI_VENDOR_NVIDIA 0x10de
#define VGPU_PCI_VENDOR_AMD 0x1002

/* What the config space says; all false where it could not be read. */
struct vgpu_pci_caps {
	bool known;      /* the config space was read, at least its first 64 bytes */
	bool pcie;
	uint8_t pcie_type; /* enum vgpu_pcie_type, valid with pcie */
	bool flr;        /* function level reset, by PCI Express or advanced features */
	bool pm_reset;   /* a power cycle D3hot-D0 resets it */
	bool msi, msix;
	bool acs_known;  /* the extended space was read (root only) */
	bool acs;        /* the capability is there */
	uint16_t acs_control;
};

enum vgpu_pcie_type {
	VGPU_PCIE_ENDPOINT = 0,
	VGPU_PCIE_LEGACY = 1,
	VGPU_PCIE_ROOT_PORT = 4,
	VGPU_PCIE_UPSTREAM = 5,
	VGPU_PCIE_DOWNSTREAM = 6,
	VGPU_PCIE_TO_PCI = 7,
	VGPU_PCIE_INTEGRATED = 9,
};

struct vgpu_pci_bar {
	uint64_t start, end; /* both 0: unused; end is the last byte */
	uint64_t flags;      /* the kernel's IORESOURCE_ bits */
};

#define VGPU_PCI_BARS 7  /* six and the ROM */
#define VGPU_PCI_NODES 8

struct vgpu_pci_dev {
	struct vgpu_pci_bdf bdf;
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code; /* 24 bits: class, subclass, interface */
	int parent;          /* index of the bridge above, -1 on a root bus */
	bool bridge;         /* PCI to PCI */
	bool virtual_function; /* SR-IOV */
	bool boot_vga;       /* the firmware's console */
	bool fb_console;     /* Linux shows its text console on this one's frame buffer */
	char driver[64];     /* "" when none is bound */
	char module[64];     /* the driver's kernel module, "" when built in or none */
	unsigned int irq;    /* legacy interrupt, 0 for none */
	uint8_t pin;         /* INTA..INTD as 1..4, 0 for none */
	bool reset;          /* sysfs has a reset file */
	char reset_methods[64]; /* as the kernel lists them: "flr bus", "" when unknown */
	struct vgpu_pci_bar bars[VGPU_PCI_BARS];
	struct vgpu_pci_caps caps;
	char nodes[VGPU_PCI_NODES][64]; /* "card0", "renderD128", "fb0", "controlC0", "nvidia0" */
	size_t node_count;
	char name[160];      /* vendor and device in words, filled by names.h */
};

struct vgpu_pci_tree {
	struct vgpu_pci_dev *devs; /* in the order of their addresses */
	size_t count;
	bool pciback; /* the pciback driver is there */
};

/*
 * Read the tree from root/sys; root is "" for this machine, or a directory with
 * a recorded tree. Returns 0 and fills *tree_out, which the caller releases with
 * vgpu_pci_tree_finish, or -ENOENT when there is no /sys/bus/pci, -ENOMEM.
 */
int vgpu_pci_tree_init(struct vgpu_pci_tree *tree_out, const char *root);
void vgpu_pci_tree_finish(struct vgpu_pci_tree *tree);

/* The device at an address or NULL; belongs to the tree. */
struct vgpu_pci_dev *vgpu_pci_tree_find(const struct vgpu_pci_tree *tree, struct vgpu_pci_bdf bdf);

/* Class 03: VGA, 3D, other display. */
bool vgpu_pci_dev_is_display(const struct vgpu_pci_dev *dev);

/* Intel's integrated GPU, which wants more than others do when it is passed on. */
bool vgpu_pci_dev_is_igd(const struct vgpu_pci_dev *dev);

/* Bound to pciback. */
bool vgpu_pci_dev_on_pciback(const struct vgpu_pci_dev *dev);

/* What a function is, in a word or two: "display", "audio", "usb", "usb-c", "bridge", "other". */
const char *vgpu_pci_dev_kind(const struct vgpu_pci_dev *dev);

/* Read the capabilities out of `length` bytes of config space. */
void vgpu_pci_caps_parse(const uint8_t *config, size_t length, struct vgpu_pci_caps *caps_out);

#endif

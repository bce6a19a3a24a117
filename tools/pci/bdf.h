/* SPDX-License-Identifier: MIT */
/* A PCI address, "0000:01:00.0". Pure functions, any thread. */
#ifndef VGPU_TOOLS_PCI_BDF_H
#define VGPU_TOOLS_PCI_BDF_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_pci_bdf {
	uint32_t domain; /* PCI segment */
	uint8_t bus;
	uint8_t dev;  /* 0..31 */
	uint8_t func; /* 0..7 */
};

#define VGPU_PCI_BDF_TEXT 24 /* a text with its NUL */

/*
 * Read DDDD:BB:SS.F or BB:SS.F (segment 0), hexadecimal, nothing before or
 * after. Returns 0, or -EINVAL and leaves *bdf_out alone.
 */
int vgpu_pci_bdf_parse(const char *text, struct vgpu_pci_bdf *bdf_out);

/* Write the long form into text and return text. */
const char *vgpu_pci_bdf_text(struct vgpu_pci_bdf bdf, char text[VGPU_PCI_BDF_TEXT]);

/* Order by segment, bus, slot, function: <0, 0 or >0. */
int vgpu_pci_bdf_compare(struct vgpu_pci_bdf a, struct vgpu_pci_bdf b);

/* Functions of one device (same segment, bus and slot). */
bool vgpu_pci_bdf_same_slot(struct vgpu_pci_bdf a, struct vgpu_pci_bdf b);

/* The address without its function: "0000:01:00". Returns text. */
const char *vgpu_pci_bdf_slot_text(struct vgpu_pci_bdf bdf, char text[VGPU_PCI_BDF_TEXT]);

#endif

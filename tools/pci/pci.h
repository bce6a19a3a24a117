/* SPDX-License-Identifier: MIT */
/* vgpu-ctl pci: the entry that the dispatcher calls. */
#ifndef VGPU_TOOLS_PCI_PCI_H
#define VGPU_TOOLS_PCI_PCI_H

/*
 * argv[0] is "pci" (or the program), argv[1] the verb: list, check, assign, release,
 * config. Reads, prints, changes; returns the exit code of vgpu-pci(7).
 */
int vgpu_pci_main(int argc, char **argv);

struct vgpu_pci_xen;

/*
 * The same with something that stands in for Xen (NULL: ask the real one, if root is
 * "") and a directory that stands in for / . Borrows both. For tests.
 */
int vgpu_pci_main_with(int argc, char **argv, struct vgpu_pci_xen *xen, const char *root);

#endif

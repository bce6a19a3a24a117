/* SPDX-License-Identifier: MIT */
/* vgpu-pci: `vgpu-ctl pci` as a program of its own, for hosts that only pass GPUs through. */
#include "tools/pci/pci.h"

int main(int argc, char **argv)
{
	return vgpu_pci_main(argc, argv);
}

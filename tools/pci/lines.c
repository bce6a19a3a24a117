/* SPDX-License-Identifier: MIT */
#include "tools/pci/lines.h"

#include <string.h>

#define VSLOT_FIRST 5 /* QEMU's own devices end before it */

struct vgpu_pci_needs vgpu_pci_needs_of(const struct vgpu_pci_dev *dev,
                                        enum vgpu_pci_guest_type type, bool shared_irq)
{
	struct vgpu_pci_needs needs = { 0 };
	bool msi = dev->caps.msi || dev->caps.msix;

	/* Intel's GPU is driven through config registers that pciback filters */
	needs.permissive = vgpu_pci_dev_is_igd(dev);
	/* and the firmware keeps memory for it that must stay where it is; USB controllers too */
	needs.rdm_host = type == VGPU_PCI_GUEST_HVM && vgpu_pci_dev_is_igd(dev);
	needs.rdm_relaxed = needs.rdm_host;
	/*
	 * MSI behind the back of a guest's driver that only knows INTx: takes it off a
	 * shared line. NVIDIA's driver notices and refuses to work.
	 */
	needs.msitranslate = type == VGPU_PCI_GUEST_HVM && shared_irq && msi && dev->pin &&
	                     dev->vendor != VGPU_PCI_VENDOR_NVIDIA;
	return needs;
}

static void add_name(const char *names[], size_t *count, size_t max, const char *name)
{
	if (!name[0] || !strcmp(name, "pciback") || !strcmp(name, "pcieport"))
		return;
	for (size_t i = 0; i < *count; i++)
		if (!strcmp(names[i], name))
			return;
	if (*count < max)
		names[(*count)++] = name;
}

/* Kernel modules by what a function is and who made it. */
static const struct {
	const char *kind;
	uint16_t vendor; /* 0: any */
	const char *module;
} known_rivals[] = {
	{ "display", VGPU_PCI_VENDOR_NVIDIA, "nouveau" },
	{ "display", VGPU_PCI_VENDOR_NVIDIA, "nvidia" },
	{ "display", VGPU_PCI_VENDOR_NVIDIA, "nvidiafb" },
	{ "display", VGPU_PCI_VENDOR_AMD, "amdgpu" },
	{ "display", VGPU_PCI_VENDOR_AMD, "radeon" },
	{ "display", VGPU_PCI_VENDOR_INTEL, "i915" },
	{ "display", VGPU_PCI_VENDOR_INTEL, "xe" },
	{ "display", 0x1234, "bochs" },
	{ "display", 0x1af4, "virtio_pci" },
	{ "audio", 0, "snd_hda_intel" },
	{ "usb", 0, "xhci_pci" },
	{ "usb-c", 0, "i2c_nvidia_gpu" },
};

size_t vgpu_pci_rivals(const struct vgpu_pci_group *group, const char *const *old_drivers,
                       const char *names[], size_t max)
{
	size_t count = 0;

	for (size_t f = 0; f < group->function_count; f++) {
		const struct vgpu_pci_dev *dev = group->functions[f];
		const char *kind = vgpu_pci_dev_kind(dev);
		bool by_table = false;

		if (dev->module[0] && strcmp(dev->module, "xen_pciback"))
			add_name(names, &count, max, dev->module);
		for (size_t i = 0; i < sizeof(known_rivals) / sizeof(known_rivals[0]); i++) {
			if (strcmp(known_rivals[i].kind, kind) ||
			    (known_rivals[i].vendor && known_rivals[i].vendor != dev->vendor))
				continue;
			by_table = true;
			add_name(names, &count, max, known_rivals[i].module);
		}
		/* a driver's name is its module's more often than not */
		if (!by_table && old_drivers && old_drivers[f])
			add_name(names, &count, max, old_drivers[f]);
	}
	return count;
}

static void print_device(FILE *out, const struct vgpu_pci_dev *dev, size_t index, size_t count,
                         enum vgpu_pci_guest_type type, bool shared_irq)
{
	struct vgpu_pci_needs needs = vgpu_pci_needs_of(dev, type, shared_irq);
	char bdf[VGPU_PCI_BDF_TEXT];

	fprintf(out, "        '%s", vgpu_pci_bdf_text(dev->bdf, bdf));
	/*
	 * A PV guest sees the functions in one slot. In an HVM guest each has its own,
	 * since QEMU takes them for single functions; fixed, so that they stay put.
	 */
	if (count > 1)
		fprintf(out, "@%zx", type == VGPU_PCI_GUEST_HVM ? VSLOT_FIRST + index
		                                                 : (size_t)VSLOT_FIRST);
	if (needs.permissive)
		fprintf(out, ",permissive=1");
	if (needs.msitranslate)
		fprintf(out, ",msitranslate=1");
	if (needs.rdm_relaxed)
		fprintf(out, ",rdm_policy=relaxed");
	fprintf(out, "',  # %s, %s\n", vgpu_pci_dev_kind(dev), dev->name);
}

void vgpu_pci_lines_guest(FILE *out, const struct vgpu_pci_group *group,
                          enum vgpu_pci_guest_type type, bool shared_irq)
{
	bool rdm = false;

	fprintf(out, "pci = [\n");
	for (size_t i = 0; i < group->function_count; i++) {
		print_device(out, group->functions[i], i, group->function_count, type, shared_irq);
		rdm = rdm || vgpu_pci_needs_of(group->functions[i], type, shared_irq).rdm_host;
	}
	fprintf(out, "]\n");
	if (rdm)
		fprintf(out, "rdm = \"strategy=host,policy=relaxed\"  # memory that the firmware keeps "
		        "for it\n");
	if (type == VGPU_PCI_GUEST_PV)
		fprintf(out, "e820_host = 1  # PV: room for the registers in the memory map\n");
}

void vgpu_pci_lines_hide(FILE *out, const struct vgpu_pci_group *group)
{
	char bdf[VGPU_PCI_BDF_TEXT];

	fprintf(out, "xen-pciback.hide=");
	for (size_t i = 0; i < group->function_count; i++)
		fprintf(out, "(%s)", vgpu_pci_bdf_text(group->functions[i]->bdf, bdf));
}

void vgpu_pci_lines_softdep(FILE *out, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "softdep %s pre: xen-pciback\n", names[i]);
}

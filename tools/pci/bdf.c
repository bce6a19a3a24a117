/* SPDX-License-Identifier: MIT */
#include "tools/pci/bdf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hexadecimal digits up to the separator; at most max_digits of them. */
static int field(const char **text, int max_digits, char separator, unsigned long *value_out)
{
	const char *at = *text;
	unsigned long value = 0;
	int digits = 0;

	for (; isxdigit((unsigned char)*at); at++) {
		char digit[2] = { *at, 0 };

		if (++digits > max_digits)
			return -EINVAL;
		value = value * 16 + strtoul(digit, NULL, 16);
	}
	if (digits == 0 || *at != separator)
		return -EINVAL;
	*text = separator ? at + 1 : at;
	*value_out = value;
	return 0;
}

int vgpu_pci_bdf_parse(const char *text, struct vgpu_pci_bdf *bdf_out)
{
	const char *first = strchr(text, ':');
	unsigned long domain = 0, bus, dev, func;

	if (!first)
		return -EINVAL;
	if (strchr(first + 1, ':') && field(&text, 8, ':', &domain))
		return -EINVAL;
	if (field(&text, 2, ':', &bus) || field(&text, 2, '.', &dev) || field(&text, 1, 0, &func))
		return -EINVAL;
	if (dev > 31 || func > 7)
		return -EINVAL;
	*bdf_out = (struct vgpu_pci_bdf){ (uint32_t)domain, (uint8_t)bus, (uint8_t)dev,
	                                  (uint8_t)func };
	return 0;
}

const char *vgpu_pci_bdf_text(struct vgpu_pci_bdf bdf, char text[VGPU_PCI_BDF_TEXT])
{
	snprintf(text, VGPU_PCI_BDF_TEXT, "%04x:%02x:%02x.%x", bdf.domain, bdf.bus, bdf.dev,
	         bdf.func);
	return text;
}

const char *vgpu_pci_bdf_slot_text(struct vgpu_pci_bdf bdf, char text[VGPU_PCI_BDF_TEXT])
{
	snprintf(text, VGPU_PCI_BDF_TEXT, "%04x:%02x:%02x", bdf.domain, bdf.bus, bdf.dev);
	return text;
}

int vgpu_pci_bdf_compare(struct vgpu_pci_bdf a, struct vgpu_pci_bdf b)
{
	if (a.domain != b.domain)
		return a.domain < b.domain ? -1 : 1;
	if (a.bus != b.bus)
		return a.bus < b.bus ? -1 : 1;
	if (a.dev != b.dev)
		return a.dev < b.dev ? -1 : 1;
	return (int)a.func - (int)b.func;
}

bool vgpu_pci_bdf_same_slot(struct vgpu_pci_bdf a, struct vgpu_pci_bdf b)
{
	return a.domain == b.domain && a.bus == b.bus && a.dev == b.dev;
}

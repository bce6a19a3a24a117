/* SPDX-License-Identifier: MIT */
/* The capability lists in a device's config space; every offset is checked. */
#include <string.h>

#include "tools/pci/device.h"

#define CFG_STATUS 0x06
#define CFG_STATUS_LIST 0x10
#define CFG_LIST 0x34
#define CFG_HEADER 64

#define CAP_PM 0x01
#define CAP_MSI 0x05
#define CAP_PCIE 0x10
#define CAP_MSIX 0x11
#define CAP_AF 0x13

#define EXT_FIRST 0x100
#define EXT_ACS 0x000d

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t read32(const uint8_t *at)
{
	return read16(at) | (uint32_t)read16(at + 2) << 16;
}

/* One capability of the first 256 bytes. `room` is what can be read from `at` on. */
static void parse_one(const uint8_t *at, size_t room, struct vgpu_pci_caps *caps)
{
	switch (at[0]) {
	case CAP_PM:
		if (room >= 6) /* No_Soft_Reset clear: leaving D3hot resets the function */
			caps->pm_reset = !(read16(at + 4) & 0x0008);
		break;
	case CAP_MSI:
		caps->msi = true;
		break;
	case CAP_MSIX:
		caps->msix = true;
		break;
	case CAP_PCIE:
		if (room < 8)
			break;
		caps->pcie = true;
		caps->pcie_type = (uint8_t)((read16(at + 2) >> 4) & 0xf);
		if (read32(at + 4) & 1u << 28)
			caps->flr = true;
		break;
	case CAP_AF: /* transactions pending and reset, both are needed */
		if (room >= 4 && (at[3] & 3) == 3)
			caps->flr = true;
		break;
	}
}

static void parse_extended(const uint8_t *config, size_t length, struct vgpu_pci_caps *caps)
{
	size_t at = EXT_FIRST;

	caps->acs_known = true;
	/* a list that loops ends with the count of what fits into 4 KiB */
	for (int left = 480; left > 0 && at >= EXT_FIRST && at + 8 <= length; left--) {
		uint32_t header = read32(config + at);

		if (header == 0 || header == 0xffffffffu)
			return;
		if ((header & 0xffff) == EXT_ACS) {
			caps->acs = true;
			caps->acs_control = read16(config + at + 6);
		}
		at = (header >> 20) & 0xffc;
	}
}

void vgpu_pci_caps_parse(const uint8_t *config, size_t length, struct vgpu_pci_caps *caps_out)
{
	size_t low = length < 256 ? length : 256;
	size_t at;

	memset(caps_out, 0, sizeof(*caps_out));
	if (length < CFG_HEADER)
		return;
	caps_out->known = true;
	if (!(config[CFG_STATUS] & CFG_STATUS_LIST))
		return;
	at = config[CFG_LIST] & 0xfcu;
	for (int left = 48; left > 0 && at >= 0x40 && at + 2 <= low; left--) {
		parse_one(config + at, low - at, caps_out);
		at = config[at + 1] & 0xfcu;
	}
	if (caps_out->pcie && length > EXT_FIRST)
		parse_extended(config, length, caps_out);
}

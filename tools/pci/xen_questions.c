/* SPDX-License-Identifier: MIT */
/* What is asked of libxl: the host, guests, who has which device. */
#include "tools/pci/xen_libxl.h"

#include <errno.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/guest_config.h"

int vgpu_pci_libxl_host(struct vgpu_pci_xen *base, struct vgpu_pci_host *host_out)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	const libxl_version_info *version;
	struct vgpu_pci_host host = { 0 };
	libxl_physinfo info;
	int rc;

	vgpu_pci_libxl_begin(xen);
	libxl_physinfo_init(&info);
	rc = libxl_get_physinfo(xen->ctx, &info);
	if (rc)
		return vgpu_pci_libxl_failed(xen, "libxl_get_physinfo", rc);
	/* the hypervisor's word: it has an IOMMU and uses it ("hvm_directio" in xl info) */
	host.iommu = info.cap_hvm_directio;
	libxl_physinfo_dispose(&info);
	version = libxl_get_version_info(xen->ctx);
	if (version)
		snprintf(host.version, sizeof(host.version), "%d.%d%s", version->xen_version_major,
		         version->xen_version_minor, version->xen_version_extra);
	*host_out = host;
	return 0;
}

static enum vgpu_pci_guest_type guest_type(libxl_domain_type type)
{
	switch (type) {
	case LIBXL_DOMAIN_TYPE_PV:
		return VGPU_PCI_GUEST_PV;
	case LIBXL_DOMAIN_TYPE_PVH:
		return VGPU_PCI_GUEST_PVH;
	case LIBXL_DOMAIN_TYPE_HVM:
		return VGPU_PCI_GUEST_HVM;
	default:
		return VGPU_PCI_GUEST_UNKNOWN;
	}
}

/* What the running guest was created with, as libxl keeps it. */
static void guest_details(struct vgpu_pci_libxl *xen, struct vgpu_pci_guest *guest)
{
	libxl_domain_config config;
	libxl_dominfo info;

	libxl_dominfo_init(&info);
	if (libxl_domain_info(xen->ctx, &info, guest->domid) == 0)
		guest->type = guest_type(info.domain_type);
	libxl_dominfo_dispose(&info);
	guest->e820_host = -1;
	guest->passthrough = -1;
	libxl_domain_config_init(&config);
	if (libxl_retrieve_domain_configuration(xen->ctx, guest->domid, &config, NULL) == 0) {
		guest->type = guest_type(config.b_info.type);
		if (config.b_info.type == LIBXL_DOMAIN_TYPE_PV)
			guest->e820_host = !libxl_defbool_is_default(config.b_info.u.pv.e820_host) &&
			                   libxl_defbool_val(config.b_info.u.pv.e820_host);
		/* as it was asked for; libxl's default goes by the devices that it began with */
		if (config.c_info.passthrough == LIBXL_PASSTHROUGH_DISABLED)
			guest->passthrough = 0;
		else if (config.c_info.passthrough != LIBXL_PASSTHROUGH_DEFAULT ||
		         config.num_pcidevs > 0)
			guest->passthrough = 1;
		guest->populate_on_demand = config.b_info.type == LIBXL_DOMAIN_TYPE_HVM &&
		                            config.b_info.target_memkb != LIBXL_MEMKB_DEFAULT &&
		                            config.b_info.max_memkb > config.b_info.target_memkb &&
		                            config.num_pcidevs == 0;
	}
	libxl_domain_config_dispose(&config);
}

int vgpu_pci_libxl_guest_find(struct vgpu_pci_xen *base, const char *name,
                          struct vgpu_pci_guest *guest_out)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	struct vgpu_pci_guest guest = { .domid = VGPU_PCI_NO_DOMID, .e820_host = -1,
		                        .passthrough = -1, .type = VGPU_PCI_GUEST_UNKNOWN };
	uint32_t domid;
	int rc;

	vgpu_pci_libxl_begin(xen);
	if (libxl_domain_qualifier_to_domid(xen->ctx, name, &domid) == 0 && domid != 0 &&
	    libxl_domain_info(xen->ctx, NULL, domid) == 0) {
		char *real = libxl_domid_to_name(xen->ctx, domid);

		snprintf(guest.name, sizeof(guest.name), "%s", real ? real : name);
		free(real);
		guest.domid = domid;
		guest_details(xen, &guest);
		vgpu_pci_guest_config_find("", guest.name, false, &guest);
		*guest_out = guest;
		return 0;
	}
	rc = vgpu_pci_guest_config_find("", name, true, &guest);
	if (rc == 0)
		*guest_out = guest;
	return rc;
}

static int add_hold(struct vgpu_pci_hold **list, size_t *count, const struct vgpu_pci_hold *hold)
{
	struct vgpu_pci_hold *grown = realloc(*list, (*count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*list = grown;
	grown[(*count)++] = *hold;
	return 0;
}

static int domain_holds(struct vgpu_pci_libxl *xen, uint32_t domid, struct vgpu_pci_hold **list,
                        size_t *count)
{
	char *name = libxl_domid_to_name(xen->ctx, domid);
	libxl_device_pci *pcis;
	int n = 0, rc = 0;

	pcis = libxl_device_pci_list(xen->ctx, domid, &n);
	for (int i = 0; i < n && rc == 0; i++) {
		struct vgpu_pci_hold hold = { .bdf = vgpu_pci_libxl_bdf(&pcis[i]), .domid = domid };

		snprintf(hold.guest, sizeof(hold.guest), "%s", name ? name : "?");
		hold.stale = vgpu_pci_libxl_entry_of(xen, domid, hold.bdf) ==
		             VGPU_PCI_ENTRY_LEFT_OVER;
		rc = add_hold(list, count, &hold);
	}
	libxl_device_pci_list_free(pcis, n);
	free(name);
	return rc;
}

/* Records in /libxl/pci that name a domain without that domain having the device. */
static int stale_holds(struct vgpu_pci_libxl *xen, struct vgpu_pci_hold **list, size_t *count)
{
	unsigned int n = 0;
	char **names = xs_directory(xen->xs, XBT_NULL, "/libxl/pci", &n);
	int rc = 0;

	for (unsigned int i = 0; names && i < n && rc == 0; i++) {
		struct vgpu_pci_hold hold = { .stale = true };
		unsigned int domain, bus, dev, func;
		char path[128], *domid;
		bool real = false;

		if (sscanf(names[i], "%x-%x-%x-%x", &domain, &bus, &dev, &func) != 4)
			continue;
		hold.bdf = (struct vgpu_pci_bdf){ domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)func };
		snprintf(path, sizeof(path), "/libxl/pci/%s/domid", names[i]);
		domid = xs_read(xen->xs, XBT_NULL, path, NULL);
		if (!domid)
			continue;
		hold.domid = (uint32_t)strtoul(domid, NULL, 10);
		free(domid);
		for (size_t h = 0; h < *count && !real; h++)
			real = vgpu_pci_bdf_compare((*list)[h].bdf, hold.bdf) == 0;
		if (real)
			continue;
		snprintf(hold.guest, sizeof(hold.guest), "domain %u", hold.domid);
		rc = add_hold(list, count, &hold);
	}
	free(names);
	return rc;
}

int vgpu_pci_libxl_holds(struct vgpu_pci_xen *base, struct vgpu_pci_hold **list_out,
                         size_t *count_out)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	struct vgpu_pci_hold *list = NULL;
	size_t count = 0;
	libxl_dominfo *domains;
	int n = 0, rc = 0;

	vgpu_pci_libxl_begin(xen);
	domains = libxl_list_domain(xen->ctx, &n);
	if (!domains)
		return vgpu_pci_libxl_failed(xen, "libxl_list_domain", ERROR_FAIL);
	for (int i = 0; i < n && rc == 0; i++)
		if (domains[i].domid != 0)
			rc = domain_holds(xen, domains[i].domid, &list, &count);
	libxl_dominfo_list_free(domains, n);
	if (rc == 0)
		rc = stale_holds(xen, &list, &count);
	if (rc) {
		free(list);
		return rc;
	}
	*list_out = list;
	*count_out = count;
	return 0;
}

int vgpu_pci_libxl_stored_driver(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, char *out,
                             size_t size)
{
	char path[128], *driver, *slash;

	vgpu_pci_libxl_record_path(bdf, "driver_path", path, sizeof(path));
	driver = xs_read(vgpu_pci_libxl_of(base)->xs, XBT_NULL, path, NULL);
	slash = driver ? strrchr(driver, '/') : NULL;
	snprintf(out, size, "%s", slash ? slash + 1 : driver ? driver : "");
	free(driver);
	return 0;
}

const char *vgpu_pci_guest_type_text(enum vgpu_pci_guest_type type)
{
	switch (type) {
	case VGPU_PCI_GUEST_PV:
		return "PV";
	case VGPU_PCI_GUEST_PVH:
		return "PVH";
	case VGPU_PCI_GUEST_HVM:
		return "HVM";
	case VGPU_PCI_GUEST_UNKNOWN:
		break;
	}
	return "unknown";
}

/* SPDX-License-Identifier: MIT */
/*
 * struct vgpu_pci_xen over libxl. libxl's own messages are kept: the last error of
 * a call is what the user is told, all of them are shown with --verbose.
 */
#include <errno.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/io/xenbus.h>
#include <xenstore.h>
#include <xentoollog.h>

#include "tools/pci/guest_config.h"
#include "tools/pci/xen.h"

#define DETACH_SECONDS 60 /* for a guest to answer that it gave a device up */

struct logger {
	xentoollog_logger vtable; /* first: libxl calls us with this */
	struct libxl_xen *owner;
};

struct libxl_xen {
	struct vgpu_pci_xen base; /* first */
	libxl_ctx *ctx;
	struct xs_handle *xs;
	struct logger logger;
	bool verbose;
};

static struct libxl_xen *self(struct vgpu_pci_xen *xen)
{
	return (struct libxl_xen *)xen;
}

/* ---- libxl's messages -------------------------------------------------- */

/* Without libxl's "libxl_pci.c:1573:function: " in front. */
static const char *plain_words(const char *text)
{
	const char *colon = strstr(text, ".c:");

	if (!colon || strncmp(text, "libxl", 5))
		return text;
	colon = strstr(colon, ": ");
	return colon ? colon + 2 : text;
}

static void log_message(struct xentoollog_logger *vtable, xentoollog_level level, int errnoval,
                        const char *context, const char *format, va_list al)
{
	struct libxl_xen *xen = ((struct logger *)vtable)->owner;
	char text[192];

	vsnprintf(text, sizeof(text), format, al);
	if (level >= XTL_ERROR) {
		const char *words = plain_words(text);

		if (errnoval > 0)
			snprintf(xen->base.why, sizeof(xen->base.why), "%s: %s", words,
			         strerror(errnoval));
		else
			snprintf(xen->base.why, sizeof(xen->base.why), "%s", words);
	}
	if (xen->verbose && level >= XTL_INFO)
		fprintf(stderr, "libxl: %s\n", text);
}

static void log_progress(struct xentoollog_logger *vtable, const char *context,
                         const char *doing_what, int percent, unsigned long done,
                         unsigned long total)
{
}

static void log_destroy(struct xentoollog_logger *vtable)
{
}

/* libxl's return value as an errno; why has its words already, or gets ours. */
static int failed(struct libxl_xen *xen, const char *call, int rc)
{
	if (rc == 0)
		return 0;
	if (!xen->base.why[0])
		snprintf(xen->base.why, sizeof(xen->base.why), "%s failed (%d)", call, rc);
	switch (rc) {
	case ERROR_NOMEM:
		return -ENOMEM;
	case ERROR_INVAL:
		return -EINVAL;
	case ERROR_TIMEDOUT:
		return -ETIMEDOUT;
	case ERROR_DOMAIN_NOTFOUND:
		return -ENOENT;
	}
	return -EIO;
}

static void begin(struct libxl_xen *xen)
{
	xen->base.why[0] = 0;
}

/* ---- questions ----------------------------------------------------------- */

static int xen_host(struct vgpu_pci_xen *base, struct vgpu_pci_host *host_out)
{
	struct libxl_xen *xen = self(base);
	const libxl_version_info *version;
	struct vgpu_pci_host host = { 0 };
	libxl_physinfo info;
	int rc;

	begin(xen);
	libxl_physinfo_init(&info);
	rc = libxl_get_physinfo(xen->ctx, &info);
	if (rc)
		return failed(xen, "libxl_get_physinfo", rc);
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
static void guest_details(struct libxl_xen *xen, struct vgpu_pci_guest *guest)
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

static int xen_guest_find(struct vgpu_pci_xen *base, const char *name,
                          struct vgpu_pci_guest *guest_out)
{
	struct libxl_xen *xen = self(base);
	struct vgpu_pci_guest guest = { .domid = VGPU_PCI_NO_DOMID, .e820_host = -1,
		                        .passthrough = -1, .type = VGPU_PCI_GUEST_UNKNOWN };
	uint32_t domid;
	int rc;

	begin(xen);
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

static struct vgpu_pci_bdf bdf_of(const libxl_device_pci *pci)
{
	return (struct vgpu_pci_bdf){ (uint32_t)pci->domain, pci->bus, pci->dev, pci->func };
}

static int domain_holds(struct libxl_xen *xen, uint32_t domid, struct vgpu_pci_hold **list,
                        size_t *count)
{
	char *name = libxl_domid_to_name(xen->ctx, domid);
	libxl_device_pci *pcis;
	int n = 0, rc = 0;

	pcis = libxl_device_pci_list(xen->ctx, domid, &n);
	for (int i = 0; i < n && rc == 0; i++) {
		struct vgpu_pci_hold hold = { .bdf = bdf_of(&pcis[i]), .domid = domid };

		snprintf(hold.guest, sizeof(hold.guest), "%s", name ? name : "?");
		rc = add_hold(list, count, &hold);
	}
	libxl_device_pci_list_free(pcis, n);
	free(name);
	return rc;
}

/* Records in /libxl/pci that name a domain without that domain having the device. */
static int stale_holds(struct libxl_xen *xen, struct vgpu_pci_hold **list, size_t *count)
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

static int xen_holds(struct vgpu_pci_xen *base, struct vgpu_pci_hold **list_out, size_t *count_out)
{
	struct libxl_xen *xen = self(base);
	struct vgpu_pci_hold *list = NULL;
	size_t count = 0;
	libxl_dominfo *domains;
	int n = 0, rc = 0;

	begin(xen);
	domains = libxl_list_domain(xen->ctx, &n);
	if (!domains)
		return failed(xen, "libxl_list_domain", ERROR_FAIL);
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

static void record_path(struct vgpu_pci_bdf bdf, const char *node, char *out, size_t size)
{
	snprintf(out, size, "/libxl/pci/%04x-%02x-%02x-%x%s%s", bdf.domain, bdf.bus, bdf.dev,
	         bdf.func, node ? "/" : "", node ? node : "");
}

static int xen_stored_driver(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, char *out,
                             size_t size)
{
	char path[128], *driver, *slash;

	record_path(bdf, "driver_path", path, sizeof(path));
	driver = xs_read(self(base)->xs, XBT_NULL, path, NULL);
	slash = driver ? strrchr(driver, '/') : NULL;
	snprintf(out, size, "%s", slash ? slash + 1 : driver ? driver : "");
	free(driver);
	return 0;
}

/* ---- changes ---------------------------------------------------------------- */

static void fill(libxl_device_pci *pci, struct vgpu_pci_bdf bdf)
{
	libxl_device_pci_init(pci);
	pci->domain = (int)bdf.domain;
	pci->bus = bdf.bus;
	pci->dev = bdf.dev;
	pci->func = bdf.func;
	/* one function a call: libxl's "all functions" only ever adds the last one */
	pci->vfunc_mask = 1u << bdf.func;
}

static int xen_assignable_add(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct libxl_xen *xen = self(base);
	libxl_device_pci pci;
	int rc;

	begin(xen);
	fill(&pci, bdf);
	rc = libxl_device_pci_assignable_add(xen->ctx, &pci, 1);
	libxl_device_pci_dispose(&pci);
	return failed(xen, "libxl_device_pci_assignable_add", rc);
}

static int xen_assignable_remove(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct libxl_xen *xen = self(base);
	libxl_device_pci pci;
	int rc;

	begin(xen);
	fill(&pci, bdf);
	rc = libxl_device_pci_assignable_remove(xen->ctx, &pci, 1);
	libxl_device_pci_dispose(&pci);
	return failed(xen, "libxl_device_pci_assignable_remove", rc);
}

static int xen_attach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                      const struct vgpu_pci_attach *how)
{
	struct libxl_xen *xen = self(base);
	libxl_device_pci pci;
	int rc;

	begin(xen);
	fill(&pci, bdf);
	pci.vdevfn = how->vslot << 3;
	pci.permissive = how->permissive;
	pci.msitranslate = how->msitranslate;
	if (how->rdm_relaxed)
		pci.rdm_policy = LIBXL_RDM_RESERVE_POLICY_RELAXED;
	rc = libxl_device_pci_add(xen->ctx, domid, &pci, NULL);
	libxl_device_pci_dispose(&pci);
	return failed(xen, "libxl_device_pci_add", rc);
}

/* The state of the guest's pciback device, or 0 when there is none. */
static int backend_state(struct libxl_xen *xen, uint32_t domid)
{
	char path[64];
	char *text;
	int state;

	snprintf(path, sizeof(path), "/local/domain/0/backend/pci/%u/0/state", domid);
	text = xs_read(xen->xs, XBT_NULL, path, NULL);
	state = text ? atoi(text) : 0;
	free(text);
	return state;
}

/* Wait until pciback and the guest have dealt with the last change, or it takes too long. */
static void wait_settled(struct libxl_xen *xen, uint32_t domid)
{
	for (int i = 0; i < DETACH_SECONDS * 10; i++) {
		int state = backend_state(xen, domid);

		if (state != XenbusStateReconfiguring && state != XenbusStateReconfigured)
			return;
		usleep(100000);
	}
}

/* 1: the guest had it and libxl was asked; 0: the guest does not have it; or libxl's error. */
static int detach_once(struct libxl_xen *xen, uint32_t domid, struct vgpu_pci_bdf bdf, bool force)
{
	libxl_device_pci *pcis;
	int n = 0, rc = 0;

	/* libxl's own entry: its virtual slot decides whether the device is reset */
	pcis = libxl_device_pci_list(xen->ctx, domid, &n);
	for (int i = 0; i < n; i++) {
		if (vgpu_pci_bdf_compare(bdf_of(&pcis[i]), bdf))
			continue;
		pcis[i].vfunc_mask = 1u << bdf.func;
		rc = force ? libxl_device_pci_destroy(xen->ctx, domid, &pcis[i], NULL)
		           : libxl_device_pci_remove(xen->ctx, domid, &pcis[i], NULL);
		rc = rc ? rc : 1;
		break;
	}
	libxl_device_pci_list_free(pcis, n);
	return rc;
}

static bool guest_has(struct libxl_xen *xen, uint32_t domid, struct vgpu_pci_bdf bdf)
{
	libxl_device_pci *pcis;
	bool found = false;
	int n = 0;

	pcis = libxl_device_pci_list(xen->ctx, domid, &n);
	for (int i = 0; i < n; i++)
		found |= vgpu_pci_bdf_compare(bdf_of(&pcis[i]), bdf) == 0;
	libxl_device_pci_list_free(pcis, n);
	return found;
}

/*
 * libxl gives a guest ten seconds to answer, then returns success and leaves its records
 * (libxl__device_pci_remove_xenstore): a slow guest gets more, and a second call that
 * clears them.
 */
static int xen_detach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                      bool force)
{
	struct libxl_xen *xen = self(base);
	int rc;

	begin(xen);
	if (!force)
		wait_settled(xen, domid);
	rc = detach_once(xen, domid, bdf, force);
	if (rc == 0)
		rc = ERROR_INVAL;
	for (int again = 0; rc > 0 && !force && again < 2 && guest_has(xen, domid, bdf); again++) {
		wait_settled(xen, domid);
		rc = detach_once(xen, domid, bdf, false);
		if (rc == 0)
			rc = 1;
	}
	if (rc > 0 && !force && guest_has(xen, domid, bdf))
		rc = ERROR_TIMEDOUT;
	return failed(xen, "libxl_device_pci_remove", rc > 0 ? 0 : rc);
}

/* libxl leaves the directory of its records when the last one goes. */
static void drop_empty_records(struct libxl_xen *xen)
{
	xs_transaction_t t;
	unsigned int count = 0;
	char **names;

	t = xs_transaction_start(xen->xs);
	if (t == XBT_NULL)
		return;
	names = xs_directory(xen->xs, t, "/libxl/pci", &count);
	if (names && count == 0)
		xs_rm(xen->xs, t, "/libxl/pci");
	free(names);
	/* fails when somebody wrote a record meanwhile: then it must stay */
	xs_transaction_end(xen->xs, t, false);
}

static int xen_forget(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, bool all)
{
	struct libxl_xen *xen = self(base);
	char path[128];

	begin(xen);
	record_path(bdf, all ? NULL : "domid", path, sizeof(path));
	if (!xs_rm(xen->xs, XBT_NULL, path) && errno != ENOENT)
		return -errno;
	if (all)
		drop_empty_records(xen);
	return 0;
}

static void xen_destroy(struct vgpu_pci_xen *base)
{
	struct libxl_xen *xen = base ? self(base) : NULL;

	if (!xen)
		return;
	if (xen->xs)
		xs_close(xen->xs);
	libxl_ctx_free(xen->ctx);
	free(xen);
}

static const struct vgpu_pci_xen_impl libxl_impl = {
	.host = xen_host,
	.guest_find = xen_guest_find,
	.holds = xen_holds,
	.stored_driver = xen_stored_driver,
	.assignable_add = xen_assignable_add,
	.assignable_remove = xen_assignable_remove,
	.attach = xen_attach,
	.detach = xen_detach,
	.forget = xen_forget,
	.destroy = xen_destroy,
};

int vgpu_pci_xen_create(struct vgpu_pci_xen **xen_out, bool verbose)
{
	struct libxl_xen *xen;
	int rc;

	if (access("/proc/xen/capabilities", F_OK) && access("/dev/xen/privcmd", F_OK))
		return -ENODEV;
	if (access("/dev/xen/privcmd", R_OK | W_OK))
		return errno == EACCES ? -EACCES : -ENODEV;
	xen = calloc(1, sizeof(*xen));
	if (!xen)
		return -ENOMEM;
	xen->base.impl = &libxl_impl;
	xen->verbose = verbose;
	xen->logger.vtable.vmessage = log_message;
	xen->logger.vtable.progress = log_progress;
	xen->logger.vtable.destroy = log_destroy;
	xen->logger.owner = xen;
	xen->xs = xs_open(0);
	if (!xen->xs) {
		rc = -ECONNREFUSED;
		goto out;
	}
	if (libxl_ctx_alloc(&xen->ctx, LIBXL_VERSION, 0, &xen->logger.vtable)) {
		rc = -ENODEV;
		goto out;
	}
	*xen_out = &xen->base;
	xen = NULL; /* moved */
	rc = 0;
out:
	xen_destroy(xen ? &xen->base : NULL);
	return rc;
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

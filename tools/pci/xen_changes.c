/* SPDX-License-Identifier: MIT */
/* What is changed through libxl: assignable or not, into guests and out of them. */
#include "tools/pci/xen_libxl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

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

int vgpu_pci_libxl_assignable_add(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	libxl_device_pci pci;
	int rc;

	vgpu_pci_libxl_begin(xen);
	fill(&pci, bdf);
	rc = libxl_device_pci_assignable_add(xen->ctx, &pci, 1);
	libxl_device_pci_dispose(&pci);
	return vgpu_pci_libxl_failed(xen, "libxl_device_pci_assignable_add", rc);
}

int vgpu_pci_libxl_assignable_remove(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	libxl_device_pci pci;
	int rc;

	vgpu_pci_libxl_begin(xen);
	fill(&pci, bdf);
	rc = libxl_device_pci_assignable_remove(xen->ctx, &pci, 1);
	/*
	 * An assignable_add that was killed may have left the device with pciback and without its
	 * quarantine, which remove insists on lifting. Once more, add goes on at the quarantine.
	 */
	if (rc && libxl_device_pci_assignable_add(xen->ctx, &pci, 1) == 0) {
		vgpu_pci_libxl_begin(xen);
		rc = libxl_device_pci_assignable_remove(xen->ctx, &pci, 1);
	}
	libxl_device_pci_dispose(&pci);
	return vgpu_pci_libxl_failed(xen, "libxl_device_pci_assignable_remove", rc);
}

/* Milliseconds of a clock that nobody sets. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int64_t deadline_of(const struct vgpu_pci_libxl *xen)
{
	return now_ms() + xen->base.wait_s * 1000LL;
}

/* False: it took too long. */
static bool wait_until(bool (*there)(struct vgpu_pci_libxl *, uint32_t),
                       struct vgpu_pci_libxl *xen, uint32_t domid, int64_t deadline)
{
	while (!there(xen, domid)) {
		if (now_ms() >= deadline)
			return false;
		usleep(50000);
	}
	return true;
}

/*
 * Wait until pciback and the guest have dealt with the last change. libxl itself gives a
 * guest ten seconds, which a busy one may need more than. False: it took too long.
 */
static bool wait_settled(struct vgpu_pci_libxl *xen, uint32_t domid, int64_t deadline)
{
	return wait_until(vgpu_pci_libxl_settled, xen, domid, deadline);
}

static int no_answer(struct vgpu_pci_libxl *xen)
{
	snprintf(xen->base.why, sizeof(xen->base.why), "the guest did not answer in %u s",
	         xen->base.wait_s);
	return -ETIMEDOUT;
}

/* Does pciback hand the device to a guest that is running, so that an answer must come? */
static bool answers(struct vgpu_pci_libxl *xen, uint32_t domid)
{
	libxl_dominfo info;
	bool yes;

	libxl_dominfo_init(&info);
	yes = libxl_domain_info(xen->ctx, &info, domid) == 0 && !info.paused &&
	      info.domain_type == LIBXL_DOMAIN_TYPE_PV;
	libxl_dominfo_dispose(&info);
	return yes;
}

/* Wait until such a guest has all that it was given. False: it took too long. */
static bool wait_connected(struct vgpu_pci_libxl *xen, uint32_t domid, int64_t deadline)
{
	return !answers(xen, domid) || wait_until(vgpu_pci_libxl_connected, xen, domid, deadline);
}

int vgpu_pci_libxl_attach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                          const struct vgpu_pci_attach *how)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	libxl_device_pci pci;
	int rc;

	vgpu_pci_libxl_begin(xen);
	/* with the function before; libxl leaves half a device behind when it gives up here */
	if (!wait_settled(xen, domid, deadline_of(xen)))
		return no_answer(xen);
	fill(&pci, bdf);
	pci.vdevfn = how->vslot << 3;
	pci.permissive = how->permissive;
	pci.msitranslate = how->msitranslate;
	if (how->rdm_relaxed)
		pci.rdm_policy = LIBXL_RDM_RESERVE_POLICY_RELAXED;
	rc = libxl_device_pci_add(xen->ctx, domid, &pci, NULL);
	libxl_device_pci_dispose(&pci);
	/* libxl does not wait for the guest's first device: success would be said too early */
	if (rc == 0 && !wait_connected(xen, domid, deadline_of(xen)))
		return no_answer(xen);
	return vgpu_pci_libxl_failed(xen, "libxl_device_pci_add", rc);
}

/* libxl is asked, if it lists the device. Returns 0 or libxl's error. */
static int detach_once(struct vgpu_pci_libxl *xen, uint32_t domid, struct vgpu_pci_bdf bdf,
                       bool force)
{
	libxl_device_pci *pcis;
	int n = 0, rc = 0;

	/* libxl's own entry: its virtual slot decides whether the device is reset */
	pcis = libxl_device_pci_list(xen->ctx, domid, &n);
	for (int i = 0; i < n; i++) {
		if (vgpu_pci_bdf_compare(vgpu_pci_libxl_bdf(&pcis[i]), bdf))
			continue;
		pcis[i].vfunc_mask = 1u << bdf.func;
		rc = force ? libxl_device_pci_destroy(xen->ctx, domid, &pcis[i], NULL)
		           : libxl_device_pci_remove(xen->ctx, domid, &pcis[i], NULL);
		break;
	}
	libxl_device_pci_list_free(pcis, n);
	return rc;
}

/*
 * When a guest does not answer in libxl's ten seconds, libxl takes the device from it all the
 * same, returns success and leaves its entry: a slow guest gets more time.
 */
int vgpu_pci_libxl_detach(struct vgpu_pci_xen *base, uint32_t domid, struct vgpu_pci_bdf bdf,
                          bool force)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	int64_t deadline = deadline_of(xen);
	bool late = false;
	int rc;

	vgpu_pci_libxl_begin(xen);
	for (;;) {
		enum vgpu_pci_libxl_entry entry;

		if (!force && !wait_settled(xen, domid, deadline))
			return no_answer(xen);
		entry = vgpu_pci_libxl_entry_of(xen, domid, bdf);
		if (entry == VGPU_PCI_ENTRY_LEFT_OVER)
			return vgpu_pci_libxl_entry_drop(xen, domid, bdf);
		if (entry == VGPU_PCI_ENTRY_NONE)
			return 0; /* or the guest has ended meanwhile */
		if (late)
			return force ? vgpu_pci_libxl_entry_drop(xen, domid, bdf) : no_answer(xen);
		/*
		 * libxl takes the guest's right to the registers before it asks: a driver that is
		 * still on its way in would fall over, and the guest's kernel with it.
		 */
		if (!force && !wait_connected(xen, domid, deadline))
			return no_answer(xen);
		rc = detach_once(xen, domid, bdf, force);
		if (rc < 0)
			return vgpu_pci_libxl_failed(xen, "libxl_device_pci_remove", rc);
		late = force || now_ms() >= deadline;
	}
}

/* libxl leaves the directory of its records when the last one goes. */
static void drop_empty_records(struct vgpu_pci_libxl *xen)
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

int vgpu_pci_libxl_forget(struct vgpu_pci_xen *base, struct vgpu_pci_bdf bdf, bool all)
{
	struct vgpu_pci_libxl *xen = vgpu_pci_libxl_of(base);
	char path[128];

	vgpu_pci_libxl_begin(xen);
	vgpu_pci_libxl_record_path(bdf, all ? NULL : "domid", path, sizeof(path));
	if (!xs_rm(xen->xs, XBT_NULL, path) && errno != ENOENT)
		return -errno;
	if (all)
		drop_empty_records(xen);
	return vgpu_pci_libxl_entries_clear(xen, bdf);
}

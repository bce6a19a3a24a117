/* SPDX-License-Identifier: MIT */
/*
 * struct vgpu_pci_xen over libxl: the connection. libxl's own messages are kept: the last
 * error of a call is what the user is told, all of them are shown with --verbose.
 */
#include "tools/pci/xen_libxl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_SECONDS 60 /* for a guest to answer, unless the user says otherwise */

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
	struct vgpu_pci_libxl *xen = ((struct vgpu_pci_libxl_logger *)vtable)->owner;
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

int vgpu_pci_libxl_failed(struct vgpu_pci_libxl *xen, const char *call, int rc)
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

void vgpu_pci_libxl_begin(struct vgpu_pci_libxl *xen)
{
	xen->base.why[0] = 0;
}

void vgpu_pci_libxl_record_path(struct vgpu_pci_bdf bdf, const char *node, char *out, size_t size)
{
	snprintf(out, size, "/libxl/pci/%04x-%02x-%02x-%x%s%s", bdf.domain, bdf.bus, bdf.dev,
	         bdf.func, node ? "/" : "", node ? node : "");
}

static void xen_destroy(struct vgpu_pci_xen *base)
{
	struct vgpu_pci_libxl *xen = base ? vgpu_pci_libxl_of(base) : NULL;

	if (!xen)
		return;
	if (xen->xs)
		xs_close(xen->xs);
	libxl_ctx_free(xen->ctx);
	free(xen);
}

static const struct vgpu_pci_xen_impl libxl_impl = {
	.host = vgpu_pci_libxl_host,
	.guest_find = vgpu_pci_libxl_guest_find,
	.holds = vgpu_pci_libxl_holds,
	.stored_driver = vgpu_pci_libxl_stored_driver,
	.assignable_add = vgpu_pci_libxl_assignable_add,
	.assignable_remove = vgpu_pci_libxl_assignable_remove,
	.attach = vgpu_pci_libxl_attach,
	.detach = vgpu_pci_libxl_detach,
	.forget = vgpu_pci_libxl_forget,
	.destroy = xen_destroy,
};

int vgpu_pci_xen_create(struct vgpu_pci_xen **xen_out, bool verbose)
{
	struct vgpu_pci_libxl *xen;
	int rc;

	if (access("/proc/xen/capabilities", F_OK) && access("/dev/xen/privcmd", F_OK))
		return -ENODEV;
	if (access("/dev/xen/privcmd", R_OK | W_OK))
		return errno == EACCES ? -EACCES : -ENODEV;
	xen = calloc(1, sizeof(*xen));
	if (!xen)
		return -ENOMEM;
	xen->base.impl = &libxl_impl;
	xen->base.wait_s = WAIT_SECONDS;
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

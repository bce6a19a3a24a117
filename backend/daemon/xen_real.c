/* SPDX-License-Identifier: MIT */
/* struct vgpu_xen over libxenstore, libxengnttab, libxenevtchn and gntdev's own ioctl. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

#include <xen/grant_table.h>
#include <xen/sys/gntdev.h>

#include "backend/daemon/xen.h"

#define GNTDEV "/dev/xen/gntdev"

struct real {
	struct vgpu_xen base; /* first */
	struct xs_handle *xs;
	xengnttab_handle *grants;
};

struct vgpu_xen_port {
	xenevtchn_handle *handle;
	evtchn_port_t port;
};

static struct real *self(struct vgpu_xen *xen)
{
	return (struct real *)xen;
}

/* ---- xenstore -------------------------------------------------------------- */

static char *real_read(struct vgpu_xen *xen, const char *path)
{
	unsigned int n;

	return xs_read(self(xen)->xs, XBT_NULL, path, &n);
}

static char **real_list(struct vgpu_xen *xen, const char *path, unsigned int *n)
{
	return xs_directory(self(xen)->xs, XBT_NULL, path, n);
}

static int write_once(struct xs_handle *xs, const char *folder, const struct vgpu_xen_node *nodes,
                      unsigned int n)
{
	xs_transaction_t t = xs_transaction_start(xs);
	char path[512];
	unsigned int bytes;
	char *state;
	int rc = 0;

	if (t == XBT_NULL)
		return -errno;
	snprintf(path, sizeof(path), "%s/state", folder);
	state = xs_read(xs, t, path, &bytes);
	if (!state)
		rc = -errno;
	free(state);
	for (unsigned int i = 0; i < n && !rc; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, nodes[i].name) >=
		    (int)sizeof(path))
			rc = -ENAMETOOLONG;
		else if (!xs_write(xs, t, path, nodes[i].value,
		                   (unsigned int)strlen(nodes[i].value)))
			rc = -errno;
	}
	if (!xs_transaction_end(xs, t, rc != 0) && !rc)
		rc = -errno;
	return rc;
}

static int real_write(struct vgpu_xen *xen, const char *folder, const struct vgpu_xen_node *nodes,
                      unsigned int n)
{
	int rc = -EAGAIN;

	/* somebody else wrote meanwhile: again; a guest that keeps writing must not hold us */
	for (int i = 0; i < 100 && rc == -EAGAIN; i++)
		rc = write_once(self(xen)->xs, folder, nodes, n);
	return rc;
}

static int real_remove(struct vgpu_xen *xen, const char *path)
{
	if (xs_rm(self(xen)->xs, XBT_NULL, path) || errno == ENOENT)
		return 0;
	return -errno;
}

static int real_watch(struct vgpu_xen *xen, const char *path, const char *token)
{
	return xs_watch(self(xen)->xs, path, token) ? 0 : -errno;
}

static void real_unwatch(struct vgpu_xen *xen, const char *path, const char *token)
{
	xs_unwatch(self(xen)->xs, path, token);
}

static int real_watch_fd(struct vgpu_xen *xen)
{
	return xs_fileno(self(xen)->xs);
}

static bool real_watch_take(struct vgpu_xen *xen, char *path, char *token, uint32_t size)
{
	char **fired = xs_check_watch(self(xen)->xs);

	if (!fired)
		return false;
	snprintf(path, size, "%s", fired[XS_WATCH_PATH]);
	snprintf(token, size, "%s", fired[XS_WATCH_TOKEN]);
	free(fired);
	return true;
}

/* Can the state of a device's frontend be read? */
static bool frontend_there(struct real *real, uint32_t domid, const char *device)
{
	char path[256], *frontend, *state = NULL;
	unsigned int n;

	snprintf(path, sizeof(path), "backend/vgpu/%u/%.16s/frontend", domid, device);
	frontend = xs_read(real->xs, XBT_NULL, path, &n);
	if (frontend && snprintf(path, sizeof(path), "%s/state", frontend) < (int)sizeof(path))
		state = xs_read(real->xs, XBT_NULL, path, &n);
	free(frontend);
	free(state);
	return state != NULL;
}

static bool real_domain_exists(struct vgpu_xen *xen, uint32_t domid)
{
	struct real *real = self(xen);
	char path[64], **devices;
	unsigned int n = 0;
	bool there = false;

	if (xen->domid == 0)
		return xs_is_domain_introduced(real->xs, domid);
	/* a driver domain may not ask that, and of a guest it may read the frontends only */
	snprintf(path, sizeof(path), "backend/vgpu/%u", domid);
	devices = xs_directory(real->xs, XBT_NULL, path, &n);
	for (unsigned int i = 0; devices && i < n && !there; i++)
		there = frontend_there(real, domid, devices[i]);
	free(devices);
	return there;
}

/* ---- grants ------------------------------------------------------------------ */

static void *real_map_page(struct vgpu_xen *xen, uint32_t domid, uint32_t ref)
{
	return xengnttab_map_grant_ref(self(xen)->grants, domid, ref, PROT_READ | PROT_WRITE);
}

static void real_unmap_page(struct vgpu_xen *xen, void *page)
{
	xengnttab_unmap(self(xen)->grants, page, 1);
}

static int real_copy_page(struct vgpu_xen *xen, uint32_t domid, uint32_t ref, void *dst)
{
	xengnttab_grant_copy_segment_t segment = {
		.source.foreign = { .ref = ref, .offset = 0, .domid = (uint16_t)domid },
		.dest.virt = dst,
		.len = 4096,
		.flags = GNTCOPY_source_gref,
	};

	if (xengnttab_grant_copy(self(xen)->grants, 1, &segment) < 0)
		return -errno;
	return segment.status == GNTST_okay ? 0 : -EFAULT;
}

static int real_grant_file(struct vgpu_xen *xen, uint32_t domid, const uint32_t *refs, uint32_t n)
{
	struct ioctl_gntdev_map_grant_ref *map;
	int fd, rc;

	map = calloc(1, sizeof(*map) + (size_t)n * sizeof(map->refs[0]));
	if (!map)
		return -ENOMEM;
	fd = open(GNTDEV, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		rc = -errno;
		goto out;
	}
	map->count = n;
	for (uint32_t i = 0; i < n; i++) {
		map->refs[i].domid = domid;
		map->refs[i].ref = refs[i];
	}
	rc = fd;
	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, map) < 0)
		rc = -errno;
	else if (map->index != 0)
		rc = -ENXIO; /* the first map of a file starts it */
	if (rc < 0)
		close(fd);
out:
	free(map);
	return rc;
}

/* ---- event channels ------------------------------------------------------------ */

static void port_close(struct vgpu_xen_port *port)
{
	xenevtchn_close(port->handle); /* unbinds */
	free(port);
}

static int port_open(struct vgpu_xen *xen, uint32_t domid, uint32_t remote,
                     struct vgpu_xen_port **out)
{
	struct vgpu_xen_port *port = calloc(1, sizeof(*port));
	xenevtchn_port_or_error_t local;
	int fd, rc;

	if (!port)
		return -ENOMEM;
	port->handle = xenevtchn_open(NULL, 0);
	if (!port->handle) {
		rc = -errno;
		free(port);
		return rc;
	}
	local = xenevtchn_bind_interdomain(port->handle, domid, remote);
	if (local < 0) {
		rc = -errno;
		port_close(port);
		return rc;
	}
	port->port = (evtchn_port_t)local;
	/* this file binds nothing else; refused for a guest that is Dom0 itself, which is fine */
	xenevtchn_restrict(port->handle, (domid_t)domid);
	fd = xenevtchn_fd(port->handle);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	*out = port;
	return 0;
}

static int port_fd(struct vgpu_xen_port *port)
{
	return xenevtchn_fd(port->handle);
}

static bool port_take(struct vgpu_xen_port *port)
{
	return xenevtchn_pending(port->handle) >= 0;
}

static void port_unmask(struct vgpu_xen_port *port)
{
	xenevtchn_unmask(port->handle, port->port);
}

static void port_notify(struct vgpu_xen_port *port)
{
	xenevtchn_notify(port->handle, port->port);
}

/* ---- open ------------------------------------------------------------------------ */

static void real_close(struct vgpu_xen *xen)
{
	struct real *real = self(xen);

	xs_close(real->xs);
	if (real->grants)
		xengnttab_close(real->grants);
	free(real);
}

static const struct vgpu_xen_ops real_ops = {
	.close = real_close,
	.read = real_read,
	.list = real_list,
	.write = real_write,
	.remove = real_remove,
	.watch = real_watch,
	.unwatch = real_unwatch,
	.watch_fd = real_watch_fd,
	.watch_take = real_watch_take,
	.domain_exists = real_domain_exists,
	.map_page = real_map_page,
	.unmap_page = real_unmap_page,
	.copy_page = real_copy_page,
	.grant_file = real_grant_file,
	.port_open = port_open,
	.port_close = port_close,
	.port_fd = port_fd,
	.port_take = port_take,
	.port_unmask = port_unmask,
	.port_notify = port_notify,
};

int vgpu_xen_open(struct vgpu_xen **out, char *why, uint32_t size)
{
	struct real *real = calloc(1, sizeof(*real));
	char *domid;
	int rc;

	if (!real)
		return -ENOMEM;
	real->base.ops = &real_ops;
	real->xs = xs_open(0);
	if (!real->xs) {
		rc = -errno;
		snprintf(why, size, "xenstore cannot be reached (%s): is this a Xen domain, and "
		         "does xenstored run? (systemctl status xenstored)", strerror(-rc));
		goto fail;
	}
	real->grants = xengnttab_open(NULL, 0);
	if (!real->grants) {
		rc = -errno;
		snprintf(why, size, GNTDEV " cannot be opened (%s): run as root, and "
		         "modprobe xen-gntdev xen-evtchn", strerror(-rc));
		goto fail;
	}
	domid = real_read(&real->base, "domid");
	if (!domid) {
		/* Dom0 that xenstore was not told of: the tools' init script has not run */
		rc = -errno;
		snprintf(why, size, "xenstore does not name this domain (%s): run "
		         "/etc/init.d/xen start", strerror(-rc));
		goto fail;
	}
	/* a worker must inherit nothing of this, and the libraries do not all see to it */
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	real->base.domid = (uint32_t)strtoul(domid, NULL, 10);
	free(domid);
	*out = &real->base;
	return 0;
fail:
	real_close(&real->base);
	return rc;
}

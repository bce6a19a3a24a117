/* SPDX-License-Identifier: MIT */
/*
 * Following xenstore. One watch on our backend folder says which devices there are,
 * one on each frontend's state what its guest does, and two special ones when
 * domains come and go. Watches fire without reason, too: each only means "look".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

#define ROOT "backend/" VGPUIF_DEVICE_CLASS
#define SWEEP_US 10000000 /* for what no watch tells a driver domain */

struct vgpu_xdaemon {
	struct vgpu_daemon *daemon;
	struct vgpu_xen *xen;
	struct vgpu_xattach *attach;
	struct vgpu_xguest *guests;
	uint32_t next_token;
	sd_event_source *io, *sweep;
	bool failing; /* xenstored refuses; that was said */
};

struct vgpu_xen *vgpu_xen_of(const struct vgpu_xguest *guest)
{
	return guest->xd->xen;
}

struct vgpu_daemon *vgpu_daemon_of(const struct vgpu_xguest *guest)
{
	return guest->xd->daemon;
}

struct vgpu_xguest *vgpu_xen_guests(struct vgpu_xdaemon *xd)
{
	return xd->guests;
}

struct vgpu_xguest *vgpu_xen_find(struct vgpu_xdaemon *xd, uint32_t domid, uint32_t index)
{
	struct vgpu_xguest *guest;

	for (guest = xd->guests; guest; guest = guest->next)
		if (!guest->gone && guest->domid == domid && guest->index == index)
			return guest;
	return NULL;
}

bool vgpu_xen_component(const char **at, uint32_t limit, uint32_t *out)
{
	char *end;
	unsigned long value;

	if (**at < '0' || **at > '9')
		return false;
	value = strtoul(*at, &end, 10);
	if ((*end && *end != '/') || value >= limit || end - *at > 9)
		return false;
	*out = (uint32_t)value;
	*at = end;
	return true;
}

/* ---- a device comes and goes ------------------------------------------------------------ */

static void frontend_watch(struct vgpu_xguest *guest, bool on)
{
	struct vgpu_xen *xen = guest->xd->xen;
	char path[160], token[16];
	int rc;

	if (guest->watched == on)
		return;
	snprintf(path, sizeof(path), "%s/state", guest->frontend);
	snprintf(token, sizeof(token), "g%u", guest->token);
	if (!on) {
		xen->ops->unwatch(xen, path, token);
	} else {
		rc = xen->ops->watch(xen, path, token);
		if (rc) {
			vgpu_daemon_log("guest %s: cannot watch %s: %s", guest->name, path,
			                strerror(-rc));
			return;
		}
	}
	guest->watched = on;
}

void vgpu_xen_release(struct vgpu_xguest *guest)
{
	struct vgpu_xguest **at;

	for (at = &guest->xd->guests; *at != guest; at = &(*at)->next)
		;
	*at = guest->next;
	sd_event_source_disable_unref(guest->hold);
	sd_event_source_disable_unref(guest->deadline);
	sd_event_source_disable_unref(guest->quick);
	free(guest);
}

/* The device's folder is gone, or its domain. */
static void forget(struct vgpu_xguest *guest)
{
	vgpu_daemon_log("guest %s: %s is gone", guest->name, guest->folder);
	frontend_watch(guest, false);
	vgpu_xdevice_disconnect(guest);
	guest->hold = sd_event_source_disable_unref(guest->hold);
	guest->gone = true;
	if (!guest->worker)
		vgpu_xen_release(guest);
}

static void read_name(struct vgpu_xguest *guest)
{
	struct vgpu_xen *xen = guest->xd->xen;
	char path[64], *name;

	snprintf(path, sizeof(path), "/local/domain/%u/name", guest->domid);
	name = xen->ops->read(xen, path);
	if (name && *name)
		snprintf(guest->name, sizeof(guest->name), "%s", name);
	else
		snprintf(guest->name, sizeof(guest->name), "domain-%u", guest->domid);
	free(name);
}

static void add(struct vgpu_xdaemon *xd, uint32_t domid, uint32_t index)
{
	struct vgpu_xguest *guest = calloc(1, sizeof(*guest));
	char expected[128], path[128], *frontend;

	if (!guest)
		return;
	snprintf(guest->folder, sizeof(guest->folder), ROOT "/%u/%u", domid, index);
	snprintf(expected, sizeof(expected), "/local/domain/%u/device/" VGPUIF_DEVICE_CLASS "/%u",
	         domid, index);
	snprintf(path, sizeof(path), "%s/frontend", guest->folder);
	frontend = xd->xen->ops->read(xd->xen, path);
	if (!frontend || strcmp(frontend, expected) != 0) {
		if (frontend)
			vgpu_daemon_log("%s/frontend is %s and should be %s: not served",
			                guest->folder, frontend, expected);
		free(frontend);
		free(guest);
		return;
	}
	free(frontend);
	snprintf(guest->frontend, sizeof(guest->frontend), "%s", expected);
	guest->xd = xd;
	guest->domid = domid;
	guest->index = index;
	guest->token = xd->next_token++;
	guest->own = VGPU_XENBUS_INITIALISING;
	guest->next = xd->guests;
	xd->guests = guest;
	read_name(guest);
	vgpu_daemon_log("guest %s: %s", guest->name, guest->folder);
	frontend_watch(guest, true);
	vgpu_xdevice_look(guest);
}

/* Remove what libxl leaves: our folder of a domain that is no more. */
static void clean_up(struct vgpu_xdaemon *xd, uint32_t domid)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), ROOT "/%u", domid);
	rc = xd->xen->ops->remove(xd->xen, path);
	if (rc)
		vgpu_daemon_log("cannot remove %s of a domain that has ended: %s", path,
		                strerror(-rc));
}

/* One device's folder may have come, changed or gone. */
static void look_at(struct vgpu_xdaemon *xd, uint32_t domid, uint32_t index)
{
	struct vgpu_xguest *guest = vgpu_xen_find(xd, domid, index);
	char path[64], *state;

	snprintf(path, sizeof(path), ROOT "/%u/%u/state", domid, index);
	state = xd->xen->ops->read(xd->xen, path);
	if (!state && errno != ENOENT)
		return; /* xenstored refuses: not a reason to throw a guest out */
	if (!state && guest)
		forget(guest);
	else if (state && guest)
		vgpu_xdevice_look(guest);
	else if (state)
		add(xd, domid, index);
	free(state);
}

/* ---- everything -------------------------------------------------------------------------- */

/* Domains that have ended: let go, and clean up after libxl. */
static void look_for_ended(struct vgpu_xdaemon *xd)
{
	struct vgpu_xguest *guest = xd->guests;

	while (guest) {
		uint32_t domid = guest->domid;

		if (guest->gone || xd->xen->ops->domain_exists(xd->xen, domid)) {
			guest = guest->next;
			continue;
		}
		forget(guest);
		clean_up(xd, domid);
		guest = xd->guests; /* the list has changed */
	}
}

static void look_at_all(struct vgpu_xdaemon *xd)
{
	unsigned int n = 0, m;
	char **domains = xd->xen->ops->list(xd->xen, ROOT, &n);

	if (!domains && errno != ENOENT) {
		if (!xd->failing)
			vgpu_daemon_log("xenstore refuses to list " ROOT ": %s", strerror(errno));
		xd->failing = true;
		return;
	}
	xd->failing = false;
	for (unsigned int i = 0; domains && i < n; i++) {
		const char *at = domains[i];
		uint32_t domid, index;
		char path[64], **devices;

		if (!vgpu_xen_component(&at, VGPU_XEN_DOMIDS, &domid) || *at)
			continue;
		if (!xd->xen->ops->domain_exists(xd->xen, domid)) {
			clean_up(xd, domid);
			continue;
		}
		snprintf(path, sizeof(path), ROOT "/%u", domid);
		devices = xd->xen->ops->list(xd->xen, path, &m);
		for (unsigned int k = 0; devices && k < m; k++) {
			at = devices[k];
			if (vgpu_xen_component(&at, 1024, &index) && !*at)
				look_at(xd, domid, index);
		}
		free(devices);
	}
	free(domains);
	for (struct vgpu_xguest *g = xd->guests, *next; g; g = next) {
		next = g->next;
		if (!g->gone)
			look_at(xd, g->domid, g->index);
	}
}

/* ---- events ----------------------------------------------------------------------------- */

/* "backend/vgpu/3/0/online": which device, and is it our business? */
static void root_fired(struct vgpu_xdaemon *xd, const char *path)
{
	const char *at = strstr(path, ROOT "/"), *leaf;
	uint32_t domid, index;

	if (!at) {
		look_at_all(xd);
		return;
	}
	at += sizeof(ROOT);
	if (!vgpu_xen_component(&at, VGPU_XEN_DOMIDS, &domid))
		return;
	if (*at == '\0') {
		look_at_all(xd);
		return;
	}
	at++;
	if (!vgpu_xen_component(&at, 1024, &index))
		return;
	leaf = *at ? at + 1 : "state";
	if (strcmp(leaf, "state") == 0 || strcmp(leaf, "online") == 0)
		look_at(xd, domid, index);
}

bool vgpu_xen_dispatch(struct vgpu_xdaemon *xd)
{
	char path[256], token[256];
	uint32_t number;

	if (!xd->xen->ops->watch_take(xd->xen, path, token, sizeof(path)))
		return false;
	switch (token[0]) {
	case 'r':
		root_fired(xd, path);
		break;
	case 'e':
		look_for_ended(xd);
		vgpu_xattach_look(xd->attach);
		break;
	case 'i':
		vgpu_xattach_look(xd->attach);
		break;
	case 'g':
		number = (uint32_t)strtoul(token + 1, NULL, 10);
		for (struct vgpu_xguest *g = xd->guests; g; g = g->next) {
			if (g->token == number && !g->gone) {
				look_at(xd, g->domid, g->index);
				break;
			}
		}
		break;
	}
	return true;
}

static int on_watch(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	/* libxenstore may have read more than it shows: until there is none, but not for ever */
	for (int i = 0; i < 64 && vgpu_xen_dispatch(data); i++)
		;
	return 0;
}

static int on_sweep(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_xdaemon *xd = data;

	look_for_ended(xd);
	if (xd->failing)
		look_at_all(xd);
	while (vgpu_xen_dispatch(xd))
		;
	sd_event_source_set_time_relative(source, SWEEP_US);
	return 0;
}

/* ---- start and end ------------------------------------------------------------------------ */

int vgpu_xen_start(struct vgpu_daemon *daemon, struct vgpu_xen *xen, const char *attach,
                   struct vgpu_xdaemon **out)
{
	struct vgpu_xdaemon *xd = calloc(1, sizeof(*xd));
	int rc;

	if (!xd) {
		xen->ops->close(xen);
		return -ENOMEM;
	}
	xd->daemon = daemon;
	xd->xen = xen;
	if (attach && xen->domid == 0) /* the configs are Dom0's */
		xd->attach = vgpu_xattach_new(daemon, xen, attach);
	xd->next_token = 1;
	rc = xen->ops->watch(xen, ROOT, "r");
	if (rc) {
		vgpu_daemon_log("cannot watch " ROOT " in xenstore: %s", strerror(-rc));
		goto fail;
	}
	/* refused to a driver domain that was not given the right: it sweeps instead */
	rc = xen->ops->watch(xen, "@releaseDomain", "e");
	if (rc && xen->domid == 0)
		vgpu_daemon_log("cannot watch @releaseDomain: %s", strerror(-rc));
	if (xd->attach) {
		rc = xen->ops->watch(xen, "@introduceDomain", "i");
		if (rc)
			vgpu_daemon_log("cannot watch @introduceDomain: %s", strerror(-rc));
	}
	rc = sd_event_add_io(daemon->event, &xd->io, xen->ops->watch_fd(xen), EPOLLIN, on_watch,
	                     xd);
	if (rc >= 0)
		rc = sd_event_add_time_relative(daemon->event, &xd->sweep, CLOCK_MONOTONIC,
		                                SWEEP_US, 0, on_sweep, xd);
	if (rc >= 0)
		rc = sd_event_source_set_enabled(xd->sweep, SD_EVENT_ON);
	if (rc < 0)
		goto fail;
	*out = xd;
	return 0;
fail:
	sd_event_source_disable_unref(xd->io);
	vgpu_xattach_free(xd->attach);
	xen->ops->close(xen);
	free(xd);
	return rc;
}

void vgpu_xen_finish(struct vgpu_xdaemon *xd)
{
	struct vgpu_worker *next;

	for (struct vgpu_xguest *g = xd->guests; g; g = g->next) {
		if (g->gone)
			continue;
		vgpu_xdevice_disconnect(g);
		if (g->own == VGPU_XENBUS_CONNECTED) {
			vgpu_xdevice_write(g, VGPUIF_FIELD_ERROR, "the backend was stopped");
			vgpu_xdevice_write(g, "state", "5");
		}
	}
	for (struct vgpu_worker *w = xd->daemon->workers; w; w = next) {
		next = w->next;
		if (w->guest)
			vgpu_worker_destroy(w);
	}
	while (xd->guests) {
		xd->guests->worker = NULL;
		vgpu_xen_release(xd->guests);
	}
	sd_event_source_disable_unref(xd->io);
	sd_event_source_disable_unref(xd->sweep);
	xd->xen->ops->close(xd->xen);
	vgpu_xattach_free(xd->attach);
	free(xd);
}

/* SPDX-License-Identifier: MIT */
/* The worker of a guest: one while the guest has programs, a new one when it has died. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

#define UNMAP_SECONDS 30  /* for a stream's last GL call to end */
#define START_WINDOW_S 60 /* a guest may start as many workers in it as guest->started holds */
#define STARTS (sizeof(((struct vgpu_xguest *)0)->started) / sizeof(uint64_t))

/* ---- the GPU -------------------------------------------------------------------------- */

/* "0000:01:00.0": nothing else may become part of a path. */
static bool bdf_ok(const char *bdf)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (strlen(bdf) != sizeof(form) - 1)
		return false;
	for (int i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)bdf[i]) : bdf[i] != form[i])
			return false;
	return true;
}

int vgpu_xworker_render_node(const char *bdf, char *node, uint32_t size, char *why,
                             uint32_t why_size)
{
	char path[128];
	struct dirent *entry;
	DIR *dir;

	if (!bdf_ok(bdf)) {
		snprintf(why, why_size, "gpu=%s is no PCI address (0000:01:00.0) and not auto",
		         bdf);
		return -EINVAL;
	}
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/drm", bdf);
	dir = opendir(path);
	node[0] = '\0';
	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, "renderD", 7) == 0)
			snprintf(node, size, "/dev/dri/%.32s", entry->d_name);
	if (dir)
		closedir(dir);
	if (node[0])
		return 0;
	snprintf(why, why_size, "gpu=%s has no render node: is it there (lspci), and does its "
	         "driver run in this domain?", bdf);
	return -ENODEV;
}

/* ---- events ---------------------------------------------------------------------------- */

static void on_ready(struct vgpu_worker *worker)
{
	vgpu_xobjects_ready(worker->guest);
}

static void on_gone(struct vgpu_worker *worker, const char *why)
{
	struct vgpu_xguest *guest = worker->guest;

	guest->worker = NULL;
	vgpu_xobjects_worker_gone(guest, why);
	vgpu_xworker_relax(guest);
	if (guest->gone)
		vgpu_xen_release(guest);
	else
		vgpu_xdevice_look(guest); /* a close may have waited for it */
}

static void on_broken(struct vgpu_worker *worker, uint32_t conn, const char *why)
{
	vgpu_xobjects_broken(worker->guest, conn, why);
}

static void on_mapped(struct vgpu_worker *worker, uint32_t conn, uint32_t object, uint32_t error)
{
	vgpu_xobjects_mapped(worker->guest, conn, object, error);
}

static void on_unmapped(struct vgpu_worker *worker, uint32_t conn, uint32_t object)
{
	vgpu_xobjects_unmapped(worker->guest, conn, object);
}

static const struct vgpu_worker_events guest_events = {
	.ready = on_ready,
	.gone = on_gone,
	.broken = on_broken,
	.mapped = on_mapped,
	.unmapped = on_unmapped,
};

/* A guest that kills its workers does not get one after the other for ever. */
static bool may_start(struct vgpu_xguest *guest)
{
	uint64_t now = vgpu_xnow_us();
	uint64_t *oldest = &guest->started[guest->n_started % STARTS];

	if (guest->n_started >= STARTS && now - *oldest < START_WINDOW_S * 1000000ull)
		return false;
	*oldest = now;
	guest->n_started++;
	return true;
}

int vgpu_xworker_get(struct vgpu_xguest *guest, char why[48])
{
	const char *device = NULL;
	char node[64], reason[160];
	int rc;

	if (guest->worker && guest->worker->ending) {
		snprintf(why, 48, "the last worker is ending, try again");
		return -EAGAIN;
	}
	if (guest->worker)
		return 0;
	if (!may_start(guest)) {
		snprintf(why, 48, "its workers die too often, wait a minute");
		return -EAGAIN;
	}
	if (strcmp(guest->config.gpu, "auto") != 0) {
		rc = vgpu_xworker_render_node(guest->config.gpu, node, sizeof(node), reason,
		                              sizeof(reason));
		if (rc) {
			vgpu_xguest_log(guest, "%s", reason);
			snprintf(why, 48, "gpu=%.20s cannot be used", guest->config.gpu);
			return rc;
		}
		device = node;
	}
	rc = vgpu_worker_start(vgpu_daemon_of(guest), &guest_events, guest, device,
	                       &guest->worker);
	if (rc)
		snprintf(why, 48, "no worker could be started");
	else
		guest->counters.workers++;
	return rc;
}

/* ---- what it must unmap in time ------------------------------------------------------------ */

/* When the oldest thing that is to be unmapped was asked for; 0: there is none. */
static uint64_t oldest_wait(const struct vgpu_xguest *guest)
{
	uint64_t oldest = 0;

	for (const struct vgpu_xconn *c = guest->conns; c; c = c->next)
		if (c->deleted && c->in_worker && (!oldest || c->since_us < oldest))
			oldest = c->since_us;
	/* a pool may wait for as long as its program does not say which comes next */
	for (const struct vgpu_xobject *o = guest->objects; o; o = o->next)
		if (o->is_stream && o->state == VGPU_XOBJECT_CLOSING &&
		    (!oldest || o->since_us < oldest))
			oldest = o->since_us;
	return oldest;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_xguest *guest = data;
	uint64_t oldest = oldest_wait(guest);

	vgpu_xworker_relax(guest);
	if (oldest == 0 || !guest->worker)
		return 0;
	if (vgpu_xnow_us() - oldest < UNMAP_SECONDS * 1000000ull) {
		vgpu_xworker_expect(guest);
		return 0;
	}
	vgpu_xguest_log(guest, "worker %d has not let go of memory in %d s: killed",
	                (int)guest->worker->pid, UNMAP_SECONDS);
	kill(guest->worker->pid, SIGKILL);
	return 0;
}

void vgpu_xworker_expect(struct vgpu_xguest *guest)
{
	if (!guest->deadline)
		sd_event_add_time_relative(vgpu_daemon_of(guest)->event, &guest->deadline,
		                           CLOCK_MONOTONIC, (UNMAP_SECONDS + 1) * 1000000ull, 0,
		                           on_deadline, guest);
}

void vgpu_xworker_relax(struct vgpu_xguest *guest)
{
	guest->deadline = sd_event_source_disable_unref(guest->deadline);
}

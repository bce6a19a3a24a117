/* SPDX-License-Identifier: MIT */
/*
 * A guest's device through its life. What stands in the frontend's folder was
 * written by the guest: numbers are numbers within range, or the device is closed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

#define CLOSING_SHOWN_US 50000 /* Closing stands at least that long: kernels wait for it */
#define REFUSED_US 1000000     /* until xenstored, which refused, is asked again */

static void look_again(struct vgpu_xguest *guest, uint64_t usec);

static char *read_node(struct vgpu_xguest *guest, const char *folder, const char *name)
{
	struct vgpu_xen *xen = vgpu_xen_of(guest);
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return xen->ops->read(xen, path);
}

/* A decimal number up to max, nothing else. 0, -ENOENT or -EINVAL. */
static int read_number(struct vgpu_xguest *guest, const char *folder, const char *name,
                       uint64_t max, uint64_t *out)
{
	char *text = read_node(guest, folder, name), *end;
	int rc = -EINVAL;

	if (!text)
		return -ENOENT;
	if (text[0] >= '0' && text[0] <= '9' && strlen(text) < 20) {
		*out = strtoull(text, &end, 10);
		if (*end == '\0' && *out <= max)
			rc = 0;
	}
	free(text);
	return rc;
}

void vgpu_xguest_log(const struct vgpu_xguest *guest, const char *fmt, ...)
{
	char prefix[sizeof(guest->name) + 32], line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	snprintf(prefix, sizeof(prefix), "vgpu-backendd: guest %s: ", guest->name);
	vgpu_log_line(vgpu_daemon_of(guest)->logs, guest->name, prefix, line);
}

/* How a write went, for the log: a refusal once, until one succeeds. Returns rc. */
static int written(struct vgpu_xguest *guest, const char *name, int rc)
{
	/* the watch on our folder tells that the device is gone */
	if (rc && rc != -ENOENT && !guest->refusing)
		vgpu_xguest_log(guest, "xenstored refuses to write %s/%s (%s): it is asked again; "
		                "look at its quotas and permissions", guest->folder, name,
		                strerror(-rc));
	if (rc != -ENOENT)
		guest->refusing = rc != 0;
	return rc;
}

int vgpu_xdevice_write(struct vgpu_xguest *guest, const char *name, const char *value)
{
	struct vgpu_xen *xen = vgpu_xen_of(guest);
	struct vgpu_xen_node node = { name, value };
	int rc = xen->ops->write(xen, guest->folder, &node, 1);

	return written(guest, name, rc);
}

/* Our state is what it is, whether xenstored wants to know or not; it is told until it listens. */
static void set_state(struct vgpu_xguest *guest, enum vgpu_xenbus state)
{
	char value[16];
	int rc;

	guest->own = state;
	snprintf(value, sizeof(value), "%u", state);
	rc = vgpu_xdevice_write(guest, "state", value);
	guest->unsaid = rc && rc != -ENOENT;
	if (guest->unsaid)
		look_again(guest, REFUSED_US);
}

/* ---- configuration ------------------------------------------------------------- */

int vgpu_xconfig_read(struct vgpu_xguest *guest, char *why, uint32_t size)
{
	static const struct {
		const char *name;
		uint64_t fallback, min, max;
	} numbers[] = {
		{ VGPUIF_FIELD_VRAM, 0, 16u << 20, 1ull << 44 },
		{ VGPUIF_FIELD_WEIGHT, 256, 1, 65535 },
		{ VGPUIF_FIELD_CAP, 0, 0, 100 },
		{ VGPUIF_FIELD_PAGES, VGPUIF_DEFAULT_PAGES, 1024, VGPUIF_MOST_PAGES },
	};
	struct vgpu_xconfig *config = &guest->config;
	uint64_t values[4];
	char *gpu = read_node(guest, guest->folder, VGPUIF_FIELD_GPU);

	snprintf(config->gpu, sizeof(config->gpu), "%.63s", gpu && *gpu ? gpu : "auto");
	free(gpu);
	for (unsigned int i = 0; i < 4; i++) {
		int rc = read_number(guest, guest->folder, numbers[i].name, UINT64_MAX, &values[i]);

		if (rc == -ENOENT) {
			values[i] = numbers[i].fallback;
		} else if (rc || values[i] < numbers[i].min || values[i] > numbers[i].max) {
			snprintf(why, size, "%s must be a number from %" PRIu64 " to %" PRIu64,
			         numbers[i].name, numbers[i].min, numbers[i].max);
			return -EINVAL;
		}
	}
	config->vram = values[0];
	config->weight = (uint32_t)values[1];
	config->cap = (uint32_t)values[2];
	config->pages = (uint32_t)values[3];
	return 0;
}

/* ---- steps ----------------------------------------------------------------------- */

static int prepare(struct vgpu_xguest *guest)
{
	struct vgpu_xen *xen = vgpu_xen_of(guest);
	char conns[16], streams[16], pages[16], why[160] = "", node[64];
	uint64_t session;
	int rc = vgpu_xconfig_read(guest, why, sizeof(why));

	if (!rc && strcmp(guest->config.gpu, "auto") != 0)
		rc = vgpu_xworker_render_node(guest->config.gpu, node, sizeof(node), why,
		                              sizeof(why));
	if (rc) {
		if (!guest->failed)
			vgpu_xguest_log(guest, "%s is not served: %s", guest->folder, why);
		guest->failed = true;
		vgpu_xdevice_write(guest, VGPUIF_FIELD_ERROR, why);
		return rc;
	}
	if (getrandom(&session, sizeof(session), 0) != (ssize_t)sizeof(session))
		return -EIO;
	guest->failed = false;
	guest->max_conns = VGPUIF_DEFAULT_CONNECTIONS;
	guest->max_streams = VGPUIF_DEFAULT_STREAMS;
	guest->max_pages = guest->config.pages;
	snprintf(guest->session, sizeof(guest->session), "%016" PRIx64, session);
	snprintf(conns, sizeof(conns), "%u", guest->max_conns);
	snprintf(streams, sizeof(streams), "%u", guest->max_streams);
	snprintf(pages, sizeof(pages), "%u", guest->max_pages);
	{
		const struct vgpu_xen_node nodes[] = {
			{ VGPUIF_FIELD_VERSIONS, "1" },
			{ VGPUIF_FIELD_SESSION, guest->session },
			{ VGPUIF_FIELD_MAX_CONNECTIONS, conns },
			{ VGPUIF_FIELD_MAX_STREAMS, streams },
			{ VGPUIF_FIELD_MAX_PAGES, pages },
			{ VGPUIF_FIELD_FEATURE_QUIESCE, "0" },
			{ VGPUIF_FIELD_ERROR, "" },
			{ "state", "2" },
		};

		rc = xen->ops->write(xen, guest->folder, nodes, sizeof(nodes) / sizeof(nodes[0]));
	}
	if (written(guest, "state", rc)) {
		if (rc != -ENOENT)
			look_again(guest, REFUSED_US);
		return rc;
	}
	guest->own = VGPU_XENBUS_INIT_WAIT;
	guest->unsaid = false;
	return 0;
}

/* Map and bind what the frontend offers. 0, or a negative errno after vgpu_xdevice_fail. */
static int connect_frontend(struct vgpu_xguest *guest)
{
	struct vgpu_xen *xen = vgpu_xen_of(guest);
	uint64_t version = 0, ref = 0, port = 0;
	char *abi = read_node(guest, guest->frontend, VGPUIF_FIELD_PROTOCOL);
	bool abi_ok = abi && strcmp(abi, VGPUIF_PROTOCOL_ABI) == 0;
	struct vgpuif_control *page;
	int rc;

	free(abi);
	if (!abi_ok) {
		vgpu_xdevice_fail(guest, "the frontend's protocol is not " VGPUIF_PROTOCOL_ABI);
		return -EINVAL;
	}
	if (read_number(guest, guest->frontend, VGPUIF_FIELD_VERSION, UINT32_MAX, &version) ||
	    version != VGPUIF_PROTOCOL_VERSION) {
		vgpu_xdevice_fail(guest, "the frontend's version is none of those offered (1)");
		return -EINVAL;
	}
	if (read_number(guest, guest->frontend, VGPUIF_FIELD_RING_REF, UINT32_MAX, &ref) ||
	    read_number(guest, guest->frontend, VGPUIF_FIELD_EVENT_CHANNEL, UINT32_MAX, &port)) {
		vgpu_xdevice_fail(guest, "the frontend's ring-ref or event-channel is no number");
		return -EINVAL;
	}
	page = xen->ops->map_page(xen, guest->domid, (uint32_t)ref);
	if (!page) {
		rc = -errno;
		vgpu_xdevice_fail(guest, "the control page (grant %" PRIu64 ") cannot be mapped: %s",
		                  ref, strerror(-rc));
		return rc;
	}
	if (page->magic != VGPUIF_MAGIC || page->version != VGPUIF_PROTOCOL_VERSION) {
		xen->ops->unmap_page(xen, page);
		vgpu_xdevice_fail(guest, "grant %" PRIu64 " is no control page", ref);
		return -EINVAL;
	}
	guest->page = page;
	guest->req_cons = guest->rsp_prod = 0;
	guest->queue_at = guest->queue_n = guest->n_waiting = 0;
	rc = vgpu_xbells_bind(guest, (uint32_t)port);
	if (rc) {
		vgpu_xdevice_fail(guest, "event channel %" PRIu64 " cannot be bound: %s", port,
		                  strerror(-rc));
		return rc;
	}
	set_state(guest, VGPU_XENBUS_CONNECTED);
	vgpu_xguest_log(guest, "connected (%s, session %s)", guest->folder,
	                guest->session);
	vgpu_xbells_soon(guest, 0); /* what was asked before we listened */
	return 0;
}

bool vgpu_xdevice_mapped(const struct vgpu_xguest *guest)
{
	return guest->page || guest->port || guest->worker;
}

void vgpu_xdevice_disconnect(struct vgpu_xguest *guest)
{
	struct vgpu_xen *xen = vgpu_xen_of(guest);

	vgpu_xbells_unbind(guest);
	vgpu_xbooks_forget(guest);
	vgpu_xworker_relax(guest);
	if (guest->page)
		xen->ops->unmap_page(xen, guest->page);
	guest->page = NULL;
	guest->queue_n = guest->n_waiting = 0;
	if (guest->worker)
		vgpu_worker_end(guest->worker); /* the streams' and pools' memory goes with it */
}

void vgpu_xdevice_fail(struct vgpu_xguest *guest, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	vgpu_xguest_log(guest, "closed: %s", text);
	vgpu_xdevice_disconnect(guest);
	vgpu_xdevice_write(guest, VGPUIF_FIELD_ERROR, text);
	set_state(guest, VGPU_XENBUS_CLOSING);
}

/* ---- timers ------------------------------------------------------------------------ */

static int on_hold(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_xguest *guest = data;

	sd_event_source_disable_unref(guest->hold);
	guest->hold = NULL;
	/* nobody moved: the frontend has seen what it waits for */
	if (guest->own == VGPU_XENBUS_CLOSED && guest->online && !vgpu_xdevice_mapped(guest))
		prepare(guest);
	vgpu_xdevice_look(guest);
	return 0;
}

static void look_again(struct vgpu_xguest *guest, uint64_t usec)
{
	if (!guest->hold)
		sd_event_add_time_relative(vgpu_daemon_of(guest)->event, &guest->hold,
		                           CLOCK_MONOTONIC, usec, 0, on_hold, guest);
}

/* ---- looking --------------------------------------------------------------------------- */

static enum vgpu_xenbus frontend_state(struct vgpu_xguest *guest)
{
	uint64_t value;

	return read_number(guest, guest->frontend, "state", 255, &value) ? VGPU_XENBUS_UNKNOWN
									: (enum vgpu_xenbus)value;
}

/* Returns true when the state has changed. */
static bool carry_out(struct vgpu_xguest *guest, enum vgpu_xstep step)
{
	switch (step) {
	case VGPU_XSTEP_STAY:
		return false;
	case VGPU_XSTEP_PREPARE:
		return prepare(guest) == 0;
	case VGPU_XSTEP_CONNECT:
		connect_frontend(guest);
		return true;
	case VGPU_XSTEP_CLOSE:
		vgpu_xdevice_disconnect(guest);
		set_state(guest, VGPU_XENBUS_CLOSING);
		look_again(guest, CLOSING_SHOWN_US);
		return false;
	case VGPU_XSTEP_CLOSED:
		if (guest->hold)
			return false; /* Closing has not been shown long enough */
		set_state(guest, VGPU_XENBUS_CLOSED);
		return true;
	case VGPU_XSTEP_LATER:
		look_again(guest, VGPU_XHOLD_MS * 1000);
		return false;
	}
	return false;
}

void vgpu_xdevice_look(struct vgpu_xguest *guest)
{
	uint64_t online;
	bool more = true;

	if (guest->unsaid)
		set_state(guest, guest->own);
	guest->fe = frontend_state(guest);
	if (read_number(guest, guest->folder, "online", 1, &online))
		online = 0;
	guest->online = online == 1;
	for (int i = 0; i < 8 && more; i++)
		more = carry_out(guest, vgpu_xstate_next(guest->own, guest->fe, guest->online,
		                                         vgpu_xdevice_mapped(guest)));
}

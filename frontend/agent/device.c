/* SPDX-License-Identifier: MIT */
/* The device in xenstore: the frontend's half of the states of protocol/vgpuif.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include <xen/io/xenbus.h>

#include "frontend/agent/agent.h"
#include "frontend/agent/log.h"
#include "frontend/agent/quiesce.h"

#define CLASS_PATH "device/" VGPUIF_DEVICE_CLASS
#define RETRY_MAX_S 30u
#define RESUME_SETTLES_US 300000 /* after a resume all watches fire within this time */
#define FINISH_TRIES 40
#define FINISH_STEP_US 50000

static void look(struct vgpu_agent *agent);

/* ---- small things ------------------------------------------------------------------ */

static int on_retry(sd_event_source *source, uint64_t usec, void *data)
{
	look(data);
	return 0;
}

/* Something failed that may work later. */
static void trouble(struct vgpu_agent *agent, const char *what, const char *why)
{
	struct vgpu_device *dev = &agent->device;

	snprintf(dev->trouble, sizeof(dev->trouble), "%s: %.200s", what, why);
	agent->retry_s = agent->retry_s ? agent->retry_s * 2 : 1;
	if (agent->retry_s > RETRY_MAX_S)
		agent->retry_s = RETRY_MAX_S;
	vgpu_agent_log("%s: %s; next try in %u s", what, why, agent->retry_s);
	sd_event_source_disable_unref(agent->retry);
	agent->retry = NULL;
	sd_event_add_time_relative(agent->event, &agent->retry, CLOCK_MONOTONIC,
	                           agent->retry_s * 1000000ull, 0, on_retry, agent);
}

/*
 * The same of xenstore, in whose mouth ENOSPC is a quota. oxenstored says EQUOTA, which
 * libxenstore does not know and turns into EINVAL; the paths written here are valid ones.
 */
static void store_trouble(struct vgpu_agent *agent, const char *what, int error)
{
	if (error == -ENOSPC || error == -EINVAL)
		trouble(agent, what, "this guest has used up its quota (quota-maxentity of "
		                     "oxenstored, or the guest writes much: xenstore-ls)");
	else
		trouble(agent, what, strerror(-error));
}

/* The same of grants and event channels. */
static void xen_trouble(struct vgpu_agent *agent, const char *what, int error)
{
	char why[400];

	trouble(agent, what, vgpu_xen_explain(error, agent->pages + 1, why, sizeof(why)));
}

/* A number in a node; fallback when it is missing or no number. */
static uint32_t read_number(struct vgpu_agent *agent, const char *dir, const char *key,
                            uint32_t fallback)
{
	char path[256], text[32], *end;
	unsigned long n;

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	if (vgpu_store_read(agent->store, path, text, sizeof(text)))
		return fallback;
	n = strtoul(text, &end, 10);
	return *text && *end == '\0' && n <= UINT32_MAX ? (uint32_t)n : fallback;
}

static void read_text(struct vgpu_agent *agent, const char *dir, const char *key, char *text,
                      size_t size)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	if (vgpu_store_read(agent->store, path, text, size))
		text[0] = '\0';
}

static int write_state(struct vgpu_agent *agent, enum xenbus_state state)
{
	struct vgpu_store_node node = { .key = "state" };
	int rc;

	snprintf(node.value, sizeof(node.value), "%d", state);
	rc = vgpu_store_write(agent->store, agent->device.path, &node, 1);
	agent->device.unwritten = rc && rc != -ENOENT ? (int)state : 0;
	if (agent->device.unwritten)
		store_trouble(agent, "xenstore refused the device's state", rc);
	return rc;
}

/* Take what watches have fired. Returns whether any had. */
static bool drain_watches(struct vgpu_agent *agent)
{
	char token[16];
	bool any = false;

	while (vgpu_store_fired(agent->store, token, sizeof(token))) {
		any = true;
		if (strcmp(token, "domid") != 0)
			continue;
		agent->resumed = agent->resumed || agent->domid_seen;
		agent->domid_seen = true;
	}
	return any;
}

/* ---- up and down ---------------------------------------------------------------------- */

static void release_port(struct vgpu_agent *agent, bool orderly)
{
	struct vgpu_device *dev = &agent->device;

	dev->port_io = sd_event_source_disable_unref(dev->port_io);
	if (!dev->port.handle)
		return;
	if (!orderly && !agent->resumed) {
		usleep(RESUME_SETTLES_US);
		drain_watches(agent);
	}
	if (agent->resumed) {
		vgpu_agent_log("the guest was suspended without 'vgpu-ctl save': its event channel "
		               "%u is stale and stays open until the next boot", dev->port.number);
		vgpu_port_park(&dev->port);
	} else {
		vgpu_port_close(&dev->port);
	}
}

/* The backend holds nothing any more: forget the connection's memory. */
static void release(struct vgpu_agent *agent, bool orderly)
{
	struct vgpu_device *dev = &agent->device;

	release_port(agent, orderly);
	vgpu_control_finish(&dev->control);
	vgpu_programs_unmapped(agent);
	if (dev->shared)
		munmap(dev->shared, VGPUIF_PAGE_SIZE);
	dev->shared = NULL;
	vgpu_grant_free(&dev->page);
	memset(&dev->slots, 0, sizeof(dev->slots));
	dev->quiesced = dev->quiescing = 0;
	dev->session[0] = '\0';
}

/* No longer connected: tell programs, ask the backend to unmap. */
static void go_down(struct vgpu_agent *agent, const char *why)
{
	struct vgpu_device *dev = &agent->device;

	vgpu_agent_log("device %d is disconnected: %s", dev->number, why);
	sd_notifyf(0, "STATUS=Disconnected: %s", why);
	dev->phase = VGPU_PHASE_DOWN;
	vgpu_quiesce_stop(agent);
	vgpu_programs_lost(agent, why);
	write_state(agent, XenbusStateClosing);
}

static void on_bell(void *data, uint32_t slot)
{
	vgpu_objects_bell(data, slot);
}

static void on_event(void *data, const struct vgpuif_response *event)
{
	if (event->op == VGPUIF_EVT_LOST)
		vgpu_programs_lost_one(data, event->conn, event->text);
}

static int on_port(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_agent *agent = data;
	struct vgpu_device *dev = &agent->device;

	vgpu_port_take(&dev->port);
	if (vgpu_control_look(&dev->control) && dev->phase == VGPU_PHASE_UP)
		go_down(agent, "the backend wrote nonsense into the control page");
	return 0;
}

int vgpu_device_bind(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	int rc = vgpu_port_bind(dev->backend_id, &dev->port);

	if (!rc)
		rc = sd_event_add_io(agent->event, &dev->port_io, dev->port.fd, EPOLLIN, on_port,
		                     agent);
	return rc < 0 ? rc : 0;
}

void vgpu_device_unbind(struct vgpu_agent *agent)
{
	release_port(agent, true);
}

static int make_page(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	void *at;
	int rc = vgpu_grant_alloc(dev->backend_id, 1, true, &dev->page);

	if (rc)
		return rc;
	at = mmap(NULL, VGPUIF_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dev->page.fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	dev->shared = at;
	vgpu_control_init(&dev->control, at, on_bell, on_event, agent);
	return 0;
}

static bool version_offered(const char *versions)
{
	for (const char *at = versions; *at;) {
		char *end;

		if (strtoul(at, &end, 10) == VGPUIF_PROTOCOL_VERSION && end != at)
			return true;
		at = strchr(at, ',');
		if (!at)
			break;
		at++;
	}
	return false;
}

/* The backend is in InitWait: publish the control page and the port. */
static void connect_device(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	struct vgpu_store_node nodes[5] = {
		{ .key = VGPUIF_FIELD_RING_REF },
		{ .key = VGPUIF_FIELD_EVENT_CHANNEL },
		{ .key = VGPUIF_FIELD_VERSION },
		{ .key = VGPUIF_FIELD_PROTOCOL, .value = VGPUIF_PROTOCOL_ABI },
		{ .key = "state" },
	};
	char versions[64];
	int rc;

	read_text(agent, dev->backend, VGPUIF_FIELD_VERSIONS, versions, sizeof(versions));
	if (!version_offered(versions)) {
		snprintf(dev->trouble, sizeof(dev->trouble),
		         "the backend speaks versions '%s' of the device's protocol, this guest %u",
		         versions, VGPUIF_PROTOCOL_VERSION);
		vgpu_agent_log("%s; upgrade the older one", dev->trouble);
		return;
	}
	read_text(agent, dev->backend, VGPUIF_FIELD_SESSION, dev->session, sizeof(dev->session));
	dev->max_connections = read_number(agent, dev->backend, VGPUIF_FIELD_MAX_CONNECTIONS, 0);
	dev->max_streams = read_number(agent, dev->backend, VGPUIF_FIELD_MAX_STREAMS, 0);
	dev->max_pages = read_number(agent, dev->backend, VGPUIF_FIELD_MAX_PAGES, 0);
	rc = make_page(agent);
	if (rc) {
		release(agent, true);
		xen_trouble(agent, "no control page", rc);
		return;
	}
	rc = vgpu_device_bind(agent);
	if (rc) {
		release(agent, true);
		xen_trouble(agent, "no event channel", rc);
		return;
	}
	snprintf(nodes[0].value, sizeof(nodes[0].value), "%u", dev->page.refs[0]);
	snprintf(nodes[1].value, sizeof(nodes[1].value), "%u", dev->port.number);
	snprintf(nodes[2].value, sizeof(nodes[2].value), "%u", VGPUIF_PROTOCOL_VERSION);
	snprintf(nodes[4].value, sizeof(nodes[4].value), "%d", XenbusStateInitialised);
	rc = vgpu_store_write(agent->store, dev->path, nodes, 5);
	if (rc) {
		release(agent, true);
		if (rc != -ENOENT)
			store_trouble(agent, "xenstore refused the device's nodes", rc);
		return;
	}
	dev->phase = VGPU_PHASE_SENT;
}

static void now_up(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;

	if (write_state(agent, XenbusStateConnected))
		return;
	dev->phase = VGPU_PHASE_UP;
	dev->trouble[0] = '\0';
	agent->retry_s = 0;
	vgpu_agent_log("device %d is connected to domain %u", dev->number, dev->backend_id);
	sd_notifyf(0, "STATUS=Connected to domain %u", dev->backend_id);
	vgpu_programs_up(agent);
}

/* ---- following the states ---------------------------------------------------------------- */

static void begin(struct vgpu_agent *agent, int number)
{
	struct vgpu_device *dev = &agent->device;
	uint32_t state;

	dev->number = number;
	snprintf(dev->path, sizeof(dev->path), CLASS_PATH "/%d", number);
	state = read_number(agent, dev->path, "state", XenbusStateUnknown);
	switch (state) {
	case XenbusStateInitialising:
		dev->phase = VGPU_PHASE_WAIT;
		break;
	case XenbusStateClosed:
		dev->phase = VGPU_PHASE_OFF;
		break;
	default: /* an agent that died, or a kernel that was left: the backend may hold pages */
		vgpu_agent_log("device %d is in state %u of an earlier agent: starting again", number,
		               state);
		dev->phase = VGPU_PHASE_DOWN;
		write_state(agent, XenbusStateClosing);
	}
}

static void gone(struct vgpu_agent *agent, const char *why)
{
	struct vgpu_device *dev = &agent->device;
	bool orderly = dev->phase == VGPU_PHASE_OFF || dev->phase == VGPU_PHASE_WAIT;

	if (dev->phase == VGPU_PHASE_NONE)
		return;
	vgpu_agent_log("device %d is gone: %s", dev->number, why);
	sd_notify(0, "STATUS=No vgpu is attached to this guest");
	vgpu_quiesce_stop(agent);
	vgpu_programs_lost(agent, why);
	release(agent, orderly);
	dev->phase = VGPU_PHASE_NONE;
	dev->unwritten = 0;
	dev->number = -1;
	dev->trouble[0] = '\0';
	if (dev->watched[0])
		vgpu_store_unwatch(agent->store, dev->watched, "backend");
	dev->watched[0] = dev->backend[0] = '\0';
}

/* Read where the backend is, and watch it. */
static int find_backend(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	int rc;

	read_text(agent, dev->path, "backend", dev->backend, sizeof(dev->backend));
	dev->backend_id = read_number(agent, dev->path, "backend-id", 0);
	if (!dev->backend[0])
		return -ENOENT;
	if (strcmp(dev->backend, dev->watched) == 0)
		return 0;
	if (dev->watched[0])
		vgpu_store_unwatch(agent->store, dev->watched, "backend");
	rc = vgpu_store_watch(agent->store, dev->backend, "backend");
	snprintf(dev->watched, sizeof(dev->watched), "%s", rc ? "" : dev->backend);
	return rc;
}

static bool same_session(struct vgpu_agent *agent)
{
	char now[32];

	read_text(agent, agent->device.backend, VGPUIF_FIELD_SESSION, now, sizeof(now));
	return strcmp(now, agent->device.session) == 0;
}

static void look_up(struct vgpu_agent *agent, uint32_t be)
{
	struct vgpu_device *dev = &agent->device;
	char error[200];

	if (be == XenbusStateConnected && same_session(agent)) {
		vgpu_quiesce_look(agent, read_number(agent, dev->backend, VGPUIF_FIELD_QUIESCE, 0));
		return;
	}
	read_text(agent, dev->backend, VGPUIF_FIELD_ERROR, error, sizeof(error));
	go_down(agent, error[0] ? error : "the backend closed the device");
}

/* One step by the backend's state. Returns true if another may follow at once. */
static bool step(struct vgpu_agent *agent, uint32_t be)
{
	struct vgpu_device *dev = &agent->device;

	switch (dev->phase) {
	case VGPU_PHASE_WAIT:
		if (be == XenbusStateInitWait)
			connect_device(agent);
		return false;
	case VGPU_PHASE_SENT:
		if (be == XenbusStateConnected)
			now_up(agent);
		else if (be != XenbusStateInitWait || !same_session(agent))
			go_down(agent, "the backend does not want to connect");
		return dev->phase != VGPU_PHASE_SENT;
	case VGPU_PHASE_UP:
		look_up(agent, be);
		return dev->phase == VGPU_PHASE_DOWN;
	case VGPU_PHASE_DOWN:
		if (be == XenbusStateConnected || be == XenbusStateClosing ||
		    be == XenbusStateInitialised)
			return false; /* it may still hold pages */
		release(agent, be != XenbusStateUnknown);
		dev->phase = VGPU_PHASE_OFF;
		write_state(agent, XenbusStateClosed);
		return be == XenbusStateInitWait;
	case VGPU_PHASE_OFF:
		if (be != XenbusStateInitWait && be != XenbusStateInitialising)
			return false;
		if (read_number(agent, dev->backend, "online", 0) == 0 ||
		    write_state(agent, XenbusStateInitialising))
			return false;
		dev->phase = VGPU_PHASE_WAIT;
		return true;
	default:
		return false;
	}
}

static void look(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	uint32_t be;
	int n, rc;

	agent->retry = sd_event_source_disable_unref(agent->retry);
	if (agent->resumed) {
		gone(agent, "the guest was suspended and resumed");
		agent->resumed = false;
	}
	if (dev->phase != VGPU_PHASE_NONE) {
		char text[16];

		rc = vgpu_store_read(agent->store, dev->path, text, sizeof(text));
		if (rc == -ENOENT)
			gone(agent, "it was detached");
	}
	if (dev->phase == VGPU_PHASE_NONE) {
		n = vgpu_store_lowest(agent->store, CLASS_PATH);
		if (n == -ENOENT)
			return;
		if (n < 0) {
			store_trouble(agent, "xenstore cannot be read", n);
			return;
		}
		begin(agent, n);
	}
	if (dev->unwritten && write_state(agent, (enum xenbus_state)dev->unwritten))
		return;
	rc = find_backend(agent);
	if (rc) {
		if (rc != -ENOENT)
			store_trouble(agent, "the backend cannot be watched", rc);
		return;
	}
	do
		be = read_number(agent, dev->backend, "state", XenbusStateUnknown);
	while (step(agent, be));
}

static int on_store(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	if (drain_watches(data))
		look(data);
	return 0;
}

/* ---- life ------------------------------------------------------------------------------------ */

static int on_post(sd_event_source *source, void *data)
{
	vgpu_device_kick(data);
	return 0;
}

void vgpu_device_kick(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;

	if (!dev->control.notify || !dev->port.handle)
		return;
	dev->control.notify = false;
	vgpu_port_notify(&dev->port);
}

int vgpu_device_start(struct vgpu_agent *agent)
{
	int rc = vgpu_store_open(&agent->store);

	if (rc)
		return rc;
	agent->device.number = -1;
	agent->device.page.fd = -1;
	agent->device.port.fd = -1;
	agent->device.control.queued_end = &agent->device.control.queued;
	rc = vgpu_store_watch(agent->store, CLASS_PATH, "device");
	if (!rc)
		rc = vgpu_store_watch(agent->store, "domid", "domid");
	if (rc)
		return rc;
	rc = sd_event_add_io(agent->event, &agent->store_io, vgpu_store_fd(agent->store), EPOLLIN,
	                     on_store, agent);
	if (rc >= 0)
		rc = sd_event_add_post(agent->event, NULL, on_post, agent);
	if (rc < 0)
		return rc;
	drain_watches(agent);
	look(agent);
	return 0;
}

void vgpu_device_finish(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;

	if (!agent->store)
		return;
	if (dev->phase == VGPU_PHASE_UP || dev->phase == VGPU_PHASE_SENT)
		go_down(agent, "vgpu-agentd ends");
	for (int i = 0; i < FINISH_TRIES && dev->phase == VGPU_PHASE_DOWN; i++) {
		drain_watches(agent);
		step(agent, read_number(agent, dev->backend, "state", XenbusStateUnknown));
		if (dev->phase == VGPU_PHASE_DOWN)
			usleep(FINISH_STEP_US);
	}
	release(agent, dev->phase != VGPU_PHASE_DOWN);
	sd_event_source_disable_unref(agent->retry);
	sd_event_source_disable_unref(agent->store_io);
	vgpu_store_close(agent->store);
}

bool vgpu_device_is_up(const struct vgpu_agent *agent)
{
	return agent->device.phase == VGPU_PHASE_UP && !agent->device.quiescing &&
	       !agent->device.quiesced;
}

const char *vgpu_device_why(const struct vgpu_agent *agent, char *buf, size_t size)
{
	const struct vgpu_device *dev = &agent->device;

	if (dev->phase == VGPU_PHASE_NONE)
		snprintf(buf, size, "no vgpu is attached to this guest: in the backend's domain, "
		                    "'vgpu-ctl attach GUEST'");
	else if (dev->trouble[0])
		snprintf(buf, size, "the vgpu is not connected: %s", dev->trouble);
	else if (dev->quiesced || dev->quiescing)
		snprintf(buf, size, "the guest is being saved or migrated");
	else
		snprintf(buf, size, "the backend does not answer: is vgpu-backendd running in domain %u?",
		         dev->backend_id);
	return buf;
}

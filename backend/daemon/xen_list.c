/* SPDX-License-Identifier: MIT */
/* What "vgpu-ctl list" and "show" say of guests (docs/protocol.md, "list"). */
#include <json-c/json.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

static void number(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)value));
}

static void text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

const char *vgpu_xen_guest_name(const struct vgpu_xguest *guest)
{
	return guest->name;
}

void vgpu_xen_describe(const struct vgpu_xguest *guest, struct json_object *entry)
{
	text(entry, "guest", guest->name);
	number(entry, "domid", guest->domid);
	number(entry, "device", guest->index);
}

static struct json_object *describe_config(const struct vgpu_xguest *guest)
{
	struct json_object *o = json_object_new_object();

	text(o, "gpu", guest->config.gpu);
	number(o, "vram", guest->config.vram);
	number(o, "weight", guest->config.weight);
	number(o, "cap", guest->config.cap);
	number(o, "pages", guest->config.pages);
	return o;
}

static struct json_object *describe_counters(const struct vgpu_xcounters *c)
{
	struct json_object *o = json_object_new_object();

	number(o, "events_in", c->events_in);
	number(o, "events_out", c->events_out);
	number(o, "bells_in", c->bells_in);
	number(o, "bells_out", c->bells_out);
	number(o, "requests", c->requests);
	number(o, "refused", c->refused);
	number(o, "throttled", c->throttled);
	number(o, "workers_started", c->workers);
	return o;
}

struct json_object *vgpu_xen_list(struct vgpu_xdaemon *xd)
{
	struct json_object *list = json_object_new_array();

	for (struct vgpu_xguest *g = vgpu_xen_guests(xd); g; g = g->next) {
		struct json_object *o;

		if (g->gone)
			continue;
		o = json_object_new_object();
		vgpu_xen_describe(g, o);
		text(o, "state", vgpu_xstate_name(g->own));
		text(o, "frontend_state", vgpu_xstate_name(g->fe));
		text(o, "session", g->session);
		json_object_object_add(o, "config", describe_config(g));
		number(o, "connections", g->n_conns);
		number(o, "streams", g->n_streams);
		number(o, "pages", g->pages);
		number(o, "max_connections", g->max_conns);
		number(o, "max_streams", g->max_streams);
		number(o, "max_pages", g->max_pages);
		number(o, "worker_pid", g->worker ? (uint64_t)g->worker->pid : 0);
		json_object_object_add(o, "counters", describe_counters(&g->counters));
		json_object_array_add(list, o);
	}
	return list;
}

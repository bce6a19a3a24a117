/* SPDX-License-Identifier: MIT */
/* The books about a guest's programs, streams and pools: finding, counting, dropping. */
#include <stdlib.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

struct vgpu_xconn *vgpu_xbooks_conn(struct vgpu_xguest *guest, uint32_t id)
{
	struct vgpu_xconn *conn;

	for (conn = guest->conns; conn && conn->id != id; conn = conn->next)
		;
	return conn;
}

struct vgpu_xconn *vgpu_xbooks_number(struct vgpu_xguest *guest, uint32_t number)
{
	struct vgpu_xconn *conn;

	for (conn = guest->conns; conn && conn->number != number; conn = conn->next)
		;
	return conn;
}

struct vgpu_xobject *vgpu_xbooks_object(struct vgpu_xguest *guest, const struct vgpu_xconn *conn,
                                        uint32_t id)
{
	struct vgpu_xobject *object;

	for (object = guest->objects; object && (object->conn != conn || object->id != id);
	     object = object->next)
		;
	return object;
}

/* Its memory is unmapped: give the pages and the doorbell back. */
void vgpu_xbooks_let_go(struct vgpu_xobject *object)
{
	struct vgpu_xguest *guest = object->conn->guest;

	guest->pages -= object->pages;
	object->pages = 0;
	object->io = sd_event_source_disable_unref(object->io);
	if (object->to_worker >= 0)
		close(object->to_worker);
	if (object->to_guest >= 0)
		close(object->to_guest);
	object->to_worker = object->to_guest = -1;
}

void vgpu_xbooks_drop(struct vgpu_xobject *object)
{
	struct vgpu_xguest *guest = object->conn->guest;
	struct vgpu_xobject **at;

	for (at = &guest->objects; *at != object; at = &(*at)->next)
		;
	*at = object->next;
	vgpu_xbooks_let_go(object);
	if (object->is_stream) {
		guest->streams_by_slot[object->slot] = NULL;
		guest->n_streams--;
		object->conn->n_streams--;
	} else {
		object->conn->n_pools--;
	}
	free(object);
}

static void free_objects(struct vgpu_xguest *guest, const struct vgpu_xconn *conn)
{
	struct vgpu_xobject *next;

	for (struct vgpu_xobject *o = guest->objects; o; o = next) {
		next = o->next;
		if (!conn || o->conn == conn)
			vgpu_xbooks_drop(o);
	}
}

void vgpu_xbooks_drop_conn(struct vgpu_xconn *conn)
{
	struct vgpu_xguest *guest = conn->guest;
	struct vgpu_xconn **at;

	free_objects(guest, conn);
	for (at = &guest->conns; *at != conn; at = &(*at)->next)
		;
	*at = conn->next;
	guest->conns_by_slot[conn->slot] = NULL;
	guest->n_conns--;
	sd_event_source_disable_unref(conn->io);
	close(conn->frame_event);
	free(conn);
}

void vgpu_xbooks_forget(struct vgpu_xguest *guest)
{
	while (guest->conns)
		vgpu_xbooks_drop_conn(guest->conns);
}

bool vgpu_xbooks_slot_free(const struct vgpu_xguest *guest, uint32_t slot)
{
	return !guest->streams_by_slot[slot] && !guest->conns_by_slot[slot];
}

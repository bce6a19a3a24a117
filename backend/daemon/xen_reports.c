/* SPDX-License-Identifier: MIT */
/* What a guest's worker says: mapped, unmapped, a program cut off, or nothing ever again. */
#include <errno.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

static void answer_object(const struct vgpu_xobject *object, int status, const char *why)
{
	bool opening = object->state == VGPU_XOBJECT_MAPPING;
	uint16_t op = object->is_stream
		? (opening ? VGPUIF_OP_STREAM_OPEN : VGPUIF_OP_STREAM_CLOSE)
		: (opening ? VGPUIF_OP_POOL_OPEN : VGPUIF_OP_POOL_CLOSE);

	vgpu_xcontrol_answer(object->conn->guest, object->request, op, object->conn->id,
	                     object->id, status, why);
}

void vgpu_xobjects_mapped(struct vgpu_xguest *guest, uint32_t number, uint32_t id, uint32_t error)
{
	struct vgpu_xconn *conn = vgpu_xbooks_number(guest, number);
	struct vgpu_xobject *object = conn ? vgpu_xbooks_object(guest, conn, id) : NULL;
	struct vgpu_xobject was;

	if (!object || object->state != VGPU_XOBJECT_MAPPING)
		return;
	was = *object;
	if (error)
		vgpu_xbooks_drop(object);
	else
		object->state = VGPU_XOBJECT_OPEN;
	/* gntdev says EINVAL for both: which of many grants is wrong Xen's log knows, and dmesg */
	if (error == EINVAL && guest->counters.refused < 20)
		vgpu_xguest_log(guest, "%u pages of %s (pid %u) cannot be mapped: the guest grants "
		                "them wrongly (xl dmesg), or this domain has no maptrack left "
		                "(dmesg: 'maptrack limit reached'): raise "
		                "gnttab_max_maptrack_frames= on Xen's command line", was.pages,
		                conn->name, conn->pid);
	answer_object(&was, error ? -(int)(error < 4096 ? error : EIO) : 0,
	              error ? "a grant cannot be mapped, or maptrack is full" : NULL);
}

/* Nothing of the program's is mapped any more. Frees it if it was closing. */
static void conn_unmapped(struct vgpu_xconn *conn)
{
	struct vgpu_xguest *guest = conn->guest;
	struct vgpu_xobject *next;

	conn->in_worker = false;
	for (struct vgpu_xobject *o = guest->objects; o; o = next) {
		struct vgpu_xobject was = *o;

		next = o->next;
		if (o->conn != conn)
			continue;
		if (o->state == VGPU_XOBJECT_OPEN) {
			o->state = VGPU_XOBJECT_LOST;
			vgpu_xbooks_let_go(o);
		} else if (o->state != VGPU_XOBJECT_LOST) {
			vgpu_xbooks_drop(o);
			answer_object(&was, was.state == VGPU_XOBJECT_MAPPING ? -EIO : 0,
			              was.state == VGPU_XOBJECT_MAPPING ? "the worker has ended"
			                                                : NULL);
			if (!guest->page)
				return;
		}
	}
	if (conn->closing) {
		uint32_t id = conn->id;
		uint16_t request = conn->request;

		vgpu_xbooks_drop_conn(conn);
		vgpu_xcontrol_answer(guest, request, VGPUIF_OP_CONN_CLOSE, id, 0, 0, NULL);
	}
}

void vgpu_xobjects_unmapped(struct vgpu_xguest *guest, uint32_t number, uint32_t id)
{
	struct vgpu_xconn *conn = vgpu_xbooks_number(guest, number);
	struct vgpu_xobject *object;

	if (!conn)
		return;
	if (id == 0) {
		conn_unmapped(conn);
		return;
	}
	object = vgpu_xbooks_object(guest, conn, id);
	if (!object || object->state == VGPU_XOBJECT_MAPPING)
		return;
	if (object->state == VGPU_XOBJECT_CLOSING) {
		struct vgpu_xobject was = *object;

		vgpu_xbooks_drop(object);
		answer_object(&was, 0, NULL);
	} else {
		object->state = VGPU_XOBJECT_LOST;
		vgpu_xbooks_let_go(object);
	}
}

static void lose(struct vgpu_xconn *conn, const char *why)
{
	if (conn->lost || conn->closing)
		return;
	conn->lost = true;
	vgpu_xcontrol_lost(conn->guest, conn->id, why);
}

void vgpu_xobjects_broken(struct vgpu_xguest *guest, uint32_t number, const char *why)
{
	struct vgpu_xconn *conn = vgpu_xbooks_number(guest, number);

	if (!conn || conn->lost)
		return;
	vgpu_xguest_log(guest, "program %u (%s, pid %u) is cut off: %s", conn->number, conn->name,
	                conn->pid, why);
	vgpu_xobjects_delete(conn);
	lose(conn, why);
}

void vgpu_xobjects_worker_gone(struct vgpu_xguest *guest, const char *why)
{
	struct vgpu_xconn *next;

	for (struct vgpu_xconn *conn = guest->conns; conn; conn = next) {
		next = conn->next;
		if (conn->opening) {
			uint32_t id = conn->id;
			uint16_t request = conn->request;

			vgpu_xbooks_drop_conn(conn);
			vgpu_xcontrol_answer(guest, request, VGPUIF_OP_CONN_OPEN, id, 0, -EIO, why);
		} else if (conn->in_worker) {
			lose(conn, why);
			if (guest->page)
				conn_unmapped(conn);
		}
		if (!guest->page)
			return; /* closed meanwhile, all freed */
	}
}

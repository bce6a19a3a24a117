/* SPDX-License-Identifier: MIT */
/*
 * What requests do to a guest's programs, streams and pools. Every request is answered
 * once: here when it is refused, else when the worker has mapped or unmapped what it is
 * about (xen_reports.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"
#include "protocol/ring.h"
#include "protocol/wire.h"

static int refuse(struct vgpu_xguest *guest, const struct vgpuif_request *req, int rc,
                  const char *why)
{
	vgpu_xcontrol_answer(guest, req->id, req->op, req->conn, req->object, rc, why);
	return rc;
}

static void tell(struct vgpu_xguest *guest, enum vgpu_broker_type type, uint32_t number,
                 uint32_t object)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, type, NULL);
	msg.a = number;
	msg.b = object;
	if (guest->worker)
		vgpu_worker_send(guest->worker, &msg, NULL);
}

/* ---- programs ------------------------------------------------------------------------ */

static void add_to_worker(struct vgpu_xconn *conn)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_CONN_ADD, "%s", conn->name);
	msg.a = conn->number;
	msg.b = conn->pid;
	msg.c = conn->uid;
	msg.fds = 1;
	conn->opening = false;
	conn->in_worker = true;
	vgpu_worker_send(conn->guest->worker, &msg, &conn->frame_event);
	vgpu_xcontrol_answer(conn->guest, conn->request, VGPUIF_OP_CONN_OPEN, conn->id, 0, 0,
	                     NULL);
}

/* Printable ASCII, then zeroes. */
static bool name_ok(const char name[32])
{
	int i = 0;

	while (i < 32 && name[i] >= 0x20 && name[i] <= 0x7e)
		i++;
	while (i < 32 && name[i] == '\0')
		i++;
	return i == 32;
}

static void conn_open(struct vgpu_xguest *guest, const struct vgpuif_request *req)
{
	struct vgpu_xconn *conn;
	char why[48] = "";
	int rc;

	if (vgpu_xbooks_conn(guest, req->conn)) {
		refuse(guest, req, -EEXIST, "this connection is open");
		return;
	}
	if (guest->n_conns >= guest->max_conns) {
		refuse(guest, req, -EMFILE, "too many programs (max-connections)");
		return;
	}
	if (!vgpu_xbooks_slot_free(guest, req->slot)) {
		refuse(guest, req, -EBUSY, "slot in use");
		return;
	}
	if (!name_ok(req->conn_open.name)) {
		refuse(guest, req, -EINVAL, "the name is not printable ASCII");
		return;
	}
	rc = vgpu_xworker_get(guest, why);
	if (rc) {
		refuse(guest, req, rc, why);
		return;
	}
	conn = calloc(1, sizeof(*conn));
	if (conn)
		conn->frame_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!conn || conn->frame_event < 0) {
		free(conn);
		refuse(guest, req, -ENOMEM, "the backend has no descriptors left");
		return;
	}
	conn->guest = guest;
	conn->id = req->conn;
	conn->number = vgpu_daemon_of(guest)->next_conn++;
	conn->slot = req->slot;
	conn->pid = req->conn_open.pid;
	conn->uid = req->conn_open.uid;
	memcpy(conn->name, req->conn_open.name, sizeof(req->conn_open.name));
	conn->request = req->id;
	conn->opening = true;
	conn->next = guest->conns;
	guest->conns = conn;
	guest->n_conns++;
	guest->conns_by_slot[conn->slot] = conn;
	if (vgpu_xbells_conn(conn)) {
		vgpu_xbooks_drop_conn(conn);
		refuse(guest, req, -ENOMEM, "the backend has no memory left");
		return;
	}
	if (guest->worker->ready)
		add_to_worker(conn);
}

void vgpu_xobjects_ready(struct vgpu_xguest *guest)
{
	struct vgpu_xconn *next;

	for (struct vgpu_xconn *conn = guest->conns; conn; conn = next) {
		next = conn->next;
		if (!conn->opening)
			continue;
		add_to_worker(conn);
		if (!guest->page)
			return; /* the device was closed over it: all are freed */
	}
}

/* Tell the worker to drop a program, once. */
void vgpu_xobjects_delete(struct vgpu_xconn *conn)
{
	if (conn->deleted || !conn->in_worker)
		return;
	conn->deleted = true;
	conn->since_us = vgpu_xnow_us();
	tell(conn->guest, VGPU_BROKER_W_CONN_DEL, conn->number, 0);
	vgpu_xworker_expect(conn->guest);
}

static void conn_close(struct vgpu_xguest *guest, const struct vgpuif_request *req)
{
	struct vgpu_xconn *conn = vgpu_xbooks_conn(guest, req->conn);

	if (!conn) {
		refuse(guest, req, -ENOENT, "no such connection");
		return;
	}
	if (conn->slot != req->slot) {
		refuse(guest, req, -EINVAL, "not this connection's slot");
		return;
	}
	if (conn->closing || conn->opening) {
		refuse(guest, req, -EBUSY, "this connection is not open, or closing");
		return;
	}
	if (!conn->in_worker) {
		vgpu_xbooks_drop_conn(conn);
		refuse(guest, req, 0, NULL);
		return;
	}
	conn->closing = true;
	conn->request = req->id;
	vgpu_xobjects_delete(conn);
}

/* ---- streams and pools ------------------------------------------------------------------ */

static bool ring_size_ok(uint32_t bytes)
{
	return bytes >= VGPU_MIN_RING && bytes <= VGPU_MAX_RING && (bytes & (bytes - 1)) == 0;
}

/* May this stream or pool be opened? NULL, or why not with *rc. */
static const char *check_open(const struct vgpu_xguest *guest, const struct vgpu_xconn *conn,
                              const struct vgpuif_request *req, uint64_t bytes, int *rc)
{
	bool is_stream = req->op == VGPUIF_OP_STREAM_OPEN;
	uint32_t pages = is_stream ? req->stream_open.pages : req->pool_open.pages;

	*rc = -EINVAL;
	if (is_stream && (!ring_size_ok(req->stream_open.cmd_bytes) ||
	                  !ring_size_ok(req->stream_open.reply_bytes)))
		return "a ring's size is no power of two in range";
	if (is_stream && (uint64_t)pages * VGPUIF_PAGE_SIZE != bytes)
		return "pages do not fit the rings";
	if (!is_stream && (bytes < VGPU_POOL_HEADER || bytes > VGPU_MAX_POOL_BYTES))
		return "the pool's size is out of limits";
	if (is_stream && !vgpu_xbooks_slot_free(guest, req->slot)) {
		*rc = -EBUSY;
		return "slot in use";
	}
	*rc = -EMFILE;
	if (is_stream && (conn->n_streams >= VGPU_MAX_STREAMS ||
	                  guest->n_streams >= guest->max_streams))
		return "too many streams (max-streams)";
	if (!is_stream && conn->n_pools >= VGPU_MAX_POOLS)
		return "too many pools in one program";
	*rc = -ENOSPC;
	/* Linux has no limit of its own for what one guest makes us map (XSA-300) */
	if (pages > guest->max_pages || guest->pages > guest->max_pages - pages)
		return "over the guest's pages= (max-pages)";
	return NULL;
}

/* Have the worker map it. On failure nothing is left, and why has words. */
static int map_object(struct vgpu_xobject *object, const struct vgpuif_request *req, char why[48])
{
	struct vgpu_xguest *guest = object->conn->guest;
	struct vgpu_xen *xen = vgpu_xen_of(guest);
	uint32_t n = object->pages;
	uint32_t *refs = malloc((size_t)n * sizeof(refs[0]));
	struct vgpu_broker_msg msg;
	int fds[3] = { -1, object->to_worker, object->to_guest };
	int rc;

	if (!refs) {
		snprintf(why, 48, "the backend has no memory left");
		return -ENOMEM;
	}
	rc = vgpu_xpages_read(guest,
	                      object->is_stream ? req->stream_open.directory
	                                        : req->pool_open.directory,
	                      n, refs, why);
	if (rc)
		goto out;
	fds[0] = xen->ops->grant_file(xen, guest->domid, refs, n);
	if (fds[0] < 0) {
		rc = fds[0];
		snprintf(why, 48, "gntdev refuses %u pages", n);
		goto out;
	}
	vgpu_broker_msg_init(&msg, object->is_stream ? VGPU_BROKER_W_STREAM_ADD
	                                             : VGPU_BROKER_W_POOL_ADD, NULL);
	msg.a = object->conn->number;
	msg.b = object->id;
	msg.c = object->is_stream ? req->stream_open.cmd_bytes : n * VGPUIF_PAGE_SIZE;
	msg.d = object->is_stream ? req->stream_open.reply_bytes : 0;
	msg.fds = object->is_stream ? 3 : 1;
	vgpu_worker_send(guest->worker, &msg, fds);
	close(fds[0]); /* the worker's mapping is the only one that is left */
out:
	free(refs);
	return rc;
}

static void object_open(struct vgpu_xguest *guest, const struct vgpuif_request *req)
{
	bool is_stream = req->op == VGPUIF_OP_STREAM_OPEN;
	struct vgpu_xconn *conn = vgpu_xbooks_conn(guest, req->conn);
	struct vgpu_xobject *object;
	uint64_t bytes = is_stream ? (uint64_t)VGPU_STREAM_HEADER + req->stream_open.cmd_bytes +
	                                     req->stream_open.reply_bytes
	                           : (uint64_t)req->pool_open.pages * VGPUIF_PAGE_SIZE;
	const char *wrong;
	char why[48] = "";
	int rc;

	if (!conn || conn->opening || conn->closing || conn->lost || !conn->in_worker) {
		refuse(guest, req, conn ? -ENOTCONN : -ENOENT,
		       conn ? "the connection is not open" : "no such connection");
		return;
	}
	if (vgpu_xbooks_object(guest, conn, req->object)) {
		refuse(guest, req, -EEXIST, "this stream or pool is open");
		return;
	}
	wrong = check_open(guest, conn, req, bytes, &rc);
	if (wrong) {
		refuse(guest, req, rc, wrong);
		return;
	}
	object = calloc(1, sizeof(*object));
	if (!object) {
		refuse(guest, req, -ENOMEM, "the backend has no memory left");
		return;
	}
	object->conn = conn;
	object->id = req->object;
	object->is_stream = is_stream;
	object->state = VGPU_XOBJECT_MAPPING;
	object->request = req->id;
	object->pages = (uint32_t)(bytes / VGPUIF_PAGE_SIZE);
	object->to_worker = object->to_guest = -1;
	guest->pages += object->pages;
	if (is_stream) {
		object->slot = req->slot;
		guest->streams_by_slot[object->slot] = object;
		guest->n_streams++;
		conn->n_streams++;
		object->to_worker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		object->to_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	} else {
		conn->n_pools++;
	}
	object->next = guest->objects;
	guest->objects = object;
	rc = 0;
	if (is_stream && (object->to_worker < 0 || object->to_guest < 0 ||
	                  vgpu_xbells_stream(object))) {
		snprintf(why, sizeof(why), "the backend has no descriptors left");
		rc = -ENOMEM;
	}
	if (!rc)
		rc = map_object(object, req, why);
	if (rc) {
		vgpu_xbooks_drop(object);
		refuse(guest, req, rc, why);
	}
}

static void object_close(struct vgpu_xguest *guest, const struct vgpuif_request *req)
{
	bool is_stream = req->op == VGPUIF_OP_STREAM_CLOSE;
	struct vgpu_xconn *conn = vgpu_xbooks_conn(guest, req->conn);
	struct vgpu_xobject *object = conn ? vgpu_xbooks_object(guest, conn, req->object) : NULL;

	if (!object || object->is_stream != is_stream) {
		refuse(guest, req, -ENOENT, is_stream ? "no such stream" : "no such pool");
		return;
	}
	if (is_stream && object->slot != req->slot) {
		refuse(guest, req, -EINVAL, "not this stream's slot");
		return;
	}
	if (object->state == VGPU_XOBJECT_LOST) {
		vgpu_xbooks_drop(object);
		refuse(guest, req, 0, NULL);
		return;
	}
	if (object->state != VGPU_XOBJECT_OPEN || conn->closing) {
		refuse(guest, req, -EBUSY, "not open, or closing");
		return;
	}
	object->state = VGPU_XOBJECT_CLOSING;
	object->request = req->id;
	object->since_us = vgpu_xnow_us();
	if (!conn->deleted) /* else it goes with the rest of the program's */
		tell(guest, is_stream ? VGPU_BROKER_W_STREAM_DEL : VGPU_BROKER_W_POOL_DEL,
		     conn->number, object->id);
	vgpu_xworker_expect(guest);
}

void vgpu_xobjects_request(struct vgpu_xguest *guest, const struct vgpuif_request *req)
{
	switch (req->op) {
	case VGPUIF_OP_CONN_OPEN:
		conn_open(guest, req);
		break;
	case VGPUIF_OP_CONN_CLOSE:
		conn_close(guest, req);
		break;
	case VGPUIF_OP_STREAM_OPEN:
	case VGPUIF_OP_POOL_OPEN:
		object_open(guest, req);
		break;
	case VGPUIF_OP_STREAM_CLOSE:
	case VGPUIF_OP_POOL_CLOSE:
		object_close(guest, req);
		break;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * The control page. A request is copied once and the copy is checked; the indexes
 * that we act on are our own, those in the page are read once and checked.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* ---- responses -------------------------------------------------------------------- */

int32_t vgpu_xcontrol_errno(int rc)
{
	switch (-rc) {
	case 0:
		return 0;
	/* the same number in Linux and in xen/errno.h */
	case EPERM:
	case ENOENT:
	case EIO:
	case ENXIO:
	case E2BIG:
	case ENOEXEC:
	case EBADF:
	case EAGAIN:
	case ENOMEM:
	case EACCES:
	case EFAULT:
	case EBUSY:
	case EEXIST:
	case ENODEV:
	case EINVAL:
	case EMFILE:
	case ENOSPC:
		return rc;
	case ENOSYS:
	case ENOTCONN:
	case ETIMEDOUT:
		return rc;
	}
	return -EIO;
}

void vgpu_xcontrol_flush(struct vgpu_xguest *guest)
{
	struct vgpuif_control *page = guest->page;
	uint32_t used;
	bool wrote = false;

	if (!page)
		return;
	used = guest->rsp_prod - load(&page->rsp_cons);
	if (used > VGPUIF_RING_SLOTS) {
		vgpu_xdevice_fail(guest, "the frontend's rsp_cons is out of range");
		return;
	}
	while (guest->queue_n > 0 && used < VGPUIF_RING_SLOTS) {
		memcpy(&page->rsp[guest->rsp_prod % VGPUIF_RING_SLOTS],
		       &guest->queue[guest->queue_at], sizeof(guest->queue[0]));
		guest->queue_at = (guest->queue_at + 1) % VGPU_XQUEUE;
		guest->queue_n--;
		guest->rsp_prod++;
		used++;
		wrote = true;
	}
	if (wrote) {
		store(&page->rsp_prod, guest->rsp_prod);
		vgpu_xbells_kick(guest);
	}
	if (guest->queue_n > 0)
		vgpu_xbells_soon(guest, 2000); /* no room: the frontend need not say when there is */
}

static void queue(struct vgpu_xguest *guest, uint16_t id, uint16_t op, uint32_t conn,
                  uint32_t object, int status, const char *text)
{
	struct vgpuif_response *rsp;

	if (!guest->page)
		return;
	if (guest->queue_n == VGPU_XQUEUE) {
		vgpu_xdevice_fail(guest, "the frontend does not read its responses");
		return;
	}
	rsp = &guest->queue[(guest->queue_at + guest->queue_n++) % VGPU_XQUEUE];
	memset(rsp, 0, sizeof(*rsp));
	rsp->id = id;
	rsp->op = op;
	rsp->status = vgpu_xcontrol_errno(status);
	rsp->conn = conn;
	rsp->object = object;
	if (text)
		snprintf(rsp->text, sizeof(rsp->text), "%s", text);
	vgpu_xcontrol_flush(guest);
}

void vgpu_xcontrol_answer(struct vgpu_xguest *guest, uint16_t id, uint16_t op, uint32_t conn,
                          uint32_t object, int status, const char *text)
{
	if (guest->n_waiting == VGPU_XREQUESTS)
		vgpu_xbells_soon(guest, 0); /* requests wait in the page for this */
	for (uint32_t i = 0; i < guest->n_waiting; i++) {
		if (guest->waiting[i] == id) {
			guest->waiting[i] = guest->waiting[--guest->n_waiting];
			break;
		}
	}
	if (status) {
		guest->counters.refused++;
		/* a guest can have all it wants refused: the log gets the first ones */
		if (guest->counters.refused <= 20)
			vgpu_xguest_log(guest, "request %u (connection %u, object %u) refused: %s",
			                op, conn, object,
			                text ? text : strerror(-status));
	}
	queue(guest, id, op, conn, object, status, text);
}

void vgpu_xcontrol_lost(struct vgpu_xguest *guest, uint32_t conn, const char *why)
{
	queue(guest, 0, VGPUIF_EVT_LOST, conn, 0, 0, why);
}

/* ---- requests ----------------------------------------------------------------------- */

static bool is_zero(const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < n; i++)
		if (at[i])
			return false;
	return true;
}

/* What of the 40 octets an operation does not use is zero. */
static bool rest_is_zero(const struct vgpuif_request *req)
{
	switch (req->op) {
	case VGPUIF_OP_CONN_OPEN:
		return req->object == 0;
	case VGPUIF_OP_CONN_CLOSE:
		return req->object == 0 && is_zero(req->octets, sizeof(req->octets));
	case VGPUIF_OP_STREAM_OPEN:
		return is_zero(req->stream_open.reserved, sizeof(req->stream_open.reserved));
	case VGPUIF_OP_POOL_OPEN:
		return is_zero(req->pool_open.reserved, sizeof(req->pool_open.reserved));
	default:
		return is_zero(req->octets, sizeof(req->octets));
	}
}

/* Pools have no doorbell; all else names its own, also when it is closed. */
static bool slot_has_form(const struct vgpuif_request *req)
{
	if (req->op == VGPUIF_OP_POOL_OPEN || req->op == VGPUIF_OP_POOL_CLOSE)
		return req->slot == 0xffffffffu;
	return req->slot < VGPUIF_SLOTS;
}

/* Why the form of a request is wrong, or NULL. */
static const char *check_form(const struct vgpuif_request *req)
{
	bool conn_op = req->op == VGPUIF_OP_CONN_OPEN || req->op == VGPUIF_OP_CONN_CLOSE;

	if (req->op < VGPUIF_OP_CONN_OPEN || req->op > VGPUIF_OP_POOL_CLOSE)
		return "unknown request";
	if (req->reserved != 0 || !rest_is_zero(req))
		return "reserved octets are not zero";
	if (req->conn == 0 || (!conn_op && req->object == 0))
		return "connection or object is 0";
	if (!slot_has_form(req))
		return "slot out of range";
	return NULL;
}

/* Each id is answered once, so no two requests in work may have the same. */
static bool take_id(struct vgpu_xguest *guest, uint16_t id)
{
	for (uint32_t i = 0; i < guest->n_waiting; i++)
		if (guest->waiting[i] == id)
			return false;
	guest->waiting[guest->n_waiting++] = id;
	return true;
}

bool vgpu_xcontrol_requests(struct vgpu_xguest *guest)
{
	struct vgpuif_request req;
	uint32_t ready;

	if (!guest->page)
		return false;
	ready = load(&guest->page->req_prod) - guest->req_cons;
	if (ready > VGPUIF_RING_SLOTS) {
		vgpu_xdevice_fail(guest, "the frontend's req_prod is out of range");
		return false;
	}
	for (uint32_t i = 0; i < ready; i++) {
		const char *why;

		/* those in work are answered first; their answers look here again */
		if (guest->n_waiting == VGPU_XREQUESTS)
			return false;
		memcpy(&req, &guest->page->req[guest->req_cons % VGPUIF_RING_SLOTS], sizeof(req));
		__asm__ __volatile__("" : : "r"(&req) : "memory"); /* the copy is what is checked */
		guest->req_cons++;
		store(&guest->page->req_cons, guest->req_cons);
		guest->counters.requests++;
		if (req.id == 0 || !take_id(guest, req.id)) {
			vgpu_xdevice_fail(guest, "a request's id %u is 0 or in use", req.id);
			return false;
		}
		why = check_form(&req);
		if (why)
			vgpu_xcontrol_answer(guest, req.id, req.op, req.conn, req.object, -EINVAL,
			                     why);
		else
			vgpu_xobjects_request(guest, &req);
		if (!guest->page)
			return false; /* it was closed meanwhile */
	}
	return ready == VGPUIF_RING_SLOTS;
}

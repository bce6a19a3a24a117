/* SPDX-License-Identifier: MIT */
/*
 * Wake-ups. The guest's event channel brings requests and doorbells in; workers'
 * eventfds take doorbells out. An event stays masked until it has been dealt with,
 * and for longer when a guest makes more work than one may: a storm costs the
 * daemon a bounded part of its time.
 */
#include <errno.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

#define WINDOW_US 100000  /* work is counted in such windows */
#define WINDOW_WORK 1000  /* looks and sixteens of bells in one */
#define WORDS (VGPUIF_SLOTS / 64)

static void store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* ---- to the guest ------------------------------------------------------------------ */

void vgpu_xbells_kick(struct vgpu_xguest *guest)
{
	if (!guest->page || !guest->port)
		return;
	atomic_thread_fence(memory_order_seq_cst); /* what was written, then whether it sleeps */
	if (__atomic_load_n(&guest->page->fe_sleeps, __ATOMIC_RELAXED) == 0)
		return;
	guest->counters.events_out++;
	vgpu_xen_of(guest)->ops->port_notify(guest->port);
}

void vgpu_xbells_ring(struct vgpu_xguest *guest, uint32_t slot)
{
	uint64_t bit = 1ull << (slot % 64);

	if (!guest->page)
		return;
	guest->counters.bells_out++;
	/* a bit that is still set was announced when it was set */
	if (!(__atomic_fetch_or(&guest->page->bells_to_frontend[slot / 64], bit,
	                        __ATOMIC_RELEASE) & bit))
		vgpu_xbells_kick(guest);
}

static int on_stream(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_xobject *stream = data;
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		vgpu_xbells_ring(stream->conn->guest, stream->slot);
	return 0;
}

static int on_frame(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_xconn *conn = data;
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		vgpu_xbells_ring(conn->guest, conn->slot);
	return 0;
}

int vgpu_xbells_stream(struct vgpu_xobject *stream)
{
	int rc = sd_event_add_io(vgpu_daemon_of(stream->conn->guest)->event, &stream->io,
	                         stream->to_guest, EPOLLIN, on_stream, stream);

	return rc < 0 ? rc : 0;
}

int vgpu_xbells_conn(struct vgpu_xconn *conn)
{
	int rc = sd_event_add_io(vgpu_daemon_of(conn->guest)->event, &conn->io,
	                         conn->frame_event, EPOLLIN, on_frame, conn);

	return rc < 0 ? rc : 0;
}

/* ---- from the guest ------------------------------------------------------------------ */

/* Take the bells; wake the streams they are for. Returns how many rang. */
static uint32_t take_bells(struct vgpu_xguest *guest)
{
	uint32_t rang = 0;

	for (uint32_t w = 0; w < WORDS; w++) {
		uint64_t *word = &guest->page->bells_to_backend[w];
		uint64_t bits;

		if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0)
			continue;
		bits = __atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE);
		for (; bits; bits &= bits - 1) {
			uint32_t slot = w * 64 + (uint32_t)__builtin_ctzll(bits);
			struct vgpu_xobject *stream = guest->streams_by_slot[slot];
			uint64_t one = 1;

			rang++;
			if (stream && stream->to_worker >= 0 &&
			    write(stream->to_worker, &one, sizeof(one)) < 0)
				continue; /* EAGAIN: a wake-up is pending already */
		}
	}
	guest->counters.bells_in += rang;
	return rang;
}

/* Is there anything to do? Reads only. */
static bool work_waits(const struct vgpu_xguest *guest)
{
	const struct vgpuif_control *page = guest->page;

	if (guest->n_waiting < VGPU_XREQUESTS &&
	    __atomic_load_n(&page->req_prod, __ATOMIC_RELAXED) != guest->req_cons)
		return true;
	for (uint32_t w = 0; w < WORDS; w++)
		if (__atomic_load_n(&page->bells_to_backend[w], __ATOMIC_RELAXED))
			return true;
	return false;
}

/* Count work. Returns 0, or the microseconds until the guest may have more done. */
static uint64_t charge(struct vgpu_xguest *guest, uint32_t work)
{
	uint64_t now = vgpu_xnow_us();

	if (now - guest->window_us >= WINDOW_US) {
		guest->window_us = now;
		guest->window_work = 0;
	}
	guest->window_work += work;
	return guest->window_work <= WINDOW_WORK ? 0 : guest->window_us + WINDOW_US - now;
}

void vgpu_xbells_look(struct vgpu_xguest *guest)
{
	uint64_t pause;
	bool more;

	if (!guest->page)
		return;
	store(&guest->page->be_sleeps, 0);
	atomic_thread_fence(memory_order_seq_cst);
	more = vgpu_xcontrol_requests(guest);
	if (!guest->page)
		return; /* it lied, and was closed */
	pause = charge(guest, 1 + take_bells(guest) / 16);
	vgpu_xcontrol_flush(guest);
	if (!guest->page)
		return;
	if (!more) {
		store(&guest->page->be_sleeps, 1);
		atomic_thread_fence(memory_order_seq_cst); /* that, then a last look */
		more = work_waits(guest);
	}
	if (pause)
		guest->counters.throttled++;
	if (more || pause)
		vgpu_xbells_soon(guest, pause);
}

static void unmask(struct vgpu_xguest *guest)
{
	if (guest->masked && guest->port)
		vgpu_xen_of(guest)->ops->port_unmask(guest->port);
	guest->masked = false;
}

static int on_quick(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_xguest *guest = data;

	guest->quick = sd_event_source_disable_unref(guest->quick);
	vgpu_xbells_look(guest);
	if (!guest->quick)
		unmask(guest);
	return 0;
}

void vgpu_xbells_soon(struct vgpu_xguest *guest, uint64_t delay_us)
{
	if (!guest->quick)
		sd_event_add_time_relative(vgpu_daemon_of(guest)->event, &guest->quick,
		                           CLOCK_MONOTONIC, delay_us, 1, on_quick, guest);
}

static int on_port(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_xguest *guest = data;

	if (!vgpu_xen_of(guest)->ops->port_take(guest->port)) {
		/* the channel has failed: without a pause this would run for ever */
		if (revents & (EPOLLERR | EPOLLHUP))
			vgpu_xdevice_fail(guest, "the event channel has failed");
		return 0;
	}
	guest->counters.events_in++;
	guest->masked = true;
	vgpu_xbells_look(guest);
	/* what is left to do, or too much of it, keeps the channel quiet */
	if (!guest->quick)
		unmask(guest);
	return 0;
}

int vgpu_xbells_bind(struct vgpu_xguest *guest, uint32_t port)
{
	const struct vgpu_xen_ops *ops = vgpu_xen_of(guest)->ops;
	int rc = ops->port_open(vgpu_xen_of(guest), guest->domid, port, &guest->port);

	if (rc)
		return rc;
	rc = sd_event_add_io(vgpu_daemon_of(guest)->event, &guest->port_io,
	                     ops->port_fd(guest->port), EPOLLIN, on_port, guest);
	return rc < 0 ? rc : 0;
}

void vgpu_xbells_unbind(struct vgpu_xguest *guest)
{
	guest->port_io = sd_event_source_disable_unref(guest->port_io);
	guest->quick = sd_event_source_disable_unref(guest->quick);
	if (guest->port)
		vgpu_xen_of(guest)->ops->port_close(guest->port);
	guest->port = NULL;
	guest->masked = false;
}

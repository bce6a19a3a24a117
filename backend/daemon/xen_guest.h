/* SPDX-License-Identifier: MIT */
/*
 * Guests: what the daemon keeps of each vgpu device, its programs, and their memory.
 * protocol/vgpuif.h says what all of it means. A folder in xenstore, a state and a
 * worker make a guest; the files:
 *
 *   xen_watch.c    follows xenstore: devices come, change, and go
 *   xen_state.c    the XenBus state machine, as a table
 *   xen_device.c   carries out its steps
 *   xen_control.c  the control page: requests in, responses out
 *   xen_objects.c  what the requests do: programs, streams, pools
 *   xen_reports.c  what the worker says of them
 *   xen_books.c    the lists of them
 *   xen_pages.c    which grants a stream or pool is made of
 *   xen_worker.c   the guest's worker and what it says
 *   xen_bells.c    wake-ups, both ways
 *   xen_list.c     what vgpu-ctl shows
 *   xen_attach.c   guests whose xl config asks for a vgpu
 *
 * One thread, the daemon's event loop.
 */
#ifndef VGPU_BACKEND_DAEMON_XEN_GUEST_H
#define VGPU_BACKEND_DAEMON_XEN_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "backend/daemon/xen.h"
#include "protocol/vgpuif.h"

struct json_object;
struct vgpu_daemon;
struct vgpu_worker;
struct vgpu_xdaemon;
struct vgpu_xguest;

/* ---- the XenBus state machine (xen_state.c) ---------------------------------- */

enum vgpu_xenbus {
	VGPU_XENBUS_UNKNOWN = 0, /* also: there is no node */
	VGPU_XENBUS_INITIALISING = 1,
	VGPU_XENBUS_INIT_WAIT = 2,
	VGPU_XENBUS_INITIALISED = 3,
	VGPU_XENBUS_CONNECTED = 4,
	VGPU_XENBUS_CLOSING = 5,
	VGPU_XENBUS_CLOSED = 6,
	VGPU_XENBUS_RECONFIGURING = 7,
	VGPU_XENBUS_RECONFIGURED = 8,
};

/* What the backend does next. */
enum vgpu_xstep {
	VGPU_XSTEP_STAY,
	VGPU_XSTEP_PREPARE, /* new session, publish the limits, InitWait */
	VGPU_XSTEP_CONNECT, /* map, bind, Connected */
	VGPU_XSTEP_CLOSE,   /* Closing; unmap and unbind all */
	VGPU_XSTEP_CLOSED,  /* all is unmapped: Closed */
	VGPU_XSTEP_LATER,   /* stay, and PREPARE if nothing has changed after VGPU_XHOLD_MS */
};

/* How long Closed stands before InitWait, so that a frontend that waits for it sees it. */
#define VGPU_XHOLD_MS 500

/*
 * be: our own state; fe: the frontend's; online: the tools want the device; mapped:
 * something of the guest's is still mapped or bound.
 */
enum vgpu_xstep vgpu_xstate_next(enum vgpu_xenbus be, enum vgpu_xenbus fe, bool online,
                                 bool mapped);
/* "InitWait", for people. */
const char *vgpu_xstate_name(enum vgpu_xenbus state);

/* ---- programs and their memory (xen_objects.c) ---------------------------------- */

struct vgpu_xconn {
	struct vgpu_xconn *next;
	struct vgpu_xguest *guest;
	uint32_t id;      /* the frontend's number */
	uint32_t number;  /* ours, unique in the daemon; the worker's number of it */
	uint32_t slot;
	uint32_t pid, uid;
	char name[33];
	uint32_t n_streams, n_pools;
	bool opening;     /* waits for the worker */
	bool in_worker;   /* the worker has it, or something of it mapped */
	bool deleted;     /* the worker was told to drop it */
	bool lost;        /* VGPUIF_EVT_LOST was sent */
	bool closing;
	uint16_t request; /* to be answered: CONN_OPEN or CONN_CLOSE */
	uint64_t since_us; /* deleted: when the worker was told */
	int frame_event;
	sd_event_source *io;
};

enum vgpu_xobject_state {
	VGPU_XOBJECT_MAPPING, /* the worker was asked; request waits */
	VGPU_XOBJECT_OPEN,
	VGPU_XOBJECT_CLOSING, /* the worker was asked; request waits */
	VGPU_XOBJECT_LOST,    /* unmapped, and the frontend has not closed it */
};

struct vgpu_xobject {
	struct vgpu_xobject *next;
	struct vgpu_xconn *conn;
	uint32_t id;
	bool is_stream;
	enum vgpu_xobject_state state;
	uint32_t slot; /* streams */
	uint32_t pages;
	uint16_t request;
	uint64_t since_us; /* CLOSING: when the worker was told */
	int to_worker, to_guest; /* streams: eventfds */
	sd_event_source *io;
};

/* ---- a guest's device --------------------------------------------------------------- */

/* What an admin may say about a guest (design of the xl config, section "vgpu"). */
struct vgpu_xconfig {
	char gpu[64];  /* BDF or "auto" */
	uint64_t vram; /* octets; 0: no limit given */
	uint32_t weight, cap, pages;
};

struct vgpu_xcounters {
	uint64_t events_in, events_out; /* on the event channel */
	uint64_t bells_in, bells_out;
	uint64_t requests, refused;
	uint64_t throttled; /* times that a storm of events was slowed down */
	uint64_t workers;   /* started for this guest */
};

#define VGPU_XQUEUE VGPUIF_QUEUED /* responses and events that wait for room */
#define VGPU_XREQUESTS 64 /* of one guest, not yet answered */

struct vgpu_xguest {
	struct vgpu_xguest *next;
	struct vgpu_xdaemon *xd;
	uint32_t domid, index;
	uint32_t token;     /* of its watches */
	char folder[64];    /* "backend/vgpu/<domid>/<index>" */
	char frontend[128]; /* its folder, absolute */
	char name[64];
	bool watched;
	enum vgpu_xenbus own, fe;
	bool online;
	bool failed; /* its configuration is wrong; that was said */
	bool unsaid; /* xenstored refused our state: it is written again */
	bool refusing; /* xenstored refuses writes; that was said */
	bool gone;   /* no longer in xenstore: freed once its worker has ended */
	char session[17];
	struct vgpu_xconfig config;
	uint32_t max_conns, max_streams, max_pages;
	sd_event_source *hold, *quick; /* timers: VGPU_XSTEP_LATER; xen_bells.c */

	/* while connected */
	struct vgpuif_control *page;
	struct vgpu_xen_port *port;
	sd_event_source *port_io;
	uint32_t req_cons, rsp_prod; /* private: the page's copies are only for the guest */
	struct vgpuif_response queue[VGPU_XQUEUE];
	uint32_t queue_at, queue_n;
	uint16_t waiting[VGPU_XREQUESTS]; /* ids of requests that are not answered */
	uint32_t n_waiting;
	bool masked;        /* an event was taken and not unmasked */
	uint64_t window_us; /* of counting work, for storms */
	uint32_t window_work;
	struct vgpu_xconn *conns;
	struct vgpu_xobject *objects;
	uint32_t n_conns, n_streams, pages;
	struct vgpu_xobject *streams_by_slot[VGPUIF_SLOTS];
	struct vgpu_xconn *conns_by_slot[VGPUIF_SLOTS];

	struct vgpu_worker *worker;
	sd_event_source *deadline;      /* something must be unmapped by then */
	uint64_t started[8];            /* the last starts of workers, microseconds */
	uint32_t n_started;
	struct vgpu_xcounters counters;
};

/* ---- xen_watch.c ------------------------------------------------------------------- */

/*
 * Serve guests through xen (taken, also on failure). attach is the program that
 * attaches what a guest's xl config asks for (vgpu-ctl), or NULL. Returns 0 and
 * *out, or a negative errno after logging why.
 */
int vgpu_xen_start(struct vgpu_daemon *daemon, struct vgpu_xen *xen, const char *attach,
                   struct vgpu_xdaemon **out);
/* Let go of all guests: their frontends see Closing. */
void vgpu_xen_finish(struct vgpu_xdaemon *xd);
/* Look at one fired watch, as the event loop does; for tests. False: there was none. */
bool vgpu_xen_dispatch(struct vgpu_xdaemon *xd);
/* A gone guest whose worker has ended: free it. */
void vgpu_xen_release(struct vgpu_xguest *guest);
struct vgpu_xguest *vgpu_xen_find(struct vgpu_xdaemon *xd, uint32_t domid, uint32_t index);
/* Of xen_guest.h's inside: */
struct vgpu_xen *vgpu_xen_of(const struct vgpu_xguest *guest);
struct vgpu_daemon *vgpu_daemon_of(const struct vgpu_xguest *guest);
struct vgpu_xguest *vgpu_xen_guests(struct vgpu_xdaemon *xd);

/* ---- xen_attach.c ------------------------------------------------------------------ */

struct vgpu_xattach;

/*
 * Run program (vgpu-ctl) for each domain that appears. NULL when memory is short.
 * Borrows daemon and xen.
 */
struct vgpu_xattach *vgpu_xattach_new(struct vgpu_daemon *daemon, struct vgpu_xen *xen,
                                      const char *program);
/* Look for domains that were not there before. attach may be NULL, here and below. */
void vgpu_xattach_look(struct vgpu_xattach *attach);
void vgpu_xattach_free(struct vgpu_xattach *attach);
/* A decimal number that is a whole path component, below limit; *at moves behind it. */
bool vgpu_xen_component(const char **at, uint32_t limit, uint32_t *out);
#define VGPU_XEN_DOMIDS 0x7ff0u

/* ---- xen_device.c ------------------------------------------------------------------ */

/* Read the frontend's state and "online" and carry out what follows from them. */
void vgpu_xdevice_look(struct vgpu_xguest *guest);
/* The guest did what it must not: close, and say why in xenstore and the log. */
void vgpu_xdevice_fail(struct vgpu_xguest *guest, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Unmap the page, unbind, end the worker, forget programs. No state is written. */
void vgpu_xdevice_disconnect(struct vgpu_xguest *guest);
/* Is anything of the guest's still mapped or bound? */
bool vgpu_xdevice_mapped(const struct vgpu_xguest *guest);
/* Write one node of the device's folder. 0 or a negative errno (logged). */
int vgpu_xdevice_write(struct vgpu_xguest *guest, const char *name, const char *value);
/* Read the admin's nodes. 0, or -EINVAL with why. */
int vgpu_xconfig_read(struct vgpu_xguest *guest, char *why, uint32_t size);

/* CLOCK_MONOTONIC, microseconds. */
static inline uint64_t vgpu_xnow_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}
/* A line about this guest: on stderr, and for "vgpu-ctl log GUEST". */
void vgpu_xguest_log(const struct vgpu_xguest *guest, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- xen_control.c ----------------------------------------------------------------- */

/*
 * Take at most VGPUIF_RING_SLOTS requests. True: there may be more. A frontend that
 * lies about its indexes is closed.
 */
bool vgpu_xcontrol_requests(struct vgpu_xguest *guest);
/* Answer a request; status is 0 or a negative errno of Linux. text may be NULL. */
void vgpu_xcontrol_answer(struct vgpu_xguest *guest, uint16_t id, uint16_t op, uint32_t conn,
                          uint32_t object, int status, const char *text);
/* VGPUIF_EVT_LOST. */
void vgpu_xcontrol_lost(struct vgpu_xguest *guest, uint32_t conn, const char *why);
/* Move queued responses to the page as far as there is room. */
void vgpu_xcontrol_flush(struct vgpu_xguest *guest);
/* Linux's negative errno in Xen's numbering: the ones that are used are the same. */
int32_t vgpu_xcontrol_errno(int rc);

/* ---- xen_objects.c ----------------------------------------------------------------- */

/* One request, copied from the page and checked for form. */
void vgpu_xobjects_request(struct vgpu_xguest *guest, const struct vgpuif_request *req);
/* The worker is ready: open what waits for it. */
void vgpu_xobjects_ready(struct vgpu_xguest *guest);
/* The worker reports (xen_worker.c). number is of the connection. */
void vgpu_xobjects_mapped(struct vgpu_xguest *guest, uint32_t number, uint32_t object,
                          uint32_t error);
void vgpu_xobjects_unmapped(struct vgpu_xguest *guest, uint32_t number, uint32_t object);
void vgpu_xobjects_broken(struct vgpu_xguest *guest, uint32_t number, const char *why);
/* The worker has died: nothing is mapped, every program is lost. */
void vgpu_xobjects_worker_gone(struct vgpu_xguest *guest, const char *why);
/* Tell the worker to drop a program, once. */
void vgpu_xobjects_delete(struct vgpu_xconn *conn);

/* ---- xen_books.c ------------------------------------------------------------------- */

/* By the frontend's number, by ours, by the frontend's within a program; or NULL. */
struct vgpu_xconn *vgpu_xbooks_conn(struct vgpu_xguest *guest, uint32_t id);
struct vgpu_xconn *vgpu_xbooks_number(struct vgpu_xguest *guest, uint32_t number);
struct vgpu_xobject *vgpu_xbooks_object(struct vgpu_xguest *guest, const struct vgpu_xconn *conn,
                                        uint32_t id);
bool vgpu_xbooks_slot_free(const struct vgpu_xguest *guest, uint32_t slot);
/* Its memory is unmapped: give back its pages and events. The record stays. */
void vgpu_xbooks_let_go(struct vgpu_xobject *object);
/* Let go, and free the record; of a program, all that is its. */
void vgpu_xbooks_drop(struct vgpu_xobject *object);
void vgpu_xbooks_drop_conn(struct vgpu_xconn *conn);
/* Forget all, without a word to anybody. */
void vgpu_xbooks_forget(struct vgpu_xguest *guest);

/* ---- xen_pages.c ------------------------------------------------------------------- */

/*
 * The chain of directory pages at ref: n grants to refs. 0 or a negative errno; why
 * (48 octets) gets words.
 */
int vgpu_xpages_read(struct vgpu_xguest *guest, uint32_t ref, uint32_t n, uint32_t *refs,
                     char why[48]);

/* ---- xen_worker.c ------------------------------------------------------------------ */

/* The guest's worker, started if there is none. 0, or a negative errno with why. */
int vgpu_xworker_get(struct vgpu_xguest *guest, char why[48]);
/* The worker must report something unmapped within a time, or it is killed. */
void vgpu_xworker_expect(struct vgpu_xguest *guest);
/* Nothing is awaited any more. */
void vgpu_xworker_relax(struct vgpu_xguest *guest);
/* The render node of a PCI device, as --device takes it. 0, or -ENODEV with why. */
int vgpu_xworker_render_node(const char *bdf, char *node, uint32_t size, char *why,
                             uint32_t why_size);

/* ---- xen_bells.c ------------------------------------------------------------------- */

/* Bind to the frontend's port and listen. 0 or a negative errno. */
int vgpu_xbells_bind(struct vgpu_xguest *guest, uint32_t port);
void vgpu_xbells_unbind(struct vgpu_xguest *guest);
/* Listen to an eventfd of a stream or connection and ring its slot. 0 or a negative errno. */
int vgpu_xbells_stream(struct vgpu_xobject *stream);
int vgpu_xbells_conn(struct vgpu_xconn *conn);
/* Ring a slot; send an event if the frontend sleeps. */
void vgpu_xbells_ring(struct vgpu_xguest *guest, uint32_t slot);
/* The frontend has a response to read: send an event if it sleeps. */
void vgpu_xbells_kick(struct vgpu_xguest *guest);
/* Look at requests and bells now, as an event would. */
void vgpu_xbells_look(struct vgpu_xguest *guest);
/* The same, soon: some work is left. */
void vgpu_xbells_soon(struct vgpu_xguest *guest, uint64_t delay_us);

/* ---- xen_list.c -------------------------------------------------------------------- */

/* All guests, as a JSON array. A new reference. */
struct json_object *vgpu_xen_list(struct vgpu_xdaemon *xd);
/* Add what identifies the guest to a worker's entry. */
void vgpu_xen_describe(const struct vgpu_xguest *guest, struct json_object *entry);
const char *vgpu_xen_guest_name(const struct vgpu_xguest *guest);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * vgpuif.h - the Xen device "vgpu": GL forwarded between a guest and a backend domain.
 *
 * This file is the device specification: the nodes in xenstore, the states, the
 * control page, and how memory is granted. What travels in a stream once it is
 * open is protocol/wire.h and protocol/ring.h, the same on every transport.
 *
 * =============================================================================
 *                              Parts and main ideas
 * =============================================================================
 *
 *  frontend   vgpu-agentd in the guest: one process, the only one that talks to Xen.
 *  backend    vgpu-backendd in Dom0 or a driver domain: maps, wakes, decides; it
 *             parses only what is in this file.
 *  program    anything that uses GL in the guest; it gets pages and eventfds from
 *             the agent over a unix socket (protocol/broker.h).
 *
 *  - ONE control page and ONE event channel per device. Programs come and go by
 *    requests on the control page, not by nodes in xenstore.
 *  - A program is a CONNECTION; it has STREAMS (command ring and reply ring of one
 *    thread) and POOLS (frames). Each is memory that the guest grants; the backend
 *    maps it in the worker that serves the guest.
 *  - Wake-ups are DOORBELLS: one bit per stream or connection in the control page,
 *    then one event on the channel if the peer asked for one. A set bit says "look
 *    again"; it carries no data and may come without reason.
 *  - Closing has two phases: the frontend asks, the backend unmaps and answers, and
 *    only then the frontend frees. A page freed while still mapped would stay with
 *    the guest kernel for minutes.
 *  - Everything in shared pages may change at any moment. The backend copies a
 *    request once and checks the copy; it refuses and never clamps.
 *
 * =============================================================================
 *                                 Nodes: backend
 * =============================================================================
 *  /local/domain/<backend>/backend/vgpu/<guest>/<dev>/..., owned by the backend,
 *  readable by the guest.
 *
 * frontend, frontend-id   Values: <path>, <domid>
 * online                  Values: 0, 1. 0: the device goes away once closed.
 * state                   Values: enum xenbus_state
 * versions                Values: <uint>[,<uint>...]. Protocol versions offered.
 * session                 Values: <16 hex digits>. Random; new each time that the
 *      backend enters InitWait. A frontend that finds another value than the one it
 *      connected with (after a restore, or a new backend) is no longer connected.
 * max-connections, max-streams, max-pages
 *                         Values: <uint>. Limits for this guest: programs at once,
 *      streams of all programs, granted pages of all streams and pools.
 * feature-quiesce         Values: 0, 1. 1: the backend uses "quiesce".
 * quiesce                 Values: <uint>. Absent or 0: draw. Another number: stop; see
 *      "Quiescing".
 * error                   Values: <text>. Why the backend closed, for people.
 *
 * Configuration that an admin gave (vgpu-ctl, xl config), for the backend only:
 * gpu                     Values: <BDF>, "auto"
 * vram                    Values: <uint>, bytes
 * weight, cap             Values: <uint>, as credit2 understands them
 * pages                   Values: <uint>. What "max-pages" shall be.
 *
 * =============================================================================
 *                                 Nodes: frontend
 * =============================================================================
 *  /local/domain/<guest>/device/vgpu/<dev>/..., owned by the guest.
 *
 * backend, backend-id     Values: <path>, <domid>
 * state                   Values: enum xenbus_state
 * version                 Values: <uint>. The version chosen from "versions".
 * ring-ref                Values: <uint>. Grant of the control page.
 * event-channel           Values: <uint>. Unbound port for the backend.
 * protocol                Values: x86_64-abi. Little endian, natural alignment.
 * quiesce-ack             Values: <uint>. The last number of "quiesce" obeyed.
 *
 * =============================================================================
 *                                     States
 * =============================================================================
 *  frontend                              backend
 *  Initialising (1)                      Initialising (1)     [both by the tools]
 *                                        writes versions, session, limits
 *                                        InitWait (2)
 *  grants the control page, binds an
 *  unbound port, writes its nodes
 *  Initialised (3)
 *                                        maps, binds
 *                                        Connected (4)
 *  Connected (4)
 *  ...
 *  Closing (5)                           unmaps all, unbinds
 *                                        Closed (6), then InitWait (2) while online=1
 *  frees; Closed (6), or Initialising
 *  (1) to connect again
 *
 *  Recovery:
 *  - The agent died: a new one finds itself Connected and writes Closing; the
 *    backend unmaps. If it writes Initialising at once, the backend does the same.
 *    A guest kernel that boots again (kexec, HVM reset) walks 5, 6, 1: the same path.
 *  - The backend died: the new one finds Connected on both sides, cannot trust what
 *    was mapped, writes Closing (5); the frontend answers with Closing, frees, and
 *    starts again when it reads InitWait. Programs get a lost context, then a new one.
 *  - The worker died: no state changes; the backend sends VGPUIF_EVT_LOST for each
 *    connection and unmaps. Programs that connect again get a new worker.
 *  - Detach: tools write online=0 and the backend's state Closing; the frontend
 *    follows with 5, the backend writes 6, the tools remove the nodes.
 *
 *  Wrongs: a request that is wrong in form, beyond a limit, or about what is not there
 *  is answered with an error and changes nothing. An index that runs ahead by more than
 *  the ring, an id that is 0 or not answered yet, a page without magic and version, and
 *  responses that nobody reads while more than VGPUIF_QUEUED wait: the backend writes
 *  "error" and Closing and unmaps all. What a program does wrong in its stream costs
 *  that program its connection (VGPUIF_EVT_LOST), not the device. Events beyond what the
 *  backend wants to serve are late, never lost.
 *
 *  Refusals of xenstore (quota, permissions) change no state: each side writes what was
 *  refused again until it is taken, and treats the peer by what the peer's nodes say.
 *
 *  Quiescing (before a domain is suspended): the backend writes quiesce=<n>. The
 *  frontend makes programs pause, waits until the rings are drained, unbinds its
 *  event channel (one that is bound does not survive a suspend), and writes
 *  quiesce-ack=<n>. quiesce=0 after a cancelled suspend: the frontend binds a new
 *  port, writes event-channel, and quiesce-ack=0; the backend binds again.
 *
 * =============================================================================
 *                                 Granted memory
 * =============================================================================
 *  A stream is VGPU_STREAM_HEADER bytes and both rings (protocol/ring.h), a pool its
 *  header page and frames; sizes are whole pages. The grants are listed in a chain
 *  of directory pages (struct vgpuif_page_directory), themselves granted read-only;
 *  the frontend may end those grants once the request is answered.
 */
#ifndef VGPU_PROTOCOL_VGPUIF_H
#define VGPU_PROTOCOL_VGPUIF_H

#include <assert.h>
#include <stdint.h>

#define VGPUIF_PROTOCOL_VERSION 1
#define VGPUIF_DEVICE_CLASS "vgpu"
#define VGPUIF_PAGE_SIZE 4096u

/* Names in xenstore. */
#define VGPUIF_FIELD_VERSIONS "versions"
#define VGPUIF_FIELD_SESSION "session"
#define VGPUIF_FIELD_MAX_CONNECTIONS "max-connections"
#define VGPUIF_FIELD_MAX_STREAMS "max-streams"
#define VGPUIF_FIELD_MAX_PAGES "max-pages"
#define VGPUIF_FIELD_FEATURE_QUIESCE "feature-quiesce"
#define VGPUIF_FIELD_QUIESCE "quiesce"
#define VGPUIF_FIELD_ERROR "error"
#define VGPUIF_FIELD_GPU "gpu"
#define VGPUIF_FIELD_VRAM "vram"
#define VGPUIF_FIELD_WEIGHT "weight"
#define VGPUIF_FIELD_CAP "cap"
#define VGPUIF_FIELD_PAGES "pages"
#define VGPUIF_FIELD_VERSION "version"
#define VGPUIF_FIELD_RING_REF "ring-ref"
#define VGPUIF_FIELD_EVENT_CHANNEL "event-channel"
#define VGPUIF_FIELD_PROTOCOL "protocol"
#define VGPUIF_FIELD_QUIESCE_ACK "quiesce-ack"

#define VGPUIF_PROTOCOL_ABI "x86_64-abi"

/*
 * What a backend offers unless told otherwise. A guest's grant table has 32768
 * entries by default, and a PV Dom0 can map 131072 pages of all guests together.
 */
#define VGPUIF_DEFAULT_CONNECTIONS 128u
#define VGPUIF_DEFAULT_STREAMS 512u
#define VGPUIF_DEFAULT_PAGES 32768u
#define VGPUIF_MOST_PAGES 1048576u

/* Doorbells: bits in the control page. Slots are given out by the frontend. */
#define VGPUIF_SLOTS 1024u

/* Requests (frontend to backend). Each gets exactly one response with the same id. */
enum vgpuif_op {
	VGPUIF_OP_CONN_OPEN = 16,   /* union: conn */
	VGPUIF_OP_CONN_CLOSE = 17,  /* closes its streams and pools; answered when all is unmapped */
	VGPUIF_OP_STREAM_OPEN = 18, /* union: stream */
	VGPUIF_OP_STREAM_CLOSE = 19,
	VGPUIF_OP_POOL_OPEN = 20,   /* union: pool */
	VGPUIF_OP_POOL_CLOSE = 21,
	/* events (backend to frontend, in the response ring, id 0) */
	VGPUIF_EVT_LOST = 64,       /* conn: its contexts are gone; text: why */
};

/*
 * A request.
 *         0                1                 2               3        octet
 * +----------------+----------------+----------------+----------------+
 * |                id               |               op                | 4
 * |                               conn                                | 8
 * |                              object                               | 12
 * |                               slot                                | 16
 * |                     40 octets by op, rest zero                    | 56
 * |                             reserved, 0                           | 64
 */
struct vgpuif_request {
	uint16_t id;     /* chosen by the frontend, not 0; unique among requests not answered */
	uint16_t op;     /* enum vgpuif_op */
	uint32_t conn;   /* connection, chosen by the frontend, not 0 */
	uint32_t object; /* stream or pool, chosen by the frontend, not 0; 0 for CONN_* */
	uint32_t slot;   /* doorbell of the connection (frames) or stream; 0xffffffff: POOL_* */
	union {
		struct {
			uint32_t pid, uid; /* in the guest: for people, never for decisions */
			char name[32];     /* of the program; NUL-padded, printable ASCII */
		} conn_open;
		struct {
			uint32_t cmd_bytes, reply_bytes; /* powers of two, as in protocol/ring.h */
			uint32_t pages;                  /* all of the stream's memory */
			uint32_t directory;              /* grant of the first directory page */
			uint8_t reserved[24];
		} stream_open;
		struct {
			uint32_t pages;
			uint32_t directory;
			uint8_t reserved[32];
		} pool_open;
		uint8_t octets[40];
	};
	uint64_t reserved;
};

/* A response, or an event. Octets not used are zero. */
struct vgpuif_response {
	uint16_t id; /* of the request; 0: an event */
	uint16_t op;
	int32_t status; /* 0, or a negative errno in Xen's numbering (xen/errno.h) */
	uint32_t conn;
	uint32_t object;
	char text[48]; /* for people; NUL-padded */
};

#define VGPUIF_RING_SLOTS 16u
/* Responses and events that a backend keeps for a frontend that does not read. */
#define VGPUIF_QUEUED 512u

/*
 * The control page. Indexes count up for ever and are masked on use; each is
 * written by one side only. The frontend zeroes the page and writes magic, version
 * and fe_sleeps before it publishes the grant.
 */
#define VGPUIF_MAGIC 0x66697076u /* "vpif" */
struct vgpuif_control {
	uint32_t magic, version;
	uint8_t pad0[56];
	uint32_t req_prod;  /* written by the frontend */
	uint32_t rsp_cons;
	uint32_t fe_sleeps; /* 1: the frontend wants an event for the next response or bell */
	uint8_t pad1[52];
	uint32_t rsp_prod;  /* written by the backend */
	uint32_t req_cons;
	uint32_t be_sleeps; /* 1: the backend wants an event for the next request or bell */
	uint8_t pad2[52];
	/*
	 * Doorbells. To ring: set the bit (atomic or, release), fence, and send an
	 * event if the peer sleeps. To look: write sleeps=0, exchange each word with 0;
	 * before sleeping write sleeps=1, fence, and look once more.
	 */
	uint64_t bells_to_backend[VGPUIF_SLOTS / 64]; /* set by the frontend, taken by the backend */
	uint64_t bells_to_frontend[VGPUIF_SLOTS / 64];
	uint8_t pad3[576];
	struct vgpuif_request req[VGPUIF_RING_SLOTS];
	struct vgpuif_response rsp[VGPUIF_RING_SLOTS];
	uint8_t pad4[1024];
};

/* A page of grants; the same as displif's. The last one has next == 0. */
#define VGPUIF_DIRECTORY_REFS (VGPUIF_PAGE_SIZE / 4 - 1)
struct vgpuif_page_directory {
	uint32_t next; /* grant of the next directory page, or 0 */
	uint32_t ref[VGPUIF_DIRECTORY_REFS];
};

static_assert(sizeof(struct vgpuif_request) == 64, "a request is 64 octets");
static_assert(sizeof(struct vgpuif_response) == 64, "a response is 64 octets");
static_assert(sizeof(struct vgpuif_control) == VGPUIF_PAGE_SIZE, "control is one page");
static_assert(sizeof(struct vgpuif_page_directory) == VGPUIF_PAGE_SIZE, "directory is one page");

#endif

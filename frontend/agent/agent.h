/* SPDX-License-Identifier: MIT */
/*
 * vgpu-agentd: the one process of a guest that talks to Xen. device.c follows the
 * device in xenstore and holds the control page and the event channel; programs.c
 * serves programs on a unix socket (protocol/broker.h); objects.c keeps their
 * streams and pools and carries doorbells. One sd-event loop; nothing locks.
 */
#ifndef VGPU_FRONTEND_AGENT_AGENT_H
#define VGPU_FRONTEND_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "frontend/agent/control.h"
#include "frontend/agent/limits.h"
#include "frontend/agent/region.h"
#include "frontend/agent/xen.h"
#include "protocol/broker.h"

struct vgpu_agent;
struct vgpu_program;

struct vgpu_agent_options {
	char socket[108];
	char group[64];          /* who may connect besides root; empty: everybody */
	uint32_t ring_bytes;     /* a program's ring is at most so large */
	uint32_t gntalloc_pages; /* raise gntalloc's limit to this; 0: leave it */
	uint32_t wait_s;         /* how long a new program waits for the backend */
	struct vgpu_limits limits;
};

/* ---- device.c ------------------------------------------------------------------- */

enum vgpu_phase {
	VGPU_PHASE_NONE, /* no device in xenstore */
	VGPU_PHASE_WAIT, /* we are Initialising; the backend is to reach InitWait */
	VGPU_PHASE_SENT, /* we are Initialised; it is to connect */
	VGPU_PHASE_UP,   /* Connected */
	VGPU_PHASE_DOWN, /* we are Closing; it is to unmap */
	VGPU_PHASE_OFF,  /* Closed, and the tools take the device away */
};

struct vgpu_device {
	enum vgpu_phase phase;
	int number;          /* device/vgpu/<number>; -1: none */
	char path[32];
	char backend[160];   /* its path; empty: not known */
	char watched[160];   /* the backend's path that is watched */
	uint32_t backend_id;
	char session[32];    /* what it was when we connected */
	uint32_t max_connections, max_streams, max_pages; /* 0: no limit */
	struct vgpu_grant page;
	struct vgpuif_control *shared;
	struct vgpu_port port;
	sd_event_source *port_io;
	struct vgpu_control control;
	struct vgpu_slots slots;
	uint32_t quiesced;   /* the number that was acknowledged; 0: drawing */
	uint32_t quiescing;  /* the number that is being obeyed */
	uint64_t quiesce_until;
	sd_event_source *quiesce_timer;
	int unwritten;       /* a state that xenstore refused: it is written again; 0: none */
	char trouble[256];   /* what last failed, for programs; empty: nothing */
};

struct vgpu_agent {
	sd_event *event;
	struct vgpu_agent_options options;
	struct vgpu_store *store;
	sd_event_source *store_io, *retry;
	unsigned retry_s;
	bool domid_seen;     /* the watch on "domid" fired once, as it does when set */
	bool resumed;        /* it fired again: this guest was suspended */
	struct vgpu_device device;
	int listen_sock;
	struct vgpu_program *programs;
	struct vgpu_usage *usage;
	uint32_t next_conn;
	uint32_t streams, pages; /* of all programs */
};

/* Connect to xenstore, set the watches. 0 or a negative errno. */
int vgpu_device_start(struct vgpu_agent *agent);
/* Leave the device: Closing, so that the backend unmaps. Waits for it a moment. */
void vgpu_device_finish(struct vgpu_agent *agent);
/* Send an event if the control page says that one is needed. */
void vgpu_device_kick(struct vgpu_agent *agent);
/* Are requests and doorbells carried now? */
bool vgpu_device_is_up(const struct vgpu_agent *agent);
/* Why not, in a sentence for programs. */
const char *vgpu_device_why(const struct vgpu_agent *agent, char *buf, size_t size);

/* ---- objects.c ------------------------------------------------------------------- */

enum vgpu_object_state { VGPU_OBJECT_OPENING, VGPU_OBJECT_OPEN, VGPU_OBJECT_CLOSING };

/* A stream (slot >= 0) or a pool. */
struct vgpu_object {
	struct vgpu_object *next;
	struct vgpu_program *program;
	uint32_t id;
	int slot;
	enum vgpu_object_state state;
	uint32_t cmd_bytes, reply_bytes; /* streams */
	uint64_t bytes;                  /* pools */
	uint32_t pages;                  /* granted, the directory not counted */
	struct vgpu_region region;
	struct vgpu_stream_shared *header; /* streams: its first page, mapped here */
	int to_worker, to_guest;
	sd_event_source *io;
};

/* A program's request; it gets its answer or an error later. Takes what the caps allow. */
void vgpu_object_open_stream(struct vgpu_program *program, uint32_t cmd_bytes, uint32_t reply_bytes);
void vgpu_object_open_pool(struct vgpu_program *program, uint32_t bytes);
void vgpu_object_close(struct vgpu_program *program, uint32_t id, bool stream);
/* Free it, whatever its state: the backend has unmapped it, or never will. */
void vgpu_object_free(struct vgpu_object *object);
/* The backend rang a doorbell. */
void vgpu_objects_bell(struct vgpu_agent *agent, uint32_t slot);
/* Tell programs to pause at their next publish (true) or go on. */
void vgpu_objects_pause(struct vgpu_agent *agent, bool pause);
/* Have the workers replayed all that programs wrote? */
bool vgpu_objects_drained(const struct vgpu_agent *agent);

/* ---- programs.c ------------------------------------------------------------------- */

enum vgpu_program_state {
	VGPU_PROGRAM_NEW,     /* has not said HELLO */
	VGPU_PROGRAM_WAITING, /* for the device to be connected */
	VGPU_PROGRAM_OPENING, /* CONN_OPEN is under way */
	VGPU_PROGRAM_OPEN,
	VGPU_PROGRAM_LOST,    /* was told so */
};

struct vgpu_program {
	struct vgpu_program *next;
	struct vgpu_agent *agent;
	struct vgpu_usage *user;
	enum vgpu_program_state state;
	int sock;            /* -1: it is gone */
	uid_t uid;
	pid_t pid;
	uint32_t conn;       /* at the backend; 0: none */
	int slot;            /* -1: none */
	int frame_event;
	bool closing;        /* CONN_CLOSE is under way */
	bool busy;           /* a request is under way: the next is read after it */
	uint32_t pending;    /* requests to the backend that are not answered */
	char name[32];
	uint32_t next_object;
	struct vgpu_object *objects;
	sd_event_source *io, *timer;
};

/* Listen for programs. 0 or a negative errno; -EADDRINUSE when another agent answers there. */
int vgpu_programs_listen(struct vgpu_agent *agent);
void vgpu_programs_finish(struct vgpu_agent *agent);
/* The device is connected: those that wait may go on. */
void vgpu_programs_up(struct vgpu_agent *agent);
/* The device is no longer connected: tell all. Their memory stays until vgpu_programs_unmapped. */
void vgpu_programs_lost(struct vgpu_agent *agent, const char *why);
/* The backend holds nothing any more. */
void vgpu_programs_unmapped(struct vgpu_agent *agent);
/* The backend lost one connection. */
void vgpu_programs_lost_one(struct vgpu_agent *agent, uint32_t conn, const char *why);
/* Answer a program. */
void vgpu_program_send(struct vgpu_program *program, const struct vgpu_broker_msg *msg,
                       const int *fds);
void vgpu_program_refuse(struct vgpu_program *program, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Send a request of this program to the backend; answer is called with data. 0 or -errno. */
int vgpu_program_request(struct vgpu_program *program, const struct vgpuif_request *request,
                         vgpu_answer_fn *answer, void *data);
/* First in every answer: frees the program (true) if it only waited for this. */
bool vgpu_program_answered(struct vgpu_program *program);
/* A request is under way, or is answered. */
void vgpu_program_busy(struct vgpu_program *program, bool busy);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A Xen of the test's own: xenstore is a table, grants are memfds, the event channel
 * is an eventfd. The test plays the tools, the backend and the programs.
 */
#ifndef VGPU_TESTS_UNIT_AGENT_FIXTURE_H
#define VGPU_TESTS_UNIT_AGENT_FIXTURE_H

#include "frontend/agent/agent.h"

#define BACK "/local/domain/0/backend/vgpu/7/0"
#define FRONT "device/vgpu/0"

struct fake_xen {
	unsigned grants;       /* files that the agent holds */
	unsigned pages;        /* in them */
	unsigned page_limit;   /* as gntalloc's */
	unsigned ports;        /* bound and not closed */
	unsigned parked;
	unsigned events_sent;  /* by the agent */
	int refuse_writes;     /* a negative errno: what xenstore says */
};
extern struct fake_xen fake;

/* Set a node and fire the watches above it; NULL removes the node and all below it. */
void fake_write(const char *path, const char *value);
/* A node's value or "". */
const char *fake_read(const char *path);
/* All watches fire, as after a resume. */
void fake_resume(void);
/* The page behind a grant, mapped; the test unmaps it. NULL: there is no such grant. */
void *fake_map(uint32_t ref);
/* The backend sends an event. */
void fake_event(void);

/* An agent with a socket in /tmp, on the loop. */
struct vgpu_agent *agent_start(void);
void agent_stop(struct vgpu_agent *agent);
/* Run the loop until there is nothing to do. */
void agent_run(struct vgpu_agent *agent);
/* The tools attach device 0; the backend reaches InitWait. */
void agent_attach(const char *session);
/* The backend connects; returns its view of the control page. */
struct vgpuif_control *agent_connect(struct vgpu_agent *agent);
/* Take the oldest request off the ring (fails the test if there is none). */
struct vgpuif_request agent_request(struct vgpuif_control *page);
/* Answer it and send an event. */
void agent_answer(struct vgpu_agent *agent, struct vgpuif_control *page,
                  const struct vgpuif_request *request, int status, const char *text);
/* A program connects to the socket. */
int agent_program(struct vgpu_agent *agent);
/* It sends a message. */
void agent_say(struct vgpu_agent *agent, int sock, enum vgpu_broker_type type, uint32_t a,
               uint32_t b);
/* It receives one; fds are closed unless the caller wants them. False: nothing came. */
bool agent_hear(int sock, struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS]);
/* A program that is welcome. Returns its socket. */
int agent_welcome(struct vgpu_agent *agent, struct vgpuif_control *page);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A Xen host in memory for backend/daemon/xen_*.c: xenstore with watches, grants that
 * are pages of this process, event channels that are eventfds, and in place of worker
 * processes a list of what they were told (backend/daemon/workers.c is not linked).
 */
#ifndef VGPU_TESTS_UNIT_FAKE_XEN_H
#define VGPU_TESTS_UNIT_FAKE_XEN_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

#define FAKE_GRANTS 64
#define FAKE_SENT 64
#define FAKE_PORT 7u /* the only port that can be bound */

struct fake_node {
	struct fake_node *next;
	char path[256];
	char value[256];
};

struct fake_watch {
	struct fake_watch *next;
	char path[256], full[256], token[32];
};

struct fake_fired {
	struct fake_fired *next;
	char path[256], token[32];
};

struct fake_sent {
	uint32_t type, a, b, c, d, fds;
};

struct fake_xen {
	struct vgpu_xen base; /* first */
	struct vgpu_daemon daemon;
	struct vgpu_xdaemon *xd;
	const char *attach; /* program for automatic attach, or NULL */
	struct fake_node *nodes;
	struct fake_watch *watches;
	struct fake_fired *fired;
	int fd;
	bool dead[16]; /* domains that xenstore does not know */
	int fail_list, fail_write; /* an errno that every such call gets */
	struct {
		uint32_t domid, ref;
		void *page;
	} grants[FAKE_GRANTS];
	uint32_t n_grants, maps, grant_files;
	uint32_t last_refs[8], last_n; /* of grant_file */
	int port_fd;
	uint32_t ports, notifies, unmasks;
	/* workers */
	struct vgpu_worker *worker;
	struct vgpu_worker *old; /* of a device that is gone, while another has worker */
	char device[128];
	uint32_t starts, ends;
	bool no_workers;
	struct fake_sent sent[FAKE_SENT];
	uint32_t n_sent;
};

/* One at a time. Domain 0's, with an event loop and nothing in xenstore. */
struct fake_xen *fake_xen_new(void);
/* Serve guests through it (vgpu_xen_start). */
void fake_xen_start(struct fake_xen *x);
void fake_xen_free(struct fake_xen *x);

/* Paths: absolute, or relative to domain 0's folder. Watches fire. */
void fake_set(struct fake_xen *x, const char *path, const char *value);
const char *fake_get(struct fake_xen *x, const char *path); /* NULL: none */
void fake_rm(struct fake_xen *x, const char *path);
/* Nodes at or below the path. */
uint32_t fake_count(struct fake_xen *x, const char *path);

/* As vgpu-ctl attach writes it. */
void fake_attach(struct fake_xen *x, uint32_t domid);
void fake_grant(struct fake_xen *x, uint32_t domid, uint32_t ref, void *page);
/* The guest sends an event. */
void fake_event(struct fake_xen *x);

/* Run the event loop until nothing happens for ms. */
void fake_run(struct fake_xen *x, unsigned int ms);

/* The worker says that it can draw; that it has ended. */
void fake_worker_ready(struct fake_xen *x);
void fake_worker_gone(struct fake_xen *x, const char *why);
/* The old one has ended, if there is one. */
void fake_old_gone(struct fake_xen *x);
/* The last message of this type that a worker was sent, or NULL. */
const struct fake_sent *fake_sent(struct fake_xen *x, uint32_t type);

#endif

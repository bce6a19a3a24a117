/* SPDX-License-Identifier: MIT */
/*
 * All that the agent wants of Xen: xenstore, grants, one event channel. xen_linux.c
 * is the real thing; tests bring their own. One thread only.
 */
#ifndef VGPU_FRONTEND_AGENT_XEN_H
#define VGPU_FRONTEND_AGENT_XEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- xenstore --------------------------------------------------------------- */

struct vgpu_store;

/* Connect to xenstored. 0, or a negative errno (-ENOENT: this is no Xen guest). */
int vgpu_store_open(struct vgpu_store **out);
void vgpu_store_close(struct vgpu_store *store);
/* Readable when a watch has fired. */
int vgpu_store_fd(struct vgpu_store *store);
/* Relative paths are those of this domain, also after it got another number. */
int vgpu_store_watch(struct vgpu_store *store, const char *path, const char *token);
int vgpu_store_unwatch(struct vgpu_store *store, const char *path, const char *token);
/* Take one fired watch: its token (at most size - 1 bytes of it). False: none is left. */
bool vgpu_store_fired(struct vgpu_store *store, char *token, size_t size);
/* Read a node as text. -ENOENT, -EACCES, -E2BIG when it does not fit, ... */
int vgpu_store_read(struct vgpu_store *store, const char *path, char *value, size_t size);

struct vgpu_store_node {
	const char *key;
	char value[32];
};
/* Write nodes under dir, all or none. dir must exist: -ENOENT (a device that went away). */
int vgpu_store_write(struct vgpu_store *store, const char *dir, const struct vgpu_store_node *nodes,
                     unsigned n);
/* The smallest number that is the name of a node under path, or -ENOENT. */
int vgpu_store_lowest(struct vgpu_store *store, const char *path);

/* ---- grants ----------------------------------------------------------------- */

/* Pages that another domain may map. */
struct vgpu_grant {
	int fd;         /* a file of its own: the pages are at its mmap offset 0 */
	uint32_t pages;
	uint32_t *refs; /* one a page */
};

/*
 * Allocate zeroed pages and grant them to domid. Returns 0, -ENOSPC when the limit
 * of gntalloc or the grant table is reached, or another negative errno.
 */
int vgpu_grant_alloc(uint32_t domid, uint32_t pages, bool writable, struct vgpu_grant *out);
/*
 * Close the file. The pages go once no process maps them or holds the file; the
 * other domain must have unmapped them before.
 */
void vgpu_grant_free(struct vgpu_grant *grant);

/* ---- event channel ------------------------------------------------------------ */

struct vgpu_port {
	void *handle; /* xen_linux.c's; NULL: none */
	int fd;       /* readable when the channel fired */
	uint32_t number;
};

/* A new port that domid may bind to. 0 or a negative errno. */
int vgpu_port_bind(uint32_t domid, struct vgpu_port *out);
int vgpu_port_notify(struct vgpu_port *port);
/* After fd became readable: take the event and unmask the channel. */
void vgpu_port_take(struct vgpu_port *port);
/* Unbind and close. Never after a suspend that was not cancelled: see vgpu_port_park. */
void vgpu_port_close(struct vgpu_port *port);
/*
 * A port from before a suspend is stale: closing it, even by exiting, would stop
 * the guest's kernel at a BUG_ON or close the channel of another device. Leave it
 * with a process that does nothing but hold it, and forget it here.
 */
int vgpu_port_park(struct vgpu_port *port);

/* ---- the rest ------------------------------------------------------------------- */

/*
 * Why grants or an event channel were refused and what to do about it, for logs and
 * programs, in buf. pages: what this process would hold with those that it did not get;
 * it tells the two things apart that the kernel calls ENOSPC.
 */
const char *vgpu_xen_explain(int error, uint32_t pages, char *buf, size_t size);
/* Load the modules, raise the limit of gntalloc to pages (0: leave it). Logs what fails. */
void vgpu_xen_prepare(uint32_t gntalloc_pages);

#endif

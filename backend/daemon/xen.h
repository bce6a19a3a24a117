/* SPDX-License-Identifier: MIT */
/*
 * All that the daemon asks of Xen and xenstore, so that tests and fuzzers can put
 * their own in its place (tests/unit/fake_xen.c). The real one is xen_real.c.
 * Calls block for one xenstore round trip at most. One thread.
 */
#ifndef VGPU_BACKEND_DAEMON_XEN_H
#define VGPU_BACKEND_DAEMON_XEN_H

#include <stdbool.h>
#include <stdint.h>

struct vgpu_xen;
struct vgpu_xen_port; /* one event channel, with a file of its own */

struct vgpu_xen_node {
	const char *name;  /* below the folder */
	const char *value;
};

struct vgpu_xen_ops {
	void (*close)(struct vgpu_xen *xen);

	/* ---- xenstore: paths are absolute, or relative to this domain's own folder ---- */

	/* The value, NUL-terminated, to be freed; NULL with errno. */
	char *(*read)(struct vgpu_xen *xen, const char *path);
	/* Names of the children, to be freed with free() as one; NULL with errno. */
	char **(*list)(struct vgpu_xen *xen, const char *path, unsigned int *n);
	/*
	 * Write the nodes below folder in one transaction, but only while folder/state
	 * exists: what the tools have removed does not come back. 0, -ENOENT when it is
	 * gone, or another negative errno.
	 */
	int (*write)(struct vgpu_xen *xen, const char *folder, const struct vgpu_xen_node *nodes,
	             unsigned int n);
	/* Remove a node and what is below it. 0 (also when there is none) or a negative errno. */
	int (*remove)(struct vgpu_xen *xen, const char *path);
	/* A watch fires once at once, then at every change. The token comes back with it. */
	int (*watch)(struct vgpu_xen *xen, const char *path, const char *token);
	void (*unwatch)(struct vgpu_xen *xen, const char *path, const char *token);
	/* Readable when a watch has fired. */
	int (*watch_fd)(struct vgpu_xen *xen);
	/*
	 * Take one fired watch: its path and token, each cut to size octets. False: none.
	 */
	bool (*watch_take)(struct vgpu_xen *xen, char *path, char *token, uint32_t size);
	/*
	 * Is this domain alive? Dom0 asks xenstore. A driver domain may not: there a guest
	 * is alive while the state of a vgpu frontend of its can be read.
	 */
	bool (*domain_exists)(struct vgpu_xen *xen, uint32_t domid);

	/* ---- grants of a guest ---- */

	/* Map one page, writable. NULL with errno. */
	void *(*map_page)(struct vgpu_xen *xen, uint32_t domid, uint32_t ref);
	void (*unmap_page)(struct vgpu_xen *xen, void *page);
	/* Copy one granted page to 4096 octets at dst. 0 or a negative errno. */
	int (*copy_page)(struct vgpu_xen *xen, uint32_t domid, uint32_t ref, void *dst);
	/*
	 * A file whose first mmap, of n pages from offset 0, maps these grants; bad ones
	 * are noticed then. Returns a descriptor or a negative errno.
	 */
	int (*grant_file)(struct vgpu_xen *xen, uint32_t domid, const uint32_t *refs, uint32_t n);

	/* ---- event channels ---- */

	/* Bind to the guest's unbound port. 0 or a negative errno. */
	int (*port_open)(struct vgpu_xen *xen, uint32_t domid, uint32_t remote,
	                 struct vgpu_xen_port **out);
	void (*port_close)(struct vgpu_xen_port *port);
	int (*port_fd)(struct vgpu_xen_port *port); /* readable when an event is pending */
	/* Take the pending event: it stays masked until port_unmask. False: there was none. */
	bool (*port_take)(struct vgpu_xen_port *port);
	void (*port_unmask)(struct vgpu_xen_port *port);
	void (*port_notify)(struct vgpu_xen_port *port);
};

struct vgpu_xen {
	const struct vgpu_xen_ops *ops;
	uint32_t domid; /* our own */
};

/*
 * Open the real one. On failure returns a negative errno, and why gets a sentence
 * with the next step.
 */
int vgpu_xen_open(struct vgpu_xen **out, char *why, uint32_t size);

#endif

/* SPDX-License-Identifier: MIT */
/* frontend/agent/xen.h on Linux: libxenstore, /dev/xen/gntalloc by ioctl, libxenevtchn. */
#include "frontend/agent/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xen/gntalloc.h>
#include <xenevtchn.h>
#include <xenstore.h>

#include "frontend/agent/log.h"

#define LIMIT_FILE "/sys/module/xen_gntalloc/parameters/limit"
#define TRANSACTION_TRIES 16

/* ---- xenstore --------------------------------------------------------------- */

static struct xs_handle *xs_of(struct vgpu_store *store)
{
	return (struct xs_handle *)store;
}

int vgpu_store_open(struct vgpu_store **out)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs)
		return errno ? -errno : -ENOENT;
	*out = (struct vgpu_store *)xs;
	return 0;
}

void vgpu_store_close(struct vgpu_store *store)
{
	xs_close(xs_of(store));
}

int vgpu_store_fd(struct vgpu_store *store)
{
	return xs_fileno(xs_of(store));
}

int vgpu_store_watch(struct vgpu_store *store, const char *path, const char *token)
{
	return xs_watch(xs_of(store), path, token) ? 0 : -errno;
}

int vgpu_store_unwatch(struct vgpu_store *store, const char *path, const char *token)
{
	return xs_unwatch(xs_of(store), path, token) ? 0 : -errno;
}

bool vgpu_store_fired(struct vgpu_store *store, char *token, size_t size)
{
	char **event = xs_check_watch(xs_of(store));

	if (!event)
		return false;
	snprintf(token, size, "%s", event[XS_WATCH_TOKEN]);
	free(event);
	return true;
}

int vgpu_store_read(struct vgpu_store *store, const char *path, char *value, size_t size)
{
	unsigned int n;
	char *text = xs_read(xs_of(store), XBT_NULL, path, &n);
	int rc = 0;

	if (!text)
		return errno ? -errno : -EIO;
	if (n >= size)
		rc = -E2BIG;
	else
		memcpy(value, text, n + 1); /* the library ends it with a NUL */
	free(text);
	return rc;
}

/* One try at writing all nodes. */
static int write_once(struct xs_handle *xs, const char *dir, const struct vgpu_store_node *nodes,
                      unsigned n)
{
	xs_transaction_t t = xs_transaction_start(xs);
	unsigned int size;
	char path[256];
	void *there;
	int rc = 0;

	if (t == XBT_NULL)
		return -errno;
	there = xs_read(xs, t, dir, &size); /* writing would make the folder anew */
	if (!there)
		rc = -errno;
	free(there);
	for (unsigned i = 0; i < n && !rc; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, nodes[i].key);
		if (!xs_write(xs, t, path, nodes[i].value, (unsigned)strlen(nodes[i].value)))
			rc = -errno;
	}
	if (!xs_transaction_end(xs, t, rc != 0) && !rc)
		rc = -errno;
	return rc;
}

int vgpu_store_write(struct vgpu_store *store, const char *dir, const struct vgpu_store_node *nodes,
                     unsigned n)
{
	int rc = -EAGAIN;

	for (int i = 0; i < TRANSACTION_TRIES && rc == -EAGAIN; i++)
		rc = write_once(xs_of(store), dir, nodes, n);
	return rc;
}

int vgpu_store_lowest(struct vgpu_store *store, const char *path)
{
	unsigned int n = 0;
	char **names = xs_directory(xs_of(store), XBT_NULL, path, &n);
	int lowest = -ENOENT;

	if (!names)
		return errno ? -errno : -EIO;
	for (unsigned int i = 0; i < n; i++) {
		char *end;
		long number = strtol(names[i], &end, 10);

		if (*end == '\0' && end != names[i] && number >= 0 && number < 65536 &&
		    (lowest < 0 || number < lowest))
			lowest = (int)number;
	}
	free(names);
	return lowest;
}

/* ---- grants ----------------------------------------------------------------- */

int vgpu_grant_alloc(uint32_t domid, uint32_t pages, bool writable, struct vgpu_grant *out)
{
	struct ioctl_gntalloc_alloc_gref *op;
	struct vgpu_grant grant = { .fd = -1, .pages = pages };
	int rc = 0;

	op = calloc(1, sizeof(*op) + (size_t)pages * sizeof(uint32_t));
	grant.refs = calloc(pages, sizeof(uint32_t));
	if (!op || !grant.refs) {
		rc = -ENOMEM;
		goto out;
	}
	grant.fd = open("/dev/xen/gntalloc", O_RDWR | O_CLOEXEC);
	if (grant.fd < 0) {
		rc = -errno;
		goto out;
	}
	op->domid = (uint16_t)domid;
	op->flags = writable ? GNTALLOC_FLAG_WRITABLE : 0;
	op->count = pages;
	if (ioctl(grant.fd, IOCTL_GNTALLOC_ALLOC_GREF, op) < 0) {
		rc = -errno;
		goto out;
	}
	if (op->index != 0) { /* a new file begins at 0: programs map it there */
		rc = -EPROTO;
		goto out;
	}
	memcpy(grant.refs, op->gref_ids, (size_t)pages * sizeof(uint32_t));
	*out = grant;
	grant = (struct vgpu_grant){ .fd = -1 };
out:
	if (grant.fd >= 0)
		close(grant.fd);
	free(grant.refs);
	free(op);
	return rc;
}

void vgpu_grant_free(struct vgpu_grant *grant)
{
	if (grant->fd >= 0)
		close(grant->fd);
	free(grant->refs);
	*grant = (struct vgpu_grant){ .fd = -1 };
}

/* ---- event channel ------------------------------------------------------------ */

int vgpu_port_bind(uint32_t domid, struct vgpu_port *out)
{
	xenevtchn_handle *handle = xenevtchn_open(NULL, 0);
	xenevtchn_port_or_error_t port;

	if (!handle)
		return errno ? -errno : -ENODEV;
	port = xenevtchn_bind_unbound_port(handle, domid);
	if (port < 0) {
		int rc = errno ? -errno : -EIO;

		xenevtchn_close(handle);
		return rc;
	}
	fcntl(xenevtchn_fd(handle), F_SETFL, O_RDWR | O_NONBLOCK);
	*out = (struct vgpu_port){
		.handle = handle, .fd = xenevtchn_fd(handle), .number = (uint32_t)port
	};
	return 0;
}

int vgpu_port_notify(struct vgpu_port *port)
{
	return xenevtchn_notify(port->handle, port->number) < 0 ? -errno : 0;
}

void vgpu_port_take(struct vgpu_port *port)
{
	xenevtchn_port_or_error_t fired = xenevtchn_pending(port->handle);

	if (fired >= 0)
		xenevtchn_unmask(port->handle, (evtchn_port_t)fired);
}

void vgpu_port_close(struct vgpu_port *port)
{
	if (port->handle) {
		xenevtchn_unbind(port->handle, port->number);
		xenevtchn_close(port->handle);
	}
	*port = (struct vgpu_port){ .fd = -1 };
}

int vgpu_port_park(struct vgpu_port *port)
{
	int fd = fcntl(port->fd, F_DUPFD, 3); /* without close-on-exec: it is to last */
	pid_t pid;

	if (fd < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		char text[16];

		if (fork() != 0) /* nobody is to wait for it */
			_exit(0);
		setsid();
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_IGN);
		snprintf(text, sizeof(text), "%d", fd);
		execl("/proc/self/exe", "vgpu-agentd", "--hold", text, (char *)NULL);
		for (;;)
			pause();
	}
	if (pid < 0) {
		close(fd);
		return -errno;
	}
	waitpid(pid, NULL, 0);
	close(fd);
	close(port->fd); /* the other process has it too: nothing is released */
	*port = (struct vgpu_port){ .fd = -1 }; /* the handle is leaked with intent */
	return 0;
}

/* ---- the rest ------------------------------------------------------------------- */

static long read_limit(void)
{
	char text[32] = "";
	int fd = open(LIMIT_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? strtol(text, NULL, 10) : -1;
}

const char *vgpu_xen_explain(int error, uint32_t pages, char *buf, size_t size)
{
	long limit = read_limit();

	switch (error < 0 ? -error : error) {
	case ENOSPC:
		if (limit >= (long)pages)
			snprintf(buf, size,
			         "no grants are left: this guest's grant table is full (%u pages of the "
			         "vgpu would be below xen_gntalloc's limit of %ld): raise "
			         "max_grant_frames in the guest's xl config",
			         pages, limit);
		else
			snprintf(buf, size,
			         "no grants are left: raise the limit of xen_gntalloc (now %ld pages, "
			         "%u are needed): vgpu-agentd --gntalloc-pages, or \"options xen_gntalloc "
			         "limit=N\" in modprobe.d",
			         limit, pages);
		break;
	case ENOENT:
		snprintf(buf, size, "no /dev/xen/gntalloc or /dev/xen/evtchn: load the modules "
		                    "xen_gntalloc and xen_evtchn");
		break;
	case ENOMEM:
		snprintf(buf, size, "this guest is out of memory");
		break;
	default:
		snprintf(buf, size, "%s", strerror(error < 0 ? -error : error));
	}
	return buf;
}

/* Run modprobe; a module that is built in is fine, too. */
static void load_module(const char *name, const char *device)
{
	pid_t pid;
	int status = 0;

	if (access(device, F_OK) == 0)
		return;
	pid = fork();
	if (pid == 0) {
		execlp("modprobe", "modprobe", "-q", name, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	for (int i = 0; i < 50 && access(device, F_OK) < 0; i++)
		usleep(20000); /* the node comes a moment after the module */
	if (access(device, F_OK) < 0)
		vgpu_agent_log("no %s even after modprobe %s (status %d): programs will get no vgpu",
		               device, name, WEXITSTATUS(status));
}

void vgpu_xen_prepare(uint32_t gntalloc_pages)
{
	long now;
	int fd;

	load_module("xen_evtchn", "/dev/xen/evtchn");
	load_module("xen_gntalloc", "/dev/xen/gntalloc");
	now = read_limit();
	if (gntalloc_pages == 0 || now < 0 || now >= (long)gntalloc_pages)
		return;
	fd = open(LIMIT_FILE, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%u", gntalloc_pages) < 0)
		vgpu_agent_log("cannot raise %s from %ld to %u: %s", LIMIT_FILE, now, gntalloc_pages,
		               strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* SPDX-License-Identifier: MIT */
#include "tests/unit/fake_xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fake_xen *the;

static struct fake_xen *self(struct vgpu_xen *xen)
{
	return (struct fake_xen *)xen;
}

/* ---- xenstore --------------------------------------------------------------------- */

static void full_path(const char *path, char full[256])
{
	if (path[0] == '/' || path[0] == '@')
		snprintf(full, 256, "%.255s", path);
	else
		snprintf(full, 256, "/local/domain/0/%.230s", path);
}

static bool below(const char *path, const char *parent)
{
	size_t n = strlen(parent);

	return strncmp(path, parent, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static struct fake_node *find(struct fake_xen *x, const char *path)
{
	char full[256];
	struct fake_node *node;

	full_path(path, full);
	for (node = x->nodes; node && strcmp(node->path, full) != 0; node = node->next)
		;
	return node;
}

static void fire_one(struct fake_xen *x, const struct fake_watch *w, const char *full)
{
	struct fake_fired *f = calloc(1, sizeof(*f)), **at;
	const char *shown = full;
	uint64_t one = 1;
	ssize_t n;

	if (w->path[0] != '/' && w->path[0] != '@' && strncmp(full, "/local/domain/0/", 16) == 0)
		shown = full + 16;
	snprintf(f->path, sizeof(f->path), "%s", shown);
	snprintf(f->token, sizeof(f->token), "%s", w->token);
	for (at = &x->fired; *at; at = &(*at)->next)
		;
	*at = f;
	n = write(x->fd, &one, sizeof(one));
	(void)n;
}

static void fire(struct fake_xen *x, const char *full)
{
	for (struct fake_watch *w = x->watches; w; w = w->next)
		if (below(full, w->full) || below(w->full, full))
			fire_one(x, w, below(w->full, full) ? w->full : full);
}

void fake_set(struct fake_xen *x, const char *path, const char *value)
{
	struct fake_node *node = find(x, path);

	if (!node) {
		node = calloc(1, sizeof(*node));
		full_path(path, node->path);
		node->next = x->nodes;
		x->nodes = node;
	}
	snprintf(node->value, sizeof(node->value), "%s", value);
	fire(x, node->path);
}

const char *fake_get(struct fake_xen *x, const char *path)
{
	struct fake_node *node = find(x, path);

	return node ? node->value : NULL;
}

void fake_rm(struct fake_xen *x, const char *path)
{
	char full[256];
	struct fake_node **at = &x->nodes;

	full_path(path, full);
	while (*at) {
		struct fake_node *node = *at;

		if (below(node->path, full)) {
			*at = node->next;
			free(node);
		} else {
			at = &node->next;
		}
	}
	fire(x, full);
}

uint32_t fake_count(struct fake_xen *x, const char *path)
{
	char full[256];
	uint32_t n = 0;

	full_path(path, full);
	for (struct fake_node *node = x->nodes; node; node = node->next)
		n += below(node->path, full);
	return n;
}

static char *fake_read(struct vgpu_xen *xen, const char *path)
{
	const char *value = fake_get(self(xen), path);

	errno = ENOENT;
	return value ? strdup(value) : NULL;
}

/* Names of the children: one block, as libxenstore gives them. */
static char **fake_list(struct vgpu_xen *xen, const char *path, unsigned int *n)
{
	struct fake_xen *x = self(xen);
	char **out = calloc(1, 64 * sizeof(char *) + 64 * 32), *text, full[256];
	bool exists = false;

	if (x->fail_list) {
		errno = x->fail_list;
		free(out);
		return NULL;
	}
	full_path(path, full);
	text = (char *)(out + 64);
	*n = 0;
	for (struct fake_node *node = x->nodes; node; node = node->next) {
		const char *name = node->path + strlen(full) + 1;
		int length;
		bool known = false;

		if (!below(node->path, full))
			continue;
		exists = true;
		if (strcmp(node->path, full) == 0)
			continue;
		length = (int)strcspn(name, "/");
		for (unsigned int i = 0; i < *n; i++)
			known |= strncmp(out[i], name, (size_t)length) == 0 && !out[i][length];
		if (known || *n == 64 || length > 31)
			continue;
		out[*n] = text + *n * 32;
		snprintf(out[(*n)++], 32, "%.*s", length, name);
	}
	if (!exists) {
		free(out);
		errno = ENOENT;
		return NULL;
	}
	return out;
}

static int fake_write(struct vgpu_xen *xen, const char *folder, const struct vgpu_xen_node *nodes,
                      unsigned int n)
{
	struct fake_xen *x = self(xen);
	char path[256];

	if (x->fail_write)
		return -x->fail_write;
	snprintf(path, sizeof(path), "%s/state", folder);
	if (!fake_get(x, path))
		return -ENOENT;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, nodes[i].name);
		fake_set(x, path, nodes[i].value);
	}
	return 0;
}

static int fake_remove(struct vgpu_xen *xen, const char *path)
{
	fake_rm(self(xen), path);
	return 0;
}

static int fake_watch(struct vgpu_xen *xen, const char *path, const char *token)
{
	struct fake_xen *x = self(xen);
	struct fake_watch *w = calloc(1, sizeof(*w));

	snprintf(w->path, sizeof(w->path), "%s", path);
	full_path(path, w->full);
	snprintf(w->token, sizeof(w->token), "%s", token);
	w->next = x->watches;
	x->watches = w;
	fire_one(x, w, w->full);
	return 0;
}

static void fake_unwatch(struct vgpu_xen *xen, const char *path, const char *token)
{
	for (struct fake_watch **at = &self(xen)->watches; *at; at = &(*at)->next) {
		struct fake_watch *w = *at;

		if (strcmp(w->path, path) == 0 && strcmp(w->token, token) == 0) {
			*at = w->next;
			free(w);
			return;
		}
	}
}

static int fake_watch_fd(struct vgpu_xen *xen)
{
	return self(xen)->fd;
}

static bool fake_watch_take(struct vgpu_xen *xen, char *path, char *token, uint32_t size)
{
	struct fake_xen *x = self(xen);
	struct fake_fired *f = x->fired;
	uint64_t count;

	if (!f) {
		ssize_t n = read(x->fd, &count, sizeof(count));

		(void)n;
		return false;
	}
	x->fired = f->next;
	snprintf(path, size, "%s", f->path);
	snprintf(token, size, "%s", f->token);
	free(f);
	return true;
}

static bool fake_domain_exists(struct vgpu_xen *xen, uint32_t domid)
{
	return domid < 16 && !self(xen)->dead[domid];
}

/* ---- grants --------------------------------------------------------------------------- */

void fake_grant(struct fake_xen *x, uint32_t domid, uint32_t ref, void *page)
{
	if (x->n_grants == FAKE_GRANTS)
		abort();
	x->grants[x->n_grants].domid = domid;
	x->grants[x->n_grants].ref = ref;
	x->grants[x->n_grants++].page = page;
}

static void *granted(struct fake_xen *x, uint32_t domid, uint32_t ref)
{
	for (uint32_t i = 0; i < x->n_grants; i++)
		if (x->grants[i].domid == domid && x->grants[i].ref == ref)
			return x->grants[i].page;
	errno = EINVAL;
	return NULL;
}

static void *fake_map_page(struct vgpu_xen *xen, uint32_t domid, uint32_t ref)
{
	void *page = granted(self(xen), domid, ref);

	self(xen)->maps += page != NULL;
	return page;
}

static void fake_unmap_page(struct vgpu_xen *xen, void *page)
{
	self(xen)->maps--;
}

static int fake_copy_page(struct vgpu_xen *xen, uint32_t domid, uint32_t ref, void *dst)
{
	void *page = granted(self(xen), domid, ref);

	if (!page)
		return -EFAULT;
	memcpy(dst, page, VGPUIF_PAGE_SIZE);
	return 0;
}

static int fake_grant_file(struct vgpu_xen *xen, uint32_t domid, const uint32_t *refs, uint32_t n)
{
	struct fake_xen *x = self(xen);

	x->grant_files++;
	x->last_n = n;
	memcpy(x->last_refs, refs, (n < 8 ? n : 8) * sizeof(refs[0]));
	return memfd_create("fake-grants", MFD_CLOEXEC);
}

/* ---- event channels -------------------------------------------------------------------- */

static int fake_port_open(struct vgpu_xen *xen, uint32_t domid, uint32_t remote,
                          struct vgpu_xen_port **out)
{
	if (remote != FAKE_PORT || self(xen)->ports)
		return -EINVAL;
	self(xen)->ports++;
	*out = (struct vgpu_xen_port *)self(xen);
	return 0;
}

static void fake_port_close(struct vgpu_xen_port *port)
{
	((struct fake_xen *)port)->ports--;
}

static int fake_port_fd(struct vgpu_xen_port *port)
{
	return ((struct fake_xen *)port)->port_fd;
}

static bool fake_port_take(struct vgpu_xen_port *port)
{
	uint64_t count;

	return read(((struct fake_xen *)port)->port_fd, &count, sizeof(count)) == 8;
}

static void fake_port_unmask(struct vgpu_xen_port *port)
{
	((struct fake_xen *)port)->unmasks++;
}

static void fake_port_notify(struct vgpu_xen_port *port)
{
	((struct fake_xen *)port)->notifies++;
}

void fake_event(struct fake_xen *x)
{
	uint64_t one = 1;
	ssize_t n = write(x->port_fd, &one, sizeof(one));

	(void)n;
}

/* ---- workers ------------------------------------------------------------------------------ */

int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out)
{
	return -EAGAIN;
}

void vgpu_worker_put(struct vgpu_worker *worker)
{
}

int vgpu_worker_start(struct vgpu_daemon *daemon, const struct vgpu_worker_events *events,
                      struct vgpu_xguest *guest, const char *device, struct vgpu_worker **out)
{
	struct vgpu_worker *worker;

	if (the->no_workers || the->old)
		return -EAGAIN;
	if (the->worker && !the->worker->guest->gone)
		abort(); /* one guest, one worker */
	the->old = the->worker; /* of a device that was removed, and is there anew */
	worker = calloc(1, sizeof(*worker));
	worker->daemon = daemon;
	worker->events = events;
	worker->guest = guest;
	worker->pid = (pid_t)0x7ffffff0; /* nobody's: it may be killed */
	snprintf(the->device, sizeof(the->device), "%s", device ? device : "");
	the->worker = worker;
	the->starts++;
	*out = worker;
	return 0;
}

void vgpu_worker_end(struct vgpu_worker *worker)
{
	the->ends += !worker->ending;
	worker->ending = true;
}

void vgpu_worker_log(struct vgpu_worker *worker, const char *fmt, ...)
{
}

void vgpu_worker_destroy(struct vgpu_worker *worker)
{
}

void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg, const int *fds)
{
	struct fake_sent *sent = &the->sent[the->n_sent++ % FAKE_SENT];

	sent->type = msg->type;
	sent->a = msg->a;
	sent->b = msg->b;
	sent->c = msg->c;
	sent->d = msg->d;
	sent->fds = msg->fds;
}

void fake_worker_ready(struct fake_xen *x)
{
	x->worker->ready = true;
	x->worker->events->ready(x->worker);
}

void fake_worker_gone(struct fake_xen *x, const char *why)
{
	struct vgpu_worker *worker = x->worker;

	x->worker = NULL;
	worker->events->gone(worker, why);
	free(worker);
}

void fake_old_gone(struct fake_xen *x)
{
	struct vgpu_worker *worker = x->old;

	x->old = NULL;
	if (worker)
		worker->events->gone(worker, "old");
	free(worker);
}

const struct fake_sent *fake_sent(struct fake_xen *x, uint32_t type)
{
	for (uint32_t i = x->n_sent; i > 0 && i + FAKE_SENT > x->n_sent; i--)
		if (x->sent[(i - 1) % FAKE_SENT].type == type)
			return &x->sent[(i - 1) % FAKE_SENT];
	return NULL;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void fake_close(struct vgpu_xen *xen)
{
	/* freed by fake_xen_free: tests look at it after the daemon has let go */
}

static const struct vgpu_xen_ops ops = {
	.close = fake_close,
	.read = fake_read,
	.list = fake_list,
	.write = fake_write,
	.remove = fake_remove,
	.watch = fake_watch,
	.unwatch = fake_unwatch,
	.watch_fd = fake_watch_fd,
	.watch_take = fake_watch_take,
	.domain_exists = fake_domain_exists,
	.map_page = fake_map_page,
	.unmap_page = fake_unmap_page,
	.copy_page = fake_copy_page,
	.grant_file = fake_grant_file,
	.port_open = fake_port_open,
	.port_close = fake_port_close,
	.port_fd = fake_port_fd,
	.port_take = fake_port_take,
	.port_unmask = fake_port_unmask,
	.port_notify = fake_port_notify,
};

struct fake_xen *fake_xen_new(void)
{
	struct fake_xen *x = calloc(1, sizeof(*x));

	x->base.ops = &ops;
	x->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	x->port_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	x->daemon.next_conn = 1;
	x->daemon.listen_sock = -1;
	if (sd_event_new(&x->daemon.event) < 0)
		abort();
	the = x;
	return x;
}

void fake_xen_start(struct fake_xen *x)
{
	if (vgpu_xen_start(&x->daemon, &x->base, x->attach, &x->xd))
		abort();
}

void fake_xen_free(struct fake_xen *x)
{
	if (x->xd)
		vgpu_xen_finish(x->xd);
	while (x->nodes) {
		struct fake_node *node = x->nodes;

		x->nodes = node->next;
		free(node);
	}
	while (x->watches) {
		struct fake_watch *w = x->watches;

		x->watches = w->next;
		free(w);
	}
	while (x->fired) {
		struct fake_fired *f = x->fired;

		x->fired = f->next;
		free(f);
	}
	free(x->worker);
	free(x->old);
	close(x->fd);
	close(x->port_fd);
	sd_event_unref(x->daemon.event);
	the = NULL;
	free(x);
}

void fake_run(struct fake_xen *x, unsigned int ms)
{
	while (sd_event_run(x->daemon.event, ms * 1000ull) > 0)
		;
}

void fake_attach(struct fake_xen *x, uint32_t domid)
{
	char front[64], back[64], path[128], value[128];

	snprintf(front, sizeof(front), "/local/domain/%u/device/vgpu/0", domid);
	snprintf(back, sizeof(back), "backend/vgpu/%u/0", domid);
	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	snprintf(value, sizeof(value), "guest%u", domid);
	fake_set(x, path, value);
	snprintf(path, sizeof(path), "%s/state", front);
	fake_set(x, path, "1");
	snprintf(path, sizeof(path), "%s/frontend", back);
	fake_set(x, path, front);
	snprintf(path, sizeof(path), "%s/online", back);
	fake_set(x, path, "1");
	snprintf(path, sizeof(path), "%s/state", back);
	fake_set(x, path, "1");
}

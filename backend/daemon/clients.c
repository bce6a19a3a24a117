/* SPDX-License-Identifier: MIT */
/*
 * Programs and tools on the socket. Every message is a guess of an untrusted
 * peer: sizes are checked, counts have caps, a wrong message ends the connection.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"
#include "protocol/ring.h"
#include "protocol/wire.h"

#define MAX_STATS (4 << 20) /* octets of a worker's answer to "list" */

/* Memory that its holder can neither shrink nor grow: a mapped page never vanishes. */
static int sealed_memory(const char *name, uint64_t bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)bytes) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static void answer(struct vgpu_client_conn *client, struct vgpu_broker_msg *msg, const int *fds)
{
	/* a peer that does not read its answers is ended by the send's failure */
	if (vgpu_broker_send(client->sock, msg, fds))
		shutdown(client->sock, SHUT_RDWR);
}

static void refuse(struct vgpu_client_conn *client, int error, const char *text)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, VGPU_BROKER_ERROR, "%s", text);
	msg.a = (uint32_t)error;
	answer(client, &msg, NULL);
}

static void lose(struct vgpu_client_conn *client, const char *why)
{
	struct vgpu_broker_msg msg;

	vgpu_worker_put(client->worker);
	client->worker = NULL;
	if (client->welcomed) {
		vgpu_broker_msg_init(&msg, VGPU_BROKER_LOST, "%s", why);
		answer(client, &msg, NULL);
		shutdown(client->sock, SHUT_WR);
	} else {
		refuse(client, EIO, why);
	}
}

static void welcome(struct vgpu_client_conn *client)
{
	struct vgpu_broker_msg msg;
	int frame = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (frame < 0) {
		refuse(client, errno, "the backend has no descriptors left (raise its LimitNOFILE)");
		return;
	}
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_CONN_ADD, "%s", client->name);
	msg.a = client->id;
	msg.b = (uint32_t)client->pid;
	msg.c = client->uid;
	msg.fds = 1;
	client->worker->busy = true;
	vgpu_worker_send(client->worker, &msg, &frame);
	vgpu_broker_msg_init(&msg, VGPU_BROKER_WELCOME, NULL);
	msg.a = VGPU_BROKER_VERSION;
	msg.b = client->id;
	msg.c = (uint32_t)getpid();
	msg.fds = 1;
	client->welcomed = true;
	answer(client, &msg, &frame);
	close(frame);
}

static void hello(struct vgpu_client_conn *client, const struct vgpu_broker_msg *msg)
{
	uint32_t wait_ms, failures = 0;
	char text[128];
	int rc;

	if (client->is_program) {
		refuse(client, EPROTO, "HELLO came twice");
		return;
	}
	if (msg->a > VGPU_BROKER_VERSION || msg->b < VGPU_BROKER_VERSION) {
		snprintf(text, sizeof(text), "the backend speaks version %u, the guest library %u to %u",
		         VGPU_BROKER_VERSION, msg->a, msg->b);
		refuse(client, EPROTONOSUPPORT, text);
		return;
	}
	client->is_program = true;
	snprintf(client->name, sizeof(client->name), "%.63s", msg->text);
	rc = vgpu_worker_get(client->daemon, client->uid, client->pid, &client->worker);
	if (rc == -EAGAIN && (wait_ms = vgpu_backoff_wait_ms(client->daemon, client->uid,
	                                                     &failures)) > 0) {
		snprintf(text, sizeof(text),
		         "the worker failed %u times in a row (see the backend's log); the next try is "
		         "in %u s", failures, (wait_ms + 999) / 1000);
		refuse(client, -rc, text);
		return;
	}
	if (rc) {
		snprintf(text, sizeof(text), "no worker could be started: %s", strerror(-rc));
		refuse(client, -rc, text);
		return;
	}
	if (client->worker->ready)
		welcome(client);
}

static bool ring_size_ok(uint32_t bytes)
{
	return bytes >= VGPU_MIN_RING && bytes <= VGPU_MAX_RING && (bytes & (bytes - 1)) == 0;
}

static void stream_open(struct vgpu_client_conn *client, const struct vgpu_broker_msg *req)
{
	struct vgpu_broker_msg msg;
	int fds[3] = { -1, -1, -1 };

	if (!ring_size_ok(req->a) || !ring_size_ok(req->b)) {
		refuse(client, EINVAL, "a ring size must be a power of two within the limits");
		return;
	}
	if (client->n_streams >= VGPU_MAX_STREAMS) {
		refuse(client, EMFILE, "too many streams in one program");
		return;
	}
	fds[0] = sealed_memory("vgpu-stream", VGPU_STREAM_HEADER + (uint64_t)req->a + req->b);
	fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fds[2] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0) {
		refuse(client, ENOMEM, "the backend has no memory or descriptors left");
		goto out;
	}
	client->streams[client->n_streams++] = client->next_object;
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_STREAM_ADD, NULL);
	msg.a = client->id;
	msg.b = client->next_object++;
	msg.c = req->a;
	msg.d = req->b;
	msg.fds = 3;
	vgpu_worker_send(client->worker, &msg, fds);
	msg.type = VGPU_BROKER_STREAM;
	msg.a = msg.b;
	msg.b = req->a;
	msg.c = req->b;
	msg.d = 0;
	answer(client, &msg, fds);
out:
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void pool_open(struct vgpu_client_conn *client, const struct vgpu_broker_msg *req)
{
	struct vgpu_broker_msg msg;
	int fd;

	if (req->a < VGPU_POOL_HEADER || req->a > VGPU_MAX_POOL_BYTES || req->a % 4096 != 0) {
		refuse(client, EINVAL, "a pool's size is out of limits");
		return;
	}
	if (client->n_pools >= VGPU_MAX_POOLS) {
		refuse(client, EMFILE, "too many frame pools in one program");
		return;
	}
	fd = sealed_memory("vgpu-frames", req->a);
	if (fd < 0) {
		refuse(client, -fd, "the backend has no memory or descriptors left");
		return;
	}
	client->pools[client->n_pools++] = client->next_object;
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_POOL_ADD, NULL);
	msg.a = client->id;
	msg.b = client->next_object++;
	msg.c = req->a;
	msg.fds = 1;
	vgpu_worker_send(client->worker, &msg, &fd);
	msg.type = VGPU_BROKER_POOL;
	msg.a = msg.b;
	msg.b = req->a;
	msg.c = 0;
	answer(client, &msg, &fd);
	close(fd);
}

/* A stream or pool that is no longer used. A number that is not the program's own says nothing. */
static void object_close(struct vgpu_client_conn *client, enum vgpu_broker_type type, uint32_t id)
{
	struct vgpu_broker_msg msg;
	bool stream = type == VGPU_BROKER_W_STREAM_DEL;
	uint32_t *count = stream ? &client->n_streams : &client->n_pools;
	uint32_t *list = stream ? client->streams : client->pools, i;

	for (i = 0; i < *count && list[i] != id; i++)
		;
	if (i == *count)
		return;
	list[i] = list[--*count];
	vgpu_broker_msg_init(&msg, type, NULL);
	msg.a = client->id;
	msg.b = id;
	vgpu_worker_send(client->worker, &msg, NULL);
}

/* ---- "list" ---------------------------------------------------------------- */

/* What retired workers have drawn, as far as this user may know it. A new reference. */
static struct json_object *past_of(const struct vgpu_client_conn *client)
{
	struct json_object *all = client->daemon->past, *list = json_object_new_array(), *uid;

	for (size_t i = 0; all && i < json_object_array_length(all); i++) {
		struct json_object *entry = json_object_array_get_idx(all, i);

		if (client->uid == 0 || (json_object_object_get_ex(entry, "uid", &uid) &&
		                         json_object_get_int64(uid) == client->uid))
			json_object_array_add(list, json_object_get(entry));
	}
	return list;
}

/* Send json (taken) to a tool, in a memfd: it may be longer than a message. */
static void admin_reply(struct vgpu_client_conn *client, struct json_object *json)
{
	struct vgpu_broker_msg msg;
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	int fd = memfd_create("vgpu-answer", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text)) {
		vgpu_broker_msg_init(&msg, VGPU_BROKER_ADMIN_REPLY, NULL);
		msg.fds = 1;
		answer(client, &msg, &fd);
	} else {
		refuse(client, errno, "the backend has no memory left");
	}
	if (fd >= 0)
		close(fd);
	json_object_put(json);
}

static void admin_finish(struct vgpu_client_conn *client)
{
	struct json_object *top = json_object_new_object();

	json_object_object_add(top, "schema", json_object_new_int(1));
	json_object_object_add(top, "backend_pid", json_object_new_int(getpid()));
	json_object_object_add(top, "workers", client->admin_answer);
	json_object_object_add(top, "past", past_of(client));
	client->admin_answer = NULL;
	free(client->admin_workers);
	client->admin_workers = NULL;
	if (client->daemon->xen && client->uid == 0)
		json_object_object_add(top, "guests", vgpu_xen_list(client->daemon->xen));
	admin_reply(client, top);
}

/* "log GUEST": a user may read the own lines, root everybody's. */
static void admin_log(struct vgpu_client_conn *client, const char *guest)
{
	struct json_object *json;
	char own[24];

	snprintf(own, sizeof(own), "%u", (unsigned)client->uid);
	if (client->uid != 0 && strcmp(guest, own) != 0) {
		refuse(client, EACCES, "only root may read the log of others");
		return;
	}
	json = vgpu_log_json(client->daemon->logs, guest);
	if (json)
		admin_reply(client, json);
	else
		refuse(client, ENOENT, "nothing was told about such a guest since the backend began");
}

/* One answer fewer is missing; false: this worker was not asked. */
static bool admin_got(struct vgpu_client_conn *client, const struct vgpu_worker *worker)
{
	for (uint32_t i = 0; i < client->admin_waiting; i++) {
		if (client->admin_workers[i] == worker) {
			client->admin_workers[i] = client->admin_workers[--client->admin_waiting];
			return true;
		}
	}
	return false;
}

static void admin(struct vgpu_client_conn *client, const struct vgpu_broker_msg *req)
{
	struct vgpu_broker_msg msg;
	size_t n = 0;

	if (strncmp(req->text, "log ", 4) == 0) {
		admin_log(client, req->text + 4);
		return;
	}
	if (strcmp(req->text, "list") != 0 || client->admin_answer) {
		refuse(client, EINVAL, "unknown request (known: list, log GUEST)");
		return;
	}
	for (struct vgpu_worker *w = client->daemon->workers; w; w = w->next)
		n++;
	client->admin_workers = calloc(n + 1, sizeof(struct vgpu_worker *));
	if (!client->admin_workers) {
		refuse(client, ENOMEM, "the backend has no memory left");
		return;
	}
	client->admin_answer = json_object_new_array();
	for (struct vgpu_worker *w = client->daemon->workers; w; w = w->next) {
		/* guests are the admin's business; a user's that ends stands in "past" */
		if (client->uid != 0 && (w->guest || w->uid != client->uid))
			continue;
		/* what is starting or ending has no time for this */
		if (w->ending || !w->ready)
			continue;
		vgpu_broker_msg_init(&msg, VGPU_BROKER_W_STATS, NULL);
		msg.a = client->id;
		vgpu_worker_send(w, &msg, NULL);
		client->admin_workers[client->admin_waiting++] = w;
	}
	if (client->admin_waiting == 0)
		admin_finish(client);
}

/* Which rules of the jail hold for this worker, and why the others do not. */
static struct json_object *jail_json(const struct vgpu_worker *worker)
{
	struct json_object *jail = json_object_new_object(), *active = json_object_new_array();
	struct json_object *missing = json_object_new_object();

	json_object_object_add(jail, "on", json_object_new_boolean(worker->daemon->jail.on));
	for (unsigned int i = 0; i < VGPU_JAIL_RULES; i++) {
		const char *name = vgpu_jail_rule_name(i);

		if (worker->jail.active >> i & 1)
			json_object_array_add(active, json_object_new_string(name));
		else if (worker->daemon->jail.on)
			json_object_object_add(missing, name,
			                       json_object_new_string(worker->jail.why[i]));
	}
	json_object_object_add(jail, "active", active);
	json_object_object_add(jail, "missing", missing);
	return jail;
}

struct json_object *vgpu_clients_read_stats(int fd, size_t most)
{
	struct json_object *stats = NULL;
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > most)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	n = text ? pread(fd, text, (size_t)st.st_size, 0) : -1;
	if (n > 0) {
		text[n] = '\0';
		stats = json_tokener_parse(text);
	}
	free(text);
	return stats;
}

void vgpu_clients_stats(struct vgpu_worker *worker, uint32_t request, int fd)
{
	static const char *const parts[] = { "programs", "ended", "ending" };
	struct vgpu_client_conn *client;
	struct json_object *entry, *stats, *value;

	for (client = worker->daemon->clients; client && client->id != request;
	     client = client->next)
		;
	if (!client || !client->admin_answer || fd < 0 || !admin_got(client, worker))
		return;
	if (worker->ending && !worker->guest) {
		/* what it has drawn stands in "past" */
		if (client->admin_waiting == 0)
			admin_finish(client);
		return;
	}
	stats = vgpu_clients_read_stats(fd, MAX_STATS);
	entry = json_object_new_object();
	json_object_object_add(entry, "pid", json_object_new_int(worker->pid));
	json_object_object_add(entry, "uid", json_object_new_int64(worker->uid));
	if (worker->guest)
		vgpu_xen_describe(worker->guest, entry);
	json_object_object_add(entry, "renderer", json_object_new_string(worker->renderer));
	json_object_object_add(entry, "jail", jail_json(worker));
	/* programs, those that have ended lately, and how many are just being taken down */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (json_object_object_get_ex(stats, parts[i], &value))
			json_object_object_add(entry, parts[i], json_object_get(value));
	json_object_put(stats);
	json_object_array_add(client->admin_answer, entry);
	if (client->admin_waiting == 0)
		admin_finish(client);
}

void vgpu_clients_no_stats(struct vgpu_worker *worker)
{
	for (struct vgpu_client_conn *c = worker->daemon->clients; c; c = c->next)
		if (c->admin_answer && admin_got(c, worker) && c->admin_waiting == 0)
			admin_finish(c);
}

/* ---- events --------------------------------------------------------------------- */

static void handle(struct vgpu_client_conn *client, const struct vgpu_broker_msg *msg)
{
	if (msg->type == VGPU_BROKER_HELLO) {
		hello(client, msg);
		return;
	}
	if (msg->type == VGPU_BROKER_ADMIN) {
		admin(client, msg);
		return;
	}
	if (!client->welcomed || !client->worker) {
		refuse(client, EPROTO, "not connected: say HELLO first");
		return;
	}
	switch (msg->type) {
	case VGPU_BROKER_STREAM_OPEN:
		stream_open(client, msg);
		break;
	case VGPU_BROKER_POOL_OPEN:
		pool_open(client, msg);
		break;
	case VGPU_BROKER_STREAM_CLOSE:
		object_close(client, VGPU_BROKER_W_STREAM_DEL, msg->a);
		break;
	case VGPU_BROKER_POOL_CLOSE:
		object_close(client, VGPU_BROKER_W_POOL_DEL, msg->a);
		break;
	default:
		refuse(client, EPROTO, "a message that programs do not send");
		shutdown(client->sock, SHUT_RDWR);
	}
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_client_conn *client = data;
	struct vgpu_broker_msg msg;
	int rc = vgpu_broker_recv_plain(fd, &msg);

	if (rc == -EAGAIN)
		return 0;
	if (rc) {
		vgpu_client_conn_destroy(client);
		return 0;
	}
	handle(client, &msg);
	return 0;
}

void vgpu_clients_accept(struct vgpu_daemon *daemon, int sock)
{
	struct vgpu_client_conn *client = calloc(1, sizeof(*client));
	struct ucred cred;
	socklen_t len = sizeof(cred);
	uint32_t connections = 0;

	if (!client || getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		goto out;
	if (cred.uid != getuid() && cred.uid != 0 && getuid() != 0) {
		vgpu_daemon_log("user %u may not use the backend of user %u", (unsigned)cred.uid,
		                (unsigned)getuid());
		goto out;
	}
	for (const struct vgpu_client_conn *c = daemon->clients; c; c = c->next)
		connections += c->uid == cred.uid;
	if (connections >= VGPU_MAX_USER_CONNS)
		goto out; /* nothing is said: that would be a line each */
	client->daemon = daemon;
	client->id = daemon->next_conn++;
	client->sock = sock;
	client->uid = cred.uid;
	client->pid = cred.pid;
	client->next_object = 1;
	if (sd_event_add_io(daemon->event, &client->io, sock, EPOLLIN, on_io, client) < 0)
		goto out;
	client->next = daemon->clients;
	daemon->clients = client;
	return;
out:
	free(client);
	close(sock);
}

void vgpu_client_conn_destroy(struct vgpu_client_conn *client)
{
	struct vgpu_client_conn **at;
	struct vgpu_broker_msg msg;

	for (at = &client->daemon->clients; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			break;
		}
	}
	if (client->worker && client->welcomed) {
		vgpu_broker_msg_init(&msg, VGPU_BROKER_W_CONN_DEL, NULL);
		msg.a = client->id;
		vgpu_worker_send(client->worker, &msg, NULL);
	}
	if (client->worker)
		vgpu_worker_put(client->worker);
	if (client->admin_answer)
		json_object_put(client->admin_answer);
	free(client->admin_workers);
	sd_event_source_disable_unref(client->io);
	close(client->sock);
	free(client);
}

static void worker_ready(struct vgpu_worker *worker)
{
	for (struct vgpu_client_conn *c = worker->daemon->clients; c; c = c->next)
		if (c->worker == worker && !c->welcomed)
			welcome(c);
}

static void worker_gone(struct vgpu_worker *worker, const char *why)
{
	for (struct vgpu_client_conn *c = worker->daemon->clients; c; c = c->next)
		if (c->worker == worker)
			lose(c, why);
}

static void broken(struct vgpu_worker *worker, uint32_t conn, const char *why)
{
	for (struct vgpu_client_conn *c = worker->daemon->clients; c; c = c->next) {
		if (c->id == conn && c->worker == worker) {
			struct vgpu_broker_msg msg;

			vgpu_worker_log(worker, "program %u (%s, pid %d) is cut off: %s", c->id, c->name,
			                (int)c->pid, why);
			vgpu_broker_msg_init(&msg, VGPU_BROKER_W_CONN_DEL, NULL);
			msg.a = conn;
			vgpu_worker_send(worker, &msg, NULL);
			lose(c, why);
			return;
		}
	}
}

/* The program was told long ago that it has its memory: it is lost. */
static void mapped(struct vgpu_worker *worker, uint32_t conn, uint32_t object, uint32_t error)
{
	if (error)
		broken(worker, conn, strerror((int)error));
}

static void unmapped(struct vgpu_worker *worker, uint32_t conn, uint32_t object)
{
	/* the memory is a file of ours: it goes with its last user */
}

const struct vgpu_worker_events vgpu_clients_events = {
	.ready = worker_ready,
	.gone = worker_gone,
	.broken = broken,
	.mapped = mapped,
	.unmapped = unmapped,
};

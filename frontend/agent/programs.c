/* SPDX-License-Identifier: MIT */
/* Programs on the socket. Any user of the group may send anything here. */
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "frontend/agent/agent.h"
#include "frontend/agent/log.h"

#define NO_SLOT 0xffffffffu

/* ---- answers ------------------------------------------------------------------------- */

void vgpu_program_send(struct vgpu_program *program, const struct vgpu_broker_msg *msg,
                       const int *fds)
{
	/* one that does not read its answers is cut off */
	if (program->sock >= 0 && vgpu_broker_send(program->sock, msg, fds))
		shutdown(program->sock, SHUT_RDWR);
}

void vgpu_program_refuse(struct vgpu_program *program, int error, const char *fmt, ...)
{
	struct vgpu_broker_msg msg;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	vgpu_broker_msg_init(&msg, VGPU_BROKER_ERROR, "%s", text);
	msg.a = (uint32_t)error;
	vgpu_program_send(program, &msg, NULL);
}

void vgpu_program_busy(struct vgpu_program *program, bool busy)
{
	program->busy = busy;
	if (program->io)
		sd_event_source_set_enabled(program->io, busy ? SD_EVENT_OFF : SD_EVENT_ON);
}

/* ---- life ------------------------------------------------------------------------------ */

static void program_free(struct vgpu_program *program)
{
	struct vgpu_agent *agent = program->agent;
	struct vgpu_program **at = &agent->programs;

	while (*at != program)
		at = &(*at)->next;
	*at = program->next;
	while (program->objects)
		vgpu_object_free(program->objects);
	if (program->slot >= 0)
		vgpu_slot_give(&agent->device.slots, (uint32_t)program->slot);
	if (program->frame_event >= 0)
		close(program->frame_event);
	sd_event_source_disable_unref(program->io);
	sd_event_source_disable_unref(program->timer);
	if (program->sock >= 0)
		close(program->sock);
	vgpu_usage_give(program->user, VGPU_CONNECTIONS, 1);
	free(program);
	vgpu_usage_prune(&agent->usage);
}

/* Free it if its program is gone and the backend holds nothing of it. */
static bool free_if_done(struct vgpu_program *program)
{
	if (program->sock >= 0 || program->conn || program->pending > 0)
		return false;
	program_free(program);
	return true;
}

int vgpu_program_request(struct vgpu_program *program, const struct vgpuif_request *request,
                         vgpu_answer_fn *answer, void *data)
{
	int rc;

	if (!program->agent->device.control.shared)
		return -EPIPE;
	rc = vgpu_control_request(&program->agent->device.control, request, answer, data);
	if (!rc)
		program->pending++;
	return rc;
}

bool vgpu_program_answered(struct vgpu_program *program)
{
	program->pending--;
	return free_if_done(program);
}

/* Everything of the connection is unmapped. */
static void on_conn_closed(void *data, const struct vgpuif_response *response)
{
	struct vgpu_program *program = data;

	if (!response)
		return; /* vgpu_programs_unmapped does it */
	program->conn = 0;
	program->closing = false;
	vgpu_program_answered(program);
}

static void close_conn(struct vgpu_program *program)
{
	struct vgpuif_request request = {
		.op = VGPUIF_OP_CONN_CLOSE, .conn = program->conn, .slot = NO_SLOT
	};

	if (!program->conn || program->closing)
		return;
	for (struct vgpu_object *o = program->objects; o; o = o->next)
		o->io = sd_event_source_disable_unref(o->io);
	if (program->slot >= 0)
		request.slot = (uint32_t)program->slot;
	if (vgpu_program_request(program, &request, on_conn_closed, program) == 0)
		program->closing = true;
}

/* Its socket ended. */
static void program_gone(struct vgpu_program *program)
{
	program->io = sd_event_source_disable_unref(program->io);
	program->timer = sd_event_source_disable_unref(program->timer);
	close(program->sock);
	program->sock = -1;
	close_conn(program);
	free_if_done(program);
}

static void lose(struct vgpu_program *program, const char *why)
{
	struct vgpu_broker_msg msg;

	switch (program->state) {
	case VGPU_PROGRAM_OPENING:
		vgpu_program_refuse(program, EIO, "%s", why);
		break;
	case VGPU_PROGRAM_OPEN:
		vgpu_broker_msg_init(&msg, VGPU_BROKER_LOST, "%s", why);
		vgpu_program_send(program, &msg, NULL);
		break;
	default:
		return;
	}
	program->state = VGPU_PROGRAM_LOST;
	vgpu_program_busy(program, false); /* to see the end of the socket */
	if (program->sock >= 0)
		shutdown(program->sock, SHUT_WR);
	/* wake what sleeps on an eventfd only */
	for (struct vgpu_object *o = program->objects; o; o = o->next)
		if (o->to_guest >= 0)
			eventfd_write(o->to_guest, 1);
}

/* ---- HELLO --------------------------------------------------------------------------------- */

static void on_conn_opened(void *data, const struct vgpuif_response *response)
{
	struct vgpu_program *program = data;
	struct vgpu_broker_msg msg;

	if (!response)
		return;
	if (response->status != 0)
		program->conn = 0;
	if (vgpu_program_answered(program))
		return;
	vgpu_program_busy(program, false);
	if (program->state != VGPU_PROGRAM_OPENING)
		return; /* lost or gone in the meantime */
	if (response->status != 0) {
		program->state = VGPU_PROGRAM_NEW;
		vgpu_agent_log("%s (pid %d): the backend refused: %s (%s)", program->name,
		               (int)program->pid, response->text, strerror(-response->status));
		vgpu_program_refuse(program, -response->status, "the backend refused: %s",
		                    response->text);
		return;
	}
	program->state = VGPU_PROGRAM_OPEN;
	vgpu_broker_msg_init(&msg, VGPU_BROKER_WELCOME, NULL);
	msg.a = VGPU_BROKER_VERSION;
	msg.b = program->conn;
	msg.c = (uint32_t)getpid();
	msg.fds = 1;
	vgpu_program_send(program, &msg, &program->frame_event);
}

static void open_conn(struct vgpu_program *program)
{
	struct vgpu_agent *agent = program->agent;
	struct vgpuif_request request = { .op = VGPUIF_OP_CONN_OPEN };
	uint32_t max = agent->device.max_connections, open = 0;

	program->timer = sd_event_source_disable_unref(program->timer);
	program->state = VGPU_PROGRAM_NEW;
	vgpu_program_busy(program, false);
	for (struct vgpu_program *p = agent->programs; p; p = p->next)
		open += p->conn != 0;
	if (max && open >= max) {
		vgpu_program_refuse(program, EMFILE, "the backend serves %u programs of this guest at "
		                    "once, not more", max);
		return;
	}
	if (program->slot < 0)
		program->slot = vgpu_slot_take(&agent->device.slots);
	if (program->frame_event < 0)
		program->frame_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (program->slot < 0 || program->frame_event < 0) {
		vgpu_program_refuse(program, EMFILE, "vgpu-agentd has no doorbells or descriptors left");
		return;
	}
	if (++agent->next_conn == 0)
		agent->next_conn = 1;
	program->conn = agent->next_conn;
	request.conn = program->conn;
	request.slot = (uint32_t)program->slot;
	request.conn_open.pid = (uint32_t)program->pid;
	request.conn_open.uid = program->uid;
	memcpy(request.conn_open.name, program->name, sizeof(request.conn_open.name));
	if (vgpu_program_request(program, &request, on_conn_opened, program)) {
		program->conn = 0;
		vgpu_program_refuse(program, ENOMEM, "vgpu-agentd is out of memory");
		return;
	}
	program->state = VGPU_PROGRAM_OPENING;
	vgpu_program_busy(program, true);
}

static int on_waited(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_program *program = data;
	char why[400];

	program->timer = sd_event_source_disable_unref(program->timer);
	program->state = VGPU_PROGRAM_NEW;
	vgpu_program_busy(program, false);
	vgpu_program_refuse(program, EHOSTDOWN, "%s",
	                    vgpu_device_why(program->agent, why, sizeof(why)));
	return 0;
}

static void hello(struct vgpu_program *program, const struct vgpu_broker_msg *msg)
{
	struct vgpu_agent *agent = program->agent;
	char why[400];

	if (program->state != VGPU_PROGRAM_NEW) {
		vgpu_program_refuse(program, EPROTO, "HELLO came twice");
		return;
	}
	if (msg->a > VGPU_BROKER_VERSION || msg->b < VGPU_BROKER_VERSION) {
		vgpu_program_refuse(program, EPROTONOSUPPORT,
		                    "vgpu-agentd speaks version %u, the guest library %u to %u",
		                    VGPU_BROKER_VERSION, msg->a, msg->b);
		return;
	}
	memset(program->name, 0, sizeof(program->name));
	for (size_t i = 0; i < sizeof(program->name) - 1 && msg->text[i]; i++)
		program->name[i] = msg->text[i] >= 0x20 && msg->text[i] < 0x7f ? msg->text[i] : '?';
	if (vgpu_device_is_up(agent)) {
		open_conn(program);
		return;
	}
	if (agent->device.phase == VGPU_PHASE_NONE || agent->options.wait_s == 0) {
		vgpu_program_refuse(program, ENODEV, "%s", vgpu_device_why(agent, why, sizeof(why)));
		return;
	}
	program->state = VGPU_PROGRAM_WAITING;
	sd_event_add_time_relative(agent->event, &program->timer, CLOCK_MONOTONIC,
	                           agent->options.wait_s * 1000000ull, 0, on_waited, program);
}

/* ---- messages --------------------------------------------------------------------------------- */

static void handle(struct vgpu_program *program, const struct vgpu_broker_msg *msg)
{
	if (msg->type == VGPU_BROKER_HELLO) {
		hello(program, msg);
		return;
	}
	if (msg->type == VGPU_BROKER_ADMIN) {
		vgpu_program_refuse(program, EOPNOTSUPP,
		                    "this is a guest: ask vgpu-ctl in the backend's domain");
		return;
	}
	if (program->state != VGPU_PROGRAM_OPEN) {
		vgpu_program_refuse(program, EPROTO, "not connected: say HELLO first");
		return;
	}
	switch (msg->type) {
	case VGPU_BROKER_STREAM_OPEN:
		vgpu_object_open_stream(program, msg->a, msg->b);
		break;
	case VGPU_BROKER_POOL_OPEN:
		vgpu_object_open_pool(program, msg->a);
		break;
	case VGPU_BROKER_STREAM_CLOSE:
		vgpu_object_close(program, msg->a, true);
		break;
	case VGPU_BROKER_POOL_CLOSE:
		vgpu_object_close(program, msg->a, false);
		break;
	default:
		vgpu_program_refuse(program, EPROTO, "a message that programs do not send");
		shutdown(program->sock, SHUT_RDWR);
	}
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_program *program = data;
	struct vgpu_broker_msg msg;
	int rc = vgpu_broker_recv_plain(fd, &msg);

	if (rc == -EAGAIN)
		return 0;
	if (rc)
		program_gone(program);
	else
		handle(program, &msg);
	return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_agent *agent = data;
	int sock = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct vgpu_program *program;
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (sock < 0)
		return 0;
	program = calloc(1, sizeof(*program));
	if (!program || getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		goto fail;
	*program = (struct vgpu_program){
		.agent = agent, .sock = sock, .uid = cred.uid, .pid = cred.pid,
		.slot = -1, .frame_event = -1, .next_object = 1,
	};
	program->user = vgpu_usage_get(&agent->usage, cred.uid);
	if (!program->user)
		goto fail;
	if (vgpu_usage_take(program->user, &agent->options.limits, VGPU_CONNECTIONS, 1)) {
		vgpu_agent_log("user %u has %u programs connected; for more raise %s",
		               (unsigned)cred.uid, program->user->held.connections,
		               vgpu_resource_option(VGPU_CONNECTIONS));
		vgpu_program_refuse(program, EDQUOT, "this user has too many programs connected "
		                    "(vgpu-agentd %s)", vgpu_resource_option(VGPU_CONNECTIONS));
		goto fail;
	}
	if (sd_event_add_io(agent->event, &program->io, sock, EPOLLIN, on_io, program) < 0) {
		vgpu_usage_give(program->user, VGPU_CONNECTIONS, 1);
		goto fail;
	}
	program->next = agent->programs;
	agent->programs = program;
	return 0;
fail:
	vgpu_usage_prune(&agent->usage);
	free(program);
	close(sock);
	return 0;
}

/* ---- from the device ---------------------------------------------------------------------------- */

void vgpu_programs_up(struct vgpu_agent *agent)
{
	for (struct vgpu_program *p = agent->programs; p; p = p->next)
		if (p->state == VGPU_PROGRAM_WAITING)
			open_conn(p);
}

void vgpu_programs_lost(struct vgpu_agent *agent, const char *why)
{
	for (struct vgpu_program *p = agent->programs; p; p = p->next)
		lose(p, why);
}

void vgpu_programs_unmapped(struct vgpu_agent *agent)
{
	struct vgpu_program *next;

	for (struct vgpu_program *p = agent->programs; p; p = next) {
		next = p->next;
		p->pending = 0;
		p->conn = 0;
		p->closing = false;
		while (p->objects)
			vgpu_object_free(p->objects);
		if (p->slot >= 0)
			vgpu_slot_give(&agent->device.slots, (uint32_t)p->slot);
		p->slot = -1;
		free_if_done(p);
	}
}

void vgpu_programs_lost_one(struct vgpu_agent *agent, uint32_t conn, const char *why)
{
	for (struct vgpu_program *p = agent->programs; p; p = p->next) {
		if (p->conn != conn)
			continue;
		vgpu_agent_log("%s (pid %d) lost its contexts: %s", p->name, (int)p->pid, why);
		lose(p, why);
		close_conn(p); /* its pages are ours again when this is answered */
		return;
	}
}

/* ---- listening -------------------------------------------------------------------------------------- */

/* Who may connect: root and the group. */
static int set_access(const struct vgpu_agent *agent, const char *path)
{
	const struct vgpu_agent_options *options = &agent->options;
	struct group *group;

	if (!options->group[0])
		return chmod(path, 0666) < 0 ? -errno : 0;
	group = getgrnam(options->group);
	if (!group) {
		vgpu_agent_log("there is no group '%s': only root can use the vgpu (addgroup --system "
		               "%s; adduser USER %s)", options->group, options->group,
		               options->group);
		return chmod(path, 0600) < 0 ? -errno : 0;
	}
	if (chown(path, (uid_t)-1, group->gr_gid) < 0 || chmod(path, 0660) < 0)
		return -errno;
	return 0;
}

int vgpu_programs_listen(struct vgpu_agent *agent)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = agent->options.socket;
	char folder[108], *slash;
	int fd, probe, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	rc = connect(probe, (struct sockaddr *)&addr, sizeof(addr));
	close(probe);
	if (rc == 0)
		return -EADDRINUSE;
	unlink(path); /* left behind by an agent that was killed */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	agent->listen_sock = fd;
	umask(0077);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	rc = set_access(agent, path);
	if (rc)
		return rc;
	if (listen(fd, 64) < 0)
		return -errno;
	rc = sd_event_add_io(agent->event, NULL, fd, EPOLLIN, on_accept, agent);
	return rc < 0 ? rc : 0;
}

void vgpu_programs_finish(struct vgpu_agent *agent)
{
	if (agent->listen_sock >= 0) {
		close(agent->listen_sock);
		unlink(agent->options.socket);
	}
	while (agent->programs)
		program_free(agent->programs);
	vgpu_usage_prune(&agent->usage);
}

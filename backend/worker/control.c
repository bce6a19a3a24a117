/* SPDX-License-Identifier: MIT */
/*
 * The daemon is trusted, but what it passes on (sizes, names) began with a
 * program, so it is checked here again.
 */
#include "backend/worker/control.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/stream.h"
#include "backend/worker/watchdog.h"
#include "ops.h"
#include "protocol/broker.h"

static int control_sock = -1;
static struct vgpu_wconn *conns; /* control thread only */

/* Programs and streams that are being taken down on threads of their own. */
static pthread_mutex_t ending_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ending_done = PTHREAD_COND_INITIALIZER;
static uint32_t ending, n_conns;

static struct vgpu_wconn *find(uint32_t id)
{
	struct vgpu_wconn *conn;

	for (conn = conns; conn && conn->id != id; conn = conn->next)
		;
	return conn;
}

static void send_text(enum vgpu_broker_type type, uint32_t a, const char *text)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, type, "%s", text);
	msg.a = a;
	vgpu_broker_send(control_sock, &msg, NULL);
}

/* Grants that the guest may take back: the daemon's answer to it waits for this. */
static void unmapped(uint32_t conn, uint32_t object)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_UNMAPPED, NULL);
	msg.a = conn;
	msg.b = object;
	vgpu_broker_send(control_sock, &msg, NULL);
}

/* rc is 0 or a negative errno. A guest's bad grants show themselves in mmap, so here. */
static void mapped(uint32_t conn, uint32_t object, int rc)
{
	struct vgpu_broker_msg msg;

	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_MAPPED, NULL);
	msg.a = conn;
	msg.b = object;
	msg.c = (uint32_t)-rc;
	vgpu_broker_send(control_sock, &msg, NULL);
}

static void conn_broken(struct vgpu_wconn *conn, const char *why)
{
	if (!atomic_exchange(&conn->broken, true))
		send_text(VGPU_BROKER_W_CONN_BROKEN, conn->id, why);
}

static void conn_add(const struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS])
{
	struct vgpu_wconn *conn;

	if (fds[0] < 0 || find(msg->a))
		return;
	if (n_conns >= VGPU_MAX_CONNS) {
		send_text(VGPU_BROKER_W_CONN_BROKEN, msg->a, "too many programs");
		return;
	}
	conn = vgpu_wconn_create(msg->a, msg->b, msg->c, msg->text, fds[0]);
	if (!conn) {
		send_text(VGPU_BROKER_W_CONN_BROKEN, msg->a, "out of memory");
		return;
	}
	fds[0] = -1;
	conn->next = conns;
	conns = conn;
	pthread_mutex_lock(&ending_lock);
	n_conns++;
	pthread_mutex_unlock(&ending_lock);
}

static void say_idle(void);

/* Something has been taken down. After the last of all, the daemon may send the next program. */
static void ended(void)
{
	bool all;

	pthread_mutex_lock(&ending_lock);
	all = --ending == 0 && n_conns == 0;
	pthread_mutex_unlock(&ending_lock);
	if (all)
		say_idle();
	pthread_mutex_lock(&ending_lock);
	pthread_cond_broadcast(&ending_done);
	pthread_mutex_unlock(&ending_lock);
}

static void end_conn(void *data)
{
	vgpu_wconn_destroy(data);
}

static void *end_stream(void *data)
{
	struct vgpu_wstream *stream = data;
	struct vgpu_wconn *conn = stream->conn;

	vgpu_wstream_join(stream);
	pthread_mutex_lock(&conn->lock);
	conn->ending_streams--;
	pthread_cond_broadcast(&conn->stream_ended);
	pthread_mutex_unlock(&conn->lock);
	ended();
	return NULL;
}

/* Waits for the GL call that the stream is in: never on the control thread. */
static void end_stream_on_thread(struct vgpu_wstream *stream)
{
	pthread_t thread;

	pthread_mutex_lock(&ending_lock);
	ending++;
	pthread_mutex_unlock(&ending_lock);
	if (pthread_create(&thread, NULL, end_stream, stream) == 0)
		pthread_detach(thread);
	else
		end_stream(stream);
}

static void conn_del(uint32_t id)
{
	struct vgpu_wconn **at, *conn;

	for (at = &conns; *at && (*at)->id != id; at = &(*at)->next)
		;
	conn = *at;
	if (!conn) {
		unmapped(id, 0);
		return;
	}
	*at = conn->next;
	conn->broken = true; /* no more messages about it */
	pthread_mutex_lock(&ending_lock);
	n_conns--;
	ending++;
	pthread_mutex_unlock(&ending_lock);
	/*
	 * The first thread, if it runs one of these, is then free to put the program away.
	 * Only this thread changes the list until then, and stop takes the lock.
	 */
	for (struct vgpu_wstream *s = conn->streams; s; s = s->next)
		vgpu_wstream_stop(s);
	vgpu_task_after(end_conn, conn, ended, conn);
}

static void stream_add(const struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS])
{
	struct vgpu_wconn *conn = find(msg->a);
	int rc;

	if (!conn || fds[2] < 0) {
		mapped(msg->a, msg->b, -ENOTCONN);
		return;
	}
	if (msg->c < VGPU_MIN_RING || msg->c > VGPU_MAX_RING || (msg->c & (msg->c - 1)) ||
	    msg->d < VGPU_MIN_RING || msg->d > VGPU_MAX_RING || (msg->d & (msg->d - 1))) {
		mapped(msg->a, msg->b, -EINVAL);
		return;
	}
	rc = vgpu_wstream_start(conn, msg->b, msg->c, msg->d, fds[0], fds[1], fds[2]);
	mapped(msg->a, msg->b, rc);
	if (!rc)
		fds[0] = fds[1] = fds[2] = -1;
}

static void stream_del(uint32_t conn_id, uint32_t id)
{
	struct vgpu_wconn *conn = find(conn_id);
	struct vgpu_wstream *found = NULL;

	if (!conn)
		return;
	pthread_mutex_lock(&conn->lock);
	for (struct vgpu_wstream **at = &conn->streams; *at; at = &(*at)->next) {
		if ((*at)->id == id) {
			found = *at;
			*at = found->next;
			conn->n_streams--;
			conn->ending_streams++;
			conn->calls += found->calls;
			conn->bytes_in += found->bytes_in;
			conn->bytes_out += found->bytes_out;
			conn->round_trips += found->round_trips;
			found->counted = true;
			break;
		}
	}
	pthread_mutex_unlock(&conn->lock);
	if (found) {
		vgpu_wstream_stop(found);
		end_stream_on_thread(found);
	}
}

/* Takes top. */
static void send_json(struct vgpu_broker_msg *msg, struct json_object *top)
{
	const char *text = json_object_to_json_string_ext(top, JSON_C_TO_STRING_PLAIN);
	int fd = memfd_create("vgpu-stats", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text)) {
		msg->fds = 1;
		vgpu_broker_send(control_sock, msg, &fd);
	}
	if (fd >= 0)
		close(fd);
	json_object_put(top);
}

static void say_idle(void)
{
	struct json_object *top = json_object_new_object();
	struct vgpu_broker_msg msg;

	json_object_object_add(top, "ended", vgpu_stats_ended_list());
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_IDLE, NULL);
	send_json(&msg, top);
}

static void stats(uint32_t request)
{
	struct json_object *top = json_object_new_object(), *list = json_object_new_array();
	struct vgpu_broker_msg msg;

	/* before the lists: one that ends meanwhile is counted here or stands in "ended" */
	pthread_mutex_lock(&ending_lock);
	json_object_object_add(top, "ending", json_object_new_int64(ending));
	pthread_mutex_unlock(&ending_lock);

	for (struct vgpu_wconn *conn = conns; conn; conn = conn->next)
		json_object_array_add(list, vgpu_stats_program(conn));
	json_object_object_add(top, "programs", list);
	json_object_object_add(top, "ended", vgpu_stats_ended_list());
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_STATS_REPLY, NULL);
	msg.a = request;
	send_json(&msg, top);
}

/* On the watchdog's thread; any other may be stuck. */
static void end_stuck(const struct vgpu_wconn *conn, uint32_t opcode, uint64_t seconds)
{
	char text[256];

	snprintf(text, sizeof(text),
	         "program %u (%s, pid %u) has been in %s for more than %u s; its worker is ended",
	         conn->id, conn->name, conn->pid,
	         opcode < VGPU_OP_COUNT && vgpu_ops[opcode].name ? vgpu_ops[opcode].name : "a command",
	         (unsigned int)seconds);
	fprintf(stderr, "vgpu-worker: %s\n", text);
	send_text(VGPU_BROKER_W_FAILED, 0, text);
	_exit(1); /* a driver's destructors would wait for what is stuck */
}

static void handle(const struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS])
{
	struct vgpu_wconn *conn;
	int rc;

	switch (msg->type) {
	case VGPU_BROKER_W_CONN_ADD:
		conn_add(msg, fds);
		break;
	case VGPU_BROKER_W_CONN_DEL:
		conn_del(msg->a);
		break;
	case VGPU_BROKER_W_STREAM_ADD:
		stream_add(msg, fds);
		break;
	case VGPU_BROKER_W_STREAM_DEL:
		stream_del(msg->a, msg->b);
		break;
	case VGPU_BROKER_W_POOL_ADD:
		conn = find(msg->a);
		rc = -ENOTCONN;
		if (conn && fds[0] >= 0)
			rc = vgpu_wconn_pool_add(conn, msg->b, msg->c, fds[0]);
		mapped(msg->a, msg->b, rc);
		break;
	case VGPU_BROKER_W_POOL_DEL:
		conn = find(msg->a);
		if (conn)
			vgpu_wconn_pool_del(conn, msg->b);
		break;
	case VGPU_BROKER_W_STATS:
		stats(msg->a);
		break;
	}
}

static void *control_thread(void *data)
{
	struct vgpu_broker_msg *msg = data;
	int fds[VGPU_BROKER_MAX_FDS];
	int rc;

	while ((rc = vgpu_broker_recv(control_sock, msg, fds)) == 0) {
		handle(msg, fds);
		for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
	while (conns)
		conn_del(conns->id);
	pthread_mutex_lock(&ending_lock);
	while (ending > 0)
		pthread_cond_wait(&ending_done, &ending_lock);
	pthread_mutex_unlock(&ending_lock);
	vgpu_task_quit();
	return (void *)(uintptr_t)(rc == -ECONNRESET ? 0 : 1);
}

int vgpu_control_run(int sock, const char *renderer)
{
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));
	pthread_t thread;
	void *status;

	if (!msg)
		return 1;
	control_sock = sock;
	vgpu_wstream_env.broken = conn_broken;
	vgpu_wconn_unmapped = unmapped;
	if (vgpu_watchdog_start(end_stuck))
		fputs("vgpu-worker: no watchdog: endless shaders will not be ended\n", stderr);
	vgpu_task_offer();
	if (pthread_create(&thread, NULL, control_thread, msg)) {
		free(msg);
		return 1;
	}
	send_text(VGPU_BROKER_W_READY, 0, renderer);
	vgpu_task_serve();
	pthread_join(thread, &status);
	free(msg);
	return (int)(uintptr_t)status;
}

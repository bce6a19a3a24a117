/* SPDX-License-Identifier: MIT */
/*
 * Worker processes: started on demand (spawn.c), watched, reaped. Each draws for
 * one program at a time, as the program's own process would: drivers serialise the
 * contexts of one process, and are slower once two of its threads have called them.
 * A worker that dies takes the contexts of its program with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "protocol/wire.h"

#define KEEP_IDLE 1 /* workers of a user that wait for the next program */
#define KEEP_PAST 32 /* retired workers whose programs can still be asked about */

static void forget(struct vgpu_worker *worker)
{
	struct vgpu_worker **at;

	for (at = &worker->daemon->workers; *at; at = &(*at)->next) {
		if (*at == worker) {
			*at = worker->next;
			break;
		}
	}
	sd_event_source_disable_unref(worker->io);
	sd_event_source_disable_unref(worker->child);
	close(worker->sock);
	json_object_put(worker->ended);
	if (worker->cgroup[0])
		vgpu_jail_cgroup_remove(&worker->daemon->jail, worker->cgroup);
	free(worker);
}

static void gone(struct vgpu_worker *worker, const char *why)
{
	if (!worker->retired)
		vgpu_daemon_log("worker %d of user %u: %s", (int)worker->pid, (unsigned)worker->uid,
		                why);
	worker->retired = true;
	vgpu_clients_worker_gone(worker, worker->failed[0] ? worker->failed : why);
	forget(worker);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *data)
{
	struct vgpu_worker *worker = data;
	char why[160];

	if (si->si_code != CLD_EXITED && si->si_status == SIGSYS)
		snprintf(why, sizeof(why), "the worker was ended by its jail: it asked the kernel for "
		         "what no driver asks (dmesg or the audit log says what)");
	else if (si->si_code == CLD_EXITED)
		snprintf(why, sizeof(why), "the worker ended with status %d", si->si_status);
	else
		snprintf(why, sizeof(why), "the worker was ended by signal %d (%s)", si->si_status,
		         strsignal(si->si_status));
	gone(worker, why);
	return 0;
}

/* Its end of the socket sees the end of the file, and it ends. */
static void retire(struct vgpu_worker *worker)
{
	struct vgpu_daemon *daemon = worker->daemon;
	struct json_object *entry;

	worker->retired = true;
	shutdown(worker->sock, SHUT_WR);
	if (!worker->ended)
		return;
	entry = json_object_new_object();
	json_object_object_add(entry, "pid", json_object_new_int(worker->pid));
	json_object_object_add(entry, "uid", json_object_new_int64(worker->uid));
	json_object_object_add(entry, "renderer", json_object_new_string(worker->renderer));
	json_object_object_add(entry, "ended", worker->ended);
	worker->ended = NULL;
	if (!daemon->past)
		daemon->past = json_object_new_array();
	if (json_object_array_length(daemon->past) >= KEEP_PAST)
		json_object_array_del_idx(daemon->past, 0, 1);
	json_object_array_add(daemon->past, entry);
}

static bool waits(const struct vgpu_worker *worker)
{
	return !worker->busy && !worker->n_programs && !worker->retired;
}

/* Of this user's workers that wait for a program all but the oldest may go. */
static void trim(struct vgpu_daemon *daemon, uid_t uid)
{
	struct vgpu_worker *youngest = NULL, *w;
	uint32_t waiting = 0;

	/* new ones come first in the list */
	for (w = daemon->workers; w; w = w->next) {
		if (w->uid == uid && waits(w)) {
			youngest = youngest ? youngest : w;
			waiting++;
		}
	}
	if (waiting > KEEP_IDLE)
		retire(youngest);
}

/* A worker has put its last program away. */
static void idle(struct vgpu_worker *worker, int fd)
{
	struct json_object *stats, *ended;

	if (worker->n_programs > 0)
		return; /* it has been given another */
	worker->busy = false;
	if (fd >= 0) {
		lseek(fd, 0, SEEK_SET);
		stats = json_object_from_fd(fd);
		if (json_object_object_get_ex(stats, "ended", &ended)) {
			json_object_put(worker->ended);
			worker->ended = json_object_get(ended);
		}
		json_object_put(stats);
	}
	trim(worker->daemon, worker->uid);
}

/* The worker's half has come: the report is complete. */
static void jail_report(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg)
{
	struct vgpu_daemon *daemon = worker->daemon;

	if (worker->ready || !daemon->jail.on)
		return; /* it says so once, before any guest reaches it */
	vgpu_jail_parse(&worker->jail, VGPU_JAIL_WORKER_RULES, msg->a, msg->text);
	for (unsigned int i = 0; i < VGPU_JAIL_RULES; i++) {
		if (((worker->jail.active | daemon->jail_logged) >> i & 1) || daemon->quiet)
			continue;
		daemon->jail_logged |= 1u << i;
		vgpu_daemon_log("workers are jailed without the rule \"%s\": %s",
		                vgpu_jail_rule_name(i), worker->jail.why[i]);
	}
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_worker *worker = data;
	struct vgpu_broker_msg msg;
	int fds[VGPU_BROKER_MAX_FDS];
	int rc = vgpu_broker_recv(fd, &msg, fds);

	if (rc == -EAGAIN)
		return 0;
	if (rc) {
		/* the child event follows; a worker that only closed its socket is made to end */
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		kill(worker->pid, SIGKILL);
		return 0;
	}
	switch (msg.type) {
	case VGPU_BROKER_W_READY:
		snprintf(worker->renderer, sizeof(worker->renderer), "%.255s", msg.text);
		worker->ready = true;
		vgpu_clients_worker_ready(worker);
		break;
	case VGPU_BROKER_W_JAIL:
		jail_report(worker, &msg);
		break;
	case VGPU_BROKER_W_FAILED:
		snprintf(worker->failed, sizeof(worker->failed), "%.511s", msg.text);
		break;
	case VGPU_BROKER_W_IDLE:
		idle(worker, fds[0]);
		break;
	case VGPU_BROKER_W_CONN_BROKEN:
		vgpu_clients_broken(worker, msg.a, msg.text);
		break;
	case VGPU_BROKER_W_STATS_REPLY:
		vgpu_clients_stats(worker, msg.a, fds[0]);
		break;
	}
	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return 0;
}

/* The program's, or one that waits, or, of as many as there may be, that with the fewest programs. */
static struct vgpu_worker *choose(struct vgpu_daemon *daemon, uid_t uid, pid_t pid)
{
	struct vgpu_worker *best = NULL, *w;
	uint32_t n = 0;

	for (w = daemon->workers; w; w = w->next) {
		if (w->uid != uid || w->retired)
			continue;
		if (w->n_programs && w->program == pid)
			return w;
		n++;
		/* the oldest of several: it is the most likely to be ready */
		if (!best || waits(w) > waits(best) ||
		    (waits(w) == waits(best) && w->n_programs <= best->n_programs))
			best = w;
	}
	return best && (waits(best) || n >= VGPU_MAX_WORKERS) ? best : NULL;
}

int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out)
{
	struct vgpu_worker *worker;
	int pair[2] = { -1, -1 };
	int high = -1, rc;

	worker = choose(daemon, uid, pid);
	if (worker) {
		worker->n_programs++;
		worker->program = pid;
		*out = worker;
		return 0;
	}
	worker = calloc(1, sizeof(*worker));
	if (!worker)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		rc = -errno;
		goto out;
	}
	high = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
	if (high < 0) {
		rc = -errno;
		goto out;
	}
	worker->daemon = daemon;
	worker->uid = uid;
	rc = vgpu_worker_spawn(daemon, high, worker);
	if (rc) {
		vgpu_daemon_log("cannot start %s: %s", daemon->worker_path, strerror(-rc));
		goto out;
	}
	/* a worker that does not read is ended rather than waited for */
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	worker->sock = pair[0];
	pair[0] = -1;
	rc = sd_event_add_io(daemon->event, &worker->io, worker->sock, EPOLLIN, on_io, worker);
	if (rc >= 0)
		rc = sd_event_add_child(daemon->event, &worker->child, worker->pid, WEXITED, on_child,
		                        worker);
	if (rc < 0) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
		sd_event_source_disable_unref(worker->io);
		close(worker->sock);
		goto out;
	}
	worker->n_programs = 1;
	worker->program = pid;
	worker->next = daemon->workers;
	daemon->workers = worker;
	*out = worker;
	worker = NULL;
	rc = 0;
out:
	free(worker);
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	if (high >= 0)
		close(high);
	return rc;
}

void vgpu_worker_put(struct vgpu_worker *worker)
{
	if (worker->n_programs > 0)
		worker->n_programs--;
	if (waits(worker)) /* it went before the worker had heard of it */
		trim(worker->daemon, worker->uid);
}

void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg, const int *fds)
{
	int rc = vgpu_broker_send(worker->sock, msg, fds);

	if (rc && !worker->retired) {
		vgpu_daemon_log("worker %d takes no messages (%s): it is ended", (int)worker->pid,
		                strerror(-rc));
		kill(worker->pid, SIGKILL);
	}
}

void vgpu_worker_destroy(struct vgpu_worker *worker)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	bool ended = false;

	shutdown(worker->sock, SHUT_RDWR);
	for (int i = 0; i < 400 && !ended; i++) {
		ended = waitpid(worker->pid, NULL, WNOHANG) != 0;
		if (!ended)
			nanosleep(&pause, NULL);
	}
	if (!ended) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
	}
	forget(worker);
}

/* SPDX-License-Identifier: MIT */
/*
 * Worker processes: started on demand (spawn.c), watched, reaped. A user's draws for
 * one program at a time, as the program's own process would: drivers serialise the
 * contexts of one process, and are slower once two of its threads have called them.
 * A worker that dies takes the contexts of its program, or of its guest's, with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"
#include "protocol/wire.h"

#define END_SECONDS 8 /* for a worker to end of itself */
#define KEEP_IDLE 1   /* workers of a user that wait for the next program */
#define KEEP_PAST 32  /* retired workers whose programs can still be asked about */
#define MAX_ENDED (256u << 10) /* octets of what an idle worker tells about its programs */

void vgpu_worker_log(struct vgpu_worker *worker, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	vgpu_log_line(worker->daemon->logs, worker->label, "vgpu-backendd: ", line);
}

/* One line of what the worker, or the driver in it, wrote to stderr. */
static void said_line(struct vgpu_worker *worker)
{
	bool own = strncmp(worker->said, "vgpu-worker:", 12) == 0;

	worker->said[worker->said_bytes] = '\0';
	if (worker->said_bytes)
		vgpu_log_line(worker->daemon->logs, worker->label, own ? "" : "vgpu-worker: ",
		              worker->said);
	worker->said_bytes = 0;
}

/* All that is there to read; its end closes the descriptor. */
static void said(struct vgpu_worker *worker)
{
	char bytes[4096];
	ssize_t n = 0;

	/* a bounded number: one that never stops talking must not keep the daemon here */
	for (int i = 0; i < 16 && worker->said_fd >= 0; i++) {
		n = read(worker->said_fd, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		for (ssize_t k = 0; k < n; k++) {
			if (bytes[k] != '\n')
				worker->said[worker->said_bytes++] = bytes[k];
			if (bytes[k] == '\n' || worker->said_bytes == sizeof(worker->said) - 1)
				said_line(worker);
		}
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		said_line(worker);
		worker->said_io = sd_event_source_disable_unref(worker->said_io);
		if (worker->said_fd >= 0)
			close(worker->said_fd);
		worker->said_fd = -1;
	}
}

static int on_said(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	said(data);
	return 0;
}

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
	sd_event_source_disable_unref(worker->said_io);
	if (worker->said_fd >= 0)
		close(worker->said_fd);
	sd_event_source_disable_unref(worker->end_timer);
	close(worker->sock);
	json_object_put(worker->ended);
	if (worker->cgroup[0])
		vgpu_jail_cgroup_remove(&worker->daemon->jail, worker->cgroup);
	free(worker);
}

/* clean: it has ended of itself, with status 0. */
static void gone(struct vgpu_worker *worker, const char *why, bool clean)
{
	/* one that was not needed any more has ended as it was asked to: nothing to tell */
	bool asked = worker->ending && !worker->guest && clean;

	said(worker); /* its last words come first */
	if (worker->guest)
		vgpu_worker_log(worker, "worker %d of guest %s: %s", (int)worker->pid,
		                vgpu_xen_guest_name(worker->guest), why);
	else if (!asked)
		vgpu_worker_log(worker, "worker %d of user %u: %s", (int)worker->pid,
		                (unsigned)worker->uid, why);
	if (!worker->ready && !worker->guest && !worker->ending)
		vgpu_backoff_failed(worker->daemon, worker->uid);
	if (!worker->guest)
		worker->ending = true; /* it waits for no program */
	vgpu_clients_no_stats(worker);
	worker->events->gone(worker, worker->failed[0] ? worker->failed : why);
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
	gone(worker, why, si->si_code == CLD_EXITED && si->si_status == 0);
	return 0;
}

/* A user's worker that is not needed any more. */
static void retire(struct vgpu_worker *worker)
{
	struct vgpu_daemon *daemon = worker->daemon;
	struct json_object *entry;

	vgpu_worker_end(worker);
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
	return !worker->guest && !worker->busy && !worker->n_programs && !worker->ending;
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

	if (worker->guest || worker->ending || worker->n_programs > 0)
		return; /* a guest keeps its own; or it has been given another program */
	worker->busy = false;
	if (fd >= 0) {
		stats = vgpu_clients_read_stats(fd, MAX_ENDED);
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
		vgpu_worker_log(worker, "workers are jailed without the rule \"%s\": %s",
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
		if (worker->ending)
			return 0;
		kill(worker->pid, SIGKILL);
		return 0;
	}
	switch (msg.type) {
	case VGPU_BROKER_W_READY:
		snprintf(worker->renderer, sizeof(worker->renderer), "%.255s", msg.text);
		worker->ready = true;
		if (!worker->guest)
			vgpu_backoff_clear(worker->daemon, worker->uid);
		worker->events->ready(worker);
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
		worker->events->broken(worker, msg.a, msg.text);
		break;
	case VGPU_BROKER_W_MAPPED:
		worker->events->mapped(worker, msg.a, msg.b, msg.c);
		break;
	case VGPU_BROKER_W_UNMAPPED:
		worker->events->unmapped(worker, msg.a, msg.b);
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
		if (w->guest || w->uid != uid || w->ending)
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

/* Spawn the worker's process. Takes nothing; on failure the worker is as it was. */
static int start(struct vgpu_daemon *daemon, struct vgpu_worker *worker, const char *device)
{
	int pair[2] = { -1, -1 };
	int high = -1, rc;

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
	worker->said_fd = -1;
	if (worker->guest)
		snprintf(worker->label, sizeof(worker->label), "%s",
		         vgpu_xen_guest_name(worker->guest));
	else
		snprintf(worker->label, sizeof(worker->label), "%u", (unsigned)worker->uid);
	snprintf(worker->device, sizeof(worker->device), "%s", device ? device : "");
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
	if (rc >= 0)
		rc = sd_event_add_io(daemon->event, &worker->said_io, worker->said_fd, EPOLLIN,
		                     on_said, worker);
	/* what it has said last is read before its end is dealt with */
	if (rc >= 0)
		rc = sd_event_source_set_priority(worker->child, SD_EVENT_PRIORITY_NORMAL + 1);
	if (rc < 0) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
		sd_event_source_disable_unref(worker->io);
		sd_event_source_disable_unref(worker->child);
		close(worker->said_fd);
		close(worker->sock);
		if (worker->cgroup[0])
			vgpu_jail_cgroup_remove(&daemon->jail, worker->cgroup);
		goto out;
	}
	worker->next = daemon->workers;
	daemon->workers = worker;
	rc = 0;
out:
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	if (high >= 0)
		close(high);
	return rc;
}

int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out)
{
	struct vgpu_worker *worker = choose(daemon, uid, pid);
	uint32_t failures = 0;
	int rc;

	if (worker) {
		worker->n_programs++;
		worker->program = pid;
		*out = worker;
		return 0;
	}
	if (vgpu_backoff_wait_ms(daemon, uid, &failures))
		return -EAGAIN;
	worker = calloc(1, sizeof(*worker));
	if (!worker)
		return -ENOMEM;
	worker->events = &vgpu_clients_events;
	worker->uid = uid;
	worker->n_programs = 1;
	worker->program = pid;
	rc = start(daemon, worker, daemon->device);
	if (rc)
		free(worker);
	else
		*out = worker;
	return rc;
}

void vgpu_worker_put(struct vgpu_worker *worker)
{
	if (worker->n_programs > 0)
		worker->n_programs--;
	if (waits(worker)) /* it went before the worker had heard of it */
		trim(worker->daemon, worker->uid);
}

int vgpu_worker_start(struct vgpu_daemon *daemon, const struct vgpu_worker_events *events,
                      struct vgpu_xguest *guest, const char *device, struct vgpu_worker **out)
{
	struct vgpu_worker *worker = calloc(1, sizeof(*worker));
	int rc;

	if (!worker)
		return -ENOMEM;
	worker->events = events;
	worker->guest = guest;
	rc = start(daemon, worker, device ? device : daemon->device);
	if (rc)
		free(worker);
	else
		*out = worker;
	return rc;
}

static int on_end_timer(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_worker *worker = data;

	vgpu_daemon_log("worker %d does not end: killed", (int)worker->pid);
	kill(worker->pid, SIGKILL);
	return 0;
}

void vgpu_worker_end(struct vgpu_worker *worker)
{
	if (worker->ending)
		return;
	worker->ending = true;
	shutdown(worker->sock, SHUT_WR);
	if (sd_event_add_time_relative(worker->daemon->event, &worker->end_timer, CLOCK_MONOTONIC,
	                               END_SECONDS * 1000000ull, 0, on_end_timer, worker) < 0)
		kill(worker->pid, SIGKILL);
}

void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg, const int *fds)
{
	int rc = worker->ending ? 0 : vgpu_broker_send(worker->sock, msg, fds);

	if (rc) {
		vgpu_worker_log(worker, "worker %d takes no messages (%s): it is ended", (int)worker->pid,
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
		said(worker); /* it may wait for somebody to read */
		if (!ended)
			nanosleep(&pause, NULL);
	}
	if (!ended) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
	}
	forget(worker);
}

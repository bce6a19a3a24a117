/* SPDX-License-Identifier: MIT */
/*
 * Worker processes: started on demand (spawn.c), watched, reaped.
 * A worker that dies takes the contexts of one user's programs with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

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
	if (worker->cgroup[0])
		vgpu_jail_cgroup_remove(&worker->daemon->jail, worker->cgroup);
	free(worker);
}

static void gone(struct vgpu_worker *worker, const char *why)
{
	vgpu_daemon_log("worker %d of user %u: %s", (int)worker->pid, (unsigned)worker->uid, why);
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

int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, struct vgpu_worker **out)
{
	struct vgpu_worker *worker;
	int pair[2] = { -1, -1 };
	int high = -1, rc;

	for (worker = daemon->workers; worker; worker = worker->next) {
		if (worker->uid == uid) {
			*out = worker;
			return 0;
		}
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

void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg, const int *fds)
{
	int rc = vgpu_broker_send(worker->sock, msg, fds);

	if (rc) {
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

/* SPDX-License-Identifier: MIT */
/*
 * vgpu-backendd, embedded mode: a broker on a unix socket. It hands out shared
 * memory and events, starts one worker for each user, and says who is there. It
 * never sees a GL call. Everything runs on one sd-event loop; nothing locks.
 */
#ifndef VGPU_BACKEND_DAEMON_DAEMON_H
#define VGPU_BACKEND_DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "backend/daemon/jail.h"
#include "protocol/broker.h"

struct vgpu_daemon;
struct vgpu_client_conn;

/* A worker process: one for each user. */
struct vgpu_worker {
	struct vgpu_worker *next;
	struct vgpu_daemon *daemon;
	uid_t uid;
	pid_t pid;
	int sock;
	bool ready;
	char renderer[256];
	char failed[512]; /* why it cannot draw; empty while it can */
	char cgroup[48];  /* its own, below the jail's; empty without a jail */
	struct vgpu_jail_report jail;
	sd_event_source *io, *child;
};

/* A program, or a tool, on the socket. */
struct vgpu_client_conn {
	struct vgpu_client_conn *next;
	struct vgpu_daemon *daemon;
	uint32_t id;
	int sock;
	uid_t uid;
	pid_t pid;
	bool is_program;             /* said HELLO */
	bool welcomed;
	char name[64];
	struct vgpu_worker *worker;  /* NULL before HELLO and after loss */
	uint32_t next_object;        /* streams and pools */
	uint32_t n_streams, n_pools;
	uint32_t admin_waiting;      /* workers whose answer to "list" is missing */
	void *admin_answer;          /* struct json_object: the list so far */
	sd_event_source *io;
};

struct vgpu_daemon {
	sd_event *event;
	int listen_sock;
	char socket_path[108];
	char worker_path[4096];
	const char *device; /* for workers: --device, or NULL */
	struct vgpu_jail jail;
	bool quiet;           /* nothing about rules of the jail that this machine cannot have */
	uint32_t jail_logged; /* rules whose absence has been told: once is enough */
	uint32_t next_conn;
	struct vgpu_worker *workers;
	struct vgpu_client_conn *clients;
};

/*
 * Listen on path (its folder is made, mode 0700, when missing). Returns 0 or a
 * negative errno, -EADDRINUSE when a backend answers there.
 */
int vgpu_daemon_listen(struct vgpu_daemon *daemon, const char *path);
/* Close all, end the workers, remove the socket. */
void vgpu_daemon_finish(struct vgpu_daemon *daemon);

/* The user's worker, started if there is none. 0 or a negative errno. */
int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, struct vgpu_worker **out);
/* Send it a message; a worker that cannot take it is killed. */
void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg,
                      const int *fds);
/*
 * spawn.c: start the worker program with sock (borrowed, above 9, close-on-exec) as
 * its control socket. Fills pid, cgroup and the daemon's half of jail. Returns 0 or a
 * negative errno; then nothing is left of it.
 */
int vgpu_worker_spawn(struct vgpu_daemon *daemon, int sock, struct vgpu_worker *worker);
/* Stop, reap, free. */
void vgpu_worker_destroy(struct vgpu_worker *worker);

/* clients.c, for workers.c: the worker became ready, failed, or died. */
void vgpu_clients_worker_ready(struct vgpu_worker *worker);
void vgpu_clients_worker_gone(struct vgpu_worker *worker, const char *why);
void vgpu_clients_broken(struct vgpu_worker *worker, uint32_t conn, const char *why);
void vgpu_clients_stats(struct vgpu_worker *worker, uint32_t request, int fd);
/* clients.c: a new connection. Takes sock. */
void vgpu_clients_accept(struct vgpu_daemon *daemon, int sock);
void vgpu_client_conn_destroy(struct vgpu_client_conn *client);

/* One line on stderr: "vgpu-backendd: ...". */
void vgpu_daemon_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

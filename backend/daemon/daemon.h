/* SPDX-License-Identifier: MIT */
/*
 * vgpu-backendd, embedded mode: a broker on a unix socket. It hands out shared
 * memory and events, starts one worker for each user, and says who is there. It
 * never sees a GL call. Everything runs on one sd-event loop; nothing locks.
 */
#ifndef VGPU_BACKEND_DAEMON_DAEMON_H
#define VGPU_BACKEND_DAEMON_DAEMON_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "backend/daemon/jail.h"
#include "protocol/broker.h"

struct vgpu_daemon;
struct vgpu_client_conn;

/*
 * A worker process: of one user, drawing for one program; for several only when the
 * user has VGPU_MAX_WORKERS of them. One that has become idle serves the next program.
 */
struct vgpu_worker {
	struct vgpu_worker *next;
	struct vgpu_daemon *daemon;
	uid_t uid;
	pid_t pid;
	int sock;
	bool ready;
	bool busy;    /* was told of a program, and has not said since that it is idle */
	bool retired; /* told to end: it gets nothing any more */
	pid_t program; /* the last one given to it */
	uint32_t n_programs; /* connections: a program may have one for EGL and one for GLX */
	struct json_object *ended; /* what its programs have cost; NULL: none has ended */
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
	struct vgpu_worker **admin_from; /* workers whose answer to "list" is missing */
	uint32_t admin_waiting;      /* how many */
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
	struct json_object *past; /* what retired workers have drawn: the last of them */
};

/*
 * Listen on path (its folder is made, mode 0700, when missing). Returns 0 or a
 * negative errno, -EADDRINUSE when a backend answers there.
 */
int vgpu_daemon_listen(struct vgpu_daemon *daemon, const char *path);
/* Close all, end the workers, remove the socket. */
void vgpu_daemon_finish(struct vgpu_daemon *daemon);

/*
 * A worker for program pid of this user: the one that it has, one that waits, or a new one.
 * Returns 0 or a negative errno. Each success is given back by vgpu_worker_put.
 */
int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out);
/* A program of it has gone. */
void vgpu_worker_put(struct vgpu_worker *worker);
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

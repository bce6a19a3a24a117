/* SPDX-License-Identifier: MIT */
/*
 * vgpu-backendd: a broker. On its unix socket it hands programs of this machine
 * shared memory and events, and starts one worker for each program; with --xen it also
 * serves guests (xen_guest.h), one worker for each. It never sees a GL call.
 * Everything runs on one sd-event loop; nothing locks.
 */
#ifndef VGPU_BACKEND_DAEMON_DAEMON_H
#define VGPU_BACKEND_DAEMON_DAEMON_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "backend/daemon/jail.h"
#include "backend/daemon/log.h"
#include "protocol/broker.h"
#include "protocol/wire.h"

struct vgpu_daemon;
struct vgpu_client_conn;

struct vgpu_worker;

/* Whom a worker draws for: the programs of a user (clients.c), or a guest (xen_worker.c). */
struct vgpu_worker_events {
	void (*ready)(struct vgpu_worker *worker);
	/* It has ended; it is freed after this call. All its memory is unmapped. */
	void (*gone)(struct vgpu_worker *worker, const char *why);
	/* A program broke the protocol. */
	void (*broken)(struct vgpu_worker *worker, uint32_t conn, const char *why);
	/* A stream or pool was mapped (error 0), or could not be (a positive errno). */
	void (*mapped)(struct vgpu_worker *worker, uint32_t conn, uint32_t object, uint32_t error);
	/* One is unmapped; object 0: all of the connection's. */
	void (*unmapped)(struct vgpu_worker *worker, uint32_t conn, uint32_t object);
};

/*
 * A worker process: of one guest, or of one user and then drawing for one program; for
 * several only when the user has VGPU_MAX_WORKERS of them. A user's that has become
 * idle serves the next program.
 */
struct vgpu_worker {
	struct vgpu_worker *next;
	struct vgpu_daemon *daemon;
	const struct vgpu_worker_events *events;
	struct vgpu_xguest *guest; /* NULL: the programs of uid on this machine */
	uid_t uid;
	pid_t pid;
	int sock;
	bool ready;
	bool ending; /* vgpu_worker_end was called, or it has ended: it gets nothing any more */
	/* of a user's, not of a guest's */
	bool busy;    /* was told of a program, and has not said since that it is idle */
	pid_t program; /* the last one given to it */
	uint32_t n_programs; /* connections: a program may have one for EGL and one for GLX */
	struct json_object *ended; /* what its programs have cost; NULL: none has ended */
	char renderer[256];
	char failed[512]; /* why it cannot draw; empty while it can */
	char cgroup[48];  /* its own, below the jail's; empty without a jail */
	struct vgpu_jail_report jail;
	char label[64];   /* whose log its lines belong to: a guest's name or a user's number */
	int said_fd;      /* what it writes to stderr comes here; -1: no more */
	char said[512];   /* the line so far */
	uint32_t said_bytes;
	char device[128]; /* as --device names it; empty: what the environment says */
	sd_event_source *io, *child, *said_io, *end_timer;
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
	uint32_t streams[VGPU_MAX_STREAMS]; /* their numbers */
	uint32_t pools[VGPU_MAX_POOLS];
	struct vgpu_worker **admin_workers; /* whose answer to "list" is missing */
	uint32_t admin_waiting;             /* how many */
	void *admin_answer;          /* struct json_object: the list so far */
	sd_event_source *io;
};

#define VGPU_BACKOFF_USERS 16

/* How often a user's workers have failed in a row, and until when none is started. */
struct vgpu_backoff {
	uid_t uid;
	uint32_t failures; /* 0: the entry is free */
	uint64_t until_ms; /* CLOCK_MONOTONIC */
};

struct vgpu_daemon {
	sd_event *event;
	int listen_sock;
	char socket_path[108];
	char worker_path[4096];
	const char *device; /* for workers: --device, or NULL */
	struct vgpu_logs *logs;
	struct vgpu_jail jail;
	bool quiet;           /* nothing about rules of the jail that this machine cannot have */
	uint32_t jail_logged; /* rules whose absence has been told: once is enough */
	uint32_t next_conn; /* connections of users and guests alike */
	struct vgpu_xdaemon *xen; /* NULL: no guests */
	struct vgpu_worker *workers;
	struct vgpu_client_conn *clients;
	struct vgpu_backoff backoff[VGPU_BACKOFF_USERS];
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
 * Returns 0 or a negative errno, -EAGAIN when the last ones have failed and it is too early
 * for another. Each success is given back by vgpu_worker_put.
 */
int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out);
/* A program of it has gone. */
void vgpu_worker_put(struct vgpu_worker *worker);
/*
 * Start a worker for a guest on the GPU device (as --device names it; NULL: the
 * daemon's). 0 or a negative errno.
 */
int vgpu_worker_start(struct vgpu_daemon *daemon, const struct vgpu_worker_events *events,
                      struct vgpu_xguest *guest, const char *device, struct vgpu_worker **out);
/* Ask it to end, and make it end after some seconds. events->gone follows later. */
void vgpu_worker_end(struct vgpu_worker *worker);
/* Send it a message; a worker that cannot take it is killed. */
void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg,
                      const int *fds);
/*
 * spawn.c: start the worker program with sock (borrowed, above 9, close-on-exec) as
 * its control socket, on worker->device. Fills pid, cgroup, said_fd and the daemon's half
 * of jail. Returns 0 or a negative errno; then nothing is left of it.
 */
int vgpu_worker_spawn(struct vgpu_daemon *daemon, int sock, struct vgpu_worker *worker);
/* A line about this worker's guest, for its log. */
void vgpu_worker_log(struct vgpu_worker *worker, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Stop, reap, free. */
void vgpu_worker_destroy(struct vgpu_worker *worker);

/* backoff.c: a worker ended before it was ready; one is ready. */
void vgpu_backoff_failed(struct vgpu_daemon *daemon, uid_t uid);
void vgpu_backoff_clear(struct vgpu_daemon *daemon, uid_t uid);
/* Milliseconds until a worker may be started, 0: now; failures_out is set when it is not 0. */
uint32_t vgpu_backoff_wait_ms(struct vgpu_daemon *daemon, uid_t uid, uint32_t *failures_out);

/* clients.c: users' workers. */
extern const struct vgpu_worker_events vgpu_clients_events;
/* clients.c: a worker has ended, whoever's it was: its answer to "list" will not come. */
void vgpu_clients_no_stats(struct vgpu_worker *worker);
void vgpu_clients_stats(struct vgpu_worker *worker, uint32_t request, int fd);
/*
 * clients.c: the JSON that a worker has sent, to put away, or NULL. The worker may have been
 * taken over: the file must be a plain one of at most most octets. fd is borrowed.
 */
struct json_object *vgpu_clients_read_stats(int fd, size_t most);
/* clients.c: a new connection. Takes sock. */
void vgpu_clients_accept(struct vgpu_daemon *daemon, int sock);
void vgpu_client_conn_destroy(struct vgpu_client_conn *client);

/* One line on stderr: "vgpu-backendd: ...". */
void vgpu_daemon_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

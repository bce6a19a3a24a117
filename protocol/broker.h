/* SPDX-License-Identifier: MIT */
/*
 * Messages on the embedded transport's unix sockets (SOCK_SEQPACKET): between a
 * program and vgpu-backendd, and between vgpu-backendd and its workers. Memory
 * and events travel as file descriptors (SCM_RIGHTS); nothing of GL does.
 * On Xen, vgpu-agentd offers programs the same socket protocol.
 */
#ifndef VGPU_PROTOCOL_BROKER_H
#define VGPU_PROTOCOL_BROKER_H

#include <stdint.h>

#define VGPU_BROKER_MAGIC 0x75706776u /* "vgpu" */
#define VGPU_BROKER_VERSION 1u
#define VGPU_BROKER_TEXT 4000

enum vgpu_broker_type {
	/* program or tool -> daemon */
	VGPU_BROKER_HELLO = 1,       /* a: lowest, b: highest version; text: program name */
	VGPU_BROKER_STREAM_OPEN = 2, /* a: command ring bytes, b: reply ring bytes */
	VGPU_BROKER_STREAM_CLOSE = 3, /* a: stream */
	VGPU_BROKER_POOL_OPEN = 4,   /* a: bytes (header page included) */
	VGPU_BROKER_POOL_CLOSE = 5,  /* a: pool */
	VGPU_BROKER_ADMIN = 6,       /* tools; text: a request ("list"); answer: ADMIN_REPLY */

	/* daemon -> program or tool */
	VGPU_BROKER_WELCOME = 16,    /* a: version, b: connection, c: daemon pid; fd: frame event */
	VGPU_BROKER_STREAM = 17,     /* a: stream, b, c: ring bytes; fds: memory, to-worker event, to-guest event */
	VGPU_BROKER_POOL = 18,       /* a: pool, b: bytes; fd: memory */
	VGPU_BROKER_LOST = 19,       /* the worker is gone; text: why */
	VGPU_BROKER_ERROR = 20,      /* a: positive errno; text: cause and next step */
	VGPU_BROKER_ADMIN_REPLY = 21, /* fd: memfd with JSON */

	/* daemon -> worker */
	VGPU_BROKER_W_CONN_ADD = 32, /* a: connection, b: pid, c: uid; text: program name; fd: frame event */
	VGPU_BROKER_W_CONN_DEL = 33, /* a: connection */
	VGPU_BROKER_W_STREAM_ADD = 34, /* a: connection, b: stream, c, d: ring bytes; fds: memory, to-worker, to-guest */
	VGPU_BROKER_W_STREAM_DEL = 35, /* a: connection, b: stream */
	VGPU_BROKER_W_POOL_ADD = 36, /* a: connection, b: pool, c: bytes; fd: memory */
	VGPU_BROKER_W_POOL_DEL = 37, /* a: connection, b: pool */
	VGPU_BROKER_W_STATS = 38,    /* a: request number */

	/* worker -> daemon */
	VGPU_BROKER_W_READY = 48,    /* text: renderer string */
	VGPU_BROKER_W_STATS_REPLY = 49, /* a: request number; fd: memfd with JSON */
	VGPU_BROKER_W_CONN_BROKEN = 50, /* a: connection: protocol error; text: what */
	VGPU_BROKER_W_FAILED = 51,   /* the worker cannot draw; text: cause and next step */
	VGPU_BROKER_W_JAIL = 52,     /* before READY: a: the worker's rules that hold (jail.h); text: why the rest does not */
	VGPU_BROKER_W_MAPPED = 53,   /* a: connection, b: stream or pool, c: 0 or a positive errno */
	VGPU_BROKER_W_UNMAPPED = 54, /* a: connection, b: stream or pool; 0: all of the connection's */
	VGPU_BROKER_W_IDLE = 55,     /* the last program is gone, all of it; fd: memfd with JSON as in STATS_REPLY */
};

struct vgpu_broker_msg {
	uint32_t magic;
	uint32_t type; /* enum vgpu_broker_type */
	uint32_t a, b, c, d;
	uint32_t text_bytes; /* of text, no NUL */
	uint32_t fds;        /* file descriptors that come along */
	char text[VGPU_BROKER_TEXT];
};

#define VGPU_BROKER_MAX_FDS 4

/*
 * Send one message; text may be NULL. Blocks unless the socket is non-blocking.
 * Returns 0 or a negative errno. fds stay the caller's.
 */
int vgpu_broker_send(int sock, const struct vgpu_broker_msg *msg, const int *fds);

/*
 * Receive one message and its descriptors (FD_CLOEXEC set; unused entries -1).
 * Returns 0, -EAGAIN, -ECONNRESET at end of file, -EPROTO on a malformed
 * message (descriptors are closed), or another negative errno. text is
 * NUL-terminated on success.
 */
int vgpu_broker_recv(int sock, struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS]);

/*
 * The same from a program, which sends no descriptors: one that does is answered
 * with -EPROTO, and what came is closed.
 */
int vgpu_broker_recv_plain(int sock, struct vgpu_broker_msg *msg);

/* Fill in magic, type and text (printf form, may be NULL). */
void vgpu_broker_msg_init(struct vgpu_broker_msg *msg, enum vgpu_broker_type type, const char *fmt,
                          ...) __attribute__((format(printf, 3, 4)));

/* Where vgpu-agentd listens in a Xen guest, for all users that it lets in. */
#define VGPU_SYSTEM_SOCKET "/run/vgpu/vgpu.sock"
/*
 * Where vgpu-backendd --xen listens in Dom0 or a driver domain, for the admin's tools;
 * programs of that domain are drawn there only when VGPU_SOCKET says so.
 */
#define VGPU_ADMIN_SOCKET "/run/vgpu-backendd/vgpu.sock"

/*
 * Where a backend of this user's own listens: $VGPU_SOCKET, or $XDG_RUNTIME_DIR/vgpu.sock,
 * or /tmp/vgpu-UID/vgpu.sock. Writes at most size bytes; returns 0 or -ENAMETOOLONG.
 */
int vgpu_broker_own_path(char *path, uint32_t size);

/*
 * Where a program finds its backend: vgpu_broker_own_path, unless VGPU_SOCKET is not
 * set, nothing is there, and VGPU_SYSTEM_SOCKET is. Writes at most size bytes; returns 0
 * or -ENAMETOOLONG.
 */
int vgpu_broker_path(char *path, uint32_t size);

/*
 * Connect to the backend's socket: the user's own, else the system's (vgpu_broker_path;
 * a socket where nobody listens counts as none). Returns a descriptor or a negative errno:
 * -EPERM when VGPU_SOCKET is not set and another user than root listens there.
 */
int vgpu_broker_connect(void);
/*
 * The same for tools: where VGPU_SOCKET is not set, a vgpu-backendd --xen comes first.
 */
int vgpu_broker_connect_admin(void);

#endif

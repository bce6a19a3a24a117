/* SPDX-License-Identifier: MIT */
/*
 * fuzz_broker: programs and tools that send the daemon whatever they like, and a
 * worker that comes, answers and goes at any moment. backend/daemon/clients.c is
 * the real one; in place of worker processes there is the worker of this file.
 *
 * An input is a list of actions: an octet that says what, then what it needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 4

static struct vgpu_worker the_worker;
static bool worker_there;
static int client_socks[CLIENTS];

/* ---- the worker ------------------------------------------------------------------ */

int vgpu_worker_get(struct vgpu_daemon *daemon, uid_t uid, pid_t pid, struct vgpu_worker **out)
{
	if (!worker_there)
		return -EAGAIN;
	the_worker.daemon = daemon;
	the_worker.uid = uid;
	daemon->workers = &the_worker;
	*out = &the_worker;
	return 0;
}

void vgpu_worker_send(struct vgpu_worker *worker, const struct vgpu_broker_msg *msg,
                      const int *fds)
{
	/* what a worker is sent is the daemon's own: nothing of it may be out of bounds */
	if (msg->magic != VGPU_BROKER_MAGIC || msg->fds > VGPU_BROKER_MAX_FDS ||
	    msg->text_bytes >= VGPU_BROKER_TEXT)
		abort();
	for (uint32_t i = 0; i < msg->fds; i++)
		if (fcntl(fds[i], F_GETFD) < 0)
			abort();
}

void vgpu_worker_log(struct vgpu_worker *worker, const char *fmt, ...)
{
}

void vgpu_worker_destroy(struct vgpu_worker *worker)
{
}

int vgpu_worker_start(struct vgpu_daemon *daemon, const struct vgpu_worker_events *events,
                      struct vgpu_xguest *guest, const char *device, struct vgpu_worker **out)
{
	return -EAGAIN; /* guests are fuzz_control's */
}

void vgpu_worker_end(struct vgpu_worker *worker)
{
}

void vgpu_worker_put(struct vgpu_worker *worker)
{
}

/* Its answer to "list", or something that is none. */
static void worker_answers(uint8_t request, const uint8_t *data, size_t n)
{
	int fd = memfd_create("fuzz-stats", MFD_CLOEXEC);

	if (fd < 0)
		abort();
	if (write(fd, data, n) < 0)
		abort();
	vgpu_clients_stats(&the_worker, request, fd);
	close(fd);
}

/* ---- programs --------------------------------------------------------------------- */

static void drain(int sock)
{
	struct vgpu_broker_msg msg;
	int fds[VGPU_BROKER_MAX_FDS];

	while (vgpu_broker_recv(sock, &msg, fds) == 0)
		for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
			if (fds[i] >= 0)
				close(fds[i]);
}

static void spin(struct vgpu_daemon *daemon)
{
	for (int i = 0; i < 64 && sd_event_run(daemon->event, 0) > 0; i++)
		;
	for (int i = 0; i < CLIENTS; i++)
		if (client_socks[i] >= 0)
			drain(client_socks[i]);
}

static void come(struct vgpu_daemon *daemon, unsigned int which)
{
	int pair[2];

	if (client_socks[which] >= 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return;
	client_socks[which] = pair[0];
	vgpu_clients_accept(daemon, pair[1]);
}

/* Octets as they are, n of them, with some descriptors. */
static void send_raw(int sock, const void *bytes, size_t n, unsigned int n_fds)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, n };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[8];

	for (unsigned int i = 0; i < n_fds; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	if (n_fds) {
		struct cmsghdr *c;

		hdr.msg_control = control;
		hdr.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&hdr);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	if (sock >= 0 && sendmsg(sock, &hdr, MSG_NOSIGNAL) < 0)
		errno = 0; /* a peer that has been shut down */
	for (unsigned int i = 0; i < n_fds; i++)
		close(fds[i]);
}

/* A message that is well-formed but for what the input says. */
static size_t send_message(int sock, const uint8_t *p, size_t left)
{
	struct vgpu_broker_msg msg;
	uint8_t head[12] = { 0 };
	size_t text, n = left < sizeof(head) ? left : sizeof(head);

	memcpy(head, p, n);
	memset(&msg, 0, sizeof(msg));
	msg.magic = VGPU_BROKER_MAGIC;
	msg.type = head[0] & 63;
	msg.a = head[1] & 0x80 ? 0xffffffffu << (head[1] & 31) : 1u << (head[1] & 31);
	msg.b = head[2] & 0x80 ? head[2] & 0x7f : 1u << (head[2] & 31);
	msg.c = head[3];
	msg.d = head[4];
	if (head[5] < 16) {
		msg.a = head[5] & 3;
		msg.b = head[5] >> 2;
	}
	text = left - n < head[6] ? left - n : head[6];
	memcpy(msg.text, p + n, text);
	msg.text_bytes = (uint32_t)text + (head[7] == 0xff ? head[8] * 16777216u : 0);
	msg.fds = head[9] == 0xff ? head[10] : 0;
	send_raw(sock, &msg, sizeof(msg), head[9] == 0xff ? head[11] & 7 : 0);
	return n + text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vgpu_daemon daemon = { .listen_sock = -1, .next_conn = 1 };
	size_t at = 0;

	if (sd_event_new(&daemon.event) < 0)
		abort();
	memset(client_socks, -1, sizeof(client_socks));
	memset(&the_worker, 0, sizeof(the_worker));
	the_worker.pid = 4711;
	worker_there = true;
	while (at + 2 <= size) {
		unsigned int what = data[at] % 10, which = data[at + 1] % CLIENTS;

		at += 2;
		come(&daemon, which);
		switch (what) {
		case 0:
			if (client_socks[which] >= 0)
				close(client_socks[which]);
			client_socks[which] = -1;
			break;
		case 1: { /* raw octets, of any length */
			size_t n = size - at < 200 ? size - at : 200;

			send_raw(client_socks[which], data + at, n, which);
			at += n;
			break;
		}
		case 2:
			the_worker.daemon = &daemon;
			the_worker.ready = true;
			vgpu_clients_events.ready(&the_worker);
			break;
		case 3:
			if (daemon.workers) {
				worker_there = false;
				daemon.workers = NULL;
				vgpu_clients_no_stats(&the_worker);
				vgpu_clients_events.gone(&the_worker, "fuzz");
				the_worker.ready = false;
				worker_there = true;
			}
			break;
		case 4:
			the_worker.daemon = &daemon;
			if (which & 1)
				vgpu_clients_events.broken(&the_worker, which + 1, "fuzz");
			else
				vgpu_clients_events.mapped(&the_worker, which + 1, 1, EINVAL);
			break;
		case 5: {
			size_t n = size - at < 64 ? size - at : 64;

			the_worker.daemon = &daemon;
			worker_answers((uint8_t)which + 1, data + at, n);
			at += n;
			break;
		}
		default:
			at += send_message(client_socks[which], data + at, size - at);
		}
		spin(&daemon);
	}
	while (daemon.clients)
		vgpu_client_conn_destroy(daemon.clients);
	for (int i = 0; i < CLIENTS; i++)
		if (client_socks[i] >= 0)
			close(client_socks[i]);
	sd_event_unref(daemon.event);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "protocol/broker.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER_BYTES offsetof(struct vgpu_broker_msg, text)

int vgpu_broker_recv_plain(int sock, struct vgpu_broker_msg *msg)
{
	int fds[VGPU_BROKER_MAX_FDS];
	int rc = vgpu_broker_recv(sock, msg, fds);

	if (rc == -EAGAIN)
		return rc;
	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++) {
		if (fds[i] >= 0) {
			close(fds[i]);
			rc = rc ? rc : -EPROTO;
		}
	}
	return rc;
}

void vgpu_broker_msg_init(struct vgpu_broker_msg *msg, enum vgpu_broker_type type, const char *fmt,
                          ...)
{
	va_list ap;
	int n;

	memset(msg, 0, HEADER_BYTES);
	msg->text[0] = '\0';
	msg->magic = VGPU_BROKER_MAGIC;
	msg->type = type;
	if (!fmt)
		return;
	va_start(ap, fmt);
	n = vsnprintf(msg->text, sizeof(msg->text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	msg->text_bytes = (uint32_t)n < sizeof(msg->text) ? (uint32_t)n : sizeof(msg->text) - 1;
}

int vgpu_broker_send(int sock, const struct vgpu_broker_msg *msg, const int *fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * VGPU_BROKER_MAX_FDS)];
	} control;
	struct iovec iov = { .iov_base = (void *)msg, .iov_len = HEADER_BYTES + msg->text_bytes };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (msg->fds > VGPU_BROKER_MAX_FDS || msg->text_bytes > sizeof(msg->text))
		return -EINVAL;
	if (msg->fds > 0) {
		struct cmsghdr *cm;

		memset(&control, 0, sizeof(control));
		mh.msg_control = control.bytes;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * msg->fds);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * msg->fds);
		memcpy(CMSG_DATA(cm), fds, sizeof(int) * msg->fds);
	}
	do
		n = sendmsg(sock, &mh, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* Take the descriptors out of a control message; close what exceeds the limit. */
static uint32_t take_fds(struct msghdr *mh, int fds[VGPU_BROKER_MAX_FDS])
{
	uint32_t count = 0;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		size_t n;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int), sizeof(fd));
			if (count < VGPU_BROKER_MAX_FDS)
				fds[count++] = fd;
			else
				close(fd);
		}
	}
	return count;
}

int vgpu_broker_recv(int sock, struct vgpu_broker_msg *msg, int fds[VGPU_BROKER_MAX_FDS])
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * VGPU_BROKER_MAX_FDS)];
	} control;
	struct iovec iov = { .iov_base = msg, .iov_len = sizeof(*msg) };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	uint32_t count;
	ssize_t n;

	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
		fds[i] = -1;
	do
		n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	count = take_fds(&mh, fds);
	if (n == 0 && count == 0)
		return -ECONNRESET;
	if ((size_t)n < HEADER_BYTES || (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    msg->magic != VGPU_BROKER_MAGIC || msg->text_bytes != (size_t)n - HEADER_BYTES ||
	    msg->text_bytes >= sizeof(msg->text) || msg->fds != count) {
		for (uint32_t i = 0; i < count; i++) {
			close(fds[i]);
			fds[i] = -1;
		}
		return -EPROTO;
	}
	msg->text[msg->text_bytes] = '\0';
	return 0;
}

static bool socket_named(void)
{
	const char *env = getenv("VGPU_SOCKET");

	return env && *env;
}

int vgpu_broker_own_path(char *path, uint32_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	int n;

	if (socket_named())
		n = snprintf(path, size, "%s", getenv("VGPU_SOCKET"));
	else if (run && *run)
		n = snprintf(path, size, "%s/vgpu.sock", run);
	else
		n = snprintf(path, size, "/tmp/vgpu-%u/vgpu.sock", (unsigned)getuid());
	return n < 0 || (uint32_t)n >= size ? -ENAMETOOLONG : 0;
}

int vgpu_broker_path(char *path, uint32_t size)
{
	int rc = vgpu_broker_own_path(path, size);

	if (rc || socket_named() || access(path, F_OK) == 0 || access(VGPU_SYSTEM_SOCKET, F_OK) < 0)
		return rc;
	if (size < sizeof(VGPU_SYSTEM_SOCKET))
		return -ENAMETOOLONG;
	memcpy(path, VGPU_SYSTEM_SOCKET, sizeof(VGPU_SYSTEM_SOCKET));
	return 0;
}

/* The usual place may be anybody's folder in /tmp: only root or ourselves may be the backend there. */
static int check_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (socket_named())
		return 0; /* the user's own choice */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	return peer.uid == 0 || peer.uid == geteuid() ? 0 : -EPERM;
}

/* Connect to one path. Returns a descriptor or a negative errno. */
static int connect_path(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : check_peer(fd);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

int vgpu_broker_connect_admin(void)
{
	int rc = -ENOENT;

	if (!socket_named())
		rc = connect_path(VGPU_ADMIN_SOCKET);
	/* not there, or not ours: a user's tool asks the user's own backend */
	return rc == -ENOENT || rc == -ECONNREFUSED || rc == -EACCES ? vgpu_broker_connect() : rc;
}

int vgpu_broker_connect(void)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int rc = vgpu_broker_own_path(path, sizeof(path)), system;

	if (rc)
		return rc;
	rc = connect_path(path);
	if ((rc != -ENOENT && rc != -ECONNREFUSED) || socket_named())
		return rc;
	system = connect_path(VGPU_SYSTEM_SOCKET);
	return system == -ENOENT ? rc : system;
}

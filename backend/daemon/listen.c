/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

void vgpu_daemon_log(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "vgpu-backendd: %s\n", line);
}

static int on_accept(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	int sock = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (sock >= 0)
		vgpu_clients_accept(data, sock);
	return 0;
}

/* Make the socket's own folder, if it is missing; others must not be able to enter it. */
static int make_folder(const char *path)
{
	char folder[108];
	char *slash;
	struct stat st;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return 0;
	*slash = '\0';
	if (mkdir(folder, 0700) == 0)
		return 0;
	if (errno != EEXIST || stat(folder, &st) < 0)
		return -errno;
	/* somebody else's folder with our name in /tmp is a trap */
	if (strncmp(folder, "/tmp/vgpu-", 10) == 0 &&
	    (st.st_uid != getuid() || (st.st_mode & 077)))
		return -EPERM;
	return 0;
}

int vgpu_daemon_listen(struct vgpu_daemon *daemon, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, probe, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	rc = make_folder(path);
	if (rc)
		return rc;
	probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	rc = connect(probe, (struct sockaddr *)&addr, sizeof(addr));
	close(probe);
	if (rc == 0)
		return -EADDRINUSE;
	unlink(path); /* left behind by a backend that was killed */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0077);
	rc = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	umask(mask);
	if (rc < 0 || listen(fd, 64) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = sd_event_add_io(daemon->event, NULL, fd, EPOLLIN, on_accept, daemon);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	daemon->listen_sock = fd;
	strcpy(daemon->socket_path, path);
	return 0;
}

void vgpu_daemon_finish(struct vgpu_daemon *daemon)
{
	if (daemon->socket_path[0])
		unlink(daemon->socket_path);
	while (daemon->clients)
		vgpu_client_conn_destroy(daemon->clients);
	while (daemon->workers)
		vgpu_worker_destroy(daemon->workers);
	json_object_put(daemon->past);
	if (daemon->listen_sock >= 0)
		close(daemon->listen_sock);
}

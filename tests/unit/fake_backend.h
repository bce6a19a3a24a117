/* SPDX-License-Identifier: MIT */
/*
 * A backend that only answers the tools, for their unit tests: it listens, and
 * answers VGPU_BROKER_ADMIN with a text the test gives, or misbehaves on demand.
 */
#ifndef VGPU_TESTS_UNIT_FAKE_BACKEND_H
#define VGPU_TESTS_UNIT_FAKE_BACKEND_H

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/broker.h"

enum fake_mode {
	FAKE_ANSWERS,
	FAKE_NO_FD,   /* ADMIN_REPLY without a descriptor */
	FAKE_REFUSES, /* ERROR with EACCES */
	FAKE_HANGS_UP,
};

static inline int fake_listen(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (sock < 0 || bind(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(sock, 8) < 0)
		_exit(99);
	return sock;
}

static inline void fake_answer(int client, enum fake_mode mode, const char *json)
{
	static struct vgpu_broker_msg msg;
	int fds[VGPU_BROKER_MAX_FDS], memory;

	if (vgpu_broker_recv(client, &msg, fds) < 0)
		return;
	if (msg.type != VGPU_BROKER_ADMIN || strcmp(msg.text, "list") != 0 ||
	    mode == FAKE_REFUSES) {
		vgpu_broker_msg_init(&msg, VGPU_BROKER_ERROR, "not for you");
		msg.a = 13;
		vgpu_broker_send(client, &msg, NULL);
		return;
	}
	if (mode == FAKE_HANGS_UP)
		return;
	memory = memfd_create("fake", MFD_CLOEXEC);
	if (write(memory, json, strlen(json)) < 0)
		_exit(98);
	vgpu_broker_msg_init(&msg, VGPU_BROKER_ADMIN_REPLY, NULL);
	msg.fds = mode == FAKE_NO_FD ? 0 : 1;
	vgpu_broker_send(client, &msg, &memory);
	close(memory);
}

/*
 * Serve one connection after another until killed; requests of one are answered in
 * turn. The first request of all is answered with first, unless that is NULL.
 */
static inline _Noreturn void fake_serve(int sock, enum fake_mode mode, const char *first,
					const char *json)
{
	for (;;) {
		int client = accept(sock, NULL, NULL);
		struct pollfd pfd = { .fd = client, .events = POLLIN };
		char octet;

		while (client >= 0 && poll(&pfd, 1, -1) == 1 &&
		       recv(client, &octet, 1, MSG_PEEK) > 0) {
			fake_answer(client, mode, first ? first : json);
			first = NULL;
			if (mode == FAKE_HANGS_UP)
				break;
		}
		close(client);
	}
}

/* The output of a command and its exit code, as system() gives it (-1: it did not run). */
static inline int run_command(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");
	size_t n = 0;
	int status;

	if (!f)
		return -1;
	while (n < size - 1) {
		size_t got = fread(out + n, 1, size - 1 - n, f);

		if (got == 0)
			break;
		n += got;
	}
	out[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The folder above the one the test is in twice: build/tests/unit/x -> build. */
static inline void build_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	for (int i = 0; i < 3; i++) {
		char *slash = strrchr(out, '/');

		if (slash)
			*slash = '\0';
	}
}

#endif

/* SPDX-License-Identifier: MIT */
#include "tools/common/admin.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/broker.h"
#include "tools/common/tool.h"

int vgpu_admin_connect(void)
{
	struct timeval limit = { .tv_sec = VGPU_ADMIN_TIMEOUT_S };
	int sock = vgpu_broker_connect_admin();

	if (sock < 0)
		return sock;
	if (setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0) {
		int rc = -errno;

		close(sock);
		return rc;
	}
	return sock;
}

/* Read the memfd from its start and parse it. */
static int parse_memfd(int fd, struct json_object **json_out)
{
	struct json_tokener *tokener = NULL;
	struct json_object *json = NULL;
	struct stat st;
	char *text = NULL;
	size_t have = 0, bytes;
	int rc;

	if (fstat(fd, &st) < 0) {
		rc = -errno;
		goto out;
	}
	if (st.st_size <= 0 || st.st_size > (off_t)VGPU_ADMIN_MAX_BYTES) {
		rc = -EPROTO;
		goto out;
	}
	bytes = (size_t)st.st_size;
	text = malloc(bytes);
	tokener = json_tokener_new();
	if (!text || !tokener) {
		rc = -ENOMEM;
		goto out;
	}
	while (have < bytes) {
		ssize_t n = pread(fd, text + have, bytes - have, (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = n < 0 ? -errno : -EPROTO;
			goto out;
		}
		have += (size_t)n;
	}
	while (bytes > 0 && text[bytes - 1] == '\0')
		bytes--;
	json = json_tokener_parse_ex(tokener, text, (int)bytes);
	if (!json || json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(json, json_type_object)) {
		rc = -EPROTO;
		goto out;
	}
	*json_out = json;
	json = NULL;
	rc = 0;
out:
	json_object_put(json);
	if (tokener)
		json_tokener_free(tokener);
	free(text);
	return rc;
}

int vgpu_admin_request(int sock, const char *request, struct json_object **json_out, char *reason,
		       size_t size)
{
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));
	int fds[VGPU_BROKER_MAX_FDS] = { -1, -1, -1, -1 };
	int rc;

	if (reason && size > 0)
		reason[0] = '\0';
	if (!msg)
		return -ENOMEM;
	vgpu_broker_msg_init(msg, VGPU_BROKER_ADMIN, "%s", request);
	rc = vgpu_broker_send(sock, msg, NULL);
	/* whoever has hung up already may have said something first */
	if (rc == 0 || rc == -EPIPE)
		rc = vgpu_broker_recv(sock, msg, fds);
	if (rc == -EAGAIN)
		rc = -ETIMEDOUT;
	if (rc < 0)
		goto out;
	if (msg->type == VGPU_BROKER_ERROR) {
		if (reason)
			snprintf(reason, size, "%s", msg->text);
		rc = msg->a > 0 && msg->a < 4096 ? -(int)msg->a : -EPROTO;
		goto out;
	}
	if (msg->type != VGPU_BROKER_ADMIN_REPLY || fds[0] < 0) {
		rc = -EPROTO;
		goto out;
	}
	rc = parse_memfd(fds[0], json_out);
out:
	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(msg);
	return rc;
}

int vgpu_admin_complain(int rc, const char *reason)
{
	char path[PATH_MAX];

	if (vgpu_broker_path(path, sizeof(path)) < 0)
		snprintf(path, sizeof(path), "$VGPU_SOCKET");
	if (rc == -ENOENT || rc == -ECONNREFUSED) {
		vgpu_tool_error(
			"start one with 'vgpu-backendd', or name its socket in VGPU_SOCKET; "
			"'vgpu-run PROGRAM' brings its own",
			"no backend daemon at %s", path);
		return VGPU_EXIT_UNREACHABLE;
	}
	if (rc == -EACCES || rc == -EPERM) {
		vgpu_tool_error(
			"run as the user who started vgpu-backendd; if you trust that user, "
			"name the socket in VGPU_SOCKET",
			"not permitted to talk to the backend daemon at %s%s%s", path,
			*reason ? ": " : "", reason);
		return VGPU_EXIT_PERMISSION;
	}
	if (rc == -ETIMEDOUT || rc == -ECONNRESET || rc == -EPIPE) {
		vgpu_tool_error("vgpu-info shows which part answers", "the backend daemon at %s %s",
				path,
				rc == -ETIMEDOUT ? "does not answer" : "closed the connection");
		return VGPU_EXIT_UNREACHABLE;
	}
	vgpu_tool_error(NULL, "the backend daemon at %s refused: %s", path,
			*reason ? reason : strerror(-rc));
	return VGPU_EXIT_FAILED;
}

/* SPDX-License-Identifier: MIT */
/* Both sides of a probe's pipe. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/guest_env.h"
#include "tools/common/tool.h"
#include "tools/info/probe.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static _Noreturn void exec_probe(const char *probe, const char *argument, bool guest_env, int out)
{
	struct vgpu_paths paths;
	int null = open("/dev/null", O_WRONLY);

	if (guest_env) {
		vgpu_paths_find(&paths);
		if (vgpu_guest_env_set(&paths, NULL) < 0)
			_exit(VGPU_EXIT_FAILED);
	}
	/* drivers chatter on both; what they say is not an answer */
	if (null >= 0 && !getenv("VGPU_DEBUG"))
		dup2(null, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	execl("/proc/self/exe", "vgpu-info", "--probe", probe, argument, (char *)NULL);
	_exit(VGPU_EXIT_CANNOT_RUN);
}

/* Read to the end of file. Returns the length, or -ETIMEDOUT, or another negative errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	int64_t deadline = now_ms() + VGPU_INFO_PROBE_TIMEOUT_S * 1000;
	size_t have = 0;

	while (have < size - 1) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&pfd, 1, (int)left) == 0)
			return -ETIMEDOUT;
		n = read(fd, text + have, size - 1 - have);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		have += n > 0 ? (size_t)n : 0;
	}
	text[have] = '\0';
	return (ssize_t)have;
}

static struct json_object *failed(const char *fmt, int value, const char *text)
{
	struct json_object *answer = json_object_new_object();
	char error[256];

	snprintf(error, sizeof(error), fmt, value, text);
	if (answer)
		json_object_object_add(answer, "error", json_object_new_string(error));
	return answer;
}

struct json_object *vgpu_info_ask(const char *probe, const char *argument, bool guest_env)
{
	struct json_object *answer;
	char text[16384];
	int out[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return failed("cannot start a probe (%d: %s)", errno, strerror(errno));
	pid = fork();
	if (pid == 0)
		exec_probe(probe, argument, guest_env, out[1]);
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return failed("cannot start a probe (%d: %s)", errno, strerror(errno));
	}
	n = read_all(out[0], text, sizeof(text));
	close(out[0]);
	if (n < 0)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (n == -ETIMEDOUT)
		return failed("no answer within %d s%s", VGPU_INFO_PROBE_TIMEOUT_S, "");
	if (WIFSIGNALED(status))
		return failed("the probe was killed by signal %d (%s)", WTERMSIG(status),
			      strsignal(WTERMSIG(status)));
	answer = n > 0 ? json_tokener_parse(text) : NULL;
	if (!json_object_is_type(answer, json_type_object)) {
		json_object_put(answer);
		return failed("the probe ended with exit code %d%s", WEXITSTATUS(status),
			      " and no answer");
	}
	return answer;
}

int vgpu_info_answer(const char *probe, const char *argument)
{
	struct json_object *answer = json_object_new_object();
	const char *text;
	int out = dup(STDOUT_FILENO), rc = VGPU_EXIT_OK;
	size_t length, done = 0;

	if (!answer || out < 0)
		return VGPU_EXIT_FAILED;
	/* whoever prints on stdout in here must not spoil the answer */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	fcntl(out, F_SETFD, FD_CLOEXEC);
	json_object_object_add(answer, "error", NULL);
	if (strcmp(probe, "host") == 0)
		vgpu_info_probe_host(answer);
	else if (strcmp(probe, "library") == 0 && argument)
		vgpu_info_probe_library(answer, argument);
	else if (strcmp(probe, "program") == 0)
		vgpu_info_probe_program(answer);
	else
		rc = vgpu_tool_usage("no probe '%s'", probe);
	text = json_object_to_json_string_length(answer, JSON_C_TO_STRING_PLAIN, &length);
	while (rc == VGPU_EXIT_OK && done < length) {
		ssize_t n = write(out, text + done, length - done);

		if (n < 0)
			rc = VGPU_EXIT_FAILED;
		else
			done += (size_t)n;
	}
	/* without the exit handlers: a driver that hangs there has nothing to do with it */
	_exit(rc);
}

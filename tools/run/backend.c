/* SPDX-License-Identifier: MIT */
#include "tools/run/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "protocol/broker.h"
#include "tools/common/guest_env.h"
#include "tools/common/paths.h"
#include "tools/common/tool.h"

#define START_TIMEOUT_MS 30000
#define STOP_TIMEOUT_MS 5000

/* A private folder for the socket. Returns 0 or a negative errno. */
static int make_folder(struct vgpu_run_backend *backend)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!base || base[0] != '/' || access(base, W_OK) != 0)
		base = "/tmp";
	/* a socket's path holds 107 characters */
	if (strlen(base) > 80)
		base = "/tmp";
	snprintf(backend->dir, sizeof(backend->dir), "%s/vgpu-run-XXXXXX", base);
	if (!mkdtemp(backend->dir)) {
		int rc = -errno;

		backend->dir[0] = '\0';
		return rc;
	}
	if (snprintf(backend->socket, sizeof(backend->socket), "%s/vgpu.sock", backend->dir) >=
	    (int)sizeof(backend->socket))
		return -ENAMETOOLONG;
	return 0;
}

/* The backend's half of the fork. Ends in exec or exit. */
static _Noreturn void exec_backend(const struct vgpu_paths *paths, const char *socket, pid_t parent,
				   int ready_fd, int error_fd)
{
	char fd_text[16];
	sigset_t none;
	int null;

	/* its own session: Ctrl-C is for the program, which may want its GL to finish */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(VGPU_EXIT_FAILED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDONLY);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	dup2(STDERR_FILENO, STDOUT_FILENO);
	fcntl(ready_fd, F_SETFD, 0);
	snprintf(fd_text, sizeof(fd_text), "%d", ready_fd);
	vgpu_guest_env_clear();
	execl(paths->backendd, "vgpu-backendd", "--embedded", "--socket", socket, "--quiet",
	      "--ready-fd", fd_text, (char *)NULL);
	null = errno;
	if (write(error_fd, &null, sizeof(null)) < 0)
		_exit(VGPU_EXIT_NOT_FOUND);
	_exit(VGPU_EXIT_CANNOT_RUN);
}

/* Wait for the first octet. Returns 0, -ETIMEDOUT, or -ECHILD when the backend went away. */
static int wait_ready(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char octet;
	ssize_t n;
	int ready;

	do {
		ready = poll(&pfd, 1, START_TIMEOUT_MS);
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	do {
		n = read(fd, &octet, 1);
	} while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -ECHILD;
}

static void say_why_not_started(const struct vgpu_run_backend *backend,
				const struct vgpu_paths *paths, int rc)
{
	const char *hint = "vgpu-info shows which link of the chain is broken";

	if (rc == -ETIMEDOUT)
		vgpu_tool_error(hint, "%s is not ready after %d s", paths->backendd,
				START_TIMEOUT_MS / 1000);
	else if (rc == -ECHILD && WIFSIGNALED(backend->status))
		vgpu_tool_error(hint, "%s was killed by signal %d (%s) while it started",
				paths->backendd, WTERMSIG(backend->status),
				strsignal(WTERMSIG(backend->status)));
	else if (rc == -ECHILD)
		vgpu_tool_error(hint, "%s ended with exit code %d while it started",
				paths->backendd, WEXITSTATUS(backend->status));
	else
		vgpu_tool_error(hint, "cannot start %s: %s", paths->backendd, strerror(-rc));
}

static int start(struct vgpu_run_backend *backend, const struct vgpu_paths *paths)
{
	int ready[2] = { -1, -1 }, error[2] = { -1, -1 };
	pid_t self = getpid(), pid;
	int rc, exec_errno = 0;

	if (!paths->backendd[0]) {
		vgpu_tool_error("build it with 'make', or install the package of the backend",
				"vgpu-backendd is neither beside %s nor installed",
				program_invocation_short_name);
		return VGPU_EXIT_UNREACHABLE;
	}
	rc = make_folder(backend);
	if (rc < 0)
		goto out;
	if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0) {
		rc = -errno;
		goto out;
	}
	pid = fork();
	if (pid < 0) {
		rc = -errno;
		goto out;
	}
	if (pid == 0)
		exec_backend(paths, backend->socket, self, ready[1], error[1]);
	backend->pid = pid;
	close(ready[1]);
	close(error[1]);
	ready[1] = error[1] = -1;
	if (read(error[0], &exec_errno, sizeof(exec_errno)) == (ssize_t)sizeof(exec_errno))
		rc = -exec_errno;
	else
		rc = wait_ready(ready[0]);
out:
	for (int i = 0; i < 2; i++) {
		if (ready[i] >= 0)
			close(ready[i]);
		if (error[i] >= 0)
			close(error[i]);
	}
	if (rc == 0)
		return 0;
	vgpu_run_backend_close(backend);
	say_why_not_started(backend, paths, rc);
	return VGPU_EXIT_UNREACHABLE;
}

int vgpu_run_backend_open(struct vgpu_run_backend *backend, const struct vgpu_paths *paths,
			  bool own, bool verbose)
{
	int rc = own ? -ENOENT : vgpu_broker_connect();

	memset(backend, 0, sizeof(*backend));
	if (rc >= 0) {
		close(rc);
		rc = vgpu_broker_path(backend->socket, sizeof(backend->socket));
		if (rc == 0) {
			if (verbose)
				fprintf(stderr, "%s: using the backend at %s\n",
					program_invocation_short_name, backend->socket);
			return 0;
		}
	}
	if (rc != -ENOENT && rc != -ECONNREFUSED) {
		vgpu_tool_error("--embedded starts a backend of its own",
				"cannot connect to the backend: %s", strerror(-rc));
		return rc == -EACCES || rc == -EPERM ? VGPU_EXIT_PERMISSION : VGPU_EXIT_UNREACHABLE;
	}
	if (!own && getenv("VGPU_SOCKET")) {
		/* the user said which one: another would be a surprise */
		vgpu_tool_error("unset VGPU_SOCKET, or use --embedded, to have one started",
				"no backend listens at VGPU_SOCKET=%s", getenv("VGPU_SOCKET"));
		return VGPU_EXIT_UNREACHABLE;
	}
	rc = start(backend, paths);
	if (rc == 0 && verbose)
		fprintf(stderr, "%s: started %s (pid %d) at %s\n", program_invocation_short_name,
			paths->backendd, (int)backend->pid, backend->socket);
	return rc;
}

bool vgpu_run_backend_reaped(struct vgpu_run_backend *backend, pid_t pid, int status)
{
	if (pid <= 0 || pid != backend->pid)
		return false;
	backend->pid = 0;
	backend->status = status;
	backend->died = true;
	return true;
}

/* Wait for the backend at most this long. Returns false when it still lives. */
static bool reap_within(struct vgpu_run_backend *backend, int timeout_ms)
{
	const struct timespec step = { .tv_nsec = 2000000 };

	for (int waited = 0;; waited += 2) {
		pid_t pid = waitpid(backend->pid, &backend->status, WNOHANG);

		if (pid == backend->pid || (pid < 0 && errno == ECHILD)) {
			backend->pid = 0;
			return true;
		}
		if (waited >= timeout_ms)
			return false;
		nanosleep(&step, NULL);
	}
}

void vgpu_run_backend_close(struct vgpu_run_backend *backend)
{
	if (backend->pid > 0 && !reap_within(backend, 0)) {
		kill(backend->pid, SIGTERM);
		if (!reap_within(backend, STOP_TIMEOUT_MS)) {
			kill(backend->pid, SIGKILL);
			reap_within(backend, STOP_TIMEOUT_MS);
		}
	}
	if (backend->dir[0]) {
		unlink(backend->socket); /* the daemon has done so unless it was killed */
		rmdir(backend->dir);
		backend->dir[0] = '\0';
	}
}

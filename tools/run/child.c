/* SPDX-License-Identifier: MIT */
#include "tools/run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/tool.h"

static const int passed_on[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2 };
static sigset_t old_mask, blocked;

void vgpu_run_signals_block(void)
{
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(&blocked, passed_on[i]);
	/* with SIGCHLD ignored (inherited from our parent) there would be nothing to wait for */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &blocked, &old_mask);
}

int vgpu_run_child_start(char **argv, pid_t *pid_out)
{
	int error[2], exec_errno = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(error, O_CLOEXEC) < 0) {
		vgpu_tool_error(NULL, "cannot run %s: %s", argv[0], strerror(errno));
		return VGPU_EXIT_CANNOT_RUN;
	}
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &old_mask, NULL);
		execvp(argv[0], argv);
		exec_errno = errno;
		n = write(error[1], &exec_errno, sizeof(exec_errno));
		_exit(n > 0 ? VGPU_EXIT_CANNOT_RUN : VGPU_EXIT_NOT_FOUND);
	}
	if (pid < 0)
		exec_errno = errno;
	close(error[1]);
	if (pid > 0) {
		/* end of file: exec closed the pipe, so the program runs */
		do {
			n = read(error[0], &exec_errno, sizeof(exec_errno));
		} while (n < 0 && errno == EINTR);
		if (n > 0)
			waitpid(pid, NULL, 0);
		else
			exec_errno = 0;
	}
	close(error[0]);
	if (exec_errno == 0) {
		*pid_out = pid;
		return 0;
	}
	vgpu_tool_error(exec_errno == ENOENT ? "is it installed, and in PATH?" : NULL,
			"cannot run %s: %s", argv[0], strerror(exec_errno));
	return exec_errno == ENOENT ? VGPU_EXIT_NOT_FOUND : VGPU_EXIT_CANNOT_RUN;
}

/* Reap what has ended. Returns true once the program has, with its exit code. */
static bool reap(pid_t program, vgpu_run_reaped_fn *reaped, void *data, int *code_out)
{
	bool ended = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != program) {
			reaped(data, pid, status);
			continue;
		}
		*code_out = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		ended = true;
	}
	return ended;
}

int vgpu_run_child_wait(pid_t pid, vgpu_run_reaped_fn *reaped, vgpu_run_tick_fn *tick,
			int interval_ms, void *data)
{
	const struct timespec interval = { .tv_sec = interval_ms / 1000,
					   .tv_nsec = interval_ms % 1000 * 1000000L };
	int code = VGPU_EXIT_FAILED;

	while (!reap(pid, reaped, data, &code)) {
		siginfo_t info;
		int sig = sigtimedwait(&blocked, &info, tick ? &interval : NULL);

		if (sig < 0 && errno == EAGAIN)
			tick(data);
		/* what the terminal sends (SI_KERNEL) it has sent to the program as well */
		else if (sig > 0 && sig != SIGCHLD && info.si_code != SI_KERNEL)
			kill(pid, sig);
	}
	return code;
}

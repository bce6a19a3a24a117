/* SPDX-License-Identifier: MIT */
/*
 * Starting the worker program: its environment, its descriptors, its jail, nothing
 * else of the daemon's. A fork, because the child has things to do to itself; it
 * tells over a pipe how that went, and the pipe's end says that it is the worker.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

/* What of the daemon's environment a worker may see: nothing that a guest chose. */
static const char *const passed[] = {
	"PATH", "LANG", "LD_LIBRARY_PATH", "LIBGL_DRIVERS_PATH", "LIBGL_ALWAYS_SOFTWARE",
	"GALLIUM_DRIVER", "LP_NUM_THREADS", "MESA_LOADER_DRIVER_OVERRIDE",
	"__EGL_VENDOR_LIBRARY_FILENAMES", "__EGL_VENDOR_LIBRARY_DIRS", "VGPU_DEVICE",
	"VGPU_WORKER_SPIN_US", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
};
/* Without the jail, a driver may keep its shader cache in the user's home. */
static const char *const passed_free[] = { "HOME", "XDG_CACHE_HOME" };
/* In it there is no home, not even for root, and no shader cache (make_environment). */
static const char *const jailed[] = { "HOME=/dev/null", "__GL_SHADER_DISK_CACHE=0" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_ENV (COUNT(passed) + COUNT(passed_free) + COUNT(jailed) + 5)

static void pass(char **env, size_t *n, const char *name)
{
	const char *value = getenv(name);
	char *entry;

	if (value && asprintf(&entry, "%s=%s", name, value) >= 0)
		env[(*n)++] = entry;
}

static void add(char **env, size_t *n, const char *name, const char *value)
{
	char *entry;

	if (asprintf(&entry, "%s%s", name, value) >= 0)
		env[(*n)++] = entry;
}

/*
 * A shader cache that guests share would tell one what another draws. Mesa's is not
 * switched off, because program binaries would go with it; it is shown a folder in
 * which it may not write, and goes on in memory. Without that folder (the install's
 * no-cache, beside the worker) it does the same after a line on stderr.
 */
static void no_cache(const struct vgpu_daemon *daemon, char **env, size_t *n)
{
	const char *slash = strrchr(daemon->worker_path, '/');
	char path[sizeof(daemon->worker_path) + 16];

	snprintf(path, sizeof(path), "%.*s/no-cache",
	         slash ? (int)(slash - daemon->worker_path) : 0, daemon->worker_path);
	add(env, n, "XDG_CACHE_HOME=", access(path, F_OK) == 0 ? path : "/dev/null");
}

static size_t make_environment(const struct vgpu_daemon *daemon, char **env)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT(passed); i++)
		if (!daemon->device || strcmp(passed[i], "VGPU_DEVICE") != 0)
			pass(env, &n, passed[i]);
	for (size_t i = 0; i < COUNT(passed_free) && !daemon->jail.on; i++)
		pass(env, &n, passed_free[i]);
	for (size_t i = 0; i < COUNT(jailed) && daemon->jail.on; i++)
		add(env, &n, jailed[i], "");
	if (daemon->jail.on)
		no_cache(daemon, env, &n);
	if (daemon->device)
		add(env, &n, "VGPU_DEVICE=", daemon->device);
	add(env, &n, "VGPU_WORKER_JAIL=", daemon->jail.on ? "on" : "off");
	add(env, &n, "VGPU_WORKER=", "1");
	env[n] = NULL;
	return n;
}

/* What the child tells: the jail as it stands, then why it could not go on, if so. */
struct news {
	struct vgpu_jail_report jail;
	int error; /* a negative errno */
};

enum { CONTROL_FD = 3, NEWS_FD = 4, PROGRAM_FD = 5 };

static _Noreturn void child(const struct vgpu_daemon *daemon, int sock, int news_fd, int program,
                            int cgroup, struct news *news, char **env)
{
	char *argv[] = { (char[]){ "vgpu-worker" }, (char[]){ "--control-fd" }, (char[]){ "3" }, NULL };
	int log = fcntl(STDERR_FILENO, F_GETFD), null;
	sigset_t none;
	ssize_t n;

	if (dup3(news_fd, NEWS_FD, O_CLOEXEC) < 0)
		_exit(127);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* sock, news_fd, program and cgroup are above 9: none of these overwrites another */
	if (null < 0 || dup2(null, 0) < 0 || dup2(log < 0 ? null : STDERR_FILENO, 1) < 0 ||
	    dup2(sock, CONTROL_FD) < 0 || dup3(program, PROGRAM_FD, O_CLOEXEC) < 0)
		news->error = -errno;
	else if (daemon->jail.on)
		news->error = vgpu_jail_enter(&daemon->jail, cgroup, PROGRAM_FD + 1, &news->jail);
	if (!news->error) {
		n = write(NEWS_FD, news, sizeof(*news));
		(void)n;
		execve(daemon->worker_path, argv, env);
		/* the worker's user may not be able to reach a developer's folder */
		syscall(SYS_execveat, PROGRAM_FD, "", argv, env, 0x1000 /* AT_EMPTY_PATH */);
		news->error = -errno;
	}
	n = write(NEWS_FD, news, sizeof(*news));
	(void)n;
	_exit(127);
}

/* Until the child has become the worker, or has failed. Returns 0 or a negative errno. */
static int read_news(int fd, struct news *news)
{
	struct news more;
	ssize_t n;

	for (;;) {
		n = read(fd, &more, sizeof(more));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(more))
			return n < 0 ? -errno : news->error;
		*news = more;
	}
}

/* A duplicate that is out of the way of the child's first few. -1 and errno. */
static int high(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

int vgpu_worker_spawn(struct vgpu_daemon *daemon, int sock, struct vgpu_worker *worker)
{
	static uint32_t number;
	struct news news = { .error = 0 };
	char *env[MAX_ENV + 1];
	int pipe_fds[2] = { -1, -1 }, news_fd = -1, opened = -1, program = -1, rc;
	int folder = -1, cgroup = -1;
	size_t n = 0;

	worker->cgroup[0] = '\0';
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	news_fd = high(pipe_fds[1]);
	close(pipe_fds[1]);
	opened = open(daemon->worker_path, O_PATH | O_CLOEXEC);
	program = opened < 0 ? -1 : high(opened);
	if (news_fd < 0 || program < 0) {
		rc = -errno;
		goto out;
	}
	if (daemon->jail.on) {
		snprintf(worker->cgroup, sizeof(worker->cgroup), "worker-%d-%u", (int)getpid(),
		         ++number);
		folder = vgpu_jail_cgroup_add(&daemon->jail, worker->cgroup, &news.jail);
		cgroup = folder < 0 ? -1 : high(folder);
	}
	n = make_environment(daemon, env);
	worker->pid = fork();
	if (worker->pid == 0)
		child(daemon, sock, news_fd, program, cgroup, &news, env);
	rc = worker->pid < 0 ? -errno : 0;
	close(news_fd);
	news_fd = -1;
	if (!rc) {
		rc = read_news(pipe_fds[0], &news);
		worker->jail = news.jail;
		if (rc)
			waitpid(worker->pid, NULL, 0);
	}
	if (rc)
		vgpu_jail_cgroup_remove(&daemon->jail, worker->cgroup);
out:
	for (size_t i = 0; i < n; i++)
		free(env[i]);
	close(pipe_fds[0]);
	if (news_fd >= 0)
		close(news_fd);
	if (opened >= 0)
		close(opened);
	if (program >= 0)
		close(program);
	if (folder >= 0)
		close(folder);
	if (cgroup >= 0)
		close(cgroup);
	return rc;
}

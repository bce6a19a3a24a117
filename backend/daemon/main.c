/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

static const char help[] =
	"usage: vgpu-backendd [--embedded] [--socket PATH] [--device DEVICE] [--worker PATH]\n"
	"                     [--cgroup PATH] [--quiet]\n"
	"\n"
	"The broker between programs and vgpu-worker processes. In embedded mode (the\n"
	"default) programs of this machine connect to its unix socket.\n"
	"\n"
	"  --embedded       unix socket, memfd and eventfd instead of Xen\n"
	"  --socket PATH    where to listen (default: $VGPU_SOCKET, $XDG_RUNTIME_DIR/vgpu.sock\n"
	"                   or /tmp/vgpu-UID/vgpu.sock)\n"
	"  --device DEVICE  the GPU: a render node, an EGL device number, or \"surfaceless\"\n"
	"  --worker PATH    the vgpu-worker program (default: beside this one)\n"
	"  --cgroup PATH    make the workers' cgroups (v2) below this one (default: the daemon's\n"
	"                   own, if systemd delegated it)\n"
	"  --quiet          do not tell which rules of the workers' jail this machine cannot have\n"
	"  --ready-fd N     write a byte to descriptor N and close it once programs can connect\n"
	"  --help           this text\n"
	"\n"
	"exit status: 0 ended by a signal, 1 failed, 2 wrong usage, 6 another backend runs there\n";

static int default_worker(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash - path) + sizeof("/vgpu-worker") > size)
		return -ENAMETOOLONG;
	strcpy(slash, "/vgpu-worker");
	return 0;
}

static int run(struct vgpu_daemon *daemon, int ready_fd)
{
	sigset_t set;
	int rc;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	sd_event_add_signal(daemon->event, NULL, SIGTERM, NULL, NULL);
	sd_event_add_signal(daemon->event, NULL, SIGINT, NULL, NULL);
	sd_event_add_signal(daemon->event, NULL, SIGHUP, NULL, NULL);
	if (ready_fd >= 0) {
		ssize_t n = write(ready_fd, "\n", 1);

		(void)n;
		close(ready_fd);
	}
	sd_notify(0, "READY=1");
	rc = sd_event_loop(daemon->event);
	return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "embedded", no_argument, NULL, 'e' }, { "socket", required_argument, NULL, 's' },
		{ "device", required_argument, NULL, 'd' }, { "worker", required_argument, NULL, 'w' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "cgroup", required_argument, NULL, 'c' }, { "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vgpu_daemon daemon = { .listen_sock = -1, .next_conn = 1 };
	const char *cgroup = NULL;
	char path[108] = "";
	int ready_fd = -1, status = 1, c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'e':
			break;
		case 's':
			if (snprintf(path, sizeof(path), "%s", optarg) >= (int)sizeof(path)) {
				fprintf(stderr, "vgpu-backendd: the socket's path is too long: %s\n",
				        optarg);
				return 2;
			}
			break;
		case 'd':
			daemon.device = optarg;
			break;
		case 'w':
			snprintf(daemon.worker_path, sizeof(daemon.worker_path), "%s", optarg);
			break;
		case 'r':
			ready_fd = atoi(optarg);
			break;
		case 'c':
			cgroup = optarg;
			break;
		case 'q':
			daemon.quiet = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs("hint: vgpu-backendd --help\n", stderr);
			return 2;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "vgpu-backendd: unexpected argument: %s\nhint: vgpu-backendd --help\n",
		        argv[optind]);
		return 2;
	}
	rc = daemon.worker_path[0] ? 0 : default_worker(daemon.worker_path,
	                                                sizeof(daemon.worker_path));
	if (!rc && !path[0])
		rc = vgpu_broker_path(path, sizeof(path));
	if (!rc)
		rc = sd_event_default(&daemon.event);
	if (rc < 0) {
		vgpu_daemon_log("cannot start: %s", strerror(-rc));
		return 1;
	}
	if (access(daemon.worker_path, X_OK) < 0) {
		vgpu_daemon_log("cannot run the worker %s: %s", daemon.worker_path, strerror(errno));
		return 1;
	}
	vgpu_jail_init(&daemon.jail, cgroup);
	if (!daemon.jail.on)
		vgpu_daemon_log("the workers' jail is off (VGPU_WORKER_JAIL=off): whoever breaks the GL "
		                "driver has all rights of this user");
	rc = vgpu_daemon_listen(&daemon, path);
	if (rc == -EADDRINUSE) {
		vgpu_daemon_log("another backend listens at %s already", path);
		return 6;
	}
	if (rc) {
		vgpu_daemon_log("cannot listen at %s: %s", path, strerror(-rc));
		return 1;
	}
	status = run(&daemon, ready_fd);
	vgpu_daemon_finish(&daemon);
	vgpu_jail_finish(&daemon.jail);
	sd_event_unref(daemon.event);
	return status;
}

/* SPDX-License-Identifier: MIT */
/*
 * vgpu-worker: replays one guest's (one user's) GL on the host's driver. It is
 * started by vgpu-backendd, talks to nobody else, and is the only process that
 * parses guest bytes or calls GL. Order: give up the files of others, open the GPU,
 * give up the system calls that this needed, say READY, then serve the control
 * socket; one thread for each stream.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "backend/worker/control.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/jail.h"
#include "backend/worker/stream.h"
#include "protocol/broker.h"

/* How long an idle stream thread spins before it sleeps, in nanoseconds. */
static uint64_t spin_ns(void)
{
	const char *env = getenv("VGPU_WORKER_SPIN_US");
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (env && *env)
		return strtoul(env, NULL, 10) * 1000u;
	return cpus > 2 ? 50000 : 2000;
}

/* What holds, and why the rest does not: for the daemon's log and "vgpu-ctl list". */
static void tell_jail(int sock, const struct vgpu_jail_report *report)
{
	struct vgpu_broker_msg msg;
	char text[VGPU_JAIL_RULES * (VGPU_JAIL_WHY + 16)];

	vgpu_jail_print(report, VGPU_JAIL_WORKER_RULES, text, sizeof(text));
	vgpu_broker_msg_init(&msg, VGPU_BROKER_W_JAIL, "%s", text);
	msg.a = report->active;
	vgpu_broker_send(sock, &msg, NULL);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "control-fd", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vgpu_jail_report jail = { 0 };
	bool jailed = vgpu_jail_wanted();
	char error[512] = "";
	int sock = -1, c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			sock = atoi(optarg);
			break;
		case 'h':
			puts("usage: vgpu-worker --control-fd N\n\n"
			     "Started by vgpu-backendd(8), not by hand.");
			return 0;
		default:
			return 2;
		}
	}
	if (sock < 0) {
		fputs("vgpu-worker: started by vgpu-backendd, not by hand (see vgpu-backendd --help)\n",
		      stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (jailed)
		vgpu_jail_files(&jail);
	rc = vgpu_host_open(error, sizeof(error));
	if (rc) {
		struct vgpu_broker_msg msg;

		fprintf(stderr, "vgpu-worker: %s\n", error);
		vgpu_broker_msg_init(&msg, VGPU_BROKER_W_FAILED, "%s", error);
		vgpu_broker_send(sock, &msg, NULL);
		return 1;
	}
	vgpu_wstream_env.gl = vgpu_host_get()->gl;
	vgpu_wstream_env.spin_ns = spin_ns();
	if (jailed) {
		vgpu_jail_calls(&jail);
		tell_jail(sock, &jail);
	}
	rc = vgpu_control_run(sock, vgpu_host_get()->info.renderer);
	vgpu_host_close();
	return rc;
}

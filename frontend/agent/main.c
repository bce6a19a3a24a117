/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "frontend/agent/agent.h"
#include "frontend/agent/log.h"
#include "protocol/wire.h"

static const char help[] =
	"usage: vgpu-agentd [OPTION...]\n"
	"\n"
	"Runs in a Xen guest that has a vgpu: gives programs pages that the backend maps,\n"
	"and carries their doorbells over one event channel.\n"
	"\n"
	"  --socket PATH           where programs connect (default: /run/vgpu/vgpu.sock)\n"
	"  --group NAME            who may, besides root (default: vgpu; '': everybody)\n"
	"  --ring-bytes N          the largest command or reply ring (default: 1048576)\n"
	"  --gntalloc-pages N      raise xen_gntalloc's limit to so many pages; 0: leave it\n"
	"                          (default: 24576)\n"
	"  --user-connections N    programs of one user at once (default: 64)\n"
	"  --user-streams N        GL threads of one user's programs (default: 256)\n"
	"  --user-pages N          granted pages of one user's programs (default: 16384)\n"
	"  --wait SECONDS          how long a program that starts waits for the backend\n"
	"                          (default: 10)\n"
	"  --help                  this text\n"
	"\n"
	"exit status: 0 ended by a signal, 1 failed, 2 wrong usage, 3 this is no Xen guest,\n"
	"6 another agent runs\n";

enum option_key {
	KEY_SOCKET = 1, KEY_GROUP, KEY_RING, KEY_GNTALLOC, KEY_CONNECTIONS, KEY_STREAMS, KEY_PAGES,
	KEY_WAIT, KEY_HOLD, KEY_HELP,
};

static const struct option options[] = {
	{ "socket", required_argument, NULL, KEY_SOCKET },
	{ "group", required_argument, NULL, KEY_GROUP },
	{ "ring-bytes", required_argument, NULL, KEY_RING },
	{ "gntalloc-pages", required_argument, NULL, KEY_GNTALLOC },
	{ "user-connections", required_argument, NULL, KEY_CONNECTIONS },
	{ "user-streams", required_argument, NULL, KEY_STREAMS },
	{ "user-pages", required_argument, NULL, KEY_PAGES },
	{ "wait", required_argument, NULL, KEY_WAIT },
	{ "hold", required_argument, NULL, KEY_HOLD }, /* for vgpu_port_park */
	{ "help", no_argument, NULL, KEY_HELP },
	{ NULL, 0, NULL, 0 },
};

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "vgpu-agentd: %s: %s\nhint: vgpu-agentd --help\n", what, value);
	return 2;
}

/* 0, or 2 after saying what is wrong. */
static int number(const char *name, const char *text, uint32_t *out)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno || n > UINT32_MAX) {
		fprintf(stderr, "vgpu-agentd: --%s wants a number, not '%s'\n", name, text);
		return 2;
	}
	*out = (uint32_t)n;
	return 0;
}

static int text(const char *name, const char *value, char *out, size_t size)
{
	if ((size_t)snprintf(out, size, "%s", value) >= size)
		return usage("too long", name);
	return 0;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct vgpu_agent_options *o)
{
	int index = 0, c, rc = 0;

	while (!rc && (c = getopt_long(argc, argv, "", options, &index)) != -1) {
		const char *name = options[index].name;

		switch (c) {
		case KEY_SOCKET:
			rc = text(name, optarg, o->socket, sizeof(o->socket));
			break;
		case KEY_GROUP:
			rc = text(name, optarg, o->group, sizeof(o->group));
			break;
		case KEY_RING:
			rc = number(name, optarg, &o->ring_bytes);
			break;
		case KEY_GNTALLOC:
			rc = number(name, optarg, &o->gntalloc_pages);
			break;
		case KEY_CONNECTIONS:
			rc = number(name, optarg, &o->limits.connections);
			break;
		case KEY_STREAMS:
			rc = number(name, optarg, &o->limits.streams);
			break;
		case KEY_PAGES:
			rc = number(name, optarg, &o->limits.pages);
			break;
		case KEY_WAIT:
			rc = number(name, optarg, &o->wait_s);
			break;
		case KEY_HOLD:
			for (;;)
				pause(); /* what it holds was inherited */
		case KEY_HELP:
			fputs(help, stdout);
			return 0;
		default:
			fputs("hint: vgpu-agentd --help\n", stderr);
			return 2;
		}
	}
	if (!rc && optind != argc)
		rc = usage("unexpected argument", argv[optind]);
	if (!rc && (o->ring_bytes < VGPU_MIN_RING || o->ring_bytes > VGPU_MAX_RING ||
	            (o->ring_bytes & (o->ring_bytes - 1))))
		rc = usage("wrong value", "--ring-bytes must be a power of two from 64 KiB to 64 MiB");
	return rc ? rc : -1;
}

static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int start(struct vgpu_agent *agent)
{
	int rc = sd_event_default(&agent->event);

	if (rc < 0) {
		vgpu_agent_log("cannot start: %s", strerror(-rc));
		return 1;
	}
	rc = vgpu_programs_listen(agent);
	if (rc == -EADDRINUSE) {
		vgpu_agent_log("another agent listens at %s already", agent->options.socket);
		agent->listen_sock = -1;
		return 6;
	}
	if (rc) {
		vgpu_agent_log("cannot listen at %s: %s", agent->options.socket, strerror(-rc));
		return 1;
	}
	rc = vgpu_device_start(agent);
	if (rc) {
		vgpu_agent_log("no xenstore: %s; vgpu-agentd is for Xen guests", strerror(-rc));
		return 3;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct vgpu_agent agent = {
		.listen_sock = -1,
		.options = {
			.socket = VGPU_SYSTEM_SOCKET,
			.group = "vgpu",
			.ring_bytes = 1u << 20,
			.gntalloc_pages = 24576,
			.wait_s = 10,
			.limits = { .connections = 64, .streams = 256, .pages = 16384 },
		},
	};
	sigset_t set;
	int rc = parse(argc, argv, &agent.options);

	if (rc >= 0)
		return rc;
	raise_files();
	signal(SIGPIPE, SIG_IGN);
	vgpu_xen_prepare(agent.options.gntalloc_pages);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rc = start(&agent);
	if (!rc) {
		sd_event_add_signal(agent.event, NULL, SIGTERM, NULL, NULL);
		sd_event_add_signal(agent.event, NULL, SIGINT, NULL, NULL);
		sd_event_set_watchdog(agent.event, true);
		sd_notify(0, "READY=1");
		rc = sd_event_loop(agent.event) < 0 ? 1 : 0;
		sd_notify(0, "STOPPING=1");
		vgpu_device_finish(&agent);
	}
	vgpu_programs_finish(&agent);
	sd_event_unref(agent.event);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/*
 * Guests whose xl config asks for a vgpu get one without anybody's doing. The config is
 * read by vgpu-ctl: libxlutil changes with every Xen and is not for this process.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

struct vgpu_xattach {
	struct vgpu_daemon *daemon;
	struct vgpu_xen *xen;
	const char *program;
	uint32_t *domains, n; /* that were there when we last looked */
};

static int on_attached(sd_event_source *source, const siginfo_t *si, void *data)
{
	if (si->si_code != CLD_EXITED || si->si_status != 0)
		vgpu_daemon_log("automatic attach ended with %s %d: see above, and vgpu-ctl "
		                "attach by hand", si->si_code == CLD_EXITED ? "status" : "signal",
		                si->si_status);
	sd_event_source_unref(source);
	return 0;
}

/* Does its xl config ask for a vgpu? libxlutil is for another program than this one. */
static void attach_domain(struct vgpu_xattach *a, uint32_t domid)
{
	char id[16], cmd[] = "vgpu-ctl", attach[] = "attach", option[] = "--from-config";
	char *argv[] = { cmd, attach, option, id, NULL };
	extern char **environ;
	posix_spawnattr_t attr;
	sd_event_source *source;
	sigset_t none;
	pid_t pid;
	int rc;

	snprintf(id, sizeof(id), "%u", domid);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawn(&pid, a->program, NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (rc) {
		vgpu_daemon_log("cannot run %s: %s", a->program, strerror(rc));
		return;
	}
	rc = sd_event_add_child(a->daemon->event, &source, pid, WEXITED, on_attached, NULL);
	if (rc < 0)
		waitpid(pid, NULL, 0);
}

static bool seen(const struct vgpu_xattach *a, uint32_t domid)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->domains[i] == domid)
			return true;
	return false;
}

void vgpu_xattach_look(struct vgpu_xattach *a)
{
	unsigned int n = 0;
	char **names = a ? a->xen->ops->list(a->xen, "/local/domain", &n) : NULL;
	uint32_t *now = names ? calloc(n + 1, sizeof(*now)) : NULL;
	uint32_t count = 0;

	for (unsigned int i = 0; now && i < n; i++) {
		const char *at = names[i];
		uint32_t domid;

		if (!vgpu_xen_component(&at, VGPU_XEN_DOMIDS, &domid) || *at || domid == 0)
			continue;
		/* built, and known to xenstored; one that is being made comes again */
		if (!a->xen->ops->domain_exists(a->xen, domid))
			continue;
		now[count++] = domid;
		if (!seen(a, domid))
			attach_domain(a, domid);
	}
	if (now) {
		free(a->domains);
		a->domains = now;
		a->n = count;
	}
	free(names);
}

struct vgpu_xattach *vgpu_xattach_new(struct vgpu_daemon *daemon, struct vgpu_xen *xen,
                                      const char *program)
{
	struct vgpu_xattach *attach = calloc(1, sizeof(*attach));

	if (attach) {
		attach->daemon = daemon;
		attach->xen = xen;
		attach->program = program;
	}
	return attach;
}

void vgpu_xattach_free(struct vgpu_xattach *attach)
{
	if (attach)
		free(attach->domains);
	free(attach);
}

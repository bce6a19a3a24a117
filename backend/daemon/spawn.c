/* SPDX-License-Identifier: MIT */
/* Starting the worker program: its environment, its descriptors, nothing else of the daemon's. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/daemon/daemon.h"

/* What of the daemon's environment a worker may see: nothing that a guest chose. */
static const char *const passed[] = {
	"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "LIBGL_DRIVERS_PATH",
	"LIBGL_ALWAYS_SOFTWARE", "GALLIUM_DRIVER", "LP_NUM_THREADS", "MESA_LOADER_DRIVER_OVERRIDE",
	"VGPU_DEVICE", "VGPU_WORKER_SPIN_US", "VGPU_WORKER_EGL_VENDORS", "ASAN_OPTIONS",
	"UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
};

int vgpu_worker_spawn(struct vgpu_daemon *daemon, const char *gpu, int sock, pid_t *pid_out)
{
	char *env[sizeof(passed) / sizeof(passed[0]) + 3];
	char device[300];
	char *argv[] = { "vgpu-worker", "--control-fd", "3", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		const char *value = getenv(passed[i]);
		char *entry;

		if (!value || (gpu && strcmp(passed[i], "VGPU_DEVICE") == 0))
			continue;
		if (asprintf(&entry, "%s=%s", passed[i], value) >= 0)
			env[n++] = entry;
	}
	if (gpu) {
		snprintf(device, sizeof(device), "VGPU_DEVICE=%s", gpu);
		env[n++] = strdup(device);
	}
	env[n++] = strdup("VGPU_WORKER=1");
	env[n] = NULL;
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	/* dup2 clears close-on-exec; dup2 of 3 to 3 would not, so go through a higher number */
	posix_spawn_file_actions_adddup2(&actions, sock, 3);
	rc = posix_spawn(pid_out, daemon->worker_path, &actions, &attr, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	for (size_t i = 0; i < n; i++)
		free(env[i]);
	return -rc;
}

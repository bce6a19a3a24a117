# SPDX-License-Identifier: MIT
WORKER_SRCS += $(filter-out backend/worker/main.c,$(wildcard backend/worker/*.c backend/track/*.c backend/snapshot/*.c))
# Xen's stable libraries where they are; without them the daemon serves this machine only
ifneq ($(wildcard /usr/include/xenstore.h),)
DAEMON_NOT := backend/daemon/xen_none.c
XEN_LIBS := -lxenstore -lxengnttab -lxenevtchn
else
DAEMON_NOT := backend/daemon/xen_real.c
XEN_LIBS :=
endif
DAEMON_SRCS += $(filter-out backend/daemon/main.c $(DAEMON_NOT),$(wildcard backend/daemon/*.c))
WORKER_LIBS := -lEGL -lseccomp -ljson-c -lpthread -lm
DAEMON_LIBS := -lsystemd -ljson-c $(XEN_LIBS)
CFLAGS_backend/daemon/main = -DVGPU_BINDIR='"$(BINDIR)"'
$B/backend/daemon/main.o: $B/.dirs
PROGRAMS += vgpu-worker vgpu-backendd
vgpu-worker_SRCS := backend/worker/main.c
vgpu-worker_ARCHIVES = $(A_WORKER) $(A_PROTOCOL)
vgpu-worker_LIBS := $(WORKER_LIBS)
vgpu-backendd_SRCS := backend/daemon/main.c
vgpu-backendd_ARCHIVES = $(A_DAEMON) $(A_PROTOCOL)
vgpu-backendd_LIBS := $(DAEMON_LIBS)

# what Mesa takes for its shader cache and may not write to (backend/daemon/spawn.c)
NO_CACHE := no-cache/mesa_shader_cache no-cache/mesa_shader_cache_db
EXTRA_ALL += $B/bin/no-cache
$B/bin/no-cache:
	$Q mkdir -p $(NO_CACHE:%=$B/bin/%)

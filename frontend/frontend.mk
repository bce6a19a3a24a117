# SPDX-License-Identifier: MIT
FRONTEND_SRCS += $(wildcard frontend/*.c frontend/gl/*.c frontend/transport/*.c frontend/present/*.c)
EGL_SRCS += $(wildcard frontend/egl/*.c)
GLX_SRCS += $(wildcard frontend/glx/*.c)
FRONTEND_LIBS := -Wl,--as-needed -lxcb -lxcb-shm -lxcb-randr -lwayland-client -Wl,--no-as-needed -lpthread

# vgpu-agentd: the guest's end of the Xen transport
AGENT_SRCS := $(filter-out frontend/agent/main.c,$(wildcard frontend/agent/*.c))
A_AGENT := $B/libvgpu-agent.a
PROGRAMS += vgpu-agentd
vgpu-agentd_SRCS := frontend/agent/main.c
vgpu-agentd_ARCHIVES = $(A_AGENT) $(A_PROTOCOL)
vgpu-agentd_LIBS := -lxenstore -lxenevtchn -lsystemd

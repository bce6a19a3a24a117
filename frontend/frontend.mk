# SPDX-License-Identifier: MIT
FRONTEND_SRCS += $(wildcard frontend/*.c frontend/gl/*.c frontend/transport/*.c frontend/present/*.c)
EGL_SRCS += $(wildcard frontend/egl/*.c)
GLX_SRCS += $(wildcard frontend/glx/*.c)
FRONTEND_LIBS := -Wl,--as-needed -lxcb -lxcb-shm -lxcb-randr -lwayland-client -Wl,--no-as-needed -lpthread

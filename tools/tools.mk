# SPDX-License-Identifier: MIT
include $(wildcard tools/*/*.mk)
TOOLS_COMMON := $(wildcard tools/common/*.c)
DATADIR    ?= $(PREFIX)/share
LIBEXECDIR ?= $(PREFIX)/libexec/xen-vgpu
CFLAGS_tools/common/paths := -DVGPU_LIBDIR='"$(LIBDIR)"' -DVGPU_DATADIR='"$(DATADIR)"' \
	-DVGPU_LIBEXECDIR='"$(LIBEXECDIR)"'

PROGRAMS += vgpu-run vgpu-ctl vgpu-info
vgpu-run_SRCS := $(wildcard tools/run/*.c) $(TOOLS_COMMON)
vgpu-run_ARCHIVES = $(A_PROTOCOL)
vgpu-run_LIBS := -ljson-c
vgpu-info_SRCS := $(wildcard tools/info/*.c) $(TOOLS_COMMON)
vgpu-info_ARCHIVES = $(A_FRONTEND) $(A_PROTOCOL)
vgpu-info_LIBS = $(FRONTEND_LIBS) -ljson-c -ldl
vgpu-ctl_SRCS := $(wildcard tools/ctl/*.c tools/pci/*.c) $(TOOLS_COMMON)
vgpu-ctl_ARCHIVES = $(A_PROTOCOL)
vgpu-ctl_LIBS := -ljson-c -lsmartcols $(PCI_LIBS)

# the tools' tests start the commands themselves
$B/tests/unit/test_tools_run: | $B/bin/vgpu-run
$B/tests/unit/test_tools_ctl: | $B/bin/vgpu-ctl

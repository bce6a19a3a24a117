# SPDX-License-Identifier: MIT
# tools/pci/pci.mk sets PCI_SRCS and PCI_LIBS for vgpu-ctl pci
include $(wildcard tools/*/*.mk)
TOOLS_COMMON := $(wildcard tools/common/*.c)
DATADIR    ?= $(PREFIX)/share
LIBEXECDIR ?= $(PREFIX)/libexec/xen-vgpu
CFLAGS_tools/common/paths := -DVGPU_LIBDIR='"$(LIBDIR)"' -DVGPU_DATADIR='"$(DATADIR)"' \
	-DVGPU_LIBEXECDIR='"$(LIBEXECDIR)"'
# compiled in: made again when they change ("make", then "make install PREFIX=/usr")
$B/tools/common/paths.o: $B/.dirs
$B/.dirs: .FORCE
	$Q mkdir -p $(@D); echo '$(LIBDIR) $(DATADIR) $(LIBEXECDIR)' >$@.new; \
		if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: .FORCE
.FORCE:

PROGRAMS += vgpu-run vgpu-ctl vgpu-info
vgpu-run_SRCS := $(wildcard tools/run/*.c) $(TOOLS_COMMON)
vgpu-run_ARCHIVES = $(A_PROTOCOL)
vgpu-run_LIBS := -ljson-c
vgpu-info_SRCS := $(wildcard tools/info/*.c) $(TOOLS_COMMON)
vgpu-info_ARCHIVES = $(A_FRONTEND) $(A_PROTOCOL)
vgpu-info_LIBS = $(FRONTEND_LIBS) -ljson-c -ldl
vgpu-ctl_SRCS := $(wildcard tools/ctl/*.c) $(PCI_SRCS) $(TOOLS_COMMON)
vgpu-ctl_ARCHIVES = $(A_PROTOCOL)
vgpu-ctl_LIBS := -ljson-c -lsmartcols -lncurses -ltinfo $(PCI_LIBS)

# the tools' tests start the commands themselves
$B/tests/unit/test_tools_run: | $B/bin/vgpu-run
$B/tests/unit/test_tools_ctl: | $B/bin/vgpu-ctl
$B/tests/unit/test_tools_info: | $B/bin/vgpu-info

# A build tree has the shape of an installed prefix: bin/, lib/, share/.
EGL_ICD := $B/share/glvnd/egl_vendor.d/40_vgpu.json
$(EGL_ICD): xen-configs/40_vgpu.json
	$Q mkdir -p $(@D) && cp $< $@
EXTRA_ALL += $(EGL_ICD)

.PHONY: setup run
## make setup      install the Debian packages that are missing (SETUP_GROUPS="build run test xen")
SETUP_GROUPS ?= build run test xen
setup:
	$Q tools/setup/setup.sh $(SETUP_GROUPS)

## make run        a real program drawn by the split, with proof (RUN="PROGRAM ARGS", SECONDS_TO_RUN=8)
# make again after setup: before it, what the build needs may not be there
run:
	$Q tools/setup/setup.sh build run
	$Q $(MAKE) --no-print-directory all
	$Q VGPU_BIN=$B/bin tools/run/demo.sh $(RUN)

.PHONY: check-docs
## make check-docs  do the files and functions that the documentation names exist?
check-docs: $(GEN_STAMP)
	$Q tools/setup/check-docs.sh $B

# instead of make's "No rule to make target"
$(REGISTRY):
	@echo "$@ is missing: 'make setup' installs what the build needs" >&2; exit 1

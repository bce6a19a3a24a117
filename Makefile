# SPDX-License-Identifier: MIT
# One non-recursive make; each directory's .mk lists its files. "make help" says what there is.
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

B      ?= build
PYTHON ?= python3
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
REGISTRY ?= /usr/share/khronos-api/gl.xml
CFLAGS ?= -O2 -g
Q      := $(if $(V),,@)
WARN   := -Wall -Wextra -Wshadow -Wvla -Wundef -Wstrict-prototypes -Wmissing-prototypes \
          -Wimplicit-fallthrough -Wno-unused-parameter -Wno-missing-field-initializers
# SAN=address,undefined or SAN=thread gives a sanitizer build in its own directory
SANF   := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer $(if $(findstring undefined,$(SAN)),-fno-sanitize-recover=undefined))
compile = $(CC) $(CPPFLAGS) -D_GNU_SOURCE -std=gnu11 -fPIC -fvisibility=hidden $(WARN) \
          $(if $(WERROR),-Werror) -I. -I$B/gen $(SANF) $(CFLAGS)
link    = $(CC) $(SANF) $(LDFLAGS)

.PHONY: all help
all:

# Filled by the .mk files
PROTOCOL_SRCS := # both ends: libvgpu-protocol.a
FRONTEND_SRCS := # guest library without a window system: libvgpu-frontend.a
EGL_SRCS      := # libEGL_vgpu.so.0
GLX_SRCS      := # libGLX_vgpu.so.0
WORKER_SRCS   := # vgpu-worker without main: libvgpu-worker.a
DAEMON_SRCS   := # vgpu-backendd without main: libvgpu-daemon.a
PROGRAMS      := # build/bin/NAME, with NAME_SRCS, NAME_LIBS and NAME_ARCHIVES
TESTS         := # unit tests: build/tests/NAME

include protocol/protocol.mk
include frontend/frontend.mk
include backend/backend.mk
include tools/tools.mk
include tests/tests.mk
include install.mk

# ---- generated code --------------------------------------------------------
GEN_STAMP := $B/gen/.stamp
GEN_TOOL  := $(wildcard protocol/gl/*.py)
GEN_IN    := $(wildcard protocol/gl/*.txt protocol/gl/annotations/*.ini) protocol/vgpu.xml $(REGISTRY)
GEN_C     := $(GEN_PROTOCOL) $(GEN_FRONTEND) $(GEN_WORKER) $(GEN_TESTS)

$(GEN_STAMP): $(GEN_TOOL) $(GEN_IN)
	@echo "  GEN   $B/gen"
	$Q mkdir -p $B/gen && $(PYTHON) protocol/gl/generate.py --registry $(REGISTRY) \
		--private protocol/vgpu.xml --out $B/gen && touch $@
$(GEN_C:%=$B/gen/%.c): $(GEN_STAMP) ;

# ---- objects ----------------------------------------------------------------
$B/%.o: %.c $(GEN_STAMP)
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) $(CFLAGS_$*) -MMD -MP -c -o $@ $<
$B/gen/%.o: $B/gen/%.c $(GEN_STAMP)
	@echo "  CC    gen/$*.c"
	$Q $(compile) -MMD -MP -c -o $@ $<

objs = $(patsubst %.c,$B/%.o,$(1))
gen_objs = $(patsubst %,$B/gen/%.o,$(1))
PROTOCOL_OBJS := $(call objs,$(PROTOCOL_SRCS)) $(call gen_objs,$(GEN_PROTOCOL))
FRONTEND_OBJS := $(call objs,$(FRONTEND_SRCS)) $(call gen_objs,$(GEN_FRONTEND))
WORKER_OBJS   := $(call objs,$(WORKER_SRCS)) $(call gen_objs,$(GEN_WORKER))
DAEMON_OBJS   := $(call objs,$(DAEMON_SRCS))

A_PROTOCOL := $B/libvgpu-protocol.a
A_FRONTEND := $B/libvgpu-frontend.a
A_WORKER   := $B/libvgpu-worker.a
A_DAEMON   := $B/libvgpu-daemon.a
$(A_PROTOCOL): $(PROTOCOL_OBJS)
$(A_FRONTEND): $(FRONTEND_OBJS)
$(A_WORKER): $(WORKER_OBJS)
$(A_DAEMON): $(DAEMON_OBJS)
$(A_AGENT): $(call objs,$(AGENT_SRCS))
$B/%.a:
	@echo "  AR    $@"
	$Q rm -f $@ && $(AR) rcs $@ $^

# ---- the guest libraries ------------------------------------------------------
LIBS := $B/lib/libEGL_vgpu.so.0 $B/lib/libGLX_vgpu.so.0
$B/lib/libEGL_vgpu.so.0: $(call objs,$(EGL_SRCS)) $(A_FRONTEND) $(A_PROTOCOL) frontend/egl/egl.map
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(link) -shared -Wl,-soname,$(@F) -Wl,--version-script=frontend/egl/egl.map \
		-Wl,-z,defs,-z,nodelete -o $@ $(filter-out %.map,$^) $(FRONTEND_LIBS)
$B/lib/libGLX_vgpu.so.0: $(call objs,$(GLX_SRCS)) $(A_FRONTEND) $(A_PROTOCOL) frontend/glx/glx.map
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(link) -shared -Wl,-soname,$(@F) -Wl,--version-script=frontend/glx/glx.map \
		-Wl,-z,defs,-z,nodelete -o $@ $(filter-out %.map,$^) $(FRONTEND_LIBS) -lX11 -lX11-xcb

# ---- programs -------------------------------------------------------------------
define program
$B/bin/$(1): $(call objs,$($(1)_SRCS)) $($(1)_ARCHIVES)
	@echo "  LD    $$@"
	$$Q mkdir -p $$(@D) && $$(link) -o $$@ $$^ $($(1)_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# ---- unit tests: every test may use every archive ------------------------------------
$B/tests/%: $B/tests/%.o $(TEST_OBJS) $(A_FRONTEND) $(A_WORKER) $(A_DAEMON) $(A_PROTOCOL)
	@echo "  LD    $@"
	$Q $(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(FRONTEND_LIBS) $(WORKER_LIBS) $(DAEMON_LIBS) $(TEST_LIBS)

all: $(LIBS) $(PROGRAMS:%=$B/bin/%) $(EXTRA_ALL)

HDRS := $(filter-out $B/%,$(wildcard protocol/*.h frontend/*.h frontend/*/*.h backend/*/*.h tools/*.h tools/*/*.h))
$B/%.h.ok: %.h $(GEN_STAMP)
	$Q mkdir -p $(@D) && $(compile) -Werror -fsyntax-only -x c $< && touch $@
.PHONY: check-headers clean
check-headers: $(HDRS:%=$B/%.ok)
clean:
	rm -rf $B

help:
	@grep -hE '^## ' Makefile *.mk */*.mk | sed 's/^## /  /'
## make            build everything
## make clean      remove the build directory

-include $(shell find $B -name '*.d' -type f 2>/dev/null)

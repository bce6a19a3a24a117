# SPDX-License-Identifier: MIT
# A guest that lies, against a real backend (docs/security.md).
HOSTILE_OBJS := $(patsubst %.c,$B/%.o,$(wildcard tests/security/*.c))
check-build: $B/tests/security/hostile
$B/tests/security/hostile: $(HOSTILE_OBJS) $B/libvgpu-frontend.a $B/libvgpu-protocol.a
	@echo "  LD    $@"
	$Q $(link) -o $@ $(HOSTILE_OBJS) $B/libvgpu-frontend.a $B/libvgpu-protocol.a $(FRONTEND_LIBS)

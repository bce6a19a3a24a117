# SPDX-License-Identifier: MIT
include $(wildcard tests/*/*.mk)
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
TEST_LIBS  := -lcmocka
## make check-unit unit tests
.PHONY: check-unit
check-unit: $(UNIT_TESTS:%=$B/tests/unit/%)
	@set -e; for t in $^; do echo "  TEST  $$t"; timeout 120 $$t; done
$B/tests/unit/test_egl_config: $(patsubst %.c,$B/%.o,frontend/egl/config.c frontend/egl/choose.c)
$B/tests/unit/test_glx_config: $(patsubst %.c,$B/%.o,frontend/glx/config.c frontend/glx/attrib.c frontend/glx/choose.c)
$B/tests/unit/test_egl: $(patsubst %.c,$B/%.o,$(wildcard frontend/egl/*.c))
# The generated halves and their doubles, without the hand-written ones.
GEN_TEST_OBJS := $(patsubst %,$B/tests/unit/%.o,gen_roundtrip gen_roundtrip_run) \
	$(patsubst %,$B/gen/%.o,$(GEN_TESTS) $(GEN_PROTOCOL) $(filter-out proc,$(GEN_FRONTEND)) $(GEN_WORKER)) \
	$(patsubst %,$B/%.o,protocol/gl_size protocol/gl_trace frontend/gl/encode_support \
	backend/worker/decode_support backend/worker/outs backend/worker/name_kinds)
$B/tests/unit/test_gen_%: $B/tests/unit/test_gen_%.o $(GEN_TEST_OBJS)
	@echo "  LD    $@"
	$Q $(link) -o $@ $^ $(TEST_LIBS)
$B/tests/unit/test_worker_gl: $B/tests/unit/worker_fixture.o

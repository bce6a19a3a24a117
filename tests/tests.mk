# SPDX-License-Identifier: MIT
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
TEST_LIBS  := -lcmocka
## make check-unit unit tests
.PHONY: check-unit
check-unit: $(UNIT_TESTS:%=$B/tests/unit/%)
	@set -e; for t in $^; do echo "  TEST  $$t"; timeout 120 $$t; done
$B/tests/unit/test_egl_config: $(patsubst %.c,$B/%.o,frontend/egl/config.c frontend/egl/choose.c)
$B/tests/unit/test_glx_config: $(patsubst %.c,$B/%.o,frontend/glx/config.c frontend/glx/attrib.c frontend/glx/choose.c)
$B/tests/unit/test_worker_gl: $B/tests/unit/worker_fixture.o
$B/tests/unit/test_worker_exact: $B/tests/unit/worker_fixture.o

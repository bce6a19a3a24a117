# SPDX-License-Identifier: MIT
include $(wildcard tests/*/*.mk tests/*/*/*.mk)
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
TEST_LIBS  := -lcmocka
RUN_TESTS  := $(PYTHON) tests/run_tests.py --build $B $(if $(JOBS),-j $(JOBS))
ASAN_B     := $B-asan
TSAN_B     := $B-tsan
# unit tests of what has threads
TSAN_UNIT  := $(filter test_ring% test_worker% test_gl_names%,$(UNIT_TESTS))

# what the cases of tests/*/cases_*.py need beside "all"
.PHONY: check-build
check-build: $(UNIT_TESTS:%=$B/tests/unit/%) $(GL_PROGRAMS) $B/tests/bench/bench

.PHONY: check check-fast check-unit check-gl check-apps check-threads check-kill check-conformance check-conformance-sample
## make check      everything: setup, builds, unit, GL, kill, conformance, sanitizers, fuzzing, Xen
check:
	$Q tools/setup/setup.sh build run test apps xen
	$Q $(PYTHON) tests/check_all.py --build $B $(CHECK_ARGS)
## make check-fast unit tests and some GL tests, built with address and undefined-behaviour sanitizers
check-fast:
	$Q $(MAKE) --no-print-directory B=$(ASAN_B) SAN=address,undefined all check-build
	$(PYTHON) tests/run_tests.py --build $(ASAN_B) --group unit --group fast
## make check-unit unit tests
check-unit: all check-build
	$(RUN_TESTS) --group unit
## make check-gl   programs, pictures, traces, contexts: native against the split (TESTS='gl/draw/*')
check-gl: all check-build
	$(RUN_TESTS) --group gl $(TESTS)
## make check-apps whole programs: GTK 4, SDL 2, mpv, kitty, Extreme Tux Racer, every scene of glmark2
check-apps: all
	$Q tools/setup/setup.sh run apps
	$(RUN_TESTS) --group apps $(TESTS)
## make check-kill programs and workers that are killed leave nothing behind (KILLS=200 SEED=)
check-kill: all check-build
	$(RUN_TESTS) --group kill
## make check-threads shared contexts in threads, COUNT=25 times
check-threads: all check-build
	$(RUN_TESTS) --group threads
## make check-tsan threads and gears through both ends, built with ThreadSanitizer
.PHONY: check-tsan tsan-build
tsan-build: $(TSAN_UNIT:%=$B/tests/unit/%) $(GL_PROGRAMS)
check-tsan:
	$Q $(MAKE) --no-print-directory B=$(TSAN_B) SAN=thread all tsan-build
	$(PYTHON) tests/run_tests.py --build $(TSAN_B) --group tsan
## make check-conformance  piglit's sanity profile on three platforms
check-conformance: all
	$(RUN_TESTS) --group conformance
## make check-conformance-sample  N=200 tests of quick_gl, drawn by SEED=1, on PLATFORM=surfaceless_egl
check-conformance-sample: all
	$(RUN_TESTS) --group conformance-sample
## make check-harness  the test harness against itself: native with native passes, with softpipe fails
.PHONY: check-harness
check-harness: $(GL_PROGRAMS)
	$(PYTHON) tests/run_tests.py --build $B --second native --group fast
	! $(PYTHON) tests/run_tests.py --build $B --second softpipe 'gl/trace/*' 'gl/draw/*' 'gl/info/*'
$B/tests/unit/test_egl_config: $(patsubst %.c,$B/%.o,frontend/egl/config.c frontend/egl/choose.c)
$B/tests/unit/test_glx_config: $(patsubst %.c,$B/%.o,frontend/glx/config.c frontend/glx/attrib.c frontend/glx/choose.c)
$B/tests/unit/test_egl: $(patsubst %.c,$B/%.o,$(wildcard frontend/egl/*.c frontend/present/*.c))
# The generated halves and their doubles, without the hand-written ones.
GEN_TEST_OBJS := $(patsubst %,$B/tests/unit/%.o,gen_roundtrip gen_roundtrip_run) \
	$(patsubst %,$B/gen/%.o,$(GEN_TESTS) $(GEN_PROTOCOL) $(filter-out proc,$(GEN_FRONTEND)) \
	$(filter-out vram_gen,$(GEN_WORKER))) \
	$(patsubst %,$B/%.o,protocol/gl_path protocol/gl_size protocol/gl_trace frontend/gl/encode_support \
	backend/worker/decode_support backend/worker/outs backend/worker/name_kinds)
$B/tests/unit/test_gen_%: $B/tests/unit/test_gen_%.o $(GEN_TEST_OBJS)
	@echo "  LD    $@"
	$Q $(link) -o $@ $^ $(TEST_LIBS)
$B/tests/unit/test_xen_state $B/tests/unit/test_xen_control: $B/tests/unit/fake_xen.o
$B/tests/unit/test_xen_spec: $(patsubst %.c,$B/%.o,tools/ctl/spec.c tools/ctl/spec_config.c)
$B/tests/unit/test_xen_spec: TEST_LIBS += $(CTL_XEN_LIBS)
$B/tests/unit/test_worker_gl: $B/tests/unit/worker_fixture.o
$B/tests/unit/test_ctl_top: $B/tools/ctl/top_sample.o $B/tools/ctl/top_table.o
$B/tests/unit/test_worker_exact: $B/tests/unit/worker_fixture.o
$B/tests/unit/test_worker_nv: $B/tests/unit/worker_fixture.o
$B/tests/unit/test_agent_device: $B/tests/unit/agent_fixture.o $(A_AGENT)
$B/tests/unit/test_worker_image: $B/tests/unit/worker_fixture.o

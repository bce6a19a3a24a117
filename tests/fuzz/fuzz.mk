# SPDX-License-Identifier: MIT
# Fuzzers: libFuzzer of clang 14, with address and undefined-behaviour sanitizers, in a build folder
# of their own. FUZZ_SECONDS is for each fuzzer.
FUZZ_SECONDS ?= 60
FUZZ_B       := $B/fuzz
FUZZ_CC      ?= clang-14
FUZZERS      := fuzz_decode fuzz_decode_gl fuzz_broker fuzz_control
FUZZ_FLAGS   := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
                -fno-omit-frame-pointer

## make fuzz       run every fuzzer for FUZZ_SECONDS (60) on its corpus in build/fuzz-corpus
.PHONY: fuzz fuzz-build fuzz-seeds
fuzz-build:
	$Q $(MAKE) --no-print-directory B=$(FUZZ_B) CC="$(FUZZ_CC)" SAN= \
		CFLAGS="-O1 -g -DVGPU_WPOOL_WAIT_MS=0 $(FUZZ_FLAGS)" IN_FUZZ=1 $(FUZZERS:%=$(FUZZ_B)/bin/%)
fuzz: fuzz-build
	$Q tests/fuzz/run.sh $(FUZZ_B)/bin $B/fuzz-corpus $(FUZZ_SECONDS) $(FUZZERS)
# the checked-in seeds once through every fuzzer: what they once found stays found
fuzz-seeds: fuzz-build
	$Q tests/fuzz/run.sh $(FUZZ_B)/bin $B/fuzz-corpus 0 $(FUZZERS)

ifdef IN_FUZZ
# the archives by name: this file is read before the variables that hold them are set
FUZZ_LINK = $(CC) -fsanitize=fuzzer,address,undefined $(LDFLAGS)
FUZZ_DECODE := $(patsubst %,$B/tests/fuzz/%.o,fuzz_decode decode_run limits prelude mutate)
$B/bin/fuzz_decode: $(FUZZ_DECODE) $B/tests/fuzz/null_host.o $B/libvgpu-worker.a $B/libvgpu-frontend.a $B/libvgpu-protocol.a
$B/bin/fuzz_decode_gl: $(FUZZ_DECODE) $B/libvgpu-worker.a $B/libvgpu-frontend.a $B/libvgpu-protocol.a
$B/bin/fuzz_broker: $B/tests/fuzz/fuzz_broker.o $B/libvgpu-daemon.a $B/libvgpu-protocol.a
$B/bin/fuzz_control: $B/tests/fuzz/fuzz_control.o $B/tests/unit/fake_xen.o $B/libvgpu-daemon.a $B/libvgpu-protocol.a
$(FUZZERS:%=$B/bin/%):
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(FUZZ_LINK) -o $@ $^ $(WORKER_LIBS) $(DAEMON_LIBS) $(FRONTEND_LIBS)
endif

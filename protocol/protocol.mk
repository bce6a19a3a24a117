# SPDX-License-Identifier: MIT
PROTOCOL_SRCS += protocol/ring.c protocol/broker.c protocol/jail.c protocol/gl_image.c protocol/gl_path.c protocol/gl_size.c protocol/gl_trace.c protocol/idmap.c
# what protocol/gl/generate.py writes to $B/gen, by the end that links it
GEN_SHARDS   := 0 1 2 3 4 5 6 7
GEN_PROTOCOL := ops trace
GEN_FRONTEND := $(GEN_SHARDS:%=encode_%) $(GEN_SHARDS:%=entry_%) proc extensions
GEN_WORKER   := $(GEN_SHARDS:%=decode_%) host_gl host_needs vram_gen
GEN_TESTS    := $(GEN_SHARDS:%=test_roundtrip_%)
$(GEN_TESTS:%=$B/gen/%.o): CFLAGS += -O0 # half of the compile time, and nobody waits for them

## make check-gen   the generator: deterministic, complaining about what it must
.PHONY: check-gen
check-gen:
	@echo "  TEST  generator"
	$Q $(PYTHON) tests/unit/gen_check.py --registry $(REGISTRY)

## make coverage-gl what the wire carries, per GL version and extension, and what not and why
.PHONY: coverage-gl
coverage-gl: $B/gen/.stamp
	@$(PYTHON) protocol/gl/coverage.py --json $B/gen/coverage.json

# SPDX-License-Identifier: MIT
$B/tests/bench/hold: tests/bench/start/hold.c
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -O2 -g \
		-o $@ $< -lEGL -lGL -lX11

## make bench-start  time to start, memory of a context, wake-ups of an idle program; needs wflinfo
.PHONY: bench-start
bench-start: all $B/tests/bench/hold
	$(PYTHON) tests/bench/start/start.py --build $B --json $B/bench-start.json $(BENCH_ARGS)

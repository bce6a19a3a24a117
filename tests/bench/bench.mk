# SPDX-License-Identifier: MIT
# The benchmark program links libglvnd and X, nothing of ours: it measures whatever GL it finds.
BENCH_SRCS := $(wildcard tests/bench/*.c)
$B/tests/bench/bench: $(BENCH_SRCS) $(wildcard tests/bench/*.h)
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -I. -O2 -g \
		-o $@ $(BENCH_SRCS) -lEGL -lGL -lX11 -lpthread

## make bench      measure native GL and the split in one go: a table and build/bench.json
.PHONY: bench bench-bundle
bench: all $B/tests/bench/bench
	$(PYTHON) tests/bench/bench.py --build $B --json $B/bench.json $(BENCH_ARGS)

## make bench-bundle  a folder that measures on a machine without the sources: build/bench-bundle
bench-bundle: all $B/tests/bench/bench
	$Q rm -rf $B/bench-bundle && mkdir -p $B/bench-bundle/bin $B/bench-bundle/tests/bench
	$Q cp -a $B/bin $B/lib $(wildcard $B/share) $B/bench-bundle/
	$Q cp $B/tests/bench/bench $B/bench-bundle/tests/bench/
	$Q cp tests/bench/bench.py tests/bench/bench.sh $B/bench-bundle/
	$Q sh tests/bench/collect-libs.sh $B/bench-bundle
	@echo "  TAR   $B/bench-bundle.tar.gz"
	$Q tar -C $B -czf $B/bench-bundle.tar.gz bench-bundle

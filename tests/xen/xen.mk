# SPDX-License-Identifier: MIT
XEN_SCENARIOS ?=
$B/xen/killafter.so: tests/xen/killafter.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) -fvisibility=default -shared -o $@ $< -ldl

.PHONY: check-xen xen-build
# what the scenarios run, beside "all"
xen-build: all check-build $B/xen/killafter.so $B/xen/hostile $B/xen/steady
## make check-xen  scenarios on an emulated Xen host (some only: XEN_SCENARIOS="pci-refuses-*")
check-xen: xen-build
	$Q nice -n 15 $(PYTHON) tests/xen/run.py --build $B $(XEN_SCENARIOS)

$B/xen/hostile: $B/tests/xen/hostile.o $B/tests/xen/hostile_stream.o $(A_AGENT)
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(link) -o $@ $^ -lxenstore -lxenevtchn -lsystemd

# links libglvnd and X, nothing of ours
$B/xen/steady: tests/xen/steady.c
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -I. -O1 -g \
		-o $@ $< -lEGL -lGLESv2 -lX11

.PHONY: run-xen
## make run-xen    on an emulated Xen host a guest's program is drawn in Dom0 (RUN="PROGRAM ARGS")
run-xen:
	$Q tools/setup/setup.sh build run xen
	$Q $(MAKE) --no-print-directory xen-build
	$Q $(PYTHON) tests/xen/demo.py --build $B $(RUN)

.PHONY: bench-xen
## make bench-xen  the transport on Xen against the embedded one, in one emulated machine
bench-xen:
	$Q tools/setup/setup.sh build run xen
	$Q $(MAKE) --no-print-directory xen-build
	$Q $(PYTHON) tests/xen/bench.py --build $B --json $B/bench-xen.json $(BENCH_ARGS)

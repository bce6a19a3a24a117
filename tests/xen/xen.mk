# SPDX-License-Identifier: MIT
XEN_SCENARIOS ?=
$B/xen/killafter.so: tests/xen/killafter.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) -fvisibility=default -shared -o $@ $< -ldl

.PHONY: check-xen xen-build
# what the scenarios run, beside "all"
xen-build: all check-build $B/xen/killafter.so $B/xen/hostile
## make check-xen  scenarios on an emulated Xen host (some only: XEN_SCENARIOS="pci-refuses-*")
check-xen: xen-build
	$Q nice -n 15 $(PYTHON) tests/xen/run.py --build $B $(XEN_SCENARIOS)

$B/xen/hostile: $B/tests/xen/hostile.o $(A_AGENT)
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(link) -o $@ $^ -lxenstore -lxenevtchn -lsystemd

.PHONY: run-xen
## make run-xen    on an emulated Xen host a guest's program is drawn in Dom0 (RUN="PROGRAM ARGS")
run-xen:
	$Q tools/setup/setup.sh build run xen
	$Q $(MAKE) --no-print-directory xen-build
	$Q $(PYTHON) tests/xen/demo.py --build $B $(RUN)

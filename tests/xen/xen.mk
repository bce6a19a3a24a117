# SPDX-License-Identifier: MIT
XEN_SCENARIOS ?=
$B/xen/killafter.so: tests/xen/killafter.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) -fvisibility=default -shared -o $@ $< -ldl

.PHONY: check-xen xen-build
# what the scenarios run, beside "all"; the hosts' disk carries the tree that the guide says to install
xen-build: all check-build $B/xen/killafter.so $B/xen/hostile $B/xen/steady
	$Q rm -rf $B/xen/root
	$Q $(MAKE) --no-print-directory install DESTDIR=$(abspath $B/xen/root) PREFIX=/usr >$B/xen/install.log
	$Q find $B/xen/root -type f -perm -u+x -exec strip --strip-debug {} + 2>/dev/null; \
		find $B/xen/root -name '*.so.*' -type f -exec strip --strip-debug {} +
	$Q tar -C $B/xen/root --owner=0 --group=0 -cf $B/xen/installed.tar .
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

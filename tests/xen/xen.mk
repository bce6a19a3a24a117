# SPDX-License-Identifier: MIT
XEN_SCENARIOS ?=
$B/xen/killafter.so: tests/xen/killafter.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) -fvisibility=default -shared -o $@ $< -ldl

.PHONY: check-xen
## make check-xen  scenarios on an emulated Xen host (some only: XEN_SCENARIOS="pci-refuses-*")
check-xen: xen-files
	$Q nice -n 15 $(PYTHON) tests/xen/run.py --build $B $(XEN_SCENARIOS)

$B/xen/hostile: $B/tests/xen/hostile.o $(A_AGENT)
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(link) -o $@ $^ -lxenstore -lxenevtchn -lsystemd

# what the hosts' disk carries beside the programs: the tree that the guide says to install
.PHONY: xen-files
xen-files: all check-build $B/xen/killafter.so $B/xen/hostile
	$Q rm -rf $B/xen/root && mkdir -p $B/xen
	$Q $(MAKE) --no-print-directory install DESTDIR=$(abspath $B/xen/root) PREFIX=/usr >$B/xen/install.log
	$Q find $B/xen/root -type f -perm -u+x -exec strip --strip-debug {} + 2>/dev/null; \
		find $B/xen/root -name '*.so.*' -type f -exec strip --strip-debug {} +
	$Q tar -C $B/xen/root --owner=0 --group=0 -cf $B/xen/installed.tar .

.PHONY: run-xen
## make run-xen    on an emulated Xen host a guest's program is drawn in Dom0 (RUN="PROGRAM ARGS")
run-xen:
	$Q tools/setup/setup.sh build run xen
	$Q $(MAKE) --no-print-directory xen-files
	$Q $(PYTHON) tests/xen/demo.py --build $B $(RUN)

# SPDX-License-Identifier: MIT
XEN_SCENARIOS ?=
$B/xen/killafter.so: tests/xen/killafter.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(compile) -fvisibility=default -shared -o $@ $< -ldl

.PHONY: check-xen
## make check-xen  scenarios on an emulated Xen host (some only: XEN_SCENARIOS="pci-refuses-*")
check-xen: $B/bin/vgpu-ctl $B/bin/vgpu-pci $B/xen/killafter.so
	$Q nice -n 15 $(PYTHON) tests/xen/run.py --build $B $(XEN_SCENARIOS)

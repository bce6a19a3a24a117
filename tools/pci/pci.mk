# SPDX-License-Identifier: MIT
# vgpu-ctl pci, also as a program of its own. Needs libxl's headers; a tree that is
# built for guests only does without.
ifneq ($(wildcard /usr/include/libxl.h),)
PCI_SRCS := $(filter-out tools/pci/main.c,$(wildcard tools/pci/*.c))
PCI_LIBS := -lxenlight -lxlutil -lxenstore -lxentoollog -lpci -ljson-c -lsmartcols

PROGRAMS += vgpu-pci
vgpu-pci_SRCS := tools/pci/main.c $(PCI_SRCS)
vgpu-pci_LIBS := $(PCI_LIBS)

PCI_TESTS := $(patsubst tests/unit/%.c,$B/tests/unit/%,$(wildcard tests/unit/test_pci_*.c))
$(PCI_TESTS): $(patsubst %.c,$B/%.o,$(PCI_SRCS))
$(PCI_TESTS): TEST_LIBS += $(PCI_LIBS)
else
$(info no libxl.h (libxen-dev): vgpu-ctl is built without its pci commands)
endif

# SPDX-License-Identifier: MIT
# vgpu-ctl pci, also as a program of its own; everything but main.c is in libvgpu-pci.a
PCI_SRCS := $(filter-out tools/pci/main.c,$(wildcard tools/pci/*.c))
PCI_LIBS := -lxenlight -lxlutil -lxenstore -lxentoollog -lpci -ljson-c -lsmartcols
A_PCI    := $B/libvgpu-pci.a
$(A_PCI): $(PCI_SRCS:%.c=$B/%.o)

PROGRAMS += vgpu-pci
vgpu-pci_SRCS     := tools/pci/main.c
vgpu-pci_ARCHIVES := $(A_PCI)
vgpu-pci_LIBS     := $(PCI_LIBS)

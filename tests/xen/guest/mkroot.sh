#!/bin/sh
# SPDX-License-Identifier: MIT
# mkroot.sh KERNEL INIT OUT: an initramfs that gives a guest the image's own system,
# read-only from xvda under a layer of memory, and runs what the test disk tells it to.
set -eu
kernel=$1
init=$2
out=$3
modules='xen-blkfront crc32c_generic ext4 overlay'

work=$(mktemp -d)
mkdir -p "$work/bin" "$work/dev" "$work/proc" "$work/sys" "$work/run" "$work/lib/modules/$kernel"
cp /bin/busybox "$work/bin/busybox"
for module in $modules; do
	modprobe -S "$kernel" --show-depends "$module" | while read -r kind path _; do
		[ "$kind" = insmod ] || continue
		mkdir -p "$work$(dirname "$path")"
		cp "$path" "$work$path"
	done
done
cp "/lib/modules/$kernel/modules.order" "/lib/modules/$kernel/modules.builtin" \
	"$work/lib/modules/$kernel/"
depmod -b "$work" "$kernel"
install -m 755 "$init" "$work/init"
(cd "$work" && find . | cpio -o -H newc --quiet) >"$out"
rm -rf "$work"

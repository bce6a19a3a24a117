#!/bin/sh
# SPDX-License-Identifier: MIT
# record.sh > MACHINE.tree: writes this machine's PCI tree in the format of layouts.py,
# for a test or a bug report. Run as root, else capabilities are missing. Names of
# programs that have GPU nodes open are recorded, nothing else of them.
set -eu
echo "# recorded with record.sh, Linux $(uname -r)"
text() {
	[ -r "$1" ] && [ -f "$1" ] || return 0
	printf 'file %s %s\n' "$1" "$(awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }' "$1")"
}
link() { [ ! -L "$1" ] || printf 'link %s %s\n' "$1" "$(readlink "$1")"; }
for entry in /sys/bus/pci/devices/*; do
	dev=$(readlink -f "$entry")
	echo "dir $dev"
	link "$entry"
	for name in vendor device subsystem_vendor subsystem_device class irq boot_vga \
		reset_method resource; do
		text "$dev/$name"
	done
	[ ! -e "$dev/reset" ] || echo "file $dev/reset "
	link "$dev/driver"
	link "$dev/physfn"
	size=$(wc -c <"$dev/config")
	bytes=$(od -An -v -tx1 "$dev/config" | tr -d ' \n')
	echo "hex $dev/config $size 0:$bytes"
done
for driver in /sys/bus/pci/drivers/*; do
	echo "dir $driver"
	link "$driver/module"
done
for node in /sys/class/drm/* /sys/class/graphics/fb* /sys/class/sound/controlC*; do
	link "$node"
done
for console in /sys/class/vtconsole/vtcon*; do
	text "$console/name"
	text "$console/bind"
done
for gpu in /proc/driver/nvidia/gpus/*; do
	[ ! -r "$gpu/information" ] || text "$gpu/information"
done
for proc in /proc/[0-9]*; do
	found=no
	for fd in "$proc"/fd/*; do
		case $(readlink "$fd" 2>/dev/null || :) in
		/dev/dri/* | /dev/nvidia* | /dev/snd/*)
			found=yes
			link "$fd"
			;;
		esac
	done
	[ $found = no ] || text "$proc/comm"
done

#!/bin/sh
# SPDX-License-Identifier: MIT
# Dom0: mkvgpu.sh OUT: the initramfs of a small guest that has a vgpu: busybox, the modules that
# grant pages, vgpu-agentd, the guest library below libglvnd, and the programs of the scenarios
# with what they link. No disk, no network, no Mesa; it boots in seconds under emulation.
set -eu
out=$1
kernel=$(uname -r)
tests=/mnt/test
work=$(mktemp -d)
chmod 755 "$work" # it becomes the guest's /
mkdir -p "$work/bin" "$work/dev" "$work/proc" "$work/sys" "$work/run" "$work/etc" "$work/lib" \
	"$work/lib64" "$work/home" "$work/usr/share/glvnd/egl_vendor.d" \
	"$work/usr/lib/x86_64-linux-gnu" "$work/lib/modules/$kernel"
ln -s /usr/lib/x86_64-linux-gnu "$work/lib/x86_64-linux-gnu"
mkdir -m 1777 "$work/tmp"
cp /bin/busybox "$work/bin/busybox"
for module in xen-evtchn xen-gntalloc; do
	modprobe -S "$kernel" --show-depends "$module" | while read -r kind path _; do
		[ "$kind" = insmod ] || continue
		mkdir -p "$work$(dirname "$path")"
		cp "$path" "$work$path"
	done
done
cp "/lib/modules/$kernel/modules.order" "/lib/modules/$kernel/modules.builtin" \
	"$work/lib/modules/$kernel/"
depmod -b "$work" "$kernel"

lib=$work/usr/lib/x86_64-linux-gnu
cp "$tests"/lib/libEGL_vgpu.so.0 "$tests"/lib/libGLX_vgpu.so.0 "$lib/"
for program in "$tests/bin/vgpu-agentd" "$tests/xen/hostile" "$tests/xen/steady" \
	"$tests/gl/lost" "$tests/bench/bench" /usr/bin/xenstore-read /usr/bin/xenstore-write \
	/usr/bin/xenstore-ls /usr/bin/xenstore-rm; do
	cp -L "$program" "$work/bin/"
done
# what they are linked to, and the dynamic linker
for file in "$work"/bin/* "$lib"/*.so.0; do ldd "$file" 2>/dev/null || true; done |
	awk '/=> \// { print $3 } $1 ~ /^\/lib64\// { print $1 }' | sort -u | while read -r path; do
	case $path in
	/lib64/*) cp -L "$path" "$work/lib64/" ;;
	*) cp -L "$path" "$lib/" ;;
	esac
done
cp "$tests/share/40_vgpu.json" "$work/usr/share/glvnd/egl_vendor.d/"
cp -r "$tests/seeds" "$work/seeds"
printf 'root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n' >"$work/etc/passwd"
printf 'root:x:0:\nvgpu:x:900:user\nuser:x:1000:\n' >"$work/etc/group"
install -m 755 "$tests/small/vgpu-init" "$work/init"
(cd "$work" && find . | cpio -o -H newc --quiet) >"$out.new"
mv "$out.new" "$out"
rm -rf "$work"

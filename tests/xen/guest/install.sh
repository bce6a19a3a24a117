#!/bin/sh
# SPDX-License-Identifier: MIT
# Puts what the test disk carries where "make install PREFIX=/usr" would: in a guest.
set -eu
from=/mnt/test
lib=$(dirname "$(find /usr/lib -name libEGL.so.1 | head -n1)")
for so in "$from"/lib/*.so*; do ln -sf "$so" "$lib/"; done
mkdir -p /usr/share/glvnd/egl_vendor.d /usr/libexec/xen-vgpu /etc/profile.d
cp "$from/share/40_vgpu.json" /usr/share/glvnd/egl_vendor.d/
cp "$from/share/vgpu.sh" /etc/profile.d/
for tool in "$from"/bin/*; do ln -sf "$tool" /usr/bin/; done

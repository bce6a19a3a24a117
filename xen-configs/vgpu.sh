# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# For a guest's /etc/profile.d: programs of login sessions get GLX through the vgpu.
# EGL needs nothing: libglvnd reads 40_vgpu.json before Mesa's. GLX asks the X server
# for its vendor, and a server without GL of its own says "mesa". Only where
# vgpu-agentd listens: elsewhere nothing changes.
if [ -S /run/vgpu/vgpu.sock ] && [ -z "${__GLX_VENDOR_LIBRARY_NAME:-}" ]; then
	export __GLX_VENDOR_LIBRARY_NAME=vgpu
fi

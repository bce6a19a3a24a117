#!/bin/sh
# SPDX-License-Identifier: MIT
# bench.sh [ARGUMENTS OF bench.py]: run the benchmark of this folder, which brings its libraries
# along (deps/), on whatever GL driver the machine has. No installation, no X server needed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH=$here/deps${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
# libglvnd looks for drivers in /usr and /etc only; containers put NVIDIA's elsewhere
if [ -z "${__EGL_VENDOR_LIBRARY_FILENAMES-}" ]; then
	for f in /etc/glvnd/egl_vendor.d/10_nvidia.json /usr/share/glvnd/egl_vendor.d/10_nvidia.json \
		/usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json; do
		if [ -e "$f" ]; then
			__EGL_VENDOR_LIBRARY_FILENAMES=$f
			export __EGL_VENDOR_LIBRARY_FILENAMES
			break
		fi
	done
fi
exec python3 "$here/bench.py" --build "$here" "$@"

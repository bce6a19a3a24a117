#!/bin/sh
# SPDX-License-Identifier: MIT
# collect-libs.sh FOLDER: copy the shared libraries that its programs need, the C library and the
# dynamic loader aside, to FOLDER/deps, so that it runs on a machine that has not got them.
set -eu
folder=$1
mkdir -p "$folder/deps"
find "$folder/bin" "$folder/lib" "$folder/tests" -type f -perm -u+x -o -type f -name '*.so*' |
	while read -r file; do ldd "$file" 2>/dev/null || true; done |
	awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
	grep -Ev '/(libc|libm|libpthread|libdl|librt|ld-linux.*)\.so' |
	while read -r library; do cp -L "$library" "$folder/deps/"; done
# libGL and libEGL load these by name
for name in libGLX.so.0 libGLdispatch.so.0 libOpenGL.so.0 libEGL.so.1 libGL.so.1; do
	path=$(ldconfig -p | awk -v n="$name" '$1 == n && /x86-64/ { print $NF; exit }')
	[ -z "$path" ] || cp -L "$path" "$folder/deps/"
done

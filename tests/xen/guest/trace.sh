#!/bin/sh
# SPDX-License-Identifier: MIT
# Recordings of programs, in /tmp/traces.
#   trace.sh record NAME API FRAMES COMMAND...  Dom0: the program's first FRAMES frames
#   trace.sh disk                               Dom0: all recordings, as /dev/loop0 for guests
#   trace.sh sums NAME [FOLDER]                 Dom0 and guests: replay; "FRAME SHA256" lines
# In Dom0 this is the native driver: the oracle.
set -eu
here=$(dirname "$0")
folder=/tmp/traces
if [ -e /proc/xen/capabilities ] && grep -q control_d /proc/xen/capabilities; then
	export __GLX_VENDOR_LIBRARY_NAME=mesa
	export __EGL_VENDOR_LIBRARY_FILENAMES=/usr/share/glvnd/egl_vendor.d/50_mesa.json
fi
case $1 in
record)
	name=$2 api=$3 frames=$4
	shift 4
	mkdir -p $folder
	case $api in gl) wrapper=glxtrace.so ;; egl) wrapper=egltrace.so ;; esac
	# not "apitrace trace", which is a process more and dies of a signal before the program
	LD_PRELOAD=$(find /usr/lib -path "*/apitrace/wrappers/$wrapper") \
		TRACE_FILE=$folder/$name.full "$@" >$folder/"$name".log 2>&1 &
	pid=$!
	case $1 in
	glmark2*) ;; # it ends by itself
	*)
		# that many swaps are that many pictures, or more
		sh "$here"/screen.sh changes $((frames + 2)) $pid
		kill $pid # what it has drawn is written out then
		;;
	esac
	wait $pid || true
	apitrace trim --frames=0-$((frames - 1)) -o $folder/"$name".trace $folder/"$name".full \
		>>$folder/"$name".log 2>&1 || { cat $folder/"$name".log; exit 1; }
	rm $folder/"$name".full
	;;
disk)
	chmod -R a+rX $folder
	mke2fs -q -t ext4 -d $folder /tmp/traces.img 32M
	modprobe loop
	losetup /dev/loop0 /tmp/traces.img
	;;
sums)
	name=$2 from=${3:-$folder}
	frames=${HOME:-/tmp}/frames/$name
	rm -rf "$frames"
	mkdir -p "$frames"
	# apitrace looks for the names of the development packages
	for so in libEGL.so.1 libGLESv2.so.2 libGLESv1_CM.so.1; do
		path=$(/sbin/ldconfig -p | awk -v so="$so" '$1 == so { print $NF; exit }')
		ln -sf "${path:-/nowhere}" "$frames/${so%.*}"
	done
	LD_LIBRARY_PATH=$frames apitrace dump-images -o "$frames"/f- "$from/$name.trace" >"$frames"/log 2>&1 ||
		{ cat "$frames"/log; exit 1; }
	cd "$frames"
	for file in *.png; do echo "$file $(sha256sum <"$file")"; done
	;;
esac

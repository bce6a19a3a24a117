#!/bin/sh
# SPDX-License-Identifier: MIT
# Dom0 and guests: an X server whose screen is a file.
#   screen.sh start | stop
#   screen.sh grab FILE        the screen as it is
#   screen.sh sum [W H]        SHA-256 of the pixels, or of those up there in the left corner
#   screen.sh settled USER     returns when for some seconds the screen has not changed and no
#                              process of the user has worked
#   screen.sh changes N PID    returns when N different pictures have been seen
set -eu
folder=/tmp/screen
case $1 in
start)
	mkdir -p $folder
	setsid Xvfb :1 -screen 0 640x480x24 -fbdir $folder -nolisten tcp -noreset \
		>/tmp/xvfb.log 2>&1 </dev/null &
	echo $! >/tmp/xvfb.pid
	tries=0
	while [ ! -S /tmp/.X11-unix/X1 ]; do
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 300 ] || exit 1
	done
	;;
settled)
	still=0 last=
	while [ $still -lt 5 ]; do
		sleep 1
		times=$(ps -u "$2" -o cputimes=) # fails when nothing of the user runs
		now="$(cksum <$folder/Xvfb_screen0) $times"
		if [ "$now" = "$last" ]; then still=$((still + 1)); else still=0; fi
		last=$now
	done
	;;
changes)
	pid=$3 last=$(cksum <$folder/Xvfb_screen0) seen=0
	while [ $seen -lt "$2" ]; do
		sleep 0.2
		kill -0 "$pid"
		now=$(cksum <$folder/Xvfb_screen0)
		[ "$now" = "$last" ] || seen=$((seen + 1))
		last=$now
	done
	;;
sum)
	# behind a header with the host's name
	tail -c $((640 * 480 * 4)) $folder/Xvfb_screen0 | python3 -c '
import hashlib, sys
w, h = int(sys.argv[1]), int(sys.argv[2])
rows = sys.stdin.buffer.read()
lines = [rows[y * 2560:y * 2560 + w * 4] for y in range(h)]
# the fourth octet of a pixel shows nothing: drivers leave there what they like
print(hashlib.sha256(b"".join(l[c::4] for l in lines for c in range(3))).hexdigest())
' "${2:-640}" "${3:-480}"
	;;
grab) cp $folder/Xvfb_screen0 "$2" ;;
stop) kill "$(cat /tmp/xvfb.pid)" ;;
esac

#!/bin/sh
# SPDX-License-Identifier: MIT
# Dom0 and guests: screen.sh start | grab FILE | stop. An X server whose screen is a file.
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
grab) cp $folder/Xvfb_screen0 "$2" ;;
stop) kill "$(cat /tmp/xvfb.pid)" ;;
esac

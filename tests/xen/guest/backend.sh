#!/bin/sh
# SPDX-License-Identifier: MIT
# Dom0: a vgpu-backendd that scenarios can kill, without systemd and without automatic attach.
#   backend.sh start | stop | log
#   backend.sh attach DOMID | detach DOMID  by plain xenstore commands, not by the tool under test
#   backend.sh ctl ARGUMENTS...             vgpu-ctl with the backend that runs, this or the unit
set -eu
socket=/run/vgpu-backend.sock
log=/run/vgpu-backendd.log
device=0
case $1 in
start)
	if [ ! -x /usr/local/libexec/vgpu/vgpu-backendd ]; then
		mkdir -p /usr/local/libexec/vgpu
		cp /mnt/test/bin/vgpu-backendd /mnt/test/bin/vgpu-worker /usr/local/libexec/vgpu/
	fi
	VGPU_DEBUG=1 setsid /usr/local/libexec/vgpu/vgpu-backendd --xen --no-auto --socket $socket \
		--device surfaceless >>$log 2>&1 </dev/null &
	echo $! >/run/vgpu-backendd.pid
	tries=0
	while [ ! -S $socket ]; do
		kill -0 "$(cat /run/vgpu-backendd.pid)" || { cat $log; exit 1; }
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 150 ] || exit 1
	done
	;;
stop)
	[ -f /run/vgpu-backendd.pid ] || exit 0
	kill "$(cat /run/vgpu-backendd.pid)" 2>/dev/null || true
	while kill -0 "$(cat /run/vgpu-backendd.pid)" 2>/dev/null; do sleep 0.1; done
	rm /run/vgpu-backendd.pid
	;;
log)
	if [ -f /run/vgpu-backendd.pid ]; then cat $log; fi
	if [ -e /usr/lib/systemd/system/vgpu-backendd.service ]; then
		journalctl -q --no-pager -o cat -u vgpu-backendd
	fi
	;;
ctl)
	shift
	if systemctl is-active -q vgpu-backendd; then exec vgpu-ctl "$@"; fi
	VGPU_SOCKET=$socket exec /mnt/test/bin/vgpu-ctl "$@"
	;;
attach)
	back=/local/domain/0/backend/vgpu/$2/$device
	front=/local/domain/$2/device/vgpu/$device
	xenstore-write "$back/frontend" "$front" "$back/frontend-id" "$2" "$back/online" 1
	xenstore-chmod -r "$back" n0 "r$2"
	xenstore-write "$back/state" 1
	xenstore-chmod "$back/state" n0 "r$2"
	xenstore-write "$front/backend" "$back" "$front/backend-id" 0
	xenstore-chmod -r "$front" "n$2" r0
	xenstore-write "$front/state" 1
	xenstore-chmod "$front/state" "n$2" r0
	;;
detach)
	back=/local/domain/0/backend/vgpu/$2/$device
	front=/local/domain/$2/device/vgpu/$device
	xenstore-write "$back/online" 0 "$back/state" 5
	tries=0
	while [ "$(xenstore-read "$back/state")" != 6 ] && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	xenstore-rm -t "$front"
	xenstore-rm -t "$back"
	[ $tries -lt 100 ]
	;;
esac

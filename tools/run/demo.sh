#!/bin/sh
# SPDX-License-Identifier: MIT
# "make run": a real program, drawn by the split, with proof. Runs PROGRAM for some
# seconds through vgpu-run, keeps a picture of its window as it was at the end, and
# reads what the worker counted. Fails unless all of these say that the vgpu drew:
#   - the worker's counters name the program's process, with frames and calls;
#   - the program mapped our GLX or EGL library and no driver of the host;
#   - the renderer string that the program printed is the worker's;
#   - the window's picture is not a single colour.
set -eu

bin=${VGPU_BIN:-$(dirname "$0")/../../build/bin}
seconds=${SECONDS_TO_RUN:-8}
out=${VGPU_DEMO_DIR:-$(dirname "$bin")/run}
picture=$out/last-frame.png
xvfb=
run=
work=$(mktemp -d)

fail()
{
	echo "make run: $1" >&2
	[ $# -lt 2 ] || echo "hint: $2" >&2
	[ ! -s "$work/program.log" ] || tail -n 15 "$work/program.log" | cut -c 1-160 | sed 's/^/  | /' >&2
	exit 1
}

# End what this script started; wait, so that nothing outlives it.
cleanup()
{
	if [ -n "$run" ]; then
		kill "$run" 2>/dev/null || :
		wait "$run" 2>/dev/null || :
	fi
	if [ -n "$xvfb" ]; then
		kill "$xvfb" 2>/dev/null || :
		wait "$xvfb" 2>/dev/null || :
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One number or string out of a JSON file: field FILE EXPRESSION (over j).
field()
{
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
v = eval(sys.argv[2])
print("" if v is None else v)' "$1" "$2"
}

start_display()
{
	mkfifo "$work/display"
	Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp -noreset \
		3>"$work/display" >"$work/xvfb.log" 2>&1 &
	xvfb=$!
	read -r number <"$work/display" || fail "Xvfb does not start: $(tail -n 1 "$work/xvfb.log")"
	DISPLAY=:$number
	export DISPLAY
}

# The program: what the caller names, else glmark2, else glxgears.
choose_program()
{
	if [ $# -gt 0 ]; then
		:
	elif command -v glmark2 >/dev/null; then
		set -- glmark2 --run-forever -s 800x600 -b ideas:speed=duration
	elif command -v glxgears >/dev/null; then
		# line by line, or what it prints is lost when it is ended
		set -- stdbuf -oL glxgears -info
	else
		fail "neither glmark2 nor glxgears is installed" "make setup"
	fi
	[ "$1" = stdbuf ] && program=$3 || program=$1
	name=$(basename "$program")
	"$bin/vgpu-run" --json "$work/stats.json" "$@" >"$work/program.log" 2>&1 &
	run=$!
}

# The process of the program: the child of vgpu-run that is not the backend.
find_process()
{
	for try in $(seq 100); do
		# shellcheck disable=SC2013 # one line of numbers
		for child in $(cat "/proc/$run/task/$run/children" 2>/dev/null); do
			exe=$(readlink "/proc/$child/exe" || :)
			case $exe in
			*/vgpu-backendd | */vgpu-run | '') ;;
			*)
				pid=$child
				return
				;;
			esac
		done
		kill -0 "$run" 2>/dev/null || fail "$program ended at once" "$bin/vgpu-run vgpu-info"
		sleep 0.1
	done
	fail "$program did not start within 10 s (try $try)"
}

# Is the GL library of the vgpu in the program, and nobody else's driver?
check_libraries()
{
	maps=$(cat "/proc/$pid/maps" 2>/dev/null) || fail "$program ended early"
	ours=$(echo "$maps" | grep -o 'lib\(GLX\|EGL\)_vgpu\.so[.0-9]*' | sort -u | tr '\n' ' ')
	driver=$(echo "$maps" | grep -o '[^/]*\(_dri\|libgallium[^/]*\|libGLX_nvidia[^/]*\)\.so[.0-9]*' |
		sort -u | tr '\n' ' ')
	[ -n "$ours" ] || fail "$program did not load the vgpu libraries" "$bin/vgpu-run $bin/vgpu-info"
	[ -z "$driver" ] || fail "$program has loaded a driver of its own: $driver"
}

# The window with our process's id, or of our program's name.
find_window()
{
	window=$(xdotool search --onlyvisible --pid "$pid" 2>/dev/null | tail -n 1)
	[ -n "$window" ] ||
		window=$(xdotool search --onlyvisible --name "$name" 2>/dev/null | tail -n 1)
	[ -n "$window" ] || fail "$program has no window on display $DISPLAY"
}

mkdir -p "$out"
[ -x "$bin/vgpu-run" ] || fail "$bin/vgpu-run is not built" "make"
[ -n "${DISPLAY:-}" ] || start_display
xdpyinfo >/dev/null 2>&1 || fail "cannot connect to the X server at DISPLAY=$DISPLAY" \
	"unset DISPLAY to have one started"

choose_program "$@"
find_process
echo "running $program (process $pid) for $seconds s on display $DISPLAY"
sleep "$seconds"
kill -0 "$pid" 2>/dev/null || fail "$program ended before its $seconds s were over"
check_libraries
find_window
# While it still draws: what stands in the window is the last frame but for the few to come.
import -window "$window" "$picture.new.png" || fail "cannot take a picture of window $window"
mv "$picture.new.png" "$picture"

kill -TERM "$run"
code=0
wait "$run" || code=$?
run=
[ "$code" = 143 ] || [ "$code" = 0 ] || fail "$program ended with exit code $code"
[ -s "$work/stats.json" ] || fail "vgpu-run wrote no counters"
cp "$work/stats.json" "$out/counters.json"

frames=$(field "$out/counters.json" 'j["totals"]["frames"]')
calls=$(field "$out/counters.json" 'j["totals"]["calls"]')
renderer=$(field "$out/counters.json" 'j["renderer"]')
rate=$(field "$out/counters.json" '"%.1f" % (j["totals"]["frames"] / j["seconds"])')
drew=$(field "$out/counters.json" "sum(c['frames'] for c in j['connections'] if c['pid'] == $pid)")
colours=$(identify -format %k "$picture")
said=$(sed -n 's/^ *GL_RENDERER[: =]*//p' "$work/program.log" | head -n 1)

echo "worker: $(field "$out/counters.json" '"%(calls)d calls, %(bytes_in)d bytes in, %(bytes_out)d bytes out, %(round_trips)d round trips" % j["totals"]') ($out/counters.json)"
echo "program: loaded $ours; GL_RENDERER ${said:-not printed}"
echo "picture: $(identify -format '%wx%h' "$picture"), $colours colours"

[ "$drew" -gt 0 ] || fail "the worker counted no frame of process $pid"
[ "$calls" -gt "$frames" ] || fail "the worker replayed only $calls calls for $frames frames"
[ -n "$renderer" ] || fail "the worker names no renderer"
[ "$colours" -gt 16 ] || fail "the picture has only $colours colours: nothing was drawn"
case $said in
*"$renderer"*) ;;
'') [ $# -gt 0 ] || fail "$program did not print its GL_RENDERER" ;;
*) fail "$program was told '$said', the worker draws on '$renderer'" ;;
esac
echo "drew $frames frames with $name on $renderer ($rate frames/s); last frame in $picture"

#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BIN CORPUS SECONDS FUZZER...: each fuzzer for so many seconds (0: the seeds once), all at
# the same time as far as there are processors. Prints a line a fuzzer and "N passed, N failed, 0
# skipped"; a finding's input is left beside the corpus.
set -eu
bin=$1 corpus=$2 seconds=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
failed=0 passed=0

arguments()
{
	case $1 in
	# the driver's own leaks and its compiler's memory are not ours
	fuzz_decode_gl) echo "-rss_limit_mb=6000 -malloc_limit_mb=3000 -detect_leaks=0 -timeout=60" ;;
	*) echo "-rss_limit_mb=3000 -timeout=25" ;;
	esac
}

start()
{
	fuzzer=$1
	mkdir -p "$corpus/$fuzzer" "$corpus/found"
	seeds=$here/seeds/${fuzzer%_gl}
	[ -d "$seeds" ] || seeds=
	limit="-max_total_time=$seconds"
	[ "$seconds" != 0 ] || limit=-runs=0
	# what is lost inside Mesa is seen at the end only; ours is found by fuzz_decode, without a driver
	leaks=1
	[ "$fuzzer" != fuzz_decode_gl ] || leaks=0
	keep=1
	[ "$fuzzer" != fuzz_decode_gl ] || keep=50
	# shellcheck disable=SC2046,SC2086 # lists of words
	FUZZ_KEEP=$keep FUZZ_HISTORY=$corpus/found/$fuzzer-history \
		ASAN_OPTIONS=detect_leaks=$leaks LIBGL_ALWAYS_SOFTWARE=1 LP_NUM_THREADS=0 "$bin/$fuzzer" $limit $(arguments "$fuzzer") \
		-max_len=16384 -print_final_stats=1 -verbosity=1 -close_fd_mask=1 \
		"-artifact_prefix=$corpus/found/$fuzzer-" "$corpus/$fuzzer" $seeds \
		>"$corpus/$fuzzer.log" 2>&1 &
	pids="$pids $!:$fuzzer"
}

finish()
{
	for pair in $pids; do
		fuzzer=${pair#*:}
		runs=0
		if wait "${pair%%:*}"; then
			passed=$((passed + 1))
			result=PASS
		else
			failed=$((failed + 1))
			result=FAIL
		fi
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus/$fuzzer.log")
		echo "$result fuzz/$fuzzer; ${runs:-?} inputs"
		if [ $result = FAIL ]; then
			grep -m 3 -E 'ERROR|SUMMARY|runtime error|Test unit written' "$corpus/$fuzzer.log" |
				sed 's/^/     /'
			echo "     log: $corpus/$fuzzer.log"
		fi
	done
	pids=
}

pids=
at_once=$(nproc)
running=0
for name in "$@"; do
	start "$name"
	running=$((running + 1))
	if [ "$running" -ge "$at_once" ]; then
		finish
		running=0
	fi
done
finish
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

#!/bin/sh
# SPDX-License-Identifier: MIT
# Do the files and functions that the documentation names exist? In `backquotes`, a word
# with a slash and an extension is a file of the tree (or of build/gen), and a word that
# looks like a function (vgpu_*, entry_*, enc_*, decode_*, replay_*) is one in the source.
set -eu

cd "$(dirname "$0")/../.."
gen=${1:-build}/gen
failed=0
words=$(mktemp)
trap 'rm -f "$words"' EXIT

for doc in README.md docs/*.md; do
	# shellcheck disable=SC2016 # backquotes, not a command
	grep -o '`[^` ]*`' "$doc" | tr -d '`' | sort -u >"$words" || :
	while read -r word; do
		case $word in
		*'*'* | *NAME* | *FILE* | *'<'* | /* | *..* | *_glX) ;;
		build/gen/*.[ch])
			if [ -d "$gen" ] && [ ! -e "$gen/${word#build/gen/}" ]; then
				echo "$doc: no generated file $word" >&2
				failed=1
			fi
			;;
		build/*) ;;
		*/*.c | */*.h | */*.py | */*.xml | */*.txt | */*.sh | */*.md)
			if [ ! -e "$word" ] && [ ! -e "docs/$word" ]; then
				echo "$doc: no file $word" >&2
				failed=1
			fi
			;;
		vgpu_* | entry_gl* | enc_gl* | decode_gl* | replay_gl* | stream_thread | run_batch | run_command)
			name=${word%%[!a-z_A-Z0-9]*}
			if ! git grep -qw "$name" -- '*.c' '*.h' '*.py' &&
				! grep -qrw "$name" "$gen" 2>/dev/null; then
				echo "$doc: no function $word in the source" >&2
				failed=1
			fi
			;;
		esac
	done <"$words"
done
exit $failed

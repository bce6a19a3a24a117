#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that building, running and testing need: only what
# is missing, and nothing at all (no apt, no network) when nothing is.
set -eu

list=$(dirname "$0")/packages.txt
mode=install
groups=

usage()
{
	cat <<'EOF'
Usage: setup.sh [--list | --check] [GROUP...]
Example: setup.sh build run

Install the missing Debian packages of the groups (all of them by default):
build, run, test, apps, xen.

  --list    print what is missing, one package a line
  --check   print nothing; exit 1 when something is missing
  --help    print this

Exit code: 0 done, 1 failed or something is missing, 2 wrong usage, 4 not permitted.
EOF
}

fail()
{
	code=$1
	shift
	echo "setup.sh: $1" >&2
	[ $# -lt 2 ] || echo "hint: $2" >&2
	exit "$code"
}

# The packages of one group.
group_packages()
{
	sed -n "s/^$1: *//p" "$list"
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# What is missing of the chosen groups, one package a line.
find_missing()
{
	for group in $groups; do
		for package in $(group_packages "$group"); do
			is_installed "$package" || echo "$package"
		done
	done | sort -u
}

# Runs apt-get as root. DEBIAN_FRONTEND: nobody is there to answer questions.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		DEBIAN_FRONTEND=noninteractive "$@"
	elif command -v sudo >/dev/null; then
		sudo DEBIAN_FRONTEND=noninteractive "$@"
	else
		fail 4 "not permitted to install packages: neither root nor sudo" \
			"as root: apt-get install $(echo "$missing" | tr '\n' ' ')"
	fi
}

while [ $# -gt 0 ]; do
	case $1 in
	--list) mode=list ;;
	--check) mode=check ;;
	--help | -h)
		usage
		exit 0
		;;
	-*) fail 2 "unknown option $1" "setup.sh --help" ;;
	*)
		[ -n "$(group_packages "$1")" ] || fail 2 "no group '$1'" "setup.sh --help"
		groups="$groups $1"
		;;
	esac
	shift
done
: "${groups:=build run test apps xen}"

command -v dpkg-query >/dev/null || fail 1 "this is not a Debian system: no dpkg-query" \
	"install what $list names by your own means"

missing=$(find_missing)

case $mode in
list)
	[ -z "$missing" ] || echo "$missing"
	exit 0
	;;
check)
	[ -z "$missing" ] || exit 1
	exit 0
	;;
esac
[ -n "$missing" ] || exit 0

echo "  APT   $(echo "$missing" | wc -l) packages: $(echo "$missing" | tr '\n' ' ')"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# the index may be old or absent; with no network the packages may still be in the cache
as_root apt-get -q update >"$log" 2>&1 || echo "setup.sh: apt-get update failed, trying without" >&2
# shellcheck disable=SC2086 # a list of words
as_root apt-get -q -y --no-install-recommends install $missing >"$log" 2>&1 || {
	tail -n 20 "$log" >&2
	fail 1 "apt-get could not install: $(echo "$missing" | tr '\n' ' ')" \
		"look at the lines above; 'apt-get update' needs a reachable mirror"
}
missing=$(find_missing)
[ -z "$missing" ] || fail 1 "apt-get installed, and still missing is: $(echo "$missing" | tr '\n' ' ')"

#!/bin/sh
# Runs every fuzz target of the product for some seconds, two at a time.
#
#   fuzz.sh SECONDS [PACKAGE...]
#
# Each package is built once with the counters for fuzzing. A failing input is
# saved in testdata/fuzz of its package, as by go test, and every later test runs
# it again. Minimising is short, because it could take the whole time of a target.
# Each target is stopped by an interrupt: Go before 1.27 reports a failure if
# -fuzztime ends just as a worker reports (golang/go#75804).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
cd "$root"

# One target, called by xargs below: fuzz.sh one SECONDS PROGRAMS PACKAGE TARGET
if [ "${1:-}" = one ]; then
	seconds=$2 programs=$3 package=$4 target=$5
	name=$(echo "$package" | tr / _)
	log="$programs/$name.$target.log"
	cache="$programs/corpus/$package" # new for each run, because an old corpus can take all the time of a short run
	mkdir -p "$cache"
	cd "$root/$package"
	"$programs/$name.test" -test.run '^$' -test.fuzz "^$target\$" \
		-test.fuzzminimizetime 10x -test.fuzzcachedir "$cache" -test.parallel 1 >"$log" 2>&1 &
	fuzzing=$!
	(sleep "$seconds" && kill -INT "$fuzzing") >"$log.stop" 2>&1 &
	stopping=$!
	if wait "$fuzzing"; then
		tries=$(sed -n 's/.*execs: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
		printf '  fuzz %s %s: %s tries\n' "$package" "$target" "${tries:-0}"
	else
		kill "$stopping" 2>/dev/null || : # it failed early
		printf '  fuzz %s %s FAILED\n' "$package" "$target"
		sed 's/^/    /' "$log"
		exit 1
	fi
	exit 0
fi

seconds=${1:?usage: fuzz.sh SECONDS [PACKAGE...]}
shift
programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
trap 'exit 130' INT TERM

[ $# -gt 0 ] || set -- $(grep -rl '^func Fuzz' --include='*_test.go' --exclude-dir=.tools --exclude-dir=.recourse . | sed 's|^\./||; s|/[^/]*$||' | sort -u)
for package in "$@"; do
	"$here/during.sh" "building the fuzz targets of $package" \
		go test -c -fuzz . -o "$programs/$(echo "$package" | tr / _).test" "./$package"
done
for package in "$@"; do
	sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(.*/\1/p' "$package"/*_test.go | sed "s|^|$seconds $programs $package |"
done >"$programs/list"
echo "  fuzz: $(wc -l <"$programs/list") targets, $seconds s each, two at a time"
xargs -P 2 -L 1 "$here/fuzz.sh" one <"$programs/list"

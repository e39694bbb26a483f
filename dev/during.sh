#!/bin/sh
# Runs a command without its output. After two seconds it prints what is running,
# and the output if the command fails.
#
#   during.sh WHAT COMMAND [ARGUMENT...]
set -u

what=$1
shift
log=$(mktemp)
"$@" >"$log" 2>&1 &
work=$!
trap 'kill "$work" 2>/dev/null; rm -f "$log"; exit 130' INT TERM

# Check often at first, then once a second.
tick=0
while kill -0 "$work" 2>/dev/null; do
	if [ "$tick" -lt 20 ]; then
		sleep 0.1
	else
		second=$((tick - 18))
		if [ -t 1 ]; then
			printf '\r  … %s (%d s)' "$what" "$second"
		elif [ "$tick" -eq 20 ] || [ $((second % 30)) -eq 0 ]; then
			printf '  … %s (%d s)\n' "$what" "$second"
		fi
		sleep 1
	fi
	tick=$((tick + 1))
done
wait "$work"
code=$?
if [ "$tick" -gt 20 ]; then
	[ -t 1 ] && printf '\r\033[K'
	[ "$code" -eq 0 ] && printf '  ✓ %s\n' "$what"
fi
if [ "$code" -ne 0 ]; then
	printf '  ✗ %s\n' "$what" >&2
	cat "$log" >&2
fi
rm -f "$log"
exit "$code"

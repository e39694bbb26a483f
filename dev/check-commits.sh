#!/bin/sh
# Checks the subjects of commits: "area: what", imperative, 72 characters or less.
#
#   check-commits.sh [RANGE]
#
# Older commits do not follow the rule, so the default range starts after base.
# Without a readable history there is nothing to check.
set -eu

base=e966b02e5535
cd "$(dirname -- "$0")/.."

if ! git rev-parse --verify -q HEAD >/dev/null 2>&1; then
	echo '  commit subjects: no git history here, not checked'
	exit 0
fi
if [ $# -gt 0 ]; then
	range=$1
elif git merge-base --is-ancestor "$base" HEAD 2>/dev/null; then
	range=$base..HEAD
elif [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	range=HEAD # a shallow clone holds newer commits only
else
	echo "  commit subjects: commit $base is not in this history, not checked"
	exit 0
fi

git log --no-merges --format='%h %s' "$range" | awk '
	# Imperatives that end like another form of a verb.
	BEGIN {
		count = split("access address bypass canvas compress cross discuss dismiss focus guess miss pass press process " \
			"stress embed exceed feed need proceed seed shed speed bring ping ring spring string swing", words)
		for (i = 1; i <= count; i++) imperative[words[i]] = 1
	}
	function complain(reason) {
		print "  " hash " " subject ": " reason
		failed = 1
	}
	{
		hash = $1
		subject = substr($0, length(hash) + 2)
		if (length(subject) > 72) complain(length(subject) " characters, at most 72 are allowed")
		if (subject !~ /^[a-z0-9\/_.-]+(, [a-z0-9\/_.-]+)*: [a-z]/) {
			complain("the form is \"area: what\", in lower case")
			next
		}
		verb = subject
		sub(/^[^:]*: /, "", verb)
		sub(/[^a-z].*/, "", verb)
		if (verb ~ /(ed|ing|s)$/ && !(verb in imperative)) complain("\"" verb "\" is not imperative")
	}
	END { exit failed }
' || {
	echo 'commit subjects do not follow CONTRIBUTING.md'
	exit 1
}

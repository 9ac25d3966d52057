#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Put the tables of mechanisms of one run between their two marks in a page.
# Usage: mechanisms.sh COREMATRIX RESULTS README
set -eu

corematrix=$1 results=$2 readme=$3
tables=$(mktemp "$readme.XXXXXX")
whole=$(mktemp "$readme.XXXXXX")
trap 'rm -f "$tables" "$whole"' EXIT

for mark in '<!-- mechanisms -->' '<!-- /mechanisms -->'; do
	if [ "$(grep -cxF -- "$mark" "$readme")" != 1 ]; then
		echo "corematrix: $readme: put one line \"$mark\" where the tables belong" >&2
		exit 2
	fi
done
status=0
"$corematrix" report --mechanisms "$results" >"$tables" || status=$?
# A table is made of what is true: a run that is not as expected is none to publish.
if [ "$status" != 0 ]; then
	echo "corematrix: $results is not as expected throughout (status $status); run the whole matrix first" >&2
	exit "$status"
fi
awk -v tables="$tables" '
	$0 == "<!-- /mechanisms -->" { while ((getline line < tables) > 0) print line; print ""; within = 0 }
	!within { print }
	$0 == "<!-- mechanisms -->" { print ""; within = 1 }
' "$readme" >"$whole"
cat "$whole" >"$readme"

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Put the tables of one run, of mechanisms and of kinds of programs, each between its two marks in a page.
# Usage: mechanisms.sh COREMATRIX RESULTS README
set -eu

corematrix=$1 results=$2 readme=$3
table=$(mktemp "$readme.XXXXXX")
whole=$(mktemp "$readme.XXXXXX")
trap 'rm -f "$table" "$whole"' EXIT

for mark in '<!-- mechanisms -->' '<!-- /mechanisms -->' '<!-- kinds -->' '<!-- /kinds -->'; do
	if [ "$(grep -cxF -- "$mark" "$readme")" != 1 ]; then
		echo "corematrix: $readme: put one line \"$mark\" where the tables belong" >&2
		exit 2
	fi
done
for name in mechanisms kinds; do
	status=0
	"$corematrix" report "--$name" "$results" >"$table" || status=$?
	# A table is made of what is true: a run that is not as expected is none to publish.
	if [ "$status" != 0 ]; then
		echo "corematrix: $results is not as expected throughout (status $status); run the whole matrix first" >&2
		exit "$status"
	fi
	awk -v table="$table" -v name="$name" '
		$0 == "<!-- /" name " -->" { while ((getline line < table) > 0) print line; print ""; within = 0 }
		!within { print }
		$0 == "<!-- " name " -->" { print ""; within = 1 }
	' "$readme" >"$whole"
	cat "$whole" >"$readme"
done

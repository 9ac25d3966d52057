#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make one run of the parts that part.sh left in PARTS/part-K, each by its newest try, in a new directory of RESULTS. Ends as
# the whole deserves: 0 as expected, 1 worse, 2 when a part is missing or not finished, 3 not measured, 4 a contradiction.
# Usage: merge.sh PARTS RESULTS [ARGUMENT...]        (arguments of `corematrix merge`)
set -eu

if [ $# -lt 2 ]; then
	echo "usage: merge.sh PARTS RESULTS [ARGUMENT...]" >&2
	exit 2
fi
parts=$1 results=$2
shift 2
. "$(dirname "$0")/program.sh"
# The names of runs are times, and -2, -3 after them for those of one second: the last one is the newest. Symbolic links do
# not survive every store of artifacts.
for part in "$parts"/part-*/; do
	newest=$(for run in "$part"[0-9]*; do [ ! -e "$run/results.json" ] || echo "$run"; done | LC_ALL=C sort -V | tail -n 1)
	if [ -z "$newest" ]; then
		echo "$part: no run has left a result there" >&2
		exit 2
	fi
	set -- "$@" "$newest"
done
exec "$program" merge -o "$results" "$@"

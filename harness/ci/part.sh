#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run part K of N of a matrix, as one of N jobs. What it measured is in DIR/part-K, also after an earlier try of the same
# part was killed. Ends with 0 when the part was measured, whatever came of it: merge.sh decides about the whole.
# Usage: part.sh K/N DIR ARGUMENT...        (arguments of `corematrix run`)
# COREMATRIX names the program; without it, the one that is installed or was built by prepare.sh. COREMATRIX_CUT=objects has
# each part run some of the objects on all kernels, not all of them on some.
set -eu

if [ $# -lt 3 ]; then
	echo "usage: part.sh K/N DIR ARGUMENT..." >&2
	exit 2
fi
part=$1 dir=$2
shift 2
. "$(dirname "$0")/program.sh"
status=0
"$program" run --part "$part" --cut "${COREMATRIX_CUT:-kernels}" -o "$dir/part-${part%/*}" "$@" || status=$?
case $status in
0 | 1 | 3 | 4) echo "part $part is measured (status $status); what the whole comes to is the merge's" ;;
*) exit $status ;;
esac

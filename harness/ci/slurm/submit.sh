#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run a matrix as an array job of N tasks, each part on a node of its own, and a job that merges them. Waits for it and ends
# as the whole deserves.
# Usage: submit.sh N DIR ARGUMENT...        (arguments of `corematrix run`)
# DIR is seen by all nodes: DIR/parts, DIR/results and logs go there. IMAGES (DIR/images) is where nodes keep kernels: one
# directory for all, or a path of each node's own disk. SBATCH_* and what sbatch else heeds counts.
set -eu

if [ $# -lt 3 ]; then
	echo "usage: submit.sh N DIR ARGUMENT..." >&2
	exit 2
fi
ci=$(cd "$(dirname "$0")/.." && pwd)
count=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2
if [ -e "$dir/parts" ]; then
	echo "$dir/parts: there are parts of an earlier run; name another directory or remove it" >&2
	exit 2
fi
mkdir "$dir/parts"
job=$(sbatch --parsable --array="1-$count" --output="$dir/part-%a.log" \
	"$ci/slurm/part.sbatch" "$ci" "$dir/parts" "${IMAGES:-$dir/images}" "$@")
job=${job%%;*}
echo "parts 1 to $count: job $job"
exec sbatch --wait --dependency="afterany:$job" --output="$dir/merge.log" \
	"$ci/slurm/merge.sbatch" "$ci" "$dir/parts" "$dir/results"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether traced loaders of many threads end as they did before: each is run again and again, three guests side by side,
# and every cell has to come to what it came to first.
#
#   make loaders tools
#   harness/tests/loader_loop.sh COREMATRIX DIR COUNT [RUN OPTIONS]
#
# COUNT is of each loader that is built: those that load with a library of their own, with their threads, and what looks
# whether it is run as it should be. What a run said that differs is kept in DIR. Prints each difference and a closing
# line; ends with 1 when there is any.
set -uo pipefail

corematrix=$1 dir=$2 count=$3
shift 3
[ $# -gt 0 ] || set -- --kernel 5.10-cloud --kernel 6.1-cloud --kernel newest-cloud
mkdir -p "$dir"
runs=0 differ=0

# What a cell came to: nothing in it depends on a time.
came_to() {
	jq -rS '.cells[] | "\(.kernel) \(.verdict)\(if .class != "" then ":" + .class else "" end) \(.programs | map(select(.loaded)) | length) loaded: \(.reason)"' \
		"$1/results.json" 2>/dev/null
}

# loop NAME PROGRAM ARGUMENT...
loop() {
	local name=$1 program=$2 first="" now status i
	shift 2
	[ -x "$program" ] || { echo "$name: not built"; return; }
	for ((i = 1; i <= count; i++)); do
		rm -rf "$dir/$name"
		"$corematrix" run "${options[@]}" -j 3 -o "$dir/$name" --loader-time 75 --loader "$program" -- "$@" >"$dir/$name.said" 2>&1
		status=$?
		now=$(came_to "$dir/$name/latest")
		[ -n "$first" ] || { first=$now && echo "$name: $(wc -l <<<"$now") cells, status $status" && sed 's/^/  /' <<<"$now"; }
		runs=$((runs + 1))
		if [ -z "$now" ] || [ "$now" != "$first" ] || [ $status -gt 1 ]; then
			differ=$((differ + 1))
			echo "$name, run $i: status $status" && diff <(echo "$first") <(echo "$now")
			cp -r "$dir/$name" "$dir/$name.$i" && cp "$dir/$name.said" "$dir/$name.$i/"
		fi
	done
}

options=("$@")
loop notice-go build/tests/tools/notice-go
loop threads build/tests/tools/threads
loop cilium build/tests/loaders/cilium -c 30
for rust in aya libbpf-rs; do
	loop $rust build/tests/loaders/$rust -c 30
done
echo "$runs runs, $differ differ"
[ $differ = 0 ] && [ $runs -gt 0 ]

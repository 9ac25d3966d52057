#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether traced loaders of many threads end as they did before: each is run again and again, three guests side by side,
# and every cell has to come to what it came to first.
#
#   make loaders tools
#   harness/tests/loader_loop.sh COREMATRIX DIR COUNT [RUN OPTIONS]
#
# COUNT is of each loader that is built, here and in the roots of other releases that are in ROOTS (harness/loaders.sh):
# those in Go and Rust that load with a library of their own, once with a thread for each of some objects and once until
# they have seen some execs, and what looks whether it is run as it should be; LOADERS="aya.*|cilium.*": these alone.
# What a run said that differs is kept in DIR. Prints each difference and a closing line; ends with 1 when there is any.
set -uo pipefail

corematrix=$1 dir=$2 count=$3
shift 3
[ $# -gt 0 ] || set -- --kernel 5.10-cloud --kernel 6.1-cloud --kernel newest-cloud
mkdir -p "$dir"
runs=0 differ=0

# What a cell came to: nothing in it depends on a time. Whether workloads fell into its life does.
came_to() {
	jq -rS '.cells[] | "\(.kernel) \(.verdict)\(if .class != "" then ":" + .class else "" end) \(.programs | map(select(.loaded)) | length) loaded: \(.reason |
		gsub("; no whole round of workloads came after it was ready[^;]*"; ""))"' "$1/results.json" 2>/dev/null
}

# once NAME PROGRAM ROOT ARGUMENT...
once() {
	local name=$1 program=$2 root=$3 now status i given=()
	shift 3
	[[ $name =~ ^(${LOADERS:-.*})$ ]] || return 0
	[ "$root" = / ] || given=(--sysroot "$root")
	[ "${1-}" != -j ] || for i in "${@:2}"; do given+=(--ship "$i"); done
	[ -x "$program" ] || { [ "$round" -gt 1 ] || echo "$name: not built"; return; }
	rm -rf "${dir:?}/$name"
	"$corematrix" run "${options[@]}" -j 3 -o "$dir/$name" "${given[@]}" --loader-time 75 --loader "$program" -- "$@" >"$dir/$name.said" 2>&1
	status=$?
	now=$(came_to "$dir/$name/latest")
	[ -n "${first[$name]-}" ] || { first[$name]=$now && echo "$name: $(wc -l <<<"$now") cells, status $status" && sed 's/^/  /' <<<"$now"; }
	runs=$((runs + 1))
	if [ -z "$now" ] || [ "$now" != "${first[$name]}" ] || [ $status -gt 1 ]; then
		differ=$((differ + 1))
		echo "$name, round $round: status $status" && diff <(echo "${first[$name]}") <(echo "$now")
		cp -r "$dir/$name" "$dir/$name.$round" && cp "$dir/$name.said" "$dir/$name.$round/"
	fi
	echo "$runs runs, $differ differ" >"$dir/count"
}

options=("$@")
objects=(build/progs/{exec_identity,task_state,global_guard,missing_field,raw_tp_exec,file_open}.bpf.o)
declare -A first=()
# shellcheck disable=SC2086
mapfile -t loaders < <(harness/loaders.sh found ${ROOTS:-} | grep -E '^(cilium|aya|libbpf-rs)')
# one after the other, so that each has its turn however soon it is ended
for ((round = 1; round <= count; round++)); do
	once notice-go build/tests/tools/notice-go /
	once threads build/tests/tools/threads /
	for loader in "${loaders[@]}"; do
		read -r label program root <<<"$loader"
		once "$label" "$program" "$root" -j "${objects[@]}"
		once "$label-execs" "$program" "$root" -c 30
	done
done
cat "$dir/count"
[ $differ = 0 ] && [ $runs -gt 0 ]

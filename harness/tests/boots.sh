#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Many guests of one kernel, one after the other and side by side: each must come up and say of an object what all others say.
# Usage: boots.sh COREMATRIX COUNT OBJECT 'ROW OF A LIST'... [-- OPTIONS OF corematrix run]
# COUNT guests of each row, from saved guests unless `--cold` is among the options. BUSY=N has as many loops beside them
# that do nothing. Prints what was not as expected, and a closing count; ends with 1 when a guest was lost or differed.
set -euo pipefail

corematrix=$(realpath "$1") count=$2 object=$3
shift 3
rows=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do rows+=("$1") && shift; done
[ $# -gt 0 ] && shift

scratch=$(mktemp -d) loops=()
end() {
	[ ${#loops[@]} = 0 ] || kill "${loops[@]}" 2>/dev/null || true
	rm -rf "$scratch"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A row has a guest of its own, and rows of one kernel share its image.
for i in "${!rows[@]}"; do
	for ((k = 1; k <= count; k++)); do echo "${rows[i]} id=row$i-$k"; done
done >"$scratch/list"
for ((i = 0; i < ${BUSY-0}; i++)); do
	while :; do :; done &
	loops+=($!)
done
status=0
"$corematrix" run -k "$scratch/list" -o "$scratch/results" "$@" "$object" >"$scratch/said" 2>&1 || status=$?
results=$scratch/results/latest/results.json
[ -e "$results" ] || { tail -n 20 "$scratch/said"; echo "corematrix run ended with $status"; exit 1; }

# What a guest said, without what is another process's number in each.
jq -r --arg status "$status" '
	(.cells | map({row: (.kernel | sub("-[0-9]+$"; "")), kernel, said: ({verdict, class,
		relocations: [.relocations[]? | {outcome, predicted}], truth: ([.truth[]? | {field, ok}] | sort)} | tostring)})) as $cells |
	([$cells | group_by(.row)[] | group_by(.said) | sort_by(-length)[1:][][]]) as $differ |
	[.kernels[] | select(.status != "ok")] as $lost |
	($lost[] | "\(.id): \(.status): \(.reason)"), ($differ[] | "\(.kernel) differs: \(.said[:300])"),
	"\(.kernels | length) guests (\([.kernels[] | select(.start == "resume")] | length) resumed, " +
	"\([.kernels[] | select(.attempts | length > 1)] | length) tried again): \($lost | length) infra, \($differ | length) differ, " +
	"\([.cells[] | select(.verdict == "pass")] | length) pass; corematrix run ended with \($status)"' "$results" | tee "$scratch/summary"
grep -q "^$((count * ${#rows[@]})) guests .*: 0 infra, 0 differ, $((count * ${#rows[@]})) pass; .* ended with 0$" "$scratch/summary"

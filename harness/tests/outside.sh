#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Is a loader seen from outside for what it is? Runs the objects with corematrix, whose three witnesses say what became
# of each relocation, then a loader that is traced in the same guests, some objects a time, and compares both record by
# record. What the loader never handed to the kernel (an object that it cannot open, or resolve) it cannot be seen to do.
#
# Usage: outside.sh COREMATRIX LOADER DIR OBJECT... [-- OPTIONS OF corematrix run]
# LOADER takes `-n OBJECT...`: load them, attach none, and end. What both said is kept in DIR, and what is there already
# is compared and not asked for again.
# Prints each difference and a closing count; ends with 1 when there is any.
set -u

corematrix=$1 loader=$2 dir=$3
shift 3
objects=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do objects+=("$1") && shift; done
[ $# -gt 0 ] && shift
options=("$@")
chunk=${CHUNK:-20}

records() { # of a results.json, as {"kernel object section number": what it came to}
	jq --argjson outside "$1" '[.cells[] | .kernel as $kernel | .object as $object | .relocations[] |
		{key: "\($kernel) \(if $outside then .object else $object end) \(.section) \(.number) \(.kind) \(.spec)",
		value: (if .outcome == "not-attempted" then "unseen"
			else .outcome + (if .target != null and .outcome != "absent" then " \(.target)" else "" end) end)}] | from_entries'
}

mkdir -p "$dir"
if [ ! -e "$dir/agent.records" ]; then
	"$corematrix" run "${options[@]}" --variant plain -o "$dir/agent" "${objects[@]}" >"$dir/agent.txt" 2>&1
	status=$?
	[ $status -le 1 ] || { tail -n 5 "$dir/agent.txt"; echo "corematrix run ended with $status"; exit 1; }
	records false <"$dir/agent/latest/results.json" >"$dir/agent.records"
fi
if [ ! -e "$dir/loader.records" ]; then
	for ((i = 0; i < ${#objects[@]}; i += chunk)); do
		some=("${objects[@]:i:chunk}")
		ship=()
		for path in "${some[@]}"; do ship+=(--ship "$path"); done
		"$corematrix" run "${options[@]}" -o "$dir/loader" --loader-time 45 --loader "$loader" "${ship[@]}" -- -n "${some[@]}" \
			>"$dir/loader.txt" 2>&1
		status=$?
		[ $status -le 1 ] || { tail -n 5 "$dir/loader.txt"; echo "corematrix run ended with $status"; exit 1; }
		records true <"$dir/loader/latest/results.json"
	done | jq -s 'add' >"$dir/loader.part" && mv "$dir/loader.part" "$dir/loader.records"
fi

jq -rn --slurpfile agent "$dir/agent.records" --slurpfile loader "$dir/loader.records" '
	($agent[0] | to_entries) as $all |
	[$all[] | select($loader[0][.key] == null) | "\(.key): loaded by the agent, not known of the loader"] as $missing |
	[$all[] | {key, value, seen: $loader[0][.key]} | select(.seen != null and .seen != "unseen" and .value != "unseen" and .seen != .value) |
		"\(.key): \(.value) by the agent, \(.seen) by the loader"] as $differing |
	[$all[] | {key, value, seen: $loader[0][.key]} | select(.seen == "unseen" and .value != "unseen") |
		"\(.key): \(.value) by the agent, unseen"] as $unseen |
	($missing + $differing)[], ($unseen | group_by(split(" ")[0:2]) | map("  \(length) unseen of \(.[0] | split(" ")[0:2] | join(" "))")[]),
	"\($all | length) records: \(($differing | length) + ($missing | length)) differences, \($unseen | length) unseen",
	if ($differing | length) + ($missing | length) > 0 then halt_error(1) else empty end' 2>/dev/null

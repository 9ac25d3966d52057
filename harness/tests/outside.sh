#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Is a loader seen from outside for what it is? Runs the objects with corematrix, whose three witnesses say what became
# of each relocation, then a loader that is traced in the same guests, some objects a time, and compares both record by
# record. What the loader never handed to the kernel (an object that it cannot open, or resolve) it cannot be seen to do.
#
# Usage: outside.sh COREMATRIX LOADER DIR OBJECT... [-- OPTIONS OF corematrix run]
# LOADER takes `-n OBJECT...`: load them, attach none, and end. What both said is kept in DIR, and what is there already
# is compared and not asked for again. LOADER_OPTIONS are for its runs alone: `--sysroot DIR`, `--ship FILE`.
# Prints each difference and a closing count; ends with 1 when there is any.
set -u

corematrix=$1 loader=$2 dir=$3
shift 3
objects=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do objects+=("$1") && shift; done
[ $# -gt 0 ] && shift
options=("$@")
chunk=${CHUNK:-20}
read -ra loader_options <<<"${LOADER_OPTIONS:-}"

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
# ask OBJECT...: what the loader makes of them, in as many runs as its time needs: one that it did not come to the end of,
# or in which a guest came to nothing, is two of half as many; with one object alone it is asked once more. The modules that
# their inis ask for are loaded for it, too.
ask() {
	local ship=() path status log modules
	for path in "$@"; do ship+=(--ship "$path"); done
	# what is said of it in an ini beside it is about what it does by itself; while it loads, little else is to happen
	modules=$(cat "${@/%.bpf.o/.ini}" 2>/dev/null | sed -n 's/^module *= *//p' | tr -d ' ' | tr , '\n' | sort -u | paste -sd,)
	printf '[object]\nworkload = exec\n%s\n' "${modules:+module = $modules}" >"$loader.ini"
	for _ in 1 2; do
		"$corematrix" run "${options[@]}" "${loader_options[@]}" -o "$dir/loader" --loader-time 75 --loader "$loader" "${ship[@]}" -- -n "$@" >"$dir/loader.txt" 2>&1
		status=$?
		if [ $# -gt 1 ] && { [ $status -eq 3 ] || jq -e 'any(.cells[]; .reason | test("stopped"))' "$dir/loader/latest/results.json" >/dev/null; }; then
			ask "${@:1:$# / 2}" && ask "${@:$# / 2 + 1}"
			return
		fi
		if [ $status -ne 3 ]; then break; fi
	done
	[ $status -le 1 ] || { { tail -n 5 "$dir/loader.txt"; echo "corematrix run ended with $status"; } >&2; return 1; }
	records true <"$dir/loader/latest/results.json"
	# what it said of each, for people: KERNEL TEXT
	for log in "$dir"/loader/latest/*/object-*.log; do
		sed "s|^|$(basename "$(dirname "$log")") |" "$log"
	done >>"$dir/loader.said"
}

if [ ! -e "$dir/loader.records" ]; then
	mkdir -p "$dir/program" "$dir/parts" && cp "$loader" "$dir/program/" && loader=$dir/program/$(basename "$loader")
	# what it has said is kept when it is interrupted
	for ((i = 0; i < ${#objects[@]}; i += chunk)); do
		part=$dir/parts/$i+$chunk
		[ -e "$part" ] || { ask "${objects[@]:i:chunk}" >"$dir/loader.part" && mv "$dir/loader.part" "$part"; } || exit 1
	done
	# an object that the loader carries is in each run, and loaded in one
	jq -s 'reduce (.[] | to_entries[]) as $one ({}; if $one.value != "unseen" or (has($one.key) | not) then .[$one.key] = $one.value else . end)' \
		"$dir"/parts/* >"$dir/loader.part" && mv "$dir/loader.part" "$dir/loader.records"
fi

# Bytes that are in several files have one name: that of the first, or of the loader that carries them.
twins() {
	[ ${#objects[@]} -eq 1 ] && [ ! -e "${objects[0]}" ] && echo '{}' && return
	sha256sum "${objects[@]}" | while read -r sum path; do echo "$sum $(basename "$path" .bpf.o)"; done |
		jq -Rn '[inputs | split(" ")] | group_by(.[0]) | map(map(.[1]) as $names | $names[] | {key: ., value: $names}) | from_entries'
}

# Record by record, for those who want to know more: {key, value: by the agent, seen: by the loader; null: not known of it}
jq -n --slurpfile agent "$dir/agent.records" --slurpfile loader "$dir/loader.records" --argjson twins "$(twins)" --arg own "$(basename "$loader")" '
	def seen: . as $key | (split(" ")[1]) as $name | $loader[0][$key] //
		first((($twins[$name] // []) + [$own])[] as $other | $loader[0][$key | split(" ") | .[1] = $other | join(" ")] // empty) // null;
	[$agent[0] | to_entries[] | {key, value, seen: (.key | seen)}]' >"$dir/compared.json"

jq -r '. as $all |
	[$all[] | select(.seen == null) | "\(.key): loaded by the agent, not known of the loader"] as $missing |
	[$all[] | select(.seen != null and .seen != "unseen" and .value != "unseen" and .seen != .value) |
		"\(.key): \(.value) by the agent, \(.seen) by the loader"] as $differing |
	[$all[] | select(.seen == "unseen" and .value != "unseen") |
		"\(.key): \(.value) by the agent, unseen"] as $unseen |
	($missing + $differing)[], ($unseen | group_by(split(" ")[0:2]) | map("  \(length) unseen of \(.[0] | split(" ")[0:2] | join(" "))")[]),
	"\($all | length) records: \(($differing | length) + ($missing | length)) differences, \($unseen | length) unseen",
	if ($differing | length) + ($missing | length) > 0 then halt_error(1) else empty end' "$dir/compared.json" 2>/dev/null

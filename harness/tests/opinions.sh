#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Does the agent say of each object and program what plain libbpf says in the same kernels? Runs the objects with
# corematrix, then build/tests/independent_loader in the same guests, a few objects a time, and compares what loaded and
# with which errno what did not. Objects must have no ini with settings: the loader reads none.
#
# Usage: opinions.sh COREMATRIX LOADER DIR OBJECT... [-- OPTIONS OF corematrix run]
# What both said is kept in DIR, and what is there already is compared and not asked for again.
# Prints each difference and a closing count; ends with 1 when there is any.
set -u

corematrix=$1 loader=$2 dir=$3
shift 3
objects=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do objects+=("$1") && shift; done
[ $# -gt 0 ] && shift
options=("$@")
chunk=${CHUNK:-6}

mkdir -p "$dir"
agent=$dir/agent/latest/results.json
if [ ! -e "$agent" ]; then
	"$corematrix" run "${options[@]}" -o "$dir/agent" "${objects[@]}" >"$dir/agent.txt" 2>&1
	status=$?
	[ $status -le 1 ] || { tail -n 5 "$dir/agent.txt"; echo "corematrix run ended with $status"; exit 1; }
fi

ask_loader() { # PATH...: one line of JSON for each of them and each kernel
	local some=("$@") ship=() run=$dir/loader/latest path kernel log
	for path in "$@"; do ship+=(--ship "$path"); done
	"$corematrix" run "${options[@]}" -o "$dir/loader" --loader-time 45 --loader "$loader" "${ship[@]}" -- "${some[@]}" \
		>"$dir/loader.txt" 2>&1 || { tail -n 5 "$dir/loader.txt" >&2; return 1; }
	jq -r '.cells[] | [.kernel, .log] | @tsv' "$run/results.json" | while IFS=$'\t' read -r kernel log; do
		[ -z "$log" ] || jq -cR --arg kernel "$kernel" 'fromjson? | . + {kernel: $kernel}' "$run/$log"
	done
	rm -r "$(realpath "$run")"
}

# Objects that were cut out of other files have got files of their own by now.
mapfile -t paths < <(jq -r '.objects[].path' "$agent" | xargs -d "\n" realpath -s)
if [ ! -s "$dir/loader.jsonl" ]; then
	for ((i = 0; i < ${#paths[@]}; i += chunk)); do
		some=("${paths[@]:i:chunk}")
		ask_loader "${some[@]}" >"$dir/chunk" || exit 1
		# A slow guest may not come to the end of them in its time: then each has a guest of its own.
		if [ $((${#some[@]} * $(jq '.kernels | length' "$agent"))) = "$(wc -l <"$dir/chunk")" ]; then
			cat "$dir/chunk"
		else
			for path in "${some[@]}"; do ask_loader "$path" || exit 1; done
		fi
	done >"$dir/loader.part" && mv "$dir/loader.part" "$dir/loader.jsonl"
fi

# {"kernel path program": what came of it}; without a program it is the object as a whole.
jq '([.objects[].name] | to_entries | map({(.value): $ARGS.positional[.key]}) | add) as $path |
	[.cells[] | "\(.kernel) \($path[.object])" as $cell | .phase as $phase |
		{key: $cell, value: (if $phase == "open" then "not opened" elif $phase == "load" then "refused" else "loaded" end)},
		(.programs[] | select(.autoload and $phase != "open") | {key: "\($cell) \(.name)",
			value: (if .loaded then "loaded" elif .alone then "refused: \(.errno)" else "not tried" end)})] |
	from_entries' "$agent" --args "${paths[@]}" >"$dir/agent.said"
jq -n '[inputs | "\(.kernel) \(.path)" as $cell |
		{key: $cell, value: (if .crashed then "crashed" elif (.opened | not) then "not opened"
			elif .loaded then "loaded" else "refused" end)},
		((.programs // [])[] | select(.autoload) | {key: "\($cell) \(.name)",
			value: (if .loaded then "loaded" else "refused: \(.errno)" end)})] |
	from_entries' "$dir/loader.jsonl" >"$dir/loader.said"
jq -r -n --slurpfile agent "$dir/agent.said" --slurpfile loader "$dir/loader.said" '
	def said: if . == null then "nothing" else . end;
	$agent[0] as $a | $loader[0] as $l |
	($a + $l | keys[] | select($a[.] != $l[.]) | "\(.): corematrix \($a[.] | said), plain libbpf \($l[.] | said)"),
	"\($a | length) statements compared"' >"$dir/compared" || exit 1
differences=$(grep -vc ' statements compared$' "$dir/compared")
cat "$dir/compared"
echo "$differences differences"
[ "$differences" = 0 ] && [ -s "$dir/loader.jsonl" ]

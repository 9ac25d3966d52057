#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether what loading each program costs is what veristat (Debian has it from 13 on) says in the same guests:
#
#   harness/tests/veristat.sh CORE_MATRIX VERISTAT OBJECT... -- [RUN OPTIONS]
#
# Prints what differs, per kernel, object and program, and how many programs were compared. veristat loads each program
# alone, and gives maps a size where they have none: a program that only one of both loads is counted apart. It reads no
# ini: an object whose ini makes another load of it ([rodata], [maps], [programs], a variant) is left out.
set -euo pipefail

corematrix=$1 veristat=$2
shift 2
objects=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	objects+=("$1")
	shift
done
[ $# = 0 ] || shift
plain=()
for object in "${objects[@]}"; do
	grep -qE '^\[(rodata|maps|programs|variant)' "${object%.bpf.o}.ini" 2>/dev/null || plain+=("$object")
done
[ ${#plain[@]} = ${#objects[@]} ] || echo "$((${#objects[@]} - ${#plain[@]})) objects left out, whose inis change what is loaded"
[ ${#plain[@]} -gt 0 ] || { echo "no object is left"; exit 2; }
objects=("${plain[@]}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$corematrix" run -o "$scratch/ours" "$@" "${objects[@]}" >"$scratch/said" 2>&1 || [ $? = 1 ] || { cat "$scratch/said"; exit 3; }
# It prints all at its end, and has to come to that in the time that a loader has.
for ((i = 0; i < ${#objects[@]}; i += 12)); do
	some=("${objects[@]:i:12}") ships=()
	for object in "${some[@]}"; do ships+=(--ship "$object"); done
	"$corematrix" run -o "$scratch/theirs" "$@" --loader "$veristat" --loader-time 45 "${ships[@]}" -- \
		-o csv -e file,prog,verdict,insns,states,peak_states,max_states_per_insn "${some[@]}" >"$scratch/said" 2>&1 ||
		{ cat "$scratch/said"; exit 3; }
done

# kernel, object, program, verdict, instructions, states in all, at a time, at one instruction
jq -r '.cells[] | .kernel as $k | .object as $o | .programs[] | select(.verified_insns) |
	[$k, $o, .name, (if .loaded then "success" else "failure" end), .verified_insns, .total_states, .peak_states, .max_states] | @tsv' \
	"$scratch/ours/latest/results.json" | sort >"$scratch/a"
for log in "$scratch"/theirs/[0-9]*/*/object-*.log; do
	kernel=$(basename "$(dirname "$log")")
	awk -F, -v OFS='\t' -v kernel="$kernel" 'NF == 7 && /\.bpf\.o,/ { sub(/\.bpf\.o$/, "", $1); $1 = $1; print kernel, $0 }' "$log"
done | sort >"$scratch/b"
awk -F'\t' '
	NR == FNR { theirs[$1, $2, $3] = $4 " " $5 " " $6 " " $7 " " $8; verdict[$1, $2, $3] = $4; next }
	{ key = $1 SUBSEP $2 SUBSEP $3; ours = $4 " " $5 " " $6 " " $7 " " $8 }
	!(key in theirs) { alone++; next }
	$4 != verdict[key] { apart++; print $1 ": " $2 ": " $3 ": " $4 ", veristat: " verdict[key]; next }
	$4 == "success" { both++; if (ours != theirs[key]) { differ++; print $1 ": " $2 ": " $3 ": " ours ", veristat: " theirs[key] } }
	END {
		printf "%d programs loaded by both, %d of them with other figures; %d with another verdict; %d not seen by veristat\n", both, differ, apart, alone
		exit differ || !both
	}' "$scratch/b" "$scratch/a"

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Several builds of one object, and several variants: cells of their own, side by side, and what differs is told.

mkdir -p "$scratch/builds/one" "$scratch/builds/other"
cp build/tests/objects/built_twice.{bpf.o,ini} "$scratch/builds/one/"
cp build/tests/unguarded/built_twice.bpf.o "$scratch/builds/other/"
copy builds/one variants && copy builds/other variants
# Of what a kernel warns of once, the second is to be told as well.
copy builds/one kernel_warns && copy builds/other kernel_warns
check "two builds of an object, one ini, and their variants" status 0 " 20 cells: 20 as expected" \
	run --kernel 6.1-cloud --kernel newest-cloud --builds "$scratch/builds"
matrix=$scratch/results/latest/matrix.txt
# Of the block: between its heading and the count of objects that are the same.
block() { sed -n "/^between $1/,/under each\$/p" "$matrix" | sed '1d;$d'; }
exactly() {
	local wanted
	wanted="  built_twice on all 2 kernels: relocation on_exec byte_off struct task_struct.exit_code: none with one; resolved with other
  built_twice on all 2 kernels: on_exec peak_states: N with one; N with other
  built_twice on all 2 kernels: on_exec verified_insns: N with one; N with other"
	diff <(echo "$wanted") <(block builds | sed -E 's/: [0-9]+( to [0-9]+)? with one; [0-9]+( to [0-9]+)? with other$/: N with one; N with other/')
}
check "one relocation and the cost are told as exactly that" exactly
check "and the longer loop costs the most" latest '[.cells[] | select(.object | startswith("built_twice"))
	| {build, kernel, cost: .programs[0].verified_insns}] | group_by(.kernel) | length == 2 and
	all(sort_by(.build) | .[0].cost * 5 < .[1].cost)'
check "objects that are the same under each are counted" grep -qx '  4 of 5 objects are the same under each' "$matrix"
check "a flag in .rodata changes the value, and what is expected" latest '[.cells[] | select(.variant == "tracer")] |
	length == 4 and all(.verdict == "wrong" and .expected == "wrong" and .as_expected and
	([.truth[] | select(.ok | not) | .field] | unique == ["ppid"]))'
check "and only in that variant" latest '[.cells[] | select(.variant != "tracer" and (.object | startswith("variants")))] |
	length == 8 and all(.verdict == "pass" and .expected == "pass")'
check "another variant loads another program" latest '[.cells[] | select(.variant == "raw") | .programs[] |
	select(.loaded) | .name] | unique == ["on_exec_raw"]'
reproduced() {
	local command
	command=$(latest '[.cells[] | select(.variant == "tracer" and .build == "other")][0].reproduce' | jq -r .) || return 1
	eval "status 0 '1 cell: 1 as expected' $command -o '$scratch/again' -j 1"
}
check "one cell of them is repeated by the command that it names" reproduced

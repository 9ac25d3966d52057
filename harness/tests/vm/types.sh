# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Without a VM, or without a measurement.

check "relocations are where pahole and bpftool see the fields" harness/tests/offsets.sh "$corematrix" $(ls build/progs/*.bpf.o build/tests/objects/*.bpf.o | grep -v /module_)
check "predict tells between which kernels a field went" status 0 "byte_off struct kernfs_node___before_6_15.parent: moved 8:8 -> fatal" \
	"$corematrix" predict --boundaries --kernel '*-cloud' build/tests/objects/kernfs_parent.bpf.o
types_alone() {
	cp "$(ls -d images/6.12.*cloud*/btf | head -n 1)" "$scratch/6.12-elsewhere.btf" &&
		printf 'newest cloud\n%s\n' "$scratch/6.12-elsewhere.btf" >"$scratch/types.txt" &&
		status 0 "6.12-elsewhere x kernfs_parent: loads" run -k "$scratch/types.txt" build/tests/objects/kernfs_parent.bpf.o &&
		latest '.forecasts == [{kernel: "6.12-elsewhere", object: "kernfs_parent", predicted: "loads", reason: ""}] and (.kernels | length) == 1'
}
check "types alone are predicted and told as not measured" types_alone
check "the smallest BTF is made of a row of types, too" \
	status 0 "of the" "$corematrix" min-btf -k "$scratch/types.txt" -o "$scratch/smallest" build/tests/objects/kernfs_parent.bpf.o
check "in a file of its own" test -s "$scratch/smallest/6.12-elsewhere.btf"
printf '%s\n' "$scratch/6.12-elsewhere.btf" >"$scratch/only.txt"
check "a list of nothing but types is one for min-btf" \
	"$corematrix" min-btf -k "$scratch/only.txt" -o "$scratch/one.btf" build/tests/objects/kernfs_parent.bpf.o
check "and not for run" status 2 "no kernel to run, only types" run -k "$scratch/only.txt" build/tests/objects/kernfs_parent.bpf.o
check "nor for bench" status 2 "no kernel to measure, only types" \
	"$corematrix" bench -k "$scratch/only.txt" -o "$scratch/bench.json" build/tests/objects/kernfs_parent.bpf.o
check "kernels list tells of them" status 0 "types alone" "$corematrix" kernels list -k "$scratch/only.txt"
check "kernels fetch has nothing to do for them" "$corematrix" kernels fetch -k "$scratch/only.txt"
check "nor has verify" "$corematrix" kernels verify -k "$scratch/only.txt"
symbols_recorded() { for d in $(jq -r '.kernels[].release' "$scratch/results/latest/results.json"); do grep -qx vfs_read "images/$d/symbols" || return 1; done; }
check "the functions of a kernel that ran are recorded" symbols_recorded
# fetches one or two kernels of the mirror
swept() { "$corematrix" sweep -o "$scratch/sweep" --rows '6.12.110..6.16 cloud' build/progs/fixed_offset.bpf.o || [ $? = 1 ]; }
check "sweep finds the neighbours that differ" status 0 ": wrong: exec: comm is" swept
kept_types() { test -s "$(echo "$scratch"/sweep/latest/types/6.16.*.btf | cut -d" " -f1)"; }
check "and keeps the types of what it measured" kept_types
check "bisect finds the first kernel without the field" status 0 "it has similarly named members: __parent" \
	"$corematrix" bisect -o "$scratch/bisect" --good 6.12-cloud --bad 6.16-cloud build/tests/objects/kernfs_parent.bpf.o

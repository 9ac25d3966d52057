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
symbols_recorded() { for d in $(jq -r '.kernels[].release' "$scratch/results/latest/results.json"); do grep -qx vfs_read "images/$d/symbols" || return 1; done; }
check "the functions of a kernel that ran are recorded" symbols_recorded
# fetches one or two kernels of the mirror
check "bisect finds the first kernel without the field" status 0 "it has members called alike: __parent" \
	"$corematrix" bisect -o "$scratch/bisect" --good 6.12-cloud --bad 6.16-cloud build/tests/objects/kernfs_parent.bpf.o

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kernels of riscv64 beside the usual ones: the same bytes, booted and resumed; what is the processor's is told.

printf '%s\n' '6.1 cloud' '6.12 riscv64' >"$scratch/list"
if missing=$(without_agent riscv64 6.12-riscv64); then
	echo "skip  guests of riscv64: $missing (make ARCHES=riscv64 deps vm SECTIONS=riscv64)"
	check "a row that this program has no agent for is told" status 2 "list:2: this program carries no agent for guests of riscv64" foreign 6.12-riscv64
else
	all=(-k "$scratch/list")
	check "one object, the same bytes, is right on both architectures" status 0 "2 as expected" run "${all[@]}" --cold build/progs/exec_identity.bpf.o
	check "by its values, with relocations as predicted" latest '(.cells | length == 2 and all(.verdict == "pass" and
		(.relocations | length == 8 and all(.predicted == .outcome)) and ([.truth[] | select(.ok)] | length) == 70)) and
		([.kernels[].arch] | sort == ["riscv64", "x86_64"])'
	run "${all[@]}" --kernel '*riscv64' build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1
	check "a guest is resumed" status 0 "1 as expected" run "${all[@]}" --kernel '*riscv64' build/progs/exec_identity.bpf.o
	check "and was not booted" latest '.kernels | length == 1 and all(.attempts | length == 1 and .[0].start == "resume")'

	copy alone kprobe_exec
	check "an object with another processor's registers is refused" status 1 "compiled for another one" run "${all[@]}" --kernel 6.12-riscv64 "$scratch/alone/kprobe_exec.bpf.o"
	check "for its relocations" latest '.cells[0] | .verdict == "rejected" and .class == "relocation"'
	echo '6.12 riscv64 append="rdinit=/none"' >"$scratch/noinit"
	check "a kernel that panics is infra, and its console is shown" status 3 "Kernel panic" run -k "$scratch/noinit" --cold build/progs/exec_identity.bpf.o
	check "for the line that it ended with" latest '.kernels | length == 1 and (.[0] | .status == "infra" and (.reason | contains("Kernel panic - not syncing")))'
fi

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kernels of arm64 beside the usual ones: the same bytes, booted and resumed; what is the processor's is told.

printf '%s\n' '6.1 cloud' '6.1 cloud arch=arm64' '6.12 16k arch=arm64' >"$scratch/list"
if missing=$(without_agent aarch64 6.1-cloud-arm64); then
	echo "skip  guests of arm64: $missing (make ARCHES=aarch64 deps vm SECTIONS=arm64)"
	check "a row that this program has no agent for is told" status 2 "list:2: this program carries no agent for guests of aarch64" foreign 6.1-cloud-arm64
else
	all=(-k "$scratch/list")
	check "one object, the same bytes, is right on both architectures" status 0 "3 as expected" run "${all[@]}" --cold build/progs/exec_identity.bpf.o
	check "by its values, with relocations as predicted" latest '(.cells | length == 3 and all(.verdict == "pass" and
		(.relocations | length == 8 and all(.predicted == .outcome)) and ([.truth[] | select(.ok)] | length) == 70)) and
		([.kernels[].arch] | sort == ["aarch64", "aarch64", "x86_64"])'
	run "${all[@]}" --kernel '*arm64' build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1
	check "guests are resumed" status 0 "2 as expected" run "${all[@]}" --kernel '*arm64' build/progs/exec_identity.bpf.o
	check "both of them" latest '.kernels | length == 2 and all(.attempts | length == 1 and .[0].start == "resume")'

	mkdir "$scratch/own" && cp build/progs/kprobe_exec.bpf.o progs/kprobe_exec.ini "$scratch/own/"
	check "an object with another processor's registers is refused" status 1 "compiled for another one" run "${all[@]}" --kernel 6.1-cloud-arm64 "$scratch/own/kprobe_exec.bpf.o"
	check "for its relocations" latest '.cells[0] | .verdict == "rejected" and .class == "relocation"'
	cp build/progs/kprobe_exec.arm64.bpf.o "$scratch/own/"
	check "with a file beside it that is compiled for it, each has its own" status 0 "3 as expected" run "${all[@]}" "$scratch/own"
	check "and the result says which" latest '.objects | length == 1 and (.[0].files | length == 1 and .[0].arch == "aarch64" and (.[0].path | endswith("kprobe_exec.arm64.bpf.o")))'
	check "so it is predicted" status 0 "0 rejected, 0 unsure, 0 wrong" "$corematrix" predict "${all[@]}" "$scratch/own"
	own_registers() {
		"$corematrix" min-btf "${all[@]}" -o "$scratch/btf/" "$scratch/own" &&
			bpftool btf dump file "$scratch"/btf/6.1.*arm64.btf | grep "STRUCT 'user_pt_regs'" &&
			! bpftool btf dump file "$scratch"/btf/6.1.*amd64.btf | grep "STRUCT 'user_pt_regs'"
	}
	check "and its types are taken from each" own_registers
	check "a loader is not run there" status 2 "a loader needs rows of its own architecture" run "${all[@]}" --kernel '*arm64' --loader /bin/true
	echo '6.1 cloud arch=arm64 append="rdinit=/none"' >"$scratch/noinit"
	check "a kernel that panics is infra, and its console is shown" status 3 "Kernel panic" run -k "$scratch/noinit" --cold build/progs/exec_identity.bpf.o
	check "for the line that it ended with" latest '.kernels | length == 1 and (.[0] | .status == "infra" and (.reason | contains("Kernel panic - not syncing")))'
fi

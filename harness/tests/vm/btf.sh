# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# BTF from outside.

# Every program but those that need more of the kernel's types than relocations do, or are not whole.
co_re=()
for source in progs/*.bpf.c; do
	name=$(basename "$source" .bpf.c)
	case $name in no_btf | truncated | module_function) continue ;; esac
	# with the program that it includes, where it is a variant of one
	sources=("$source" $(sed -n 's,^#include "\(.*\.bpf\.c\)",progs/\1,p' "$source"))
	grep -qE 'SEC\("(fentry|fexit|fsession|fmod_ret|tp_btf|lsm|iter|\.struct_ops|[ku]probe\.session)|__ksym' "${sources[@]}" || co_re+=("build/progs/$name.bpf.o")
done
# Which code the verifier comes to is told by other types than those an object needs: there a minimal BTF leaves it open.
facts() {
	jq 'def told: if . == "guarded" or . == "fatal" or . == "unresolved" then "poisoned" else . end; [.cells[] | {kernel, object, verdict, class, relocations: [.relocations[] | {program, insn, kind, local, target, outcome, predicted: (.predicted | told)}]}]' \
		"$scratch/results/latest/results.json"
}
same_with_minimal_btf() {
	"$corematrix" min-btf "${co_re[@]}" "${some[@]}" -o "$scratch/min" && [ "$(ls "$scratch/min" | wc -l)" = 3 ] &&
		run "${some[@]}" "${co_re[@]}" && facts >"$scratch/own.facts" && latest 'all(.kernels[]; .btf == "")' &&
		run "${some[@]}" --btf "$scratch/min" "${co_re[@]}" && facts >"$scratch/min.facts" &&
		latest 'all(.kernels[]; .btf | test("min/.*[.]btf$"))' && cmp "$scratch/own.facts" "$scratch/min.facts"
}
check "min-btf: every verdict and relocation as with the kernel's own BTF" same_with_minimal_btf
# bpftool refuses an ambiguous object as a whole, and takes enums with all their values.
fields=(build/progs/{exec_identity,execve_comm,task_parent,task_state,nested_members,bitfield_read,missing_field}.bpf.o)
as_bpftool() {
	local btf kernel
	"$corematrix" min-btf "${fields[@]}" "${some[@]}" -o "$scratch/fields" || return 1
	for btf in "$scratch"/fields/*.btf; do
		kernel=images/$(basename "$btf" .btf)/btf
		bpftool gen min_core_btf "$kernel" "$scratch/theirs" "${fields[@]}" && bpftool btf dump file "$scratch/theirs" >"$scratch/theirs.txt" &&
			bpftool btf dump file "$btf" >"$scratch/ours.txt" && cmp "$scratch/theirs.txt" "$scratch/ours.txt" || return 1
	done
}
check "min-btf: the types are those that bpftool picks" as_bpftool
strange_btf() {
	"$corematrix" min-btf build/progs/exec_identity.bpf.o --kernel 6.1-rt -o "$scratch/strange.btf" &&
		printf '5.10 cloud btf=%s\n' "$scratch/strange.btf" >"$scratch/strange.txt" &&
		status 1 "wrong" run -k "$scratch/strange.txt" build/progs/exec_identity.bpf.o
}
check "btf= counts: with another kernel's types the fields are wrong" strange_btf
# 5.10 has request.rq_disk and 6.1 has not: the object, its ini and the prediction see the types that are in place.
asked_btf() {
	mkdir "$scratch/asked" && cp build/tests/objects/disk_name.bpf.o "$scratch/asked/" &&
		printf '[expect]\ndefault = rejected\nmissing request.rq_disk = degraded|unproven\n' >"$scratch/asked/disk_name.ini" &&
		"$corematrix" min-btf "$scratch/asked/disk_name.bpf.o" --kernel 6.1-rt -o "$scratch/asked.btf" &&
		printf '5.10 cloud btf=%s\n' "$scratch/asked.btf" >"$scratch/asked.txt" &&
		run -k "$scratch/asked.txt" "$scratch/asked/disk_name.bpf.o" &&
		latest '.cells[0].expected == "degraded|unproven"'
}
check "btf= counts: it answers the conditions of an ini" asked_btf
# A program that loads its own objects is not predicted, and its ini may ask all the same.
asked_loader() {
	cp "$(command -v bpftool)" "$scratch/tool" &&
		printf '[expect]\ndefault = rejected\nexists request.rq_disk = pass|unproven\nexists task_struct.gone = rejected\n' >"$scratch/tool.ini" &&
		run --kernel 5.10-cloud --loader "$scratch/tool" -- prog list &&
		latest '.cells[0] | .expected == "pass|unproven" and (.predicted // "") == ""'
}
check "a loader's ini is answered from the kernel's types" asked_loader
printf '6.1 rt\n6.1 cloud btf=%s/none.btf\n' "$scratch" >"$scratch/nobtf.txt"
check "btf= that is not there is told with its line" status 2 "nobtf.txt:2: btf=" run -k "$scratch/nobtf.txt" build/progs/exec_identity.bpf.o
printf '6.1 cloud btf=README.md\n' >"$scratch/nobtf.txt"
check "btf= that is no BTF is told with its line" status 2 "nobtf.txt:1: btf=README.md: neither BTF" run -k "$scratch/nobtf.txt" build/progs/exec_identity.bpf.o
check "--btf without a file for any kernel" status 2 "no RELEASE.btf" run --kernel 6.12-cloud --btf "$scratch/min" build/progs/exec_identity.bpf.o

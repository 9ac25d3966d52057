# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kernel modules.

with_module() {
	copy module module_function && mv "$scratch/module/module_function.bpf.o" "$scratch/module/without.bpf.o" &&
		sed '/^module/d; /^.sysctl/,/^$/d; /^.expect/,$d' "$scratch/module/module_function.ini" >"$scratch/module/without.ini" &&
		printf '[expect]\ndefault = rejected:attach-target\n' >>"$scratch/module/without.ini" &&
		status 0 " 0 unexpected, 0 infra" run "${some[@]}" build/progs/module_function.bpf.o "$scratch/module/without.bpf.o" \
			build/progs/module_fentry.bpf.o build/progs/exec_identity.bpf.o
}
check "a module is there for the objects that name it, and for no other" with_module
check "its function saw every connection" latest '[.cells[] | select(.object == "module_function")] | length == 3 and
	all(any(.truth[]; .workload == "tcp4" and .field == "sport" and .ok) and any(.truth[]; .workload == "tcp6" and .field == "dport" and .ok))'
module_offsets() {
	local release target
	jq -r '(.kernels | map({(.id): .release}) | add) as $r | .cells[] | select(.object == "module_function" and .verdict == "pass") |
		"\($r[.kernel]) \([.relocations[] | select(.spec == "struct westwood.snd_una")][0].target)"' "$scratch/results/latest/results.json" >"$scratch/offsets"
	[ "$(wc -l <"$scratch/offsets")" = 2 ] && while read -r release target; do
		[ "$(bpftool -B "images/$release/btf" btf dump file "images/$release/modules/tcp_westwood.ko" -j |
			jq '[.types[] | select(.kind == "STRUCT" and .name == "westwood").members[] | select(.name == "snd_una")][0].bits_offset / 8')" = "$target" ] || return 1
	done <"$scratch/offsets"
}
check "relocations by the module's types equal bpftool's offsets" module_offsets
disk_read() {
	status 0 "3 as expected" run "${some[@]}" build/progs/bio_disk.bpf.o &&
		latest '[.cells[].truth[] | select(.workload == "disk" and .ok) | .field] | length == 12 and unique == ["disk", "major", "pid", "sector"]'
}
check "a disk that a module makes is read, and seen as what it is" disk_read
no_module() {
	copy nomodule exec_identity && printf 'module = no_such_module\n[expect]\ndefault = pass\n' >"$scratch/append" &&
		sed '/^.expect/,$d' build/progs/exec_identity.ini >"$scratch/nomodule/exec_identity.ini" && cat "$scratch/append" >>"$scratch/nomodule/exec_identity.ini" &&
		status 0 " 0 unexpected" run --kernel 5.10-cloud "$scratch/nomodule/exec_identity.bpf.o" &&
		latest '.cells[0].reason | contains("module no_such_module: this kernel has no such module")'
}
check "an object whose module no kernel has is tried without it, and told" no_module

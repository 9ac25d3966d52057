# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kfuncs, struct_ops and sysctls.

copy ops struct_ops && cp "$scratch/ops/struct_ops.bpf.o" "$scratch/ops/again.bpf.o" && cp "$scratch/ops/struct_ops.ini" "$scratch/ops/again.ini"
check "a struct_ops is registered, called, and gone before the next object" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" "$scratch/ops/struct_ops.bpf.o" "$scratch/ops/again.bpf.o" build/progs/kfunc_present.bpf.o build/progs/kfunc_absent.bpf.o
check "it saw every connection" latest '[.cells[] | select(.object == "struct_ops" or .object == "again")] | length == 6 and
	all(all(.programs[]; .attached) and any(.truth[]; .workload == "tcp4" and .field == "sport" and .ok) and any(.truth[]; .workload == "tcp6" and .field == "dport" and .ok))'
check "a missing kfunc is named" latest '[.cells[] | select(.object == "kfunc_absent")] | all(.class == "kfunc" and (.reason | contains("kfunc_of_no_kernel")))'
foreign_sysctl() {
	copy sysctl exec_identity && sed 's/^.expect.$/[sysctl]\nnet.ipv4.no_such_thing = 1\n&/' build/progs/exec_identity.ini >"$scratch/sysctl/exec_identity.ini" &&
		status 3 "/proc/sys/net/ipv4/no_such_thing cannot be set" run --kernel 5.10-cloud "$scratch/sysctl/exec_identity.bpf.o"
}
check "a sysctl that no kernel has is infra, with its name" foreign_sysctl

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# The same kernels in other circumstances: in each an object that must fail there and one that must not, and a setting
# that does not take.

in_list() {
	local count=$1
	printf '%s\n' "${@:2:count}" >"$scratch/list"
	run -k "$scratch/list" "${@:2+count}"
}
# "KERNEL OBJECT VERDICT[:CLASS]", sorted
verdicts() {
	jq -r '.cells[] | "\(.kernel) \(.object) \(.verdict)\(if .class == "" then "" else ":" + .class end)"' "$scratch/results/latest/results.json" | sort
}

lsm() {
	status 0 " 0 unexpected, 0 infra" in_list 4 '5.10 cloud' '5.10 cloud env=lsm:bpf' '6.1 cloud env=lsm:none' 'newest cloud env=lsm:none' \
		build/progs/lsm_exec.bpf.o build/progs/exec_identity.bpf.o &&
		diff <(verdicts) - <<-END
			5.10-cloud exec_identity pass
			5.10-cloud lsm_exec silent
			5.10-cloud+lsm-bpf exec_identity pass
			5.10-cloud+lsm-bpf lsm_exec pass
			6.1-cloud+lsm-none exec_identity pass
			6.1-cloud+lsm-none lsm_exec silent
			newest-cloud+lsm-none exec_identity pass
			newest-cloud+lsm-none lsm_exec silent
		END
}
check "LSM programs run where bpf is a security module, and are silent where it is not" lsm
check "and the reason is named" latest '[.cells[] | select(.object == "lsm_exec" and .verdict == "silent") | .reason] | length == 3 and
	all(contains("bpf is not one of its security modules"))'
check "the kernels say of themselves what was set" latest '[.kernels[].circumstances // [] | .[] | "\(.asked) \(.found)"] ==
	["lsm:bpf lsm:bpf", "lsm:none lsm:none", "lsm:none lsm:none"]'

does_not_take() {
	status 3 "the row asks for lsm:bpf, which did not take: the guest finds lsm:none (/sys/kernel/security/lsm: lockdown,capability,yama)" \
		in_list 1 '5.10 cloud env=lsm:bpf append=lsm=lockdown,yama' build/progs/exec_identity.bpf.o &&
		latest '.kernels[0].status == "infra" and .kernels[0].circumstances[0].found == "lsm:none" and .cells[0].verdict == "infra"'
}
check "a setting that does not take is infra, and says what there is instead" does_not_take

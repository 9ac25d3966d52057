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
check "the report says what differs from the row without" grep -qzF "in other circumstances:
  lsm:bpf on 5.10-cloud: 1 of 2 cells as without
      lsm_exec on 5.10-cloud: pass in place of silent
  lsm:none 6.1-cloud+lsm-none, newest-cloud+lsm-none: compared with nothing" "$scratch/results/latest/matrix.txt"
check "the kernels say of themselves what was set" latest '[.kernels[].circumstances // [] | .[] | "\(.asked) \(.found)"] ==
	["lsm:bpf lsm:bpf", "lsm:none lsm:none", "lsm:none lsm:none"]'

does_not_take() {
	status 3 "the row asks for lsm:bpf, which did not take: the guest finds lsm:none (/sys/kernel/security/lsm: lockdown,capability,yama)" \
		in_list 1 '5.10 cloud env=lsm:bpf append=lsm=lockdown,yama' build/progs/exec_identity.bpf.o &&
		latest '.kernels[0].status == "infra" and .kernels[0].circumstances[0].found == "lsm:none" and .cells[0].verdict == "infra"'
}
check "a setting that does not take is infra, and says what there is instead" does_not_take

loading_process() {
	status 1 ", 0 infra" in_list 5 '5.10 cloud env=caps:none' '5.10 cloud env=namespace:container' '5.10 cloud env=tracefs:none,sys:read-only' \
		'5.10 cloud env=memlock:64k' '5.10 cloud env=cgroup:hybrid,namespace:pid' build/progs/exec_identity.bpf.o &&
		diff <(verdicts) - <<-END
			5.10-cloud+caps-none exec_identity rejected:permission
			5.10-cloud+cgroup-hybrid+namespace-pid exec_identity pass
			5.10-cloud+memlock-64k exec_identity rejected:permission
			5.10-cloud+namespace-container exec_identity rejected:permission
			5.10-cloud+tracefs-none+sys-read-only exec_identity rejected:attach-target
		END
}
check "what is asked of the process that loads decides what it may" loading_process
check "its kernel says so, and the advice names the row's words" latest '([.kernels[].circumstances[] | .asked == .found] | length == 7 and all) and
	([.cells[] | select(.verdict == "rejected") | .advice | contains("the row asks for env=")] | length == 4 and all)'

# Nothing can be asked of such a guest, and its kernel panics at once.
check "a kernel that is locked down from its start says so" status 3 "agent gives up: access to I/O ports: the kernel refuses it" \
	in_list 1 '6.1 cloud append="lockdown=integrity"' build/progs/exec_identity.bpf.o

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# More workloads, and settings of an ini.

objects=()
# the large ones have a section of their own
for object in build/tests/objects/*.bpf.o; do [[ $object == */verified_* ]] || objects+=("$object"); done
check "files, connections and settings: what was captured is true" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" "${objects[@]}"
check "file_truth: the inode is compared" latest 'any(.cells[].truth[]; .field == "ino" and .ok)'

# all but pid, whose events could not be told from anybody's
check "wrong_fields: every field is found out, on every kernel" latest '
	[.cells[] | select(.object == "wrong_fields")] | length == 3 and all(.verdict == "wrong" and
		(([.truth[] | select(.ok | not) | .field] | unique | length) >= 60) and
		([.truth[] | select(.ok) | .field] | unique == ["pid"]) and (.unchecked == ""))'
check "wrong_fields: each workload is in it" latest '
	all(.cells[] | select(.object == "wrong_fields");
		[.truth[].workload] | unique | contains(["cgroup", "exec", "exit", "exit-signal", "file", "fork", "mmap", "mount",
			"setuid", "signal", "tcp4", "timer", "udp4"]))'
# An event of a system call is found among the types by another name than other events: also where the ini names it.
copy hooked exec_identity
printf '\n[programs]\non_exec.attach_to = syscalls/sys_enter_execve\n' >>"$scratch/hooked/exec_identity.ini"
check "a target of the ini is predicted as a section's is" status 0 "1 pass" \
	run --kernel 6.1-cloud "$scratch/hooked/exec_identity.bpf.o"

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# More workloads, and settings of an ini.

check "files, connections and settings: what was captured is true" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" build/tests/objects/*.bpf.o
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

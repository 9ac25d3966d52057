# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kinds of programs that libbpf leaves to an object's own loader: attached, driven, and held against the truth.

some+=(--kernel 6.12-cloud)
kinds=(build/progs/{lsm_cgroup,netfilter,sk_lookup,sock_addr,sock_bind,sock_ops,socket_filter,tc_packet,tcx_packet,xdp_packet}.bpf.o)
check "programs of these kinds tell the truth on each kernel that has the kind" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${kinds[@]}"
check "by values, of every program" latest '[.cells[] | select(.verdict != "rejected")] | length == 35 and
	all(.verdict == "pass" and .evidence == "truth" and all(.programs[]; .attached and .run_cnt > 0))'
check "where the kernel lacks the kind, it is the kernel that does" latest '[.cells[] | select(.verdict == "rejected")] | length == 5 and
	all(.side == "kernel")'

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kinds of programs that libbpf leaves to an object's own loader: attached, driven, and held against the truth.

some+=(--kernel 6.12-cloud)
# Each kind, by values; NAME:MAJOR.MINOR where it came with that kernel.
kinds=(cgroup_skb device_access fexit_exec flow_dissector freplace function_session:7.0 function_sleepable:6.2 iter_bpf iter_cgroup:6.1 iter_files iter_link:6.0 iter_map iter_memory:6.16
	iter_network iter_sleepable:5.18 iter_socket_maps iter_sockets iter_unix:5.15 iter_vma:5.12 kprobe_multi:6.12 kprobe_session:6.12 lsm_cgroup:6.0 lsm_sleepable:5.11 lwt_in lwt_out lwt_segment lwt_xmit
	netfilter:6.4 netkit:6.7 perf_event qdisc:6.17 sched_ext:6.16 sk_lookup sk_msg sk_reuseport sk_skb sk_verdict:5.13 sock_addr sock_bind sock_life sock_message sock_names sock_ops sock_unix:6.7
	socket_filter sockopt syscall_program:5.14 sysctl_access tc_action tc_packet tcx_packet:6.6 uprobe uprobe_multi:6.6 uprobe_session:6.13 uprobe_sleepable:6.0 usdt library_call shell_line
	xdp_cpumap xdp_packet)
names=("${kinds[@]%:*}")
mapfile -t kind_objects < <(printf "build/progs/%s.bpf.o\n" "${names[@]}")
check "each kind tells the truth" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${kind_objects[@]}"
since=$(printf '%s\n' "${kinds[@]}" | awk -F: 'BEGIN { printf "{" } { split($2, v, "."); printf "%s\"%s\": %d", (NR > 1 ? ", " : ""), $1, v[1] * 1000 + v[2] } END { printf "}" }')
version='(.kernel | if startswith("newest") then 99000 else capture("(?<a>[0-9]+)\\.(?<b>[0-9]+)") | (.a | tonumber) * 1000 + (.b | tonumber) end)'
check "by values, of every program, on each kernel that has the kind" latest "$since as \$since | [.cells[] | select($version >= \$since[.object])] |
	length > 180 and all((.verdict == \"pass\" or .verdict == \"degraded\") and .evidence == \"truth\" and
		all(.programs[]; .attached and (.run_cnt > 0 or (.section | test(\"^(freplace|struct_ops)\")))))"
check "and where it has not, it is the kernel that lacks it" latest "$since as \$since | [.cells[] | select($version < \$since[.object])] |
	length > 35 and all(.verdict == \"rejected\" and (.side == \"kernel\" or (.side == null and .class == \"attach-target\")))"

effects=(device_deny function_replaced lwt_drop netkit_peer sk_migrate sk_skb_drop sock_rewrite sockopt_replace tc_drop tc_rewrite tcx_drop tracepoint_write xdp_drop xdp_redirect)
mapfile -t acting < <(printf "build/progs/%s.bpf.o\n" "${effects[@]}")
mistaken=(build/progs/{sock_rewrite_wrong,struct_ops_unused,tc_xdp_verdict,uprobe_offset,xdp_port_order}.bpf.o)
check "what programs of these kinds do is measured, and what they should do and do not" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" "${acting[@]}" "${mistaken[@]}"
check "effects that are as their ini says, and controls that are caught" latest '
	[.cells[] | select(.verdict == "pass")] as $acting | [.cells[] | select(.verdict == "wrong" or .verdict == "silent")] as $mistaken |
	($acting | length) == 49 and ($mistaken | length) == 20 and all($acting[]; .evidence == "truth" and (.effects != "" or .object == "sk_migrate") and all(.truth[]; .ok))'

# Without an ini: on two kernels, and what came later than the older of them on the other alone. A function for tests alone
# is called by nobody who is not told to, going through all symbols at every moment takes too long, and a module is the
# ini's to name.
bare=build/tests/bare
rm -rf "$bare"
mkdir -p "$bare/both" "$bare/newest"
for kind in "${kinds[@]}"; do
	case $kind in function_sleepable:* | iter_link:* | lwt_segment) continue ;; esac
	case $kind in *:7.* | *:6.1[3-9]) where=newest ;; *) where=both ;; esac
	cp "build/progs/${kind%:*}.bpf.o" "$bare/$where/"
done
cp build/tests/objects/xdp_several.bpf.o "$bare/both/"
check "without an ini they are attached where the subjects pass, and run" status 0 " 0 unexpected, 0 infra" \
	run --kernel newest-cloud --require ran "$bare/newest"
check "also on a kernel that is not the newest" status 0 " 0 unexpected, 0 infra" \
	run --kernel 6.12-cloud --kernel newest-cloud --require ran "$bare/both"
check "of several for a place with room for one the first is there, and the others are told" latest '[.cells[] |
	select(.object == "xdp_several")] | length == 2 and all([.programs[].attached] == [true, false, true, false] and (.reason | contains("program first is where")))'

# Nothing of what makes them run: no packet is sent, no call made. A clock finds somebody at work all the same, and some
# iterators somebody whom they tell of.
away=build/tests/away
rm -rf "$away"
mkdir -p "$away"
for name in "${names[@]}" "${effects[@]}" struct_ops; do
	case $name in perf_event | sched_ext | iter_files | iter_link | iter_map | iter_memory | iter_sleepable | iter_vma) continue ;; esac
	cp "build/progs/$name.bpf.o" "$away/"
	sed 's/^workload = .*/workload = mount/; /^\[effect\]/,/^$/d' "progs/$name.ini" >"$away/$name.ini"
done
check "without what makes them run, none passes" status 1 " 0 infra" run --kernel newest-cloud "$away"
check "and each is silent or unproven" latest '[.cells[]] | length > 40 and all(.verdict == "silent" or .verdict == "unproven")'

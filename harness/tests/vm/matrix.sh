# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# The default matrix, and what a resumed guest says beside what its booted one did.

# Booted: saving guests that are not resumed below would take longer.
check "every cell of the default matrix is as expected" status 0 " 0 unexpected, 0 infra" run --cold build/progs/*.bpf.o
cp -r "$(realpath "$scratch/results/latest")" "$scratch/cold"
check "it has at least 18 kernels" latest '[.kernels[] | select(.status == "ok")] | length >= 18'
check "exec_identity: six fields true for every subject on every kernel" latest '
	[.cells[] | select(.object == "exec_identity")] as $c | ($c | length) >= 18 and
	all($c[]; . as $cell | all("exec", "exec-thread", "exec-child", "exec-comm", "exec-uid"; . as $w |
		all("pid", "tgid", "ppid", "comm", "uid", "start_time"; . as $f |
			any($cell.truth[]; .workload == $w and .field == $f and .ok))) and all($cell.truth[]; .ok))'
check "a control with another layout is wrong, and the hint says stale offset" latest '
	[.cells[] | select(.object == "fixed_offset" and .verdict == "wrong")] |
	length > 0 and all(any(.truth[]; .ok == false and (.hint | contains("stale offset"))))'
check "missing_field is rejected and the field is named" latest '
	[.cells[] | select(.object == "missing_field")] | length > 0 and
	all(.verdict == "rejected" and .class == "relocation" and (.reason | contains("pid_of_no_kernel")))'
check "no_btf is told apart" latest 'all(.cells[] | select(.object == "no_btf"); .class == "object-no-btf")'
check "at least 25 fields are compared and true, on every kernel" latest '
	[.kernels[].id] as $k | .cells as $c | all($k[]; . as $id |
		[$c[] | select(.kernel == $id and (.verdict == "pass" or .verdict == "degraded")) | .truth[] | select(.ok) | .field] |
		unique | length >= 25)'
check "no relocation's witnesses disagree" latest 'all(.cells[].relocations[]; .disagreement == "" or .disagreement == null)'
check "junit.xml is XML" xmllint --noout "$scratch/results/latest/junit.xml"
check "the page has every object" test "$(grep -c '^<script type="application/json" id="o' "$scratch/results/latest/index.html")" = "$(jq '.objects | length' "$scratch/results/latest/results.json")"
check "the reports can be rendered again" status 0 " 0 unexpected" "$corematrix" report "$scratch/results/latest"

# Where bpftool says that a field is, there its relocation went.
offsets_of_latest() {
	local release spec target wanted before="" seen=0 bad=0
	while read -r release spec target; do
		[ "$release" = "$before" ] || bpftool btf dump file "images/$release/btf" -j |
			jq '[.types[] | select(.kind == "STRUCT" and .name == "task_struct")][0].members' >"$scratch/members"
		[ "$release" = "$before" ] || seen=$((seen + 1))
		before=$release
		wanted=$(jq --arg m "${spec##*.}" '[.[] | select(.name == $m)][0].bits_offset / 8' "$scratch/members")
		[ "$wanted" = "$target" ] || { echo "$release $spec: $target, bpftool says $wanted"; bad=1; }
	done < <(jq -r '(.kernels | map({(.id): .release}) | add) as $r |
		.cells[] | select(.object == "exec_identity" and (.kernel | IN("5.10-cloud", "6.1-rt", "newest-cloud"))) | .kernel as $k |
		.relocations[] | select(.kind == "byte_off" and .target != null) |
		select(.spec | test("task_struct[.][a-z_]+$")) | "\($r[$k]) \(.spec | gsub("struct "; "") | gsub(" .*"; "")) \(.target)"' \
		"$scratch/results/latest/results.json" | sort -u)
	[ $seen = 3 ] && return $bad
}
check "relocation targets equal bpftool's offsets" offsets_of_latest

# Every way to attach, every workload, every verdict; the others differ from these in what the verifier sees.
resumed=(cgroup_attach cred_change exec_identity exec_ppid_printk fentry_exec file_open fixed_offset fork_exit iter_task
	kfunc_present kprobe_exec lsm_exec missing_field mmap_region module_function mount_point never_fires no_btf
	raw_tp_exec ring_or_perf signal_deliver skb_ports struct_ops task_state timer_sleep tp_btf_sock type_matches udp_send)
# How often a timer goes off, or a packet is sent again, is chance: facts are compared, not how many events told them.
same_as_cold() {
	local name objects=()
	for name in "${resumed[@]}"; do objects+=("build/progs/$name.bpf.o"); done
	run "${some[@]}" "${objects[@]}" && cp -r "$(realpath "$scratch/results/latest")" "$scratch/resumed" &&
		jq -e 'all(.kernels[]; .start == "resume")' "$scratch/resumed/results.json" &&
		jq -e 'all(.kernels[]; .start == "boot")' "$scratch/cold/results.json" &&
		for d in resumed cold; do
			jq --slurpfile resumed "$scratch/resumed/results.json" '[$resumed[0].kernels[].id] as $ids |
				[$resumed[0].objects[].name] as $names | [.cells[] | select((.kernel | IN($ids[])) and (.object | IN($names[]))) |
				{kernel, object, verdict, class, programs: [.programs[] | {name, loaded, attached}],
				relocations: [.relocations[] | {program, insn, local, target, outcome}],
				truth: ([.truth[] | {workload, field, ok, comm: (if .field == "comm" and .ok then .observed else null end)}] | unique)}]' \
				"$scratch/$d/results.json" >"$scratch/$d.facts" || return 1
		done && [ "$(jq length "$scratch/cold.facts")" = $((3 * ${#resumed[@]})) ] && cmp "$scratch/resumed.facts" "$scratch/cold.facts"
}
check "a resumed guest and a booted one say the same" same_as_cold

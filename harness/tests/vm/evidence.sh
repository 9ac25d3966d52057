# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# How far a cell came, and who counted it.

some+=(--kernel 6.12-cloud)
check "what cannot be compared is unproven, and as expected without an ini" status 0 "4 ran, 4 loaded alone" \
	run "${some[@]}" build/tests/objects/{loaded,runs}_alone.bpf.o
check "loaded, attached, ran are told apart, per program" latest '
	[.cells[] | select(.object == "loaded_alone")] as $l | [.cells[] | select(.object == "runs_alone")] as $r |
	($l | length) == 4 and ($r | length) == 4 and all($l[], $r[]; .verdict == "unproven") and
	all($l[]; .evidence == "loaded" and all(.programs[]; .evidence == "loaded" and .run_cnt == 0)) and
	all($r[]; .evidence == "ran" and ([.programs[] | {(.name): .evidence}] | add) ==
		{on_exec: "ran", on_getcpu: "attached", on_unknown: "ran"})'
check "--require: less evidence is unexpected, and named" status 1 'its evidence is "loaded", but "ran" is required' \
	run "${some[@]}" --require ran build/tests/objects/{loaded,runs}_alone.bpf.o
check "--require: as much is not" status 0 " 0 unexpected, 0 infra" run "${some[@]}" --require truth build/progs/exec_identity.bpf.o
# Each of its runs hands over one event: the ring buffer counts beside the kernel.
check "run_cnt is what the ring buffer counts" latest '[.cells[]] | length == 4 and
	all(.evidence == "truth" and .events >= 7 and all(.programs[]; .evidence == "truth" and .run_cnt == .workload_runs)) and
	all(.events == ([.programs[].run_cnt] | add))'
check "an unknown level is refused" status 2 "loaded, attached, ran, events or truth" run --require gold build/progs/exec_identity.bpf.o

check "events of no known type, and printed lines, are compared by what was learnt" status 0 "8 proven by values" \
	run "${some[@]}" build/tests/objects/learn_{record,printed}.bpf.o
check "where the values stand, on how many kernels" latest '[.cells[] | select(.object == "learn_record")] | length == 4 and
	all(.verdict == "pass" and .learnt == "ppid@4:4 comm@8:16 pid@24:4 pid@28:4 uid@32:8, by 7 of 7 subjects on 4 of 4 kernels")'
check "printed: by number, and by name" latest '[.cells[] | select(.object == "learn_printed")] | length == 4 and
	all(.verdict == "pass" and (.learnt | startswith("comm@%1 pid@%2 ppid@%3, by 7 of 7 subjects on 4 of 4")) and
		any(.truth[]; .field == "parent" or .field == "comm@%1"))'
written() {
	local inis=("$scratch"/written/learn_{map,printed,record}.ini) sum
	mkdir "$scratch/written" && cp build/tests/objects/learn_{map,printed,record}.bpf.o "$scratch/written" &&
		run "${some[@]}" --write-ini "$scratch"/written/*.bpf.o && sum=$(cat "${inis[@]}" | cksum) &&
		run "${some[@]}" --write-ini "$scratch"/written/*.bpf.o && [ "$sum" = "$(cat "${inis[@]}" | cksum)" ] &&
		latest '.cells | length == 12 and all(.verdict == "pass" and .evidence == "truth" and (.learnt // "") == "")'
}
check "what was learnt is written into inis, which say the same, and are not changed" written
shifted() {
	run "${some[@]}" build/tests/unguarded/learn_{record,printed}.bpf.o
	[ $? = 1 ] && latest '[.cells[] | select(.object == "learn_record")] | length == 4 and
		([.[] | select(.verdict == "pass") | .kernel] == ["6.12-cloud"]) and
		all(.[] | select(.kernel != "6.12-cloud"); .verdict == "wrong" and all(.truth[]; .ok == (.field != "comm@8:16")))' &&
		latest '[.cells[] | select(.object == "learn_printed")] | length == 4 and all(.verdict == "wrong")'
}
check "a name read at one kernel's offset is wrong on the others; parent and pid swapped are wrong" shifted

printf '%s cloud processors=2\n' 5.10 6.1 6.12 newest >"$scratch/two.txt"
check "on two processors a sum over both is right" status 0 "4 proven by values" run -k "$scratch/two.txt" build/tests/objects/percpu_sum.bpf.o
counted_here() {
	run -k "$scratch/two.txt" build/tests/unguarded/percpu_sum.bpf.o
	[ $? = 1 ] && latest '.cells | length == 4 and all(.verdict == "wrong" and any(.truth[]; .ok == false and .field == "execs"))'
}
check "a sum that counts one processor alone is wrong" counted_here
acting=(build/progs/{deny_connect,deny_nothing,end_by_signal}.bpf.o)
check "effects that an ini expects, and one that does not appear" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${acting[@]}"
check "they were compared" latest '[.cells[] | select(.object != "deny_nothing" and .kernel != "5.10-cloud")] | length == 6 and
	all(.verdict == "pass" and .evidence == "truth" and all(.truth[]; .ok) and (.effects | contains("EPERM") or contains("SIGKILL")))'
check "what an object does to the harness's own hands is named, and no fault of the harness" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" build/tests/objects/{deny_all,kill_exec,other_file}.bpf.o build/tests/unguarded/kill_exec.bpf.o build/progs/exec_identity.bpf.o
check "by what it comes to" latest '[.cells[] | select(.kernel != "5.10-cloud")] as $c | ($c | length) == 15 and
	all($c[] | select(.object == "deny_all"); .evidence == "events" and (.effects | contains("reading /proc: EPERM"))) and
	all($c[] | select(.object == "kill_exec"); .effects == "exec: SIGKILL (exec)") and
	all($c[] | select(.object == "kill_exec-2"); .effects == "whatever the harness does: SIGKILL") and
	all($c[] | select(.object == "other_file"); .effects | startswith("exec: E")) and
	all($c[] | select(.object == "exec_identity"); .verdict == "pass")'

check "values come from maps and variables too" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" build/progs/{global_variables,map_entries,map_fixed_offset,task_storage}.bpf.o build/tests/objects/learn_map.bpf.o
check "of entries by names, of variables, of task storage" latest '
	[.cells[] | select(.verdict == "pass" and .source == "map")] as $c | ($c | length) == 16 and
	all($c[] | select(.object == "map_entries"); [.truth[].field] | unique | contains(["comm", "pid", "ppid", "uid"])) and
	all($c[] | select(.object == "task_storage"); [.truth[].field] | unique | contains(["comm", "pid", "ppid"])) and
	all($c[] | select(.object == "global_variables"); [.truth[].field] | unique | contains(["task.comm", "task.pid", "task.ppid"])) and
	all($c[] | select(.object == "learn_map"); .learnt | startswith("pid@0:4 ppid@4:8 comm@12:16, by 7 of 7 subjects on 4 of 4"))'
check "a type comes from the file that its ini names" status 0 "4 proven by values" run "${some[@]}" build/tests/objects/types_elsewhere.bpf.o
check "all of its members are read" latest '[.cells[]] | length == 4 and all(.verdict == "pass" and .event_type == "exec_record" and
	([.truth[].field] | unique == ["comm", "task.pid", "task.ppid", "uid"]))'
ways=(build/progs/{cgroup_storage,inode_storage,lru_entries,map_in_map,percpu_entries,queue_entries,socket_storage}.bpf.o)
check "from every kind of map that holds values" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${ways[@]}"
check "each is compared wherever the kernel has the kind" latest '
	def fields: [.truth[] | select(.ok) | .field] | unique;
	[.cells[] | select(.verdict == "pass")] as $c | ($c | length) == 25 and
	all($c[] | select(.object == "cgroup_storage" or .object == "map_in_map"); fields | contains(["comm", "pid", "ppid"])) and
	all($c[] | select(.object == "inode_storage"); fields | contains(["comm", "ino", "pid", "uid"])) and
	all($c[] | select(.object == "lru_entries"); fields == ["pid", "ppid"]) and
	all($c[] | select(.object == "percpu_entries"); fields == ["comm", "pid", "ppid", "uid"]) and
	all($c[] | select(.object == "queue_entries"); fields == ["comm", "pid", "ppid"]) and
	all($c[] | select(.object == "socket_storage"); fields == ["comm", "daddr", "dport", "pid"])'
check "from perf buffers and printed lines, named by the ini, by the line or by nobody" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" build/progs/{exec_vprintk,perf_output,printed_line,swapped_line}.bpf.o
check "each of them is compared" latest '[.cells[] | select(.verdict == "pass")] as $c | ($c | length) == 11 and
	all($c[] | select(.object == "exec_vprintk"); [.truth[].field] | unique == ["comm", "gid", "pid", "ppid", "uid"]) and
	all($c[] | select(.object == "printed_line"); .learnt | startswith("comm@%1 pid@%2 ppid@%3, by 7 of 7 subjects on 4 of 4"))'

# The same programs with and without what makes their hooks run.
drives=(block_write direct_reclaim ext4_sync)
check "what memory, disks and file systems do is compared" status 0 "3 proven by values" run --kernel 6.1-cloud build/progs/{block_write,direct_reclaim,ext4_sync}.bpf.o
undriven() {
	local name
	mkdir "$scratch/undriven" && for name in "${drives[@]}"; do
		cp "build/progs/$name.bpf.o" "$scratch/undriven" &&
			printf '[object]\nsource = ringbuf\nevent = event\nworkload = exec\n[expect]\ndefault = silent\n' >"$scratch/undriven/$name.ini" || return 1
	done
	status 0 "never driven" run --kernel 6.1-cloud "$scratch"/undriven/*.bpf.o &&
		latest '.cells | length == 3 and all(.verdict == "silent" and all(.programs[]; .evidence == "attached" and .run_cnt == 0)) and
			([.[].programs[].never_driven] | sort) == ["ext4_sync_file", "mm_vmscan_direct_reclaim_begin", "submit_bio"]'
}
check "without the drive it is silent, and the hook is told" undriven
check "hooks that are known by their part of the kernel alone are driven" status 0 " 0 unexpected, 0 infra" \
	run --kernel 6.1-cloud --kernel newest-cloud build/tests/objects/hooks_beside.bpf.o
check "each of them" latest '.cells | length == 2 and all(.programs | length == 17 and all(.evidence == "ran"))'

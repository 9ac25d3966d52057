# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Another loader, which shares no code with the agent, says the same; a program that loads its own objects.

check "what loads, alone or as a whole, is what plain libbpf loads" harness/tests/opinions.sh "$corematrix" \
	build/tests/independent_loader "$scratch/opinions" build/progs/{exec_identity,missing_field,no_btf,kconfig_values}.bpf.o \
	build/tests/{objects,unguarded}/disk_name.bpf.o -- -j "$jobs" "${some[@]}"
another_opinion() {
	sed -i '1s/"loaded":true/"loaded":false/' "$scratch/opinions/loader.jsonl" && harness/tests/opinions.sh \
		"$corematrix" build/tests/independent_loader "$scratch/opinions" none -- "${some[@]}"
}
check "one that says something else is noticed" status 1 "1 differences" another_opinion

check "bpftool runs in the guests, with its libraries" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" --loader "$(command -v bpftool)" -- prog list
check "bpftool loads an object that is shipped" status 0 " 0 unexpected, 0 infra" run "${some[@]}" \
	--loader "$(command -v bpftool)" --ship build/progs/exec_identity.bpf.o \
	-- prog loadall build/progs/exec_identity.bpf.o /sys/fs/bpf/all
seen_loaded='[.cells[0].programs[] | select(.loaded and .section == "tp/sched/sched_process_exec")] | length == 1'
seen_relocations='[.cells[0].relocations[] | select(.object == "exec_identity" and .target != null)] | length > 5'
check "and is seen to, from outside" latest "($seen_loaded) and ($seen_relocations)"
check "and what that costs, where the kernel tells" latest 'all(.cells[] | select(.kernel != "5.10-cloud"); [.programs[] | select(.loaded and
	.section == "tp/sched/sched_process_exec") | .verified_insns > 90 and .insns_limit == 1000000 and .jited_bytes > 0] | all and length == 1)'
check "what it cannot load has the class of its output" status 1 "rejected:relocation" run "${some[@]}" \
	--loader "$(command -v bpftool)" --ship build/progs/missing_field.bpf.o \
	-- prog loadall build/progs/missing_field.bpf.o /sys/fs/bpf/all
left_behind='[.cells[0].programs[] | select(.attached and .evidence == "ran" and .workload_runs > 0)] | length == 1'
check "what is left behind by one that attaches and ends is seen to run" status 0 "1 ran" run --kernel newest-cloud \
	--loader build/tests/loaders/libbpf --ship build/progs/exec_identity.bpf.o -- -p build/progs/exec_identity.bpf.o
check "because of the workloads" latest "$left_behind"
if bpftool prog help 2>&1 | grep -q autoattach; then
	check "as of bpftool that attaches by itself" status 0 "1 ran" run --kernel newest-cloud --loader "$(command -v bpftool)" \
		--ship build/progs/exec_identity.bpf.o -- prog loadall build/progs/exec_identity.bpf.o /sys/fs/bpf/all autoattach
fi
# By netlink, which has no link and no descriptor of its own; no packet comes by.
if command -v dash tc ip >"$scratch/programs"; then
	cp "$(command -v dash)" "$scratch/sh"
	printf '[object]\nmodule = sch_ingress, cls_bpf\nworkload = exec\n' >"$scratch/sh.ini"
	check "what ip and tc hang to an interface loads" status 0 " 0 unexpected, 0 infra" run --kernel newest-cloud \
		--ship "$(command -v ip)" --ship "$(command -v tc)" --ship /bin/sleep \
		--ship build/progs/xdp_packet.bpf.o --ship build/progs/tc_packet.bpf.o --loader "$scratch/sh" -- -ec \
		"ip link set lo xdpgeneric obj build/progs/xdp_packet.bpf.o sec xdp; tc qdisc add dev lo clsact
		tc filter add dev lo ingress bpf direct-action obj build/progs/tc_packet.bpf.o sec tc; exec sleep 1000"
	check "and is seen to be attached, though it never ran" latest \
		'[.cells[0].programs[] | select(.attached and .run_cnt == 0) | .section] | sort == ["tc", "xdp"]'
fi
check "a program that runs until it is stopped passes" status 0 "until it was stopped" \
	run --kernel newest-cloud --loader-time 1 --loader /bin/sleep -- 1000
check "a script is refused" status 2 "is a script" run --loader harness/tests/vm.sh

# Go's, where the release has the packages for it; the first versions of its library cannot read the types of later kernels.
if [ -x build/tests/loaders/cilium ]; then
	check "what a Go program prints is held against the truth" status 0 "0 of them differ; 1 proven by values" run \
		--kernel 5.10-cloud --loader-time 45 --loader build/tests/loaders/cilium -- -c 30
	check "and its relocations are those that were predicted" latest \
		'[.cells[0].relocations[] | select(.outcome != "not-attempted" and .outcome == .predicted)] | length > 5'
fi

if [ -x build/tests/loaders/light ]; then
	check "what a program in the kernel loads is listed by the kernel's own list" status 0 "1 ran" run --kernel newest-cloud \
		--loader build/tests/loaders/light
	check "with how often it ran, and the program that loaded it is hung nowhere" latest '.cells[0].programs |
		any(.[]; .name == "on_exec" and .type == "raw_tracepoint" and .evidence == "ran" and .workload_runs > 0) and
		any(.[]; .type == "syscall" and .loaded and (.attached | not))'
	check "and why nothing more is known of it" grep -q "on_exec (raw_tracepoint) came into the kernel by a way that is not seen" \
		"$scratch/results/latest/newest-cloud/object-light.log"
fi

for rust in aya libbpf-rs; do
	[ -x build/tests/loaders/$rust ] || continue
	check "what a Rust program on $rust prints is held against the truth" status 0 "0 of them differ; 1 proven by values" run \
		--kernel newest-cloud --loader-time 45 --loader build/tests/loaders/$rust -- -c 30
	check "and its relocations are those that were predicted" latest \
		'[.cells[0].relocations[] | select(.outcome != "not-attempted" and .outcome == .predicted)] | length > 5'
done

# One of two objects that include the same source, and one that is relocated against a module's types, are among them.
check "a loader's relocations are seen from outside as by three witnesses" status 0 " 0 differences, 0 unseen" \
	harness/tests/outside.sh "$corematrix" build/tests/loaders/libbpf "$scratch/outside" \
	build/progs/{exec_identity,task_state,missing_field,global_guard,xdp_redirect,xdp_frags_redirect,module_function}.bpf.o \
	-- -j "$jobs" "${some[@]}"
check "as they were predicted, with the module that its ini names" jq -e '[.cells[].relocations[] |
	select(.object == "module_function" and .outcome != "not-attempted")] | length > 5 and all(.[]; .outcome == .predicted)' \
	"$scratch/outside/loader/latest/results.json"
check "and what the verifier says of its stack is read on each kernel" jq -e '[.cells[] | select(.object == "exec_identity") |
	.programs[0].stack_depth] | length == 3 and all(. > 0)' "$scratch/outside/agent/latest/results.json"
another_value() {
	sed -i '0,/"moved /s//"moved 1/' "$scratch/outside/loader.records" &&
		harness/tests/outside.sh "$corematrix" none "$scratch/outside" none -- "${some[@]}"
}
check "and one that is another is noticed" status 1 " 1 differences" another_value

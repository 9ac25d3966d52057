# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# It goes red.

# Each program of progs/ with another expectation: controls with none, the others with one of failure.
turned_round() {
	local ini name
	mkdir -p "$scratch/round"
	for ini in build/progs/*.ini; do
		name=$(basename "$ini" .ini)
		cp "build/progs/$name.bpf.o" "$scratch/round/"
		if grep -q '^control = yes' "$ini"; then
			sed '/^control/d; /^\[expect\]/,$d' "$ini" >"$scratch/round/$name.ini"
		else
			{ sed '/^\[expect\]/,$d' "$ini" && printf '[expect]\ndefault = rejected:helper\n'; } >"$scratch/round/$name.ini"
		fi
	done
	status 1 "unexpected" run "${some[@]}" "$scratch"/round/*.bpf.o
}
check "controls without their expectation, and good programs with one of failure, turn the run red" turned_round
check "each control that fails is unexpected by itself, and no other" latest '
	([.objects[] | select(.control) | .name] | length) == 0 and all(.cells[]; .as_expected ==
		(if .expected == "rejected:helper" then .class == "helper"
		else (.verdict | IN("pass", "degraded", "unproven")) and (.kernel_said | not) end))'
red_for_each_control() {
	local name wrong=0
	while read -r name; do
		jq -e --arg n "$name" 'any(.cells[]; .object == $n and (.as_expected | not))' "$scratch/results/latest/results.json" \
			>/dev/null || { echo "$name: no kernel of three turned red"; wrong=1; }
	done < <(grep -l '^control = yes' build/progs/*.ini | xargs -n 1 basename -s .ini)
	return $wrong
}
check "each control turns at least one of three kernels red" red_for_each_control
copy wrong fixed_offset && sed -i '/^moved/d; /^control/d' "$scratch/wrong/fixed_offset.ini"
check "a control without its expectation turns the run red" status 1 "stale offset" run --kernel newest-cloud "$scratch/wrong/fixed_offset.bpf.o"
copy good exec_identity && printf '[expect]\ndefault = wrong\n' >>"$scratch/good/exec_identity.ini"
check "a good program that is expected to fail turns it red" status 1 "1 unexpected" run --kernel newest-cloud "$scratch/good/exec_identity.bpf.o"
printf '%s\n' "6.1 rt id=other append=\"rdinit=/nothing\"" >"$scratch/noinit.txt"
check "a kernel that panics is infra, with its line" \
	status 3 "Kernel panic" run -k "$scratch/noinit.txt" --repeat 2 build/progs/exec_identity.bpf.o
each_console_is_kept() {
	local console
	latest '(.kernels[0].attempts | map(.console) | unique | length) == 4' || return 1
	latest '.cells[0].log == .kernels[0].attempts[1].console' || return 1
	while read -r console; do
		grep -q "Kernel panic" "$scratch/results/latest/$console" || { echo "$console: without the panic"; return 1; }
	done < <(jq -r '.kernels[0].attempts[].console' "$scratch/results/latest/results.json")
}
check "each attempt that failed keeps its console" each_console_is_kept
# The second of three VMs dies: what the others measured does not hide it.
lost_repeat() {
	local pid results=$scratch/lost
	"$corematrix" run --cold -j 1 -o "$results" --kernel newest-cloud --repeat 3 build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1 &
	pid=$!
	until [ -e "$results/latest/newest-cloud/qemu-2.sh" ] && pkill -KILL -P $pid qemu; do
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	wait $pid
	[ $? = 3 ] && grep -q 'attempt 2 of 3.*signal 9.*see newest-cloud/console-2.log' "$scratch/said" &&
		jq -e '.cells[0] | .verdict == "infra" and .runs == 3 and .differing == 1 and .log == "newest-cloud/console-2.log"' \
			"$results/latest/results.json"
}
check "a VM lost among repeats makes its cell infra, and its console is named" lost_repeat

check "a prediction that is wrong contradicts the measurement" status 4 "predicted the value" \
	"$(dirname "$corematrix")/tests/bin/corematrix-wrong" run -j "$jobs" -o "$scratch/results" --kernel newest-cloud build/progs/exec_identity.bpf.o

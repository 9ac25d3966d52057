# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# No false word: what must not be said, and what is predicted and comes true.

some+=(--kernel 6.12-cloud)
objects=build/tests/objects
check "programs that hand nothing over are not silent; weak externs and bpf_throw() are foreseen" \
	status 0 " 0 unexpected, 0 infra" run "${some[@]}" $objects/{quiet_hook,quiet_alone,elsewhere_alone,unused_buffer,throws,weak_externs,weak_mixed}.bpf.o
check "of a program with nothing to report no event is missed" latest '
	[.cells[] | select(.object == "quiet_hook")] as $h | [.cells[] | select(.object == "quiet_alone")] as $a |
	($h | length) == 4 and all($h[]; .verdict == "pass") and
	($a | length) == 4 and all($a[]; .verdict == "unproven" and .evidence == "ran")'
check "nor of a hook that works, though not for the workload that the ini names" latest '
	[.cells[] | select(.object == "elsewhere_alone")] | length == 4 and all(.verdict == "unproven" and .evidence == "events" and
		all(.programs[]; .run_cnt > 0 and .workload_runs == 0))'
check "a buffer that no program uses hides no map" latest '[.cells[] | select(.object == "unused_buffer")] | length == 4 and
	all(.verdict == "pass" and .source == "map" and (.learnt | contains("pid@0:4")))'
check "weak externs that are 0 are a fallback, foreseen and named" latest '.cells as $all | [.cells[] | select(.object == "weak_externs")] |
	length == 4 and all(.verdict == "degraded" and .predicted == "fallback" and
		(.absent_externs | test("\\bbpf_no_such_kfunc\\b"))) and
	all($all[] | select(.object == "weak_mixed"); .predicted == (if .verdict == "pass" then "loads" else "unsure: extern" end))'
check "behind bpf_throw() nothing is reached" latest '[.cells[] | select(.object == "throws")] | length == 4 and
	all(.verdict == "degraded" and .predicted == "fallback" and .disagreement == "")'

# Each program is tried by itself; what was said of it is held against that.
check "arguments of functions: what is foreseen" status 0 "4 rejected, 0 unsure" \
	"$corematrix" predict "${some[@]}" -o "$scratch" $objects/other_arguments.bpf.o
foreseen() {
	jq -e '[.cells[] | {(.kernel): ([.findings[] | {(.program): (if .forecast == "rejected" then .class else .forecast end)}] | add)}] | add |
		.["5.10-cloud"] == {many: "attach-target", beyond: "verifier", larger: "verifier"} and
		.["6.1-rt"] == {moved: "wrong", many: "attach-target", larger: "verifier"} and
		.["6.12-cloud"] == {moved: "wrong", nullable: "verifier", range: "verifier", larger: "verifier"} and
		.["newest-cloud"] == {moved: "wrong", gone: "verifier", nullable: "verifier", range: "verifier", larger: "verifier"}' "$scratch/predict.json"
}
check "per program and kernel" foreseen
check "and what comes true" status 0 " 0 unexpected, 0 infra" run "${some[@]}" $objects/other_arguments.bpf.o
check "each of them, and no other one" latest '
	[.cells[] | {(.kernel): ([.programs[] | select(.attached | not) | .name] | sort)}] | add |
	.["5.10-cloud"] == ["beyond", "larger", "many"] and .["6.1-rt"] == ["larger", "many", "moved"] and
	.["6.12-cloud"] == ["larger", "moved", "nullable", "range"] and
	.["newest-cloud"] == ["gone", "larger", "moved", "nullable", "range"]'

check "a probe's argument that has moved" status 0 " 0 unexpected, 0 infra" run "${some[@]}" $objects/probe_argument.bpf.o
check "is foreseen, and read wrong" latest '[.cells[]] | length == 4 and
	all(.predicted == (if .kernel == "5.10-cloud" then "loads" else "wrong" end) and (.verdict == "wrong") == (.predicted == "wrong"))'

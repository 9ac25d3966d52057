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
check "--require: less evidence is unexpected, and named" status 1 'its evidence is "loaded", and "ran" is required' \
	run "${some[@]}" --require ran build/tests/objects/{loaded,runs}_alone.bpf.o
check "--require: as much is not" status 0 " 0 unexpected, 0 infra" run "${some[@]}" --require truth build/progs/exec_identity.bpf.o
# Each of its runs hands over one event: the ring buffer counts beside the kernel.
check "run_cnt is what the ring buffer counts" latest '[.cells[]] | length == 4 and
	all(.evidence == "truth" and .events >= 7 and all(.programs[]; .evidence == "truth" and .run_cnt == .workload_runs)) and
	all(.events == ([.programs[].run_cnt] | add))'
check "an unknown level is refused" status 2 "loaded, attached, ran, events or truth" run --require gold build/progs/exec_identity.bpf.o

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Objects that act, and objects that take the harness's own hands: told as effects, and the next cell is not touched.

some+=(--kernel 6.12-cloud)
acting=(build/progs/{deny_exec,other_bytes,other_program}.bpf.o)
check "a result replaced, a path and bytes rewritten: as their inis say" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${acting[@]}"
check "they were compared, on 5.10 too" latest '[.cells[]] | length == 12 and all(.verdict == "pass" and .evidence == "truth" and
	(.effects == {deny_exec: "exec: EPERM (exec-uid)", other_bytes: "read: other bytes (file-uid)",
		other_program: "exec: other path (exec-uid)"}[.object]))'

taking=(build/tests/objects/{flood_trace,garble_reads,stop_all,take_bpf,take_io,take_memory}.bpf.o)
check "what takes pipes, bpf(2), memory, signals is no fault of the harness" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" "${taking[@]}" build/progs/exec_identity.bpf.o
check "each is named, and the next cell is not touched" latest '[.cells[]] as $c | ($c | length) == 28 and
	all($c[] | select(.object == "exec_identity"); .verdict == "pass") and
	all($c[] | select(.object != "exec_identity"); .object as $name | .verdict == "unproven" and .evidence == "events" and (.effects | contains(
		{flood_trace: "more come than can be taken", garble_reads: "read: other bytes", stop_all: "SIGSTOP",
		take_bpf: "asking bpf(2)", take_io: "write: EPERM", take_memory: "exec: ENOMEM"}[$name])))'

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Objects that are much work for a verifier, in time and in memory: measured, whatever the guest's size.

large=(build/tests/objects/verified_{100k,500k,950k}.bpf.o)
two=(--kernel 6.1-cloud --kernel newest-cloud)
check "objects of 100,000 to 950,000 verified instructions" status 0 "8 cells: 8 as expected" run "${two[@]}" "${large[@]}" \
	build/progs/exec_identity.bpf.o
check "are measured with their figures" latest '[.cells[] | select(.object != "exec_identity")] | length == 6 and
	all(.verdict == "unproven" and .evidence == "events" and .kernel_said == null and
		.programs[0].verified_insns == {verified_100k: 99993, verified_500k: 499953, verified_950k: 949203}[.object])'
check "what is near the limit is told" latest 'all(.cells[] | select(.object == "verified_950k"); .reason | contains("uses 94 % of"))'
check "what 256 MB are too small for was alone in a larger VM, both told" latest 'all(.cells[]; if .object == "verified_950k" then
	(.attempts | length) == 2 and (.attempts[0] | startswith("in a VM of 256 MB ")) and .attempts[1] == "alone in a VM of 1024 MB: measured"
	elif .object == "exec_identity" then .attempts == null else true end)'
check "it ended behind the others" latest 'all(.kernels[]; .attempts | last | (.start == "boot" and .outcome == "ok"))'
too_many() {
	status 0 "1 as expected" run --kernel 5.10-cloud build/tests/objects/verified_too_many.bpf.o && latest '.cells[0] |
		(.programs[0].verified_insns == 1000001) and (.reason | contains("went through 1000001 instructions")) and
		(.programs[0].stopped | test("^instruction [0-9]+, verified.h:[0-9]+: (for|sum)"))'
}
check "more than a million: how far, and where in the source" too_many
top_lines() {
	status 0 "where the verifier spends most:" run --kernel 5.10-cloud --kernel newest-cloud --top-lines build/tests/objects/verified_100k.bpf.o \
		build/progs/exec_identity.bpf.o && grep -qE '4[0-9] % +45450  verified.h:[0-9]+: sum ' "$scratch/said" &&
		latest 'all(.cells[] | select(.object == "verified_100k") | .programs[0];
			([.top_lines[].insns] | add) == .verified_insns and (.top_lines | map(.insns) | max) == 54539)'
}
check "the lines on which the verifier spends most, every step counted" top_lines

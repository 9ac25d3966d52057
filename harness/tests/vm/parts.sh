# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# A matrix that machines share, cut by kernels and by objects.

parts_cover() {
	local part
	for part in 1 2; do
		run -k "$scratch/parts.txt" --part $part/2 build/progs/exec_identity.bpf.o && latest ".part.k == $part and .part.n == 2" || return
		jq -r '.part.list_sha256, .kernels[].id' "$scratch/results/latest/results.json" >"$scratch/part$part"
		ln -sfn "$(realpath "$scratch/results/latest")" "$scratch/run$part"
	done
	cat "$scratch"/part[12]
	[ "$(tail -qn +2 "$scratch"/part[12] | sort)" = "$(printf '5.10-cloud\n6.1-cloud\n7.2-cloud')" ] &&
		[ "$(head -qn 1 "$scratch"/part[12] | sort -u | wc -l)" = 1 ]
}
printf '5.10 cloud\n6.1 cloud\n7.2 cloud\n' >"$scratch/parts.txt"
check "the parts of a list run each kernel once, and say of which list they are" parts_cover
merge() { "$corematrix" merge -o "$scratch/results" "$@"; }
# What a stale offset reads is chance.
cells() { jq -S '[.cells[] | {kernel, object, verdict, class, evidence, reason: (if .verdict == "wrong" then "" else .reason end), relocations, expected, as_expected,
	truth: [.truth[] | {workload, field, ok}], programs: [.programs[] | {name, evidence, loaded, attached}]}]' \
	"$scratch/results/latest/results.json"; }
merged_is_whole() {
	merge "$scratch/run2" "$scratch/run1" && cells >"$scratch/merged" || return
	latest '.complete and (has("part") | not) and ([.kernels[].id] == ["5.10-cloud", "6.1-cloud", "7.2-cloud"])' &&
		compgen -G "$scratch/results/latest/7.2-cloud/qemu*.sh" >/dev/null && [ -s "$scratch/results/latest/junit.xml" ] &&
		run -k "$scratch/parts.txt" build/progs/exec_identity.bpf.o && cells | diff "$scratch/merged" -
}
check "merged, they are what one machine measures" merged_is_whole
check "a part twice is refused" status 2 "are both part 1 of 2" merge "$scratch/run1" "$scratch/run1"
check "one that is missing is named" status 2 "of 2 parts these are missing: 2" merge "$scratch/run1"
check "a run that is no part is refused" status 2 "is no part: it was not run with --part" \
	merge "$scratch/run1" "$scratch/results/latest"

# By objects, of which parts have two and one: what is left to compare is all of a cell but times, and where its files are.
objects=(build/progs/exec_identity.bpf.o build/progs/fixed_offset.bpf.o build/progs/no_btf.bpf.o)
cut() { # K LABEL OBJECT...
	local k=$1 label=$2
	shift 2
	run -k "$scratch/parts.txt" --part "$k/2" --cut objects "$@" || [ $? = 1 ] || return
	rm -rf "${scratch:?}/$label" && cp -R "$(realpath "$scratch/results/latest")" "$scratch/$label"
}
cut_is_whole() {
	local log
	cut 1 cut1 "${objects[@]}" && cut 2 cut2 "${objects[@]}" && merge "$scratch/cut2" "$scratch/cut1" &&
		cells >"$scratch/merged" && latest '(.kernels | length) == 3 and (.cells | length) == 9 and (has("part") | not)' || return
	jq -r '.cells[].log, .kernels[].attempts[].console | select(. != "" and . != null)' "$scratch/results/latest/results.json" |
		while read -r log; do [ -e "$scratch/results/latest/$log" ] || { echo "$log is not there"; return 1; }; done &&
		run -k "$scratch/parts.txt" "${objects[@]}" && cells | diff "$scratch/merged" -
}
check "cut by objects and merged, they are what one machine measures" cut_is_whole
# Three tries of a part in one second, the first of which were stopped.
newest_try() {
	local k try
	for k in 1 2; do
		for try in "" -2 -10; do mkdir -p "$scratch/tries/part-$k" && cp -R "$scratch/cut$k" "$scratch/tries/part-$k/20260131T120000Z$try" || return; done
		for try in "" -2; do
			jq '.complete = false' "$scratch/cut$k/results.json" >"$scratch/tries/part-$k/20260131T120000Z$try/results.json" || return
		done
	done
	COREMATRIX=$corematrix harness/ci/merge.sh "$scratch/tries" "$scratch/results" && latest '(.cells | length) == 9 and .complete'
}
check "of several tries of a part the newest counts" newest_try
check "parts that are cut in two ways are refused" status 2 "one is cut by kernels, the other by objects" \
	merge "$scratch/run1" "$scratch/cut2"
touch_ini() {
	copy touched fixed_offset && echo "# other" >>"$scratch/touched/fixed_offset.ini" &&
		cut 2 touched "${objects[0]}" "$scratch/touched/fixed_offset.bpf.o" "${objects[2]}"
}
check "a part whose ini is another one runs" touch_ini
check "and is refused, naming the object" status 2 'an object is "fixed_offset ' merge "$scratch/cut1" "$scratch/touched"
check "a part without an object is refused" status 2 "--part 4/4 --cut objects: the matrix has only 3 objects" \
	run -k "$scratch/parts.txt" --part 4/4 --cut objects "${objects[@]}"

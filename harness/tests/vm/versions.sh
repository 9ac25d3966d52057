# shellcheck shell=bash disable=SC2154,SC2016
# SPDX-License-Identifier: BSD-2-Clause
# The same objects under several versions of libbpf: those of `make libbpf`, and the one that is linked.

own=$("$corematrix" --version | sed -n 's/^libbpf //p')
mapfile -t versions < <({ echo "$own"; for program in "$(dirname "$corematrix")"/libbpf/*/corematrix; do
	"$program" --version | sed -n 's/^libbpf //p'; done; } | sort -Vu)
all=$(IFS=,; echo "${versions[*]}")
oldest=${versions[0]}
objects=build/tests/objects

check "there are several versions" test ${#versions[@]} -ge 2
# Relocations, by libbpf's log and instructions, are what that version's prediction says, or the run ends with 4.
check "all of progs under libbpf $all, record by record" status 0 " 0 unexpected, 0 infra" run --libbpf "$all" --kernel 6.1-cloud build/progs/*.bpf.o
check "a prediction is compared with all that was loaded, under each" latest '[.cells[] | .libbpf as $v | select(.verdict != "rejected") |
	.relocations[] | select(.outcome != "not-attempted") | {$v, told: (.predicted != "")}] | group_by(.v) | length == '${#versions[@]}' and all(length > 300 and all(.told))'
check "what cannot differ does not" latest '[.cells[] | select(.object | startswith("exec_identity@")) | .verdict] | length == '${#versions[@]}' and all(. == "pass")'
check "a version that only takes the release for it gives another kernel version" latest '[.cells[] | select(.object | startswith("kconfig_values@")) |
	((.libbpf | split(".") | map(tonumber)) >= [1, 2, 0]) == (.verdict == "pass")] | all'

# What an older version does not know, and since when it does; two that it knows all of.
since='{"kprobe_session": 1.5, "tcx_ingress": 1.3, "netkit_primary": 1.3, "uprobe_multi": 1.3, "uprobe_session": 1.6, "kfunc_flavour": 1.3,
	"struct_ops_link": 1.2, "struct_ops_optional": 1.4, "struct_ops_flavour": 1.4, "arena": 1.4, "arena_attribute": 1.4}'
few=(build/progs/exec_identity.bpf.o "$objects/optional_section.bpf.o")
for name in $(jq -r 'keys[]' <<<"$since"); do few+=("$objects/$name.bpf.o"); done
check "sections, maps and names that newer versions know" status 0 " 0 unexpected, 0 infra" \
	run --libbpf "$all" --kernel 6.1-cloud --kernel newest-cloud --summary "$scratch/summary.md" "${few[@]}"
says() { grep -qF -- "$2" "$1" || { cat "$1"; return 1; }; }
latest_dir=$scratch/results/latest
check "the table says what differs" says "$latest_dir/matrix.txt" "between libbpf ${all//,/, }:"
check "and from which version on it works" grep -E "^  kprobe_session on newest-cloud: rejected:prog-type until [0-9.]+, pass from 1\.[0-9.]+ on$" "$latest_dir/matrix.txt"
check "and what does not" grep -E "^  [2-9] of 13 objects are the same under each$" "$latest_dir/matrix.txt"
check "an older one is the side that lacks it, and is told the version that it takes" latest "$since as \$since |"' [.cells[] |
	(.object | split("@")[0]) as $name | select($since[$name] and (.libbpf | split(".")[1] | tonumber) < ($since[$name] * 10 | round) - 10) |
	select(($name == "arena" and .kernel == "6.1-cloud") | not) |
	.verdict == "rejected" and .side == "loader" and (.advice | contains("libbpf \($since[$name]) and later"))] | length > 10 and all'
check "a newer one never is" latest "$since as \$since |"' [.cells[] | (.object | split("@")[0]) as $name |
	select((($since[$name] // 0) * 10 | round) - 10 <= (.libbpf | split(".")[1] | tonumber))] | length > 20 and all(.side != "loader")'
check "kprobe.session is attached, and what it saw is true" latest '[.cells[] | select(.object | startswith("kprobe_session@")) |
	select(.kernel == "newest-cloud" and (.libbpf | split(".")[1] | tonumber) >= 5)] | length > 0 and all(.verdict == "pass")'
check "so does the Markdown" says "$scratch/summary.md" "### Between libbpf ${all//,/, }"
check "so does JUnit" says "$latest_dir/junit.xml" "exec_identity@$oldest"
check "a cell's command repeats that cell" eval "$(jq -r '.cells[] | select(.object == "exec_identity@'"$oldest"'" and .kernel == "6.1-cloud") | .reproduce' "$latest_dir/results.json" |
	sed "s# run # run -o $scratch/again #")"
check "and no other" jq -e '.cells | length == 1 and .[0].object == "exec_identity@'"$oldest"'" and .[0].verdict == "pass"' "$scratch/again/latest/results.json"
check "baselines are of an object's versions" "$corematrix" baseline -o "$scratch/baselines" "$latest_dir"
check "one for each" test -s "$scratch/baselines/exec_identity@$oldest.baseline" -a -s "$scratch/baselines/exec_identity@$own.baseline"
check "and a run is compared with them" status 0 "" "$corematrix" diff "$scratch/baselines" "$latest_dir"
check "less evidence than required is unexpected under each" status 1 "tcx_ingress@$own" \
	run --libbpf "$oldest,$own" --kernel newest-cloud --require truth "$objects/tcx_ingress.bpf.o"

check "a version that is not built is told, with what builds it" status 2 "make libbpf VERSIONS=0.1.9" run --libbpf "$own,0.1.9" build/progs/exec_identity.bpf.o
check "and which there are" says "$scratch/said" "$oldest"
check "a mistake is told once" status 2 "no-such-object" run --libbpf "$all" no-such-object.bpf.o
check "and not by each version" test "$(grep -c no-such-object "$scratch/said")" = 1
check "a loader has its own libbpf" status 2 "a loader brings" run --libbpf "$own" --loader /bin/true

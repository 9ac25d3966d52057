#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Tests in real VMs: what a user does, and what must go red. Run from the repository's root after the build; needs
# images/ filled or a mirror. Usage: vm.sh COREMATRIX. Prints one line per test and a closing count.
set -u

corematrix=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0
some=(--kernel 5.10-cloud --kernel 6.1-rt --kernel newest-cloud)

# check NAME COMMAND...: the command must succeed.
check() {
	local name=$1
	shift
	if "$@" >"$scratch/out" 2>&1; then
		passed=$((passed + 1)) && echo "ok    $name"
	else
		failed=$((failed + 1)) && echo "FAIL  $name" && tail -n 25 "$scratch/out"
	fi
}

# status WANTED TEXT COMMAND...: the command must exit so, and say TEXT.
status() {
	local wanted=$1 text=$2 got=0
	shift 2
	"$@" >"$scratch/said" 2>&1 || got=$?
	[ "$got" = "$wanted" ] || { echo "exit status $got, not $wanted"; cat "$scratch/said"; return 1; }
	grep -qF -- "$text" "$scratch/said" || { echo "does not say: $text"; cat "$scratch/said"; return 1; }
}

run() { "$corematrix" run -o "$scratch/results" "$@"; }
latest() { jq -e "$1" "$scratch/results/latest/results.json"; }
copy() { mkdir -p "$scratch/$1" && cp "build/progs/$2.bpf.o" "build/progs/$2.ini" "$scratch/$1/"; }

# ---- the default matrix ----
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
check "the reports can be rendered again" status 0 " 0 unexpected" "$corematrix" report "$scratch/results/latest"

# Where bpftool says that a field is, there its relocation went.
offsets() {
	local release btf spec target member wanted bad=0
	while read -r release spec target; do
		btf=images/$release/btf member=${spec##*.}
		wanted=$(bpftool btf dump file "$btf" -j | jq --arg m "$member" \
			'[.types[] | select(.kind == "STRUCT" and .name == "task_struct").members[] | select(.name == $m)][0].bits_offset / 8')
		[ "$wanted" = "$target" ] || { echo "$release $spec: $target, bpftool says $wanted"; bad=1; }
	done
	return $bad
}
offsets_of_latest() {
	jq -r '(.kernels | map({(.id): .release}) | add) as $r | .cells[] | select(.object == "exec_identity") | .kernel as $k |
		.relocations[] | select(.kind == "byte_off" and .target != null) |
		select(.spec | test("task_struct[.][a-z_]+$")) | "\($r[$k]) \(.spec | gsub("struct "; "") | gsub(" .*"; "")) \(.target)"' \
		"$scratch/results/latest/results.json" | sort -u | grep -E '^(5.10.0-[0-9]+-cloud|6.1.0-[0-9]+-rt|7.3)' | offsets
}
check "relocation targets equal bpftool's offsets" offsets_of_latest

# ---- more workloads, and settings of an ini ----
check "files, connections and settings: what was captured is true" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" build/tests/objects/*.bpf.o
check "file_truth: the inode is compared" latest 'any(.cells[].truth[]; .field == "ino" and .ok)'

# all but pid, whose events could not be told from anybody's
check "wrong_fields: every field is found out, on every kernel" latest '
	[.cells[] | select(.object == "wrong_fields")] | length == 3 and all(.verdict == "wrong" and
		(([.truth[] | select(.ok | not) | .field] | unique | length) >= 60) and
		([.truth[] | select(.ok) | .field] | unique == ["pid"]) and (.unchecked == ""))'
check "wrong_fields: each workload is in it" latest '
	all(.cells[] | select(.object == "wrong_fields");
		[.truth[].workload] | unique | contains(["cgroup", "exec", "exit", "exit-signal", "file", "fork", "mmap", "mount",
			"setuid", "signal", "tcp4", "timer", "udp4"]))'
# ---- many, large and oddly named objects ----
mkdir "$scratch/a b" "$scratch/hundred"
cp build/progs/exec_identity.bpf.o "$scratch/a b/my own; \$prog.bpf.o"
check "an object's name with blanks and signs" status 0 "my own; \$prog" run --kernel newest-cloud "$scratch/a b/my own; \$prog.bpf.o"
for i in {1..100}; do cp build/progs/exec_identity.bpf.o "$scratch/hundred/object_$i.bpf.o"; done
check "100 objects at once" status 0 "100 cells: 100 as expected" run --kernel newest-cloud "$scratch/hundred"/*.bpf.o
cp build/progs/exec_identity.bpf.o "$scratch/huge.bpf.o" && truncate -s 64M "$scratch/huge.bpf.o"
check "an object of 64 MiB" status 0 " 0 unexpected, 0 infra" run --kernel newest-cloud "$scratch/huge.bpf.o"
truncate -s +1 "$scratch/huge.bpf.o"
check "one that is larger is refused" status 2 "larger than 64 MiB" run "$scratch/huge.bpf.o"
rm -f "$scratch/huge.bpf.o"
printf '%s\n' nonsense '[objekt]' '[object]' 'source = wire' '[expect]' 'moved task_struct = wrong' >"$scratch/a b/lines.ini"
cp build/progs/exec_identity.bpf.o "$scratch/a b/lines.bpf.o"
lines_told() {
	status 2 "lines.ini:1: " run "$scratch/a b/lines.bpf.o" || return 1
	[ "$(grep -o 'lines.ini:[0-9]*' "$scratch/said" | tr '\n' ' ')" = "lines.ini:1 lines.ini:2 lines.ini:4 lines.ini:6 " ]
}
check "an ini is refused line by line" lines_told

# ---- a careless change ----
# What a user types, but for the packages: regress VERB OBJECT.
regress() {
	make --no-print-directory "$1-run" OBJ="$2" ARGS="${some[*]}" RESULTS="$scratch/regress" BASELINES="$scratch/baselines"
}
check "make baseline" regress baseline build/tests/objects/disk_name.bpf.o
check "make regress: nothing changed" status 0 "no difference" regress regress build/tests/objects/disk_name.bpf.o
check "make regress: rq_disk read unguarded is told as exactly that" status 2 \
	"disk_name: relocation 1, \`struct request___old.rq_disk\` (byte_off in on_issue): was guarded, now fatal" \
	regress regress build/tests/unguarded/disk_name.bpf.o

# ---- another loader, which shares no code with the agent, says the same ----
check "what loads, alone or as a whole, is what plain libbpf loads" harness/tests/opinions.sh "$corematrix" \
	build/tests/independent_loader "$scratch/opinions" build/progs/{exec_identity,missing_field,no_btf}.bpf.o \
	build/tests/{objects,unguarded}/disk_name.bpf.o -- "${some[@]}"
another_opinion() {
	sed -i '1s/"loaded":true/"loaded":false/' "$scratch/opinions/loader.jsonl" && harness/tests/opinions.sh \
		"$corematrix" build/tests/independent_loader "$scratch/opinions" none -- "${some[@]}"
}
check "one that says something else is noticed" status 1 "1 differences" another_opinion

# ---- a program that loads its own objects ----
check "bpftool runs in the guests, with its libraries" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" --loader "$(PATH=$PATH:/usr/sbin command -v bpftool)" -- prog list
check "bpftool loads an object that is shipped" status 0 " 0 unexpected, 0 infra" run "${some[@]}" \
	--loader "$(PATH=$PATH:/usr/sbin command -v bpftool)" --ship build/progs/exec_identity.bpf.o \
	-- prog loadall build/progs/exec_identity.bpf.o /sys/fs/bpf/all
check "what it cannot load has the class of its output" status 1 "rejected:relocation" run "${some[@]}" \
	--loader "$(PATH=$PATH:/usr/sbin command -v bpftool)" --ship build/progs/missing_field.bpf.o \
	-- prog loadall build/progs/missing_field.bpf.o /sys/fs/bpf/all
check "a program that runs until it is stopped passes" status 0 "until it was stopped" \
	run --kernel newest-cloud --loader-time 1 --loader /bin/sleep -- 1000
check "a script is refused" status 2 "is a script" run --loader harness/tests/vm.sh

# ---- cold and resumed say the same ----
# How often a timer goes off, or a packet is sent again, is chance: facts are compared, not how many events told them.
same_as_cold() {
	run "${some[@]}" build/progs/*.bpf.o && cp -r "$(realpath "$scratch/results/latest")" "$scratch/resumed" &&
		jq -e 'all(.kernels[]; .start == "resume")' "$scratch/resumed/results.json" &&
		jq -e 'all(.kernels[]; .start == "boot")' "$scratch/cold/results.json" &&
		for d in resumed cold; do
			jq --slurpfile resumed "$scratch/resumed/results.json" '[$resumed[0].kernels[].id] as $ids |
				[.cells[] | select(.kernel | IN($ids[])) | {kernel, object, verdict, class, programs: [.programs[] | {name, loaded, attached}],
				relocations: [.relocations[] | {program, insn, local, target, outcome}],
				truth: ([.truth[] | {workload, field, ok, comm: (if .field == "comm" and .ok then .observed else null end)}] | unique)}]' \
				"$scratch/$d/results.json" >"$scratch/$d.facts" || return 1
		done && cmp "$scratch/resumed.facts" "$scratch/cold.facts"
}
check "a resumed guest and a booted one say the same" same_as_cold
damaged_snapshot() {
	local s
	for s in images/snapshots/*/state; do printf x | dd of="$s" bs=1 seek=100 conv=notrunc status=none; done
	status 0 "not what was saved" run --kernel newest-cloud build/progs/exec_identity.bpf.o
}
check "a damaged snapshot is noticed and made anew" damaged_snapshot
check "repeats that agree are a pass" status 0 " 0 unexpected" run --repeat 3 --kernel newest-cloud build/progs/exec_identity.bpf.o
check "the plan is printed and nothing runs" status 0 "3 kernels" run --plan "${some[@]}" build/progs/exec_identity.bpf.o

# ---- BTF from outside ----
# Every program but those that need more of the kernel's types than relocations do, or are not whole.
co_re=()
for source in progs/*.bpf.c; do
	name=$(basename "$source" .bpf.c)
	case $name in no_btf | truncated | module_function) continue ;; esac
	grep -qE 'SEC\("(fentry|fexit|fmod_ret|tp_btf|lsm|iter|\.struct_ops)|__ksym' "$source" || co_re+=("build/progs/$name.bpf.o")
done
facts() {
	jq '[.cells[] | {kernel, object, verdict, class, relocations: [.relocations[] | {program, insn, kind, local, target, outcome, predicted}]}]' \
		"$scratch/results/latest/results.json"
}
same_with_minimal_btf() {
	"$corematrix" min-btf "${co_re[@]}" "${some[@]}" -o "$scratch/min" && [ "$(ls "$scratch/min" | wc -l)" = 3 ] &&
		run "${some[@]}" "${co_re[@]}" && facts >"$scratch/own.facts" && latest 'all(.kernels[]; .btf == "")' &&
		run "${some[@]}" --btf "$scratch/min" "${co_re[@]}" && facts >"$scratch/min.facts" &&
		latest 'all(.kernels[]; .btf | test("min/.*[.]btf$"))' && cmp "$scratch/own.facts" "$scratch/min.facts"
}
check "min-btf: every verdict and relocation as with the kernel's own BTF" same_with_minimal_btf
# bpftool refuses an ambiguous object as a whole, and takes enums with all their values.
fields=(build/progs/{exec_identity,execve_comm,task_parent,task_state,nested_members,bitfield_read,missing_field}.bpf.o)
as_bpftool() {
	local btf kernel PATH=$PATH:/usr/sbin
	"$corematrix" min-btf "${fields[@]}" "${some[@]}" -o "$scratch/fields" || return 1
	for btf in "$scratch"/fields/*.btf; do
		kernel=images/$(basename "$btf" .btf)/btf
		bpftool gen min_core_btf "$kernel" "$scratch/theirs" "${fields[@]}" && bpftool btf dump file "$scratch/theirs" >"$scratch/theirs.txt" &&
			bpftool btf dump file "$btf" >"$scratch/ours.txt" && cmp "$scratch/theirs.txt" "$scratch/ours.txt" || return 1
	done
}
check "min-btf: the types are those that bpftool picks" as_bpftool
strange_btf() {
	"$corematrix" min-btf build/progs/exec_identity.bpf.o --kernel 6.1-rt -o "$scratch/strange.btf" &&
		printf '5.10 cloud btf=%s\n' "$scratch/strange.btf" >"$scratch/strange.txt" &&
		status 1 "wrong" run -k "$scratch/strange.txt" build/progs/exec_identity.bpf.o
}
check "btf= counts: with another kernel's types the fields are wrong" strange_btf
printf '6.1 rt\n6.1 cloud btf=%s/none.btf\n' "$scratch" >"$scratch/nobtf.txt"
check "btf= that is not there is told with its line" status 2 "nobtf.txt:2: btf=" run -k "$scratch/nobtf.txt" build/progs/exec_identity.bpf.o
printf '6.1 cloud btf=README.md\n' >"$scratch/nobtf.txt"
check "btf= that is no BTF is told with its line" status 2 "nobtf.txt:1: btf=README.md: neither BTF" run -k "$scratch/nobtf.txt" build/progs/exec_identity.bpf.o
check "--btf without a file for any kernel" status 2 "no RELEASE.btf" run --kernel 6.12-cloud --btf "$scratch/min" build/progs/exec_identity.bpf.o

# ---- kernel modules ----
with_module() {
	copy module module_function && mv "$scratch/module/module_function.bpf.o" "$scratch/module/without.bpf.o" &&
		sed '/^module/d; /^.sysctl/,/^$/d; /^.expect/,$d' "$scratch/module/module_function.ini" >"$scratch/module/without.ini" &&
		printf '[expect]\ndefault = rejected:attach-target\n' >>"$scratch/module/without.ini" &&
		status 0 " 0 unexpected, 0 infra" run "${some[@]}" build/progs/module_function.bpf.o "$scratch/module/without.bpf.o" \
			build/progs/module_fentry.bpf.o build/progs/exec_identity.bpf.o
}
check "a module is there for the objects that name it, and for no other" with_module
check "its function saw every connection" latest '[.cells[] | select(.object == "module_function")] | length == 3 and
	all(any(.truth[]; .workload == "tcp4" and .field == "sport" and .ok) and any(.truth[]; .workload == "tcp6" and .field == "dport" and .ok))'
module_offsets() {
	local release PATH=$PATH:/usr/sbin
	jq -r '(.kernels | map({(.id): .release}) | add) as $r | .cells[] | select(.object == "module_function" and .verdict == "pass") |
		"\($r[.kernel]) \([.relocations[] | select(.spec == "struct westwood.snd_una")][0].target)"' "$scratch/results/latest/results.json" >"$scratch/offsets"
	[ "$(wc -l <"$scratch/offsets")" = 2 ] && while read -r release target; do
		[ "$(bpftool -B "images/$release/btf" btf dump file "images/$release/modules/tcp_westwood.ko" -j |
			jq '[.types[] | select(.kind == "STRUCT" and .name == "westwood").members[] | select(.name == "snd_una")][0].bits_offset / 8')" = "$target" ] || return 1
	done <"$scratch/offsets"
}
check "relocations by the module's types equal bpftool's offsets" module_offsets
no_module() {
	copy nomodule exec_identity && printf 'module = no_such_module\n[expect]\ndefault = pass\n' >"$scratch/append" &&
		sed '/^.expect/,$d' build/progs/exec_identity.ini >"$scratch/nomodule/exec_identity.ini" && cat "$scratch/append" >>"$scratch/nomodule/exec_identity.ini" &&
		status 0 " 0 unexpected" run --kernel 5.10-cloud "$scratch/nomodule/exec_identity.bpf.o" &&
		latest '.cells[0].reason | contains("module no_such_module: this kernel has no such module")'
}
check "an object whose module no kernel has is tried without it, and told" no_module

# ---- kfuncs and struct_ops ----
copy ops struct_ops && cp "$scratch/ops/struct_ops.bpf.o" "$scratch/ops/again.bpf.o" && cp "$scratch/ops/struct_ops.ini" "$scratch/ops/again.ini"
check "a struct_ops is registered, called, and gone before the next object" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" "$scratch/ops/struct_ops.bpf.o" "$scratch/ops/again.bpf.o" build/progs/kfunc_present.bpf.o build/progs/kfunc_absent.bpf.o
check "it saw every connection" latest '[.cells[] | select(.object == "struct_ops" or .object == "again")] | length == 6 and
	all(all(.programs[]; .attached) and any(.truth[]; .workload == "tcp4" and .field == "sport" and .ok) and any(.truth[]; .workload == "tcp6" and .field == "dport" and .ok))'
check "a missing kfunc is named" latest '[.cells[] | select(.object == "kfunc_absent")] | all(.class == "kfunc" and (.reason | contains("kfunc_of_no_kernel")))'
foreign_sysctl() {
	copy sysctl exec_identity && sed 's/^.expect.$/[sysctl]\nnet.ipv4.no_such_thing = 1\n&/' build/progs/exec_identity.ini >"$scratch/sysctl/exec_identity.ini" &&
		status 3 "/proc/sys/net/ipv4/no_such_thing cannot be set" run --kernel 5.10-cloud "$scratch/sysctl/exec_identity.bpf.o"
}
check "a sysctl that no kernel has is infra, with its name" foreign_sysctl

# ---- it goes red ----
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
	([.objects[] | select(.control) | .name] | length) == 0 and all(.cells[]; .as_expected == (.verdict == "pass"
		and .expected == "pass"))'
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
check "a kernel that panics is infra, with its line" status 3 "Kernel panic" run -k "$scratch/noinit.txt" build/progs/exec_identity.bpf.o

check "a prediction that is wrong contradicts the measurement" status 4 "predicted the value" \
	"$(dirname "$corematrix")/tests/bin/corematrix-wrong" run -o "$scratch/results" --kernel newest-cloud build/progs/exec_identity.bpf.o

# ---- without a VM ----
check "relocations are where pahole and bpftool see the fields" harness/tests/offsets.sh "$corematrix" $(ls build/progs/*.bpf.o build/tests/objects/*.bpf.o | grep -v /module_)
check "predict tells between which kernels a field went" status 0 "byte_off struct kernfs_node___before_6_15.parent: moved 8:8 -> fatal" \
	"$corematrix" predict --boundaries --kernel '*-cloud' build/tests/objects/kernfs_parent.bpf.o
types_alone() {
	cp "$(ls -d images/6.12.*cloud*/btf | head -n 1)" "$scratch/6.12-elsewhere.btf" &&
		printf 'newest cloud\n%s\n' "$scratch/6.12-elsewhere.btf" >"$scratch/types.txt" &&
		status 0 "6.12-elsewhere x kernfs_parent: loads" run -k "$scratch/types.txt" build/tests/objects/kernfs_parent.bpf.o &&
		latest '.forecasts == [{kernel: "6.12-elsewhere", object: "kernfs_parent", predicted: "loads", reason: ""}] and (.kernels | length) == 1'
}
check "types alone are predicted and told as not measured" types_alone
symbols_recorded() { for d in $(jq -r '.kernels[].release' "$scratch/results/latest/results.json"); do grep -qx vfs_read "images/$d/symbols" || return 1; done; }
check "the functions of a kernel that ran are recorded" symbols_recorded
# fetches one or two kernels of the mirror
check "bisect finds the first kernel without the field" status 0 "it has members called alike: __parent" \
	"$corematrix" bisect -o "$scratch/bisect" --good 6.12-cloud --bad 6.16-cloud build/tests/objects/kernfs_parent.bpf.o

# ---- wrong inputs ----
echo "this is no object" >"$scratch/text.bpf.o"
check "a text file as object" status 2 "text.bpf.o" run "$scratch/text.bpf.o"
check "no object" status 2 "object" run
printf '6.1 cloud\nwhat is this\n' >"$scratch/bad.txt"
check "a garbage line is refused with its number" status 2 "bad.txt:2" run -k "$scratch/bad.txt" build/progs/exec_identity.bpf.o
vmlinux=$(ls -d images/5.10*cloud*/vmlinux | head -n 1)
head -c 20000000 "$vmlinux" >"$scratch/half"
echo "$scratch/half" >"$scratch/half.txt"
check "half a kernel" status 2 "half" run -k "$scratch/half.txt" -i "$scratch/images" build/progs/exec_identity.bpf.o
check "QEMU is not installed" status 3 "install QEMU" env PATH=/nowhere "$corematrix" run -o "$scratch/results" build/progs/exec_identity.bpf.o
interrupted() {
	run --cold build/progs/*.bpf.o >"$scratch/said" 2>&1 &
	local pid=$!
	until grep -q '^\[1/' "$scratch/said"; do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
	kill -TERM $pid # a background job of a script ignores SIGINT; both are handled alike
	wait $pid && return 1
	! pgrep -P $pid && latest '.complete == false and ([.kernels[] | select(.status == "ok")] | length) >= 1'
}
check "a stopped run leaves no process and keeps what was finished" interrupted

echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

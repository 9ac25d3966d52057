# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Many, large and oddly named objects.

mkdir "$scratch/a b" "$scratch/hundred"
cp build/progs/exec_identity.bpf.o "$scratch/a b/my own; \$prog.bpf.o"
check "an object's name with blanks and signs" status 0 "my own; \$prog" run --kernel newest-cloud "$scratch/a b/my own; \$prog.bpf.o"
# Most of them are refused in no time, which is no less of a cell.
for i in {1..100}; do
	name=$([ $((i % 10)) = 0 ] && echo exec_identity || echo no_btf)
	for suffix in bpf.o ini; do cp "build/progs/$name.$suffix" "$scratch/hundred/object_$i.$suffix"; done
done
check "100 objects at once" status 0 "100 cells: 100 as expected" run --kernel newest-cloud "$scratch/hundred"/*.bpf.o
check "those that run among them pass" latest '[.cells[] | select(.verdict == "pass")] | length == 10'
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
cp build/progs/task_state.bpf.o "$scratch/guarded.bpf.o"
check "an object without an ini may take its fallback" status 0 "= degraded" run --kernel newest-cloud "$scratch/guarded.bpf.o"
check "an object does not find what another one pinned" status 0 "2 cells: 2 as expected" run --kernel newest-cloud \
	build/tests/objects/pinned_{array,hash}.bpf.o

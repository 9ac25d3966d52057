# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Saved guests: in a store of their own, for they are damaged here.

own_store newest-cloud
own() { run -i "$scratch/images" --kernel newest-cloud "$@" build/progs/exec_identity.bpf.o; }
saved() { [ "$(find "$scratch/images/snapshots" -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -cE '^[0-9a-f]{32}$')" = "$1" ] &&
	! find "$scratch/images" -name '.tmp*' | grep .; }

check "repeats that agree are a pass, also while they save their guest side by side" \
	status 0 " 0 unexpected" own -j 2 --repeat 3
check "each was resumed, and one guest is kept" eval 'saved 1 && latest ".kernels[0].start == \"resume\""'
damaged_snapshot() {
	local s
	for s in "$scratch"/images/snapshots/*/state; do printf x | dd of="$s" bs=1 seek=100 conv=notrunc status=none; done
	status 0 "not what was saved" own
}
check "a damaged snapshot is noticed and made anew" damaged_snapshot
two_runs() {
	local first second bad=0
	rm -r "$scratch/images/snapshots"
	"$corematrix" run -j 1 -i "$scratch/images" -o "$scratch/first" --kernel newest-cloud build/progs/exec_identity.bpf.o &
	first=$!
	"$corematrix" run -j 1 -i "$scratch/images" -o "$scratch/second" --kernel newest-cloud build/progs/exec_identity.bpf.o &
	second=$!
	wait $first || bad=1
	wait $second || bad=1
	[ $bad = 0 ] && saved 1 && jq -es 'all(.[].kernels[]; .start == "resume")' "$scratch"/{first,second}/latest/results.json
}
check "two runs that save the same guest at once both pass and keep one" two_runs
check "the plan is printed and nothing runs" status 0 "3 kernels" run --plan "${some[@]}" build/progs/exec_identity.bpf.o

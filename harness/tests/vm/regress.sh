# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# A careless change.

# What a user types, but for the packages: regress VERB OBJECT.
regress() {
	make --no-print-directory "$1-run" OBJ="$2" ARGS="-j $jobs ${some[*]}" RESULTS="$scratch/regress" BASELINES="$scratch/baselines"
}
check "make baseline" regress baseline build/tests/objects/disk_name.bpf.o
check "make regress: nothing changed" status 0 "no difference" regress regress build/tests/objects/disk_name.bpf.o
check "make regress: rq_disk read unguarded is told as exactly that" status 2 \
	"disk_name: relocation 1, \`struct request___old.rq_disk\` (byte_off in on_issue): was guarded, now fatal" \
	regress regress build/tests/unguarded/disk_name.bpf.o

check "make regress: a loop ten times as long costs the verifier ten times as much, and is worse" bash -c '
	set -e
	regress() { make --no-print-directory "$1-run" OBJ="$2" ARGS="$3" RESULTS="$4/regress" BASELINES="$4/baselines"; }
	regress baseline build/tests/objects/long_loop.bpf.o "$0" "$1"
	! regress regress build/tests/unguarded/long_loop.bpf.o "$0" "$1" >"$1/said" 2>&1
	sed -n "s/.*long_loop: cost .on_exec verified_insns.: was \([0-9]*\), now \([0-9]*\) on all.*/\1 \2/p" "$1/said" |
		awk "{ found = \$2 > 9 * \$1 && \$1 > 5000 } END { exit !found }"' \
	"-j $jobs ${some[*]}" "$scratch"

budgeted() { # MOST: the run's status with that budget
	copy budget exec_identity
	printf '\n[budget]\non_exec.verified_insns = %s\n' "$1" >>"$scratch/budget/exec_identity.ini"
	run --kernel 6.1-rt "$scratch/budget/exec_identity.bpf.o"
}
check "an object within its budget passes" budgeted 105
check "one instruction more is rejected, and says how much" status 1 \
	"105 verified instructions, 1 more than its budget of 104" budgeted 104

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

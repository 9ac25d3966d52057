#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What being traced costs a loader, call by call (harness/tests/tools/cost.c), on this machine and in guests:
#
#   make build/tests/tools/cost
#   harness/tests/cost.sh COREMATRIX COST KERNEL...
#
# A guest is booted as `corematrix run --cold` boots it, with COST in the agent's place. Prints per call the time without
# the tracer and with it. As root: a program is loaded here, too.
set -euo pipefail

corematrix=$1 cost=$(realpath "$2")
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

show() {
	awk -v where="$1" 'BEGIN { printf "%s\n  %-40s %12s %12s\n", where, "", "untraced", "traced" }
		sub(/^.*cost: /, "") { name = substr($0, 1, 40); split(substr($0, 41), ns)
			printf "  %s %9.2f us %9.2f us\n", name, ns[1] / 1000, ns[2] / 1000; n++ } END { exit !n }'
}

"$cost" | show "this machine"
# entry NAME MODE SIZE: its head in an archive of the form newc, of which all begins at multiples of four bytes.
entry() {
	printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' 1 "$2" 0 0 1 0 "$3" 0 0 0 0 $((${#1} + 1)) 0 "$1"
	head -c $(((4 - (110 + ${#1} + 1) % 4) % 4)) /dev/zero
}
{
	entry init $((0100755)) "$(stat -c %s "$cost")" && cat "$cost"
	head -c $(((4 - $(stat -c %s "$cost") % 4) % 4)) /dev/zero
	entry 'TRAILER!!!' 0 0
} >"$scratch/initrd"
for kernel; do
	"$corematrix" run --cold -j 1 -o "$scratch/results" --kernel "$kernel" build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1 ||
		{ cat "$scratch/said"; exit 1; }
	sed -E "s|-initrd [^ ]+|-initrd $scratch/initrd|" "$scratch/results/latest/$kernel/qemu.sh" >"$scratch/qemu.sh"
	sh "$scratch/qemu.sh" >"$scratch/console" || true
	tr -d '\r' <"$scratch/console" | show "$kernel" || { tail -n 20 "$scratch/console"; exit 1; }
done

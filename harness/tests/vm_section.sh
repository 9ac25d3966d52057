# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# What the sections of vm.sh have in common; it sets `corematrix`, `scratch` (this section's directory), `jobs` (guests
# side by side), `passed` and `failed`. For files of harness/tests/vm only.

some=(--kernel 5.10-cloud --kernel 6.1-rt --kernel newest-cloud)
PATH=$PATH:/usr/sbin # bpftool's place

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

run() { "$corematrix" run -j "$jobs" -o "$scratch/results" "$@"; }
latest() { jq -e "$1" "$scratch/results/latest/results.json"; }
copy() { mkdir -p "$scratch/$1" && cp "build/progs/$2.bpf.o" "build/progs/$2.ini" "$scratch/$1/"; }

# A store without saved guests, with the one kernel ID: images/ has what it is made of.
own_store() {
	local release
	release=$(awk -v id="$1" '$1 == id { print $4 }' images/kernels.lock)
	mkdir "$scratch/images" && cp images/kernels.lock "$scratch/images/" &&
		ln -s "$(realpath "images/$release")" "$scratch/images/$release"
}

# An object on the kernels of $scratch/list of which that one, ID, is of another architecture; without_agent ARCHITECTURE
# ID: whether this machine and this program cannot run it, and what is missing.
foreign() { "$corematrix" run -k "$scratch/list" --kernel "$1" --cold -o "$scratch/try" build/progs/exec_identity.bpf.o; }
without_agent() {
	! foreign "$2" >"$scratch/said" 2>&1 && grep -o "this program carries no agent for guests of $1\|qemu-system-$1: not found" "$scratch/said"
}

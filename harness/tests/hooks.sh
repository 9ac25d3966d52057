#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How many of the places that public tools hook are driven without an ini? Of the hooks that are listed in hooks.txt and
# that a kernel has, objects of up to a dozen are made that are alike in name, run on that kernel, and counted.
#
# Usage: hooks.sh COREMATRIX DIR KERNEL... [-- OPTIONS OF corematrix run]
# KERNEL is the id of a row of the list, which has to be in the store (images/). Needs clang and bpftool.
# Prints the hooks that never ran and a closing count for each kernel; DIR keeps the objects and the results.
set -eu

corematrix=$1 dir=$2
shift 2
kernels=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do kernels+=("$1") && shift; done
[ $# -gt 0 ] && shift
PATH=$PATH:/usr/sbin # bpftool's place
list=$(dirname "$0")/hooks.txt

# Those of the list that the kernel RELEASE has, by its symbols and types.
present() {
	bpftool btf dump file "images/$1/btf" | sed -n "s/^[^']*'\([^']*\)'.*/\1/p" | sort -u >"$dir/types"
	awk -v types="$dir/types" -v symbols="images/$1/symbols" '
		BEGIN { while ((getline name <types) > 0) type[name]; while ((getline name <symbols) > 0) symbol[name] }
		/^#/ || !NF { next }
		{
			split($1, part, "/")
			kind = part[1]; last = part[part[3] == "" ? 2 : 3]; call = last
			sub(/^sys_(enter|exit)_/, "", call)
			if (kind == "kprobe") has = last in symbol
			else if (kind == "lsm") has = ("bpf_lsm_" last) in type
			else if (part[2] == "syscalls") has = ("__x64_sys_" call) in symbol || ("__do_sys_" call) in symbol
			else has = part[2] == "raw_syscalls" || ("btf_trace_" last) in type
			if (has) print $1
		}' "$list" | sort -u
}

# Objects of hooks whose kind and first word are the same: nobody is driven by what another one needs.
objects_make() {
	awk '{
		split($1, part, "/"); word = part[2]
		if (part[1] == "kprobe") { sub(/^_+/, "", word); sub(/_.*/, "", word) }
		if (part[1] == "lsm") word = ""
		print part[1] "-" word, $1
	}' | sort | awk '{
		if ($1 != group || count == 12) { number = $1 == group ? number + 1 : 0; group = $1; count = 0 }
		count++
		print $1 "-" number, $2
	}' | while read -r object hook; do
		[ -e "$1/$object.c" ] || echo '__attribute__((section("license"), used)) char _license[] = "GPL";' >"$1/$object.c"
		n=$(wc -l <"$1/$object.c")
		echo "__attribute__((section(\"$hook\"), used)) int hook$n(void *ctx) { return 0; }" >>"$1/$object.c"
	done
	for source in "$1"/*.c; do
		"${CLANG:-clang}" -g -O2 -target bpf -c -o "${source%.c}.bpf.o" "$source"
	done
}

for kernel in "${kernels[@]}"; do
	release=$(awk -v id="$kernel" '$1 == id { print $4 }' images/kernels.lock)
	[ -e "images/$release/symbols" ] || { echo "$kernel: the store has no symbols of it: run something on it first"; exit 2; }
	home=$dir/$kernel
	mkdir -p "$home"
	present "$release" | tee "$home/present" | objects_make "$home"
	status=0
	"$corematrix" run --kernel "$kernel" "$@" -o "$home/results" "$home"/*.bpf.o >"$home/said" 2>&1 || status=$?
	[ $status -le 1 ] || { tail -n 5 "$home/said"; exit $status; }
	jq -r --arg kernel "$kernel" '
		[.cells[] | .verdict as $verdict | .programs[] | {hook: .section, whole: ($verdict != "rejected" and $verdict != "infra"),
			ran: (.evidence | IN("ran", "events", "truth"))}] |
		(map(select(.whole and (.ran | not))) | map("\($kernel): never driven: \(.hook)") | sort[]),
		"\($kernel): \(map(select(.ran)) | length) of \(map(select(.whole)) | length) hooks driven; \(map(select(.whole | not)) | length) in objects that do not attach"' \
		"$home/results/latest/results.json"
done

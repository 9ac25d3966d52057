#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# vmlinux-h.sh FETCHER ID OUT: write the types of one kernel of the store as C, for the programs of progs/, and note
# in OUT's directory (progs/build.txt) which kernel and compiler that was. A list without row ID gives its first kernel.
set -eu

fetcher=$1 id=$2 out=$3
directory=$(dirname "$out")
mkdir -p "$directory/progs"
# That kernel alone: the others come with the run, which knows what else it needs of their packages.
awk -v id="$id" '!/^#/ && $1 "-" $2 == id { print $1, $2; exit }' kernels.txt >"$out.list"
[ -s "$out.list" ] || cp kernels.txt "$out.list"
"$fetcher" images kernels "$out.list" ""
rm "$out.list"
release=$(awk -v id="$id" '$1 == id { print $4 }' images/kernels.lock)
if [ -z "$release" ]; then
	id=$(awk '!/^#/ && NF { print $1; exit }' images/kernels.lock)
	release=$(awk -v id="$id" '$1 == id { print $4 }' images/kernels.lock)
fi
bpftool btf dump file "images/$release/btf" format c >"$out.tmp"
printf 'vmlinux.h: %s (%s)\nclang: %s\n' "$id" "$release" "$("${CLANG:-clang}" --version | head -n 1)" >"$directory/progs/build.txt"
if cmp -s "$out.tmp" "$out"; then rm "$out.tmp" && touch "$out"; else mv "$out.tmp" "$out"; fi

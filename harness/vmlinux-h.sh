#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# vmlinux-h.sh FETCHER ID OUT [ROW]: write the types of one kernel of the store as C, for the programs of progs/. It is
# row ID of kernels.txt, whose first kernel is taken when it has none, and it is noted in OUT's directory
# (progs/build.txt) which kernel and compiler that was; or it is that of ROW, whose id is ID.
set -eu

fetcher=$1 id=$2 out=$3 row=${4-}
directory=$(dirname "$out")
[ -n "$row" ] || mkdir -p "$directory/progs"
mkdir -p "$directory"
# That kernel alone: the others come with the run, which knows what else it needs of their packages.
if [ -n "$row" ]; then
	echo "$row" >"$out.list"
else
	awk -v id="$id" '!/^#/ && $1 "-" $2 == id { print $1, $2; exit }' kernels.txt >"$out.list"
fi
[ -s "$out.list" ] || cp kernels.txt "$out.list"
"$fetcher" images kernels "$out.list" ""
rm "$out.list"
release=$(awk -v id="$id" '$1 == id { print $4 }' images/kernels.lock)
if [ -z "$release" ]; then
	id=$(awk '!/^#/ && NF { print $1; exit }' images/kernels.lock)
	release=$(awk -v id="$id" '$1 == id { print $4 }' images/kernels.lock)
fi
bpftool btf dump file "images/$release/btf" format c >"$out.tmp"
[ -n "$row" ] || printf 'vmlinux.h: %s (%s)\nclang: %s\n' "$id" "$release" "$("${CLANG:-clang}" --version | head -n 1)" >"$directory/progs/build.txt"
if cmp -s "$out.tmp" "$out"; then rm "$out.tmp" && touch "$out"; else mv "$out.tmp" "$out"; fi

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What harness/loaders.sh promises, with loaders that are none.
set -euo pipefail
script=$(realpath "$(dirname "$0")/../loaders.sh")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fail() { echo "loaders.sh: $*" >&2; exit 1; }
has() { grep -qF -- "$2" "$1" || fail "the page has no line \"$2\": $(cat "$1")"; }

mkdir -p build/tests/loaders root/build/tests/loaders root/var/lib/dpkg
for loader in build/tests/loaders/libbpf root/build/tests/loaders/{libbpf,cilium}; do
	printf '#!/bin/sh\n' >"$loader" && chmod +x "$loader"
done
cat >root/var/lib/dpkg/status <<'END'
Package: golang-github-cilium-ebpf-dev
Status: install ok installed
Architecture: all
Maintainer: nobody
Description: none
Version: 1:0.99.0+ds-1
END
[ "$("$script" found root)" = "libbpf build/tests/loaders/libbpf /
cilium-0.99.0 root/build/tests/loaders/cilium root" ] || fail "found: $("$script" found root)"

# outside.sh leaves such files.
one() { # LOADER KEY OWN SEEN
	mkdir -p "runs/$1" && touch "runs/$1/loader.said"
	[ -e "runs/$1/compared.json" ] || echo '[]' >"runs/$1/compared.json"
	jq --arg key "$2" --arg own "$3" --argjson seen "$4" '. + [{key: $key, value: $own, seen: $seen}]' "runs/$1/compared.json" >part
	mv part "runs/$1/compared.json"
}
one aya "6.1 guarded raw_tp/x 0 byte_off struct a|b.c" "moved 8" '"moved 8"'
one aya "6.1 guarded raw_tp/x 1 byte_off struct a.d" "guarded" '"unseen"'
one aya "5.10 guarded raw_tp/x 1 byte_off struct a.d" "same 8" 'null'
one aya "6.1 other raw_tp/x 0 byte_off struct a.d" "unseen" '"same 8"'
one aya "6.1 nobody raw_tp/x 0 byte_off struct a.d" "unseen" '"unseen"'
printf '%s %s\n' 6.1 "build/progs/guarded.bpf.o: error relocating section: applying relocation missing target BTF info" \
	5.10 "/tmp/guarded.bpf.o: error relocating section: applying relocation missing target BTF info" >runs/aya/loader.said
"$script" page runs page.md || fail "what is explained is refused"
has page.md "| loader | 5.10 | 6.1 |"
has page.md "| aya | 1 not handed in | 1 equal, 1 not handed in, 1 by it alone |"
has page.md "| aya | \`guarded\` | 2 | 5.10, 6.1 | the loader's |"

one cilium-9.9 "6.1 guarded raw_tp/x 0 byte_off struct a|b.c" "moved 8" '"moved 16"'
status=0
"$script" page runs page.md 2>said || status=$?
[ "$status" = 1 ] && grep -q "differences without a reason" said || fail "a difference that nobody can explain ends with $status: $(cat said)"
has page.md "| \`guarded\` raw_tp/x 0 byte_off struct a&#124;b.c | cilium-9.9 | 6.1 | moved 8 | moved 16 | **nobody knows** | **not explained** |"

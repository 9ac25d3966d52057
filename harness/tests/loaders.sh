#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What harness/loaders.sh promises, with loaders that are none.
set -euo pipefail
script=$(realpath "$(dirname "$0")/../loaders.sh") tree_page=$(realpath "$(dirname "$0")/../doc/loaders.md")
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
	mkdir -p "runs/$1/agent/1" "runs/$1/loader/1" && touch "runs/$1/loader.said"
	echo '{"started": "2030-01-01T00:00:00Z", "command": ["run", "a.bpf.o"], "host": {"libbpf": "1.9"}, "kernels": []}' >"runs/$1/agent/1/results.json"
	echo '{"started": "2030-01-02T00:00:00Z", "command": ["run", "--", "-n", "a.bpf.o"], "host": {"libbpf": "1.9"},
		"kernels": [{"id": "6.1", "release": "6.1.0-56"}]}' >"runs/$1/loader/1/results.json"
	[ -e "runs/$1/compared.json" ] || echo '[]' >"runs/$1/compared.json"
	jq --arg key "$2" --arg own "$3" --argjson seen "$4" '. + [{key: $key, value: $own, seen: $seen}]' "runs/$1/compared.json" >part
	mv part "runs/$1/compared.json"
}
one aya "6.1 guarded raw_tp/x 0 byte_off struct a|b.c" "moved 8" '"moved 8"'
one aya "6.1 guarded raw_tp/x 1 byte_off struct a.d" "guarded" '"unseen"'
one aya "5.10 guarded raw_tp/x 1 byte_off struct a.d" "same 8" 'null'
one aya "5.10 other raw_tp/x 0 byte_off struct a.d" "same 8" '"same 8"'
one aya "6.12 other raw_tp/x 0 byte_off struct a.d" "same 8" 'null'
one aya "6.1 other raw_tp/x 0 byte_off struct a.d" "unseen" '"same 8"'
one aya "6.1 nobody raw_tp/x 0 byte_off struct a.d" "unseen" '"unseen"'
printf '%s %s\n' 6.1 "build/progs/guarded.bpf.o: error relocating section: applying relocation missing target BTF info" \
	5.10 "/tmp/guarded.bpf.o: error relocating section: applying relocation missing target BTF info" >runs/aya/loader.said
one cilium-0.9.8 "6.1 guarded raw_tp/x 0 byte_off struct a|b.c" "moved 8" '"unseen"'
echo "6.1 build/progs/guarded.bpf.o: program x: can't read types: unknown kind: Unknown (19)" >runs/cilium-0.9.8/loader.said
"$script" page runs page.md || fail "what is explained is refused"
has page.md "record of 3 programs of \`progs/\` (\`guarded\`, \`nobody\`, \`other\`)"
has page.md "Measured 2030-01-01 to 2030-01-02 on 6.1 (6.1.0-56); the agent links libbpf 1.9."
has page.md "| loader | 5.10 | 6.1 |"
has page.md "| aya | 1 equal, 1 not handed in | 1 equal, 1 not handed in, 1 by it alone |"
has page.md "| aya | \`guarded\` | 2 | 5.10, 6.1 | the loader's |"

one cilium-9.9 "6.1 guarded raw_tp/x 0 byte_off struct a|b.c" "moved 8" '"moved 16"'
status=0
"$script" page runs page.md 2>said || status=$?
[ "$status" = 1 ] && grep -q "differences without a reason" said || fail "a difference that nobody can explain ends with $status: $(cat said)"
has page.md "| \`guarded\` raw_tp/x 0 byte_off struct a&#124;b.c | cilium-9.9 | 6.1 | moved 8 | moved 16 | **nobody knows** | **not explained** |"

# outside.sh, with a corematrix that is none: it says of every object that it was loaded, and of a loader with several
# objects first that a guest came to nothing (3), then that it was stopped; of the object "weary" the former once.
cat >corematrix <<'END'
#!/bin/bash
while [ "$1" != -o ]; do shift; done
mkdir -p "$2/latest/6.1" && results=$2/latest/results.json && touch "$2/latest/6.1/object-x.log"
loads=false status=0 reason='' carried=''
while [ $# -gt 0 ] && [[ $1 != *.bpf.o ]]; do [ "$1" != -- ] || loads=true; [ "$1" != --ship ] || shift; shift; done
if $loads; then
	echo "$*" >>asked
	case $# in 1) [ "$1" != weary.bpf.o ] || [ -e wept ] || { status=3 && touch wept; } ;; 2) reason="it was stopped" ;; *) status=3 ;; esac
fi
# one that the loader carries, and was not told to load, is not attempted
$loads && [[ " $* " != *" a.bpf.o "* ]] && carried=a.bpf.o
for object in "$@" $carried; do
	printf '{"kernel": "6.1", "object": "%s", "reason": "%s", "relocations": [{"object": "%s", "section": "x", "number": 0,
		"kind": "byte_off", "spec": "a.b", "outcome": "%s", "target": 8}]}' "${object%.bpf.o}" "$reason" "${object%.bpf.o}" "$([ "$object" = "$carried" ] && echo not-attempted || echo same)"
done | jq -s '{cells: .}' >"$results"
exit $status
END
chmod +x corematrix
touch {a,b,weary}.bpf.o
outside() { "$(dirname "$script")/tests/outside.sh" ./corematrix /bin/true outside a.bpf.o b.bpf.o weary.bpf.o -- -j 1; }
[ "$(outside)" = "3 records: 0 differences, 0 unseen" ] || fail "what came to nothing is not asked for again: $(outside) $(cat asked)"
[ "$(paste -sd, asked)" = "a.bpf.o b.bpf.o weary.bpf.o,a.bpf.o,b.bpf.o weary.bpf.o,b.bpf.o,weary.bpf.o,weary.bpf.o" ] ||
	fail "they are asked for as $(paste -sd, asked)"
rm outside/loader.records
[ "$(outside; wc -l <asked)" = $'3 records: 0 differences, 0 unseen\n6' ] || fail "what was said is asked for again: $(cat asked)"

# The page of the tree is one that the script as it stands writes: the same headings, every table row as wide as its
# head, and no difference without a reason.
shape() { grep -E '^#|^Made by|^Measured' "$1" | sed 's/^Measured.*/Measured/'; }
cmp -s <(shape "$tree_page") <(shape page.md) || fail "$tree_page has another shape than what loaders.sh writes: make loaders-doc"
awk -F'|' '/^\|---/ { width = NF } /^\|/ && NF != width && width { exit 1 } !/^\|/ { width = 0 }' "$tree_page" ||
	fail "$tree_page has a table with a row that is cut: make loaders-doc"
! grep -F "not explained" "$tree_page" || fail "$tree_page has a difference without a reason"

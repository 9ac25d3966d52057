#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What harness/compilers.sh promises, with compilers that are none. Usage: compilers.sh COREMATRIX
# shellcheck disable=SC2015,SC2016
set -euo pipefail
corematrix=$(realpath "$1") script=$(realpath "$(dirname "$0")/../compilers.sh")
results=$(realpath "$(dirname "$0")/golden/run.json")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fail() { echo "compilers.sh: $*" >&2; exit 1; }

# clang-N says what it was called with and writes an object; of bad.bpf.c it complains, clang-77 in colours.
mkdir bin progs run
cat >bin/clang-77 <<'END'
#!/bin/sh
[ "$1" != --version ] || { echo "clang version 77.7 | of nobody"; exit 0; }
echo "$*" >>called
case $* in
*bad.bpf.c)
	echo "progs/bad.bpf.c:1:1: warning: so far so good" >&2
	case $0 in
	*77) printf 'progs/bad.bpf.c:3:9: \033[31merror:\033[0m a <thing> that is no | other\nprogs/bad.bpf.c:4:1: error: more\n' >&2 ;;
	*) printf 'progs/bad.bpf.c:3:9: error: a <thing> that is no | other\n' >&2 ;;
	esac
	exit 1
	;;
*odd.bpf.c) exit 1 ;;
esac
while [ "$1" != -o ]; do shift; done
echo object >"$2"
END
for other in clang-9 clang-78 clang-x; do cp bin/clang-77 "bin/$other"; done
printf '#!/bin/sh\n' >bin/llvm-strip
chmod +x bin/*
PATH=$scratch/bin:$PATH
for name in good bad odd truncated no_btf; do touch "progs/$name.bpf.c" "progs/$name.ini"; done

found=$("$script" found)
grep -qx clang-77 <<<"$found" && grep -qx clang-78 <<<"$found" || fail "clang-77 is not found: $found"
! grep -q 'clang-9$\|clang-x' <<<"$found" || fail "what is too old or none is found: $found"

for label in clang-77 clang-78; do
	for name in good bad odd truncated no_btf; do
		"$script" compile $label progs/$name.bpf.c objects/$label/$name.stamp -g -O2 -Werror -target bpf
		[ -e objects/$label/$name.stamp ] || fail "$name has no stamp"
	done
done
[ -e objects/clang-77/good.bpf.o ] && [ -e objects/clang-77/good.ini ] || fail "a good program has no object and ini"
[ ! -e objects/clang-77/bad.bpf.o ] && [ ! -e objects/clang-77/odd.bpf.o ] || fail "what failed left an object"
[ "$(stat -c %s objects/clang-77/truncated.bpf.o)" = 3 ] || fail "half an object is not half"
! grep -q -- -Werror called || fail "a warning of another compiler's is an error"
grep -q -- '^-O2 -target bpf.*no_btf' called || fail "no_btf was compiled with -g"

# Two objects of a run become two builds of one, on kernels that were measured.
jq '{exec_identity: "clang-77", fixed_offset: "clang-78"} as $builds
	| .kernels |= map(select(.id | IN("5.10-amd64", "6.1-cloud"))) | [.kernels[].id] as $ids
	| .objects |= map(select($builds[.name]) | .name = "exec@" + $builds[.name])
	| .cells |= map(select($builds[.object] and (.kernel | IN($ids[]))) | .build = $builds[.object] | .object = "exec@" + .build)' \
	"$results" >run/results.json
"$script" page "$corematrix" run objects page.md
cp page.md again.md && "$script" page "$corematrix" run objects again.md
cmp page.md again.md || fail "the page is not the same twice"
says() { grep -qF -- "$1" page.md || fail "the page does not say: $1"; }
says '| `clang-77` | clang version 77.7 &#124; of nobody |'
says '4 of 10 objects.'
says '| `bad` | clang-77, clang-78 | progs/bad.bpf.c:3:9: error: a &#60;thing&#62; that is no &#124; other |'
says '| `odd` | clang-77, clang-78 | it ended without a word of an error |'
says '## Between builds clang-77, clang-78'
says '| `exec` | 5.10-amd64 | pass with clang-77; wrong: '
says '| `exec` | clang-77 | wrong | pass | 6.1-cloud |'
says 'on these kernels: 5.10-amd64, 6.1-cloud.'
says 'The release has no clang-14, clang-15,'
! grep -qF "$scratch" page.md || fail "the page has a path of this machine"

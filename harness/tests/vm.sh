#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Tests in real VMs: what a user does, and what must go red. Run from the repository's root after the build.
# Usage: vm.sh COREMATRIX [SECTION...]; a section is a file of harness/tests/vm/, without any all are run.
#
# One section more than there are processors runs side by side, for many wait; each with its own directory, and what one
# printed is shown when it has ended. They share images/: what a section damages, it damages in a store of its own (own_store).
set -um

corematrix=$(realpath "$1")
shift
directory=$(dirname "$0")
processors=$(nproc)
# These take longest, so they start first; every other file of the directory follows.
sections=(matrix sources hostile large resume red loader fields regress btf objects types)
[ $# = 0 ] || sections=("$@")
for file in "$directory"/vm/*.sh; do
	name=$(basename "$file" .sh)
	[ $# != 0 ] || [[ " ${sections[*]} " == *" $name "* ]] || sections+=("$name")
done
for name in "${sections[@]}"; do
	[ -e "$directory/vm/$name.sh" ] || { echo "no section $name; there are: $(cd "$directory/vm" && echo *.sh)" >&2; exit 2; }
done
# A make that is called from here (regress) is one of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL

top=$(mktemp -d)
declare -A running=() started=()
# shellcheck disable=SC2317
end() {
	local pid
	for pid in "${!running[@]}"; do kill -TERM -- "-$pid" 2>/dev/null && wait "$pid"; done
	rm -rf "$top"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A file that is left half way, by a mistake of the shell, leaves no count.
# shellcheck disable=SC1090,SC1091,SC2034
run_section() {
	local scratch=$top/$1 jobs=1 passed=0 failed=0
	[ "$1" != matrix ] || jobs=$(((processors + 1) / 2))
	mkdir "$scratch" && . "$directory/vm_section.sh" && . "$directory/vm/$1.sh" && echo "$passed $failed" >"$top/$1.count"
}

passed=0 failed=0 red=()
show_one() {
	local pid name good=0 bad=0 status=0
	wait -n -p pid "${!running[@]}" || status=$?
	name=${running[$pid]}
	unset "running[$pid]"
	echo "$name, $((SECONDS - started[$pid])) s:"
	sed 's/^/  /' "$top/$name.out"
	if ! read -r good bad 2>/dev/null <"$top/$name.count" || [ $((good + bad)) = 0 ] || [ $status != 0 ]; then
		echo "  FAIL  the section ended before its end, with status $status; its last check said:"
		tail -n 25 "$top/$name/out" 2>&1 | sed 's/^/  /'
		good=$(grep -c '^ok ' "$top/$name.out") bad=$(($(grep -c '^FAIL ' "$top/$name.out") + 1))
	fi
	passed=$((passed + good)) failed=$((failed + bad))
	[ "$bad" = 0 ] || red+=("$name")
	rm -rf "${top:?}/$name"
}

"$corematrix" kernels fetch -q build/progs/*.bpf.o || exit 3
for name in "${sections[@]}"; do
	while [ ${#running[@]} -gt "$processors" ]; do show_one; done
	run_section "$name" >"$top/$name.out" 2>&1 </dev/null &
	running[$!]=$name started[$!]=$SECONDS
done
while [ ${#running[@]} -gt 0 ]; do show_one; done

echo
echo "$passed passed, $failed failed${red[*]:+, in ${red[*]}}"
[ "$failed" = 0 ]

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What each compiler makes of the programs: every clang from 14 on and gcc's for BPF, as far as the release has them.
# Usage: compilers.sh packages                       names of the release's packages
#        compilers.sh found                          labels of the compilers that are here: clang-14, gcc-12
#        compilers.sh compile LABEL SOURCE STAMP FLAG...   beside STAMP the object, or NAME.error
#        compilers.sh page COREMATRIX RESULTS OBJECTS PAGE
set -euo pipefail

oldest=14
gcc=bpf-gcc

packages() {
	apt-cache pkgnames clang- | awk -F- -v oldest="$oldest" 'NF == 2 && $2 ~ /^[0-9]+$/ && $2 >= oldest' | sort -V
	apt-cache pkgnames gcc-bpf | grep -x gcc-bpf || true
}

found() {
	local command
	# without bash's own list: a name that PATH has twice is one compiler
	for command in $(compgen -c clang- | grep -xE 'clang-[0-9]+' | sort -Vu); do
		[ "${command#clang-}" -lt "$oldest" ] || echo "$command"
	done
	! command -v "$gcc" >/dev/null || echo "gcc-$("$gcc" -dumpversion | cut -d. -f1)"
}

command_of() {
	case $1 in
	gcc-*) echo "$gcc" ;;
	*) echo "$1" ;;
	esac
}

# Flags are clang's; what gcc calls otherwise is said here.
compile() {
	local label=$1 source=$2 stamp=$3 name object error flag
	local -a flags=()
	shift 3
	name=$(basename "$source" .bpf.c) object=${stamp%.stamp}.bpf.o error=${stamp%.stamp}.error
	mkdir -p "$(dirname "$stamp")"
	rm -f "$object" "$error"
	for flag in "$@"; do
		case $label/$name/$flag in
		*/no_btf/-g | */-Werror | gcc-*/bpf) ;;
		gcc-*/-target) ;;
		gcc-*/-g) flags+=(-gbtf -mco-re) ;;
		*) flags+=("$flag") ;;
		esac
	done
	[ "${label%%-*}" != gcc ] || flags+=(-idirafter /usr/include)
	if ! "$(command_of "$label")" "${flags[@]}" -c -o "$object" "$source" 2>"$error.all"; then
		rm -f "$object"
		# a compiler that crashes says so in another way
		grep -m 1 -E '(error|fatal error|internal compiler error|PLEASE submit|LLVM ERROR|Assertion)' "$error.all" >"$error" ||
			echo "it ended without a word of an error" >"$error"
	else
		llvm-strip -g "$object"
		[ "$name" != truncated ] || truncate -s $(($(stat -c %s "$object") / 2)) "$object"
		cp "${source%.bpf.c}.ini" "${object%.bpf.o}.ini"
	fi
	rm -f "$error.all"
	touch "$stamp"
}

# A line of a compiler's as it stands in a table: without colours and what is markup.
table_cell() { sed -E 's/\x1b\[[0-9;]*[mK]//g; s/&/\&#38;/g; s/\|/\&#124;/g; s/</\&#60;/g; s/>/\&#62;/g'; }

# "clang-19 | Debian clang version 19.1.7 (3~deb12u1)"
versions() {
	local label
	for label in "$@"; do echo "| \`$label\` | $("$(command_of "$label")" --version | head -n 1 | table_cell) |"; done
}

# Rows of what does not compile: the compilers that say the same of a program are one.
failures() {
	local directory=$1 file
	shift
	for file in "$directory"/*/*.error; do
		[ -e "$file" ] || continue
		printf '%s\t%s\t%s\n' "$(basename "$file" .error)" "$(table_cell <"$file")" "$(basename "$(dirname "$file")")"
	done | sort -t"$(printf '\t')" -k1,1 -k2,2 -k3,3V | awk -F'\t' '
		function flush() { if (last != "") printf "| `%s` | %s | %s |\n", name, who, text }
		$1 "\t" $2 == last { who = who ", " $3; next }
		{ flush(); last = $1 "\t" $2; name = $1; text = $2; who = $3 }
		END { flush() }'
}

page() {
	local corematrix=$1 results=$2 directory=$3 page=$4 kernels lacks total failed labels status=0 new
	mapfile -t labels < <(find "$directory" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -V)
	kernels=$(jq -r '[.kernels[].id] | join(", ")' "$results/results.json")
	lacks=$(comm -23 <(seq "$oldest" "$(printf '%s\n' "${labels[@]}" | sed -n 's/^clang-//p' | sort -n | tail -n 1)" | sort) \
		<(printf '%s\n' "${labels[@]}" | sed -n 's/^clang-//p' | sort) | sort -n | sed 's/^/clang-/' | paste -sd, | sed 's/,/, /g')
	printf '%s\n' "${labels[@]}" | grep -q '^gcc-' || lacks="${lacks:+$lacks, }gcc-bpf"
	total=$(find "$directory" -name '*.stamp' -printf '%f\n' | sort -u | wc -l)
	failed=$(find "$directory" -name '*.error' | wc -l)
	new=$(mktemp "$page.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -f '$new' '$new.all'" EXIT
	{
		cat <<-END
			# What compilers make of the programs

			Made by \`make compilers\`: each of the $total programs of \`progs/\`, compiled by each clang from $oldest on and the gcc for BPF
			that the release has, and run on these kernels: $kernels.
			What is the same with each compiler is only counted.

			| compiler | version |
			|---|---|
		END
		versions "${labels[@]}"
		[ -z "$lacks" ] || printf '\nThe release has no %s.\n' "$lacks"
		printf '\n## Not compiled\n\n%d of %d objects.\n' "$failed" $((total * ${#labels[@]}))
		if [ "$failed" != 0 ]; then
			printf '\n| program | by | first error |\n|---|---|---|\n'
			failures "$directory"
		fi
		printf '\n'
		# what variants differ in is no compiler's doing
		"$corematrix" report --differences "$results" >"$new.all" || status=$?
		awk '/^## / { wanted = /^## Between builds/ } wanted' "$new.all"
		printf '## Not as expected\n\n'
		unexpected "$results/results.json"
	} >"$new"
	# 1: worse than the inis expect, which is what the page tells
	[ "$status" -le 1 ] || exit "$status"
	chmod 644 "$new" && mv "$new" "$page"
}

# Of cells that are not as their ini expects, per object: who, and what they come to.
unexpected() {
	local rows
	rows=$(jq -r '[.cells[] | select(.as_expected | not)
		| {object: (.object | split("@")[0]), build, kernel, expected, verdict: (.verdict + (if (.class // "") == "" then "" else ":" + .class end)), reason}
		# as expected by its verdict: something else was not
		| .what = .verdict + (if .verdict == .expected then ": " + .reason else "" end)]
		| group_by(.object, .what, .expected)[]
		| "| `\(.[0].object)` | \([.[].build] | unique | join(", ")) | \(.[0].what) | \(.[0].expected | gsub("\\|"; " or ")) | \([.[].kernel] | unique | join(", ")) |"' "$1")
	[ -n "$rows" ] || { echo "Every cell is as its ini expects."; return; }
	printf '| object | by | comes to | expected | on |\n|---|---|---|---|---|\n%s\n' "$rows"
}

verb=$1
shift
"$verb" "$@"

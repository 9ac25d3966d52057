#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Holds the user's pages (harness/doc) against what the program and its sources say can be given or will be written:
# commands and options, the list's options, members of the JSON documents, variables of the environment. One line per
# offence. Vocabularies, fields and the ini are check_pages.c's.
# Usage: pages.sh COREMATRIX [DIRECTORY]: the program, and a tree (this one by default).
set -euo pipefail
program=$(realpath "$1")
cd "${2:-$(dirname "$0")/../..}"

offences=0
offend() { echo "$*" >&2; offences=1; }

# each PAGE LEAST WHAT: every word of stdin stands there in backquotes; fewer than LEAST means that the words themselves
# were not found.
each() {
	local page=harness/doc/$1 least=$2 what=$3 word count=0
	while read -r word; do
		count=$((count + 1))
		grep -qF -- "\`$word\`" "$page" || offend "$page does not tell of $what \`$word\`"
	done
	[ "$count" -ge "$least" ] || offend "pages.sh: found $count of what is $what, and there are at least $least: mend this script"
}

commands() { "$program" --help | sed -nE 's/^  ([a-z-]+) .*/\1/p'; }
said_by_program() {
	local command
	for command in $(commands); do
		"$program" "$command" --help | grep -oE '^ +(-[A-Za-z], +)?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vxE -- '--help|--usage' |
			sed "s/^/$command /" || true # one without options
	done | sort -u
}
# Rows of a command's section, and those of the common section for each command that they name.
said_by_page() {
	awk '
		/^## / { section = substr($0, 4); next }
		/^\| .*`--[a-z]/ {
			match($0, /`--[a-z-]+/)
			option = substr($0, RSTART + 1, RLENGTH - 1)
			count = section ~ /^Options of several/ ? split($0, part, "|") : 0
			if (!count) { print section, option; next }
			words = split(part[3], named, "`")
			for (i = 2; i <= words; i += 2) print named[i], option
		}' harness/doc/commands.md | sort -u
}

for command in $(commands); do
	grep -qx "## $command" harness/doc/commands.md || offend "harness/doc/commands.md has no section \"## $command\""
done
[ "$(said_by_program | wc -l)" -gt 40 ] || offend "pages.sh: --help told few options: mend this script"
while read -r command option; do
	offend "harness/doc/commands.md does not tell of option $option of $command"
done < <(comm -23 <(said_by_program) <(said_by_page))
while read -r command option; do
	offend "harness/doc/commands.md tells of option $option of $command, which has none"
done < <(comm -13 <(said_by_program) <(said_by_page))

# {"memory", true, set_memory}: of a row, in kernels.md and in the head of the list itself.
row_options() { grep -oP '\{"\K[a-z_]+(?=", (true|false), set_)' harness/host/kernels/kernel_row.c; }
missing=$(row_options | while read -r name; do
	grep -oE '^\| `[a-z_]+' harness/doc/kernels.md | cut -c4- | grep -qx "$name" || echo "harness/doc/kernels.md does not tell of a row's option $name"
	grep -qE "^#   $name(=| )" kernels.txt || echo "the head of kernels.txt does not tell of option $name"
done)
[ -z "$missing" ] || offend "$missing"
[ "$(row_options | wc -l)" -ge 7 ] || offend "pages.sh: found few options of a row: mend this script"

members() { grep -oP 'codec_\w+\(&?x, \w+, "\K\w+|(put_\w+|json_object_set_new)\(\w+, "\K\w+' "$@" | sort -u; }
# check_schema.c holds the schema against what is written; what is written only here and there it may never see.
unknown=$(members harness/host/result/result_json.c | while read -r word; do
	grep -qF -- "\"$word\": {" harness/doc/results.schema.json || echo "harness/doc/results.schema.json does not tell of member $word of results.json"
done)
[ -z "$unknown" ] || offend "$unknown"
each results.md 70 "a member of results.json," < <(members harness/host/result/result_json.c)
each results.md 30 "a member of predict.json," < <(members harness/host/predict/predict_json.c)
each speed.md 25 "a member of bench.json," < <(
	members harness/host/bench/bench_json.c
	grep -oP '\{"\K\w+(?=", BENCH_)' harness/host/bench/bench_json.c
)
each commands.md 6 "a variable of the environment," < <(grep -rhoP 'getenv\("\K\w+' harness/host harness/base | sort -u)
exit $offences

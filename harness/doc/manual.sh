#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The manual pages, made from what the program says of itself (--help, by help2man) and from the user's pages beside this
# script (by lowdown), so that none can say anything else. Usage: manual.sh COREMATRIX DIRECTORY
set -euo pipefail
program=$(realpath "$1") to=$2 pages=$(dirname "$0")
version=$("$program" --version | sed -n '1s/^corematrix //p')
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(stat -c %Y "$program")}" +%Y-%m-%d)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir -p "$to"
# help2man calls what it describes by name.
ln -s "$program" "$here/corematrix"
PATH=$here:$PATH
# Of the time of the program, not of the making.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(stat -c %Y "$program")}

# page NAME COMMAND DESCRIPTION [INCLUDE]: of section 1.
page() {
	local include=()
	for file in "$pages/man/$1.h2m" "$pages/man/common.h2m"; do
		[ ! -e "$file" ] || include+=(--include="$file")
	done
	help2man --no-info --no-discard-stderr --version-string="$version" --manual="User Commands" --source="corematrix $version" \
		--name="$3" "${include[@]}" "$2" |
		sed "s/^\.TH .*/.TH ${1^^} 1 \"$date\" \"corematrix $version\" \"User Commands\"/; s/^corematrix .* \\\\-/$1 \\\\-/" >"$to/$1.1"
}

page corematrix corematrix "does a compiled CO-RE object do its job on every kernel?"
while read -r command description; do
	page "corematrix-$command" "corematrix $command" "$description"
done < <("$program" --help | sed -n 's/^  \([a-z-]*\)  *\(.*\)/\1 \2/p')

# chapter NAME FILE DESCRIPTION: of section 5.
chapter() {
	lowdown -s -Tman -m "title: $1" -m "section: 5" -m "date: $date" -m "source: corematrix $version" "$pages/$2" |
		sed "0,/^\.SH/s//.SH NAME\n$1 \\\\- $3\n.SH/" >"$here/$1.5"
	# man(7): a page with tables says so in its first line.
	{ ! grep -q '^\.TS' "$here/$1.5" || printf "'\\\\\" t\n"; cat "$here/$1.5"; } >"$to/$1.5"
}

chapter corematrix-kernels kernels.md "the list of kernels of a matrix"
chapter corematrix-object ini.md "what an object's ini says of it"

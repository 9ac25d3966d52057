#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Holds every #include of harness/ (but tests/) against the table of rooms in CONTRIBUTING.md: one line per offence. Each
# room has a README.md, too.
# A test includes headers only: what it tests is linked, from libharness.a and libagent.a.
# Usage: rooms.sh [DIRECTORY]: of a tree, this one by default.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

offences=0
if [ -d harness/tests ] && grep -nE '^#include "[^"]*\.c"' harness/tests/*.[ch] >&2; then
	echo "a test includes headers only" >&2
	offences=1
fi
mapfile -t files < <(find harness -path harness/tests -prune -o -name '*.[chS]' -print | sort)
awk '
	# | `room` | what lives there | `room` `room` |
	FILENAME == "CONTRIBUTING.md" {
		if (!/^\| `[a-z\/]+` \|/) next
		split($0, column, " *\\| *")
		room = column[2]; gsub("`", "", room)
		count = split(column[4], named, " +")
		for (i = 1; i <= count; i++) {
			gsub("`", "", named[i])
			if (named[i] == "") continue
			if (!(named[i] in rooms)) offend("CONTRIBUTING.md:" FNR ": " room " may not include " named[i] ", which does not stand above it")
			may[room, named[i]] = 1
		}
		rooms[room] = FNR
		next
	}
	FNR == 1 {
		room = FILENAME; sub("^harness/", "", room); sub("/[^/]*$", "", room)
		if (!(room in rooms)) offend(FILENAME ": " room " is no room of the table in CONTRIBUTING.md")
		seen[room] = 1
	}
	/^#include "/ {
		split($0, part, "\"")
		other = part[2]
		if (!sub("/[^/]*$", "", other)) offend(FILENAME ":" FNR ": " part[2] " is named without its room")
		else if (other != room && !((room, other) in may)) offend(FILENAME ":" FNR ": " room " may not include " part[2])
		used[room, other] = 1
	}
	function offend(text) { print text; offences++ }
	END {
		for (room in rooms) if (system("test -s harness/" room "/README.md")) offend("harness/" room ": no README.md says what lives there")
		for (room in rooms) if (!(room in seen)) offend("CONTRIBUTING.md:" rooms[room] ": there is no room " room)
		for (pair in may) if (!(pair in used)) {
			split(pair, part, SUBSEP)
			offend("CONTRIBUTING.md:" rooms[part[1]] ": " part[1] " does not include " part[2] " any more")
		}
		exit offences > 0
	}
' CONTRIBUTING.md "${files[@]}" >&2 || offences=1
exit $offences

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Holds that nothing in harness/ knows a distribution but the room that is there for it, and tests: one line per offence.
# Formats of packages (.deb, .rpm) do not count: users give such files. Flavours do not in comments, where they are
# examples of what users write.
# Usage: distribution.sh [DIRECTORY]: of a tree, this one by default.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

mapfile -t files < <(find harness \( -path harness/tests -o -path harness/host/source \) -prune -o -name '*.[chS]' -print |
	sort)
[ "${#files[@]}" -gt 0 ] || exit 0
awk '
	BEGIN {
		names = "debian|ubuntu|fedora|rhel|suse|archlinux|bullseye|bookworm|trixie|forky"
		tools = "(^|[^a-z_])(apt|apt-get|apt_[a-z_]*|dnf|pacman)([^a-z_]|$)"
		packages = "linux-(image|binary|base|modules|headers)-"
		flavours = "\"-?(cloud|rt|generic)(-[a-z0-9]*)?\""
	}
	{
		line = tolower($0)
		forbidden = names "|" tools "|" packages
		if (line !~ /^[ \t]*\*|\/\*/) forbidden = forbidden "|" flavours
		if (line !~ forbidden) next
		match(line, forbidden)
		print FILENAME ":" FNR ": " substr(line, RSTART, RLENGTH) ": only host/source knows distributions"
		offences++
	}
	END { exit offences > 0 }
' "${files[@]}" >&2

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether every C file of the tree is as clang-format would write it. Usage: format.sh [DIRECTORY]: of a tree.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"
# Releases of clang-format disagree on a few lines (macros that are initialisers, words that C++ reserves), so the tree is
# formatted by one of them: Debian 12's.
by=14
format=$(command -v "clang-format-$by" || command -v clang-format)
version=$("$format" --version | sed -E 's/.*version ([0-9]+).*/\1/')
if [ "$version" != "$by" ]; then
	echo "format.sh: not checked: the tree is formatted by clang-format $by, and this is $version"
	exit 0
fi
find harness progs -name '*.[ch]' -print0 | sort -z | xargs -0 "$format" --dry-run -Werror

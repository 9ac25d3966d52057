#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# That pages.sh misses what is taken out of the pages, and what the program no longer has.
# Usage: pages_red.sh COREMATRIX
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# without PAGE TEXT REPLACEMENT: of the tree with this change pages.sh says no.
without() {
	rm -rf "$tree/harness"
	mkdir -p "$tree/harness"
	cp kernels.txt "$tree/"
	cp -r harness/doc harness/base harness/host "$tree/harness/"
	grep -qF -- "$2" "$tree/$1" || { echo "pages_red.sh: $1 does not hold $2" >&2; exit 1; }
	sed -i "s\\$2\\$3\\" "$tree/$1"
	if harness/tests/pages.sh "$program" "$tree" 2>/dev/null; then
		echo "pages_red.sh: pages.sh does not miss $2 in $1" >&2
		exit 1
	fi
}

without harness/doc/commands.md '## bisect' '## bisection'
without harness/doc/commands.md '`--repeat=N`' '`-r`'
without harness/doc/commands.md '`run` `bisect` `sweep` `watch` `bench`' '`run` `bench`'
without harness/doc/commands.md '`--ship=FILE`' '`--shop=FILE`'
without harness/doc/commands.md '`NO_COLOR`' 'NO_COLOR'
without harness/doc/kernels.md '`memory=MB`' 'memory'
without kernels.txt '#   memory=MB' '#   size=MB'
without harness/doc/results.md '`image_sha256`' 'a hash'
without harness/doc/results.md '`target_size`' 'a size'
without harness/doc/results.schema.json '"never_driven": {' '"never": {'
without harness/doc/speed.md '`guest_mb`' 'memory'

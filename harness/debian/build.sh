#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A Debian package of the tree as it is committed (without a repository: as it is), checked by lintian.
# Usage: build.sh VERSION DIRECTORY
set -euo pipefail
version=$1 to=$2 name=corematrix-$1
rm -rf "$to" && mkdir -p "$to/$name"
if [ -e .git ]; then
	git archive HEAD
	from="commit $(git rev-parse --short=12 HEAD)" date=$(git log -1 --format=%aD)
else
	tar -c --exclude=./build --exclude='./images/*' --exclude='./results/*' .
	from="a tree without a repository" date=$(date -R -r Makefile)
fi >"$to/tree.tar"
tar -x -C "$to/$name" -f "$to/tree.tar" && rm "$to/tree.tar"
mv "$to/$name/harness/debian" "$to/$name/debian"
rm -f "$to/$name/debian/build.sh"
chmod +x "$to/$name/debian/rules" "$to/$name/debian/tests/one-object"
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-unstable}")
cat >"$to/$name/debian/changelog" <<EOF
corematrix ($version) $release; urgency=medium

  * Built from $from.

 -- corematrix maintainers <maintainers@corematrix.invalid>  $date
EOF
{
	printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: corematrix\n\n'
	printf 'Files: *\nCopyright: %s\nLicense: BSD-2-Clause\n' "$(sed -n 's/^Copyright (c) //p' "$to/$name/LICENSE" | head -1)"
	printf '\nLicense: BSD-2-Clause\n'
	sed 's/^$/./; s/^/ /' "$to/$name/LICENSE"
} >"$to/$name/debian/copyright"
mkdir -p "$to/$name/debian/source" && echo '3.0 (native)' >"$to/$name/debian/source/format"
(cd "$to/$name" && dpkg-buildpackage -b -us -uc)
lintian --fail-on error "$to"/*.changes
ls "$to"/*.deb

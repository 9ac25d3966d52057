#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A repository of pacman's packages made of a Debian kernel, laid out as Arch's: linux has the image and modules,
# linux-headers the configuration. Usage: pacman.sh TREE RELEASE KEYHOME DIRECTORY: TREE is what tree.sh made; the key
# `mirror` of KEYHOME signs each package.
set -euo pipefail
tree=$(realpath "$1") release=$2 home=$(realpath "$3")
mkdir -p "$4"
directory=$(realpath "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=${release%%-*}.arch1-1

# package NAME: of what is in $work/NAME.
package() {
	local file=$directory/$1-$version-x86_64.pkg.tar.zst
	printf 'pkgname = %s\npkgbase = linux\npkgver = %s\npkgdesc = a kernel\narch = x86_64\nsize = 1\nbuilddate = 1\n' "$1" "$version" >"$work/$1/.PKGINFO"
	tar -C "$work/$1" --zstd -cf "$file" .PKGINFO usr && gpg --homedir "$home" --batch --quiet -u mirror --detach-sign "$file"
}
modules=usr/lib/modules/$release
mkdir -p "$work/linux/$modules" "$work/linux-headers/$modules/build"
cp -r "$tree/lib/modules/$release/kernel" "$work/linux/$modules/"
cp "$tree/boot/vmlinuz-$release" "$work/linux/$modules/vmlinuz"
cp "$tree/boot/config-$release" "$work/linux-headers/$modules/build/.config"
package linux
package linux-headers
repo-add -q "$directory/core.db.tar.gz" "$directory"/*.pkg.tar.zst

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An archive in Ubuntu's layout made of a Debian kernel: the image alone, its modules, those that few use, and a
# metapackage. Usage: apt.sh TREE RELEASE KEYHOME DIRECTORY: TREE is what tree.sh made, or the kernel's package unpacked.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
tree=$(realpath "$1") release=$2 home=$(realpath "$3") directory=$4
version=${release%%-*}-56.56
mkdir -p "$directory/pool" "$directory/dists/noble/main/binary-amd64"
cd "$directory"

# package NAME DEPENDS: of what is in ./NAME
package() {
	mkdir -p "$1/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: tests <tests@mirror.example>\nDescription: a kernel\n' "$1" "$version" >"$1/DEBIAN/control"
	[ -z "$2" ] || echo "Depends: $2" >>"$1/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$1" "pool/$1_${version}_amd64.deb" >/dev/null
	rm -r "$1"
}
# Debian's newer packages have lib below usr.
lib=$tree/lib/modules/$release
[ -d "$lib" ] || lib=$tree/usr/lib/modules/$release
image=linux-image-$release modules=linux-modules-$release extra=linux-modules-extra-$release
mkdir -p "$image/boot" "$modules/boot" "$modules/lib/modules/$release" "$extra/lib/modules/$release/kernel/net"
cp "$tree/boot/vmlinuz-$release" "$image/boot/"
cp "$tree/boot/config-$release" "$modules/boot/"
cp -r "$lib/." "$modules/lib/modules/$release/"
mv "$modules/lib/modules/$release/kernel/net/ipv4" "$extra/lib/modules/$release/kernel/net/"
package "$image" "linux-modules-$release"
package "$modules" ""
package "$extra" ""
mkdir linux-image-generic && package linux-image-generic "linux-image-$release, linux-modules-extra-$release"

apt-ftparchive packages pool >dists/noble/main/binary-amd64/Packages
xz -k dists/noble/main/binary-amd64/Packages
"$here/apt-sign.sh" "$home" .

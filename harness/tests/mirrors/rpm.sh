#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A repository of RPM packages made of a Debian kernel, laid out as those of Fedora and its kin: kernel-core has the image
# and the configuration, kernel-modules-core modules, kernel-modules those that few use.
# Usage: rpm.sh TREE RELEASE KEYHOME DIRECTORY: TREE is what tree.sh made; the key `mirror` of KEYHOME signs each package.
set -euo pipefail
tree=$(realpath "$1") release=$2 home=$(realpath "$3")
mkdir -p "$4"
directory=$(realpath "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/kernel.spec" <<EOF
Name: kernel
Version: ${release%%-*}
Release: 56.el9
Summary: a kernel
License: GPL-2.0-only
%description
A kernel.
%package core
Summary: its image
%description core
Its image.
%package modules-core
Summary: modules
%description modules-core
Modules.
%package modules
Summary: more modules
%description modules
More modules.
%install
mkdir -p %{buildroot}
cp -r $work/root/. %{buildroot}/
%files core
/lib/modules/$release/vmlinuz
/lib/modules/$release/config
%ghost /boot/vmlinuz-$release
%files modules-core
/lib/modules/$release/kernel/drivers
%files modules
/lib/modules/$release/kernel/net
EOF
mkdir -p "$work/root/lib/modules" "$work/root/boot"
cp -r "$tree/lib/modules/$release" "$work/root/lib/modules/"
cp "$tree/boot/vmlinuz-$release" "$work/root/lib/modules/$release/vmlinuz"
cp "$tree/boot/config-$release" "$work/root/lib/modules/$release/config"
touch "$work/root/boot/vmlinuz-$release"
# The files are there already; what rpmbuild would strip or compress again is left alone.
rpmbuild -bb --quiet --target x86_64 --define "_topdir $work" --define "_rpmdir $directory" --define "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
	--define "__os_install_post %{nil}" --define "_binary_payload w1.gzdio" --define "debug_package %{nil}" \
	--define "_unpackaged_files_terminate_build 0" "$work/kernel.spec"
GNUPGHOME=$home rpmsign --define "_gpg_name mirror" --define "__gpg $(command -v gpg)" --addsign "$directory"/*.rpm >/dev/null
createrepo_c -q "$directory"

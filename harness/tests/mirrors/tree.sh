#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The file tree of a kernel's package, made of what the store keeps of it. Usage: tree.sh ENTRY RELEASE TREE: ENTRY is the
# kernel's directory in the store, RELEASE what the tree calls it.
set -euo pipefail
entry=$1 release=$2 tree=$3
modules=$tree/lib/modules/$release
mkdir -p "$tree/boot" "$modules/kernel/drivers" "$modules/kernel/net/ipv4"
cp "$entry/bzimage" "$tree/boot/vmlinuz-$release"
cp "$entry/config" "$tree/boot/config-$release"
cp "$entry"/modules/*.ko "$modules/kernel/drivers/"
mv "$modules/kernel/drivers/tcp_westwood.ko" "$modules/kernel/net/ipv4/"

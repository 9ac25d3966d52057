#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An image of a kernel in a layout of the OCI's (image-layout.md), made of what tree.sh made: a layer with its modules, and
# above it one with the kernel and its configuration. Usage: oci.sh TREE LAYOUT TAG
set -euo pipefail
tree=$1 layout=$2 tag=$3
blobs=$layout/blobs/sha256
mkdir -p "$blobs"

# blob TYPE: what stdin has, stored; prints its descriptor.
blob() {
	local hash
	cat >"$blobs/new" && hash=$(sha256sum <"$blobs/new" | cut -d" " -f1) && mv "$blobs/new" "$blobs/$hash" &&
		printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s}' "$1" "$hash" "$(stat -c %s "$blobs/$hash")"
}
layer() { tar -C "$tree" --sort=name --owner=0 --group=0 --mtime=@0 -c "$1"; }
modules=$(layer lib | gzip -n1 | blob layer.v1.tar+gzip)
kernel=$(layer boot | zstd -q | blob layer.v1.tar+zstd)
config=$(printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s","sha256:%s"]}}' \
	"$(layer lib | sha256sum | cut -d" " -f1)" "$(layer boot | sha256sum | cut -d" " -f1)" | blob config.v1+json)
manifest=$(printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s,%s]}' \
	"$config" "$modules" "$kernel" | blob manifest.v1+json)
printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' "${manifest%\}}" "$tag" >"$layout/index.json"

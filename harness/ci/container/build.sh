#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An image with the program, its list and the scripts of harness/ci, and without kernels: Debian packages and nothing else, by
# mmdebstrap and umoci, without a daemon and without root (user namespaces have to be allowed).
# Usage: build.sh PACKAGE.deb LAYOUT
#   PACKAGE.deb  what `make deb` made, of the release that this machine runs
#   LAYOUT       the OCI layout that is made, a directory; its only image is called corematrix
# Then, for example: skopeo copy oci:LAYOUT:corematrix docker-daemon:corematrix:latest
set -euo pipefail

if [ $# != 2 ]; then
	echo "usage: build.sh PACKAGE.deb LAYOUT" >&2
	exit 2
fi
package=$(realpath "$1") layout=$(realpath -m "$2")
[ -e "$package" ] || { echo "$1: there is no such package; make deb makes it" >&2; exit 2; }
[ ! -e "$layout" ] || { echo "$2: is there already; remove it first" >&2; exit 2; }
for tool in mmdebstrap umoci; do
	command -v $tool >/dev/null || { echo "$tool is not installed: apt-get install mmdebstrap umoci" >&2; exit 2; }
done
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# Where this machine's apt goes, and what it is told about getting there, count for the image's packages, too.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' | head -n 1)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|Max-ValidTime|Retries|https?::)' >"$work/apt.conf" || true
cp "$package" "$work/corematrix.deb"

# shellcheck disable=SC2016
mmdebstrap --quiet --variant=minbase --include=ca-certificates,jq --aptopt="$work/apt.conf" \
	--customize-hook="copy-in $work/corematrix.deb /" \
	--customize-hook='chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends /corematrix.deb >/dev/null' \
	--customize-hook='rm "$1/corematrix.deb"' \
	"$release" "$work/root.tar" "$mirror"
umoci init --layout "$layout"
umoci new --image "$layout:corematrix"
umoci raw add-layer --image "$layout:corematrix" "$work/root.tar"
umoci config --image "$layout:corematrix" --config.entrypoint corematrix --config.cmd --help --config.workingdir /corematrix \
	--created 1970-01-01T00:00:00Z
umoci gc --layout "$layout"
echo "$layout: image corematrix, $(du -sm "$layout" | cut -f1) MB"

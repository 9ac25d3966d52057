#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Run the commands of README, or others, on a bare Debian: the tree as committed, in a chroot of nothing but what is
# essential, `make` and the certificates. Needs root, or sudo without a password.
#
# Usage: check-debian.sh [--possible] [--images DIR] [--packages DIR] [--keep] SUITE [COMMAND...]
#   COMMAND          "make matrix" and "make check" without any; each is one word here, and run in the tree
#   --possible       say only, by the exit status, whether this machine can do it
#   --images DIR     a store to share, instead of an empty one
#   --packages DIR   where packages are kept from one run for the next
#   --keep           leave the chroot (build/debian/SUITE) behind; it is left behind a failure anyway
set -euo pipefail

possible='' images='' packages='' keep=''
while [ $# -gt 0 ]; do
	case $1 in
	--possible) possible=1 ;;
	--images) images=$(realpath "$2") && shift ;;
	--packages) packages=$(realpath -m "$2") && shift ;;
	--keep) keep=1 ;;
	-*) echo "check-debian.sh: unknown option $1" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || [ -n "$possible" ] || { echo "check-debian.sh: which suite? trixie, for example" >&2; exit 2; }
cd "$(dirname "$0")/.."

root=()
[ "$(id -u)" = 0 ] || root=(sudo -n)
# A namespace of its own for mounts and processes: nothing of either is left behind.
apart=("${root[@]}" unshare --mount --pid --fork --kill-child --propagation private)
if ! "${apart[@]}" mount -t proc proc /proc 2>/dev/null; then
	echo "check-debian.sh: this machine does not let us mount in a namespace of our own; root (or sudo) and CAP_SYS_ADMIN do" >&2
	exit 2
fi
[ -z "$possible" ] || exit 0

suite=$1
shift
[ $# -gt 0 ] || set -- "make matrix" "make check"
command -v mmdebstrap >/dev/null || harness/deps.sh mmdebstrap

# Where this machine's apt goes, and what it is told about getting there, count in the chroot too.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' | head -n 1)}
[ -n "$mirror" ] || { echo "check-debian.sh: this machine's apt has no Debian mirror; set DEBIAN_MIRROR" >&2; exit 2; }
place=$PWD/build/debian/$suite
"${root[@]}" rm -rf "$place"
mkdir -p "$place"
apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|Max-ValidTime|Retries|https?::)' >"$place.conf" || true

# timed WHAT COMMAND...
timed() {
	local what=$1 since=$SECONDS
	shift
	"$@" || { echo "$suite: $what failed after $((SECONDS - since)) s; the chroot is $place" >&2; return 1; }
	echo "$suite: $what: $((SECONDS - since)) s"
}

bare() {
	local log=$place.log tar=${packages:-$PWD/build/debian}/$suite.tar
	[ -z "$packages" ] || mkdir -p "$packages/archives/partial"
	if [ -z "$packages" ] || [ ! -e "$tar" ]; then
		# What it says of its work is of interest when it fails.
		"${root[@]}" mmdebstrap --quiet --variant=minbase --include=make,ca-certificates --aptopt="$place.conf" "$suite" "$tar.new.tar" \
			"$mirror" >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; return 1; }
		mv "$tar.new.tar" "$tar"
	fi
	"${root[@]}" tar -xf "$tar" -C "$place" --numeric-owner
	[ -n "$packages" ] || rm -f "$tar"
	"${root[@]}" cp "$place.conf" "$place/etc/apt/apt.conf.d/90machine"
	"${root[@]}" mkdir "$place/corematrix"
	git archive HEAD | "${root[@]}" tar -x -C "$place/corematrix"
	[ -z "$images" ] || "${root[@]}" mkdir -p "$place/corematrix/images"
}

# inside COMMAND: in the tree in the chroot, with nothing of this shell's environment.
inside() {
	# shellcheck disable=SC2016
	"${apart[@]}" bash -c '
		set -e
		place=$1 images=$2 packages=$3 mirror=$4 command=$5
		mount -t proc proc "$place/proc"
		mount --rbind /sys "$place/sys"
		mount --rbind /dev "$place/dev"
		[ -z "$images" ] || mount --bind "$images" "$place/corematrix/images"
		if [ -n "$packages" ]; then
			mount --bind "$packages/archives" "$place/var/cache/apt/archives"
			echo "APT::Keep-Downloaded-Packages \"true\"; Binary::apt-get::APT::Keep-Downloaded-Packages \"true\";" >"$place/etc/apt/apt.conf.d/91keep"
			rm -f "$place/etc/apt/apt.conf.d/docker-clean"
		fi
		exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
			${mirror:+DEBIAN_MIRROR="$mirror"} chroot "$place" sh -c "cd /corematrix && $command"
	' inside "$place" "$images" "$packages" "${DEBIAN_MIRROR:-}" "$1" </dev/null
}

echo "$suite: the tree of $(git log -1 --format='%h, "%s"')"
timed "a bare system" bare
for command in "$@"; do
	timed "$command" inside "$command"
done
inside "build/corematrix --version && clang --version | head -n 1 && dpkg-query -W 'qemu-system-*' | awk '\$2'"
[ -n "$keep" ] || "${root[@]}" rm -rf --one-file-system "$place" "$place.conf" "$place.log"

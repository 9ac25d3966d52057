#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The image that harness/ci/container/build.sh makes: it has no kernel, and the commands of harness/ci/kubernetes run in it,
# two pods in turn and the merge, give what one run gives. Needs root (for a chroot in place of a container engine).
# Usage: container.sh NODE_MODULES PACKAGE.deb IMAGES OBJECT...
set -euo pipefail
modules=$(realpath "$1") package=$(realpath "$2") images=$(realpath "$3")
shift 3
objects=()
for object in "$@"; do
	objects+=("$(realpath "$object")")
done
cd "$(dirname "$0")/../../.."
dir=$(mktemp -d)
trap 'umount "$dir/rootfs/corematrix/images" "$dir/rootfs/proc" "$dir/rootfs/dev" 2>/dev/null || true; rm -rf --one-file-system "$dir"' EXIT

fail() {
	echo "container: $1" >&2
	exit 1
}

harness/ci/container/build.sh "$package" "$dir/layout"
umoci unpack --image "$dir/layout:corematrix" "$dir/bundle" >/dev/null
mv "$dir/bundle/rootfs" "$dir/rootfs"
root=$dir/rootfs
[ "$(jq -r '.process.args | join(" ")' "$dir/bundle/config.json")" = "corematrix --help" ] || fail "its entry point: $(jq -c .process.args "$dir/bundle/config.json")"
[ -z "$(find "$root" -name 'vmlinu*' -type f)" ] || fail "it has a kernel"
mkdir -p "$root/corematrix/images" "$root/corematrix/objects" "$root/proc" "$root/dev"
mount --bind "$images" "$root/corematrix/images"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
for object in "${objects[@]}"; do
	cp "$object" "${object%.bpf.o}.ini" "$root/corematrix/objects/"
done

cp harness/tests/ci/kubernetes.mjs "$dir/" && ln -s "$modules" "$dir/node_modules"
# As a pod of the job does it: its index in the environment, two of them where the manifest says four, few kernels.
pod() { # MANIFEST INDEX
	local command
	command=$(node "$dir/kubernetes.mjs" --commands "$1" | jq -r '.[2]')
	[ "$2" = none ] || command=${command//\/4\"/\/2\"}
	command=${command// --images/ --kernel \'6.1-*\' --images}
	chroot "$root" env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/root JOB_COMPLETION_INDEX="$2" /bin/sh -ec "cd /corematrix; $command"
}
pod harness/ci/kubernetes/parts.yaml 0 >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; fail "pod 0"; }
pod harness/ci/kubernetes/parts.yaml 1 >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; fail "pod 1"; }
pod harness/ci/kubernetes/merge.yaml none >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; fail "the merge"; }
cells=$(jq '.cells | length' "$root/corematrix/results/latest/results.json")
[ "$cells" = $((3 * ${#objects[@]})) ] || fail "$cells cells"
[ "$(jq '[.cells[] | select(.as_expected | not)] | length' "$root/corematrix/results/latest/results.json")" = 0 ] || fail "not as expected"
echo "container: $cells cells in an image without kernels, by the commands of the two manifests"

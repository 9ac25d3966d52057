#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How far does the harness come with what others ship, without an ini? Fetches Debian's packages that carry BPF objects,
# runs all objects on the kernels that are named, and counts cells by evidence.
#
# Usage: field.sh COREMATRIX DIR [-- OPTIONS OF corematrix run]
# DIR keeps the packages and the results; objects of one's own in DIR/own are run, too. Needs apt, jq and the network.
# Prints, per kernel, how many cells loaded, ran, and compared a value, and what fired no hook. Ends with 1 when a cell
# is `pass` without a compared value or `infra`, when less than nine tenths of what is loaded and attached ran, or when
# less than half of what ran compared a value.
set -eu

corematrix=$1 dir=$2
shift 2
[ $# -eq 0 ] || shift
packages=(
	libbpf-tools/bookworm libbpf-tools/sid bpftool/sid xdp-tools/sid mimic/sid rtc-testbench/sid bpftune/sid
	opensnitch-ebpf-modules/sid bpfilter/sid
)

# The mirror that a user gives, or the one of the system's apt.
mirror() {
	[ -z "${DEBIAN_MIRROR:-}" ] || { echo "$DEBIAN_MIRROR"; return; }
	apt-get update --print-uris 2>/dev/null | sed -n "s#^'\(.*/debian\)/*/dists/[^/]*/InRelease'.*#\1#p" | head -n 1
}

# An apt with a state of its own, which checks signatures.
fetch() {
	local apt=$dir/apt from suite package
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" && : >"$apt/status"
	from=$(mirror)
	for suite in bookworm sid; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main"
	done >"$apt/sources.list"
	local options=(-qq -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status"
		-o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o APT::Sandbox::User=root -o APT::Architecture=amd64 -o Acquire::Languages=none)
	apt-get "${options[@]}" update
	for package in "${packages[@]}"; do
		mkdir -p "$dir/deb/$package" "$dir/tree/$package"
		(cd "$dir/deb/$package" && apt-get "${options[@]}" download "$package") || { echo "skip  $package: not available"; continue; }
		dpkg-deb -x "$dir/deb/$package"/*.deb "$dir/tree/$package"
	done
	touch "$dir/fetched"
}

# Objects, and programs that have some in them (bpf skeletons: an ELF for machine 247 within another).
carriers() {
	find "$dir/tree" "$dir/own" -type f -size +1k 2>/dev/null | while read -r path; do
		[ "$(head -c 4 "$path" | tr -d '\0')" = $'\x7fELF' ] || continue
		case $(od -An -tu2 -j18 -N2 "$path" | tr -d ' ') in
		247) echo "$path" ;;
		62) ! LC_ALL=C grep -qaP '\x7fELF\x02\x01\x01.{9}\x01\x00\xf7\x00' "$path" || echo "$path" ;;
		esac
	done
}

mkdir -p "$dir"
dir=$(realpath "$dir")
[ -e "$dir/fetched" ] || fetch
mapfile -t paths < <(carriers)
[ ${#paths[@]} -gt 0 ] || { echo "nothing carries an object"; exit 2; }
# Of several versions and packages the names are alike: each is run by itself.
status=0
for group in $(printf '%s\n' "${paths[@]}" | sed "s#^$dir/##" | awk -F/ '{ print $1 == "own" ? "own" : $1 "/" $2 "/" $3 }' | sort -u); do
	mapfile -t some < <(printf '%s\n' "${paths[@]}" | grep -F "$dir/$group/")
	code=0
	"$corematrix" run "$@" -o "$dir/results/$group" "${some[@]}" >"$dir/said" 2>&1 || code=$?
	[ -e "$dir/results/$group/latest/results.json" ] || { tail -n 5 "$dir/said"; exit 2; }
	[ $code -le 1 ] || { echo "$group: corematrix run ended with $code"; status=1; }
	cat "$dir/results/$group/latest/results.json"
done | jq -s -r '
	def rank: {"none": 0, "loaded": 1, "attached": 2, "ran": 3, "events": 4, "truth": 5}[.];
	[.[].cells[]] as $all |
	($all | map(select(.verdict != "rejected" and .verdict != "infra") | select(.evidence | rank >= 1 and rank < 3)) |
		map("\(.kernel): \(.object): \(.evidence): \(.reason)")[]),
	($all | group_by(.kernel)[] | .[0].kernel as $kernel |
		map(select(.verdict != "rejected" and .verdict != "infra" and .evidence != "none")) as $on |
		($on | map(select(.evidence | rank >= 3))) as $ran |
		($ran | map(select(.evidence == "truth"))) as $truth |
		"\($kernel): \(length) cells, \($on | length) loaded and attached, \($ran | length) of them ran, \($truth | length) compared a value"),
	"\($all | map(select((.verdict == "pass" or .verdict == "degraded") and .evidence != "truth")) | length) pass without a value, \($all | map(select(.verdict == "infra")) | length) infra, \($all | map(select(.class == "other")) | length) other"
	' >"$dir/summary"
cat "$dir/summary"
awk -v status=$status '
	/loaded and attached/ { on = $4; ran = $8; truth = $12; if (10 * ran < 9 * on || 2 * truth < ran) status = 1 }
	/pass without a value/ { if ($1 + $6) status = 1 }
	END { exit status }' "$dir/summary"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What each loader of harness/tests/loaders makes of the same objects on the same kernels, per relocation.
# Usage: loaders.sh found [ROOT...]            "LABEL PROGRAM ROOT" of each that is built here, and in other releases' roots
#        loaders.sh build ROOT                 build in a root of another release what its packages allow
#        loaders.sh run COREMATRIX DIR LABEL PROGRAM ROOT OBJECT... -- OPTIONS OF corematrix run
#        loaders.sh page DIR PAGE              from what the runs left in DIR; ends with 1 for a difference without a reason
set -euo pipefail

here=$(dirname "$0")
built=build/tests/loaders

# package LOADER: whose version names it
package() {
	case $1 in
	cilium) echo golang-github-cilium-ebpf-dev ;;
	aya | libbpf-rs) echo "librust-$1-dev" ;;
	bpftool) echo bpftool ;;
	esac
}

# Its upstream version: "0.9.1" of "0.9.1-1", "7.1.0" of "7.1.0+6.1.192-3".
version() {
	local root=$1 name
	name=$(package "$2")
	[ -n "$name" ] || return 0
	dpkg-query --admindir="${root%/}/var/lib/dpkg" -W -f '${source:Upstream-Version}\n' "$name" 2>/dev/null |
		head -n 1 | sed 's/^[0-9]*://; s/[+~].*//'
}

found() {
	local root loader number
	for root in / "$@"; do
		for loader in libbpf cilium aya libbpf-rs bpftool; do
			# libbpf in C is static: one will do
			[ -x "${root%/}/$built/$loader" ] || { [ "$root" = / ] && [ -x "$built/$loader" ]; } || continue
			[ "$root" = / ] || [ "$loader" != libbpf ] || continue
			number=$(version "$root" "$loader")
			[ "$root" = / ] && echo "$loader${number:+-$number} $built/$loader /" ||
				echo "$loader${number:+-$number} ${root%/}/$built/$loader ${root%/}"
		done
	done
}

# With the Makefile's own rules; what is built before is taken as it is.
build() {
	local root=${1%/} tree
	tree=$root/${built%/tests/loaders}/tree
	mkdir -p "$tree/build/progs" "$root/$built"
	cp -r Makefile harness progs kernels.txt "$tree/"
	cp build/progs/exec_identity.bpf.o "$tree/build/progs/"
	# Go asks /proc for its own place; mounted where this command alone sees it
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t proc none "$1/proc" && exec chroot "$1" make -C /build/tree -o build/progs/exec_identity.bpf.o \
		-k build/tests/loaders/cilium build/tests/loaders/aya build/tests/loaders/bpftool' - "$root" >&2 || true
	find "$tree/$built" -maxdepth 1 -type f -perm -u+x -exec cp {} "$root/$built/" \;
}

run() {
	local corematrix=$1 dir=$2 label=$3 program=$4 root=$5 options=() status=0
	shift 5
	[ "$root" = / ] || options+=(--sysroot "$root")
	[ "${label%%-[0-9]*}" != bpftool ] || options+=(--ship /usr/sbin/bpftool)
	mkdir -p "$dir/$label"
	# what the agent's own loader makes of them is asked for once
	[ ! -e "$dir/agent.records" ] || cp "$dir/agent.records" "$dir/$label/"
	LOADER_OPTIONS="${options[*]}" "$here/tests/outside.sh" "$corematrix" "$program" "$dir/$label" "$@" || status=$?
	# 1: it differs, which is what the page is for
	[ "$status" -le 1 ] && [ -e "$dir/$label/loader.records" ] || return 1
	cp "$dir/$label/agent.records" "$dir/"
}

# LOADER | what it said of the object, or OUTCOME -> OUTCOME, as a regular expression | whose doing | why. The first that fits.
reasons() {
	cat <<-'END'
		libbpf|bpftool | ^refused$ | ours | the agent sees into libbpf what it resolved before it refused the object; from outside only what is handed to the kernel is seen
		aya | missing target BTF info | the loader's | it refuses the whole object for a record that it cannot resolve, also where the code guards it
		aya | ^module_function .* struct westwood | the loader's | it reads the types of the kernel proper, not those of modules
		aya | size of section `\.kconfig` | the loader's | it knows no values of the kernel's configuration: an object that asks for one is refused before its records
		aya | invalid BTF relocation kind | the loader's | it knows no bpf_core_type_matches, and refuses an object that has one
		.* | : unseen -> | ours | the agent's own loader handed in no program with it: libbpf refused the object before that, or leaves the program out
		cilium-0\.9 | unknown kind | the loader's | it knows no 64-bit enumerators, which the types of 6.0 and later kernels have
		cilium-0\.9 | reference to \.kconfig | the loader's | it knows no values of the kernel's configuration: an object that asks for one is refused before its records
	END
}

# What a loader said of each object on each kernel: {"KERNEL OBJECT": its line}.
said() {
	sed -nE 's|^([^ ]+) .*/([^/ ]+)\.bpf\.o: (.*)$|\1 \2\t\3|p' "$1" |
		jq -Rn '[inputs | split("\t") | {key: .[0], value: .[1]}] | from_entries'
}

# Every record of every loader on the kernels that it was run on, with how it stands and, where it is not as the agent's own loader made it, why.
judged() {
	local dir=$1 one
	for one in "$dir"/*/compared.json; do
		jq --arg loader "$(basename "$(dirname "$one")")" --argjson said "$(said "$(dirname "$one")/loader.said")" '
			(map(select(.seen) | .key | split(" ")[0]) | unique) as $ran
			| .[] | (.key | split(" ")) as $k | select($k[0] | IN($ran[])) | {loader: $loader, kernel: $k[0], object: $k[1], record: ($k[2:4] + $k[4:] | join(" ")),
				own: .value, seen: (.seen // "unseen"), said: ($said[$k[0:2] | join(" ")] // "")}' "$one"
	done | jq -s --arg reasons "$(reasons)" '
		[$reasons | split("\n")[] | select(. != "") | split(" | ") | {loader: .[0], text: .[1], whose: .[2], why: .[3]}] as $all
		| map(. + {state: (if .own == "unseen" and .seen == "unseen" then "neither" elif .seen == "unseen" then "missing"
				elif .own == "unseen" then "only" elif .own == .seen then "equal" else "other" end)}
			| . as $r | .reason = (if .state == "equal" or .state == "neither" then null else
				first($all[] | select(.loader as $l | .text as $t | ($r.loader | test("^(" + $l + ")([-.][0-9]|$)")) and
					((if $r.state == "missing" then $r.said else "\($r.object) \($r.record): \($r.own) -> \($r.seen)" end) | test($t))))
				// {whose: "**nobody knows**", why: "**not explained**"} end))'
}

rows() { # of `judged`
	jq -r 'def cell: gsub("\\|"; "&#124;") | gsub("<"; "&#60;") | gsub(">"; "&#62;");
		def list: unique | join(", ");
		(map(.kernel) | unique) as $kernels
		| "| loader | " + ($kernels | join(" | ")) + " |", "|---|" + ($kernels | map("---|") | join("")),
		(group_by(.loader)[] | . as $rows | "| \($rows[0].loader) | " + ($kernels | map(. as $k
			| [$rows[] | select(.kernel == $k)] | if length == 0 then "not run" else
				. as $mine | [["equal", "equal"], ["other", "other"], ["missing", "not handed in"], ["only", "handed in by it alone"]]
				| map(.[0] as $s | [$mine[] | select(.state == $s)] | length) as $n | [range(4) | select($n[.] > 0) |
					"\($n[.]) \(["equal", "other", "not handed in", "by it alone"][.])"] | join(", ") | if . == "" then "none" else . end end)
			| join(" | ")) + " |"),
		"", "## Another outcome", "",
		(map(select(.state == "other")) | if length == 0 then "None." else
			"| record | loader | kernels | libbpf in the agent | this loader | whose doing | why |", "|---|---|---|---|---|---|---|",
			(group_by([.object, .record, .own, .seen, .loader])[] | .[0] as $f
				| "| `\($f.object)` \($f.record | cell) | \($f.loader) | \(map(.kernel) | list) | \($f.own) | \($f.seen) | \($f.reason.whose) | \($f.reason.why) |") end),
		"", "## Not handed to the kernel", "",
		(map(select(.state == "missing")) | if length == 0 then "Nothing." else
			"| loader | objects | records | kernels | whose doing | why | what it says, for example |", "|---|---|---|---|---|---|---|",
			(group_by([.loader, .reason.whose, .reason.why])[] | .[0] as $f | "| \($f.loader) | \(map("`" + .object + "`") | list) | \(length) | " +
				"\(map(.kernel) | list) | \($f.reason.whose) | \($f.reason.why) | \($f.said | .[0:160] | cell) |") end),
		"", "## Handed in by this loader alone", "",
		(map(select(.state == "only")) | if length == 0 then "Nothing." else
			"| loader | objects | records | kernels | whose doing | why |", "|---|---|---|---|---|---|",
			(group_by([.loader, .reason.whose, .reason.why])[] | .[0] as $f | "| \($f.loader) | \(map("`" + .object + "`") | list) | \(length) | " +
				"\(map(.kernel) | list) | \($f.reason.whose) | \($f.reason.why) |") end)'
}

# What was run, and when: of the results that `run` left.
facts() {
	jq -rs '(map(.started[0:10]) | [min, max] | unique | join(" to ")) as $when
		| (map(select(.command[-1] | test("[.]bpf[.]o$"))) | map(.host.libbpf) | unique | join(", ")) as $libbpf
		| "Measured \($when) on \(map(.kernels[] | .id + " (" + .release + ")") | unique | join(", ")); the agent links libbpf \($libbpf)."' \
		"$1"/*/{agent,loader}/*/results.json
}

page() {
	local dir=$1 page=$2 new objects
	new=$(mktemp "$page.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -f '$new' '$new.all'" EXIT
	judged "$dir" >"$new.all"
	objects=$(jq -r '[.[].object] | unique | "\(length) programs of `progs/` (\(map("`" + . + "`") | join(", ")))"' "$new.all")
	{
		cat <<-END2
			# What loaders make of the same objects

			Made by \`make loaders-doc\`: the same bytes under each loader of \`harness/tests/loaders\` on the same kernels, seen from
			outside (\`run --loader\`), against what the three witnesses of the agent's own loader say: outcome and value of each CO-RE
			record of $objects.
			Of what is equal the number is given, all else is listed with the reason: the loader's, or ours. A loader's name has its
			version; several versions are from several releases of Debian.

			$(facts "$dir")

		END2
		rows <"$new.all"
	} >"$new"
	chmod 644 "$new" && mv "$new" "$page"
	! jq -e 'any(.[]; .reason.why == "**not explained**")' "$new.all" >/dev/null || {
		echo "loaders.sh: $page has differences without a reason: find it, and add it to reasons() of this script" >&2
		return 1
	}
}

verb=$1
shift
"$verb" "$@"

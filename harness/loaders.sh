#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What each loader of harness/tests/loaders makes of the same objects on the same kernels, per relocation.
# Usage: loaders.sh found [ROOT...]            "LABEL PROGRAM ROOT" of each that is built here, and in other releases' roots
#        loaders.sh root SUITE ROOT PACKAGE... a root of another release with those of the packages that it has
#        loaders.sh build ROOT                 build in such a root what its packages allow
#        loaders.sh run COREMATRIX DIR LABEL PROGRAM ROOT OBJECT... -- OPTIONS OF corematrix run
#        loaders.sh page DIR PAGE [LABEL...]   from what the runs (of these) left in DIR; ends with 1 for a difference without a reason
# A root is made and built in by root, or by sudo without a password.
set -euo pipefail

here=$(dirname "$0")
built=build/tests/loaders

# package LOADER: whose version names it
package() {
	case $1 in
	cilium) echo golang-github-cilium-ebpf-dev ;;
	aya | libbpf-rs) echo "librust-$1-dev" ;;
	bpftool*) echo bpftool ;;
	esac
}

# Its upstream version: "0.9.1" of "0.9.1-1", "7.1.0" of "7.1.0+6.1.192-3".
version() {
	local root=$1 name
	name=$(package "$2")
	[ -n "$name" ] || return 0
	dpkg-query --admindir="${root%/}/var/lib/dpkg" -W -f '${Version}\n' "$name" 2>/dev/null |
		head -n 1 | sed 's/^[0-9]*://; s/[+~-].*//'
}

# Whether bpftool attaches what it loads; those of 7.1 and before do not.
attaches() {
	grep -q autoattach "${1%/}/usr/sbin/bpftool" 2>/dev/null
}

found() {
	local root loader number
	for root in / "$@"; do
		for loader in libbpf cilium aya libbpf-rs $(attaches "$root" && echo bpftool-autoattach || echo bpftool); do
			# libbpf in C is static: one will do
			[ -x "${root%/}/$built/$loader" ] || { [ "$root" = / ] && [ -x "$built/$loader" ]; } || continue
			[ "$root" = / ] || [ "$loader" != libbpf ] || continue
			number=$(version "$root" "$loader")
			[ "$root" = / ] && echo "$loader${number:+-$number} $built/$loader /" ||
				echo "$loader${number:+-$number} ${root%/}/$built/$loader ${root%/}"
		done
	done
}

# as_root COMMAND...
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# From where this machine's apt goes, and with what it is told about getting there.
root() {
	local suite=$1 place=${2%/} mirror include
	shift 2
	[ ! -e "$place/etc/debian_version" ] || return 0
	command -v mmdebstrap >/dev/null || "$here/deps.sh" mmdebstrap
	mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' | head -n 1)}
	[ -n "$mirror" ] || { echo "loaders.sh: this machine's apt has no Debian mirror; set DEBIAN_MIRROR" >&2; return 2; }
	mkdir -p "$(dirname "$place")"
	apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|Max-ValidTime|Retries|https?::)' >"$place.conf" || true
	include=$(printf '%s,' "$@")
	echo "  ROOT    $place ($suite, with $*)"
	as_root mmdebstrap --quiet --variant=minbase --aptopt="$place.conf" --include="${include%,}" "$suite" "$place.new" "$mirror" \
		>"$place.log" 2>&1 </dev/null || { tail -n 20 "$place.log" >&2; return 1; }
	as_root mv "$place.new" "$place"
}

# With the Makefile's own rules; what is built before is taken as it is.
build() {
	local root=${1%/} tree loader
	tree=$root/${built%/tests/loaders}/tree
	as_root mkdir -p "$tree/build/progs" "$root/$built"
	as_root cp -r --preserve=timestamps Makefile harness progs kernels.txt "$tree/"
	as_root cp --preserve=timestamps build/progs/exec_identity.bpf.o "$tree/build/progs/"
	# Go asks /proc for its own place; mounted where this command alone sees it. What this shell has set is for its release.
	# shellcheck disable=SC2016
	as_root env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		unshare --mount sh -c 'mount -t proc none "$1/proc" && exec chroot "$1" make -C /build/tree -o build/progs/exec_identity.bpf.o \
		-k build/tests/loaders/cilium build/tests/loaders/aya build/tests/loaders/bpftool build/tests/loaders/bpftool-autoattach' - "$root" >&2 || true
	as_root find "$tree/$built" -maxdepth 1 -type f -perm -u+x -exec cp {} "$root/$built/" \;
	for loader in cilium aya libbpf-rs; do as_root cp harness/tests/loaders/exec.ini "$root/$built/$loader.ini"; done
}

# fresh DIR KEY: what is in DIR is kept when it was made with the same KEY.
fresh() {
	[ ! -d "$1" ] || [ "$(cat "$1/key" 2>/dev/null)" = "$2" ] || rm -rf "$1"
	mkdir -p "$1" && echo "$2" >"$1/key"
}

run() {
	local corematrix=$1 dir=$2 label=$3 program=$4 root=$5 options=() status=0 asked
	shift 5
	[ "$root" = / ] || options+=(--sysroot "$root")
	[[ $label != bpftool* ]] || options+=(--ship "${root%/}/usr/sbin/bpftool")
	# a run that was interrupted goes on; one of another program, or of other objects, is none of this page
	asked=$({ sha256sum <"$corematrix" && for word; do if [ -f "$word" ]; then sha256sum "$word"; else echo "$word"; fi; done; } | sha256sum)
	fresh "$dir/agent" "$asked"
	fresh "$dir/$label" "$asked $(sha256sum <"$program") $root"
	# what the agent's own loader makes of them is asked for once
	[ ! -e "$dir/agent/agent.records" ] || cp "$dir/agent/agent.records" "$dir/$label/"
	# some take long to read a kernel's types, for each object anew: a few objects fit into what a run gives them
	CHUNK=${CHUNK:-7} LOADER_OPTIONS="${options[*]}" "$here/tests/outside.sh" "$corematrix" "$program" "$dir/$label" "$@" || status=$?
	# 1: it differs, which is what the page is for
	[ "$status" -le 1 ] && [ -e "$dir/$label/loader.records" ] || return 1
	[ ! -d "$dir/$label/agent" ] || cp -r "$dir/$label"/agent* "$dir/agent/"
}

# LOADER | what it said of the object, or OUTCOME -> OUTCOME, as a regular expression | whose doing | why. The first that fits.
reasons() {
	cat <<-'END'
		libbpf|bpftool|bpftool-autoattach | ^refused$ | ours | the agent sees into libbpf what it resolved before it refused the object; from outside only what is handed to the kernel is seen
		aya | missing target BTF info | the loader's | it refuses the whole object for a record that it cannot resolve, also where the code guards it
		aya | ^module_function .* struct westwood | the loader's | it reads the types of the kernel proper, not those of modules
		aya | size of section `\.ksyms` | the loader's | it knows no variables of the kernel (`extern … __ksym`), and refuses an object that has one
		aya | invalid access string .*array index out of bounds | the loader's | it takes what lies in an array without a length, as arguments of raw tracepoints do, for beyond its end, and refuses the object
		cilium-0\.22 | data section \.ksyms: expected .* to be \*Void | the loader's | it knows variables of the kernel (`extern … __ksym`) without a type alone, and refuses an object that has another one
		aya | size of section `\.kconfig` | the loader's | it knows no values of the kernel's configuration: an object that asks for one is refused before its records
		aya | invalid BTF relocation kind | the loader's | it knows no bpf_core_type_matches, and refuses an object that has one
		.* | : unseen -> | ours | the agent's own loader handed in no program with it: libbpf refused the object before that, or leaves the program out
		cilium-0\.9 | unknown kind | the loader's | it knows no 64-bit enumerators, which the types of 6.0 and later kernels have
		cilium-0\.9 | reference to \.ksyms | the loader's | it knows no variables of the kernel (`extern … __ksym`), and refuses an object that has one
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
	shift
	for one in "${@/#/$dir/}"; do
		one=$one/compared.json
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

# What was run, and when: of the results that `run` left, DIR LABEL...
facts() {
	local dir=$1
	shift
	# shellcheck disable=SC2046
	jq -rs '(map(.started[0:10]) | [min, max] | unique | join(" to ")) as $when
		| (map(select(.command[-1] | test("[.]bpf[.]o$"))) | map(.host.libbpf) | unique | join(", ")) as $libbpf
		| "Measured \($when) on \(map(.kernels[] | .id + " (" + .release + ")") | unique | join(", ")); the agent links libbpf \($libbpf)."' \
		$(for one in agent "$@"; do find "$dir/$one"/{agent,loader} -name results.json 2>/dev/null; done)
}

page() {
	local dir=$1 page=$2 new objects
	shift 2
	[ $# -gt 0 ] || mapfile -t labels < <(cd "$dir" && printf '%s\n' */compared.json | xargs -n 1 dirname)
	[ $# -gt 0 ] || set -- "${labels[@]}"
	new=$(mktemp "$page.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -f '$new' '$new.all'" EXIT
	judged "$dir" "$@" >"$new.all"
	objects=$(jq -r '[.[].object] | unique | "\(length) programs of `progs/` (\(map("`" + . + "`") | join(", ")))"' "$new.all")
	{
		cat <<-END2
			# What loaders make of the same objects

			Made by \`make loaders-doc\`: the same bytes under each loader of \`harness/tests/loaders\` on the same kernels, seen from
			outside (\`run --loader\`), against what the three witnesses of the agent's own loader say: outcome and value of each CO-RE
			record of $objects.
			Of what is equal the number is given, all else is listed with the reason: the loader's, or ours. A loader's name has its
			version; several versions are from several releases of Debian.

			$(facts "$dir" "$@")

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

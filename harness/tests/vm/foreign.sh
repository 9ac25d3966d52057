# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Tools that were not written for this harness: libbpf-tools as Debian has them, with the inis of harness/doc/foreign.

tools=()
for ini in harness/doc/foreign/*.ini; do tools+=("$(basename "$ini" .ini)"); done

# The mirror that a user gives, or the one of the system's apt.
mirror() {
	[ -z "${DEBIAN_MIRROR:-}" ] || { echo "$DEBIAN_MIRROR"; return; }
	apt-get update --print-uris 2>/dev/null | sed -n "s#^'\(.*/debian\)/*/dists/[^/]*/InRelease'.*#\1#p" | head -n 1
}
# tools_fetch VERSION SUITE: into build/foreign/VERSION, by an apt with a state of its own, which checks signatures.
tools_fetch() {
	local version=$1 suite=$2 home=build/foreign/$1 apt=$scratch/apt-$2 tool from
	[ ! -e "$home/complete" ] || return 0
	rm -rf "$home" && mkdir -p "$home" "$apt/lists/partial" "$apt/cache/archives/partial" && : >"$apt/status" &&
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" >"$apt/sources.list"
	local options=(-o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
		-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root
		-o APT::Architecture=amd64 -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false)
	apt-get "${options[@]}" -qq update && (cd "$apt" && apt-get "${options[@]}" -qq download "libbpf-tools=$version*") &&
		dpkg-deb -x "$apt"/libbpf-tools_*.deb "$apt/tree" || return 1
	for tool in "${tools[@]}"; do
		# newer packages add a word to the names, for other tools have them too
		for from in "$apt/tree/usr/sbin/$tool"{,-libbpf,-bpfcc}; do [ ! -e "$from" ] || cp "$from" "$home/$tool"; done
		[ -e "$home/$tool" ] || { echo "the package has no $tool"; return 1; }
	done
	touch "$home/complete"
}
# tools_lay VERSION DIRECTORY: the tools, each with the ini that is for this version.
tools_lay() {
	local tool ini
	mkdir -p "$2"
	for tool in "${tools[@]}"; do
		ini=harness/doc/foreign/$1/$tool.ini
		[ -e "$ini" ] || ini=harness/doc/foreign/$tool.ini
		cp "build/foreign/$1/$tool" "$2/" && cp "$ini" "$2/" || return 1
	done
}
compared() {
	latest "[.cells[] | select(.as_expected and .verdict != \"rejected\" and .evidence == \"truth\")] | length >= $1" &&
		latest '[.cells[] | select(.verdict == "pass" or .verdict == "degraded") | .evidence] | unique == ["truth"]'
}
# The wrong byte is found: a member that is left out moves all that follow.
shorter() {
	mkdir "$scratch/shorter" && cp "build/foreign/$1/tcplife" "$scratch/shorter/" &&
		sed '/ts_us/d' harness/doc/foreign/tcplife.ini >"$scratch/shorter/tcplife.ini" &&
		status 1 "wrong" run --kernel newest-cloud "$scratch/shorter/tcplife"
}

# Without an ini, and with the one that the run wrote.
written() {
	mkdir "$scratch/written" && cp "build/foreign/$1/tcplife" "$scratch/written/" &&
		status 0 "tcplife.ini: what was learnt is written to it" run --kernel newest-cloud --kernel 6.1-cloud --write-ini "$scratch/written/tcplife" &&
		status 0 " 0 unexpected" run --kernel newest-cloud --kernel 6.1-cloud --require truth "$scratch/written/tcplife" &&
		latest '.cells | all(.learnt == null and ([.truth[].field] | contains(["comm", "dport", "pid", "sport"])))'
}

some+=(--kernel 6.12-cloud)
held=
for pair in "0.26 bookworm" "0.37 sid"; do
	version=${pair% *}
	if ! tools_fetch "$version" "${pair#* }" >"$scratch/fetch" 2>&1; then
		tail -n 2 "$scratch/fetch"
		echo "skip  libbpf-tools $version is not available from the mirror (${pair#* }): its tools are not tested"
		continue
	fi
	tools_lay "$version" "$scratch/tools-$version"
	check "twelve tools of libbpf-tools $version with their inis" status 0 " 0 unexpected, 0 infra" run "${some[@]}" \
		"${tools[@]/#/$scratch/tools-$version/}"
	check "their values are compared" compared 36
	held=$version
done
if [ -n "$held" ]; then
	check "an event laid out wrongly in the ini is wrong" shorter "$held"
	check "an ini that a run has written stands beside the program, and is taken" written "$held"
fi
each_is_read() {
	local ini
	for ini in harness/doc/foreign/*.ini harness/doc/foreign/*/*.ini; do
		mkdir -p "$scratch/read" && cp build/progs/exec_identity.bpf.o "$scratch/read/$(basename "$ini" .ini).bpf.o" && cp "$ini" "$scratch/read/"
		"$corematrix" run --plan -K newest-cloud "$scratch/read/$(basename "$ini" .ini).bpf.o" || return 1
	done
}
check "every ini is read" each_is_read

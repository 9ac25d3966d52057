# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Sections that newer versions of libbpf know: who lacks something is named.

libbpf=$("$corematrix" --version | sed -n 's/^libbpf //p')
knows() { [ "$(printf '%s\n' "$1" "$libbpf" | sort -V | head -n 1)" = "$1" ]; }

check "sections of libbpf 1.3 and 1.5, by libbpf $libbpf" status 0 " 0 unexpected, 0 infra" \
	run --kernel 6.1-cloud --kernel newest-cloud build/tests/objects/kprobe_session.bpf.o build/tests/objects/tcx_ingress.bpf.o
if knows 1.5; then
	check "kprobe.session is attached, and what it saw is true" latest '.cells[] | select(.object == "kprobe_session" and .kernel == "newest-cloud") | .verdict == "pass"'
	check "an older kernel lacks it" latest '.cells[] | select(.object == "kprobe_session" and .kernel == "6.1-cloud") | .verdict == "rejected" and .side != "loader"'
else
	check "kprobe.session is not known, and the loader lacks it" latest '[.cells[] | select(.object == "kprobe_session")] |
		all(.class == "prog-type" and .side == "loader" and (.advice | contains("libbpf 1.5 and later")))'
fi
if knows 1.3; then
	check "tcx is loaded" latest '[.cells[] | select(.object == "tcx_ingress")] | all(.programs[0].loaded)'
else
	check "tcx is not known, and the loader lacks it" latest '[.cells[] | select(.object == "tcx_ingress")] |
		all(.class == "prog-type" and .side == "loader" and (.advice | contains("libbpf 1.3 and later")))'
fi

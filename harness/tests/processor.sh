#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Holds that nothing in harness/ knows a processor but the rooms that are there for it, and tests: one line per offence.
# Comments count too, but for examples of Debian's releases and rows, which users read and write.
# Usage: processor.sh [DIRECTORY]: of a tree, this one by default.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

mapfile -t files < <(find harness \( -path harness/tests -o -path harness/host/arch -o -path harness/agent/arch -o \
	-path harness/floor \) -prune -o -name '*.[chS]' -print -o -name '*.sh' -print | sort)
[ "${#files[@]}" -gt 0 ] || exit 0
awk '
	BEGIN {
		# names of processors and machines, as the kernel, Debian, ELF, QEMU and compilers write them
		names = "x86|amd64|i[3-6]86|x64_|__x64|aarch64|arm64|armhf|riscv|s390|ppc64|powerpc|loongarch|nehalem|em_(386|arm|ppc|[a-z]+_?64|s390)|audit_arch_|target_arch_"
		# what only one of them has
		parts = "ioperm|iopl\\(|(^|[^a-z_])(out|in)s?[bwl](_p)?\\(|rdtsc|tsc_|isa-debug|ttys[0-9]|ttyama|bzimage|pvh|zboot|sys/io\\.h|intrin\\.h|mmio"
		assembler = "__asm__|(^|[^a-z_])asm[ (]"
		forbidden = names "|" parts "|" assembler
	}
	{
		line = tolower($0)
		# 6.1.0-52-cloud-amd64, 5.10-amd64
		if (line ~ /^[ \t]*(\/?\*|#)|\/\*/) gsub(/[0-9]+\.[0-9][a-z0-9.+]*(-[a-z0-9]+)*-[a-z0-9]*/, "", line)
		if (line !~ forbidden) next
		match(line, forbidden)
		word = substr(line, RSTART, RLENGTH)
		print FILENAME ":" FNR ": " word ": only host/arch, agent/arch and floor know the processor"
		offences++
	}
	END { exit offences > 0 }
' "${files[@]}" >&2

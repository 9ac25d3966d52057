#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# That processor.sh and distribution.sh say yes and no: each line below, alone in a tree, is an offence or none.
set -euo pipefail
cd "$(dirname "$0")"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/harness/{tests,floor} "$tree"/harness/{host,agent}/{arch,other} "$tree"/harness/host/source

# expect YES|NO FILE LINE, of $check
check=processor.sh
expect() {
	printf '%s\n' "$3" >"$tree/harness/$2"
	said=YES
	./"$check" "$tree" 2>/dev/null || said=NO
	rm "$tree/harness/$2"
	[ "$said" = "$1" ] || { echo "walls.sh: $check says $said to $2: $3" >&2; exit 1; }
}

while read -r line; do
	expect NO host/other/a.c "$line"
	expect NO agent/other/a.h "$line"
	expect YES host/arch/a.c "$line"
	expect YES agent/arch/a.c "$line"
	expect YES floor/a.S "$line"
	expect YES tests/a.c "$line"
done <<'END'
if (header->e_machine != EM_X86_64)
if (header->e_machine != EM_AARCH64)
#ifdef __x86_64__
/* as on x86 */
const char *name = "amd64";
const char *id = "6.1-amd64";
argv = "qemu-system-x86_64";
prefix = "__x64_sys_";
if (ioperm(0xe9, 1, 1))
outb(code, 0xf4);
	outw(key, 0x510);
append = "console=ttyS0";
__asm__ volatile("nop");
load(AUDIT_ARCH_X86_64);
END
while read -r line; do
	expect YES host/other/a.c "$line"
done <<'END'
/* "6.1.0-52-cloud-amd64", as the row 6.1-cloud says */
 *   5.10-amd64  5.10.0-33-amd64    1.3 s    pass
char *release; /* "6.1.0-52-cloud-amd64" */
if (header->e_machine != EM_BPF)
begin(1);
length = stem(name);
END

check=distribution.sh
while read -r line; do
	expect NO host/other/a.c "$line"
	expect NO agent/other/a.h "$line"
	expect YES host/source/a.c "$line"
	expect YES tests/a.c "$line"
done <<'END'
/* as Debian has it */
mirror = getenv("DEBIAN_MIRROR");
name = xasprintf("linux-image-%s", release);
#include "host/source/apt.h"
const char *argv[] = {"apt-get", "update"};
rc = apt_fetch(ref, path, err);
if (!strcmp(flavour, "cloud"))
ending = "-rt-";
suite = "trixie";
END
while read -r line; do
	expect YES host/other/a.c "$line"
done <<'END'
char *flavour; /* "cloud" */
expected a vmlinux, a .deb or an .rpm
adapt(captured);
END

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Build the libbpf that host and agent link, and a libelf where the release's static one cannot be linked.
# Usage: libbpf.sh WHICH FETCH STORE HOME; WHICH is newest, a version, system, or the directory of a source tree.
#
#   HOME/libbpf.a                  (not for the system's)
#   HOME/include/                  its headers (the same), and linked_libbpf.h: the version
#   HOME/elf.libs                  what links libelf statically, as a response file of gcc
set -euo pipefail
which=$1 fetch=$2 store=$3 home=$4
rm -rf "$home" && mkdir -p "$home/include"
here=$(mktemp -d "$home/build.XXXXXX")
trap 'rm -rf "$here"' EXIT

fail() { echo "corematrix: $*" >&2; exit 2; }

# quietly LOG COMMAND...: what it says is shown when it fails.
quietly() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
}

case $which in
system)
	version=$(pkg-config --modversion libbpf) || fail "LIBBPF=system: there is no libbpf-dev here"
	;;
*/*)
	[ -e "$which/src/libbpf.c" ] || fail "LIBBPF=$which: no source tree of libbpf, which has src/libbpf.c"
	version=$(sed -n 's/^\tLIBBPF_\([0-9.]*\) {.*/\1/p; s/^LIBBPF_\([0-9.]*\) {.*/\1/p' "$which/src/libbpf.map" | tail -n 1)-tree
	cp -r "$which" "$here/tree"
	;;
*)
	found=$("$fetch" "$store" source libbpf $([ "$which" = newest ] || echo "$which")) || exit
	version=$(sed -n 1p <<<"$found")
	mkdir "$here/tree" && tar -xf "$(sed -n 2p <<<"$found")" -C "$here/tree" --strip-components=1
	;;
esac
if [ "$which" != system ]; then
	# 1.1.2 writes there beside making it
	mkdir -p "$here/obj/staticobjs"
	quietly "$home/build.log" make -C "$here/tree/src" -j"$(nproc)" BUILD_STATIC_ONLY=1 OBJDIR="$(realpath "$here")/obj" \
		DESTDIR="$(realpath "$here")/to" LIBDIR=/lib INCLUDEDIR=/include UAPIDIR=/include CFLAGS="-g -O2" \
		install install_uapi_headers || fail "libbpf $version does not build: $home/build.log"
	mv "$here/to/lib/libbpf.a" "$home/"
	cp -r "$here/to/include/." "$home/include/"
fi
printf '/* The libbpf that is linked. */\n#define LINKED_LIBBPF "%s"\n' "$version" >"$home/include/linked_libbpf.h"

# ---- libelf ----

# links LIBRARY...: whether they are what libbpf wants of libelf, and what the agent wants of zlib.
links() {
	echo '#include <bpf/libbpf.h>
	#include <zlib.h>
	int main(void) { return bpf_object__open("") && crc32(0, 0, 0); }' >"$here/elf.c"
	gcc -static -o "$here/elf" -isystem "$home/include" "$here/elf.c" "$libbpf" "$@" 2>"$home/elf.log"
}
libbpf=$home/libbpf.a
[ -e "$libbpf" ] || libbpf=-l:libbpf.a
# Since Debian 13 libelf.a wants libzstd. There it also wants two functions of a library that no package has, and is built
# anew; after that it has them, and a crc32 of its own, so that zlib goes first.
zlib=-l:libz.a
if links $zlib -l:libelf.a $zlib; then
	echo "$zlib -l:libelf.a $zlib" >"$home/elf.libs"
elif links $zlib -l:libelf.a -l:libzstd.a $zlib; then
	echo "$zlib -l:libelf.a -l:libzstd.a $zlib" >"$home/elf.libs"
else
	elf=build/libelf
	if [ ! -e "$elf/libelf.a" ]; then
		# the release's own, whose headers are used
		release=$(dpkg-query -W -f '${source:Upstream-Version}' libelf-dev 2>/dev/null) || release=
		# shellcheck disable=SC2086
		found=$("$fetch" "$store" source elfutils $release) || exit
		mkdir -p "$elf" "$here/elfutils"
		tar -xf "$(sed -n 2p <<<"$found")" -C "$here/elfutils" --strip-components=1
		(
			cd "$here/elfutils"
			quietly configure.log ./configure --disable-debuginfod --disable-libdebuginfod --disable-nls --without-bzlib \
				--without-lzma --without-zstd --disable-demangler CFLAGS="-g -O2 -w"
			quietly lib.log make -C lib -j"$(nproc)"
			quietly libelf.log make -C libelf -j"$(nproc)" libelf.a
		) || fail "libelf does not build from elfutils $(sed -n 1p <<<"$found")"
		cp "$here/elfutils/libelf/libelf.a" "$elf/libelf.a.new"
		# what libelf.a refers to beyond itself
		cp "$here/elfutils/lib/libeu.a" "$elf/"
		mv "$elf/libelf.a.new" "$elf/libelf.a"
	fi
	links $zlib "$elf/libelf.a" "$elf/libeu.a" $zlib ||
		fail "neither the release's libelf.a nor one from its sources can be linked statically: $home/elf.log"
	echo "$zlib $elf/libelf.a $elf/libeu.a $zlib" >"$home/elf.libs"
fi
touch "$home/ready"

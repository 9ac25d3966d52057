#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Build what the agent of another architecture links, from Debian's sources, static, with a cross compiler: the same
# libbpf as this machine's, libelf, zlib, jansson. No package of that architecture is installed.
# Usage: guest-libs.sh TRIPLE FETCH STORE HOME LIBBPF_HOME LIBBPF; LIBBPF as for libbpf.sh, which was run before.
#
#   HOME/lib/lib{bpf,elf,z,jansson}.a   HOME/include/
set -euo pipefail
triple=$1 fetch=$2 store=$3 home=$4 libbpf_home=$5 which=$6
rm -rf "$home" && mkdir -p "$home/lib" "$home/include"
home=$(realpath "$home")
here=$(mktemp -d "$home/build.XXXXXX")
trap 'rm -rf "$here"' EXIT
jobs=$(nproc)
# a make above says which compiler it has (CC=…), which configure and the makes below would take for their own
unset MAKEFLAGS MFLAGS
export CC=$triple-gcc AR=$triple-ar RANLIB=$triple-ranlib

fail() { echo "corematrix: $*" >&2; exit 2; }

command -v "$triple-gcc" >/dev/null || fail "there is no $triple-gcc; \`make deps\` with the same list or ARCHES= installs it"

# quietly LOG COMMAND...: what it says is shown when it fails.
quietly() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
}

# unpack NAME [VERSION]: the sources of a Debian package, into $here/NAME.
unpack() {
	local found
	found=$("$fetch" "$store" source "$@") || exit
	mkdir -p "$here/$1"
	tar -xf "$(sed -n 2p <<<"$found")" -C "$here/$1" --strip-components=1
}

unpack zlib
(
	cd "$here/zlib" &&
		CFLAGS="-g -O2" quietly configure.log ./configure --static &&
		quietly build.log make -j"$jobs" libz.a
) || fail "zlib does not build for $triple"
cp "$here/zlib/libz.a" "$home/lib/"
cp "$here/zlib/zlib.h" "$here/zlib/zconf.h" "$home/include/"

# Its sources have no configure, which would take autoconf; they have the answers of a system with all of C99.
unpack jansson
cp "$here/jansson/src/jansson.h" "$here/jansson/android/jansson_config.h" "$home/include/"
(
	cd "$here/jansson/src" &&
		quietly build.log "$CC" -g -O2 -I"$home/include" -DHAVE_STDINT_H -DHAVE_UNISTD_H -DHAVE_SYS_TYPES_H \
			-DHAVE_LOCALE_H -DHAVE_LOCALECONV -c ./*.c && "$AR" rcs "$home/lib/libjansson.a" ./*.o
) || fail "jansson does not build for $triple"

# the release's own version, as for this machine, where its sources are at hand
release=$(dpkg-query -W -f '${source:Upstream-Version}' libelf-dev 2>/dev/null) || release=
# shellcheck disable=SC2086
unpack elfutils $release
(
	cd "$here/elfutils" && export CPPFLAGS="-I$home/include" LDFLAGS="-L$home/lib" &&
		quietly configure.log ./configure --host="$triple" --disable-debuginfod --disable-libdebuginfod --disable-nls \
			--without-bzlib --without-lzma --without-zstd --disable-demangler CFLAGS="-g -O2 -w" &&
		quietly lib.log make -C lib -j"$jobs" && quietly libelf.log make -C libelf -j"$jobs" libelf.a
) || fail "libelf does not build for $triple"
# with what newer ones refer to beyond themselves
(cd "$here" && mkdir eu && cd eu && "$triple-ar" x ../elfutils/libelf/libelf.a && "$triple-ar" x ../elfutils/lib/libeu.a &&
	"$triple-ar" rcs "$home/lib/libelf.a" ./*.o)
cp "$here/elfutils/libelf/"{libelf.h,gelf.h} "$home/include/"

case $which in
*/*) mkdir "$here/libbpf" && cp -r "$which/." "$here/libbpf/" ;;
*) unpack libbpf "$(sed -n 's/.*LINKED_LIBBPF "\(.*\)"/\1/p' "$libbpf_home/include/linked_libbpf.h")" ;;
esac
mkdir -p "$here/obj/staticobjs"
quietly "$home/libbpf.log" make -C "$here/libbpf/src" -j"$jobs" BUILD_STATIC_ONLY=1 \
	NO_PKG_CONFIG=1 OBJDIR="$here/obj" CFLAGS="-g -O2 -I$home/include" "$here/obj/libbpf.a" ||
	fail "libbpf does not build for $triple: $home/libbpf.log"
cp "$here/obj/libbpf.a" "$home/lib/"
touch "$home/ready"

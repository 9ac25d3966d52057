# shellcheck shell=bash disable=SC2154,SC2016
# SPDX-License-Identifier: BSD-2-Clause
# The installed program, called in another directory: it finds its list, a store of the user's, its manual pages.

installed=$scratch/usr/bin/corematrix
export XDG_CACHE_HOME=$scratch/cache

in_elsewhere() { (cd "$scratch/elsewhere" && "$@"); }
says() { status "$1" "$2" in_elsewhere "${@:3}"; }

mkdir -p "$scratch/elsewhere" "$scratch/cache"
copy elsewhere exec_identity
check "make install into an empty prefix" make --no-print-directory install PREFIX=/usr DESTDIR="$scratch"
check "the program says its version" says 0 "corematrix " "$installed" --version
check "without ./kernels.txt the installed list counts" says 0 "6.1-cloud" "$installed" kernels list
check "the installed list is not changed" says 2 "copy it to ./kernels.txt" "$installed" kernels add 6.1 rt
ln -s "$(realpath images)" "$scratch/cache/corematrix"
check "it runs an object from any directory, with the user's store" \
	in_elsewhere "$installed" run -j "$jobs" --kernel 6.1-cloud exec_identity.bpf.o
check "its results are below ./results" test -s "$scratch/elsewhere/results/latest/results.json"
check "a second time without network" \
	in_elsewhere env DEBIAN_MIRROR="file://$scratch/no-mirror" "$installed" run -j "$jobs" --kernel 6.1-cloud exec_identity.bpf.o
check "with another libbpf that was built, too" \
	in_elsewhere "$installed" run -j "$jobs" --libbpf 1.1.2 --kernel 6.1-cloud exec_identity.bpf.o
check "and says what to do about one that was not" says 2 "make libbpf VERSIONS=0.1.9" "$installed" run --libbpf 0.1.9 exec_identity.bpf.o
mkdir "$scratch/elsewhere/images"
check "./images counts where it is" says 0 "not resolved yet" "$installed" kernels list
rmdir "$scratch/elsewhere/images"

# Every command and every option of it has its place in a manual page.
every_option() {
	local command option
	while read -r command; do
		page=$scratch/usr/share/man/man1/corematrix-$command.1
		[ -s "$page" ] || { echo "no page of $command"; return 1; }
		for option in $("$installed" "$command" --help | sed -nE 's/^ +(-., )?--([a-z][a-z-]*).*/\2/p'); do
			grep -qF -- "\\-\\-${option//-/\\-}" "$page" || { echo "$page: no --$option"; return 1; }
		done
	done < <("$installed" --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p')
}
check "each command has a manual page with all of its options" every_option
check "the pages of section 5 are there" \
	test -s "$scratch/usr/share/man/man5/corematrix-kernels.5" -a -s "$scratch/usr/share/man/man5/corematrix-object.5"
completes() {
	bash -c '. "$1/usr/share/bash-completion/completions/corematrix"; PATH=$1/usr/bin:$PATH
		COMP_WORDS=(corematrix "$2" "$3"); COMP_CWORD=$4; _corematrix 2>/dev/null; echo " ${COMPREPLY[*]} "' _ "$@" |
		grep -qF -- " $5 "
}
completes_version() {
	bash -c '. "$1/usr/share/bash-completion/completions/corematrix"; PATH=$1/usr/bin:$PATH
		COMP_WORDS=(corematrix run --libbpf "1.5.0,1.1"); COMP_CWORD=3; _corematrix 2>/dev/null; echo " ${COMPREPLY[*]} "' _ "$scratch" |
		grep -qF -- " 1.5.0,1.1.2 "
}
check "bash completes commands" completes "$scratch" min "" 1 min-btf
check "bash completes options" completes "$scratch" run --froz 2 --frozen
check "bash completes versions of libbpf" completes_version

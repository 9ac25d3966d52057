# SPDX-License-Identifier: BSD-2-Clause
# Completion of corematrix for bash: commands and options come from the program's own --help.
_corematrix() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "--help --version $("$program" --help 2>/dev/null |
			sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')" -- "$cur")
		return
	fi
	case $prev in
	-a | --accel)
		mapfile -t COMPREPLY < <(compgen -W "auto kvm tcg" -- "$cur")
		return
		;;
	--libbpf)
		# what the program knows of is in its message; versions go one after the other, with commas
		mapfile -t COMPREPLY < <(compgen -W "$("$program" run --libbpf '?' x 2>&1 |
			sed -n 's/.*(there is \([^)]*\)).*/\1/p' | tr -d ',')" -- "${cur##*,}")
		[[ $cur != *,* ]] || COMPREPLY=("${COMPREPLY[@]/#/${cur%,*},}")
		return
		;;
	-K | --kernel)
		mapfile -t COMPREPLY < <(compgen -W "$("$program" kernels list 2>/dev/null | awk 'NR > 1 { print $2 }')" -- "$cur")
		return
		;;
	-i | --images | -o | --output | --btf | --builds | --sysroot | --root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	esac
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$("$program" "$command" --help 2>/dev/null |
			sed -nE 's/^ +(-., )?(--[a-z][a-z-]*=?).*/\2/p')" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
		;;
	*)
		if [ "$command" = kernels ] && [ "$COMP_CWORD" = 2 ]; then
			mapfile -t COMPREPLY < <(compgen -W "list fetch verify new prune add" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			compopt -o filenames
		fi
		;;
	esac
}
complete -F _corematrix corematrix

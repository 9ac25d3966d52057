#compdef corematrix
# SPDX-License-Identifier: BSD-2-Clause
# Completion of corematrix for zsh: commands and options come from the program's own --help.
_corematrix() {
	local program=$words[1] command=$words[2]
	local -a commands options

	if ((CURRENT == 2)); then
		commands=(${(f)"$($program --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1:\2/p')"})
		_describe command commands
		return
	fi
	if [[ $PREFIX == -* ]]; then
		options=(${(f)"$($program $command --help 2>/dev/null | sed -nE 's/^ +(-., )?(--[a-z][a-z-]*).*/\2/p')"})
		_describe option options
	elif [[ $command == kernels && CURRENT -eq 3 ]]; then
		_values verb list fetch verify new prune add
	else
		_files
	fi
}
_corematrix "$@"

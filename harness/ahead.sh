#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# ahead.sh FETCHER LIST MODULES ARGS COMMAND...: become COMMAND, with a fetcher beside it of the kernels that a run with
# these ARGS will need. The fetcher ends with COMMAND, however that ends. What goes wrong with it the run meets, and tells.
set -euo pipefail
fetcher=$1 list=$2 modules=$3
read -ra args <<<"$4"
shift 4

globs=() fetch=1
for ((i = 0; i < ${#args[@]}; i++)); do
	case ${args[i]} in
	--kernel | -K) globs+=("${args[++i]-}") ;;
	--kernel=*) globs+=("${args[i]#*=}") ;;
	-K*) globs+=("${args[i]#-K}") ;;
	# other kernels, another store, or a list that has to be as it was
	--part* | --frozen | --images* | -i* | --kernels* | -k*) fetch= ;;
	esac
done
if [ -n "$fetch" ]; then "$fetcher" images ahead "$list" "$modules" "${globs[@]//[\'\"]/}" & fi
exec "$@"

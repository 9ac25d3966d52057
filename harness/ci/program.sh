# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the other scripts: which program they call.
program=${COREMATRIX-}
if [ -z "$program" ]; then
	program=$(dirname "$0")/../../build/corematrix
	[ -x "$program" ] || program=$(command -v corematrix) || {
		echo "corematrix is neither installed nor built: run harness/ci/prepare.sh, or name it in COREMATRIX" >&2
		exit 2
	}
fi

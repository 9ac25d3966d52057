#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether every C file of the tree is as clang-format would write it. Usage: format.sh [DIRECTORY]: of a tree.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"
find harness progs -name '*.[ch]' -print0 | sort -z | xargs -0 clang-format --dry-run -Werror

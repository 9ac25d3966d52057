#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Before the first run of a job: build the program with what it needs, and let this user have /dev/kvm where the machine has
# it and sudo asks for no password. Prints the program's path.
# Usage: prepare.sh
set -eu
cd "$(dirname "$0")/../.."

if ! command -v make >/dev/null; then
	harness/deps.sh make >&2
fi
make -s deps build/corematrix >&2
if [ -e /dev/kvm ] && [ ! -w /dev/kvm ] && sudo -n true 2>/dev/null; then
	sudo chmod 666 /dev/kvm
fi
echo "$PWD/build/corematrix"

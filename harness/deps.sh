#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install those of the named Debian packages that are missing, and nothing when none is. With --if-any in front: those
# that the release has; with --if-all: none unless it has all of them.
set -eu

if [ "${1-}" = --if-any ]; then
	shift
	for package in "$@"; do
		shift
		! apt-cache show "$package" >/dev/null 2>&1 || set -- "$@" "$package"
	done
elif [ "${1-}" = --if-all ]; then
	shift
	for package in "$@"; do
		apt-cache show "$package" >/dev/null 2>&1 || exit 0
	done
fi
missing=
for package in "$@"; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=absent
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		echo "corematrix: packages are missing and cannot be installed from here; run:" >&2
		echo "  sudo apt-get install --no-install-recommends$missing" >&2
		exit 2
	fi
fi
echo "  DEPS   $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install="$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends"
# The package lists of a new machine are empty or old: refresh them only when the first try fails.
# shellcheck disable=SC2086
if ! $install $missing >"$log" 2>&1; then
	if ! { $sudo apt-get update -q && $install $missing; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "corematrix: installing packages failed; run:" >&2
		echo "  sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
		exit 2
	fi
fi

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A key that signs a mirror of the tests. Usage: key.sh HOME NAME: in the GnuPG home HOME, which may be there; its public
# half goes to NAME.gpg and NAME.asc beside it.
set -euo pipefail
home=$1 name=$2
mkdir -p -m 700 "$home"
export GNUPGHOME=$home
gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key "$name <$name@mirror.example>" rsa2048 sign never
gpg --batch --quiet --export "$name" >"$home/../$name.gpg"
gpg --batch --quiet --armor --export "$name" >"$home/../$name.asc"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Sign an archive's suite as it is now. Usage: apt-sign.sh KEYHOME DIRECTORY
set -euo pipefail
cd "$2"
rm -f dists/noble/{Release,InRelease}
apt-ftparchive -o APT::FTPArchive::Release::Suite=noble -o APT::FTPArchive::Release::Codename=noble -o APT::FTPArchive::Release::Architectures=amd64 \
	-o APT::FTPArchive::Release::Components=main release dists/noble >Release.new
mv Release.new dists/noble/Release
GNUPGHOME=$1 gpg --batch --quiet --clearsign -o dists/noble/InRelease dists/noble/Release

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Print a workflow command of GitHub for each cell of a run that is not as expected (at most 50), so that the job's page
# shows it.
# Usage: annotate.sh RESULTS.json
# Source of the format: GitHub's documentation of workflow commands (::error title=T::MESSAGE, with %, CR, LF and in
# properties also : and , percent-encoded).
set -eu

jq -r '
	def message: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
	def property: message | gsub(":"; "%3A") | gsub(","; "%2C");
	[.cells[] | select(.as_expected | not)] as $bad
	| ($bad[:50][] | "::error title=\("corematrix: \(.object) on \(.kernel)" | property)::\("\(.verdict)\(if .class != "" then ":" + .class else "" end), expected \(.expected): \(.reason) -- reproduce: \(.reproduce)" | message)"),
	  (if ($bad | length) > 50 then "::warning title=corematrix::\(($bad | length) - 50) more cells are not as expected" else empty end)
' "$1"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What harness/ahead.sh promises. Usage: ahead.sh FETCHER
set -euo pipefail
fetcher=$(realpath "$1") ahead=$(realpath "$(dirname "$0")/../ahead.sh")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fail() { echo "ahead.sh: $*" >&2; exit 1; }

# A fetcher that says what it was asked for, and one that would be seen by its name.
cat >fake <<'END'
#!/bin/sh
printf '[%s]' "$@" >new && mv new said
END
printf '#!/bin/sh\nexec sleep 100\n' >never
chmod +x fake never
wait_said=(sh -c 'until [ -e said ]; do :; done')

# asked ARGS SAID
asked() {
	rm -f said
	"$ahead" ./fake my.txt a,b "$1" "${wait_said[@]}"
	[ "$(cat said)" = "$2" ] || fail "ARGS=\"$1\": the fetcher was asked for $(cat said), not $2"
}
asked "" "[images][ahead][my.txt][a,b]"
asked "--cold -j 2" "[images][ahead][my.txt][a,b]"
asked "--kernel 6.1-* --cold --kernel='7.2-?t' -K x -Ky" "[images][ahead][my.txt][a,b][6.1-*][7.2-?t][x][y]"
for args in "--part 1/2" "--frozen" "-i other" "--images=other" "-k list" "--kernels list"; do
	# shellcheck disable=SC2016
	"$ahead" ./never my.txt "" "$args" sh -c '! pgrep -P $$ sleep >/dev/null' || fail "ARGS=\"$args\": something is fetched"
done
"$ahead" ./fake my.txt "" "" sh -c 'exit 3' && fail "the command's status is lost"
[ $? = 3 ] || fail "the command's status is another"

# It goes when the command does, whatever it is doing then: here it waits for the store.
mkdir images
echo "6.1 cloud" >my.txt
exec 9>images/.lock
flock 9
# shellcheck disable=SC2016
"$ahead" "$fetcher" my.txt "" "" sh -c '
	until grep -q "waiting for another run" log; do :; done 2>/dev/null
	pgrep -P $$ fetcher' >pid 2>log 9>&-
fetching=$(cat pid)
[ "$fetching" -gt 1 ]
while [ "$(cut -d ' ' -f 3 "/proc/$fetching/stat" 2>/dev/null || echo Z)" != Z ]; do
	[ $SECONDS -lt 120 ] || fail "the fetcher is still there"
done

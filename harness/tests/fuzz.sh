#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run one fuzzer for so many seconds from its seeds and from what earlier runs found. Fails when it found a crash, a
# leak, or an input that takes too long or too much; that input is then in build/fuzz/found/.
set -eu

name=$1 seconds=$2
corpus=build/fuzz/corpus/$name found=build/fuzz/found log=build/fuzz/$name.log
mkdir -p "$corpus" "$found"
if ! ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 "build/fuzz/$name" -max_total_time="$seconds" \
	-timeout=20 -rss_limit_mb=3072 -max_len=65536 -print_final_stats=1 -artifact_prefix="$found/$name-" \
	"$corpus" "build/fuzz/seeds/$name" >"$log" 2>&1; then
	tail -n 60 "$log" >&2
	echo "corematrix: fuzzer $name found something: see $log and $found/; run build/fuzz/$name FILE to repeat it" >&2
	exit 1
fi
stat() { sed -n "s/^stat::$1: *//p" "$log"; }
echo "  FUZZ    $name: $(stat number_of_executed_units) inputs in $seconds s, nothing found," \
	"$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1) edges reached"

# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Accidents, a few of each kind; `make chaos` has 300.

accidents() {
	harness/tests/chaos/chaos.sh "$corematrix" build/tests/bin/qemu-system-x86_64 build/tests/chaos build/tests/relo/harmless.o "$@"
}
check "after each of some accidents the next run comes to the whole truth" accidents 18 1
# What it would notice: a run that does not come to it.
other_truth() {
	CHAOS_TRUTH='.cells[0].verdict = "wrong"' accidents 1 1 runner
}
check "a result that is another one is noticed" status 1 "the result is not the undisturbed one's" other_truth

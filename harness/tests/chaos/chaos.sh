#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whatever dies, nothing finished is lost: COUNT accidents at random moments, to runs, parts, merges, fetches and reuse,
# with the fake QEMU for guests. After each one the next run or merge comes to the whole truth, cell by cell what an
# undisturbed one said; no process and no lock is left, and no temporary file where files stay.
# Usage: chaos.sh COREMATRIX FAKE_QEMU KERNELS OBJECT COUNT [SEED [KIND...]], KERNELS a directory with vmlinux-1 to -3
# The same seed has the same accidents, at the same part of what is disturbed. Prints how many there were of each kind.
# As root a full disk (tmpfs) and, with Debian's libfaketime, a clock that jumps are among them.
set -uo pipefail

ci=$(realpath "$(dirname "$0")/../../ci")
program=$(realpath "$1") fake=$(realpath "$2") kernels=$(realpath "$3") object=$(realpath "$4") count=$5 seed=${6:-$$}
shift $(($# < 6 ? $# : 6))
scratch=$(mktemp -d) && chmod 755 "$scratch" && cd "$scratch" || exit 2
RANDOM=$seed

# shellcheck disable=SC2317
end() {
	local pid
	for pid in $(left); do kill -9 "$pid"; done 2>/dev/null
	mountpoint -q "$scratch/disk" && umount "$scratch/disk"
	rm -rf "$scratch"
}
trap end EXIT
trap 'exit 130' INT TERM HUP

# Everything that belongs to a run has a path below this directory among its words.
left() { pgrep -f -- "$scratch/"; }

mkdir bin objects disk
cp "$program" bin/corematrix && cp "$fake" bin/qemu-system-x86_64 && cp "$kernels"/vmlinux-[123] . || exit 2
for name in a b c d e f; do cp "$object" "objects/$name.bpf.o"; done
for n in 1 2 3; do echo "$scratch/vmlinux-$n append=\"fake=slow\""; done >list
export PATH=$scratch/bin:$PATH COREMATRIX=$scratch/bin/corematrix

# The words of a command: a run into DIR/results, of the store and the list that all share; a part of it; and so on.
objects=("$scratch"/objects/{a,b,c,d,e,f}.bpf.o)
to_run() { words=("$COREMATRIX" run -k "$scratch/list" -j 2 --accel tcg --images "$scratch/images" -o "$scratch/$1" "${@:2}" "${objects[@]}"); }
to_fetch() { words=("$COREMATRIX" kernels fetch -k "$scratch/list" --images "$scratch/$1"); }
to_merge() { words=("$COREMATRIX" merge -o "$scratch/$1" "${@:2}"); }
to_run_part() { # K PARTS CUT
	words=(env "COREMATRIX_CUT=$3" "$ci/part.sh" "$1/2" "$scratch/$2" -k "$scratch/list" -j 2 --accel tcg --images "$scratch/images" "${objects[@]}")
}
to_merge_parts() { words=("$ci/merge.sh" "$scratch/$1" "$scratch/$2"); }

# What does not change from run to run.
truth() {
	jq -S '{complete, part: (.part // null), kernels: [.kernels[] | {id, line, release, image_sha256, status, reason}],
		objects: [.objects[] | {name, sha256, programs, relocations}],
		cells: [.cells[] | del(.ms, .open_ms, .attach_ms, .run_ms, .log, .kernel_log, .measured, .reproduce)]}' "$1"/latest/results.json
}

# ---- what is looked at after each accident ----

fail() {
	echo "chaos: accident $number ($kind, $how), seed $seed: $*" >&2
	tail -n 15 "$scratch/out" "$scratch/again" >&2
	[ -z "${CHAOS_KEEP-}" ] || { cp -R "$scratch" "$CHAOS_KEEP" && echo "chaos: all of it is in $CHAOS_KEEP" >&2; }
	exit 1
}
no_process() {
	local until=$((SECONDS + 60))
	while [ "$SECONDS" -lt "$until" ]; do
		[ -n "$(left)" ] || return 0
		sleep 0.05
	done
	fail "processes are left: $(left | xargs ps -o pid,args -p)"
}
no_lock() { # STORE
	local lock
	for lock in "$1/.lock" "$1/.use"; do
		[ ! -e "$lock" ] || flock -n "$lock" true || fail "$lock is held"
	done
}
no_temporary() { # DIRECTORY...
	local found
	found=$(find "$@" \( -name '*.tmp*' -o -name '.latest.*' -o -path '*/kept/*/*.*' \) 2>/dev/null)
	[ -z "$found" ] || fail "temporary files are left: $found"
}
# The next run comes to it.
same() { # TRUTH RESULTS
	truth "$2" >"$scratch/now" || fail "$2 has no result"
	cmp -s "$scratch/$1" "$scratch/now" || { diff "$scratch/$1" "$scratch/now" | head -20 >&2; fail "the result is not the undisturbed one's"; }
}
again() {
	"${words[@]}" >"$scratch/again" 2>&1 || fail "status $? of what comes after it: ${words[*]}"
}

# ---- moments ----

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
# Waits for a part of so many milliseconds, or a little longer; the part is the seed's.
moment() {
	local ms=$(($1 * (RANDOM % 1100) / 1000))
	how="after $ms ms"
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
}
# The words, in a session of their own, as `victim`.
begin() {
	setsid "${words[@]}" >"$scratch/out" 2>&1 &
	victim=$!
}
# How it ended, in `status`.
ended() {
	status=0
	wait "$victim" 2>/dev/null || status=$?
}
kill_victim() {
	kill -9 "$victim" 2>/dev/null
	ended
}
# Milliseconds that the words take undisturbed, in `took`.
undisturbed() {
	local from
	from=$(now_ms)
	"${words[@]}" >"$scratch/out" 2>&1 || { cat "$scratch/out" >&2; echo "chaos: status $? of ${words[*]}" >&2; exit 2; }
	took=$(($(now_ms) - from))
}

# ---- accidents: each leaves all as it found it ----

# A run dies, and its guests with it.
runner() {
	to_run results
	begin && moment "$run_ms" && kill_victim
	no_process
	again && same whole results
}
# One of its guests does: what it measured is lost, and told.
guest() {
	local pid
	to_run results
	begin && moment "$run_ms"
	pid=$(pgrep -P "$victim" qemu | shuf -n 1 --random-source=<(yes "$RANDOM"))
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	ended
	[[ $status == [03] ]] || fail "status $status of a run that lost a guest"
	no_process
	again && same whole results
}
# A machine of several does, with all that runs on it: its part is missing until it was run again.
node() {
	local cut
	[ $((RANDOM % 2)) = 0 ] && cut=kernels || cut=objects
	to_run_part 1 parts "$cut" && undisturbed
	to_run_part 2 parts "$cut"
	begin && moment "$run_ms"
	kill -9 -- "-$victim" 2>/dev/null
	ended
	how="$how, cut by $cut"
	no_process
	to_merge_parts parts results
	# it may have been about to end
	if "${words[@]}" >again 2>&1; then
		same whole results
	else
		grep -qE "missing: 2|part 2 of 2. was stopped|part-2/: no run has left a result" again || fail "half a matrix is refused, and not by its name"
	fi
	to_run_part 2 parts "$cut" && again
	to_merge_parts parts results && again && same whole results
	rm -rf parts
}
merge() {
	to_merge results "${merged[@]}"
	begin && moment "$merge_ms" && kill_victim
	no_process
	again && same whole results
}
fetch() {
	to_fetch fetched
	begin && moment "$fetch_ms" && kill_victim
	no_process && no_lock fetched
	again
	(cd fetched && find . -type f -path '*/vmlinux' -exec sha256sum {} + | sort) >now
	cmp -s fetched.hashes now || fail "the kernels are not those of an undisturbed fetch"
	no_temporary fetched
	rm -rf fetched
}
reuse() {
	to_run results "--reuse=$scratch/kept"
	begin && moment "$run_ms" && kill_victim
	no_process
	again && same whole results
	no_temporary kept
	# what was kept meanwhile is whole: nothing is left to be measured, and it says the same
	again && same whole results
	jq -e 'all(.cells[]; has("measured"))' results/latest/results.json >/dev/null || fail "not all is reused"
	[ $((RANDOM % 4)) != 0 ] || rm -rf kept
}
# What was kept is cut, changed, or changes places.
lie() {
	local files file other size
	to_run results "--reuse=$scratch/kept" && again
	mapfile -t files < <(find kept -type f | sort)
	file=${files[RANDOM % ${#files[@]}]} other=${files[RANDOM % ${#files[@]}]}
	size=$(stat -c %s "$file")
	case $((RANDOM % 4)) in
	0) how="cut" && truncate -s $((RANDOM % size)) "$file" ;;
	1) how=changed && printf '\377' | dd of="$file" bs=1 seek=$((RANDOM % size)) conv=notrunc status=none ;;
	2) how="another's" && cp "$other" "$file" ;;
	3) how=emptied && : >"$file" ;;
	esac
	again && same whole results
	if [ "$file" != "$other" ] || [ "$how" != "another's" ]; then
		grep -qF "$scratch/$file" again || fail "$file is $how, and nothing is said"
	fi
	again && same whole results
	! grep -q "measured again" again || fail "$file stays $how"
}
# The disk fills up: an error, nothing lost; with room, the whole.
full() {
	local kb used
	mount -t tmpfs -o size=512m none disk || exit 2
	case $((RANDOM % 3)) in
	0) how=results && to_run disk/results ;;
	1) how=kept && to_run results "--reuse=$scratch/disk/kept" ;;
	2) how=store && to_fetch disk/store ;;
	esac
	kb=$((4 * (1 + RANDOM % 40)))
	if [ $how = store ]; then
		# it looks for room first, so that comes to an end only while it works
		begin && moment "$fetch_ms"
		used=$(df --output=used disk | tail -n 1)
		mount -o "remount,size=$((used + kb))k" none disk 2>/dev/null
		how="store, $how"
	else
		mount -o "remount,size=${kb}k" none disk
		how="$how on"
		begin
	fi
	ended
	how="$how $kb KB"
	[ "$status" -lt 128 ] || fail "it ended by signal $((status - 128))"
	[ "$status" = 0 ] || grep -qi "no space left" out || fail "status $status, and it does not say why"
	no_process
	mount -o remount,size=512m none disk
	again
	case $how in
	results*) same whole disk/results ;;
	kept*) same whole results && no_temporary disk/kept ;;
	*) no_temporary disk/store && no_lock disk/store ;;
	esac
	umount disk
}
# The clock jumps, by up to ten years, there or back.
clock() {
	local days=$((RANDOM % 7300 - 3650))
	echo "+0" >clock.txt
	to_run results "--reuse=$scratch/kept"
	words=(env "LD_PRELOAD=$faketime" FAKETIME_TIMESTAMP_FILE="$scratch/clock.txt" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 "${words[@]}")
	begin && moment "$run_ms"
	printf '%+dd\n' "$days" >clock.new && mv clock.new clock.txt
	how="$how by $days days"
	ended
	[ "$status" = 0 ] || fail "status $status"
	same whole results
	to_run results "--reuse=$scratch/kept" && again && same whole results
	no_temporary kept
	[ $((RANDOM % 2)) != 0 ] || rm -rf kept
}

# ---- all of them ----

number=0 kind=none how="nothing"
kinds=(runner guest node merge fetch reuse lie)
faketime=$(find /usr/lib -name libfaketime.so.1 2>/dev/null | head -n 1)
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
	umount disk && kinds+=(full)
else
	echo "chaos: no disk is filled: that takes root, who may mount a tmpfs"
fi
[ -z "$faketime" ] || kinds+=(clock)
[ -n "$faketime" ] || echo "chaos: no clock jumps: that takes Debian's libfaketime"
[ $# = 0 ] || kinds=("$@")

# Saved guests are there from the second run on.
to_fetch fetched && undisturbed && fetch_ms=$took
(cd fetched && find . -type f -path '*/vmlinux' -exec sha256sum {} + | sort) >fetched.hashes
rm -rf fetched
to_run results && undisturbed && undisturbed && run_ms=$took
truth results >whole || exit 2
# A test of this script spoils it.
[ -z "${CHAOS_TRUTH-}" ] || { jq -S "$CHAOS_TRUTH" whole >spoilt && mv spoilt whole; }
[ "$(jq '.cells | length' whole)" = 18 ] && jq -e 'all(.cells[]; .verdict == "pass")' results/latest/results.json >/dev/null || { echo "chaos: the undisturbed run is not as it should be" >&2; exit 2; }
for k in 1 2; do
	to_run "shard$k" --part "$k/2" --cut objects && undisturbed
	merged+=("$(realpath "shard$k/latest")")
done
to_merge results "${merged[@]}" && undisturbed && merge_ms=$took
echo "chaos: $count accidents, seed $seed; undisturbed a run takes $run_ms ms, a merge $merge_ms, a fetch $fetch_ms"

declare -A counts=()
while [ "$number" -lt "$count" ]; do
	kind=${kinds[number % ${#kinds[@]}]}
	number=$((number + 1))
	"$kind"
	no_lock images
	no_temporary images
	no_temporary results -maxdepth 1
	rm -rf results
	counts[$kind]=$((${counts[$kind]-0} + 1))
done
for kind in "${kinds[@]}"; do echo "chaos: $kind: ${counts[$kind]-0}"; done
echo "chaos: $number accidents, each time the whole truth; no process, lock or temporary file was left"

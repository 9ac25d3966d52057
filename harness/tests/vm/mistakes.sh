# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Wrong inputs.

echo "this is no object" >"$scratch/text.bpf.o"
check "a text file as object" status 2 "text.bpf.o" run "$scratch/text.bpf.o"
check "no object" status 2 "object" run
printf '6.1 cloud\nwhat is this\n' >"$scratch/bad.txt"
check "a garbage line is refused with its number" status 2 "bad.txt:2" run -k "$scratch/bad.txt" build/progs/exec_identity.bpf.o
vmlinux=$(ls -d images/5.10*cloud*/vmlinux | head -n 1)
head -c 20000000 "$vmlinux" >"$scratch/half"
echo "$scratch/half" >"$scratch/half.txt"
check "half a kernel" status 2 "half" run -k "$scratch/half.txt" -i "$scratch/images" build/progs/exec_identity.bpf.o
check "QEMU is not installed" status 3 "install QEMU" env PATH=/nowhere "$corematrix" run -o "$scratch/results" build/progs/exec_identity.bpf.o
interrupted() {
	local pid guests
	"$corematrix" run -j "$jobs" -o "$scratch/results" --cold build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1 &
	pid=$!
	until grep -q '^\[1/' "$scratch/said" && guests=$(pgrep -P $pid qemu); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
	kill -TERM $pid # a background job of a script ignores SIGINT; both are handled alike
	wait $pid && return 1
	# shellcheck disable=SC2086 # one word each
	[ -n "$guests" ] && ! kill -0 $guests 2>/dev/null &&
		latest '.complete == false and ([.kernels[] | select(.status == "ok")] | length) >= 1'
}
check "a stopped run leaves no process and keeps what was finished" interrupted
# Once more, when a repeat is done, as the script of one more than run side by side shows: it stands.
interrupted_repeats() {
	local pid
	"$corematrix" run -j "$jobs" -o "$scratch/results" --kernel newest-cloud --repeat 1000 build/progs/exec_identity.bpf.o >"$scratch/said" 2>&1 &
	pid=$!
	until compgen -G "$scratch/results/latest/newest-cloud/qemu-$((jobs + 1))*.sh" >/dev/null; do
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	kill -TERM $pid
	wait $pid && return 1
	latest '.complete == false and .kernels[0].status == "ok" and all(.cells[]; .verdict == "pass" and .as_expected and .runs >= 1 and .differing == 0)'
}
check "repeats that were done stand when a run is stopped" interrupted_repeats
printf '6.1 cloud\n9.9 cloud optional\n' >"$scratch/optional.txt"
check "an optional kernel that nobody has is skipped" run -k "$scratch/optional.txt" build/progs/exec_identity.bpf.o
check "and told" latest '(.kernels | length) == 1 and .skipped[0].kernel == "9.9-cloud" and .skipped[0].line == 2'
printf '9.9 cloud optional\n' >"$scratch/none.txt"
check "nothing but skipped kernels is a mistake" status 2 "all of its kernels were skipped" run -k "$scratch/none.txt" build/progs/exec_identity.bpf.o

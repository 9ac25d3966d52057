# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Programs that mean no good to who runs them: each run ends in time, and says what it was.

cp build/tests/tools/hostile "$scratch/"
cat >"$scratch/hostile.ini" <<'INI'
[object]
workload = exec

[output]
line = ^(?<pid>\d+) (?<comm>.*)$
INI
# A guest whose program waits costs nothing, so the runs go three at a time; a check reads what its deed's run said.
deed() {
	local got=0
	timeout 300 "$corematrix" run -j "$jobs" -o "$scratch/$1" --kernel 5.10-cloud --kernel newest-cloud \
		--loader-time 12 --loader "$scratch/hostile" -- "$1" >"$scratch/$1.said" 2>&1 || got=$?
	echo $got >"$scratch/$1.status"
}
for name in $(sed -n 's/^check .* hostile \([a-z]*\)$/\1/p' "$directory/vm/hostile.sh"); do
	[ "$(jobs -rp | wc -l)" -lt 3 ] || wait -n
	deed "$name" &
done
wait
hostile() { cat "$scratch/$1.said" && return "$(cat "$scratch/$1.status")"; }
says() { grep -qaF -- "$2" "$scratch/$1"/latest/*/object-hostile.log; }

check "it forks without end" status 1 "it had more than 512 processes and threads" hostile forks
check "it leaves its ended children" status 1 "it had more than 512 processes and threads" hostile zombies
check "it prints lines without end" status 0 " 0 infra" hostile lines
check "it prints a line without end" status 0 "1 line of more than 64 kB passed over" hostile line
check "it prints what is no text" status 0 " 0 infra" hostile binary
check "it closes all it has" status 0 "nothing came from what it prints" hostile closes
check "it asks to be traced" status 1 "PTRACE_TRACEME: Operation not permitted" hostile traces
check "and that is noted" says traces "it asked to be traced (PTRACE_TRACEME), which it was refused"
check "it kills its parent" status 1 "died with its parent, which traces it and was ended: Killed" hostile parent
check "it kills everything" status 1 "it ended the process that runs it" hostile all
check "it heeds no signal" status 1 "it ended neither on SIGINT nor on SIGTERM" hostile deaf
check "it computes for a while when it is stopped" status 0 "ran until it was stopped, and then ended well" hostile slow
check "it stops itself" status 1 "it ended neither on SIGINT nor on SIGTERM" hostile stops
check "it fills its file system" status 0 " 0 infra" hostile files
check "and that is noted" says files "it filled its file system"
check "it fills the memory" status 1 "hostile died: Killed" hostile memory
check "it leaves a daemon behind" status 0 "hostile ended with status 0" hostile daemon
check "it dies of a signal" status 1 "hostile died: Segmentation fault" hostile dies
check "it execs itself without end" status 0 "ran until it was stopped, and then ended well" hostile execs
check "it has a filter of its own" status 1 "bpf: Invalid cross-device link" hostile filters
check "it gives up its privileges" status 1 "bpf: Operation not permitted" hostile drops

# And one that looks whether it is run as it should be.
check "a C program of many threads and children does not notice that it is traced" status 0 " 0 unexpected, 0 infra" \
	run "${some[@]}" --loader-time 60 --loader build/tests/tools/threads
check "and ends by itself" latest '[.cells[].reason] | all(test("ended with status 0")) and length == 3'
if [ -x build/tests/tools/notice-go ]; then
	check "a static Go program does not notice that it is traced" status 0 " 0 unexpected, 0 infra" \
		run "${some[@]}" --loader-time 60 --loader build/tests/tools/notice-go
	check "and ends by itself" latest '[.cells[].reason] | all(test("ended with status 0")) and length == 3'
else
	echo "      Go is not installed: what a static Go program notices is not looked at"
fi

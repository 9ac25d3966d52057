# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# What a loader prints is held against the truth: Debian's own tools, and their output altered on its way.

one=(--kernel newest-cloud --loader-time 20)
tool() { cp "harness/doc/loaders/$1.ini" "$scratch/" && cp "/usr/sbin/$1" "$scratch/$1"; }

if [ -x /usr/sbin/execsnoop ]; then
	tool execsnoop
	check "what execsnoop prints is right, but for the subject that it misses" status 0 " 0 unexpected" \
		run "${one[@]}" --loader "$scratch/execsnoop"
	check "process, parent, name and result of six execs are compared" latest '[.cells[0].truth[] | select(.ok)] |
		length == 24 and ([.[].field] | unique == ["comm", "pid", "ppid", "ret"]) and ([.[].workload] | unique | length == 6)'
	check "one that has not come to anything in its time is awaited" status 0 " 0 unexpected" \
		run --kernel newest-cloud --loader-time 1 --loader "$scratch/execsnoop"
	check "and compared as one that has" latest '[.cells[0].truth[] | select(.ok)] | length == 24'
	cp build/tests/tools/busy "$scratch/" && cp harness/doc/loaders/execsnoop.ini "$scratch/busy.ini"
	check "one that computes goes on to come, though a part of it runs already" status 0 " 0 unexpected" \
		run --kernel newest-cloud --loader-time 1 --ship build/tests/loaders/libbpf \
		--ship build/progs/exec_identity.bpf.o --ship /usr/sbin/execsnoop --loader "$scratch/busy" -- 6 build/tests/loaders/libbpf \
		build/progs/exec_identity.bpf.o /usr/sbin/execsnoop
	check "and is seen whole" latest '[.cells[0].truth[] | select(.ok)] | length == 24'
	check "where it cannot be attached, that is expected" status 0 " 0 unexpected" \
		run --kernel 6.1-rt --loader-time 20 --loader "$scratch/execsnoop"

	cp build/tests/tools/alter "$scratch/" && cp harness/doc/loaders/execsnoop.ini "$scratch/alter.ini"
	altered() { run "${one[@]}" --ship /usr/sbin/execsnoop --loader "$scratch/alter" -- "$1" cm-exec-uid /usr/sbin/execsnoop; }
	check "unaltered it passes through" status 0 " 0 unexpected" altered 0
	check "another digit of the parent is wrong" status 1 "exec-uid: ppid is" altered 3
	check "another letter of the name is wrong" status 1 "exec-uid: comm is" altered 1
	check "another digit of the process is wrong" status 1 "exec-uid: pid is" altered 2
	check "another result is wrong" status 1 "exec-uid: ret is" altered 4
	check "a line that is lost is missing" status 1 "(and none of exec-uid)" altered lose
	check "a line that came twice is wrong" status 1 "exec-uid: line is \"2 times\"" altered double

	# elsewhere than on a terminal
	found='[.cells[0].truth[] | select(.ok)] | length == 24'
	from() { sed "s|^\[output\]|&\nfrom = $1|" harness/doc/loaders/execsnoop.ini >"$scratch/alter.ini"; }
	for where in "file /run/my.log" "socket /run/my.sock" "datagram /dev/log"; do
		from "$where"
		check "events are found in a $where" status 0 " 0 unexpected" altered "${where/ /:}"
		check "and are all there" latest "$found"
	done
	from stderr
	check "events are found on stderr" status 0 " 0 unexpected" altered stderr
	check "and are all there, those on stdout set aside" latest "$found"
	from stdout
	check "on stdout there are none of it" status 1 'comm is "Xm-exec"' altered stderr
	check "what is kept back until the end is waited for" status 0 " 0 unexpected" altered late
	check "and is all there" latest "$found"
	check "as is what comes in blocks of 4 KiB" status 0 " 0 unexpected" altered block
	check "and is all there" latest "$found"
	check "one that keeps lines back where no terminal is has one" status 0 " 0 unexpected" altered stdio
	check "and has printed them all" latest "$found"
else
	echo "      libbpf-tools is not installed: what execsnoop prints is not looked at"
fi

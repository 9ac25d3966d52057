# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# What a kernel says of itself while an object is in it.

some+=(--kernel 6.12-cloud)
copy warns kernel_warns
sed -i '/^control/d; /^\[kernel_said\]/,$d' "$scratch/warns/kernel_warns.ini"
objects=(build/progs/exec_identity.bpf.o "$scratch/warns/kernel_warns.bpf.o" build/progs/{struct_ops,tcp_connect}.bpf.o)

own_cell_alone() {
	latest '.cells | length == 16 and
		all(.[] | select(.object == "kernel_warns" and .kernel != "5.10-cloud"); .verdict == "pass" and (.as_expected | not) and
			(.reason | contains("the kernel said: WARNING: ")) and (.kernel_said | length == 1) and .kernel_log) and
		all(.[] | select(.object != "kernel_warns" or .kernel == "5.10-cloud"); .as_expected and (.kernel_said | not))' &&
		grep -q 'Call Trace' "$scratch"/results/latest/newest-cloud/object-kernel_warns.kernel.log
}
check "a warning makes a cell unexpected, though it passes" status 1 "the kernel said: WARNING: " run "${some[@]}" "${objects[@]}"
check "its own, and no neighbour's; the log is kept" own_cell_alone
check "in guests that were booted, and in other company" status 1 "the kernel said: WARNING: " run --cold -j 6 "${some[@]}" \
	build/progs/{fork_exit,struct_ops}.bpf.o "${objects[1]}" build/progs/{tcp_connect,exec_identity}.bpf.o
check "the same" latest '[.cells[] | select(.kernel_said) | .object] | unique == ["kernel_warns"]'
check "junit has it" grep -q "the kernel said: WARNING: " "$scratch/results/latest/junit.xml"

printf '\n[kernel_said]\nallow = WARNING: *tcp_slow_start* because it is meant\nallow = UBSAN: *tcp.c* because of an old bug\n' \
	>>"$scratch/warns/kernel_warns.ini"
check "what an ini allows is as expected" status 0 " 0 unexpected, 0 infra" run "${some[@]}" "${objects[1]}"
check "with its reason; what it allows in vain is told" latest '.unused_allowances == ["kernel_warns: UBSAN: *tcp.c* (of an old bug)"] and
	([.cells[] | select(.kernel_allowed) | .kernel_allowed[] | select(startswith("WARNING: ") and endswith(" (it is meant)"))] | length == 3)'
sed -i '/^\[kernel_said\]/,$d' "$scratch/warns/kernel_warns.ini"
echo '6.1 cloud allow="WARNING: *tcp_slow_start* because it is meant"' >"$scratch/kernels.txt"
check "a row allows it on its kernel" status 0 " 0 unexpected, 0 infra" run -k "$scratch/kernels.txt" "${objects[1]}"
printf '\n[kernel_said]\nexpect = WARNING: *tcp.c* because it never says so\n' >>"$scratch/warns/kernel_warns.ini"
check "what is expected and not said is told" status 1 "the kernel did not say: WARNING: *tcp.c*" run --kernel 6.1-rt "${objects[1]}"

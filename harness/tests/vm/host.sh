# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# check-host: what a running kernel tells of itself gives the answers that the store gives.

# root_of RELEASE DIRECTORY: a system that runs this kernel, as far as anybody can see it, with its modules of the store loaded.
root_of() {
	local entry=images/$1 root=$2 module
	mkdir -p "$root"/proc/sys/kernel "$root"/boot "$root"/sys/kernel/btf "$root"/sys/module
	echo "$1" >"$root/proc/sys/kernel/osrelease"
	cp "$entry/btf" "$root/sys/kernel/btf/vmlinux"
	# what /proc has is compressed
	if [ "${3-}" = ikconfig ]; then gzip -c "$entry/config" >"$root/proc/config.gz"; else cp "$entry/config" "$root/boot/config-$1"; fi
	sed 's/^/0000000000000000 t /' "$entry/symbols" >"$root/proc/kallsyms"
	for module in "$entry"/modules/*.ko; do
		module=$(basename "$module" .ko)
		mkdir "$root/sys/module/$module"
		nm --defined-only "$entry/modules/$module.ko" | sed -n "s/^[0-9a-f]* \([tTwW]\) \(.*\)/0000000000000000 \1 \2\t[$module]/p" >>"$root/proc/kallsyms"
		! readelf -SW "$entry/modules/$module.ko" | grep -q ' \.BTF ' || cp "$entry/modules/$module.ko" "$root/sys/kernel/btf/$module"
	done
}
# Of modules that are loaded /proc/kallsyms tells, too, and the store does not: one program asks for a function of one.
answers() { jq '[.cells[] | select(.object != "module_function") | del(.kernel)]'; }
knows_module() { jq -e '.cells[] | select(.object == "module_function") | all(.needs[]; .state != "doubted")' "$1"; }
as_predicted() {
	local id release got
	# a kernel's functions are known to the store once it has run
	run "${some[@]}" build/progs/exec_identity.bpf.o || return 1
	for id in 5.10-cloud 6.1-rt newest-cloud; do
		release=$(awk -v id="$id" '$1 == id { print $4 }' images/kernels.lock)
		root_of "$release" "$scratch/root-$id" "$([ "$id" = 5.10-cloud ] || echo ikconfig)"
		"$corematrix" predict --kernel "$id" -o "$scratch/predict-$id" build/progs/*.bpf.o >/dev/null || [ $? = 1 ] || return 1
		got=0
		"$corematrix" check-host --root "$scratch/root-$id/" --json build/progs/*.bpf.o >"$scratch/host-$id.json" || got=$?
		[ "$got" = 1 ] || { echo "exit status $got"; return 1; }
		jq -e --arg release "$release" '.kernels == [{id: $release, btf: true, symbols: true, measured: false, reason: ""}]' "$scratch/host-$id.json" &&
			diff <(answers <"$scratch/predict-$id/predict.json") <(answers <"$scratch/host-$id.json") &&
			knows_module "$scratch/host-$id.json" || return 1
	done
}
check "the answer is that of predict, for all programs on three kernels" as_predicted
# As an ordinary user, where one is to be had: nothing is loaded, and /proc/kallsyms without addresses will do.
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
ordinary() { if [ "$(id -u)" = 0 ] && nobody test -x "$corematrix"; then nobody "$@"; else "$@"; fi; }
said() { status "$1" "$2" ordinary "$corematrix" check-host --root "$scratch/bare" "${@:3}"; }
without_types() {
	mkdir -p "$scratch/bare/proc/sys/kernel" "$scratch/objects" && echo 9.9.9-mine >"$scratch/bare/proc/sys/kernel/osrelease" &&
		chmod -R a+rX "$scratch" && chmod a+x "$scratch/.." &&
		said 0 "kernel 9.9.9-mine: no types (no-kernel-btf), configuration unknown, names of functions unknown" build/tests/relo/harmless.o &&
		said 1 "exec_identity: rejected: no-kernel-btf" build/progs/exec_identity.bpf.o &&
		said 0 "exec_identity: loads" --btf images/"$(awk '$1 == "6.1-cloud" { print $4 }' images/kernels.lock)"/btf build/progs/exec_identity.bpf.o
}
check "a kernel without types is told as such, and takes those that a loader brings" without_types
mistakes() {
	status 2 "osrelease" "$corematrix" check-host --root "$scratch/objects" build/progs/exec_identity.bpf.o &&
		status 2 "nothing.bpf.o" "$corematrix" check-host nothing.bpf.o && status 2 "--btf" "$corematrix" check-host --btf nothing build/progs/exec_identity.bpf.o
}
check "what cannot be read is a mistake" mistakes
this_machine() {
	local got=0
	ordinary "$corematrix" check-host build/progs/*.bpf.o >"$scratch/here" || got=$?
	[ "$got" = 1 ] && grep -qF "kernel $(uname -r): " "$scratch/here" && grep -q '^missing_field: rejected: ' "$scratch/here"
}
check "an ordinary user asks about this machine" this_machine

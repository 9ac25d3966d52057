# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# The kernel's configuration: externs in .kconfig.

objects=build/tests/objects
check "options and version are what the configuration and the kernel say" status 0 " 0 unexpected, 0 infra" run "${some[@]}" build/progs/kconfig_values.bpf.o
check "each of them is compared" latest '.cells | length == 3 and all(.verdict == "pass" and
	([.truth[] | select(.workload == "exec" and .ok) | .field | select(startswith("config_") or startswith("linux_"))] | length) == 10)'
check "what cannot be filled is the object's mistake, a wrong value is wrong" status 0 " 0 unexpected, 0 infra" \
	run --kernel 6.1-cloud $objects/kconfig_strict.bpf.o $objects/kconfig_mistyped.bpf.o $objects/kconfig_wrong.bpf.o
check "each says what it is" latest '([.cells[] | {key: .object, value: (.verdict + " " + .class + " " + .reason)}] | from_entries) as $is |
	($is.kconfig_strict | startswith("rejected extern") and contains("CONFIG_NOT_THERE")) and
	($is.kconfig_mistyped | startswith("rejected extern") and contains("CONFIG_BPF_SYSCALL")) and
	($is.kconfig_wrong | startswith("wrong") and contains("config_hz"))'
predicted() {
	"$corematrix" predict --kernel 6.1-cloud $objects/kconfig_strict.bpf.o $objects/kconfig_mistyped.bpf.o build/progs/kconfig_values.bpf.o | tail -n 1 |
		grep -F "2 rejected, 0 unsure, 0 wrong, 0 fallback, 1 loads"
}
check "predict knows them" predicted

# A kernel of the user's: its configuration lies beside it, or is named, or is not at hand.
release=$(awk '$1 == "6.1-cloud" { print $4 }' images/kernels.lock)
mkdir "$scratch/boot" "$scratch/bare" && cp "images/$release/bzimage" "$scratch/boot/vmlinuz-mine" && cp "images/$release/bzimage" "$scratch/bare/" &&
	cp "images/$release/config" "$scratch/boot/config-mine" && sed 's/^CONFIG_HZ=.*/CONFIG_HZ=1234/' "images/$release/config" >"$scratch/other"
cat >"$scratch/list" <<-EOF
	"$scratch/boot/vmlinuz-mine" id=beside
	"$scratch/boot/vmlinuz-mine" id=named config="$scratch/other"
	"$scratch/bare/bzimage" id=bare
EOF
check "a file's configuration is found, or named, or missed" status 0 " 0 unexpected, 0 infra" \
	run -k "$scratch/list" --images "$scratch/images" build/progs/kconfig_values.bpf.o
check "and it is that one" latest '([.cells[] | {key: .kernel, value: (.verdict + "," + ([.truth[] | select(.field == "config_hz" and .workload == "exec") | .observed] | join(" ")))}] | from_entries) ==
	{beside: "pass,250", named: "pass,1234", bare: "rejected,"}'
check "what is missed is told" latest '.cells[] | select(.kernel == "bare") | (.reason | contains("Kconfig")) and (.advice | contains("config="))'
check "a file that is no configuration is a mistake in the list" status 2 ":1: config=" \
	run -k <(printf './x config=%s\n' "$scratch/list") build/progs/kconfig_values.bpf.o

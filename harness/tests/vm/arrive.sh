# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# Kernels that the store does not have come while the others run.

own_store 6.1-cloud
late=$(realpath "images/$(awk '$1 == "newest-cloud" { print $4 }' images/kernels.lock)/vmlinux")
echo "no kernel" >"$scratch/broken"
printf '6.1 cloud\n%s\n' "$late" >"$scratch/two.txt"
printf '6.1 cloud\n%s\n%s\n' "$scratch/broken" "$late" >"$scratch/three.txt"

check "a kernel comes while another runs" status 0 "2 kernels, 2 cells: 2 as expected" \
	run --images "$scratch/images" -k "$scratch/two.txt" build/progs/exec_identity.bpf.o
check "it has its release, its prediction and its values" latest '
	(.kernels | length == 2 and all(.release != "" and .image_sha256 != "" and .btf_sha256 != "")) and
	all(.cells[]; .evidence == "truth" and (.relocations | length > 0 and all(.predicted == .outcome)))'
rm -rf "$scratch"/images/file-*
check "a file that is no kernel is told with its place" status 2 "three.txt:2: $scratch/broken: not a kernel image" \
	run --images "$scratch/images" -k "$scratch/three.txt" build/progs/exec_identity.bpf.o
check "the kernel that was there is measured all the same" latest '
	any(.cells[]; .kernel == "6.1-cloud" and .verdict == "pass" and .evidence == "truth") and
	any(.cells[]; .kernel == "broken" and .verdict == "infra" and (.reason | contains("not a kernel image")))'

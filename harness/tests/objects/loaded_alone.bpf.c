// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* loaded_alone: an XDP program for entries of a map of devices, which nothing puts there: its load is all there is. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp/devmap")
int on_packet(struct xdp_md *ctx)
{
	return XDP_PASS;
}

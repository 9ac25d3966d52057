// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* loaded_alone: an XDP program, which libbpf attaches to nothing by itself: its load is all there is of it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	return XDP_PASS;
}

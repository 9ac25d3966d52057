// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_drop: a firewall in XDP.
 *
 * Shows: an effect. What the program drops does not arrive, and that is compared with what the ini says.
 */
#include "vmlinux.h"
#include "drop_port.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	bool hit = is_to((void *)(long)ctx->data, (void *)(long)ctx->data_end, bpf_htons(PORT));

	return hit ? XDP_DROP : XDP_PASS;
}

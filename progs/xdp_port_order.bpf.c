// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_port_order: a firewall in XDP that lets everything through.
 *
 * Control: the port is compared in the order of the host, not in that of the network, so no packet is ever hit. The
 * verifier has nothing against it.
 */
#include "vmlinux.h"
#include "drop_port.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	bool hit = is_to((void *)(long)ctx->data, (void *)(long)ctx->data_end, PORT);

	return hit ? XDP_DROP : XDP_PASS;
}

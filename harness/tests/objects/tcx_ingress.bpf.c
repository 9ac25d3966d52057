// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tcx_ingress: a section of libbpf 1.3 and later, for what the kernel has since 6.6. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tcx/ingress")
int on_packet(struct __sk_buff *skb)
{
	return skb->len ? 0 : 2;
}

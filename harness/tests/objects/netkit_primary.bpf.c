// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* netkit_primary: a section of libbpf 1.3 and later; for a device that the kernel has since 6.7. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("netkit/primary")
int on_packet(struct __sk_buff *skb)
{
	return skb->len ? 0 : 2;
}

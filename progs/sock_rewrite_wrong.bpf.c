// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_rewrite_wrong: datagrams that should be sent elsewhere, and arrive as if nothing had happened.
 *
 * Control: it rewrites a field that says nothing of where a message goes.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("cgroup/sendmsg4")
int on_send4(struct bpf_sock_addr *ctx)
{
	ctx->msg_src_ip4 = bpf_htonl(0x7f000001);
	return 1;
}

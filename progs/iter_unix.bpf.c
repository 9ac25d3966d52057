// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_unix: every Unix socket that has a name.
 *
 * Shows: an iterator over Unix sockets (5.15 and later), with fields of several structs of the kernel's.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/unix")
int on_socket(struct bpf_iter__unix *ctx)
{
	struct unix_sock *sk = ctx->unix_sk;
	char path[80] = {};

	if (!sk || !sk->addr || !sk->sk.sk_socket)
		return 0;
	bpf_probe_read_kernel_str(path, sizeof(path), sk->addr->name->sun_path);
	if (*path)
		BPF_SEQ_PRINTF(ctx->meta->seq, "family=%d ino=%lu path=%s\n", sk->sk.__sk_common.skc_family,
		               BPF_CORE_READ(sk, sk.sk_socket, file, f_inode, i_ino), path);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* socket_storage: keeps with a socket who connected it, and where to. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct note {
	__u32 pid, daddr;
	__u16 dport;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct note);
} notes SEC(".maps");

SEC("cgroup/connect4")
int on_connect(struct bpf_sock_addr *ctx)
{
	struct note *note;

	if (!ctx->sk)
		return 1;
	note = bpf_sk_storage_get(&notes, ctx->sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!note)
		return 1;
	note->pid = bpf_get_current_pid_tgid() >> 32;
	note->daddr = ctx->user_ip4;
	note->dport = bpf_ntohs((__u16)ctx->user_port);
	bpf_get_current_comm(note->comm, sizeof(note->comm));
	return 1;
}

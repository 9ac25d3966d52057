// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deny_connect: an object that enforces: as a security module it lets one user connect to nobody. What it does is told
 * by what a subject's connect comes to.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define REFUSED_UID 1000
#define EPERM 1

SEC("lsm/socket_connect")
int BPF_PROG(on_connect, struct socket *sock, struct sockaddr *address, int len)
{
	return (__u32)bpf_get_current_uid_gid() == REFUSED_UID ? -EPERM : 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* stop_all: stops every process at its next system call, for ever. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int on_call(void *ctx)
{
	bpf_send_signal(19); /* SIGSTOP */
	return 0;
}

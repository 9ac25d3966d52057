// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kill_exec: ends every process that executes a file. Compiled with UNGUARDED, every process that writes: the harness's
 * too. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef UNGUARDED
SEC("tp/syscalls/sys_enter_write")
#else
SEC("tp/sched/sched_process_exec")
#endif
int on_call(void *ctx)
{
	bpf_send_signal(9);
	return 0;
}

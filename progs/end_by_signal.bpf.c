// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* end_by_signal: ends the processes of one user as they begin to run another file. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define ENDED_UID 4242
#define SIGKILL 9

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	if ((__u32)bpf_get_current_uid_gid() == ENDED_UID)
		bpf_send_signal(SIGKILL);
	return 0;
}

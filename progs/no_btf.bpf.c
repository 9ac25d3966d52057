// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * no_btf: control. A good program that was compiled without -g.
 *
 * Its map is declared in `.maps`, which only BTF explains, so without BTF the object cannot even be opened. This must
 * be told apart from a kernel without BTF: the cure is the compiler's command line, not another kernel.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	bpf_ringbuf_output(&events, &pid_tgid, sizeof(pid_tgid), 0);
	return 0;
}

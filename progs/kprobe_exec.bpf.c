// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kprobe_exec: a function's entry and return, by breakpoints.
 *
 * Shows: kprobe and kretprobe; arguments come out of registers (PT_REGS_PARM1), whose struct is that of the build
 * architecture, and everything behind them through relocated reads.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__s32 result;
	__s32 result_expected;
	char comm[16];
	char filename[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct linux_binprm *);
} running SEC(".maps");

SEC("kprobe/security_bprm_check")
int BPF_KPROBE(on_entry, struct linux_binprm *bprm)
{
	__u64 id = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&running, &id, &bprm, BPF_ANY);
	return 0;
}

SEC("kretprobe/security_bprm_check")
int BPF_KRETPROBE(on_return, int result)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct linux_binprm **bprm = bpf_map_lookup_elem(&running, &id);
	struct event *e;

	if (!bprm)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (e) {
		e->pid = id >> 32;
		e->result = result;
		e->result_expected = 0;
		bpf_get_current_comm(e->comm, sizeof(e->comm));
		bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), BPF_CORE_READ(*bprm, filename));
		bpf_ringbuf_submit(e, 0);
	}
	bpf_map_delete_elem(&running, &id);
	return 0;
}

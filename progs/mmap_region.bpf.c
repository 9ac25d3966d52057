// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * mmap_region: what is mapped where, and with which protection.
 *
 * Shows: a system call's arguments out of the saved registers, wherever the kernel's system call wrapper keeps them
 * (ksyscall), and its result at the return, joined by a map under the thread's id. Not the tracepoint sys_enter_mmap:
 * on PREEMPT_RT kernels of some versions its record in BTF is not the one that programs get.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 addr;
	__u64 len;
	__u64 end;
	__u32 pid;
	__u32 prot;
	__u32 flags;
	__s32 fd;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct event);
} calls SEC(".maps");

SEC("ksyscall/mmap")
int BPF_KSYSCALL(on_mmap, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
                 unsigned long fd)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct event call = {.len = len, .prot = prot, .flags = flags, .fd = fd};

	bpf_map_update_elem(&calls, &id, &call, BPF_ANY);
	return 0;
}

SEC("kretsyscall/mmap")
int BPF_KRETPROBE(on_mapped, long addr)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct event *call = bpf_map_lookup_elem(&calls, &id);

	if (!call)
		return 0;
	call->pid = id >> 32;
	call->addr = addr;
	call->end = call->addr + call->len;
	bpf_get_current_comm(call->comm, sizeof(call->comm));
	bpf_ringbuf_output(&events, call, sizeof(*call), 0);
	bpf_map_delete_elem(&calls, &id);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A ring buffer that no program uses, and a map that tells of each process that wrote: the entries count. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} for_another_mode SEC(".maps");

struct wrote {
	__u64 writes;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct wrote);
} writers SEC(".maps");

SEC("fentry/vfs_write")
int on_write(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct wrote fresh = {}, *entry;

	bpf_get_current_comm(fresh.comm, sizeof(fresh.comm));
	bpf_map_update_elem(&writers, &pid, &fresh, BPF_NOEXIST);
	entry = bpf_map_lookup_elem(&writers, &pid);
	if (entry)
		__sync_fetch_and_add(&entry->writes, 1);
	return 0;
}

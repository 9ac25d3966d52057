/* SPDX-License-Identifier: BSD-2-Clause */
/* An object with maps, by which newer versions of libbpf open something of their own. */
#include "words.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, 2); /* BPF_MAP_TYPE_ARRAY */
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
} counts SEC(".maps");

SEC("tp/sched/sched_process_exec")
int count(void *ctx)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&counts, &key);

	if (value)
		++*value;
	return 0;
}

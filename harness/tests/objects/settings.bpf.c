// SPDX-License-Identifier: BSD-2-Clause
/* Loads, attaches and reports only when every line of settings.ini was carried out; without its ini it is rejected. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

enum mode { MODE_OFF, MODE_ON = 7 };

const volatile __u8 narrow = 0;
const volatile __s16 negative = 0;
const volatile __u64 wide = 0;
const volatile bool flag = false;
const volatile char name[16] = {};
const volatile __u16 ports[4] = {};
const volatile enum mode mode = MODE_OFF;
int plain;

struct event {
	__u32 pid;
	char comm[16];
};

struct event *unused __attribute__((unused)); /* keeps the type in the BTF */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* no size: cannot be created as it is */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
} start SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
} prototype SEC(".maps");

/* no inner map: cannot be created as it is */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} pinned SEC(".maps");

static bool is_set(void)
{
	return narrow == 200 && negative == -5 && wide == 0x123456789abcull && flag && name[0] == 'c' && !name[3] &&
	       ports[0] == 80 && ports[1] == 443 && mode == MODE_ON && plain == 3;
}

SEC("kprobe/no_such_function")
int BPF_KPROBE(on_exec)
{
	__u32 key = 1;
	__u64 value = 1;
	struct event *e;

	if (!is_set() || bpf_map_update_elem(&start, &key, &value, BPF_ANY))
		return 0;
	bpf_map_lookup_elem(&outer, &key);
	bpf_map_lookup_elem(&pinned, &key);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("fentry/no_such_function")
int BPF_PROG(early_bound)
{
	return 0;
}

SEC("tp/no/such_tracepoint")
int on_tracepoint(void *ctx)
{
	return 0;
}

SEC("fentry/never")
int BPF_PROG(left_out)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
